"""Sealing: an object's content with its checksum, in parts that the store takes."""

from __future__ import annotations

import binascii
import enum
import gzip
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Generic, NamedTuple, TypeVar

from models.errors import TrackerError

T = TypeVar("T")
FORMAT = "pt1"

# A third of the time that Python's own level 9 takes, for 3 % more bytes of trades.
GZIP_LEVEL = 6

# gzip is kept where it leaves at most this share of the size, base64 included.
PAYS_BELOW = 0.9
_LINE = re.compile(
    rf"{FORMAT} (\d{{1,15}}) ([0-9a-f]{{16}}) "
    r"((text|base64|gzip) (\d{1,10}) (\d{1,9}) (\d{1,6})\n)"
)
_LONGEST_LINE = 80
_LATEST = 9_999_999_999  # the year 2286


class Damage(enum.Enum):
    """What is wrong with a stored object."""

    CUT = "cut short"
    CHANGED = "changed"
    FOREIGN = "not what it should be"


class Status(enum.Enum):
    """What came of a load."""

    FOUND = "found"
    MISSING = "missing"  # never saved, deleted, lost or expired
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"  # the store raised


@dataclass(frozen=True, slots=True)
class LoadResult(Generic[T]):
    """What came of a load.

    Attributes:
        status: Whether it was found, and why not.
        value: What was saved; None unless it was found.
        saved: When, UTC; None unless it was found.
        damage: What is wrong with a damaged object, else None.
        detail: In words; empty when it was found.
    """

    status: Status
    value: T | None = None
    saved: datetime | None = None
    damage: Damage | None = None
    detail: str = ""


class DamagedError(TrackerError, ValueError):
    """A stored object is not what was saved; `damage` and the text say in which way."""

    def __init__(self, damage: Damage, detail: str) -> None:
        super().__init__(f"{damage.value}: {detail}")
        self.damage = damage


class Encoded(NamedTuple):
    """A content as text.

    Attributes:
        encoding: `text`, `base64` or `gzip`.
        body: The text.
        spared: Bytes that gzip spared.
    """

    encoding: str
    body: str
    spared: int = 0


class Sealed(NamedTuple):
    """A content ready to be stored.

    Attributes:
        head: The object: its first line, and the body unless that is cut into parts.
        parts: The body in parts.
        size: Bytes of all of it.
    """

    head: str
    parts: list[str]
    size: int

    @property
    def files(self) -> int:
        """How many objects of the store it makes."""
        return 1 + len(self.parts)


class Line(NamedTuple):
    """What the first line of an object says: bytes counted, their checksum, and the rest.

    `saved` is Unix time in seconds; the counted bytes begin at `start`, the body at `end`.
    """

    size: int
    checksum: str
    encoding: str
    saved: int
    generation: int
    parts: int
    start: int
    end: int


class Content(NamedTuple):
    """What was saved, and when: Unix time, seconds."""

    data: bytes
    saved: int


_DECODE: dict[str, Callable[[bytes], bytes]] = {
    "text": bytes,
    "base64": lambda body: b64decode(body, validate=True),
    "gzip": lambda body: gzip.decompress(b64decode(body, validate=True)),
}


def encode(data: bytes, *, compress: bool) -> Encoded:
    """The content as text, by gzip where that is allowed and pays."""
    try:
        plain, size = Encoded("text", data.decode()), len(data)
    except UnicodeDecodeError:
        plain = Encoded("base64", b64encode(data).decode())
        size = len(plain.body)
    if compress:
        packed = b64encode(gzip.compress(data, GZIP_LEVEL, mtime=0)).decode()
        if len(packed) <= PAYS_BELOW * size:
            return Encoded("gzip", packed, size - len(packed))
    return plain


def seal(
    encoded: Encoded, saved: float, *, part_size: int | None = None, generation: int = 0
) -> Sealed:
    """The object to store, verifiable.

    Args:
        encoded: What `encode` returned.
        saved: Unix time, seconds.
        part_size: The most bytes of a body in one piece, a larger one is cut into parts; None for
            any.
        generation: The number of the set of parts.
    """
    body = encoded.body
    parts = [] if part_size is None else _cut(body, part_size)
    time = min(max(0, int(saved)), _LATEST)
    counted = f"{encoded.encoding} {time} {generation} {len(parts)}\n"
    data = (counted + body).encode()
    before = f"{FORMAT} {len(data)} {_checksum(data)} "
    head = before + counted + ("" if parts else body)
    return Sealed(head, parts, len(before) + len(data))


def _cut(body: str, size: int) -> list[str]:
    """The body in parts of at most that many bytes; none where it is not larger."""
    step = size if body.isascii() else max(1, size // 4)  # a character takes up to four bytes
    return [body[at : at + step] for at in range(0, len(body), step)] if len(body) > step else []


def read_line(text: str) -> Line:
    """What a stored object says of itself.

    Raises:
        DamagedError: It does not begin as one.
    """
    found = _LINE.match(text)
    if found is None:
        raise _no_line(text)
    size, checksum, _, encoding, saved, generation, parts = found.groups()
    start, end = found.span(3)
    return Line(int(size), checksum, encoding, int(saved), int(generation), int(parts), start, end)


def unseal(text: str) -> Content:
    """What was saved, from the stored object with its parts joined to it in their order.

    Raises:
        DamagedError: The object is cut, changed, or not one of `seal`.
    """
    line = read_line(text)
    data = text[line.start :].encode(errors="replace")
    if len(data) < line.size:
        raise DamagedError(Damage.CUT, f"{len(data)} of {line.size} bytes are there")
    if len(data) > line.size or _checksum(data) != line.checksum:
        raise DamagedError(Damage.CHANGED, "its checksum does not fit")
    try:
        return Content(_DECODE[line.encoding](data[line.end - line.start :]), line.saved)
    except (binascii.Error, OSError, EOFError, zlib.error) as problem:
        raise DamagedError(Damage.CHANGED, str(problem)) from None


def _no_line(text: str) -> DamagedError:
    begins = text.startswith(f"{FORMAT} ") or f"{FORMAT} ".startswith(text)
    if not begins:
        return DamagedError(Damage.FOREIGN, f"it does not begin with {FORMAT}")
    if "\n" not in text and len(text) < _LONGEST_LINE:
        return DamagedError(Damage.CUT, "its first line ends too soon")
    return DamagedError(Damage.CHANGED, "its first line cannot be read")


def _checksum(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]
