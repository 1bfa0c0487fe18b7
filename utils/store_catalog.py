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

import binascii
import enum
import gzip
import json
import re
import zlib
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from models.events import Failure, TrackerError, guarded
from models.sharing import CallError

_WORD = re.compile(r"[A-Za-z0-9_-]{1,20}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}(\.[A-Za-z0-9]{1,8})?")


class Scope(enum.Enum):
    """Who finds an object again."""

    PROJECT = "project"  # every run and deployment of the project
    LIVE = "live"  # in live trading the project's next deployment; in a backtest that run alone
    RUN = "run"  # the same deployment or backtest


@dataclass(frozen=True, slots=True)
class Category:
    """What may be kept of one kind, and for how long.

    Attributes:
        share: Its part of the space and of the files, in (0, 1]; all categories make 1 at most.
        scope: Who finds it again.
        every: Least seconds between two saves in the category; 0 for any time.
        runs: Runs whose objects are kept, the present one included.
        days: Days after which an object expires; None for never.
        compress: Whether gzip may be used, where it pays.
    """

    share: float
    scope: Scope = Scope.RUN
    every: float = 0.0
    runs: int = 20
    days: int | None = None
    compress: bool = True

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, with CallError."""
        if not 0.0 < self.share <= 1.0:
            raise CallError(f"the share is {self.share}; it must be above 0 and at most 1")
        if not 0.0 <= self.every < float("inf"):
            raise CallError(f"every is {self.every}; it must be seconds of 0 or more")
        if self.runs < 1 or (self.days is not None and self.days < 1):
            raise CallError(f"runs are {self.runs} and days {self.days}; they count from 1")


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        "state": Category(0.3, Scope.LIVE, every=30.0, runs=5),
        "trades": Category(0.3, Scope.LIVE, runs=5),
        "reports": Category(0.1, runs=20),
        "logs": Category(0.1, every=60.0, runs=10, days=90),
        "user": Category(0.2, Scope.PROJECT),
    }
)


def check_categories(categories: Mapping[str, Category]) -> None:
    """Raise CallError unless the names make keys and the shares make 1 at most."""
    for name in categories:
        if not _WORD.fullmatch(name):
            allowed = "1 to 20 letters, digits, - or _"
            raise CallError(f"the category {name!r} makes no key; it must be {allowed}")
    total = sum(category.share for category in categories.values())
    if total > 1.0 + 1e-9:
        raise CallError(f"the shares of the categories make {total:g}; 1 is all there is")


def check_name(name: str) -> None:
    """Raise CallError unless an object may have that name."""
    if not _NAME.fullmatch(name):
        allowed = "1 to 40 letters, digits, - or _, then at most one dot and 8 letters or digits"
        raise CallError(f"the name {name!r} makes no key of LEAN's; it must be {allowed}")


T = TypeVar("T")

FORMAT = "pt1"

# A third of the time that Python's own level 9 takes, for 3 % more bytes of trades.
GZIP_LEVEL = 6
# gzip is kept where it leaves at most this share of the size, base64 included.
PAYS_BELOW = 0.9

# What a store is taken to hold that does not say: the smallest that QuantConnect sells.
LEAST_BYTES = 50_000_000
LEAST_FILES = 1_000

_LINE = re.compile(
    rf"{FORMAT} (\d{{1,15}}) ([0-9a-f]{{16}}) "
    r"((text|base64|gzip) (\d{1,10}) (\d{1,9}) (\d{1,6})\n)"
)
_LONGEST_LINE = 80
_LATEST = 9_999_999_999  # the year 2286


class Damage(enum.Enum):
    """What is wrong with a stored object."""

    CUT = "cut short"
    CHANGED = "changed"
    FOREIGN = "not what it should be"


class Status(enum.Enum):
    """What came of a load."""

    FOUND = "found"
    MISSING = "missing"  # never saved, deleted, lost or expired
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"  # the store raised


@dataclass(frozen=True, slots=True)
class LoadResult(Generic[T]):
    """What came of a load.

    Attributes:
        status: Whether it was found, and why not.
        value: What was saved; None unless it was found.
        saved: When, UTC; None unless it was found.
        damage: What is wrong with a damaged object, else None.
        detail: In words; empty when it was found.
    """

    status: Status
    value: T | None = None
    saved: datetime | None = None
    damage: Damage | None = None
    detail: str = ""


class DamagedError(TrackerError, ValueError):
    """A stored object is not what was saved; `damage` and the text say in which way."""

    def __init__(self, damage: Damage, detail: str) -> None:
        super().__init__(f"{damage.value}: {detail}")
        self.damage = damage


class Encoded(NamedTuple):
    """A content as text.

    Attributes:
        encoding: `text`, `base64` or `gzip`.
        body: The text.
        spared: Bytes that gzip spared.
    """

    encoding: str
    body: str
    spared: int = 0


class Sealed(NamedTuple):
    """A content ready to be stored.

    Attributes:
        head: The object: its first line, and the body unless that is cut into parts.
        parts: The body in parts.
        size: Bytes of all of it.
    """

    head: str
    parts: list[str]
    size: int

    @property
    def files(self) -> int:
        """How many objects of the store it makes."""
        return 1 + len(self.parts)


class Line(NamedTuple):
    """What the first line of an object says: bytes counted, their checksum, and the rest.

    `saved` is Unix time in seconds; the counted bytes begin at `start`, the body at `end`.
    """

    size: int
    checksum: str
    encoding: str
    saved: int
    generation: int
    parts: int
    start: int
    end: int


class Content(NamedTuple):
    """What was saved, and when: Unix time, seconds."""

    data: bytes
    saved: int


_DECODE: dict[str, Callable[[bytes], bytes]] = {
    "text": bytes,
    "base64": lambda body: b64decode(body, validate=True),
    "gzip": lambda body: gzip.decompress(b64decode(body, validate=True)),
}


def encode(data: bytes, *, compress: bool) -> Encoded:
    """The content as text, by gzip where that is allowed and pays."""
    try:
        plain, size = Encoded("text", data.decode()), len(data)
    except UnicodeDecodeError:
        plain = Encoded("base64", b64encode(data).decode())
        size = len(plain.body)
    if compress:
        packed = b64encode(gzip.compress(data, GZIP_LEVEL, mtime=0)).decode()
        if len(packed) <= PAYS_BELOW * size:
            return Encoded("gzip", packed, size - len(packed))
    return plain


def seal(
    encoded: Encoded, saved: float, *, part_size: int | None = None, generation: int = 0
) -> Sealed:
    """The object to store, verifiable.

    Args:
        encoded: What `encode` returned.
        saved: Unix time, seconds.
        part_size: The most bytes of a body in one piece, a larger one is cut into parts; None for
            any.
        generation: The number of the set of parts.
    """
    body = encoded.body
    parts = [] if part_size is None else _cut(body, part_size)
    time = min(max(0, int(saved)), _LATEST)
    counted = f"{encoded.encoding} {time} {generation} {len(parts)}\n"
    data = (counted + body).encode()
    before = f"{FORMAT} {len(data)} {_checksum(data)} "
    head = before + counted + ("" if parts else body)
    return Sealed(head, parts, len(before) + len(data))


def _cut(body: str, size: int) -> list[str]:
    """The body in parts of at most that many bytes; none where it is not larger."""
    step = size if body.isascii() else max(1, size // 4)  # a character takes up to four bytes
    return [body[at : at + step] for at in range(0, len(body), step)] if len(body) > step else []


def read_line(text: str) -> Line:
    """What a stored object says of itself.

    Raises:
        DamagedError: It does not begin as one.
    """
    found = _LINE.match(text)
    if found is None:
        raise _no_line(text)
    size, checksum, _, encoding, saved, generation, parts = found.groups()
    start, end = found.span(3)
    return Line(int(size), checksum, encoding, int(saved), int(generation), int(parts), start, end)


def unseal(text: str) -> Content:
    """What was saved, from the stored object with its parts joined to it in their order.

    Raises:
        DamagedError: The object is cut, changed, or not one of `seal`.
    """
    line = read_line(text)
    data = text[line.start :].encode(errors="replace")
    if len(data) < line.size:
        raise DamagedError(Damage.CUT, f"{len(data)} of {line.size} bytes are there")
    if len(data) > line.size or _checksum(data) != line.checksum:
        raise DamagedError(Damage.CHANGED, "its checksum does not fit")
    try:
        return Content(_DECODE[line.encoding](data[line.end - line.start :]), line.saved)
    except (binascii.Error, OSError, EOFError, zlib.error) as problem:
        raise DamagedError(Damage.CHANGED, str(problem)) from None


def _no_line(text: str) -> DamagedError:
    begins = text.startswith(f"{FORMAT} ") or f"{FORMAT} ".startswith(text)
    if not begins:
        return DamagedError(Damage.FOREIGN, f"it does not begin with {FORMAT}")
    if "\n" not in text and len(text) < _LONGEST_LINE:
        return DamagedError(Damage.CUT, "its first line ends too soon")
    return DamagedError(Damage.CHANGED, "its first line cannot be read")


def _checksum(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


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
