"""The first line of an exported file: its version and commit, and that an export wrote it.

The line has a checksum of the rest, so that a later export replaces the file only when nobody has
changed it since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

LINE = re.compile(
    rb"# LEAN performance tracker (?P<version>\S+)(?: of commit (?P<commit>\S+))?, tier "
    rb"(?P<tier>\w+), checksum (?P<checksum>[0-9a-f]{16})\r?\n"
)


class Writer(Enum):
    """Who wrote a file last."""

    EXPORT = "an export"
    USER = "a user, into an export's file"
    STRANGER = "somebody else"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where an export came from.

    Attributes:
        version: The tracker's version.
        commit: The commit of the sources, with a `+` where they differ from it; empty without one.
        tier: What it was made for.
    """

    version: str
    commit: str
    tier: str

    def on(self, content: bytes) -> bytes:
        """The content under its stamp."""
        commit = f" of commit {self.commit}" if self.commit else ""
        words = f"# LEAN performance tracker {self.version}{commit}, tier {self.tier}"
        return f"{words}, checksum {_checksum(content)}\n".encode() + content


def read_stamp(content: bytes) -> Stamp | None:
    """A file's stamp; None where it has none."""
    found = LINE.match(content)
    if found is None:
        return None
    commit = (found["commit"] or b"").decode()
    return Stamp(found["version"].decode(), commit, found["tier"].decode())


def without_stamp(content: bytes) -> bytes:
    """The content without its stamp; the same where it has none."""
    found = LINE.match(content)
    return content[found.end() :] if found else content


def writer(content: bytes) -> Writer:
    """Who wrote a file last."""
    found = LINE.match(content)
    if found is None:
        return Writer.STRANGER
    fits = found["checksum"].decode() == _checksum(content[found.end() :])
    return Writer.EXPORT if fits else Writer.USER


def _checksum(content: bytes) -> str:
    """Of the text alone: git and editors may change how lines end."""
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:16]
