"""The sealed store: LEAN's object store with every object sealed, its failures as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from models.errors import Failure, guarded
from models.later import Steps, finished_steps
from utils.store.results import Damage, DamagedError, LoadResult, LoadStatus
from utils.store.sealing import Sealed, read_header, unseal

# What a store holds that does not say it: the smallest that QuantConnect sells.
SMALLEST_STORE_BYTES = 50_000_000
SMALLEST_STORE_FILES = 1_000


@runtime_checkable
class LeanObjectStore(Protocol):
    """What is used of LEAN's object store."""

    @property
    def max_size(self) -> int:
        """The most bytes that the whole store may hold."""

    @property
    def max_files(self) -> int:
        """The most files that the whole store may hold."""

    @property
    def keys(self) -> Iterable[str]:
        """The keys of all objects."""

    def contains_key(self, path: str, /) -> bool:
        """Tell whether there is an object of a key."""

    def read(self, path: str, /) -> str:
        """Return an object as text."""

    def save(self, path: str, text: str, /) -> bool:
        """Store a text; False when the store is full."""

    def delete(self, path: str, /) -> bool:
        """Delete an object; False when there was none."""


class SealedStore:
    """LEAN's object store; what it raises is returned as a `Failure`.

    Args:
        store: LEAN's `algorithm.object_store`, or what has the same members.

    Attributes:
        writes: The calls of the store's save so far.
    """

    def __init__(self, store: LeanObjectStore) -> None:
        self._store = store
        self.writes = 0

    # --- single objects of LEAN's store

    def limits(self) -> tuple[int, int]:
        """Return the most bytes and files that the whole store may hold."""
        size = guarded(lambda: int(self._store.max_size))
        files = guarded(lambda: int(self._store.max_files))
        return (
            SMALLEST_STORE_BYTES if isinstance(size, Failure) else size,
            SMALLEST_STORE_FILES if isinstance(files, Failure) else files,
        )

    def keys(self) -> list[str] | Failure:
        """Return the keys of the whole store, which LEAN walks for them."""
        return guarded(lambda: [str(key) for key in self._store.keys])

    def has(self, key: str) -> bool | Failure:
        """Tell whether there is an object of a key, be it whole or damaged."""
        return guarded(lambda: bool(self._store.contains_key(key)))

    def remove(self, key: str) -> bool | Failure:
        """Delete an object; False when there was none."""
        return guarded(lambda: bool(self._store.delete(key)))

    def discard(self, keys: Iterable[str]) -> list[str]:
        """Delete objects, and return the keys of those that the store would not delete."""
        return [key for key in keys if isinstance(self.remove(key), Failure)]

    def write(self, key: str, text: str) -> bool | Failure:
        """Store a text; False when the store is full."""
        self.writes += 1
        return guarded(lambda: bool(self._store.save(key, text)))

    def read(self, key: str) -> str | Failure:
        """Return an object as text; empty where LEAN gives None, because its file vanished.

        What fails once is tried once more.
        """
        found = guarded(lambda: self._store.read(key) or "")
        if isinstance(found, Failure):
            found = guarded(lambda: self._store.read(key) or "")
        return found

    # --- objects with their parts

    def putting(
        self, key: str, sealed: Sealed, part_keys: Sequence[str], before: list[str]
    ) -> Steps[tuple[bool | Failure, list[str]]]:
        """Write the parts, then the head that names them; then delete the parts of the last object.

        A step writes one of them.
        Whatever fails, the object that was there still finds its own parts.

        Args:
            key: The key of the object.
            sealed: What to write.
            part_keys: The keys of its parts, in their order; none of them is in use.
            before: The keys of the parts that are there already.

        Returns:
            Whether it was saved (False when the store is full), and the keys of the parts that are
            there now.
        """
        taken = yield from self._write_parts(part_keys, sealed.parts)
        if taken is True:
            taken = self.write(key, sealed.head)
            if isinstance(taken, Failure):
                # LEAN may have raised after it wrote
                there = "" if self.has(key) is False else self.read(key)
                if isinstance(there, Failure):  # whichever head is there needs its parts
                    return taken, [*before, *part_keys]
                taken = there == sealed.head or taken
        if taken is True:
            return taken, [*self.discard(before), *part_keys]
        return taken, before + self.discard(part_keys)

    def put(
        self, key: str, sealed: Sealed, part_keys: Sequence[str], before: list[str]
    ) -> tuple[bool | Failure, list[str]]:
        """All steps of `putting` at once."""
        return finished_steps(self.putting(key, sealed, part_keys, before))

    def _write_parts(self, keys: Sequence[str], parts: Sequence[str]) -> Steps[bool | Failure]:
        """Write parts, up to the first that the store does not take; True when it took all."""
        for key, part in zip(keys, parts, strict=True):
            taken = self.write(key, part)
            if taken is not True:
                return taken
            yield
        return True

    def load(self, key: str, part_key: Callable[[int, int], str]) -> LoadResult[bytes]:
        """Return what an object and its parts hold.

        Args:
            key: The key of the object.
            part_key: Returns the key of a part by its generation and its number, which counts
                from 1.
        """
        there = self.has(key)
        try:
            text = self._whole(key, part_key) if there is True else there
            if isinstance(text, Failure):
                return LoadResult(LoadStatus.UNREADABLE, detail=str(text))
            if not isinstance(text, str):
                return LoadResult(LoadStatus.MISSING, detail=f"there is no {key}")
            content = unseal(text)
        except DamagedError as problem:
            damage = problem.damage
            return LoadResult(LoadStatus.DAMAGED, damage=damage, detail=str(problem))
        saved = datetime.fromtimestamp(content.saved, UTC)
        return LoadResult(LoadStatus.FOUND, content.data, saved)

    def _whole(self, key: str, part_key: Callable[[int, int], str]) -> str | Failure:
        """Return an object with its parts joined to it; `DamagedError` where a part is lost."""
        head = self.read(key)
        if isinstance(head, Failure):
            return head
        header = read_header(head)
        texts = [head]
        for number in range(1, header.parts + 1):
            part = self._part(part_key(header.generation, number), number, header.parts)
            if isinstance(part, Failure):
                return part
            texts.append(part)
        return "".join(texts)

    def _part(self, key: str, number: int, parts: int) -> str | Failure:
        """Return a part by its key; `DamagedError` where it is the one that is lost."""
        part = self.read(key)
        if isinstance(part, Failure) and self.has(key) is False:
            raise DamagedError(Damage.CUT, f"part {number} of {parts} is missing")
        return part
