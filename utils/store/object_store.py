"""What the tracker and its users keep in LEAN's object store, and find again or are told why not.

Categories share the space and say who finds an object again, how often it may be saved and how long
it is kept (`store_catalog`); each object can be verified (`sealed_objects`). A save is one call of
LEAN's, which walks its whole store each time, and a second for the index when a name is new or a
size has changed much. What the environment does wrong is a result; only wrong calls raise. A failed
save leaves the previous object readable. The lock is this module's own: never call it under the
tracker's.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from models.errors import CallError, Failure
from utils.store.catalog import DAY, Catalog, Known, Place, take_stock
from utils.store.categories import CATEGORIES, Category, check_categories, check_name
from utils.store.results import Reason, SaveResult, StoreStatistics
from utils.store.sealing import Damage, LoadResult, Sealed, Status, encode, seal
from utils.store.shelf import Shelf, Store


def text_data(value: str) -> bytes:
    """A text as bytes; CallError where UTF-8 has none for it."""
    try:
        return value.encode()
    except (AttributeError, UnicodeEncodeError) as problem:
        raise CallError(f"it must be a text without lone surrogates: {problem}") from None


def bytes_data(value: bytes | bytearray | memoryview) -> bytes:
    """Bytes, in whatever holds them, as bytes; CallError for anything else."""
    try:
        return memoryview(value).tobytes()
    except TypeError as problem:
        raise CallError(f"it must be bytes: {problem}") from None


def json_data(value: Any) -> bytes:
    """A value as JSON; CallError for what JSON cannot say, NaN and infinities among it."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise CallError(f"it must be what JSON can say: {problem}") from None


T = TypeVar("T")

# How much of the store one project may use: the organization's others share it.
USED_AT_MOST = 0.5
PART_SIZE = 4_000_000  # bytes


class ObjectStoreManager:
    """Objects by category and name, in the namespace of one project.

    Args:
        store: LEAN's `algorithm.object_store`, or what has the same members.
        project: LEAN's project id.
        deployment: LEAN's id of the run; without one every run is another.
        live: Whether LEAN trades live, so that the next deployment finds what is kept for it and
            no backtest touches it.
        clock: Unix time, seconds.
        categories: What may be kept; a user adds to `CATEGORIES` or replaces them.
        part_size: The most bytes in one object of the store; larger ones are cut into parts.

    Raises:
        CallError: A category has a name that makes no key, or the shares make more than 1.
    """

    def __init__(
        self,
        store: Store,
        *,
        project: str,
        deployment: str = "",
        live: bool = False,
        clock: Callable[[], float] = time.time,
        categories: Mapping[str, Category] = CATEGORIES,
        part_size: int = PART_SIZE,
    ) -> None:
        check_categories(categories)
        self.categories = dict(categories)
        self._shelf = Shelf(store)
        self._ids = (project, deployment)
        self._live = live
        self._clock = clock
        self._part_size = part_size
        self._lock = threading.RLock()
        self._listed: Catalog | None = None
        self._limits: tuple[int, int] | None = None
        self._tried: dict[str, float] = {}
        self._saves = dict.fromkeys(Reason, 0)
        self._cleaned = False
        self._removed = 0
        self._spared = 0

    # --- save

    def save_text(self, category: str, name: str, value: str, *, force: bool = False) -> SaveResult:
        """Keep a text.

        Args:
            category: One of `categories`.
            name: What it is loaded by.
            value: Any text without lone surrogates.
            force: Whether to save even though the category was saved a moment ago.

        Raises:
            CallError: The category is unknown, the name makes no key, or the value is not such.
        """
        return self._save(category, name, lambda: text_data(value), force)

    def save_bytes(
        self,
        category: str,
        name: str,
        value: bytes | bytearray | memoryview,
        *,
        force: bool = False,
    ) -> SaveResult:
        """Keep bytes; as `save_text`."""
        return self._save(category, name, lambda: bytes_data(value), force)

    def save_json(self, category: str, name: str, value: Any, *, force: bool = False) -> SaveResult:
        """Keep what JSON can say, NaN and infinities not included; as `save_text`."""
        return self._save(category, name, lambda: json_data(value), force)

    def due(self, category: str) -> bool:
        """Whether a save would not be too soon, so that nothing is made in vain."""
        rule = self._rule(category)
        tried = self._tried.get(category)
        # a clock that was set back does not keep anybody waiting
        return tried is None or not 0.0 <= self._clock() - tried < rule.every

    def _save(self, category: str, name: str, make: Callable[[], bytes], force: bool) -> SaveResult:
        rule = self._rule(category)
        check_name(name)
        with self._lock:
            if force or self.due(category):
                result = self._encode_and_put(rule, category, name, make)
            else:
                result = SaveResult(Reason.TOO_SOON, detail=f"only once in {rule.every:g} s")
            self._saves[result.reason] += 1
            return result

    def _encode_and_put(
        self, rule: Category, category: str, name: str, make: Callable[[], bytes]
    ) -> SaveResult:
        encoded = encode(make(), compress=rule.compress)
        catalog = self._catalog()
        if isinstance(catalog, Failure):
            self._tried[category] = self._clock()
            return SaveResult(Reason.FAILED, detail=f"the store cannot be listed: {catalog}")
        if not self._cleaned:
            self.clean()
        place = catalog.place(rule.scope, category, name)
        generation = catalog.next_generation(place)
        sealed = seal(encoded, self._clock(), part_size=self._part_size, generation=generation)
        refusal, room = self._make_room(catalog, place, sealed)
        if refusal is not None:
            detail = f"{sealed.size} bytes in {sealed.files} files; {room} bytes would fit"
            return SaveResult(refusal, sealed.size, room, detail)
        result = self._put(catalog, place, sealed, generation, room)
        if result.saved:
            self._spared += encoded.spared
            self._note(catalog, place, sealed.size)
        return result

    def _make_room(
        self, catalog: Catalog, place: Place, sealed: Sealed
    ) -> tuple[Reason | None, int]:
        """Remove the oldest runs' objects of the category where the new one needs their room.

        Returns:
            Why it does not fit even so, and the bytes that would.
        """
        category = place.category
        most, most_files = self._share(category)
        held, held_files = catalog.used(category, place, catalog.removable(category))
        files_left = max(0, most_files - held_files)
        room = min(max(0, most - held), self._part_size * (files_left - (files_left > 1)))
        if sealed.size > most - held:
            return Reason.TOO_LARGE, room
        if sealed.files > files_left:
            return Reason.TOO_MANY, room
        used, used_files = catalog.used(category, place)
        size, files = used + sealed.size - most, used_files + sealed.files - most_files
        self._free(catalog, category, size, files)
        return None, room

    def _share(self, category: str) -> tuple[int, int]:
        """The bytes and files a category may hold; the store is asked once."""
        if self._limits is None:
            self._limits = self._shelf.limits()
        part = USED_AT_MOST * self.categories[category].share
        size, files = self._limits
        return int(size * part), int(files * part)

    def _put(
        self, catalog: Catalog, place: Place, sealed: Sealed, generation: int, room: int
    ) -> SaveResult:
        """Write an object; in a full store once more, in the room of the oldest runs."""
        key, keys = catalog.key(place), catalog.part_keys(place, generation, len(sealed.parts))
        put = partial(self._shelf.put, key, sealed, keys)
        taken, catalog.parts[place] = put(catalog.parts[place])
        if taken is False and self._free(catalog, place.category, sealed.size, sealed.files):
            taken, catalog.parts[place] = put(catalog.parts[place])
        self._tried[place.category] = self._clock()
        if taken is True:
            return SaveResult(Reason.SAVED, sealed.size, room)
        if isinstance(taken, Failure):
            return SaveResult(Reason.FAILED, sealed.size, room, str(taken))
        # what is no larger than its predecessor always fits
        room = catalog.objects[place].size if place in catalog.objects else 0
        return SaveResult(Reason.FULL, sealed.size, room, "the store takes no more")

    def _note(self, catalog: Catalog, place: Place, size: int) -> None:
        """Take down an object's size, and write the root's index where that is news."""
        catalog.objects[place] = Known(size, int(self._clock()) // DAY)
        if catalog.is_news(place):
            index = encode(json_data(catalog.index(place.root)), compress=True)
            self._shelf.write(catalog.index_key(place.root), seal(index, self._clock()).head)

    # --- remove

    def delete(self, category: str, name: str) -> bool:
        """Remove an object; False when there is none, or the store does not let go of it.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        with self._lock:
            found = self._find(category, name)
            if isinstance(found, Failure):
                return False
            catalog, place = found
            return self._remove(catalog, place)

    def clean(self) -> int:
        """Remove what is too old: runs beyond those kept, and objects that expired.

        The first save does so by itself.

        Returns:
            How many objects were removed.
        """
        with self._lock:
            catalog = self._catalog()
            if isinstance(catalog, Failure):
                return 0
            self._cleaned = True
            before = self._removed
            today = int(self._clock()) // DAY
            self._remove_all(catalog, catalog.outdated(self.categories, today))
            for root in catalog.bare():
                if not self._shelf.discard([catalog.index_key(root)]):
                    catalog.indexed.discard(root)
            return self._removed - before

    def _free(self, catalog: Catalog, category: str, size: int, files: int) -> bool:
        """Remove the oldest runs' objects of a category until so much is freed; whether any was."""
        before = now = catalog.used(category)
        for run in catalog.removable(category):
            if before[0] - now[0] >= size and before[1] - now[1] >= files:
                break
            self._remove_all(catalog, catalog.of_run(run, category))
            now = catalog.used(category)
        return now != before

    def _remove_all(self, catalog: Catalog, places: Iterable[Place]) -> None:
        self._removed += sum(self._remove(catalog, place) for place in places)

    def _remove(self, catalog: Catalog, place: Place) -> bool:
        """Delete an object, then its parts, so that none is missing while it is there."""
        gone = self._shelf.remove(catalog.key(place))
        if isinstance(gone, Failure):
            return False
        catalog.forget(place)
        catalog.parts[place] = self._shelf.discard(catalog.parts[place])
        return gone

    # --- load

    def load_text(self, category: str, name: str) -> LoadResult[str]:
        """What `save_text` or `save_json` kept, as text.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        return self._load(category, name, bytes.decode, "text")

    def load_bytes(self, category: str, name: str) -> LoadResult[bytes]:
        """What was kept, as bytes, a text as UTF-8; as `load_text`."""
        return self._load(category, name, bytes, "bytes")

    def load_json(self, category: str, name: str) -> LoadResult[Any]:
        """What `save_json` kept, or JSON that was kept as text; as `load_text`."""
        return self._load(category, name, json.loads, "JSON")

    def _load(
        self, category: str, name: str, convert: Callable[[bytes], T], what: str
    ) -> LoadResult[T]:
        with self._lock:
            found = self._find_and_load(category, name)
        if found.value is None:
            return LoadResult(found.status, damage=found.damage, detail=found.detail)
        try:
            return LoadResult(Status.FOUND, convert(found.value), found.saved)
        except (ValueError, RecursionError):
            return LoadResult(Status.DAMAGED, damage=Damage.FOREIGN, detail=f"it is no {what}")

    def _find_and_load(self, category: str, name: str) -> LoadResult[bytes]:
        found = self._find(category, name)
        if isinstance(found, Failure):
            return LoadResult(Status.UNREADABLE, detail=str(found))
        catalog, place = found
        loaded = self._shelf.load(catalog.key(place), partial(catalog.part_key, place))
        days = self.categories[category].days
        if days is None or loaded.saved is None:
            return loaded
        if loaded.saved.timestamp() + days * DAY >= self._clock():
            return loaded
        return LoadResult(Status.MISSING, detail=f"it expired after {days} days")

    # --- ask

    def exists(self, category: str, name: str) -> bool:
        """Whether the store has the object, be it whole or damaged; False where it cannot be asked.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        with self._lock:
            found = self._find(category, name)
            if isinstance(found, Failure):
                return False
            catalog, place = found
            return self._shelf.has(catalog.key(place)) is True

    def names(self, category: str) -> list[str]:
        """The objects of a category that the present run can load, by name.

        Raises:
            CallError: The category is unknown.
        """
        scope = self._rule(category).scope
        with self._lock:
            catalog = self._catalog()
            if isinstance(catalog, Failure):
                return []
            places = catalog.of_run(catalog.root(scope), category)
            return sorted(place.name for place in places if place in catalog.objects)

    def statistics(self) -> StoreStatistics:
        """What the project keeps by category, and what the present run did."""
        with self._lock:
            catalog = self._catalog()
            objects = dict.fromkeys(self.categories, 0)
            sizes = objects.copy()
            if not isinstance(catalog, Failure):
                for place, known in catalog.objects.items():
                    objects[place.category] = objects.get(place.category, 0) + 1
                    sizes[place.category] = sizes.get(place.category, 0) + known.size
            saves = self._saves.copy()
            return StoreStatistics(
                objects, sizes, saves, self._shelf.writes, self._removed, self._spared
            )

    # --- what is there

    def _rule(self, category: str) -> Category:
        rule = self.categories.get(category)
        if rule is None:
            known = ", ".join(sorted(self.categories))
            raise CallError(f"there is no category {category!r}; there are {known}")
        return rule

    def _find(self, category: str, name: str) -> tuple[Catalog, Place] | Failure:
        scope = self._rule(category).scope
        check_name(name)
        catalog = self._catalog()
        if isinstance(catalog, Failure):
            return catalog
        return catalog, catalog.place(scope, category, name)

    def _catalog(self) -> Catalog | Failure:
        """What there is; the store is listed once, and again only where that failed."""
        if self._listed is None:
            keys = self._shelf.keys()
            if isinstance(keys, Failure):
                return keys
            project, deployment = self._ids
            now = self._clock()
            self._listed = Catalog(keys, project, deployment, live=self._live, now=now)
            take_stock(self._listed, self._shelf, int(now) // DAY)
        return self._listed
