"""One version of a run, of which what is asked for is unpacked once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from starlette.requests import Request

from workbench.desk.desk import Desk, desk_of
from workbench.library.block import BlockError
from workbench.library.contents import BLOCK_OF, columns_of, records_of
from workbench.library.document import DOCUMENT, record_of_contents
from workbench.library.entries import Version
from workbench.library.errors import ChangedRunError, LibraryError, UnknownRunError
from workbench.library.series import Series
from workbench.report.assembly import MissingLibraryError
from workbench.runs.record import RunRecord

Rows = npt.NDArray[np.intp]
Made = TypeVar("Made")

FACTS = 500_000  # about how many bytes a record without rows takes
A_VALUE, A_RECORD = 16, 2_000  # about how many bytes a value of a column takes, and a record

# What is no damage of the run, though it is a `LookupError` as damages are.
NOT_DAMAGED = (ChangedRunError, MissingLibraryError, UnknownRunError)
DAMAGED = (BlockError, LookupError, TypeError, ValueError, zlib.error)


@dataclass(frozen=True, slots=True)
class RunTable:
    """A table of a run, unpacked.

    Attributes:
        name: Which one, of `workbench.library.contents.BLOCK_OF`.
        columns: Its columns.
        whole: Its records, where a record is more than a row of the columns; else None.
    """

    name: str
    columns: dict[str, Series]
    whole: Sequence[Any] | None

    @property
    def size(self) -> int:
        """How many rows it has."""
        return next((each.values.size for each in self.columns.values()), 0)

    def of_strategy(self, strategy: str | None) -> Rows:
        """The rows of a strategy, in the order of time; of every one where it is None."""
        if strategy is None:
            return np.arange(self.size)
        column = self.columns["strategy"]
        mine = column.values == strategy
        return np.flatnonzero(mine if column.missing is None else mine & ~column.missing)

    def records(self, rows: Rows) -> list[Any]:
        """The records of some rows."""
        if self.whole is not None:
            return [self.whole[at] for at in rows.tolist()]
        taken = {name: column.taken(rows) for name, column in self.columns.items()}
        return records_of({self.name: taken}, self.name)


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """One version of a run.

    Attributes:
        desk: Where it is kept.
        version: Which one.
    """

    desk: Desk
    version: Version

    def facts(self) -> RunRecord:
        """Its record without rows."""
        return self.kept(
            "facts", lambda: record_of_contents(self.pieces(DOCUMENT)), lambda _: FACTS
        )

    def table(self, name: str) -> RunTable:
        """A table whose records are rows of columns, each by itself."""
        return self.kept(f"table {name}", lambda: self._table(name), _weight)

    def records(self, name: str) -> list[Any]:
        """All records of a table, in the order of time."""
        return self.kept(
            f"records {name}",
            lambda: records_of(self._columns(name), name),
            lambda made: A_RECORD * len(made),
        )

    def kept(self, what: str, make: Callable[[], Made], weigh: Callable[[Made], int]) -> Made:
        """What is made of this version of the run once.

        Raises:
            LibraryError: The run is damaged, or the library cannot be read.
            ChangedRunError: The run is of another version by now.
        """
        return self.desk.shelf.get((self.version, what), lambda: self._sound(make), weigh)

    def pieces(self, *names: str) -> dict[str, bytes]:
        """Pieces of this version as they are kept; all of them where none is named."""
        found = self.desk.library.contents(self.version.id, *names)
        if found.version != self.version:
            raise ChangedRunError(self.version.id)
        return dict(found.pieces)

    def _sound(self, make: Callable[[], Made]) -> Made:
        try:
            return make()
        except NOT_DAMAGED:
            raise
        except DAMAGED as error:
            name = self.desk.library.name
            raise LibraryError(f"{name}: the run {self.version.id} is damaged: {error}") from error

    def _columns(self, name: str) -> dict[str, dict[str, Series]]:
        block = BLOCK_OF[name]
        return columns_of(self.pieces(block)[block], name)

    def _table(self, name: str) -> RunTable:
        columns = self._columns(name)
        whole = records_of(columns, name) if len(columns) > 1 else None
        return RunTable(name, columns[name], whole)


def _weight(table: RunTable) -> int:
    values = A_VALUE * table.size * len(table.columns)
    return values + A_RECORD * len(table.whole or ())


def open_run(request: Request) -> OpenedRun:
    """The run that a path names, by its id or the beginning of it."""
    desk = desk_of(request)
    return OpenedRun(desk, desk.library.version(request.path_params["id"]))
