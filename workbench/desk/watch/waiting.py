"""What is to be read, and is read again where it could not be: a file may be half written.

A file that is written anew says so by its stamp, and is tried at once. One whose stamp stays is
tried some times more, ever later, for a disk's times may be coarse; then it is damaged, and left
until it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Stamped = TypeVar("Stamped", bound=Hashable)

# Seconds after each failure until the next try; after the last there is none.
PAUSES = (1.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


@dataclass(slots=True)
class _Try(Generic[Stamped]):
    stamp: Stamped
    failures: int
    at: float


class Waiting(Generic[Key, Stamped]):
    """Things that wait to be read.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tries: dict[Key, _Try[Stamped]] = {}

    def add(self, key: Key, stamp: Stamped, delay: float = 0.0) -> None:
        """Have something read, unless it waits as it is.

        Args:
            key: What.
            stamp: What changes with its content.
            delay: Seconds until it may be read.
        """
        there = self._tries.get(key)
        if there is None or there.stamp != stamp:
            self._tries[key] = _Try(stamp, 0, self._clock() + delay)

    def due(self) -> list[tuple[Key, Stamped]]:
        """What is to be read now, in the order in which it came."""
        now = self._clock()
        return [(key, each.stamp) for key, each in self._tries.items() if each.at <= now]

    def holds(self, key: Key) -> bool:
        """Whether something waits."""
        return key in self._tries

    def done(self, key: Key) -> None:
        """It was read, or need not be."""
        self._tries.pop(key, None)

    def failed(self, key: Key, stamp: Stamped) -> bool:
        """It could not be read; returns whether it is tried again."""
        there = self._tries.get(key)
        if there is None or there.stamp != stamp:
            return there is not None  # it changed meanwhile
        if there.failures == len(PAUSES):
            del self._tries[key]
            return False
        there.at = self._clock() + PAUSES[there.failures]
        there.failures += 1
        return True
