"""Frames: the same values in pandas, Polars, Arrow and files, in the types that the tables say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest

from models.errors import UnknownStrategyError
from tests.recordings.played import played
from tests.workbench.frames.runs import recorded
from workbench.frames.columns import Kind
from workbench.frames.frames import frames
from workbench.frames.tables import TABLES
from workbench.frames.writing import FORMS

PANDAS = {
    Kind.TEXT: "object",
    Kind.NUMBER: "float64",
    Kind.WHOLE: "int64",
    Kind.FLAG: "bool",
    Kind.TIME: "datetime64[us, UTC]",
    Kind.DATE: "datetime64[ms]",
}
POLARS: dict[Kind, Any] = {
    Kind.TEXT: pl.String(),
    Kind.NUMBER: pl.Float64(),
    Kind.WHOLE: pl.Int64(),
    Kind.FLAG: pl.Boolean(),
    Kind.TIME: pl.Datetime("us", "UTC"),
    Kind.DATE: pl.Date(),
}
RUN = "shared-options"

each_table = pytest.mark.parametrize("name", TABLES)


@each_table
@pytest.mark.parametrize("run", [RUN, "no-trades"])
def test_pandas_has_the_types_that_the_table_says(run: str, name: str) -> None:
    """Also where there is no row."""
    found, table = recorded(run).pandas(name), TABLES[name]
    assert isinstance(found, pd.DataFrame)
    assert {column: str(kind) for column, kind in found.dtypes.items()} == {
        column.name: PANDAS[column.kind] for column in table.columns
    }
    assert len(found) == recorded(run).rows(name)


@each_table
@pytest.mark.parametrize("run", [RUN, "no-trades"])
def test_polars_has_the_types_that_the_table_says(run: str, name: str) -> None:
    """Also where there is no row."""
    found, table = recorded(run).polars(name), TABLES[name]
    assert isinstance(found, pl.DataFrame)
    assert dict(found.schema) == {column.name: POLARS[column.kind] for column in table.columns}


@each_table
def test_values_are_those_of_the_records(name: str) -> None:
    """Exact to the last digit, what is None is null."""
    found, table = recorded(RUN), TABLES[name]
    records = table.records(found.told)
    rows = found.polars(name).to_dict(as_series=False)
    for column in table.columns:
        assert rows[column.name] == column.values(records)


@each_table
def test_arrow_knows_units_and_meanings(name: str) -> None:
    """They go along into the files that can keep them."""
    fields = recorded(RUN).arrow(name).schema
    for column in TABLES[name].columns:
        metadata = fields.field(column.name).metadata
        assert metadata == {b"unit": column.unit.encode(), b"meaning": column.meaning.encode()}


READ: dict[str, Callable[[Path], pa.Table]] = {
    "parquet": pyarrow.parquet.read_table,
    "arrow": pyarrow.feather.read_table,
}


@pytest.mark.parametrize("form", READ)
def test_files_hold_the_whole_table(form: str, tmp_path: Path) -> None:
    """What is read again is what was written, units and meanings included."""
    found = recorded(RUN)
    paths = found.write(tmp_path / "new" / "folder", form)
    assert [path.name for path in paths] == [f"{name}.{form}" for name in TABLES]
    for path in paths:
        table = READ[form](path)
        assert table.equals(found.arrow(path.stem))
        assert table.schema.equals(found.arrow(path.stem).schema, check_metadata=True)


@each_table
def test_csv_holds_every_value(name: str, tmp_path: Path) -> None:
    """Read with the types of the table, what was null or empty is empty."""
    found = recorded(RUN)
    (path,) = found.write(tmp_path, "csv", name)
    wanted = found.arrow(name)
    options = pyarrow.csv.ConvertOptions(
        column_types=wanted.schema.remove_metadata(), strings_can_be_null=True
    )
    read = pyarrow.csv.read_csv(path, convert_options=options)
    assert read.to_pydict() == {
        column: [None if value == "" else value for value in values]
        for column, values in wanted.to_pydict().items()
    }


def test_other_tools_read_the_files(tmp_path: Path) -> None:
    """pandas and Polars by their own readers."""
    found = recorded(RUN)
    for form in FORMS:
        found.write(tmp_path, form, "lots")
    pnl = [trade.pnl for trade in found.told.lots]
    assert pd.read_csv(tmp_path / "lots.csv")["pnl"].tolist() == pnl
    assert pd.read_parquet(tmp_path / "lots.parquet")["pnl"].tolist() == pnl
    assert pd.read_feather(tmp_path / "lots.arrow")["pnl"].tolist() == pnl
    assert pl.read_csv(tmp_path / "lots.csv")["pnl"].to_list() == pnl
    assert pl.read_parquet(tmp_path / "lots.parquet")["pnl"].to_list() == pnl
    assert pl.read_ipc(tmp_path / "lots.arrow", memory_map=False)["pnl"].to_list() == pnl


def test_an_unknown_form_or_table_is_refused(tmp_path: Path) -> None:
    """With those there are, and nothing is written."""
    found = recorded(RUN)
    with pytest.raises(LookupError, match="no form 'xls'; the forms are csv, parquet, arrow"):
        found.write(tmp_path, "xls")
    with pytest.raises(LookupError, match="no table 'x'"):
        found.write(tmp_path, "csv", "trades", "x")
    with pytest.raises(LookupError, match="no table 'x'"):
        found.pandas("x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.recording("three-strategies")
def test_daily_returns_are_the_trackers() -> None:
    """By date, of the account and of each strategy, named for what they are."""
    found, tracker = recorded("three-strategies"), played("three-strategies").replay.tracker
    for strategy in (None, *tracker.scopes.strategies):
        series = found.daily_returns(strategy)
        days, returns = tracker.daily_returns(strategy)
        assert list(series.index.date) == days
        assert series.tolist() == returns.tolist()
        assert series.name == (strategy or "three-strategies")
    assert (series.index.name, series.index.tz) == ("date", None)
    with pytest.raises(UnknownStrategyError, match="trend"):
        found.daily_returns("x")


@pytest.mark.recording("three-strategies")
def test_daily_nav_grows_by_its_returns() -> None:
    """Each day's NAV is that of the day before and its return; the benchmark's is beside it."""
    days = recorded("three-strategies").pandas("daily_nav").query("strategy == ''")
    grown = (1.0 + days["daily_return"]).cumprod()
    assert grown.tolist() == pytest.approx(days["nav"].tolist(), rel=1e-12)
    assert days["benchmark_return"].notna().mean() > 0.9


def test_a_run_without_a_trade_has_frames_too(tmp_path: Path) -> None:
    """Empty tables have their columns; the days are there."""
    found = recorded("no-trades")
    assert found.rows("trades") == 0
    assert len(found.daily_returns()) > 0
    (path,) = found.write(tmp_path, "csv", "trades")
    assert path.read_text().count("\n") == 1


def test_a_tracker_before_its_first_event_has_frames(tmp_path: Path) -> None:
    """Nothing is there, and nothing fails."""
    from models import create_performance_tracker

    found = frames(create_performance_tracker())
    assert [found.rows(name) for name in TABLES] == [0] * len(TABLES)
    assert len(found.write(tmp_path, "parquet")) == len(TABLES)
    assert found.daily_returns().tolist() == []


def test_texts_of_users_stay_whole(tmp_path: Path) -> None:
    """Quotes, commas, line ends and letters of any script come back out of each file."""
    from models import create_performance_tracker

    tag = 'a "b", c\nd;é漢'
    tracker = create_performance_tracker(1_000.0)
    tracker.open_trade("A", 1, 100.0, time=datetime(2024, 1, 2, tzinfo=UTC), tag=tag)
    tracker.close_trade("A", price=101.0)
    found = frames(tracker)
    for form in FORMS:
        found.write(tmp_path, form, "lots")
    assert pd.read_csv(tmp_path / "lots.csv")["tag"].tolist() == [tag]
    assert pd.read_parquet(tmp_path / "lots.parquet")["tag"].tolist() == [tag]
    assert found.pandas("daily_nav")["date"].tolist()[0] == pd.Timestamp(date(2024, 1, 2))
