"""Terms of a query as conditions in SQL, and the order of a list; values are always bound."""

from __future__ import annotations

import base64
import json
import operator
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    and_,
    false,
    func,
    not_,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import FromClause

from workbench.library.errors import QueryError
from workbench.library.query import (
    ANYWHERE,
    COLUMNS,
    Comparison,
    FieldIs,
    FigureIs,
    Flag,
    ParameterIs,
    Sorting,
    Term,
)
from workbench.library.schema import FIGURES, PARAMETERS, RUNS, SOURCES, STRATEGIES, TAGS

Condition = ColumnElement[bool]
LARGEST = 2**31  # of a key
NOTHING: Condition = false()

COMPARE: dict[Comparison, Callable[[Any, Any], Any]] = {
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
    Comparison.NOT: operator.ne,
    Comparison.ABOVE: operator.gt,
    Comparison.BELOW: operator.lt,
    Comparison.IS: operator.eq,
}


def begins(column: ColumnElement[str], text: str) -> Condition:
    """Whether a text begins so."""
    return func.substr(column, 1, len(text)) == text


def _has_part(column: ColumnElement[str], text: str) -> Condition:
    return func.lower(column).contains(text.lower(), autoescape=True)


def _with(table: Any, *conditions: Condition) -> Condition:
    """Whether a run has a row of a table."""
    return RUNS.c.key.in_(select(table.c.run).where(*conditions))


def _is_called(text: str) -> Condition:
    """Whether a part of what a run is called, or of a tag or a strategy of it, is so."""
    return or_(
        _has_part(RUNS.c.name, text),
        _has_part(RUNS.c.algorithm, text),
        begins(RUNS.c.id, text.lower()),
        _with(TAGS, _has_part(TAGS.c.tag, text)),
        _with(STRATEGIES, _has_part(STRATEGIES.c.strategy, text)),
    )


FIELD_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    ANYWHERE: _is_called,
    "id": lambda text: begins(RUNS.c.id, text.lower()),
    "algorithm": lambda text: _has_part(RUNS.c.algorithm, text),
    "project": lambda text: RUNS.c.project == text,
    "code": lambda text: begins(RUNS.c.code, text),
    "currency": lambda text: RUNS.c.currency == text.upper(),
    "tag": lambda text: _with(TAGS, TAGS.c.tag == text),
    "name": lambda text: _has_part(RUNS.c.name, text),
    "note": lambda text: _has_part(RUNS.c.notes, text),
    "strategy": lambda text: _with(STRATEGIES, STRATEGIES.c.strategy == text),
    "live": lambda live: RUNS.c.live == live,
    "exactness": lambda rank: RUNS.c.exactness <= rank,
    "since": lambda time: func.coalesce(RUNS.c.ended, RUNS.c.imported) >= time,
    "until": lambda time: func.coalesce(RUNS.c.begun, RUNS.c.imported) <= time,
    "imported": lambda time: RUNS.c.imported >= time,
    "source": lambda text: _with(SOURCES, begins(SOURCES.c.sha256, text.lower())),
}
FLAG_CONDITIONS: dict[Flag, Callable[[], Condition]] = {
    Flag.STAR: lambda: RUNS.c.star == true(),
    Flag.BASELINE: lambda: RUNS.c.baseline == true(),
    Flag.TRASH: lambda: RUNS.c.deleted.is_not(null()),
}


def condition_of(terms: Sequence[Term]) -> Condition:
    """What a run must be to match all terms; what is in the trash matches nothing but `trash`."""
    found = [_turned(term) for term in terms]
    if not any(term.what is Flag.TRASH for term in terms):
        found.append(RUNS.c.deleted.is_(null()))
    return and_(true(), *found)


def _turned(term: Term) -> Condition:
    found = _condition(term.what)
    return not_(found) if term.turned else found


def _condition(what: FigureIs | FieldIs | ParameterIs | Flag) -> Condition:
    if isinstance(what, FigureIs):
        table = FIGURES.c
        bound = COMPARE[what.how](table.value, what.bound)
        return _with(FIGURES, table.strategy == what.strategy, table.name == what.name, bound)
    if isinstance(what, ParameterIs):
        return _with(PARAMETERS, PARAMETERS.c.name == what.name, _value(what))
    if isinstance(what, FieldIs):
        return FIELD_CONDITIONS[what.field](what.value)
    return FLAG_CONDITIONS[what]()


def _value(what: ParameterIs) -> Condition:
    """A parameter's value: as a number where both are numbers, so that 10 is 10.0, else as text."""
    table = PARAMETERS.c
    if what.how is None:
        return true()
    compare = COMPARE[what.how]
    if what.number is None:
        return compare(table.value, what.value)  # type: ignore[no-any-return]
    numeric = and_(table.number.is_not(null()), compare(table.number, what.number))
    if what.how is Comparison.NOT:
        return or_(numeric, table.number.is_(null()))
    return numeric


# --- the order of a list


class Order:
    """The order of a list, and the places in it from which the next part goes on.

    First come the runs that have what they are sorted by, then those that have not, whichever way
    is up; runs that are alike come by their keys, in the same direction. The two are asked for
    apart, so that the first can be read off an index.

    Args:
        sorting: What to sort by.
        terms: What the runs must be: bounds of the very figure that they are sorted by are where
            the index is read.
    """

    def __init__(self, sorting: Sorting, terms: Sequence[Term] = ()) -> None:
        self.sorting = sorting
        self._bounds = [
            (each.what.how, each.what.bound)
            for each in terms
            if isinstance(each.what, FigureIs)
            and not each.turned
            and (each.what.strategy, each.what.name) == (sorting.strategy, sorting.name)
        ]
        self.value: ColumnElement[Any]
        self._known: FromClause = RUNS
        self._key: ColumnElement[int] = RUNS.c.key
        self._there: Condition = true()
        self._missing: Condition = NOTHING
        if sorting.name not in COLUMNS:
            self._by_figure(FIGURES.alias("sorted"))
            return
        self.value = column = RUNS.c[sorting.name]
        if column.nullable:
            self._there, self._missing = column.is_not(null()), column.is_(null())

    def _by_figure(self, figures: Any) -> None:
        self.value, self._key = figures.c.value, figures.c.run
        self._known = figures.join(RUNS, figures.c.run == RUNS.c.key)
        self._there = and_(
            figures.c.strategy == self.sorting.strategy, figures.c.name == self.sorting.name
        )
        having = select(figures.c.run).where(self._there)
        self._missing = RUNS.c.key.not_in(having)

    def known(self, condition: Condition, cursor: str | None) -> Select[Any] | None:
        """The keys and values of the runs that have a value, from a place on; None behind them."""
        query = select(self._key.label("key"), self.value.label("sorted_by"))
        bounds = [COMPARE[how](self.value, bound) for how, bound in self._bounds]
        query = query.select_from(self._known).where(self._there, *bounds, condition)
        if cursor is not None:
            value, key = self._place(cursor)
            if value is None:
                return None
            query = query.where(self._beyond(value, key))
        return query.order_by(self._way(self.value), self._way(self._key))

    def _beyond(self, value: Any, key: int) -> Condition:
        compare = operator.lt if self.sorting.down else operator.gt
        # the first condition says nothing new: it is what an index can be read by
        reached = (operator.le if self.sorting.down else operator.ge)(self.value, value)
        return and_(reached, or_(compare(self.value, value), compare(self._key, key)))

    def rest(self, condition: Condition, cursor: str | None) -> Select[Any] | None:
        """The keys of the runs that have no value, from a place on; None where all have one."""
        if self._bounds or self._missing is NOTHING:
            return None
        query = select(RUNS.c.key, null().label("sorted_by")).where(self._missing, condition)
        value, key = (True, 0) if cursor is None else self._place(cursor)
        if value is None:
            compare = operator.lt if self.sorting.down else operator.gt
            query = query.where(compare(RUNS.c.key, key))
        return query.order_by(self._way(RUNS.c.key))

    def _way(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.desc() if self.sorting.down else column.asc()

    def cursor(self, row: RowMapping) -> str:
        """The place behind a row, as a text that says nothing to anybody else."""
        place = [self.sorting.name, self.sorting.strategy, self.sorting.down, row["sorted_by"]]
        text = json.dumps([*place, row["key"]], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _place(self, cursor: str) -> tuple[Any, int]:
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            name, strategy, down, value, key = json.loads(text)
            same = (name, strategy, down) == (
                self.sorting.name,
                self.sorting.strategy,
                self.sorting.down,
            )
            texts = isinstance(self.value.type, Text)
            known = value is None or isinstance(value, str if texts else int | float)
            known = known and isinstance(key, int) and 0 <= key < LARGEST
        except (ValueError, TypeError):
            same = known = False
        if not (same and known):
            raise QueryError("the cursor is of no list of this order: begin without one")
        return value, key
