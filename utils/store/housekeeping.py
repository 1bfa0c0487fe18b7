"""Housekeeping: an object is written within its category's share, and old ones make room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from models.errors import Failure
from models.later import Steps, finished_steps
from utils.store.catalog import DAY_SECONDS, Catalog, ObjectRecord
from utils.store.categories import StorePolicy
from utils.store.contents import json_data
from utils.store.encoding import encode_content
from utils.store.keys import ObjectPlace
from utils.store.results import SaveReason, SaveResult
from utils.store.sealed_store import SealedStore
from utils.store.sealing import Sealed, seal


class StorePace:
    """When a category may be saved again.

    Args:
        clock: Unix time, seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tried: dict[str, float] = {}

    def tried(self, category: str) -> None:
        """Take note that a save in a category was tried just now, with whatever result."""
        self._tried[category] = self._clock()

    def allows(self, category: str, every: float) -> bool:
        """Tell whether so many seconds went by since the last try.

        A clock that was set back since then keeps nobody waiting.
        """
        tried = self._tried.get(category)
        return tried is None or not 0.0 <= self._clock() - tried < every


class Housekeeping:
    """Writes and removes objects so that each category keeps to its share of the store.

    Args:
        catalog: What is in the store.
        store: The store.
        policy: What may be kept, and how much.
        clock: Unix time, seconds.

    Attributes:
        catalog: What is in the store.
        removed: How many objects were removed because they were old or their room was needed.
    """

    def __init__(
        self,
        catalog: Catalog,
        store: SealedStore,
        policy: StorePolicy,
        clock: Callable[[], float],
    ) -> None:
        self.catalog = catalog
        self.removed = 0
        self._store = store
        self._policy = policy
        self._clock = clock
        self._limits: tuple[int, int] | None = None  # bytes and files, once the store was asked

    # --- write

    def make_room(self, place: ObjectPlace, sealed: Sealed) -> SaveResult | int:
        """Remove the oldest runs' objects of a category where a new one needs their room.

        Returns:
            The most bytes that the object could take, or why it does not fit even so.
        """
        category = place.category
        most, most_files = self._share(category)
        held, held_files = self.catalog.used(category, place, self.catalog.removable(category))
        files_left = max(0, most_files - held_files)
        part_size = self._policy.part_size
        largest = min(most - held, most // self._policy.categories[category].copies)
        room = min(max(0, largest), part_size * (files_left - (files_left > 1)))
        if sealed.size > largest:
            return _refused(SaveReason.TOO_LARGE, sealed, room)
        if sealed.files > files_left:
            return _refused(SaveReason.TOO_MANY, sealed, room)
        used, used_files = self.catalog.used(category, place)
        self._free(category, used + sealed.size - most, used_files + sealed.files - most_files)
        return room

    def _share(self, category: str) -> tuple[int, int]:
        """Return the bytes and files that a category may hold; the store is asked once."""
        if self._limits is None:
            self._limits = self._store.limits()
        part = self._policy.used_at_most * self._policy.categories[category].share
        size, files = self._limits
        return int(size * part), int(files * part)

    def put(self, place: ObjectPlace, sealed: Sealed, generation: int, room: int) -> SaveResult:
        """All steps of `putting` at once."""
        return finished_steps(self.putting(place, sealed, generation, room))

    def putting(
        self, place: ObjectPlace, sealed: Sealed, generation: int, room: int
    ) -> Steps[SaveResult]:
        """Write an object; in a full store once more, in the room of the oldest runs.

        Args:
            place: Where the object is.
            sealed: What to write.
            generation: The number of its set of parts.
            room: The most bytes that it could take.
        """
        catalog, keys = self.catalog, self.catalog.keys
        part_keys = keys.parts(place, generation, len(sealed.parts))
        put = partial(self._store.putting, keys.of(place), sealed, part_keys)
        taken, catalog.parts[place] = yield from put(catalog.parts[place])
        if taken is False and self._free(place.category, sealed.size, sealed.files):
            taken, catalog.parts[place] = yield from put(catalog.parts[place])
        if taken is True:
            return SaveResult(SaveReason.SAVED, sealed.size, room)
        if isinstance(taken, Failure):
            return SaveResult(SaveReason.FAILED, sealed.size, room, str(taken))
        # what is no larger than its predecessor always fits
        room = catalog.objects[place].size if place in catalog.objects else 0
        return SaveResult(SaveReason.FULL, sealed.size, room, "the store takes no more")

    def note(self, place: ObjectPlace, size: int) -> None:
        """Take note of a saved object's size, and write its root's index where that is news."""
        catalog = self.catalog
        catalog.objects[place] = ObjectRecord(size, int(self._clock()) // DAY_SECONDS)
        if catalog.is_news(place):
            index = encode_content(json_data(catalog.index(place.root)), compress=True)
            self._store.write(catalog.keys.index(place.root), seal(index, self._clock()).head)

    # --- remove

    def clean(self) -> int:
        """Remove what expired, and runs beyond those kept; return how many objects were removed."""
        before, catalog = self.removed, self.catalog
        today = int(self._clock()) // DAY_SECONDS
        self._remove_all(catalog.outdated(self._policy.categories, today))
        for root in catalog.bare():
            if not self._store.discard([catalog.keys.index(root)]):
                catalog.indexed.discard(root)
        return self.removed - before

    def _free(self, category: str, size: int, files: int) -> bool:
        """Remove the oldest runs' objects until so many bytes and files are freed.

        Returns:
            Whether anything was removed.
        """
        before = now = self.catalog.used(category)
        for run in self.catalog.removable(category):
            if before[0] - now[0] >= size and before[1] - now[1] >= files:
                break
            self._remove_all(self.catalog.of_root(run, category))
            now = self.catalog.used(category)
        return now != before

    def _remove_all(self, places: Iterable[ObjectPlace]) -> None:
        """Remove objects, and count those that are gone."""
        self.removed += sum(self.remove(place) for place in places)

    def remove(self, place: ObjectPlace) -> bool:
        """Delete an object, then its parts, so that none is missing while the object is there.

        Returns:
            False when there was none, or the store would not delete it.
        """
        gone = self._store.remove(self.catalog.keys.of(place))
        if isinstance(gone, Failure):
            return False
        self.catalog.forget(place)
        self.catalog.parts[place] = self._store.discard(self.catalog.parts[place])
        return gone


def _refused(reason: SaveReason, sealed: Sealed, room: int) -> SaveResult:
    """Return that an object does not fit, and the most bytes that would."""
    detail = f"{sealed.size} bytes in {sealed.files} files; {room} bytes would fit"
    return SaveResult(reason, sealed.size, room, detail)
