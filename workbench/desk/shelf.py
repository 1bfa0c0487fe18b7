"""What was unpacked or made of runs, kept for whoever asks next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, NamedTuple, TypeVar

MOST_BYTES = 256_000_000
STRIPES = 16  # things that can be made at one time

Thing = TypeVar("Thing")


class Weighed(NamedTuple):
    """Something to keep.

    Attributes:
        thing: It.
        size: About how many bytes it takes.
    """

    thing: Any
    size: int


class Shelf:
    """Keeps the things that were asked for last, up to a number of bytes, for any thread.

    Args:
        most: How many bytes. A thing that is larger by itself is made and not kept.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._things: OrderedDict[Hashable, Weighed] = OrderedDict()
        self._lock = Lock()
        self._making = tuple(Lock() for _ in range(STRIPES))

    @property
    def size(self) -> int:
        """About how many bytes the things take."""
        return self._size

    def get(self, key: Hashable, make: Callable[[], Thing], weigh: Callable[[Thing], int]) -> Thing:
        """A thing, made once however many ask for it at one time.

        Args:
            key: What tells it from other things, and its versions from each other.
            make: Makes it; what it raises is raised, and nothing is kept.
            weigh: About how many bytes it takes.
        """
        with self._making[hash(key) % STRIPES]:
            found = self._find(key)
            if found is None:
                thing = make()
                found = Weighed(thing, weigh(thing))
                self._keep(key, found)
        kept: Thing = found.thing
        return kept

    def _find(self, key: Hashable) -> Weighed | None:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def _keep(self, key: Hashable, made: Weighed) -> None:
        if made.size > self._most:
            return
        with self._lock:
            self._things[key] = made
            self._size += made.size
            while self._size > self._most:
                self._size -= self._things.popitem(last=False)[1].size
