"""A plain object store in memory that keeps LEAN's rules and fails as it is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

# LEAN's rule for keys, and the length its disk surely takes.
LEAN_KEY = re.compile(r"\.?[a-zA-Z0-9\\/_#\-$= ]+\.?[a-zA-Z0-9]*")
LONGEST_KEY = 200


class StoreError(Exception):
    """What .NET might raise."""


def _never(key: str) -> bool:
    return False


class FakeStore:
    """An object store whose failures are set from outside.

    Attributes:
        objects: What is stored, by key.
        calls: How often each member was called.
        raising: Members that raise.
        full: Whether a save under the key returns False.
        raises_at: Whether a save under the key raises before it writes.
        raises_after: Whether a save under the key raises although it wrote.
    """

    def __init__(self, max_size: int = 1_000_000, max_files: int = 1_000) -> None:
        self.objects: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.raising: set[str] = set()
        self.full: Callable[[str], bool] = _never
        self.raises_at: Callable[[str], bool] = _never
        self.raises_after: Callable[[str], bool] = _never
        self._limits = (max_size, max_files)

    def heal(self) -> None:
        """Nothing fails any more."""
        self.raising = set()
        self.full = self.raises_at = self.raises_after = _never

    @property
    def max_size(self) -> int:
        """The most bytes."""
        self._call("max_size")
        return self._limits[0]

    @property
    def max_files(self) -> int:
        """The most files."""
        self._call("max_files")
        return self._limits[1]

    @property
    def keys(self) -> list[str]:
        """The keys there are."""
        self._call("keys")
        return list(self.objects)

    def contains_key(self, path: str) -> bool:
        """Whether there is one."""
        self._call("contains_key")
        return path in self.objects

    def read(self, path: str) -> str:
        """The object, or KeyError."""
        self._call("read")
        return self.objects[path]

    def save(self, path: str, text: str) -> bool:
        """Store it under a key that LEAN takes; False when that would be too much."""
        self._call("save")
        assert LEAN_KEY.fullmatch(path), path
        assert len(path) < LONGEST_KEY, path
        if self.raises_at(path):
            raise StoreError(f"{path} cannot be written")
        after = {**self.objects, path: text}
        size = sum(len(one.encode()) for one in after.values())
        if self.full(path) or size > self._limits[0] or len(after) > self._limits[1]:
            return False
        self.objects = after
        if self.raises_after(path):
            raise StoreError(f"{path} was written, and then something broke")
        return True

    def delete(self, path: str) -> bool:
        """Delete it; False when there was none."""
        self._call("delete")
        return self.objects.pop(path, None) is not None

    def _call(self, member: str) -> None:
        self.calls[member] += 1
        if member in self.raising:
            raise StoreError(f"{member} is not allowed")
