"""Chunks: the lines of the log that are on their way to the object store."""

from __future__ import annotations

CHUNK_SIZE = 64 * 1024  # characters that the store gets at once


class LogChunk:
    """The lines that the object store has not got yet."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0

    def add(self, line: str) -> bool:
        """Add a line, and tell whether the chunk is large enough to be stored."""
        self._lines.append(line)
        self._size += len(line)
        return self._size >= CHUNK_SIZE

    def take(self) -> list[str]:
        """Return the lines there are, and begin the next chunk."""
        lines, self._lines, self._size = self._lines, [], 0
        return lines
