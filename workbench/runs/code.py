"""The code that a run was made with, and its algorithm's name, as far as a result folder tells."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from workbench.engine.files import read_all
from workbench.runs.identity import is_unique
from workbench.runs.lean.facts import LeanFacts

MOST_FILES = 2_000
DIGITS = 12  # of the hash that are told
# The class of an algorithm in Python or C#.
_CLASS = re.compile(rb"^\s*(?:public\s+)?class\s+(\w+)\s*(?:\(|:)\s*QCAlgorithm\b", re.MULTILINE)
# The folders in which the LEAN CLI keeps results, below the project's.
_OF_PROJECT = ("backtests", "live")


def code_of(path: Path) -> str:
    """The hash of all files in the `code` folder beside a result; empty without one."""
    folder = path / "code"
    if not folder.is_dir():
        return ""
    hashed = sha256()
    files = sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    for each in files[:MOST_FILES]:
        hashed.update(each.relative_to(folder).as_posix().encode() + b"\0")
        hashed.update(sha256(read_all(each)).digest())
    return hashed.hexdigest()[:DIGITS]


def algorithm_of(path: Path, facts: LeanFacts) -> str:
    """The name of the algorithm: its class in the code, its project's, or what LEAN calls it."""
    if not is_unique(facts.name):
        return facts.name
    for name in ("main.py", "Main.cs"):
        file = path / "code" / name
        found = _CLASS.search(read_all(file)) if file.is_file() else None
        if found is not None:
            return found[1].decode("ascii", "replace")
    folder = path.resolve().parent
    return folder.parent.name if folder.name in _OF_PROJECT else facts.name
