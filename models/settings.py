"""The settings: every name, what it may be, and what it does when nothing is said.

Settings are parameters of the LEAN project whose names start with `tracker_`; LEAN hands them over
as strings. A wrong value or an unknown name raises `SettingsError` when the algorithm starts.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from models.events import TrackerError
from models.lean_book import Grouping
from models.lots import Matching
from models.sharing import UNASSIGNED

PREFIX = "tracker_"

SWITCH = {"on": True, "off": False}
_NAME = re.compile(r"[^\s,;|=]+")


class SettingsError(TrackerError, ValueError):
    """A setting is unknown or has a wrong value; the text names it and what it allows."""


class TagMeans(enum.Enum):
    """How an order's tag names its strategy."""

    NAME = "name"  # strategy=NAME somewhere in the tag
    WHOLE = "whole"  # the whole tag is the name


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose.

    Attributes:
        default_strategy: Whose an order is that names no strategy.
        strategy_tag: How a tag names the strategy.
        matching: Which lot a closing quantity takes first.
        mark_every: Least seconds between two marks, 0 for every slice; None is 1 live, else 0.
        day_marks: Whether to mark at midnight of the algorithm's clock too.
        lean_book: Whether to rebuild LEAN's own trades; LEAN has them itself, so only replays do.
        lean_grouping: How the LEAN book groups fills into trades.
        lean_matching: Which entry the LEAN book closes first.
        capital: Strategy -> its part of the account's starting equity; all of it where unsaid.
        keep_trades: Closed trades of each book kept in memory.
    """

    default_strategy: str = "main"
    strategy_tag: TagMeans = TagMeans.NAME
    matching: Matching = Matching.FIFO
    mark_every: float | None = None
    day_marks: bool = True
    lean_book: bool = False
    lean_grouping: Grouping = Grouping.FILL_TO_FILL
    lean_matching: Matching = Matching.FIFO
    capital: Mapping[str, float] = field(default_factory=dict)
    keep_trades: int = 1_000


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read: a parser that raises ValueError, and its allowed values in words."""

    parse: Callable[[str], Any]
    allowed: str


def _strategy(text: str) -> str:
    if not _NAME.fullmatch(text) or text == UNASSIGNED:
        raise ValueError(text)
    return text


def _seconds(text: str) -> float | None:
    if text == "auto":
        return None
    number = float(text)
    if not 0 <= number < float("inf"):
        raise ValueError(text)
    return number


def _shares(text: str) -> dict[str, float]:
    shares: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, share = part.split("=")
        shares[_strategy(name.strip())] = float(share)
        if not 0 < shares[name.strip()] < float("inf"):
            raise ValueError(text)
    return shares


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


def _choice(choices: type[enum.Enum]) -> Setting:
    return Setting(choices, " or ".join(member.value for member in choices))


_SWITCH = Setting(lambda text: SWITCH[text], "on or off")

SETTINGS: dict[str, Setting] = {
    "default_strategy": Setting(
        _strategy, f"a name without spaces or any of , ; | = that is not {UNASSIGNED}"
    ),
    "strategy_tag": _choice(TagMeans),
    "matching": _choice(Matching),
    "mark_every": Setting(_seconds, "auto, or seconds of 0 or more"),
    "day_marks": _SWITCH,
    "lean_book": _SWITCH,
    "lean_grouping": _choice(Grouping),
    "lean_matching": _choice(Matching),
    "keep_trades": Setting(_count, "a number of 0 or more"),
    "capital": Setting(_shares, "NAME=PART,NAME=PART with parts above 0"),
}


def setting_names() -> tuple[str, ...]:
    """Every setting as the parameter is named."""
    return tuple(PREFIX + name for name in SETTINGS)


def read_settings(parameters: Mapping[str, str], overrides: Mapping[str, Any]) -> Settings:
    """The settings of a run.

    Args:
        parameters: All parameters of the project; those without the prefix are not ours.
        overrides: Given in code by the names of `Settings`; they win over the parameters. Texts
            are read as parameters are.

    Raises:
        SettingsError: A name is unknown or a value is not allowed.
    """
    given: dict[str, Any] = {}
    for parameter, text in parameters.items():
        if parameter.startswith(PREFIX):
            given[parameter[len(PREFIX) :]] = text
    given.update(overrides)
    return replace(Settings(), **{name: _read(name, value) for name, value in given.items()})


def _text(value: Any) -> str:
    """A value given in code as a parameter would say it."""
    if value is None:
        return "auto"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Mapping):
        return ",".join(f"{name}={part}" for name, part in value.items())
    return str(value).strip()


def _read(name: str, value: Any) -> Any:
    setting = SETTINGS.get(name)
    if setting is None:
        near = difflib.get_close_matches(name, SETTINGS, n=1)
        hint = f"; did you mean {PREFIX}{near[0]}" if near else ""
        known = ", ".join(setting_names())
        raise SettingsError(f"{PREFIX}{name} is no setting{hint}. There are: {known}")
    try:
        return setting.parse(_text(value))
    except (ValueError, KeyError):
        raise SettingsError(f"{PREFIX}{name} is {value!r}; it must be {setting.allowed}") from None
