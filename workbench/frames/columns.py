"""A column of a table: its name, type, unit and meaning, and where its values come from."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any


class Kind(enum.Enum):
    """The type of a column, by the name that the documentation gives it."""

    TEXT = "text"
    NUMBER = "number"  # 64 bits of floating point
    WHOLE = "whole number"  # 64 bits, signed
    FLAG = "yes or no"
    TIME = "time"  # UTC, to the microsecond
    DATE = "date"  # in the algorithm's time zone


# The units of columns that have one.
MONEY = "account currency"
PRICE = "quote currency"
QUANTITY = "contracts, shares or units of base currency"
FRACTION = "fraction"
PERCENT = "percent"
BASIS_POINTS = "basis points"
SECONDS = "seconds"
NAV = "of a unit that was 1 at the start"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: Its name, the same in each form.
        kind: Its type.
        meaning: What a value says, in a sentence.
        unit: What it is measured in; empty for what has no unit.
        read: Gets the value of a row out of its record; by default the record's field of that name.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    read: Callable[[Any], Any] | None = None

    def values(self, records: Iterable[Any]) -> list[Any]:
        """The values of a column, a record each; None where there is none."""
        return list(map(self.read or attrgetter(self.name), records))


@dataclass(frozen=True, slots=True)
class FrameTable:
    """One table.

    Attributes:
        name: Its name, and that of its files.
        meaning: What a row is.
        records: Returns the records of what a source told, a row each, in the order of the rows.
        columns: Its columns, in order.
    """

    name: str
    meaning: str
    records: Callable[[Any], Sequence[Any]]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """A column by its name; LookupError where there is none."""
        found = next((column for column in self.columns if column.name == name), None)
        if found is None:
            names = ", ".join(column.name for column in self.columns)
            raise LookupError(f"the table {self.name} has no column {name!r}; it has {names}")
        return found
