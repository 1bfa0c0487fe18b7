"""The tracker as users hold it: trades by hand or events, and what it answers at any moment."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import models
from models import (
    CallError,
    DrawdownRecord,
    Notice,
    NoticeKind,
    PerformanceSummary,
    PerformanceTracker,
    Positions,
    SessionMetrics,
    SettingsError,
    StrategyMetrics,
    TradeRecord,
    UnknownStrategyError,
    create_performance_tracker,
)
from models.equity.curve import CURVE_POINTS
from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.trades.log import BATCH

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def bought_and_sold(tracker: PerformanceTracker, times: int = 1, **given: Any) -> None:
    """Buy 10 A at 100 and sell at 101, so many times, a minute each."""
    for minute in range(times):
        tracker.open_trade("A", 10, 100.0, time=NOON + minute * MINUTE, **given)
        tracker.close_trade("A", 101.0, time=NOON + (minute + 0.5) * MINUTE, **given)


# --- trades by hand


def test_a_trade_by_hand_is_booked_net_of_its_fees() -> None:
    """Bought at 100, sold at 110 with a fee of 1 each: 98 net, and the account has it."""
    tracker = PerformanceTracker(10_000.0)
    opened = tracker.open_trade("AAPL", 10, 100.0, time=NOON, strategy="trend", commission=1.0)
    assert (opened.is_closed, opened.pnl, opened.direction) == (False, -1.0, "long")
    (closed,) = tracker.close_trade("AAPL", 110.0, time=NOON + MINUTE, strategy="trend")
    assert (closed.pnl, closed.commission, closed.gross_pnl) == (99.0, 1.0, 100.0)
    assert closed.pnl_pct == pytest.approx(9.9)
    assert tracker.summary().equity == 10_099.0
    assert tracker.summary().net_pnl == 99.0


def test_a_short_by_hand_gains_when_the_price_falls() -> None:
    """Sold at 100 and bought back at 90: 10 a share."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 5, 100.0, time=NOON, direction="short")
    (closed,) = tracker.close_trade("A", 90.0)
    assert (closed.direction, closed.quantity, closed.pnl) == ("short", 5.0, 50.0)


def test_a_contract_counts_its_multiplier() -> None:
    """One contract of 100 that gains 0.5 makes 50."""
    tracker = PerformanceTracker()
    tracker.open_trade("CALL", 1, 2.0, time=NOON, multiplier=100.0)
    assert tracker.close_trade("CALL", 2.5)[0].pnl == 50.0


def test_a_part_can_be_closed_lot_by_lot() -> None:
    """LEAN issue 3386: 100 and 100 bought, 150 and 50 sold, make lots of 100, 50 and 50."""
    tracker = PerformanceTracker()
    for quantity in (100, 100):
        tracker.open_trade("A", quantity, 10.0, time=NOON)
    pieces = [*tracker.close_trade("A", 11.0, 150), *tracker.close_trade("A", 12.0)]
    assert [piece.quantity for piece in pieces] == [100, 50, 50]
    assert tracker.open_trades() == []


@pytest.mark.parametrize(("matching", "entry"), [("fifo", 10.0), ("lifo", 20.0)])
def test_the_matching_chooses_the_lot(matching: str, entry: float) -> None:
    """The oldest lot leaves first, or the newest."""
    tracker = create_performance_tracker(matching=matching)
    for price in (10.0, 20.0):
        tracker.open_trade("A", 1, price, time=NOON)
    assert tracker.close_trade("A", 30.0, 1)[0].entry_price == entry


def test_unrealized_profit_follows_the_prices_given() -> None:
    """What is held is marked at the prices by ticker; what is not named keeps its own."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.open_trade("B", 10, 50.0)
    assert tracker.update_unrealized_pnl({"A": 103.0, "B": 49.0}) == 20.0
    assert tracker.update_unrealized_pnl({"B": 50.0}, NOON + MINUTE) == 30.0
    assert tracker.balance()["unrealized"] == 30.0


def test_naive_times_are_in_the_trackers_zone() -> None:
    """9:30 said in a tracker of New York is 14:30 UTC in January."""
    tracker = PerformanceTracker(zone=ZoneInfo("America/New_York"))
    trade = tracker.open_trade("A", 1, 10.0, time=datetime(2024, 1, 2, 9, 30))
    assert trade.entry_time == datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


WRONG_CALLS: list[tuple[str, Callable[[PerformanceTracker], object]]] = [
    ("must be above 0", lambda t: t.open_trade("A", 0, 10.0, time=NOON)),
    ("must be above 0", lambda t: t.open_trade("A", float("nan"), 10.0, time=NOON)),
    ("must be a number", lambda t: t.open_trade("A", 1, float("inf"), time=NOON)),
    ("must be a number", lambda t: t.open_trade("A", 1, 1.0, time=NOON, commission=float("nan"))),
    ("'long' or 'short'", lambda t: t.open_trade("A", 1, 10.0, time=NOON, direction="up")),
    ("give the ticker", lambda t: t.open_trade("", 1, 10.0, time=NOON)),
    ("needs time=", lambda t: t.open_trade("A", 1, 10.0)),
    ("main holds 0 A; 0 cannot be closed", lambda t: t.close_trade("A", 10.0, time=NOON)),
    ("never traded; known are none yet", lambda t: t.update_unrealized_pnl({"A": 1.0}, NOON)),
    ("other than 0", lambda t: t.record_flow(0.0, time=NOON)),
    ("no rate of 'EUR'", lambda t: t.record_flow(5.0, "EUR", time=NOON)),
    ("the kinds are daily, weekly", lambda t: t.sessions("hourly")),
    ("lots and positions", lambda t: t.trades(book="orders")),
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


def test_the_other_side_is_not_opened_by_mistake() -> None:
    """Who is long must close before going short; another strategy may go short at once."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 5, 10.0, time=NOON)
    with pytest.raises(CallError, match="main holds 5 A; close_trade it"):
        tracker.open_trade("A", 5, 10.0, direction="short")
    tracker.open_trade("A", 5, 10.0, direction="short", strategy="other")
    with pytest.raises(CallError, match="other holds 5 A; 6 cannot be closed"):
        tracker.close_trade("A", 10.0, 6, strategy="other")


def test_a_refused_call_leaves_no_strategy_behind() -> None:
    """A mistyped name holds nothing, and is not among the strategies from then on."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 5, 10.0, time=NOON, strategy="trend")
    with pytest.raises(CallError, match="trnd holds 0 A; 5 cannot be closed"):
        tracker.close_trade("A", 10.0, 5, strategy="trnd")
    assert list(tracker.strategies()) == ["trend"]


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


# --- what it answers


def test_positions_show_value_exposure_and_leverage() -> None:
    """Two strategies on both sides of one stock: each its own; LEAN has closed 4 of its 10."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON, strategy="up")
    tracker.open_trade("A", 4, 110.0, strategy="down", direction="short")
    tracker.update_unrealized_pnl({"A": 120.0}, NOON + MINUTE)
    positions = tracker.positions()
    (up,), (down,), (net,) = (*positions.strategies.values(), positions.account)
    assert (up.quantity, up.average_price, up.market_value) == (10.0, 100.0, 1200.0)
    assert (up.unrealized_pnl, up.since) == (200.0, NOON)
    assert (down.market_value, down.unrealized_pnl) == (-480.0, -40.0)
    assert (net.quantity, net.market_value, net.unrealized_pnl) == (6.0, 720.0, 120.0)
    assert positions.exposure[:2] == (720.0, 720.0)
    assert positions.exposure.leverage == pytest.approx(720 / 1160)
    assert positions.exposures["down"].net == -480.0


def test_open_trades_show_how_far_they_went() -> None:
    """A lot keeps the worst and the best it saw, apart from lots that came later."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 1, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 90.0})
    tracker.open_trade("A", 1, 95.0)
    tracker.update_unrealized_pnl({"A": 105.0})
    first, second = tracker.open_trades()
    assert (first.mae, first.mfe, first.pnl) == (-10.0, 5.0, 5.0)
    assert (second.mae, second.mfe) == (0.0, 10.0)


def test_trades_are_found_by_strategy_symbol_time_and_number() -> None:
    """Each condition narrows the answer, and the last ones are those asked for."""
    tracker = PerformanceTracker()
    bought_and_sold(tracker, 3, strategy="trend")
    tracker.open_trade("B", 1, 10.0, strategy="other")
    tracker.close_trade("B", 10.0, strategy="other")
    assert len(tracker.trades()) == 4
    assert [trade.symbol for trade in tracker.trades(symbol="B")] == ["B"]
    assert len(tracker.trades(strategy="trend", since=NOON + MINUTE)) == 2
    assert [trade.trade_id for trade in tracker.trades(limit=2)] == ["3", "4"]
    assert tracker.trades(limit=0) == []


def test_the_positions_book_goes_from_flat_to_flat() -> None:
    """Two buys and two sells are one position, with the P&L and the fees of all its lots."""
    tracker = PerformanceTracker()
    for price in (10.0, 20.0):
        tracker.open_trade("A", 10, price, time=NOON, commission=1.0, tag="why")
    tracker.close_trade("A", 30.0, 5)
    tracker.close_trade("A", 40.0, commission=2.0)
    (position,) = tracker.trades(book="positions")
    lots = tracker.trades()
    assert (position.quantity, position.entry_price, position.exit_price) == (20.0, 15.0, 37.5)
    assert position.pnl == pytest.approx(sum(lot.pnl for lot in lots))
    assert position.commission == pytest.approx(4.0)
    assert (position.book, position.tag) == ("positions", "why")


def test_a_strategy_is_shown_in_figures() -> None:
    """Three trades, one of them without a profit, which is neither won nor lost."""
    tracker = PerformanceTracker(1_000.0)
    for price in (110.0, 96.0, 100.0):
        tracker.open_trade("A", 1, 100.0, time=NOON, strategy="trend")
        tracker.close_trade("A", price, strategy="trend")
    found = tracker.strategies()["trend"]
    assert (found.trades, found.winning_trades, found.losing_trades) == (3, 1, 1)
    assert (found.net_pnl, found.avg_pnl, found.win_rate) == (6.0, 2.0, 0.5)
    assert found.profit_factor == pytest.approx(2.5)
    assert found.sharpe_ratio is None


def test_what_is_undefined_is_none() -> None:
    """Without a trade, a loss or a second day there is no rate, factor or ratio."""
    tracker = PerformanceTracker()
    assert tracker.summary().account.win_rate is None
    bought_and_sold(tracker)
    metrics = tracker.summary().account
    assert (metrics.win_rate, metrics.profit_factor, metrics.sharpe_ratio) == (1.0, None, None)


def test_the_summary_scores_the_execution() -> None:
    """The score is that of the account's orders; there is none without an order or when off."""
    tracker = create_performance_tracker(execution="on")
    assert tracker.summary().quality_score is None
    bought_and_sold(tracker)
    assert tracker.summary().quality_score == tracker.execution_quality()[0].score is not None
    off = create_performance_tracker(execution="off")
    bought_and_sold(off)
    assert off.summary().quality_score is None


def test_a_strategys_capital_is_its_share() -> None:
    """A loss of 10 is 2 % of half of 1,000, and 1 % of all of it."""
    tracker = create_performance_tracker(1_000.0, capital="half=0.5")
    for strategy in ("half", "whole"):
        tracker.open_trade("A", 1, 100.0, time=NOON, strategy=strategy)
    tracker.update_unrealized_pnl({"A": 90.0})
    assert tracker.drawdown("half").depth == pytest.approx(0.02)
    assert tracker.drawdown("whole").depth == pytest.approx(0.01)
    assert tracker.strategies()["half"].capital == 500.0


def test_drawdown_has_spells_that_open_deepen_and_recover() -> None:
    """From the peak to the trough and back, in percent, in money and in time."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    for minute, price in enumerate((110.0, 99.0, 104.5, 110.0, 108.9), 1):
        tracker.update_unrealized_pnl({"A": price}, NOON + minute * MINUTE)
    found = tracker.drawdown()
    (spell,) = found.periods
    assert (spell.start, spell.trough_time) == (NOON + MINUTE, NOON + 2 * MINUTE)
    assert spell.end == NOON + 4 * MINUTE
    assert spell.depth == pytest.approx(0.1)
    assert spell.amount == pytest.approx(110.0)
    assert found.open is not None
    assert [found.depth, found.max_depth] == pytest.approx([0.01, 0.1])


def test_a_deposit_is_no_profit() -> None:
    """Neither NAV nor drawdown see it; equity does, and the books name it."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 90.0}, NOON + MINUTE)
    before = tracker.summary()
    tracker.record_flow(5_000.0, note="savings")
    after = tracker.summary()
    assert after.equity == before.equity + 5_000.0
    assert (after.nav, after.drawdown) == (before.nav, before.drawdown)
    assert tracker.balance()["flows"] == 5_000.0
    assert tracker.ledger.flows[0].cause == "announced: savings"


def test_sessions_take_a_trade_at_its_exit() -> None:
    """Opened on Tuesday, closed on Wednesday: a trade of Wednesday; both days have their P&L."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 100.0, time=NOON)
    tracker.update_unrealized_pnl({"A": 101.0}, NOON + MINUTE)
    tracker.close_trade("A", 103.0, time=NOON + DAY)
    tracker.update_unrealized_pnl({"A": 103.0}, NOON + DAY)
    first, second = tracker.sessions()
    assert [day.session_date for day in (first, second)] == [date(2024, 1, 2), date(2024, 1, 3)]
    assert (first.trades, first.net_pnl) == (0, 10.0)
    assert (second.trades, second.winning_trades, second.net_pnl) == (1, 1, 20.0)


def test_sessions_of_each_kind_add_up() -> None:
    """Days, weeks, months, years and all since the start make the same P&L."""
    tracker = PerformanceTracker(zone=ZoneInfo("America/New_York"))
    tracker.open_trade("A", 10, 100.0, time=NOON)
    for day in range(1, 400, 3):
        tracker.update_unrealized_pnl({"A": 100.0 + day % 7}, NOON + day * DAY)
    kinds = ("daily", "weekly", "monthly", "yearly", "since start")
    totals = [sum(each.net_pnl for each in tracker.sessions(kind)) for kind in kinds]
    assert totals == pytest.approx([tracker.summary().net_pnl] * 5)
    assert tracker.sessions("weekly")[1].session_date.weekday() == 0


def test_the_curve_keeps_its_extremes_in_4000_points() -> None:
    """However many marks there were: the first, the last, the highest and the lowest."""
    tracker = PerformanceTracker(10_000.0)
    tracker.open_trade("A", 1, 1_000.0, time=NOON)
    prices = {1: 1_000.0, 7_777: 2_000.0, 8_888: 10.0, 10_000: 1_234.0}
    for minute in range(1, 10_001):
        price = prices.get(minute, 1_000.0 + minute % 9)
        tracker.update_unrealized_pnl({"A": price}, NOON + minute * MINUTE)
    curve = tracker.equity_curve()
    equities = [point.equity for point in curve]
    assert len(curve) <= CURVE_POINTS
    assert (max(equities), min(equities)) == (11_000.0, 9_010.0)
    assert (equities[0], equities[-1]) == (10_000.0, 10_234.0)
    assert all(one.time < other.time for one, other in pairwise(curve))


# --- who hears of it


def test_listeners_hear_what_they_asked_for_in_order() -> None:
    """Opened before closed, low before recovery, and the session at the next day's first event."""
    tracker, heard = PerformanceTracker(1_000.0), list[str]()

    def hear(notice: Notice) -> None:
        heard.append(f"{notice.kind.value} {notice.strategy}".strip())

    tracker.add_listener(hear)
    tracker.open_trade("A", 1, 100.0, time=NOON, strategy="t")
    tracker.update_unrealized_pnl({"A": 90.0}, NOON + MINUTE)
    tracker.close_trade("A", 101.0, strategy="t", time=NOON + 2 * MINUTE)
    tracker.update_unrealized_pnl({"A": 101.0}, NOON + 3 * MINUTE)
    assert heard == [
        "trade opened t",
        *("new drawdown low", "new drawdown low t"),
        *("trade closed t", "position closed t"),
        *("recovery", "recovery t"),
    ]
    heard.clear()
    tracker.update_unrealized_pnl({"A": 101.0}, NOON + DAY)
    assert heard == ["session closed", "session closed t"]


def test_an_anomaly_is_heard() -> None:
    """A fill of an instrument that nobody described is told of, once."""
    tracker, heard = PerformanceTracker(), list[Notice]()
    tracker.add_listener(heard.append, "anomaly")
    tracker.apply(Opening(NOON, {"USD": 1.0}, {"USD": 1.0}))
    tracker.apply(Fill(NOON, 1, 1, "?", 1.0, 1.0))
    assert [notice.kind for notice in heard] == [NoticeKind.ANOMALY]
    assert tracker.summary().anomalies == {"unknown instrument": 1}


def test_a_listener_that_fails_is_counted_and_told_of_once() -> None:
    """The others hear all the same, and so does it the next time."""
    told, heard = Warnings(), list[Notice]()

    def fail(notice: Notice) -> None:
        raise ValueError("broken")

    tracker = PerformanceTracker(logger=told)
    tracker.add_listener(fail, NoticeKind.TRADE_CLOSED)
    tracker.add_listener(heard.append, NoticeKind.TRADE_CLOSED)
    bought_and_sold(tracker, 3)
    assert len(heard) == 3
    assert tracker.errors == {"listener: ValueError": 3}
    assert told.messages == ["tracker: listener: ValueError: broken"]


def test_a_listener_that_left_hears_no_more() -> None:
    """And one that never came may leave as well."""
    tracker, heard = PerformanceTracker(), list[Notice]()
    tracker.add_listener(heard.append, "trade closed")
    bought_and_sold(tracker)
    tracker.remove_listener(heard.append)
    tracker.remove_listener(print)
    bought_and_sold(tracker)
    assert len(heard) == 1


def test_a_listener_may_trade() -> None:
    """What it books is told of after what it heard, also to itself."""
    tracker, heard = PerformanceTracker(), list[str]()

    def reverse(notice: Notice) -> None:
        trade = notice.record
        assert isinstance(trade, TradeRecord)
        heard.append(trade.direction)
        if trade.direction == "long":
            tracker.open_trade("A", 1, 100.0, direction="short")
            tracker.close_trade("A", 90.0)

    tracker.add_listener(reverse, "trade closed")
    bought_and_sold(tracker)
    assert heard == ["long", "short"]


class Warnings:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def warning(self, message: str) -> None:
        """Keep it."""
        self.messages.append(message)


# --- bounds and records


def test_trades_beyond_those_kept_are_still_counted() -> None:
    """Without an archive they are forgotten one by one, but every figure keeps them."""
    tracker = create_performance_tracker(keep_trades=10)
    bought_and_sold(tracker, 2_000)
    assert 10 <= len(tracker.trades()) <= 10 + BATCH
    assert tracker.summary().account.trades == 2_000
    assert tracker.summary().net_pnl == 20_000.0
    assert tracker.trades()[-1].trade_id == "2000"


def test_reset_forgets_all_but_settings_and_listeners() -> None:
    """The tracker is as new, and whoever listened still does."""
    tracker, heard = create_performance_tracker(500.0, matching="lifo"), list[Notice]()
    tracker.add_listener(heard.append, "trade closed")
    bought_and_sold(tracker)
    tracker.reset()
    assert tracker.state() == create_performance_tracker(500.0, matching="lifo").state()
    bought_and_sold(tracker)
    assert len(heard) == 2
    assert tracker.summary().equity == 510.0


def test_every_record_comes_back_from_its_dict_exactly() -> None:
    """What `to_dict` gives is JSON, and `from_dict` makes the same record of it."""
    tracker = PerformanceTracker(zone=ZoneInfo("Europe/Berlin"))
    tracker.open_trade("A", 3, 1 / 3, time=NOON, commission=0.1)
    tracker.close_trade("A", 2 / 7, 1)
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


def test_events_and_hand_share_the_same_books() -> None:
    """The same trade as events and by hand makes the same record and the same balance."""
    by_hand, fed = PerformanceTracker(1_000.0), PerformanceTracker()
    by_hand.open_trade("A", 2, 10.0, time=NOON, commission=1.0)
    by_hand.close_trade("A", 12.0, time=NOON + MINUTE)
    fed.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    fed.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    fed.apply(Fill(NOON, 1, 1, "A", 2.0, 10.0, 1.0, "USD", tag=""))
    fed.apply(Fill(NOON + MINUTE, 2, 1, "A", -2.0, 12.0, tag=""))
    fed.apply(Mark(NOON + MINUTE, 1_003.0, {}, cash={"USD": 1_003.0}))
    by_hand.update_unrealized_pnl({})
    ours, theirs = by_hand.trades()[0], fed.trades()[0]
    assert ours._replace(order_ids=(1, 2)) == theirs
    same = ("realized", "fees", "equity", "starting_equity")
    assert [by_hand.balance()[term] for term in same] == [fed.balance()[term] for term in same]


def test_eight_threads_give_a_single_threads_result() -> None:
    """Four that trade, four that read: the same trades, sums and sessions as one after another."""
    quick, slow = PerformanceTracker(), PerformanceTracker()
    quick.open_trade("A", 1, 1.0, time=NOON)
    slow.open_trade("A", 1, 1.0, time=NOON)

    def work(tracker: PerformanceTracker, strategy: str) -> None:
        for turn in range(60):
            time = NOON + turn * MINUTE
            tracker.open_trade("A", 1, 10.0 + turn, time=time, strategy=strategy, commission=0.5)
            tracker.close_trade("A", 11.0 + turn, time=time, strategy=strategy)

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


def test_a_trade_knows_what_was_at_stake_and_at_risk() -> None:
    """The value at entry, and the amount that the opening order's tag puts at risk, by quantity."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 10, 100.0, time=NOON, tag="breakout risk=50")
    (part,) = tracker.close_trade("A", 110.0, 4)
    (rest,) = tracker.close_trade("A", 95.0)
    assert [(trade.entry_notional, trade.risk) for trade in (part, rest)] == [
        (400.0, 20.0),
        (600.0, 30.0),
    ]
    assert tracker.trades(book="positions")[0].risk == 50.0


def test_the_risk_of_a_combo_is_no_legs() -> None:
    """Every leg has the combo's tag, so that the amount would count once a leg."""
    tracker = PerformanceTracker()
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    tag = "strategy=condor risk=500"
    tracker.apply(Fill(NOON, 1, 1, "A", 5.0, 10.0, tag=tag, order_type=OrderType.COMBO_MARKET))
    assert [trade.risk for trade in tracker.open_trades()] == [None]


def test_a_stop_against_a_position_says_what_it_risks() -> None:
    """Without a tag the distance to the first stop of the strategy's own counts, and no other's."""
    tracker = PerformanceTracker()
    tracker.apply(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    tracker.apply(Opening(NOON, {"USD": 1_000.0}, {"USD": 1.0}))
    tracker.apply(Fill(NOON, 1, 1, "A", 5.0, 10.0, tag="strategy=trend"))
    stop = OrderUpdate(
        NOON, 2, 1, "A", OrderStatus.SUBMITTED, "strategy=other", OrderType.STOP_MARKET, -5.0
    )
    tracker.apply(replace(stop, stop_price=9.5))
    tracker.apply(replace(stop, order_id=3, tag="strategy=trend", stop_price=9.0))
    tracker.apply(replace(stop, order_id=4, tag="strategy=trend", stop_price=8.0))
    tracker.apply(Fill(NOON, 3, 2, "A", -5.0, 9.0))
    (trade,) = tracker.trades()
    assert (trade.risk, trade.pnl, trade.order_type) == (5.0, -5.0, "MARKET")
