"""Frames: the tables of one run in the form that another tool takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from models.equity.scope import ACCOUNT
from models.errors import UnknownStrategyError
from workbench.frames.columns import FrameTable, Kind
from workbench.frames.packages import package
from workbench.frames.sources import read_source
from workbench.frames.tables import chosen_tables
from workbench.frames.told import Told
from workbench.frames.writing import write_table

# The type of a column in Arrow, by the name that Arrow gives it.
ARROW_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.NUMBER: "double",
    Kind.WHOLE: "int64",
    Kind.FLAG: "bool",
    Kind.DATE: "date32",
}


def frames(source: Any, project: str | None = None) -> Frames:
    """The frames of a source.

    Args:
        source: A recording by name or folder, a saved state's file, the folder of a run or a whole
            `storage` folder; a tracker; or an object store as LEAN's, such as
            `QuantBook().object_store`, of which the run that saved last is taken.
        project: LEAN's id of the project whose runs are looked for in an object store; None for
            all that share it.

    Raises:
        LookupError: There is nothing there, or it cannot be used; the text says why.
        OSError: It cannot be read.
    """
    return Frames(read_source(source, project))


class Frames:
    """One run as tables. Each is made when it is asked for.

    Args:
        told: All that the source told.

    Attributes:
        told: As given; `told.problems` says what is not there.
    """

    def __init__(self, told: Told) -> None:
        self.told = told

    def rows(self, table: str) -> int:
        """How many rows a table has; errors as of `arrow`."""
        return len(_table(table).records(self.told))

    def arrow(self, table: str) -> Any:
        """A table as a `pyarrow.Table`; each field has its unit and meaning as metadata.

        Raises:
            LookupError: There is no table of that name.
            MissingPackageError: pyarrow is not installed.
        """
        arrow, wanted = package("pyarrow"), _table(table)
        records = wanted.records(self.told)
        fields = [
            arrow.field(
                column.name,
                _arrow_type(arrow, column.kind),
                metadata={"unit": column.unit, "meaning": column.meaning},
            )
            for column in wanted.columns
        ]
        columns = [
            arrow.array(column.values(records), field.type)
            for column, field in zip(wanted.columns, fields, strict=True)
        ]
        return arrow.Table.from_arrays(columns, schema=arrow.schema(fields))

    def pandas(self, table: str) -> Any:
        """A table as a `pandas.DataFrame`; times are aware, dates are midnights without a zone.

        Raises:
            LookupError: There is no table of that name.
            MissingPackageError: pandas or pyarrow is not installed.
        """
        package("pandas")
        return self.arrow(table).to_pandas(date_as_object=False)

    def polars(self, table: str) -> Any:
        """A table as a `polars.DataFrame`; errors as of `pandas`."""
        return package("polars").from_arrow(self.arrow(table))

    def daily_returns(self, strategy: str | None = None) -> Any:
        """The daily returns of the account, or of a strategy, as a `pandas.Series` by date.

        QuantStats and pyfolio take it as it is.

        Raises:
            UnknownStrategyError: There is no such strategy.
            MissingPackageError: pandas is not installed.
        """
        pandas, name = package("pandas"), strategy or ACCOUNT
        days = [day for day in self.told.days if day.strategy == name]
        if strategy is not None and not days:
            known = {day.strategy for day in self.told.days} - {ACCOUNT}
            raise UnknownStrategyError(strategy, known)
        dates = pandas.DatetimeIndex([day.date for day in days], name="date")
        values = [day.daily_return for day in days]
        return pandas.Series(values, dates, dtype="float64", name=strategy or self.told.name)

    def write(self, folder: Path | str, form: str = "csv", *names: str) -> list[Path]:
        """Write tables into a folder, a file each; a file of the same name is replaced.

        Args:
            folder: Where to; it is made where it is not there.
            form: A form of `workbench.frames.writing.FORMS`: csv, parquet or arrow.
            names: The tables; all of them where none is named.

        Returns:
            The files, in the order of the tables.

        Raises:
            LookupError: There is no such form or table.
            MissingPackageError: pyarrow is not installed.
            OSError: A file cannot be written.
        """
        place = Path(folder)
        chosen = chosen_tables(names)
        return [write_table(self.arrow(each.name), place, each.name, form) for each in chosen]

    def described(self, tables: Iterable[FrameTable]) -> list[dict[str, Any]]:
        """Tables with their columns as JSON values, each with how many rows it has."""
        return [
            {
                "name": table.name,
                "meaning": table.meaning,
                "rows": self.rows(table.name),
                "columns": [
                    {
                        "name": column.name,
                        "type": column.kind.value,
                        "unit": column.unit,
                        "meaning": column.meaning,
                    }
                    for column in table.columns
                ],
            }
            for table in tables
        ]


def _table(name: str) -> FrameTable:
    (found,) = chosen_tables((name,))
    return found


def _arrow_type(arrow: Any, kind: Kind) -> Any:
    if kind is Kind.TIME:
        return arrow.timestamp("us", tz="UTC")
    return arrow.type_for_alias(ARROW_TYPES[kind])
