"""The keys of a project's objects in LEAN's store.

    pt/<project>/project/<category>/<name>     of the project: every run and deployment sees it
    pt/<project>/live/<category>/<name>        of live trading: the next deployment finds it
    pt/<project>/<run>/<category>/<name>       of one run, a backtest or a deployment
    pt/<project>/<root>/<category>/<generation>-<number>/<name>    a part of a large object
    pt/<project>/<root>/<category>/<mark>/<name>    of one deployment alone: see `slots`
    pt/<project>/<root>/index                  sizes and days of the root's objects

A root is `project`, `live` or the name of a run. Keys stay within LEAN's rule (one dot, before a
plain ending, and no colon) and below 200 characters: LEAN takes longer ones and loses them when it
writes them to disk.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

PROJECT_ROOT, LIVE_ROOT = "project", "live"
INDEX_NAME = "index"
_LONGEST_ID = 40  # characters of an id in a key

# The names of the parts of an object: its generation and the number of the part.
_PART_SEGMENT = re.compile(r"(\d+)-\d+")
PART_PLACE = 4  # where it stands in a key

# What an object's name may stand below: a mark of the run that alone writes it.
RUN_MARK = "[0-9a-f]{11}(?:[0-9a-f]{5})?"
_RUN_MARK = re.compile(RUN_MARK)

# A run's beginning in UTC to the millisecond, its kind, and LEAN's id of the deployment.
_RUN_ROOT = re.compile(r"\d{17}-(live|test)-(.*)")


class ObjectPlace(NamedTuple):
    """Where an object is within a project."""

    root: str
    category: str
    name: str


class PartPlace(NamedTuple):
    """A part of an object."""

    place: ObjectPlace  # the object's
    key: str  # the part's


class ProjectKeys:
    """The keys of one project.

    Args:
        project: LEAN's project id.

    Attributes:
        base: What all keys of the project begin with.
    """

    def __init__(self, project: str) -> None:
        self.base = f"pt/{key_segment(project) or 'none'}"

    def of(self, place: ObjectPlace) -> str:
        """Return the key of an object."""
        return "/".join((self.base, *place))

    def part(self, place: ObjectPlace, generation: int, number: int) -> str:
        """Return the key of a part of an object; numbers count from 1."""
        root, category, name = place
        return f"{self.base}/{root}/{category}/{generation}-{number}/{name}"

    def parts(self, place: ObjectPlace, generation: int, count: int) -> list[str]:
        """Return the keys of all parts of an object."""
        return [self.part(place, generation, number + 1) for number in range(count)]

    def index(self, root: str) -> str:
        """Return the key of a root's index."""
        return f"{self.base}/{root}/{INDEX_NAME}"

    def read(self, key: str) -> str | ObjectPlace | PartPlace | None:
        """Return what a key of the store names.

        Returns:
            The root for an index, the place of an object, or a part; None for a key that is not
            of this project.
        """
        if not key.startswith(self.base + "/"):
            return None
        match key.split("/")[2:]:
            case [root, last] if last == INDEX_NAME:
                return root
            case [root, category, part, name] if is_part(part):
                return PartPlace(ObjectPlace(root, category, name), key)
            case [root, category, part, run, name] if is_mark(run) and _PART_SEGMENT.fullmatch(
                part
            ):
                return PartPlace(ObjectPlace(root, category, f"{run}/{name}"), key)
            case [root, category, name]:
                return ObjectPlace(root, category, name)
            case [root, category, run, name] if is_mark(run):
                return ObjectPlace(root, category, f"{run}/{name}")
        return None


def is_part(segment: str) -> bool:
    """Tell whether a segment of a key names a part of an object."""
    return _PART_SEGMENT.fullmatch(segment) is not None


def is_mark(segment: str) -> bool:
    """Tell whether a segment of a key is the mark of a run that alone writes what is below it."""
    return _RUN_MARK.fullmatch(segment) is not None


def part_generation(key: str) -> int:
    """Return the generation of a part from its key."""
    return int(key.split("/")[PART_PLACE].partition("-")[0])


def key_segment(text: str) -> str:
    """Return an id as a segment of a key.

    An id that LEAN's rule does not allow, or that is too long, is replaced by one that begins
    alike and ends with a part of its checksum.
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", text)
    if plain == text and len(plain) <= _LONGEST_ID:
        return plain
    mark = sha256(text.encode(errors="replace")).hexdigest()[:8]
    return f"{plain[: _LONGEST_ID - 9]}-{mark}"


# --- roots of runs


class RunName(NamedTuple):
    """What the root of a run says of it."""

    kind: str  # `live` or `test`
    deployment: str  # LEAN's id as a segment of a key; empty where there is none


def read_run(root: str) -> RunName | None:
    """Return what a root says of its run; None for a root that is of no run."""
    found = _RUN_ROOT.fullmatch(root)
    return RunName(found[1], found[2]) if found else None


def run_root(run: RunName, began: float) -> str:
    """Return the root of a run, which begins with its time, so that keys alone tell runs' ages.

    Args:
        run: Its kind and deployment.
        began: When it began, Unix time in seconds.
    """
    time = datetime.fromtimestamp(began, UTC)
    return f"{time:%Y%m%d%H%M%S}{time.microsecond // 1000:03}-{run.kind}-{run.deployment}"
