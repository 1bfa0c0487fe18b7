"""The catalog: what is known of a project's objects in the store, so that no save walks it.

Each root has an index in the store with the sizes and days of its objects; it spares reading the
objects for them. What no index tells of is read once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from models.errors import Failure
from utils.store.categories import StoreCategory, StoreScope
from utils.store.keys import (
    LIVE_ROOT,
    PROJECT_ROOT,
    ObjectPlace,
    PartPlace,
    ProjectKeys,
    RunName,
    key_segment,
    part_generation,
    read_run,
    run_root,
)
from utils.store.results import DamagedError
from utils.store.sealed_store import SealedStore
from utils.store.sealing import read_header, unseal

DAY_SECONDS = 86_400

# A size may change by these factors before the index is written again.
SIZE_TOLERANCE = (0.8, 1.25)


class ObjectRecord(NamedTuple):
    """What is known of an object."""

    size: int  # bytes with its parts
    day: int  # when it was saved: days since 1970


class Catalog:
    """The objects of one project, and the root of the present run.

    Args:
        keys: All keys of the store.
        project: LEAN's project id.
        deployment: LEAN's id of the run. A run of an id that was there already goes on in its root;
            without an id each run has a root of its own.
        live: Whether LEAN trades live.
        now: Unix time, seconds.

    Attributes:
        keys: Makes the project's keys.
        run: The root of the present run.
        objects: What is known of each object.
        unknown: The objects that no index told of so far.
        parts: The keys of all parts in the store, of whatever generation, by object.
        indexed: The roots that have an index.
        lost: What an index names and the store has not.
    """

    def __init__(
        self, keys: Iterable[str], project: str, deployment: str, *, live: bool, now: float
    ) -> None:
        self.keys = ProjectKeys(project)
        self.objects: dict[ObjectPlace, ObjectRecord] = {}
        self.unknown: set[ObjectPlace] = set()
        self.parts: defaultdict[ObjectPlace, list[str]] = defaultdict(list)
        self.indexed: set[str] = set()
        self.lost: set[ObjectPlace] = set()
        self._in_index: dict[ObjectPlace, ObjectRecord] = {}  # as the indexes in the store say
        self._live = live
        for key in keys:
            self._take(key)
        present = RunName("live" if live else "test", key_segment(deployment))
        self.run = self._root_of(present, now)

    def _take(self, key: str) -> None:
        """Take note of a key, if it is of this project."""
        named = self.keys.read(key)
        if isinstance(named, PartPlace):
            self.parts[named.place].append(named.key)
        elif isinstance(named, ObjectPlace):
            self.unknown.add(named)
        elif named is not None:
            self.indexed.add(named)

    def _root_of(self, run: RunName, now: float) -> str:
        """Return the root of the present run: an older one of its id, else one that is new."""
        same = [root for root in self._roots() if read_run(root) == run]
        if run.deployment and same:
            return max(same)
        while (root := run_root(run, now)) in same:
            now += 0.001  # a run without an id that began in the same millisecond
        return root

    def _roots(self) -> set[str]:
        """Return every root that has an object, a part or an index."""
        places = {*self.unknown, *self._places()}
        return self.indexed | {place.root for place in places}

    # --- places

    def place(self, scope: StoreScope, category: str, name: str) -> ObjectPlace:
        """Return where the present run keeps an object of a scope."""
        return ObjectPlace(self.root(scope), category, name)

    def root(self, scope: StoreScope) -> str:
        """Return the root under which the present run keeps objects of a scope."""
        if scope is StoreScope.PROJECT:
            return PROJECT_ROOT
        return LIVE_ROOT if scope is StoreScope.LIVE and self._live else self.run

    def next_generation(self, place: ObjectPlace) -> int:
        """Return a number for a new set of parts, above that of every part in the store."""
        return 1 + max(map(part_generation, self.parts.get(place, ())), default=0)

    # --- what there is

    def of_root(self, root: str, category: str) -> list[ObjectPlace]:
        """Return a root's objects of a category, those included of which only parts are left."""
        return [place for place in self._places() if place[:2] == (root, category)]

    def used(
        self, category: str, without: ObjectPlace | None = None, roots: Collection[str] = ()
    ) -> tuple[int, int]:
        """Return the bytes and files of a category.

        Args:
            category: The category's name.
            without: An object that is not counted.
            roots: The roots whose objects are not counted.
        """
        counted = [
            (known.size, 1 + len(self.parts.get(place, ())))
            for place, known in self.objects.items()
            if place.category == category and place != without and place.root not in roots
        ]
        return sum(size for size, _ in counted), sum(files for _, files in counted)

    def outdated(self, categories: Mapping[str, StoreCategory], today: int) -> list[ObjectPlace]:
        """Return what expired, and what is of runs beyond those that its category keeps.

        Args:
            categories: The rules by name.
            today: Days since 1970.
        """
        found: list[ObjectPlace] = []
        for category, rule in categories.items():
            for run in self._surplus(category, rule.runs):
                found += self.of_root(run, category)
            oldest = today - rule.days if rule.days is not None else 0
            places = [place for place in self.objects if place.category == category]
            found += [place for place in places if self.objects[place].day < oldest]
        return list(dict.fromkeys(found))

    def forget(self, place: ObjectPlace) -> None:
        """Take note that an object is gone."""
        self.objects.pop(place, None)
        self._in_index.pop(place, None)

    def bare(self) -> list[str]:
        """Return the roots that have an index and nothing else."""
        return sorted(self.indexed - {place.root for place in self._places()} - {self.run})

    def _places(self) -> set[ObjectPlace]:
        """Return every object of known size, and those of which only parts are left."""
        return {*self.objects, *(place for place, keys in self.parts.items() if keys)}

    # --- the indexes

    def read_index(self, root: str, index: Any) -> None:
        """Take over what a root's index says of its objects; entries that make no sense are left.

        Args:
            root: The root.
            index: The index as JSON values; of any shape, for it may be damaged.
        """
        for name in index if isinstance(index, dict) else ():
            category, _, last = name.partition("/")
            place = ObjectPlace(root, category, last)
            if place not in self.unknown:
                self.lost.add(place)
        for place in [place for place in self.unknown if place.root == root]:
            match index.get(f"{place.category}/{place.name}") if isinstance(index, dict) else None:
                case [int(size), int(day)]:
                    self.objects[place] = self._in_index[place] = ObjectRecord(size, day)
                    self.unknown.discard(place)

    def index(self, root: str) -> dict[str, list[int]]:
        """Return the index of a root as it is to be written, and take it to be written."""
        self.indexed.add(root)
        of_root = {place: known for place, known in self.objects.items() if place.root == root}
        self._in_index.update(of_root)
        return {f"{place.category}/{place.name}": list(known) for place, known in of_root.items()}

    def is_news(self, place: ObjectPlace) -> bool:
        """Tell whether the index should be written again because of an object."""
        noted, known = self._in_index.get(place), self.objects[place]
        if noted is None or noted.day != known.day:
            return True
        low, high = SIZE_TOLERANCE
        return not low * noted.size <= known.size <= high * noted.size

    # --- runs

    def removable(self, category: str) -> list[str]:
        """Return the runs that have objects of a category and may lose them, the oldest first.

        The present run may not, nor the newest live one: it may be trading.
        """
        live_runs = (root for root in self._roots() if _is_live_run(root))
        live = max(live_runs, default="")
        return [run for run in self._runs(category) if run not in (self.run, live)]

    def _surplus(self, category: str, keep: int) -> list[str]:
        """Return the removable runs beyond the newest `keep`, to which the present one belongs."""
        runs = sorted({*self._runs(category), self.run})
        old = set(runs[:-keep])
        return [run for run in self.removable(category) if run in old]

    def _runs(self, category: str) -> list[str]:
        """Return the runs that have objects of a category, the oldest first."""
        roots = {place.root for place in self._places() if place.category == category}
        return sorted(filter(read_run, roots))


def _is_live_run(root: str) -> bool:
    """Tell whether a root is of a run of live trading."""
    run = read_run(root)
    return run is not None and run.kind == "live"


# --- taking stock


def take_stock(catalog: Catalog, store: SealedStore, today: int) -> None:
    """Learn how large the store's objects are: from the indexes, else from the objects.

    Args:
        catalog: The catalog of the store's keys.
        store: The store.
        today: Days since 1970.
    """
    for root in sorted(catalog.indexed):
        catalog.read_index(root, _parse_index(store.read(catalog.keys.index(root))))
    for place in catalog.unknown:
        catalog.objects[place] = _measure_object(store.read(catalog.keys.of(place)), today)
    catalog.unknown.clear()


def _parse_index(text: str | Failure) -> Any:
    """Return an index as JSON values; None where it cannot be read or is damaged."""
    try:
        return None if isinstance(text, Failure) else json.loads(unseal(text).data)
    except ValueError:
        return None


def _measure_object(text: str | Failure, today: int) -> ObjectRecord:
    """Return what an object says of itself; one that says nothing is taken to be of today."""
    if isinstance(text, Failure):
        return ObjectRecord(0, today)
    try:
        header = read_header(text)
    except DamagedError:
        return ObjectRecord(len(text), today)
    return ObjectRecord(header.size, header.saved // DAY_SECONDS)
