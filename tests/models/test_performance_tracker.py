"""The tracker as users hold it: what it refuses, what it promises, and who may ask it."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import models
from models import (
    CallError,
    DrawdownRecord,
    PerformanceSummary,
    Positions,
    SessionMetrics,
    SettingsError,
    StrategyMetrics,
    UnknownStrategyError,
    create_performance_tracker,
)
from models.performance_tracker import PerformanceTracker
from models.trades.record import TradeRecord
from tests.models.tracker.feeds import (
    DAY,
    NOON,
    bought_and_sold,
)

WRONG_CALLS: list[tuple[str, Callable[[PerformanceTracker], object]]] = [
    ("must be above 0", lambda t: t.open_trade("A", 0, 10.0, time=NOON)),
    ("must be above 0", lambda t: t.open_trade("A", float("nan"), 10.0, time=NOON)),
    ("must be a number", lambda t: t.open_trade("A", 1, float("inf"), time=NOON)),
    ("must be a number", lambda t: t.open_trade("A", 1, 1.0, time=NOON, commission=float("nan"))),
    ("'long' or 'short'", lambda t: t.open_trade("A", 1, 10.0, time=NOON, direction="up")),
    ("give the ticker", lambda t: t.open_trade("", 1, 10.0, time=NOON)),
    ("needs time=", lambda t: t.open_trade("A", 1, 10.0)),
    ("main holds 0 A; 0 cannot be closed", lambda t: t.close_trade("A", price=10.0, time=NOON)),
    ("never traded; known are none yet", lambda t: t.update_unrealized_pnl({"A": 1.0}, NOON)),
    ("other than 0", lambda t: t.record_flow(0.0, time=NOON)),
    ("no rate of 'EUR'", lambda t: t.record_flow(5.0, "EUR", time=NOON)),
    ("the kinds are daily, weekly", lambda t: t.sessions("hourly")),
    ("lots, positions and structures", lambda t: t.trades(book="orders")),
    ("must be 0 or more", lambda t: t.trades(limit=-1)),
    ("has no time zone", lambda t: t.trades(since=datetime(2024, 1, 1))),
    ("kinds of notice are trade opened", lambda t: t.add_listener(print, "trade")),
]


@pytest.mark.parametrize(("says", "call"), WRONG_CALLS)
def test_a_wrong_call_says_what_is_allowed(
    says: str, call: Callable[[PerformanceTracker], object]
) -> None:
    """It raises a named error, and nothing was booked."""
    tracker = PerformanceTracker()
    with pytest.raises(CallError, match=says):
        call(tracker)
    assert tracker.ledger.books.fills == 0


def test_an_unknown_strategy_is_named_with_those_there_are() -> None:
    """Every question by strategy says which there are."""
    tracker = PerformanceTracker()
    bought_and_sold(tracker, strategy="trend")
    asks: list[Callable[[], object]] = [
        lambda: tracker.trades("tredn"),
        lambda: tracker.open_trades("tredn"),
        lambda: tracker.sessions("daily", "tredn"),
        lambda: tracker.drawdown("tredn"),
        lambda: tracker.equity_curve("tredn"),
    ]
    for ask in asks:
        with pytest.raises(UnknownStrategyError, match=r"no strategy 'tredn'.*'trend'"):
            ask()


def test_a_wrong_setting_is_refused_when_the_tracker_is_made() -> None:
    """The error names the setting and what it allows."""
    with pytest.raises(SettingsError, match="fifo or lifo"):
        create_performance_tracker(matching="hifo")


def test_every_record_comes_back_from_its_dict_exactly() -> None:
    """What `to_dict` gives is JSON, and `from_dict` makes the same record of it."""
    tracker = PerformanceTracker(zone=ZoneInfo("Europe/Berlin"))
    tracker.open_trade("A", 3, 1 / 3, time=NOON, commission=0.1)
    tracker.close_trade("A", 1, price=2 / 7)
    tracker.update_unrealized_pnl({"A": 0.1}, NOON + DAY)
    records: list[Any] = [
        *tracker.trades(),
        *tracker.open_trades(),
        *tracker.sessions("monthly"),
        *tracker.strategies().values(),
        tracker.summary(),
        tracker.positions(),
        tracker.drawdown(),
    ]
    kinds = {type(record) for record in records}
    assert kinds == {
        *(TradeRecord, SessionMetrics, StrategyMetrics),
        *(PerformanceSummary, Positions, DrawdownRecord),
    }
    for record in records:
        values = json.loads(json.dumps(record.to_dict(), allow_nan=False))
        assert type(record).from_dict(values) == record


KNOWN_NAMES = {
    TradeRecord: "trade_id symbol strategy direction entry_time exit_time entry_price exit_price "
    "quantity pnl pnl_pct commission slippage_bps is_closed",
    SessionMetrics: "session_date trades winning_trades losing_trades gross_pnl net_pnl "
    "commissions max_drawdown peak_equity win_rate",
    StrategyMetrics: "strategy_name trades winning_trades net_pnl avg_pnl win_rate profit_factor "
    "max_drawdown sharpe_ratio",
}


@pytest.mark.parametrize("record", KNOWN_NAMES)
def test_known_names_stay(record: type) -> None:
    """The fields that users know by name are there."""
    assert set(KNOWN_NAMES[record].split()) <= set(record.__annotations__)


def test_the_package_exports_what_users_name() -> None:
    """`from models import *` gives everything that is promised."""
    assert all(hasattr(models, name) for name in models.__all__)
    assert {"PerformanceTracker", "create_performance_tracker"} <= set(models.__all__)


def test_eight_threads_give_a_single_threads_result() -> None:
    """Four that trade, four that read: the same trades, sums and sessions as one after another."""
    quick, slow = PerformanceTracker(), PerformanceTracker()
    quick.open_trade("A", 1, 1.0, time=NOON)
    slow.open_trade("A", 1, 1.0, time=NOON)

    def work(tracker: PerformanceTracker, strategy: str) -> None:
        for turn in range(60):
            symbol = f"S{strategy}"  # a trade by hand marks its symbol, for whoever holds it
            tracker.open_trade(symbol, 1, 10.0 + turn, strategy=strategy, commission=0.5)
            tracker.close_trade(symbol, price=11.0 + turn, strategy=strategy)

    def read() -> None:
        for _ in range(60):
            assert quick.summary().account.trades >= len(quick.trades(limit=10)) - 10
            quick.positions()
            quick.sessions()
            quick.open_trades()

    names = ["a", "b", "c", "d"]
    threads = [threading.Thread(target=work, args=(quick, name)) for name in names]
    threads += [threading.Thread(target=read) for _ in names]
    patience = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sys.setswitchinterval(patience)
    assert not any(thread.is_alive() for thread in threads)
    for name in names:
        work(slow, name)
    for name in names:
        assert quick.strategies()[name] == slow.strategies()[name]
    assert quick.balance() == slow.balance()
    assert sorted(trade.pnl for trade in quick.trades()) == [0.5] * 240
