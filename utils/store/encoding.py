"""Encodings: how bytes become the text that LEAN's object store takes, and back."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from models.later import Steps

# An eighth of the time that Python's own level 9 takes, for 7 % more bytes of trades.
GZIP_LEVEL = 4
# A gzip file (16) whose window is 2 to the 14th: the same size as with 15, a little sooner.
GZIP_BITS = 16 + 14

# Bytes of the pieces that a long text is compressed in. In a save's columns of closed trades one
# piece is some 1,700 trades, and compressing it takes a few milliseconds.
PIECE_BYTES = 131_072
_QUOTE = b'"'
# Pieces below this are not looked for among those of the last content.
KEPT_BYTES = 32_768

# gzip is used where it leaves at most this share of the size, base64 included.
GZIP_PAYS_BELOW = 0.9


class Encoded(NamedTuple):
    """A content as text."""

    encoding: str  # `text`, `base64` or `gzip`
    body: str  # the text
    spared: int = 0  # bytes that gzip spared


# The most bytes that a body may unpack to: several times what the largest store of LEAN holds.
MOST_UNPACKED_BYTES = 200_000_000


def unpacked_gzip(packed: bytes) -> bytes:
    """Return what a gzip file of any number of members unpacks to.

    Raises:
        OSError, EOFError, zlib.error: It is damaged, or unpacks to more than
            `MOST_UNPACKED_BYTES`.
    """
    found = bytearray()
    while packed:
        member = zlib.decompressobj(16 + zlib.MAX_WBITS)
        found += member.decompress(packed, MOST_UNPACKED_BYTES + 1 - len(found))
        if len(found) > MOST_UNPACKED_BYTES:
            raise OSError(f"it unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
        if not member.eof:
            raise EOFError("its gzip file ends too soon")
        packed = member.unused_data
    return bytes(found)


# How the body of each encoding becomes the content again.
_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "text": bytes,
    "base64": lambda body: b64decode(body, validate=True),
    "gzip": lambda body: unpacked_gzip(b64decode(body, validate=True)),
}


class Compressor:
    """Compresses contents of which the next has much in common with the last.

    A state's columns of closed trades are long texts that only grow at their end. They are cut into
    pieces of a fixed size, each of which becomes a gzip member of its own: members one after the
    other are one gzip file. The members of the last content that had pieces are kept, so that of
    the next one only what is new is compressed.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, bytes] = {}  # members by the SHA-256 of their pieces

    def compress(self, data: bytes) -> bytes:
        """Return a content as a gzip file."""
        members, pieces, start = list[bytes](), dict[bytes, bytes](), 0
        for at in _piece_starts(data):
            if start < at:
                members.append(gzip_member(data[start:at]))
            start = at + PIECE_BYTES
            piece = data[at:start]
            key = sha256(piece).digest()
            member = self._kept.get(key)
            pieces[key] = gzip_member(piece) if member is None else member
            members.append(pieces[key])
        if start < len(data) or not members:
            members.append(gzip_member(data[start:]))
        self._kept = pieces or self._kept
        return b"".join(members)

    def steps(self, pieces: Iterable[bytes]) -> Steps[bytes]:
        """The same of a content in pieces, each of which is a member; a step compresses one."""
        members, kept = list[bytes](), dict[bytes, bytes]()
        for piece in pieces:
            if len(piece) < KEPT_BYTES:
                members.append(gzip_member(piece))
            else:
                key = sha256(piece).digest()
                member = self._kept.get(key)
                kept[key] = gzip_member(piece) if member is None else member
                members.append(kept[key])
            yield
        self._kept = kept or self._kept
        return b"".join(members)


def _piece_starts(data: bytes) -> Iterator[int]:
    """Yield where each whole piece of each long text between two quotes begins."""
    start = 0
    for text in data.split(_QUOTE):
        whole = len(text) // PIECE_BYTES * PIECE_BYTES
        yield from range(start, start + whole, PIECE_BYTES)
        start += len(text) + len(_QUOTE)


def gzip_member(data: bytes) -> bytes:
    """Return bytes as a gzip file, or as one member of it."""
    return zlib.compress(data, GZIP_LEVEL, GZIP_BITS)


def encode_content(
    data: bytes, *, compress: bool, packer: Callable[[bytes], bytes] = gzip_member
) -> Encoded:
    """Return a content as text.

    Args:
        data: The content.
        compress: Whether gzip may be used, where it pays.
        packer: What makes the gzip file.
    """
    try:
        plain, size = Encoded("text", data.decode()), len(data)
    except UnicodeDecodeError:
        plain = Encoded("base64", b64encode(data).decode())
        size = len(plain.body)
    if compress:
        packed = b64encode(packer(data)).decode()
        if len(packed) <= GZIP_PAYS_BELOW * size:
            return Encoded("gzip", packed, size - len(packed))
    return plain


def decode_body(encoding: str, body: bytes) -> bytes:
    """Return the content of a body.

    Raises:
        OSError, EOFError, ValueError, zlib.error: The body is not of the encoding.
    """
    return _DECODERS[encoding](body)
