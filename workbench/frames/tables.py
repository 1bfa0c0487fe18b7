"""The table of tables: every column with its name, type, unit and meaning.

All forms of a frame, the files, the command and the documentation read it. A new table is one more
entry of `TABLES`: what its records are, of all that a source told, and its columns.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from models.execution.order_quality import HORIZONS
from workbench.frames.columns import (
    BASIS_POINTS,
    FRACTION,
    MONEY,
    NAV,
    PERCENT,
    PRICE,
    QUANTITY,
    SECONDS,
    Column,
    FrameTable,
    Kind,
)
from workbench.frames.structure_columns import STRUCTURE_COLUMNS
from workbench.frames.told import Told

TEXT, NUMBER, WHOLE, FLAG, TIME, DATE = Kind


def _item(name: str, at: int) -> Callable[[Any], Any]:
    """Gets one place of a field that is a tuple."""
    return lambda record: getattr(record, name)[at]


def _value(name: str) -> Callable[[Any], Any]:
    """Gets the value of an enum's member."""
    return attrgetter(f"{name}.value")


def _markout(horizon: str) -> Callable[[Any], Any]:
    """Gets the markout of a horizon."""
    return lambda record: record.markouts[horizon]


def _of_record(column: Column) -> Column:
    """The same column of a record that stands in an `OwnedRow`."""
    read = column.read or attrgetter(column.name)
    return Column(
        column.name, column.kind, column.meaning, column.unit, lambda row: read(row.record)
    )


STRATEGY = Column("strategy", TEXT, "The strategy.")
SCOPE = Column("strategy", TEXT, "The strategy; empty for the account.")
SID = Column("sid", TEXT, "LEAN's Symbol ID.")
SYMBOL = Column("symbol", TEXT, "The ticker.")
ORDER = Column("order_id", WHOLE, "LEAN's order id.")
ORDER_TYPE = Column("order_type", TEXT, "LEAN's order type, by its name.")


def _trade_columns(entered: str, left: str) -> tuple[Column, ...]:
    """The columns of closed trades; the arguments say what the entry and the exit are."""
    return (
        Column("trade_id", TEXT, "The trade's number, in the order of closing."),
        STRATEGY,
        Column("symbol", TEXT, "The ticker at the close."),
        SID,
        Column("direction", TEXT, "`long` or `short`."),
        Column("entry_time", TIME, f"When {entered}.", "UTC"),
        Column("exit_time", TIME, f"When {left}.", "UTC"),
        Column("duration", NUMBER, "From entry to exit.", SECONDS),
        Column("quantity", NUMBER, "What was closed, positive.", QUANTITY),
        Column("multiplier", NUMBER, "Units of the underlying in a contract."),
        Column("entry_price", NUMBER, "Mean entry price, adjusted for splits.", PRICE),
        Column("exit_price", NUMBER, "Mean exit price, adjusted for splits.", PRICE),
        Column("entry_notional", NUMBER, "Value at entry.", MONEY),
        Column("gross_pnl", NUMBER, "P&L before fees.", MONEY),
        Column("commission", NUMBER, "Fees of entry and exit, positive when paid.", MONEY),
        Column("pnl", NUMBER, "P&L net of fees.", MONEY),
        Column("pnl_pct", NUMBER, "`pnl` of the value at entry.", PERCENT),
        Column("slippage", NUMBER, "Slippage of entry and exit; negative is cost.", MONEY),
        Column("slippage_bps", NUMBER, "The same, of the value at arrival.", BASIS_POINTS),
        Column("mae", NUMBER, "The worst P&L before fees while it was open, at most 0.", MONEY),
        Column("mfe", NUMBER, "The best P&L before fees while it was open, at least 0.", MONEY),
        Column("risk", NUMBER, "What it could lose as planned, where that is known.", MONEY),
        Column("exit_reason", TEXT, "What closed it: `order`, `expiry`, `assignment` and so on."),
        Column(
            "entry_order_id",
            WHOLE,
            "The opening order; 0 where it was none, negative by hand.",
            read=_item("order_ids", 0),
        ),
        Column(
            "exit_order_id",
            WHOLE,
            "The closing order, in the same way.",
            read=_item("order_ids", 1),
        ),
        Column("order_type", TEXT, "The opening order's type, by LEAN's name."),
        Column("tag", TEXT, "The opening order's tag."),
        Column("seeded", FLAG, "Whether it was opened before the tracker came, or outside."),
    )


ORDER_COLUMNS = (
    ORDER,
    Column("strategy", TEXT, "The strategy; missing where LEAN made the order for all holders."),
    SYMBOL,
    SID,
    ORDER_TYPE,
    Column("tag", TEXT, "The tag it was sent with."),
    Column("group", WHOLE, "The id of the combo that it is a leg of; 0 for others."),
    Column("submitted", TIME, "When it was made.", "UTC"),
    Column("updated", TIME, "Its last event.", "UTC"),
    Column("status", TEXT, "LEAN's status after that event, by its name."),
    Column("quantity", NUMBER, "What was ordered, negative for a sale.", QUANTITY),
    Column("filled", NUMBER, "What was filled of it, signed alike.", QUANTITY),
    Column("fills", WHOLE, "How many fills that took."),
    Column("price", NUMBER, "Mean fill price; missing without a fill.", PRICE),
    Column("limit_price", NUMBER, "The last limit.", PRICE),
    Column("stop_price", NUMBER, "The last stop.", PRICE),
    Column("fees", NUMBER, "Fees, positive when paid.", MONEY),
    Column("message", TEXT, "LEAN's last message, as the reason of a reject."),
)

FILL_COLUMNS = (
    Column("time", TIME, "When it was filled.", "UTC"),
    Column("order_id", WHOLE, "LEAN's order id; negative by hand."),
    Column("strategy", TEXT, "The strategy whose part it is: a fill can be of several."),
    SYMBOL,
    SID,
    ORDER_TYPE,
    Column("tag", TEXT, "The order's tag."),
    Column("quantity", NUMBER, "What was bought, negative for what was sold.", QUANTITY),
    Column("price", NUMBER, "Fill price.", PRICE),
    Column("multiplier", NUMBER, "Units of the underlying in a contract."),
    Column("rate", NUMBER, "Account currency per unit of the currency of the P&L."),
    Column("value", NUMBER, "Value traded, positive.", MONEY),
    Column("fee", NUMBER, "The part's fee, positive when paid.", MONEY),
    Column(
        "kind",
        TEXT,
        "What it did to the position: `opened`, `increased`, `reduced`, `closed` or `flipped` it.",
    ),
)

MARK_COLUMNS = (
    Column("time", TIME, "The mark.", "UTC"),
    SCOPE,
    Column("equity", NUMBER, "What it was worth: of a strategy capital and P&L.", MONEY),
    Column("nav", NUMBER, "Net asset value; missing without capital.", NAV),
    Column("drawdown", NUMBER, "How far the NAV is below its peak, of the peak.", FRACTION),
    Column("net_pnl", NUMBER, "Made so far, net of fees, without `fx` and `flows`.", MONEY),
    Column("lean_equity", NUMBER, "LEAN's total portfolio value; of the account alone.", MONEY),
    Column("unexplained", NUMBER, "LEAN's equity less ours; of the account alone.", MONEY),
)

DAY_COLUMNS = (
    Column("date", DATE, "The day."),
    SCOPE,
    Column("nav", NUMBER, "Net asset value at the end of the day.", NAV),
    Column("daily_return", NUMBER, "The change of the NAV on the day before.", FRACTION),
    Column("benchmark_return", NUMBER, "The benchmark's on the same day, where known.", FRACTION),
)

SESSION_COLUMNS = (
    SCOPE,
    *map(
        _of_record,
        (
            Column(
                "kind",
                TEXT,
                "`daily`, `weekly`, `monthly`, `yearly` or `since start`.",
                read=_value("kind"),
            ),
            Column("session_date", DATE, "The date on which it starts."),
            Column("trades", WHOLE, "Trades that closed in it."),
            Column("winning_trades", WHOLE, "Those with a profit net of fees."),
            Column("losing_trades", WHOLE, "Those with a loss net of fees."),
            Column("breakeven_trades", WHOLE, "Those with neither."),
            Column("win_rate", NUMBER, "Winning over winning and losing trades.", FRACTION),
            Column("gross_pnl", NUMBER, "`net_pnl` before fees.", MONEY),
            Column("net_pnl", NUMBER, "Change of equity less flows.", MONEY),
            Column("commissions", NUMBER, "Fees, positive when paid.", MONEY),
            Column("volume", NUMBER, "Value bought and sold, both positive.", MONEY),
            Column("max_drawdown", NUMBER, "Deepest fall of the NAV within it.", FRACTION),
            Column("peak_equity", NUMBER, "Highest equity, that at the start included.", MONEY),
            Column("low_equity", NUMBER, "Lowest equity, that at the start included.", MONEY),
            Column("start_equity", NUMBER, "Equity at the last mark before it.", MONEY),
            Column("end_equity", NUMBER, "Equity at its last mark.", MONEY),
            Column("flows", NUMBER, "Deposits less withdrawals, and capital that joined.", MONEY),
            Column("start_nav", NUMBER, "NAV at its start.", NAV),
            Column("end_nav", NUMBER, "NAV at its last mark.", NAV),
            Column("is_open", FLAG, "Whether it had not ended yet."),
        ),
    ),
)

DRAWDOWN_COLUMNS = (
    SCOPE,
    *map(
        _of_record,
        (
            Column("start", TIME, "The peak: the last mark on it.", "UTC"),
            Column("trough_time", TIME, "The lowest NAV.", "UTC"),
            Column("end", TIME, "The recovery; missing while it is open.", "UTC"),
            Column("peak_nav", NUMBER, "NAV at the peak.", NAV),
            Column("trough_nav", NUMBER, "The lowest NAV.", NAV),
            Column("depth", NUMBER, "The fall, of the peak.", FRACTION),
            Column("amount", NUMBER, "The fall in money, of the capital at the trough.", MONEY),
        ),
    ),
)

EXECUTION_COLUMNS = (
    ORDER,
    STRATEGY,
    SYMBOL,
    SID,
    ORDER_TYPE,
    Column("submitted", TIME, "The submission.", "UTC"),
    Column("ended", TIME, "Its last fill, or what ended it without one.", "UTC"),
    Column(
        "outcome",
        TEXT,
        "`filled`, `canceled`, `rejected`, `expired` or `unknown`.",
        read=_value("outcome"),
    ),
    Column("reason", TEXT, "LEAN's message where it was not filled."),
    Column("quantity", NUMBER, "What was ordered, negative for a sale.", QUANTITY),
    Column("filled", NUMBER, "What was filled of it.", QUANTITY),
    Column("fills", WHOLE, "How many fills that took."),
    Column("price", NUMBER, "Mean fill price.", PRICE),
    Column("arrival", NUMBER, "The price at the submission.", PRICE),
    Column(
        "arrival_price", TEXT, "Which price that is: `mid`, `last` or `none`.",
        read=_value("arrival_price"),
    ),
    Column("bid", NUMBER, "Best bid at the submission.", PRICE),
    Column("ask", NUMBER, "Best ask at the submission.", PRICE),
    Column("limit_price", NUMBER, "The last limit.", PRICE),
    Column("value", NUMBER, "The quantity ordered at the arrival price.", MONEY),
    Column("slippage", NUMBER, "What was filled against the arrival price.", MONEY),
    Column("slippage_bps", NUMBER, "The same, of the filled value at arrival.", BASIS_POINTS),
    Column("half_spread", NUMBER, "The part of it that half the spread explains.", MONEY),
    Column("rest", NUMBER, "The other part.", MONEY),
    Column("versus_limit", NUMBER, "What was filled against the limit; positive is better.", MONEY),
    Column("shortfall", NUMBER, "Slippage, and what was missed of what was not filled.", MONEY),
    Column("fees", NUMBER, "Fees, positive when paid.", MONEY),
    Column("outside", WHOLE, "Fills outside the spread at the submission."),
    Column("acknowledged", NUMBER, "From the submission to LEAN's first event.", SECONDS),
    Column("first_fill", NUMBER, "From the submission to the first fill.", SECONDS),
    Column("last_fill", NUMBER, "From the submission to the last fill.", SECONDS),
    *(
        Column(
            f"markout_{name}", NUMBER, f"What the price made for the fills within {name}.", MONEY,
            _markout(name),
        )
        for name, *_ in HORIZONS
    ),
)  # fmt: skip

FLOW_COLUMNS = (
    Column("time", TIME, "The mark whose cash first showed it.", "UTC"),
    Column("currency", TEXT, "Its currency."),
    Column("amount", NUMBER, "What came, negative for what went.", "units of the currency"),
    Column("value", NUMBER, "The same at that mark's rate.", MONEY),
    Column("cause", TEXT, "Whether it was announced, with its note, and how it was seen."),
)

_TABLES: tuple[tuple[str, str, Callable[[Told], Any], tuple[Column, ...]], ...] = (
    (
        "trades",
        "A closed position of a strategy, from flat to flat.",
        lambda told: told.positions,
        _trade_columns("it was entered first", "it was flat again"),
    ),
    (
        "lots",
        "A closing quantity against the lot that opened it.",
        lambda told: told.lots,
        _trade_columns("the lot was opened", "it was closed"),
    ),
    (
        "structures",
        "Legs that were opened and closed as one trade; those open at the end come last.",
        lambda told: told.structures,
        STRUCTURE_COLUMNS,
    ),
    ("orders", "An order.", lambda told: told.orders, ORDER_COLUMNS),
    ("fills", "A strategy's part of a fill.", lambda told: told.fills, FILL_COLUMNS),
    ("marks", "The account or a strategy at a mark.", lambda told: told.marks, MARK_COLUMNS),
    (
        "daily_nav",
        "A day of the account or a strategy; no deposit moves the NAV.",
        lambda told: told.days,
        DAY_COLUMNS,
    ),
    (
        "sessions",
        "A day, week, month, year or all of the account or a strategy.",
        lambda told: told.sessions,
        SESSION_COLUMNS,
    ),
    (
        "drawdowns",
        "A fall of the account or a strategy from a peak of its NAV, and back.",
        lambda told: told.drawdowns,
        DRAWDOWN_COLUMNS,
    ),
    (
        "executions",
        "What an order that ended cost.",
        lambda told: told.executions,
        EXECUTION_COLUMNS,
    ),
    ("flows", "A deposit or a withdrawal.", lambda told: told.flows, FLOW_COLUMNS),
)

TABLES: dict[str, FrameTable] = {each[0]: FrameTable(*each) for each in _TABLES}


def chosen_tables(names: tuple[str, ...] = ()) -> list[FrameTable]:
    """The tables of some names, in the order of `TABLES`; all of them where none is named.

    Raises:
        LookupError: There is no table of a name; the text names those there are.
    """
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        raise LookupError(f"there is no table {unknown[0]!r}; the tables are {', '.join(TABLES)}")
    return [table for name, table in TABLES.items() if not names or name in names]
