"""Rows: several values of different types that are saved together, as lists.

Many rows are written and read column by column, each column in a few calls for all of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from operator import itemgetter
from typing import Any

from models.codec import Codec
from models.errors import StateError


class RowFormat:
    """How the values of a row are saved.

    Args:
        names: What the values are called in a `StateError`.
        codecs: How each of them is saved.
        make: Makes what a row is read into, of the list of the values.
        spread: Whether `make` takes the values as its arguments.
        absent: The JSON values taken for the last ones, where the rows of older states lack them.
    """

    __slots__ = ("_absent", "_codecs", "_make", "_names", "_readers", "_spread", "_writers")

    def __init__(
        self,
        names: Sequence[str | int],
        codecs: Sequence[Codec[Any]],
        make: Callable[..., Any] = list,
        *,
        spread: bool = False,
        absent: Sequence[Any] = (),
    ) -> None:
        self._names = names
        self._absent = absent
        self._codecs = tuple(codecs)
        self._make = make
        self._spread = spread
        self._writers = [(at, each) for at, each in enumerate(codecs) if each.write is not None]
        self._readers = [(at, each) for at, each in enumerate(codecs) if each.read is not None]

    def write(self, values: Iterable[Any]) -> list[Any]:
        """The JSON values of a row."""
        row = [*values]
        for at, codec in self._writers:
            row[at] = codec.encode(row[at])
        return row

    def write_all(self, rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
        """The JSON values of many rows."""
        found = [*map(list, rows)]
        for at, codec in self._writers:
            column = codec.encode_all([*map(itemgetter(at), found)])
            for row, value in zip(found, column, strict=True):
                row[at] = value
        return found

    def read(self, saved: Sequence[Any]) -> Any:
        """What is made of a row's JSON values; errors are those of `values`."""
        values = self.values(saved)
        return self._make(*values) if self._spread else self._make(values)

    def values(self, saved: Sequence[Any]) -> list[Any]:
        """The values of a row's JSON values.

        Raises:
            StateError: There are more or fewer values than codecs, or one is of another type.
        """
        missing = len(self._codecs) - len(saved)
        last = self._absent[-missing:] if 0 < missing <= len(self._absent) else ()
        values = [*saved, *last]
        self._check_length(values)
        for at, codec in enumerate(self._codecs):
            try:
                values[at] = codec.decode(values[at])
            except StateError as error:
                raise error.within(self._names[at]) from None
        return values

    def read_all(self, rows: Sequence[Sequence[Any]]) -> Iterable[Any]:
        """What is made of many rows' JSON values; errors do not tell which row they come from.

        Some errors are raised only when what is made is asked for.
        """
        if not rows:
            return ()
        columns: list[Any] = [*zip(*rows, strict=True)]
        self._check_length(columns)
        for at, codec in enumerate(self._codecs):
            columns[at] = codec.read_many(columns[at])
        read = zip(*columns, strict=True) if self._readers else rows
        return starmap(self._make, read) if self._spread else map(self._make, read)

    def _check_length(self, saved: Sequence[Any]) -> None:
        if len(saved) != len(self._codecs):
            raise StateError(f"has {len(saved)} values, not {len(self._codecs)}")


def row_of(*codecs: Codec[Any], make: Callable[..., Any] = tuple) -> Codec[Any]:
    """Sequences with one value for each codec, saved as lists and read into what `make` makes."""
    rows = RowFormat(range(len(codecs)), codecs, make)
    return Codec((list, tuple), rows.write, rows.read, rows.write_all, rows.read_all)
