"""The parts of the tracker that a hook's Python time goes to, told by module.

A profiler knows how long each function took itself, but slows small functions down more than large
ones. So only the shares of the parts are taken from it, for each kind of hook, and laid over the
time that was measured without it. What a function of another library took counts for the function
of the tracker that called it.
"""

from __future__ import annotations

from collections import defaultdict
from cProfile import Profile
from enum import StrEnum
from pathlib import Path
from types import CodeType
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


class Part(StrEnum):
    """A part of the tracker's work."""

    READING = "reading"
    LEDGER = "ledger"
    STATISTICS = "statistics"
    EXECUTION = "execution"
    LOG = "log"
    HOOKS = "hooks"  # what ties the others together
    MIDNIGHTS = "midnights"
    SAVES = "saves"
    ENDS = "track and finish"


# The first that a module's path begins with.
MODULES = (
    ("utils/lean/hooks", Part.HOOKS),
    ("utils/lean/run", Part.HOOKS),
    ("utils/lean/saving", Part.HOOKS),
    ("utils/lean/commands", Part.HOOKS),
    ("utils/lean", Part.READING),
    ("models/events", Part.LEDGER),
    ("models/ledger", Part.LEDGER),
    ("models/trades", Part.STATISTICS),
    ("models/equity", Part.STATISTICS),
    ("models/statistics", Part.STATISTICS),
    ("models/execution", Part.EXECUTION),
    ("utils/log", Part.LOG),
    ("utils/notify", Part.LOG),
    ("utils/structured_logger", Part.LOG),
    ("utils/store", Part.SAVES),
    ("models", Part.HOOKS),
    ("utils", Part.HOOKS),
)
OWN = ("benchmarks", "workbench")  # the double's work is no part of the tracker's


def shares(profile: Profile) -> dict[Part, float]:
    """What share of the tracker's time each part has, 0 to 1."""
    spent: defaultdict[Part, float] = defaultdict(float)
    entries: Any = profile.getstats()
    for entry in entries:
        part = _part(entry.code)
        if part is None:
            continue
        spent[part] += entry.inlinetime
        spent[part] += sum(call.totaltime for call in entry.calls or () if _foreign(call.code))
    whole = sum(spent.values()) or 1.0
    return {part: time / whole for part, time in spent.items()}


def _part(code: CodeType | str) -> Part | None:
    path = _path(code)
    return next((part for prefix, part in MODULES if path.startswith(prefix)), None)


def _foreign(code: CodeType | str) -> bool:
    return _part(code) is None and not _path(code).startswith(OWN)


def _path(code: CodeType | str) -> str:
    """A function's file below the project; nothing for one of another library."""
    if isinstance(code, str) or not code.co_filename.startswith(f"{PROJECT}/"):
        return ""
    return code.co_filename.removeprefix(f"{PROJECT}/")
