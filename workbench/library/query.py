"""The query language by which runs are filtered and sorted: words into terms.

    sharpe>1 tag:prod since:2024-01 algorithm:Three strategy:trend live:yes param:fast=10 star stop

A query is words with blanks between them, and a run must match all of them. A word is a figure and
a bound, a field and what it must be, a flag, or else a part of what the run is called; `-` before a
word turns it round. What has blanks stands in quotation marks. The tables below are all that there
is; the text of an error names what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from math import isfinite
from typing import Any

from workbench.library.errors import QueryError
from workbench.library.figures import ACCOUNT, ALIASES, FIGURES
from workbench.library.shapes import to_microseconds
from workbench.runs.exactness import ORDER, Exactness

MOST_WORDS = 50


class Comparison(StrEnum):
    """How a figure is held against a bound."""

    AT_LEAST = ">="
    AT_MOST = "<="
    NOT = "!="
    ABOVE = ">"
    BELOW = "<"
    IS = "="


class Flag(StrEnum):
    """What a run is or is not."""

    STAR = "star"
    BASELINE = "baseline"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class FigureIs:
    """A figure against a bound.

    Attributes:
        strategy: Whose; empty for the account.
        name: The figure.
        how: How they are held against each other.
        bound: In the figure's unit.
    """

    strategy: str
    name: str
    how: Comparison
    bound: float


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A field against a value.

    Attributes:
        field: Its name, of `FIELDS`, or `ANYWHERE`.
        value: What it must be, as the field's reader understood it.
    """

    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class ParameterIs:
    """A parameter of the algorithm against a value.

    Attributes:
        name: The parameter.
        how: None where it is enough that there is one.
        value: The text.
        number: The same as a number; None where it is none.
    """

    name: str
    how: Comparison | None = None
    value: str = ""
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One word.

    Attributes:
        what: What a run must be.
        turned: Whether it must not be that.
    """

    what: FigureIs | FieldIs | ParameterIs | Flag
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Sorting:
    """What runs are sorted by.

    Attributes:
        name: A figure or a column of `COLUMNS`.
        strategy: Whose figure; empty for the account.
        down: Whether the highest comes first.
    """

    name: str
    strategy: str = ACCOUNT
    down: bool = False


# --- what fields are


def _text(text: str) -> str:
    return text


YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def _yes_no(text: str) -> bool:
    if text.lower() not in YES_NO:
        raise QueryError(f"{text!r} is neither yes nor no")
    return YES_NO[text.lower()]


def _exactness(text: str) -> int:
    if text.lower() not in list(Exactness):
        raise QueryError(f"{text!r} is no exactness: {', '.join(Exactness)}")
    return ORDER[Exactness(text.lower())]


DATED = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)


def _first_moment(text: str) -> int:
    """The first microsecond of a day, a month or a year, UTC."""
    return _moments(text)[0]


def _last_moment(text: str) -> int:
    """Its last."""
    return _moments(text)[1]


def _moments(text: str) -> tuple[int, int]:
    found = DATED.fullmatch(text)
    try:
        year, month, day = (int(part or 0) for part in (found.groups() if found else ("0",) * 3))
        first = date(year, month if found and found[2] else 1, day if found and found[3] else 1)
        after = first + timedelta(days=1) if day else _next(first, month)
    except (ValueError, OverflowError):
        raise QueryError(f"{text!r} is no date: 2024, 2024-01 or 2024-01-31") from None
    return _midnight(first), _midnight(after) - 1


def _next(first: date, month: int) -> date:
    months = first.year * 12 + (first.month if month else 12)
    return date(months // 12, months % 12 + 1, 1)


def _midnight(day: date) -> int:
    return to_microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


# Each field: how its value is read, and what it means.
FIELDS: dict[str, tuple[Callable[[str], Any], str]] = {
    "id": (_text, "the id begins so"),
    "algorithm": (_text, "a part of the algorithm's name"),
    "project": (_text, "LEAN's id of the project"),
    "code": (_text, "the version or hash of the code begins so"),
    "currency": (_text, "the account's currency"),
    "tag": (_text, "a tag"),
    "name": (_text, "a part of what you call it"),
    "note": (_text, "a part of the notes"),
    "strategy": (_text, "a strategy that traded"),
    "live": (_yes_no, "yes or no"),
    "exactness": (_exactness, "the worst of its figures is no worse"),
    "since": (_first_moment, "it ended in that year, month or day, or later"),
    "until": (_last_moment, "it began in that year, month or day, or earlier"),
    "imported": (_first_moment, "it was imported in that year, month or day, or later"),
    "source": (_text, "the SHA-256 of a file that it was read from begins so"),
}
PARAMETER = "param"
ANYWHERE = ""  # the field of a word alone

# What runs can be sorted by beside figures.
COLUMNS = ("imported", "changed", "begun", "ended", "algorithm", "project", "id", "exactness")


# --- words

WORD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*")+')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
FIRST = re.compile(r":|>=|<=|!=|>|<|=")
HOW = re.compile(r">=|<=|!=|>|<|=")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def words_of(text: str) -> list[str]:
    """The words of a query, without their quotation marks.

    Raises:
        QueryError: A quotation mark has no other.
    """
    rest = WORD.sub("", text).strip()
    if rest:
        raise QueryError(f"a quotation mark has no other: {rest}")
    return [QUOTED.sub(lambda found: _unescaped(found[1]), word) for word in WORD.findall(text)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def quoted(word: str) -> str:
    """A word as it stands in a query."""
    if word and not re.search(r'[\s"]', word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_query(query: str | Iterable[str]) -> tuple[Term, ...]:
    """The terms of a query.

    Args:
        query: Its text, or its words where something else has cut it.

    Raises:
        QueryError: It cannot be understood; the text says what is allowed.
    """
    words = words_of(query) if isinstance(query, str) else list(query)
    if len(words) > MOST_WORDS:
        raise QueryError(f"a query has at most {MOST_WORDS} words")
    return tuple(_term(word) for word in words if word)


def _term(word: str) -> Term:
    turned = word.startswith("-")
    return Term(_what(word[turned:], word), turned)


def _what(bare: str, word: str) -> FigureIs | FieldIs | ParameterIs | Flag:
    found = FIRST.search(bare)
    if found is None:
        return _bare(bare, word)
    name, rest = bare[: found.start()], bare[found.end() :]
    if found[0] != ":":
        return _figure(name, Comparison(found[0]), rest, word)
    if name == PARAMETER:
        return _parameter(rest, word)
    if name not in FIELDS:
        fields = ", ".join(f"{each}:" for each in (*FIELDS, PARAMETER))
        raise QueryError(f"{word!r}: there is no field {name!r}; the fields are {fields}")
    if not rest:
        raise QueryError(f"{word!r}: after {name}: stands {FIELDS[name][1]}")
    return FieldIs(name, FIELDS[name][0](rest))


def _bare(bare: str, word: str) -> FieldIs | Flag:
    """A word alone: a flag, else a part of what the run is called."""
    if bare in list(Flag):
        return Flag(bare)
    if not bare:
        raise QueryError(
            f"{word!r} is no filter: write FIGURE>NUMBER as sharpe>1, FIELD:VALUE as tag:prod, a "
            f"part of a name, or one of {', '.join(Flag)}"
        )
    return FieldIs(ANYWHERE, bare)


def _figure(name: str, how: Comparison, rest: str, word: str) -> FigureIs:
    strategy, figure = known_figure(name)
    percent = rest.endswith("%")
    number = _number(rest.removesuffix("%"))
    if number is None:
        raise QueryError(f"{word!r}: {rest!r} is no number")
    return FigureIs(strategy, figure, how, number / 100.0 if percent else number)


def _parameter(rest: str, word: str) -> ParameterIs:
    found = HOW.search(rest)
    name = rest if found is None else rest[: found.start()]
    if not name:
        raise QueryError(
            f"{word!r}: after {PARAMETER}: stands NAME or NAME=VALUE, as param:fast=10"
        )
    if found is None:
        return ParameterIs(name)
    how, value = Comparison(found[0]), rest[found.end() :]
    number = _number(value)
    if number is None and how not in (Comparison.IS, Comparison.NOT):
        raise QueryError(f"{word!r}: {value!r} is no number")
    return ParameterIs(name, how, value, number)


def _number(text: str) -> float | None:
    number = float(text) if NUMBER.fullmatch(text) else None
    return number if number is not None and isfinite(number) else None


def number_of(text: str) -> float | None:
    """A parameter's value as a number; None where it is none."""
    return _number(text.strip())


def known_figure(name: str) -> tuple[str, str]:
    """The strategy, empty for the account, and the figure of `sharpe` or `trend.sharpe`.

    Raises:
        QueryError: There is no such figure; the text names those that are like it, or all.
    """
    strategy, _, figure = name.rpartition(".")
    figure = ALIASES.get(figure, figure)
    if figure in FIGURES:
        return strategy, figure
    raise QueryError(f"there is no figure {name!r}; {_alike(figure, [*FIGURES, *ALIASES])}")


def _alike(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, 3)
    if near:
        return f"do you mean {' or '.join(near)}?"
    return f"the figures are {', '.join(names)}"


def read_sorting(text: str) -> Sorting:
    """What to sort by, of `sharpe`, `-sharpe` for the highest first, or `trend.sharpe`.

    Raises:
        QueryError: There is nothing of that name; the text says what there is.
    """
    down = text.startswith("-")
    name = text[down:]
    if name in COLUMNS:
        return Sorting(name, down=down)
    try:
        strategy, figure = known_figure(name)
    except QueryError as error:
        raise QueryError(f"{error}; beside figures there are {', '.join(COLUMNS)}") from None
    return Sorting(figure, strategy, down)
