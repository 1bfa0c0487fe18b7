"""Encodings: which text a content becomes."""

from __future__ import annotations

import gzip
import random
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.store import encoding
from utils.store.encoding import PIECE_BYTES, Compressor, Encoded, decode_body, encode_content


def test_bytes_that_are_no_text_become_base64() -> None:
    """LEAN's store is given text only."""
    assert encode_content(b"\xff\x00", compress=True) == Encoded("base64", "/wA=")


def test_gzip_is_used_where_it_pays() -> None:
    """Content that repeats shrinks, and the bytes spared are counted; other content stays."""
    packed = encode_content(b"abc" * 1_000, compress=True)
    assert packed.encoding == "gzip"
    assert packed.spared == 3_000 - len(packed.body) > 2_500
    noise = random.Random(7).randbytes(3_000)
    assert encode_content(noise, compress=True).encoding == "base64"
    assert encode_content(b"abc", compress=True) == Encoded("text", "abc")
    assert encode_content(b"abc" * 1_000, compress=False).encoding == "text"


@given(data=st.binary(max_size=2_000), compress=st.booleans())
def test_every_body_is_decoded_to_its_content(data: bytes, compress: bool) -> None:
    """Whatever encoding was chosen, its name and body give the content back."""
    encoded = encode_content(data, compress=compress)
    assert decode_body(encoded.encoding, encoded.body.encode()) == data


def document(before: int, column: int, after: int) -> bytes:
    """JSON with a long text that grows from one document to the next, and what stands around it."""
    text = b64encode(random.Random(3).randbytes(column))
    return b'{"a":"%s","column":"%s","z":"%s"}' % (b"a" * before, text, b"z" * after)


SIZES = st.integers(0, 3 * PIECE_BYTES)


@given(st.lists(st.tuples(SIZES, SIZES, SIZES), min_size=1, max_size=3))
def test_what_is_packed_in_pieces_is_one_gzip_file(sizes: list[tuple[int, int, int]]) -> None:
    """Whatever was packed before, the pieces of a content unpack to that content."""
    compressor = Compressor()
    for each in sizes:
        data = document(*each)
        assert gzip.decompress(compressor.compress(data)) == data
    assert gzip.decompress(compressor.compress(b"")) == b""


def test_only_what_is_new_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long text that has grown at its end, wherever it stands, no whole piece is packed twice.

    Small contents that are packed in between change nothing in that.
    """
    packed: list[int] = []

    def gzip_member(data: bytes) -> bytes:
        packed.append(len(data))
        return gzip.compress(data, 1)

    monkeypatch.setattr(encoding, "gzip_member", gzip_member)
    compressor = Compressor()
    compressor.compress(document(10, 20 * PIECE_BYTES, 10))
    assert sum(packed) > 20 * PIECE_BYTES
    packed.clear()
    compressor.compress(b"small")
    compressor.compress(document(70, 20 * PIECE_BYTES + 5_000, 3))
    assert sum(packed) < 2 * PIECE_BYTES
