"""Records as columns and back, by the types that their fields are annotated with.

A field is a column of its name. A pair is two columns, a mapping one for each key, a record within
a record the columns of its own fields; a tuple of any length is a column with its length, and a
table of its own with what is in it, one after the other.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice
from types import NoneType, UnionType
from typing import Any, Protocol, Union, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

from models.execution.order_quality import HORIZONS
from models.records import record_fields
from workbench.frames.columns import Kind
from workbench.library.series import Series

Columns = dict[str, Series]
Tables = dict[str, Columns]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = date(1970, 1, 1).toordinal()
MICROSECOND = timedelta(microseconds=1)
DTYPES: dict[Kind, type] = {Kind.TEXT: object, Kind.NUMBER: np.float64}
FILLERS: dict[Kind, Any] = {Kind.TEXT: "", Kind.NUMBER: 0.0}


class Shape(Protocol):
    """How values of one type lie in columns."""

    def write(self, tables: Tables, table: str, name: str, values: Sequence[Any]) -> None:
        """Put the values into columns of a table, and of tables under it."""
        ...

    def read(self, tables: Mapping[str, Columns], table: str, name: str) -> list[Any]:
        """The values that `write` put there."""
        ...


def to_microseconds(time: datetime) -> int:
    """A time as microseconds since 1970."""
    return (time - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The time, in UTC, that many microseconds after 1970 began."""
    return EPOCH + timedelta(microseconds=count)


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value in one column; None where the row has none.

    Attributes:
        kind: The column's type.
        to: What stands in the column for a value.
        back: The value of what stands there.
    """

    kind: Kind
    to: Callable[[Any], Any] = _same
    back: Callable[[Any], Any] = _same

    def write(self, tables: Tables, table: str, name: str, values: Sequence[Any]) -> None:
        """Put the values into one column."""
        missing = np.array([value is None for value in values], bool)
        holes = bool(missing.any())
        filler, to = FILLERS.get(self.kind, 0), self.to
        texts = values if to is _same else [None if each is None else to(each) for each in values]
        column: npt.NDArray[Any] = np.empty(len(texts), DTYPES.get(self.kind, np.int64))
        column[:] = [filler if each is None else each for each in texts] if holes else texts
        tables.setdefault(table, {})[name] = Series(self.kind, column, missing if holes else None)

    def read(self, tables: Mapping[str, Columns], table: str, name: str) -> list[Any]:
        """The values of the column."""
        found = tables[table][name].listed()
        if self.back is _same:
            return found
        back = self.back
        return [None if value is None else back(value) for value in found]


@dataclass(frozen=True, slots=True)
class Parts:
    """A value of several parts, in columns of their own.

    Attributes:
        parts: Name -> the part's shape.
        take: Gets the parts out of a value, in their order.
        make: The value of parts in their order.
    """

    parts: Mapping[str, Shape]
    take: Callable[[Any], Sequence[Any]]
    make: Callable[[Sequence[Any]], Any]

    def write(self, tables: Tables, table: str, name: str, values: Sequence[Any]) -> None:
        """Put each part into its columns."""
        tables.setdefault(table, {})
        taken = list(map(self.take, values))
        for at, (part, shape) in enumerate(self.parts.items()):
            shape.write(tables, table, _joined(name, part), [each[at] for each in taken])

    def read(self, tables: Mapping[str, Columns], table: str, name: str) -> list[Any]:
        """The values of their parts."""
        columns = [
            shape.read(tables, table, _joined(name, part)) for part, shape in self.parts.items()
        ]
        return list(map(self.make, zip(*columns, strict=True)))


@dataclass(frozen=True, slots=True)
class Many:
    """A tuple of any length: its length in a column, its items in a table under the column's.

    Attributes:
        item: How an item lies.
    """

    item: Shape

    def write(self, tables: Tables, table: str, name: str, values: Sequence[Any]) -> None:
        """Put the lengths into a column and the items into their table."""
        LENGTH.write(tables, table, name, list(map(len, values)))
        items = [item for each in values for item in each]
        self.item.write(tables, f"{table}.{name}", self._name, items)

    def read(self, tables: Mapping[str, Columns], table: str, name: str) -> list[Any]:
        """The tuples."""
        items = iter(self.item.read(tables, f"{table}.{name}", self._name))
        return [tuple(islice(items, size)) for size in LENGTH.read(tables, table, name)]

    @property
    def _name(self) -> str:
        return "value" if isinstance(self.item, Leaf) else ""


LENGTH = Leaf(Kind.WHOLE)
LEAVES: dict[Any, Leaf] = {
    float: Leaf(Kind.NUMBER),
    int: Leaf(Kind.WHOLE),
    str: Leaf(Kind.TEXT),
    bool: Leaf(Kind.FLAG, int, bool),
    datetime: Leaf(Kind.TIME, to_microseconds, from_microseconds),
    date: Leaf(
        Kind.DATE,
        lambda day: day.toordinal() - FIRST_DAY,
        lambda days: date.fromordinal(days + FIRST_DAY),
    ),
}


def _joined(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part


@cache
def shape_of(hint: Any) -> Shape:
    """How values that are annotated so lie in columns.

    Raises:
        TypeError: They cannot.
    """
    if hint in LEAVES:
        return LEAVES[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType} and NoneType in inner:
        (other,) = (each for each in inner if each is not NoneType)
        return shape_of(other)
    if origin is tuple:
        return Many(shape_of(inner[0])) if Ellipsis in inner else _pair(inner)
    if origin is Mapping:
        return _mapping(shape_of(inner[1]))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return Leaf(Kind.TEXT, lambda member: member.value, hint)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return record_shape(hint)
    raise TypeError(f"{hint!r} has no columns")


def _pair(hints: Sequence[Any]) -> Parts:
    return Parts({str(at): shape_of(each) for at, each in enumerate(hints)}, _same, tuple)


def _mapping(item: Shape) -> Parts:
    """What there is for each horizon of a markout."""
    names = [name for name, *_ in HORIZONS]
    return Parts(
        dict.fromkeys(names, item),
        lambda mapping: [mapping.get(name) for name in names],
        lambda values: dict(zip(names, values, strict=True)),
    )


def record_shape(kind: Any, **known: Any) -> Parts:
    """How records of a class lie in columns.

    Args:
        kind: A dataclass or a NamedTuple.
        known: Field -> its type, where the annotation does not tell it.
    """
    names = record_fields(kind)
    hints = {**get_type_hints(kind), **known}

    def take(record: Any) -> Sequence[Any]:
        return [getattr(record, name) for name in names]

    return Parts(
        {name: shape_of(hints[name]) for name in names},
        _same if issubclass(kind, tuple) else take,
        kind._make if issubclass(kind, tuple) else lambda values: kind(*values),
    )
