"""Session columns: many sessions as they are saved, each kind of value of all of them together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from models.codec import Codec, check_finite, packed_column
from models.equity.sessions import Session
from models.errors import StateError
from models.records import Saved, object_codec, record_fields
from models.stepped import stepped_column

# What of each session stands in one column, in the order in which the steps are the smallest: a
# session starts where the one before it ended, and most of its extremes are its start or its end.
_SESSION_JOINED = {
    "equity": ("start_equity", "high_equity", "low_equity", "end_equity"),
    "nav": ("start_nav", "high_nav", "low_nav", "floor_nav", "end_nav"),
}
_SESSION_DOUBLES = ("max_drawdown", "flows", "fees", "volume")

_SESSION_FIELDS = record_fields(Session)
_SESSION_VALUES = attrgetter(*_SESSION_FIELDS)


class SessionColumns(NamedTuple):
    """Sessions in columns; what is not told here is as in `Session`.

    Attributes:
        start: Ordinals of the first days' dates.
        equity: Start, highest, lowest and end of each.
        nav: Start, highest, lowest, lowest since the highest, and end of each.
    """

    start: array[int]
    valued: list[bool]
    equity: array[float]
    nav: array[float]
    max_drawdown: array[float]
    flows: array[float]
    fees: array[float]
    volume: array[float]
    trades: list[int]
    wins: list[int]
    losses: list[int]
    marked: list[bool]


_SESSION_COLUMNS: Codec[SessionColumns] = object_codec(
    SessionColumns,
    Saved(
        codecs={
            "start": stepped_column("q"),
            **dict.fromkeys(_SESSION_JOINED, stepped_column("d")),
            **dict.fromkeys(_SESSION_DOUBLES, packed_column("d")),
        }
    ),
)


def _write_sessions(sessions: Iterable[Session]) -> Any:
    """The saved columns of sessions."""
    columns = [*zip(*map(_SESSION_VALUES, sessions), strict=True)] or [()] * len(_SESSION_FIELDS)
    found: dict[str, Any] = dict(zip(_SESSION_FIELDS, columns, strict=True))
    found["start"] = array("q", map(date.toordinal, found["start"]))
    for column, names in _SESSION_JOINED.items():
        values = zip(*map(found.__getitem__, names), strict=True)
        found[column] = array("d", [*chain.from_iterable(values)])
    for name in _SESSION_DOUBLES:
        found[name] = array("d", found[name])
    return _SESSION_COLUMNS.encode(SessionColumns(*map(found.__getitem__, SessionColumns._fields)))


def _read_sessions(saved: Any) -> list[Session]:
    """The sessions of saved columns."""
    columns = _SESSION_COLUMNS.decode(saved)
    _check_sessions(columns)
    found: dict[str, Sequence[Any]] = columns._asdict()
    found["start"] = [date.fromordinal(day) for day in columns.start]
    for column, names in _SESSION_JOINED.items():
        found |= {name: found[column][at :: len(names)] for at, name in enumerate(names)}
    return [*map(Session, *(found[name] for name in _SESSION_FIELDS))]


def _check_sessions(columns: SessionColumns) -> None:
    """Raise `StateError` where a column is not of as many sessions, or of numbers that are none."""
    count = len(columns.start)
    for name, column in columns._asdict().items():
        if len(column) != count * len(_SESSION_JOINED.get(name, (name,))):
            raise StateError(f"has {len(column)} values for {count} sessions", name)
        if name in _SESSION_JOINED or name in _SESSION_DOUBLES:
            try:
                check_finite(column)
            except StateError as error:
                raise error.within(name) from None


# Sessions, saved together as an object of columns.
SESSIONS: Codec[list[Session]] = Codec((dict,), _write_sessions, _read_sessions)
