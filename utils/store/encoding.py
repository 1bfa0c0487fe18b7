"""Encodings: how bytes become the text that LEAN's object store takes, and back."""

from __future__ import annotations

import gzip
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import NamedTuple

# A third of the time that Python's own level 9 takes, for 3 % more bytes of trades.
GZIP_LEVEL = 6

# gzip is used where it leaves at most this share of the size, base64 included.
GZIP_PAYS_BELOW = 0.9


class Encoded(NamedTuple):
    """A content as text."""

    encoding: str  # `text`, `base64` or `gzip`
    body: str  # the text
    spared: int = 0  # bytes that gzip spared


# How the body of each encoding becomes the content again.
_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "text": bytes,
    "base64": lambda body: b64decode(body, validate=True),
    "gzip": lambda body: gzip.decompress(b64decode(body, validate=True)),
}


def encode_content(data: bytes, *, compress: bool) -> Encoded:
    """Return a content as text.

    Args:
        data: The content.
        compress: Whether gzip may be used, where it pays.
    """
    try:
        plain, size = Encoded("text", data.decode()), len(data)
    except UnicodeDecodeError:
        plain = Encoded("base64", b64encode(data).decode())
        size = len(plain.body)
    if compress:
        packed = b64encode(gzip.compress(data, GZIP_LEVEL, mtime=0)).decode()
        if len(packed) <= GZIP_PAYS_BELOW * size:
            return Encoded("gzip", packed, size - len(packed))
    return plain


def decode_body(encoding: str, body: bytes) -> bytes:
    """Return the content of a body.

    Raises:
        OSError, EOFError, ValueError, zlib.error: The body is not of the encoding.
    """
    return _DECODERS[encoding](body)
