"""The events of the log: their names, categories and levels."""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeVar

from models.errors import CallError


class Level(enum.IntEnum):
    """How much an entry matters; OFF is a threshold."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    OFF = 50


class Category(enum.Enum):
    """What an entry is about."""

    EXECUTION = "execution"
    STRATEGY = "strategy"
    RISK = "risk"
    PERFORMANCE = "performance"
    SYSTEM = "system"
    AUDIT = "audit"
    ERROR = "error"


class Sink(enum.Enum):
    """Where LEAN shows an entry: the console, the log file, the console in red, or nowhere."""

    DEBUG = "debug"
    LOG = "log"
    ERROR = "error"
    NOWHERE = "nowhere"


# Where an entry goes by its category, or else by its level.
ROUTES: dict[Level | Category, Sink] = {
    Category.AUDIT: Sink.LOG,  # never on the console alone
    Level.DEBUG: Sink.DEBUG,
    Level.INFO: Sink.LOG,
    Level.WARNING: Sink.LOG,
    Level.ERROR: Sink.ERROR,
    Level.OFF: Sink.NOWHERE,
}


class EventSpec(NamedTuple):
    """What a ready event is about, how much it matters and where it is shown."""

    category: Category
    level: Level
    sink: Sink


_TRAIL = EventSpec(Category.EXECUTION, Level.DEBUG, Sink.LOG)
_HELD = EventSpec(Category.STRATEGY, Level.INFO, Sink.LOG)
_MADE = EventSpec(Category.PERFORMANCE, Level.INFO, Sink.LOG)
_OWN = EventSpec(Category.SYSTEM, Level.INFO, Sink.LOG)
_SHOWN = EventSpec(Category.AUDIT, Level.ERROR, Sink.LOG)
EVENTS: dict[str, EventSpec] = {
    "order submitted": _TRAIL,
    "order updated": _TRAIL,
    "order filled": _TRAIL,
    "order rejected": _TRAIL._replace(level=Level.WARNING),
    "order cancelled": _TRAIL._replace(level=Level.INFO),
    "position opened": _HELD,
    "position increased": _HELD,
    # the trades that were closed say it
    "position reduced": _HELD._replace(level=Level.DEBUG),
    "position closed": _HELD._replace(level=Level.DEBUG),
    "position flipped": _HELD,
    "position assigned": _HELD,
    "position exercised": _HELD,
    "position expired": _HELD,
    "trade closed": _MADE,
    "session closed": _MADE,
    "drawdown low": EventSpec(Category.RISK, Level.DEBUG, Sink.DEBUG),
    "drawdown alert": EventSpec(Category.RISK, Level.WARNING, Sink.LOG),
    "drawdown recovery": EventSpec(Category.RISK, Level.INFO, Sink.LOG),
    "alert": EventSpec(Category.RISK, Level.WARNING, Sink.LOG),
    "alert over": EventSpec(Category.RISK, Level.INFO, Sink.LOG),
    "restored": _OWN,
    "adopted": EventSpec(Category.AUDIT, Level.WARNING, Sink.LOG),
    "saved": _OWN._replace(level=Level.DEBUG),
    "save failed": EventSpec(Category.ERROR, Level.ERROR, Sink.ERROR),
    "anomaly": EventSpec(Category.ERROR, Level.WARNING, Sink.LOG),
    "log closed": _OWN,
    # asked for, or of the end: shown at whatever level
    "balance": _SHOWN,
    "result": _SHOWN,
    "failed": _SHOWN,
}
Choice = TypeVar("Choice", Level, Category, Sink)


def pick(choices: type[Choice], value: Choice | str) -> Choice:
    """A level, category or sink by its name; `CallError` names those there are."""
    if isinstance(value, choices):
        return value
    try:
        return choices[str(value).upper()]
    except KeyError:
        known = ", ".join(choice.name.lower() for choice in choices)
        problem = f"{value!r} is no {choices.__name__.lower()}; there are {known}"
        raise CallError(problem) from None
