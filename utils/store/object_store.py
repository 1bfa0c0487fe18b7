"""What the tracker and its users keep in LEAN's object store, and find again or are told why not.

Categories share the space and say who finds an object again, how often it may be saved and how long
it is kept (`StoreCategory`); each object has a checksum (`sealing`). A save is one call of LEAN's,
which walks its whole store each time, and a second for the index when a name is new or a size has
changed much. What the environment does wrong is a result; only wrong calls raise. A failed save
leaves the previous object readable. The lock is this module's own: call nothing here while the
tracker is locked.
"""

from __future__ import annotations

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from models.errors import Failure
from models.later import Steps, finished_steps
from models.tracker.ports import Storage
from utils.store.catalog import DAY_SECONDS, Catalog, take_stock
from utils.store.categories import STORE_POLICY, StoreCategory, StorePolicy, check_name
from utils.store.contents import bytes_data, json_data, text_data
from utils.store.encoding import PIECE_BYTES, Compressor, Encoded, encode_content
from utils.store.housekeeping import Housekeeping, StorePace
from utils.store.keys import ObjectPlace
from utils.store.results import (
    Damage,
    LoadResult,
    LoadStatus,
    SaveReason,
    SaveResult,
    StoreStatistics,
)
from utils.store.sealed_store import LeanObjectStore, SealedStore
from utils.store.sealing import seal
from utils.store.snapshots import SnapshotStore

ValueT = TypeVar("ValueT")


class ObjectStoreManager:
    """Objects by category and name, in the namespace of one project.

    Args:
        store: LEAN's `algorithm.object_store`, or what has the same members.
        policy: What may be kept, and how much of the store it may take.
        project: LEAN's project id.
        deployment: LEAN's id of the run; without one every run is another.
        live: Whether LEAN trades live, so that the next deployment finds what is kept for it and
            no backtest touches it.
        clock: Unix time, seconds.
    """

    def __init__(
        self,
        store: LeanObjectStore,
        policy: StorePolicy = STORE_POLICY,
        *,
        project: str,
        deployment: str = "",
        live: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._policy = policy
        self._lean = store
        self._store = SealedStore(store)
        self._project = project
        self._deployment = deployment
        self._live = live
        self._clock = clock
        self._lock = threading.RLock()
        self._opened: Housekeeping | None = None  # once the store was listed
        self._pace = StorePace(clock)
        self._compressor = Compressor()
        self._saves = dict.fromkeys(SaveReason, 0)
        self._cleaned = False
        self._spared = 0

    def storage(self) -> Storage:
        """Return a place for a tracker by hand; every later run finds what it saves there."""
        of = {"project": self._project, "deployment": self._deployment}
        lasting = ObjectStoreManager(self._lean, self._policy, **of, live=True, clock=self._clock)
        states = SnapshotStore(self if self._live else lasting)
        return Storage(states, states, states)

    # --- save

    def save_text(self, category: str, name: str, value: str, *, force: bool = False) -> SaveResult:
        """Keep a text.

        Args:
            category: One of the policy's categories.
            name: What it is loaded by: letters, digits, - and _, and one dot before an ending.
            value: Any text without lone surrogates.
            force: Whether to save even though the category was saved a moment ago.

        Raises:
            CallError: The category is unknown, the name makes no key, or the value is no such text.
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
        """Keep bytes.

        Args:
            category: One of the policy's categories.
            name: What they are loaded by: letters, digits, - and _, and one dot before an ending.
            value: The bytes.
            force: Whether to save even though the category was saved a moment ago.

        Raises:
            CallError: The category is unknown, the name makes no key, or the value has no bytes.
        """
        return self._save(category, name, lambda: bytes_data(value), force)

    def save_json(self, category: str, name: str, value: Any, *, force: bool = False) -> SaveResult:
        """Keep a value that JSON can say.

        Args:
            category: One of the policy's categories.
            name: What it is loaded by: letters, digits, - and _, and one dot before an ending.
            value: Texts, numbers, lists and mappings; no NaN and no infinity.
            force: Whether to save even though the category was saved a moment ago.

        Raises:
            CallError: The category is unknown, the name makes no key, or JSON cannot say the value.
        """
        return self._save(category, name, lambda: json_data(value), force)

    def saving(
        self, category: str, name: str, pieces: Sequence[bytes], *, force: bool = False
    ) -> Steps[SaveResult]:
        """Keep a large content that is given in pieces, in steps of a few milliseconds each.

        Pieces that the last content had are not compressed again; the rest is as of `save_bytes`.
        """
        rule = self._policy.category(category)
        if sum(map(len, pieces)) <= PIECE_BYTES or not rule.compress:
            return self.save_bytes(category, name, b"".join(pieces), force=force)
        check_name(name)
        if not force and not self.due(category):
            return self.save_bytes(category, name, b"")  # counts that it was too soon
        packed = yield from self._compressor.steps(pieces)
        body = b64encode(packed).decode("ascii")
        yield
        spared = sum(map(len, pieces)) - len(body)
        with self._lock:
            putting = self._putting(rule, category, name, Encoded("gzip", body, spared))
        while True:  # the lock is not held between steps
            with self._lock:
                try:
                    next(putting)
                except StopIteration as ended:
                    result: SaveResult = ended.value
                    self._saves[result.reason] += 1
                    return result
            yield

    def due(self, category: str) -> bool:
        """Tell whether a save in a category would not be too soon, so that none is made in vain.

        Raises:
            CallError: The category is unknown.
        """
        return self._pace.allows(category, self._policy.category(category).every)

    def _save(self, category: str, name: str, make: Callable[[], bytes], force: bool) -> SaveResult:
        """Make a content and keep it, unless its category was saved a moment ago."""
        rule = self._policy.category(category)
        check_name(name)
        with self._lock:
            if force or self.due(category):
                result = self._encode_and_put(rule, category, name, make())
            else:
                detail = f"only once in {rule.every:g} s"
                result = SaveResult(SaveReason.TOO_SOON, detail=detail)
            self._saves[result.reason] += 1
            return result

    def _encode_and_put(
        self, rule: StoreCategory, category: str, name: str, data: bytes
    ) -> SaveResult:
        """Write a content where its category has room for it."""
        packer = self._compressor.compress
        encoded = encode_content(data, compress=rule.compress, packer=packer)
        return finished_steps(self._putting(rule, category, name, encoded))

    def _putting(
        self, rule: StoreCategory, category: str, name: str, encoded: Encoded
    ) -> Steps[SaveResult]:
        """Write an encoded content where its category has room for it; a step writes a part."""
        opened = self._open()
        if isinstance(opened, Failure):
            self._pace.tried(category)
            return SaveResult(SaveReason.FAILED, detail=f"the store cannot be listed: {opened}")
        if not self._cleaned:
            self.clean()
        place = opened.catalog.place(rule.scope, category, name)
        generation = opened.catalog.next_generation(place)
        part_size = self._policy.part_size
        sealed = seal(encoded, self._clock(), part_size=part_size, generation=generation)
        yield
        room = opened.make_room(place, sealed)
        if isinstance(room, SaveResult):
            return room
        result = yield from opened.putting(place, sealed, generation, room)
        self._pace.tried(category)
        if result.saved:
            self._spared += encoded.spared
            opened.note(place, sealed.size)
        return result

    # --- remove

    def delete(self, category: str, name: str) -> bool:
        """Remove an object; False when there is none, or the store would not delete it.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        with self._lock:
            found = self._find(category, name)
            if isinstance(found, Failure):
                return False
            opened, place = found
            return opened.remove(place)

    def clean(self) -> int:
        """Remove what is too old: runs beyond those kept, and objects that expired.

        The first save of a run does so by itself.

        Returns:
            How many objects were removed.
        """
        with self._lock:
            opened = self._open()
            if isinstance(opened, Failure):
                return 0
            self._cleaned = True
            return opened.clean()

    # --- load

    def load_text(self, category: str, name: str) -> LoadResult[str]:
        """Return what `save_text` or `save_json` kept, as text.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        return self._load(category, name, bytes.decode, "text")

    def load_bytes(self, category: str, name: str) -> LoadResult[bytes]:
        """Return what was kept as bytes, a text in UTF-8.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        return self._load(category, name, bytes, "bytes")

    def load_json(self, category: str, name: str) -> LoadResult[Any]:
        """Return the value that `save_json` kept, or that a text kept as JSON says.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        return self._load(category, name, json.loads, "JSON")

    def _load(
        self, category: str, name: str, convert: Callable[[bytes], ValueT], what: str
    ) -> LoadResult[ValueT]:
        """Load an object and convert it outside the lock."""
        with self._lock:
            found = self._find_and_load(category, name)
        if found.value is None:
            return LoadResult(found.status, damage=found.damage, detail=found.detail)
        try:
            return LoadResult(LoadStatus.FOUND, convert(found.value), found.saved)
        except (ValueError, RecursionError):
            detail = f"it is no {what}"
            return LoadResult(LoadStatus.DAMAGED, damage=Damage.FOREIGN, detail=detail)

    def _find_and_load(self, category: str, name: str) -> LoadResult[bytes]:
        """Load an object, unless it has expired."""
        found = self._find(category, name)
        if isinstance(found, Failure):
            return LoadResult(LoadStatus.UNREADABLE, detail=str(found))
        opened, place = found
        keys = opened.catalog.keys
        loaded = self._store.load(keys.of(place), partial(keys.part, place))
        days = self._policy.category(category).days
        if days is None or loaded.saved is None:
            return loaded
        if loaded.saved.timestamp() + days * DAY_SECONDS >= self._clock():
            return loaded
        return LoadResult(LoadStatus.MISSING, detail=f"it expired after {days} days")

    # --- ask

    def exists(self, category: str, name: str) -> bool:
        """Tell whether the store has an object, be it whole or damaged.

        Returns:
            False where there is none, or the store cannot be asked.

        Raises:
            CallError: The category is unknown or the name makes no key.
        """
        with self._lock:
            found = self._find(category, name)
            if isinstance(found, Failure):
                return False
            opened, place = found
            return self._store.has(opened.catalog.keys.of(place)) is True

    def names(self, category: str) -> list[str]:
        """Return the names of a category's objects that the present run can load, in their order.

        Raises:
            CallError: The category is unknown.
        """
        scope = self._policy.category(category).scope
        with self._lock:
            opened = self._open()
            if isinstance(opened, Failure):
                return []
            catalog = opened.catalog
            places = catalog.of_root(catalog.root(scope), category)
            return sorted(place.name for place in places if place in catalog.objects)

    def lost(self, category: str) -> list[str]:
        """Return the names of objects that an index names and the store has not.

        Raises:
            CallError: The category is unknown.
        """
        scope = self._policy.category(category).scope
        with self._lock:
            opened = self._open()
            if isinstance(opened, Failure):
                return []
            root = opened.catalog.root(scope)
            return sorted(p.name for p in opened.catalog.lost if p[:2] == (root, category))

    def statistics(self) -> StoreStatistics:
        """Count what the project keeps by category, and what the present run did."""
        with self._lock:
            opened = self._open()
            objects = dict.fromkeys(self._policy.categories, 0)
            sizes = objects.copy()
            known = {} if isinstance(opened, Failure) else opened.catalog.objects
            for place, record in known.items():
                objects[place.category] = objects.get(place.category, 0) + 1
                sizes[place.category] = sizes.get(place.category, 0) + record.size
            return StoreStatistics(
                objects=objects,
                bytes=sizes,
                saves=self._saves.copy(),
                writes=self._store.writes,
                removed=0 if isinstance(opened, Failure) else opened.removed,
                spared=self._spared,
            )

    # --- what is there

    def _find(self, category: str, name: str) -> tuple[Housekeeping, ObjectPlace] | Failure:
        """Return the opened store, and where it has an object of a name."""
        scope = self._policy.category(category).scope
        check_name(name)
        opened = self._open()
        if isinstance(opened, Failure):
            return opened
        return opened, opened.catalog.place(scope, category, name)

    def _open(self) -> Housekeeping | Failure:
        """Return the store with what is in it; it is listed once, and again where that failed."""
        if self._opened is None:
            keys = self._store.keys()
            if isinstance(keys, Failure):
                return keys
            now = self._clock()
            catalog = Catalog(keys, self._project, self._deployment, live=self._live, now=now)
            take_stock(catalog, self._store, int(now) // DAY_SECONDS)
            self._opened = Housekeeping(catalog, self._store, self._policy, self._clock)
        return self._opened
