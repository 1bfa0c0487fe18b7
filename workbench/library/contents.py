"""What is kept of a run's records: three blocks of tables, and how each table is laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.equity.drawdown import DrawdownPeriod
from models.equity.session_metrics import SessionMetrics
from models.execution.order_quality import OrderQuality
from models.ledger.statement import Flow
from models.structures.record import StructureRecord
from models.trades.record import TradeRecord
from workbench.frames.columns import Kind
from workbench.frames.records import DayRow, FillRow, MarkRow, OrderRow, OwnedRow
from workbench.frames.told import Told
from workbench.library.block import names_of, pack, unpack
from workbench.library.series import Formula, Series
from workbench.library.shapes import Columns, Parts, Tables, record_shape

# Where the rows of a table are laid out by a column, their places in the order of time.
PLACE = "place"

Formulas = Mapping[str, Formula]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table lies in its block.

    Attributes:
        shape: Of its records.
        formulas: Column -> what its numbers usually are of others.
        by: The column by which its rows are laid together, as those of one series belong together;
            empty where they stay in their order.
    """

    shape: Parts
    formulas: Formulas = field(default_factory=dict)
    by: str = ""


TRADE_FORMULAS: Formulas = {
    "entry_notional": ["*", ["*", "entry_price", "quantity"], "multiplier"],
    "gross_pnl": [
        "*",
        ["*", ["*", ["-", "exit_price", "entry_price"], "quantity"], "multiplier"],
        ["side", "direction"],
    ],
    "pnl": ["-", "gross_pnl", "commission"],
    "pnl_pct": ["/", ["*", 100.0, "pnl"], "entry_notional"],
}
FILL_FORMULAS: Formulas = {
    "value": ["abs", ["*", ["*", ["*", "quantity", "price"], "multiplier"], "rate"]],
}
MARK_FORMULAS: Formulas = {
    "unexplained": ["-", "lean_equity", "equity"],
}
SESSION_FORMULAS: Formulas = {
    "record.net_pnl": ["-", ["-", "record.end_equity", "record.start_equity"], "record.flows"],
    "record.gross_pnl": ["+", "record.net_pnl", "record.commissions"],
    "record.win_rate": [
        "/",
        "record.winning_trades",
        ["+", "record.winning_trades", "record.losing_trades"],
    ],
}

TRADES = Layout(record_shape(TradeRecord), TRADE_FORMULAS)

# Each block of a run with its tables, by the names that they have in `Told`.
BLOCKS: dict[str, dict[str, Layout]] = {
    "trades": {
        "lots": TRADES,
        "positions": TRADES,
        "structures": Layout(record_shape(StructureRecord)),
        "marks": Layout(record_shape(MarkRow), MARK_FORMULAS, by="strategy"),
    },
    "orders": {
        "orders": Layout(record_shape(OrderRow)),
        "fills": Layout(record_shape(FillRow), FILL_FORMULAS),
        "executions": Layout(record_shape(OrderQuality)),
    },
    "days": {
        "days": Layout(record_shape(DayRow), by="strategy"),
        "sessions": Layout(
            record_shape(OwnedRow, record=SessionMetrics), SESSION_FORMULAS, by="strategy"
        ),
        "drawdowns": Layout(record_shape(OwnedRow, record=DrawdownPeriod)),
        "flows": Layout(record_shape(Flow)),
    },
}


def packed(told: Told) -> dict[str, bytes]:
    """Block -> its bytes."""
    return {name: _pack(told, layouts) for name, layouts in BLOCKS.items()}


def _pack(told: Told, layouts: Mapping[str, Layout]) -> bytes:
    tables: dict[str, Columns] = {}
    for name, layout in layouts.items():
        records: Sequence[Any] = getattr(told, name)
        order = _order(records, layout.by) if layout.by else None
        laid = records if order is None else [records[at] for at in order.tolist()]
        layout.shape.write(tables, name, "", laid)
        if order is not None:
            tables[name][PLACE] = Series(Kind.WHOLE, order)
        tables[name] = _formulas_last(tables[name], layout.formulas)
    return pack(tables, {name: layout.formulas for name, layout in layouts.items()})


def _order(records: Sequence[Any], by: str) -> Any:
    """The places of the records, those of one series together."""
    names: dict[str, int] = {}
    series = [names.setdefault(getattr(record, by), len(names)) for record in records]
    return np.argsort(np.array(series, np.int64), kind="stable")


def _formulas_last(columns: Columns, formulas: Formulas) -> Columns:
    """The columns with those behind that are made of others."""
    first = {name: each for name, each in columns.items() if name not in formulas}
    return first | {name: columns[name] for name in formulas}


# Each table with its block.
BLOCK_OF: dict[str, str] = {table: name for name, block in BLOCKS.items() for table in block}


def columns_of(data: bytes, table: str) -> Tables:
    """The columns of one table, and of the tables of what is in its tuples, out of its block.

    Args:
        data: The block, which is that of `BLOCK_OF`.
        table: One of its tables.

    Raises:
        BlockError: It is damaged.
    """
    under = [name for name in names_of(data) if name.startswith(f"{table}.")]
    return unpack(data, table, *under)


def records_of(tables: Tables, table: str) -> list[Any]:
    """The records of one table in the order of time, out of its columns."""
    layout = BLOCKS[BLOCK_OF[table]][table]
    records = layout.shape.read(tables, table, "")
    if not layout.by:
        return records
    places = tables[table][PLACE].values.tolist()
    return [record for _, record in sorted(zip(places, records, strict=True))]


def unpacked(blocks: Mapping[str, bytes]) -> dict[str, list[Any]]:
    """The records by the names that they have in `Told`.

    Args:
        blocks: Block -> its bytes; of those that are left out there are no records.

    Raises:
        BlockError: One is damaged.
    """
    found: dict[str, list[Any]] = {}
    for name, data in blocks.items():
        tables = unpack(data)
        found |= {table: records_of(tables, table) for table in BLOCKS[name]}
    return found
