"""What is known of a project's objects in the store, so that no save has to walk it.

    pt/<project>/project/<category>/<name>     of the project: every run and deployment sees it
    pt/<project>/live/<category>/<name>        of live trading: the next deployment finds it
    pt/<project>/<run>/<category>/<name>       of one run, a backtest or a deployment
    pt/<project>/<root>/<category>/<generation>-<number>/<name>    a part of a large object
    pt/<project>/<root>/index                  sizes and days of the root's objects

A run is named by its beginning, so that keys alone tell the age of every run. Keys stay within
LEAN's rule (one dot, before a plain ending, and no colon) and below 200 characters: LEAN takes
longer ones and loses them when it writes them to disk. The index spares reading objects for their
sizes; without one they are read for it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from models.errors import Failure
from utils.store.categories import Category, Scope
from utils.store.sealing import DamagedError, read_line, unseal
from utils.store.shelf import Shelf

DAY = 86_400  # seconds
_LONGEST_ID = 40
PROJECT, LIVE = "project", "live"
INDEX = "index"
_PART = re.compile(r"(\d+)-\d+")

# beginning in UTC to the millisecond, what it was, the deployment's id
_RUN = re.compile(r"\d{17}-(live|test)-(.*)")

# How much a size may change before the index is written again.
SAME_SIZE = (0.8, 1.25)


class Place(NamedTuple):
    """Where an object is."""

    root: str
    category: str
    name: str


class Known(NamedTuple):
    """What is known of an object: bytes with its parts, and the day it was saved (Unix)."""

    size: int
    day: int


def segment(text: str) -> str:
    """An id as a segment of a key; one that LEAN's rule does not allow is replaced by its like."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", text)
    if plain == text and len(plain) <= _LONGEST_ID:
        return plain
    mark = sha256(text.encode(errors="replace")).hexdigest()[:8]
    return f"{plain[: _LONGEST_ID - 9]}-{mark}"


class Catalog:
    """The objects of one project, and the namespace of the present run.

    Args:
        keys: All keys of the store.
        project: LEAN's project id.
        deployment: LEAN's id of the run. A run of the same id is gone on with; without an id each
            run is another.
        live: Whether LEAN trades live.
        now: Unix time, seconds.

    Attributes:
        base: What the project's keys begin with.
        run: The root of the present run.
        objects: What is known of each object.
        unknown: Objects that no index told of so far.
        parts: The keys of the parts there are, of whatever generation, by object.
        indexed: Roots that have an index.
    """

    def __init__(
        self, keys: Iterable[str], project: str, deployment: str, *, live: bool, now: float
    ) -> None:
        self.base = f"pt/{segment(project) or 'none'}"
        self.objects: dict[Place, Known] = {}
        self.unknown: set[Place] = set()
        self.parts: defaultdict[Place, list[str]] = defaultdict(list)
        self.indexed: set[str] = set()
        self._noted: dict[Place, Known] = {}
        self._live = live
        for key in keys:
            if key.startswith(self.base + "/"):
                self._take(key)
        self.run = self._present(segment(deployment), now)

    def _take(self, key: str) -> None:
        match key.split("/")[2:]:
            case [root, last] if last == INDEX:
                self.indexed.add(root)
            case [root, category, name]:
                self.unknown.add(Place(root, category, name))
            case [root, category, part, name] if _PART.fullmatch(part):
                self.parts[Place(root, category, name)].append(key)

    def _present(self, deployment: str, now: float) -> str:
        kind = "live" if self._live else "test"
        same = [
            root
            for root in self._roots()
            if (found := _RUN.fullmatch(root)) and found.groups() == (kind, deployment)
        ]
        if deployment and same:
            return max(same)
        while True:
            begun = datetime.fromtimestamp(now, UTC)
            stamp = f"{begun:%Y%m%d%H%M%S}{begun.microsecond // 1000:03}"
            root = f"{stamp}-{kind}-{deployment}"
            if root not in same:
                return root
            now += 0.001

    def _roots(self) -> set[str]:
        places = {*self.unknown, *self._all()}
        return self.indexed | {place.root for place in places}

    # --- keys

    def place(self, scope: Scope, category: str, name: str) -> Place:
        """Where the present run keeps an object of that scope."""
        return Place(self.root(scope), category, name)

    def root(self, scope: Scope) -> str:
        """Under what the present run keeps objects of that scope."""
        if scope is Scope.PROJECT:
            return PROJECT
        return LIVE if scope is Scope.LIVE and self._live else self.run

    def key(self, place: Place) -> str:
        """The key of an object."""
        return "/".join((self.base, *place))

    def part_key(self, place: Place, generation: int, number: int) -> str:
        """The key of a part of an object; numbers count from 1."""
        root, category, name = place
        return f"{self.base}/{root}/{category}/{generation}-{number}/{name}"

    def part_keys(self, place: Place, generation: int, count: int) -> list[str]:
        """The keys of all parts of an object."""
        return [self.part_key(place, generation, number + 1) for number in range(count)]

    def index_key(self, root: str) -> str:
        """The key of a root's index."""
        return f"{self.base}/{root}/{INDEX}"

    def next_generation(self, place: Place) -> int:
        """A number for a new set of parts, above that of every part there is."""
        numbers = (int(key.split("/")[-2].partition("-")[0]) for key in self.parts.get(place, ()))
        return 1 + max(numbers, default=0)

    # --- what there is

    def of_run(self, root: str, category: str) -> list[Place]:
        """A root's objects of a category, and what parts of lost ones lie about."""
        return [place for place in self._all() if place[:2] == (root, category)]

    def used(
        self, category: str, without: Place | None = None, roots: Collection[str] = ()
    ) -> tuple[int, int]:
        """Bytes and files of a category but for one object and all under those roots."""
        counted = [
            (known.size, 1 + len(self.parts.get(place, ())))
            for place, known in self.objects.items()
            if place.category == category and place != without and place.root not in roots
        ]
        return sum(size for size, _ in counted), sum(files for _, files in counted)

    def outdated(self, categories: Mapping[str, Category], today: int) -> list[Place]:
        """What is of a run beyond those that its category keeps, and what expired."""
        found: list[Place] = []
        for category, rule in categories.items():
            for run in self._surplus(category, rule.runs):
                found += self.of_run(run, category)
            oldest = today - rule.days if rule.days is not None else 0
            places = [place for place in self.objects if place.category == category]
            found += [place for place in places if self.objects[place].day < oldest]
        return list(dict.fromkeys(found))

    def forget(self, place: Place) -> None:
        """The object is gone."""
        self.objects.pop(place, None)
        self._noted.pop(place, None)

    def bare(self) -> list[str]:
        """Roots that have an index and nothing else."""
        return sorted(self.indexed - {place.root for place in self._all()} - {self.run})

    def _all(self) -> set[Place]:
        return {*self.objects, *(place for place, keys in self.parts.items() if keys)}

    # --- the index

    def read_index(self, root: str, index: Any) -> None:
        """Take over what an index says of the objects there are; what makes no sense is left."""
        for place in [place for place in self.unknown if place.root == root]:
            match index.get(f"{place.category}/{place.name}") if isinstance(index, dict) else None:
                case [int(size), int(day)]:
                    self.objects[place] = self._noted[place] = Known(size, day)
                    self.unknown.discard(place)

    def index(self, root: str) -> dict[str, list[int]]:
        """What the index of a root has to say; it is taken to be written."""
        self.indexed.add(root)
        noted = {place: known for place, known in self.objects.items() if place.root == root}
        self._noted.update(noted)
        return {f"{place.category}/{place.name}": list(known) for place, known in noted.items()}

    def is_news(self, place: Place) -> bool:
        """Whether the index should be written again because of an object."""
        noted, known = self._noted.get(place), self.objects[place]
        if noted is None or noted.day != known.day:
            return True
        low, high = SAME_SIZE
        return not low * noted.size <= known.size <= high * noted.size

    # --- runs

    def removable(self, category: str) -> list[str]:
        """The runs that have objects of a category and may lose them, the oldest first.

        The present run may not, nor the newest live one: it may be trading.
        """
        live = max((root for root in self._roots() if _kind(root) == "live"), default="")
        return [run for run in self._runs(category) if run not in (self.run, live)]

    def _surplus(self, category: str, keep: int) -> list[str]:
        """The removable runs beyond the newest `keep`, the present one among those."""
        runs = sorted({*self._runs(category), self.run})
        old = set(runs[:-keep])
        return [run for run in self.removable(category) if run in old]

    def _runs(self, category: str) -> list[str]:
        roots = {place.root for place in self._all() if place.category == category}
        return sorted(filter(_kind, roots))


def take_stock(catalog: Catalog, shelf: Shelf, today: int) -> None:
    """Learn from the store how large its objects are: from the indexes, else from the objects."""
    for root in sorted(catalog.indexed):
        catalog.read_index(root, _index(shelf.read(catalog.index_key(root))))
    for place in catalog.unknown:
        catalog.objects[place] = _measure(shelf.read(catalog.key(place)), today)
    catalog.unknown.clear()


def _index(text: str | Failure) -> Any:
    try:
        return None if isinstance(text, Failure) else json.loads(unseal(text).data)
    except ValueError:  # a damaged one is as good as none
        return None


def _measure(text: str | Failure, today: int) -> Known:
    """What an object says of itself; one that says nothing is taken to be new."""
    if isinstance(text, Failure):
        return Known(0, today)
    try:
        line = read_line(text)
    except DamagedError:
        return Known(len(text), today)
    return Known(line.size, line.saved // DAY)


def _kind(root: str) -> str | None:
    found = _RUN.fullmatch(root)
    return found[1] if found else None
