"""The shelf: LEAN's object store within limits of our own, its failures as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from models.errors import Failure, guarded
from utils.store.sealing import Damage, DamagedError, LoadResult, Sealed, Status, read_line, unseal

# What a store is taken to hold that does not say: the smallest that QuantConnect sells.
LEAST_BYTES = 50_000_000
LEAST_FILES = 1_000


class Store(Protocol):
    """What is used of LEAN's object store."""

    @property
    def max_size(self) -> int:
        """The most bytes the whole store may hold."""

    @property
    def max_files(self) -> int:
        """The most files the whole store may hold."""

    @property
    def keys(self) -> Iterable[str]:
        """The keys there are."""

    def contains_key(self, path: str, /) -> bool:
        """Whether there is an object of that key."""

    def read(self, path: str, /) -> str:
        """The object as text."""

    def save(self, path: str, text: str, /) -> bool:
        """Store a text; False when the store is full."""

    def delete(self, path: str, /) -> bool:
        """Delete the object; False when there was none."""


class Shelf:
    """The store as sealed objects; what it raises is handed back.

    Attributes:
        writes: Calls of the store's save so far.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.writes = 0

    def limits(self) -> tuple[int, int]:
        """The most bytes and files the whole store may hold."""
        size = guarded(lambda: int(self._store.max_size))
        files = guarded(lambda: int(self._store.max_files))
        return (
            LEAST_BYTES if isinstance(size, Failure) else size,
            LEAST_FILES if isinstance(files, Failure) else files,
        )

    def keys(self) -> list[str] | Failure:
        """The keys of the whole store, which is walked for them."""
        return guarded(lambda: [str(key) for key in self._store.keys])

    def has(self, key: str) -> bool | Failure:
        """Whether there is an object, whole or damaged."""
        return guarded(lambda: bool(self._store.contains_key(key)))

    def remove(self, key: str) -> bool | Failure:
        """Delete an object; False when there was none."""
        return guarded(lambda: bool(self._store.delete(key)))

    def discard(self, keys: Iterable[str]) -> list[str]:
        """Delete objects; those the store does not let go of are returned."""
        return [key for key in keys if isinstance(self.remove(key), Failure)]

    def write(self, key: str, text: str) -> bool | Failure:
        """Store a text; False when the store is full."""
        self.writes += 1
        return guarded(lambda: bool(self._store.save(key, text)))

    def put(
        self, key: str, sealed: Sealed, part_keys: Sequence[str], before: list[str]
    ) -> tuple[bool | Failure, list[str]]:
        """Write the parts, then the object that names them; then delete the parts before them.

        Whatever fails, the object that was there finds its own parts. One that is there although
        the store raised was saved.

        Args:
            key: The object's.
            sealed: What to write.
            part_keys: Of its parts, in their order; none of them is in use.
            before: The parts' that are there already.

        Returns:
            What the store said, and the keys of the parts that are there now.
        """
        for part_key, part in zip(part_keys, sealed.parts, strict=True):
            taken = self.write(part_key, part)
            if taken is not True:
                return taken, before + self.discard(part_keys)
        taken = self.write(key, sealed.head)
        if isinstance(taken, Failure):
            there = "" if self.has(key) is False else self.read(key)
            if isinstance(there, Failure):  # whichever head is there needs its parts
                return taken, [*before, *part_keys]
            taken = there == sealed.head or taken
        if taken is True:
            return taken, [*self.discard(before), *part_keys]
        return taken, before + self.discard(part_keys)

    def read(self, key: str) -> str | Failure:
        """An object as text; LEAN reads None where a file vanished, which is empty here."""
        return guarded(lambda: self._store.read(key) or "")

    def load(self, key: str, part_key: Callable[[int, int], str]) -> LoadResult[bytes]:
        """What an object and its parts hold.

        Args:
            key: The object's.
            part_key: The key of a part by generation and number, which counts from 1.
        """
        there = self.has(key)
        try:
            text = self._whole(key, part_key) if there is True else there
            if isinstance(text, Failure):
                return LoadResult(Status.UNREADABLE, detail=str(text))
            if not isinstance(text, str):
                return LoadResult(Status.MISSING, detail=f"there is no {key}")
            content = unseal(text)
        except DamagedError as problem:
            return LoadResult(Status.DAMAGED, damage=problem.damage, detail=str(problem))
        saved = datetime.fromtimestamp(content.saved, UTC)
        return LoadResult(Status.FOUND, content.data, saved)

    def _whole(self, key: str, part_key: Callable[[int, int], str]) -> str | Failure:
        """An object and its parts as one text; DamagedError where a part is lost."""
        text = self.read(key)
        if isinstance(text, Failure):
            return text
        line = read_line(text)
        texts = [text]
        for number in range(1, line.parts + 1):
            key = part_key(line.generation, number)
            part = self.read(key)
            if isinstance(part, Failure):
                if self.has(key) is not False:
                    return part
                lost = f"part {number} of {line.parts} is missing"
                raise DamagedError(Damage.CUT, lost)
            texts.append(part)
        return "".join(texts)
