"""The table of tables: its names, and that it has all that the records have."""

from __future__ import annotations

from dataclasses import fields

import pytest

from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionMetrics
from models.execution.order_quality import OrderQuality
from models.ledger.statement import Flow
from models.structures.record import StructureRecord
from models.trades.record import TradeRecord
from tests.workbench.frames.runs import recorded
from workbench.frames.records import DayRow, FillRow, MarkRow, OrderRow
from workbench.frames.tables import TABLES, chosen_tables

NAMES = [
    "trades", "lots", "structures", "orders", "fills", "marks", "daily_nav", "sessions",
    "drawdowns", "executions", "flows",
]  # fmt: skip

# What is of the record, and stands in columns of other names or in none.
OF_TRADES = {"is_closed", "book", "order_ids"}
RECORDS: dict[str, tuple[set[str], set[str]]] = {
    "trades": ({*TradeRecord._fields}, OF_TRADES),
    "lots": ({*TradeRecord._fields}, OF_TRADES),
    "structures": ({each.name for each in fields(StructureRecord)}, {"legs"}),
    "orders": ({*OrderRow._fields}, set()),
    "fills": ({*FillRow._fields}, set()),
    "marks": ({*MarkRow._fields}, set()),
    "daily_nav": ({*DayRow._fields}, set()),
    "sessions": ({each.name for each in fields(SessionMetrics)}, set()),
    "drawdowns": ({each.name for each in fields(DrawdownPeriod)}, set()),
    "executions": ({each.name for each in fields(OrderQuality)}, {"markouts"}),
    "flows": ({each.name for each in fields(Flow)}, set()),
}


def test_every_table_is_there() -> None:
    """The tables that were asked for are there; others may be too."""
    assert set(NAMES) <= set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_columns_have_one_name_and_a_meaning(name: str) -> None:
    """No name comes twice, and each column says what it means in a sentence."""
    names = [column.name for column in TABLES[name].columns]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)
    assert all(column.meaning.endswith(".") for column in TABLES[name].columns)


@pytest.mark.parametrize("name", RECORDS)
def test_no_field_is_forgotten(name: str) -> None:
    """Each field of a record has its column, or is named here as one that has none."""
    known, without = RECORDS[name]
    columns = {column.name for column in TABLES[name].columns}
    assert known - columns == without


@pytest.mark.parametrize("name", TABLES)
def test_every_value_can_be_read(name: str) -> None:
    """Every column of every row has a value or None."""
    table, told = TABLES[name], recorded("shared-options").told
    records = table.records(told)
    assert {len(column.values(records)) for column in table.columns} == {len(records)}


def test_tables_are_chosen_by_name() -> None:
    """In their own order; an unknown name is refused with those there are."""
    assert [table.name for table in chosen_tables()] == [*TABLES]
    assert [table.name for table in chosen_tables(("flows", "trades"))] == ["trades", "flows"]
    with pytest.raises(LookupError, match="no table 'x'; the tables are trades, lots"):
        chosen_tables(("x",))


def test_a_column_is_found_by_name() -> None:
    """With its unit and meaning; an unknown name is refused with those there are."""
    assert TABLES["trades"].column("pnl").unit == "account currency"
    with pytest.raises(LookupError, match="trades has no column 'x'; it has trade_id"):
        TABLES["trades"].column("x")
