"""Sealing: a content with a checksum, in parts that the store takes.

A stored object is a header line and a body. The header says how large the object is, its checksum,
how the body is encoded, when it was saved, and in how many parts the body is if it is not there.
"""

from __future__ import annotations

import binascii
import re
import zlib
from hashlib import sha256
from typing import NamedTuple

from utils.store.encoding import Encoded, decode_body
from utils.store.results import Damage, DamagedError

OBJECT_FORMAT = "pt1"
_HEADER = re.compile(
    rf"{OBJECT_FORMAT} (\d{{1,15}}) ([0-9a-f]{{16}}) "
    r"((text|base64|gzip) (\d{1,10}) (\d{1,9}) (\d{1,6})\n)"
)
_LONGEST_HEADER = 80  # characters
_LATEST_TIME = 9_999_999_999  # Unix time of the year 2286, the last that ten digits can say


class Sealed(NamedTuple):
    """A content ready to be stored."""

    head: str  # the object: its header, and the body unless that is cut into parts
    parts: list[str]  # the body in parts
    size: int  # bytes of all of it

    @property
    def files(self) -> int:
        """How many objects of the store it makes."""
        return 1 + len(self.parts)


class ObjectHeader(NamedTuple):
    """What the header of a stored object says."""

    size: int  # bytes that the checksum counts, of all parts together
    checksum: str
    encoding: str
    saved: int  # Unix time, seconds
    generation: int  # the number of its set of parts
    parts: int
    start: int  # where the counted bytes begin in the object
    end: int  # where the body begins in the object


class Content(NamedTuple):
    """What was saved."""

    data: bytes
    saved: int  # Unix time, seconds


def seal(
    encoded: Encoded, saved: float, *, part_size: int | None = None, generation: int = 0
) -> Sealed:
    """Return the object to store.

    Args:
        encoded: The content as text.
        saved: Unix time, seconds.
        part_size: The most bytes of a body in one piece, a larger one is cut into parts; None for
            any.
        generation: The number of the set of parts.
    """
    body = encoded.body
    parts = [] if part_size is None else _cut_body(body, part_size)
    time = min(max(0, int(saved)), _LATEST_TIME)
    counted = f"{encoded.encoding} {time} {generation} {len(parts)}\n"
    data = (counted + body).encode()
    before = f"{OBJECT_FORMAT} {len(data)} {_object_checksum(data)} "
    head = before + counted + ("" if parts else body)
    return Sealed(head, parts, len(before) + len(data))


def _cut_body(body: str, size: int) -> list[str]:
    """Return a body in parts of at most that many bytes; none where it is not larger."""
    step = size if body.isascii() else max(1, size // 4)  # a character takes up to four bytes
    return [body[at : at + step] for at in range(0, len(body), step)] if len(body) > step else []


def read_header(text: str) -> ObjectHeader:
    """Return what a stored object says of itself.

    Raises:
        DamagedError: It does not begin with a header.
    """
    found = _HEADER.match(text)
    if found is None:
        raise _no_header(text)
    size, checksum, _, encoding, saved, generation, parts = found.groups()
    start, end = found.span(3)
    return ObjectHeader(
        int(size), checksum, encoding, int(saved), int(generation), int(parts), start, end
    )


def unseal(text: str) -> Content:
    """Return what was saved.

    Args:
        text: The stored object, with its parts joined to it in their order.

    Raises:
        DamagedError: The object is cut short, changed, or not one that `seal` made.
    """
    header = read_header(text)
    data = text[header.start :].encode(errors="replace")
    if len(data) < header.size:
        raise DamagedError(Damage.CUT, f"{len(data)} of {header.size} bytes are there")
    if len(data) > header.size or _object_checksum(data) != header.checksum:
        raise DamagedError(Damage.CHANGED, "its checksum does not fit")
    try:
        body = data[header.end - header.start :]
        return Content(decode_body(header.encoding, body), header.saved)
    except (binascii.Error, OSError, EOFError, zlib.error) as problem:
        raise DamagedError(Damage.CHANGED, str(problem)) from None


def _no_header(text: str) -> DamagedError:
    """Return the error that says why an object has no header."""
    begins = text.startswith(f"{OBJECT_FORMAT} ") or f"{OBJECT_FORMAT} ".startswith(text)
    if not begins:
        return DamagedError(Damage.FOREIGN, f"it does not begin with {OBJECT_FORMAT}")
    if "\n" not in text and len(text) < _LONGEST_HEADER:
        return DamagedError(Damage.CUT, "its first line ends too soon")
    return DamagedError(Damage.CHANGED, "its first line cannot be read")


def _object_checksum(data: bytes) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of what is counted."""
    return sha256(data).hexdigest()[:16]
