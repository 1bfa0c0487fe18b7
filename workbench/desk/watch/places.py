"""Which folders and files below a watched one are those of runs.

A tracker keeps the states of live trading in `pt/<project>/live/state/` of LEAN's store; LEAN
writes results into a folder of each run. All else is passed by: what a store holds beside, data,
code, environments, and whatever begins with a dot.
"""

from __future__ import annotations

import re
from pathlib import Path

from utils.store.categories import STATE_CATEGORY
from utils.store.keys import LIVE_ROOT, is_part
from workbench.runs.lean.documents import EVENTS, PART, SUMMARY, kind_of

STORE, PROJECTS = "storage", "pt"
# Folders in which no run leaves anything, and which may be large.
PASSED_BY = frozenset(
    {"__pycache__", "code", "data", "node_modules", "site-packages", "venv", "research"}
)
# What a result file's name has behind LEAN's id of the run: a live run's days, hours and charts.
_LATER = re.compile(
    r"(-\d{4}-\d{2}-\d{2}(-\d{2})?)?"
    r"(-order-events|-summary|_minute|_10minute|_second_.*)?\.json(\.gz)?"
)
# The two slots of a run, which are written in turn; others are states that users gave names.
_SLOT = re.compile(r"live-[ab]")
_SURE = frozenset({EVENTS, SUMMARY, PART})


def enters(folder: Path, name: str) -> bool:
    """Whether a folder of some name in another one is looked into."""
    if name.startswith(".") or name in PASSED_BY:
        return False
    if folder.name == STORE:
        return name == PROJECTS
    if folder.parent.name == PROJECTS:
        return name == LIVE_ROOT
    if folder.name == LIVE_ROOT and folder.parent.parent.name == PROJECTS:
        return name == STATE_CATEGORY
    return not (state_folder(folder) and is_part(name))


def state_folder(folder: Path) -> bool:
    """Whether the files of a folder are states of live trading."""
    return project_of(folder) is not None


def project_of(folder: Path) -> Path | None:
    """The folder of the project whose states are in a folder; None where none are.

    States of one run stand in a folder below the others, which its mark names.
    """
    for each in (folder, folder.parent):
        root = each.parent
        if each.name == STATE_CATEGORY and root.name == LIVE_ROOT:
            return root.parent if root.parent.parent.name == PROJECTS else None
    return None


def wanted(folder: Path, name: str) -> bool:
    """Whether a file of some name in a folder belongs to a run."""
    if state_folder(folder):
        return _SLOT.fullmatch(name) is not None
    return name.endswith((".json", ".json.gz")) and kind_of(name) is not None


def result_names(names: frozenset[str]) -> dict[str, frozenset[str]]:
    """LEAN's id of each run whose results are among some files -> the names of its files.

    A file that might be a result and has none of what LEAN writes beside it counts for nothing.
    """
    ids = {stem_of(name) for name in names if kind_of(name) in _SURE}
    return {
        each: frozenset(name for name in names if stem_of(name) == each) for each in sorted(ids)
    }


def stem_of(name: str) -> str:
    """LEAN's id of the run that a result file is of, by its name."""
    found = _LATER.search(name)
    while found is not None and found.end() != len(name):
        found = _LATER.search(name, found.start() + 1)
    return name[: found.start()] if found is not None else name
