"""Records: the sheet's sums, and what a closed trade says of itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from models import SessionKind, SessionMetrics, StrategyMetrics
from models.events.instruments import Instrument, SecurityType
from models.ledger.lots import Execution
from models.ledger.positions import Position
from models.ledger.statement import Sheet, sum_sheets
from models.trades.builders import trade_record
from models.trades.record import TradeRecord

MORNING = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=6)


def record(
    entry: Execution,
    closing: Execution,
    multiplier: float = 1.0,
    low: float = 98.0,
    high: float = 112.0,
) -> TradeRecord:
    """The record of the first piece that an execution closes of another, between low and high."""
    instrument = Instrument("X 1", "X", SecurityType.EQUITY, "USD", multiplier)
    position = Position("trend", instrument)
    position.trade(entry, 0)
    position.extremes.see(low, high)
    piece = position.trade(closing, 0)[0][0]
    return trade_record("1", "X.NEW", position, piece, closing, "order")


def test_a_trade_says_all_a_reader_needs() -> None:
    """Every field is filled, money in account currency at the rates of its two executions."""
    entry = Execution(MORNING, 3, 10.0, 100.0, 0.5, 2.0, 99.0, "entry")
    closing = Execution(EVENING, 4, -10.0, 110.0, 0.8, 3.0, 110.5, "exit")
    assert record(entry, closing, 5.0) == TradeRecord(
        trade_id="1",
        symbol="X.NEW",
        strategy="trend",
        direction="long",
        entry_time=MORNING,
        exit_time=EVENING,
        entry_price=100.0,
        exit_price=110.0,
        quantity=10.0,
        pnl=395.0,
        pnl_pct=15.8,
        commission=5.0,
        slippage_bps=-1e4 * 45 / 6895,
        is_closed=True,
        sid="X 1",
        gross_pnl=400.0,
        slippage=-45.0,  # paid 25 too much and got 20 too little
        multiplier=5.0,
        order_ids=(3, 4),
        tag="entry",
        exit_reason="order",
        seeded=False,
        mae=-80.0,  # 2 below the entry, at the rate of the exit
        mfe=480.0,
        book="lots",
        entry_notional=2500.0,  # 10 of 5 at 100, at the rate of the entry
    )


def test_a_short_slips_the_other_way() -> None:
    """Selling below the arrival price and buying above it both cost."""
    entry = Execution(MORNING, 1, -10.0, 99.0, 1.0, arrival=100.0)
    closing = Execution(EVENING, 2, 10.0, 91.0, 1.0, arrival=90.0)
    trade = record(entry, closing)
    assert (trade.direction, trade.gross_pnl, trade.slippage) == ("short", 80.0, -20.0)
    assert trade.slippage_bps == -1e4 * 20 / 1900


def test_slippage_is_of_the_sides_whose_arrival_is_known() -> None:
    """With one arrival price unknown it is the other side's, with both it is undefined."""
    known, unknown = (Execution(MORNING, 1, 10.0, 100.0, 1.0, arrival=a) for a in (99.0, 0.0))
    closing = Execution(EVENING, 2, -10.0, 110.0, 1.0)
    one = record(known, closing)
    assert (one.slippage, one.slippage_bps) == (-10.0, -1e4 * 10 / 990)
    neither = record(unknown, closing)
    assert (neither.slippage, neither.slippage_bps) == (None, None)


def test_what_cost_nothing_has_no_return() -> None:
    """A return on no stake is undefined, not infinite."""
    trade = record(Execution(MORNING, 1, 1.0, 0.0, 1.0), Execution(EVENING, 2, -1.0, 5.0, 1.0))
    assert (trade.pnl, trade.pnl_pct) == (5.0, None)


def test_a_trade_survives_json() -> None:
    """What `to_dict` describes `from_dict` makes again, exactly."""
    trade = record(Execution(MORNING, 1, 0.3, 0.1, 1.0), Execution(EVENING, 2, -0.3, 0.7, 1.1, 0.2))
    assert TradeRecord.from_dict(json.loads(json.dumps(trade.to_dict()))) == trade


def test_sheets_sum_column_by_column() -> None:
    """The account's terms are the sums of the strategies' terms."""
    one, two = Sheet(1, 2, 3, 4, 5, 6, 7), Sheet(10, 20, 30, 40, 50, 60, 70)
    assert sum_sheets([one, two]) == Sheet(11, 22, 33, 44, 55, 66, 77)
    assert sum_sheets([one]) == one


def test_net_pnl_is_all_but_fx() -> None:
    """Fees are taken off; what the rates did to the cash is apart."""
    sheet = Sheet(100, 10, 5, 4, 3, 2, 1000)
    assert sheet.net_pnl == 114
    assert sheet.to_dict() == {
        "realized": 100,
        "unrealized": 10,
        "fees": 5,
        "dividends": 4,
        "financing": 3,
        "settlement": 2,
        "fx": 1000,
        "net_pnl": 114,
    }


def test_records_are_built_of_what_names_them() -> None:
    """The rest has defaults: a record of a test or a notebook says only what it is about."""
    time = datetime(2024, 1, 2, tzinfo=UTC)
    trade = TradeRecord(trade_id="1", symbol="A", strategy="s", direction="long", entry_time=time)
    assert (trade.pnl, trade.is_closed, trade.multiplier) == (0.0, False, 1.0)
    assert SessionMetrics(session_date=time.date()).kind is SessionKind.DAILY
    assert StrategyMetrics(strategy_name="s").trades == 0
