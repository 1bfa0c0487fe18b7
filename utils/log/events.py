"""The events of the log: what each is about, how much it matters and where LEAN shows it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from models.codec import Codec
from models.errors import CallError


class Level(enum.IntEnum):
    """How much an entry matters; as a threshold, OFF lets no entry through."""

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
    """Where LEAN shows an entry; the values are the names of the algorithm's methods."""

    DEBUG = "debug"  # the console
    LOG = "log"  # the log file
    ERROR = "error"  # the console, in red
    NOWHERE = "nowhere"  # it is kept and given to listeners, but not shown


# Where an event of the user's own is shown: by its category if that has a row, else by its level.
ROUTES: dict[Level | Category, Sink] = {
    Category.AUDIT: Sink.LOG,  # never on the console alone
    Level.DEBUG: Sink.DEBUG,
    Level.INFO: Sink.LOG,
    Level.WARNING: Sink.LOG,
    Level.ERROR: Sink.ERROR,
    Level.OFF: Sink.NOWHERE,
}


@dataclass(frozen=True, slots=True)
class EventSpec:
    """What an event is about, how much it matters and where LEAN shows it."""

    category: Category
    level: Level
    sink: Sink = Sink.LOG


# The tracker's own events. A new one is a row here, and is logged by `StructuredLogger.event`.
EVENTS: dict[str, EventSpec] = {
    # orders
    "order submitted": EventSpec(Category.EXECUTION, Level.DEBUG),
    "order updated": EventSpec(Category.EXECUTION, Level.DEBUG),
    "order filled": EventSpec(Category.EXECUTION, Level.DEBUG),
    "order rejected": EventSpec(Category.EXECUTION, Level.WARNING),
    "order cancelled": EventSpec(Category.EXECUTION, Level.INFO),
    # positions; where one is reduced or closed, its closed trades are logged at INFO already
    "position opened": EventSpec(Category.STRATEGY, Level.INFO),
    "position increased": EventSpec(Category.STRATEGY, Level.INFO),
    "position reduced": EventSpec(Category.STRATEGY, Level.DEBUG),
    "position closed": EventSpec(Category.STRATEGY, Level.DEBUG),
    "position flipped": EventSpec(Category.STRATEGY, Level.INFO),
    "position assigned": EventSpec(Category.STRATEGY, Level.INFO),
    "position exercised": EventSpec(Category.STRATEGY, Level.INFO),
    "position expired": EventSpec(Category.STRATEGY, Level.INFO),
    # results
    "trade closed": EventSpec(Category.PERFORMANCE, Level.INFO),
    "structure closed": EventSpec(Category.PERFORMANCE, Level.INFO),
    "session closed": EventSpec(Category.PERFORMANCE, Level.INFO),
    # risk
    "drawdown low": EventSpec(Category.RISK, Level.DEBUG, Sink.DEBUG),
    "drawdown alert": EventSpec(Category.RISK, Level.WARNING),
    "drawdown recovery": EventSpec(Category.RISK, Level.INFO),
    "alert": EventSpec(Category.RISK, Level.WARNING),
    "alert not sent": EventSpec(Category.RISK, Level.WARNING),
    "alert over": EventSpec(Category.RISK, Level.INFO),
    # saved states, and what is wrong
    "restored": EventSpec(Category.SYSTEM, Level.INFO),
    "adopted": EventSpec(Category.AUDIT, Level.WARNING),
    "flow": EventSpec(Category.AUDIT, Level.WARNING),
    "saved": EventSpec(Category.SYSTEM, Level.DEBUG),
    "save failed": EventSpec(Category.ERROR, Level.ERROR, Sink.ERROR),
    "anomaly": EventSpec(Category.ERROR, Level.WARNING),
    # the end of a run; these and the answers to commands are logged at whatever level
    "log closed": EventSpec(Category.SYSTEM, Level.INFO),
    "balance": EventSpec(Category.AUDIT, Level.ERROR),
    "result": EventSpec(Category.AUDIT, Level.ERROR),
    "failed": EventSpec(Category.AUDIT, Level.ERROR),
    "incomplete": EventSpec(Category.AUDIT, Level.ERROR),
}
LogChoice = TypeVar("LogChoice", Level, Category, Sink)


def pick(choices: type[LogChoice], value: LogChoice | str) -> LogChoice:
    """Return a level, category or sink given as such or by its name in any case.

    Raises:
        CallError: There is none of that name; the text names those there are.
    """
    if isinstance(value, choices):
        return value
    try:
        return choices[str(value).upper()]
    except KeyError:
        known = ", ".join(choice.name.lower() for choice in choices)
        problem = f"{value!r} is no {choices.__name__.lower()}; there are {known}"
        raise CallError(problem) from None


def _level_name(level: Level) -> str:
    return level.name.lower()


# Levels are saved as their names in lower case.
LEVEL: Codec[Level] = Codec((str,), _level_name, partial(pick, Level))
