"""Encodings: which text a content becomes."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from utils.store.encoding import Encoded, decode_body, encode_content


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
