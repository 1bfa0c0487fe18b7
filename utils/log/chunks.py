"""Chunks: the lines of the log that are on their way to the object store."""

from __future__ import annotations

import threading
from collections.abc import Callable

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
        return self.complete

    @property
    def complete(self) -> bool:
        """Whether it is large enough to be stored."""
        return self._size >= CHUNK_SIZE

    def so_far(self) -> list[str]:
        """Return the lines there are; the chunk goes on."""
        return [*self._lines]

    def take(self) -> list[str]:
        """Return the lines there are, and begin the next chunk."""
        lines, self._lines, self._size = self._lines, [], 0
        return lines


class StoredLog:
    """The whole log on its way to a store, in chunks of lines.

    Args:
        store: Takes each chunk that is complete; one that it raises at is lost. None for no store.
        store_open: Takes the chunk that is not complete yet, each time in place of what it took of
            it before.
        attempt: The guard around both, called with a name, the function and its argument.
        lost: Called with how many lines a store did not take.

    Attributes:
        waits: Whether a complete chunk waits for `keep_so_far`, for a hook must not wait for it.
    """

    def __init__(
        self,
        store: Callable[[str], object] | None,
        store_open: Callable[[str], object] | None,
        attempt: Callable[..., bool],
        lost: Callable[[int], object],
    ) -> None:
        self.waits = False
        self._store, self._store_open = store, store_open
        self._attempt, self._lost = attempt, lost
        self._chunk = LogChunk()
        self._lock = threading.Lock()  # held for the chunk, never for a call outside

    def __bool__(self) -> bool:
        return self._store is not None

    def keep(self, line: str) -> None:
        """Keep a line, and store the chunk that it completes."""
        with self._lock:
            complete = self._chunk.add(line)
        if complete and not self.waits:
            self.save()

    @property
    def due(self) -> bool:
        """Whether a complete chunk waits."""
        return self._store is not None and self._chunk.complete

    def save(self) -> None:
        """Give the store the lines that it has not got yet."""
        with self._lock:
            lines = self._chunk.take()
        if lines and not self._attempt("log store", self._store, "".join(lines)):
            self._lost(len(lines))

    def keep_so_far(self) -> None:
        """Give the store what there is of the chunk, so that a killed run's log has it."""
        with self._lock:
            lines = self._chunk.so_far()
        text = "".join(lines)
        if len(text) >= CHUNK_SIZE:
            self.save()
        elif text and self._store_open is not None:
            self._attempt("log store", self._store_open, text)
