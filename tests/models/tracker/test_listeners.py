"""Who hears of what, in which order, and by which thread."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from models.events.account import Opening
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.tracker.notices import Notice, NoticeKind
from models.trades.record import TradeRecord
from tests.models.tracker.feeds import (
    DAY,
    MINUTE,
    NOON,
    bought_and_sold,
    fill,
    tracker,
    trade_often,
)


def test_each_trade_is_heard_once_and_outside_the_lock() -> None:
    """A listener may ask the tracker, from another thread too, while it hears."""
    heard: list[tuple[str, float]] = []

    def listen(notice: Notice) -> None:
        trade = notice.record
        assert isinstance(trade, TradeRecord)
        ask = threading.Thread(target=lambda: heard.append((trade.trade_id, realized())))
        ask.start()
        ask.join(60)

    made = tracker()
    made.add_listener(listen, NoticeKind.TRADE_CLOSED)

    def realized() -> float:
        return made.sheets()["trend"].realized

    made.apply(fill(1, 5.0, 10.0))
    made.apply(fill(2, -2.0, 11.0))
    made.apply(fill(2, -2.0, 11.0))
    made.apply(fill(3, -3.0, 12.0))
    assert heard == [("1", 2.0), ("2", 8.0)]


def test_listeners_hear_what_they_asked_for_in_order() -> None:
    """Opened before closed, low before recovery, and the session at the next day's first event."""
    tracker, heard = PerformanceTracker(1_000.0), list[str]()

    def hear(notice: Notice) -> None:
        heard.append(f"{notice.kind.value} {notice.strategy}".strip())

    tracker.add_listener(hear)
    tracker.open_trade("A", 1, 100.0, time=NOON, strategy="t")
    tracker.update_unrealized_pnl({"A": 90.0}, NOON + MINUTE)
    tracker.close_trade("A", price=101.0, strategy="t", time=NOON + 2 * MINUTE)
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


def test_sessions_of_strategies_are_for_those_who_need_them() -> None:
    """Nobody merges them for a listener to the account's; beside another it may hear of them."""
    tracker, heard = PerformanceTracker(1_000.0), list[str]()

    def hear(notice: Notice) -> None:
        heard.append(notice.strategy)

    kinds = [NoticeKind.SESSION_CLOSED]
    tracker.core.listeners.add(hear, kinds, own=True, of_account=True)
    tracker.open_trade("A", 1, 100.0, time=NOON, strategy="t")
    tracker.update_unrealized_pnl({"A": 90.0}, NOON + DAY)
    assert heard == [""]
    tracker.core.listeners.add(hear, kinds, own=True)
    tracker.update_unrealized_pnl({"A": 95.0}, NOON + 2 * DAY)
    assert heard == ["", "", "t"]


def test_nobody_is_told_what_nobody_asked_for() -> None:
    """Notices are made for the kinds that somebody hears, and for no other."""
    made, heard = tracker(), list[Notice]()
    made.add_listener(heard.append, NoticeKind.POSITION_CLOSED)
    trade_often(made, 1, 5)
    assert {notice.kind for notice in heard} == {NoticeKind.POSITION_CLOSED}
    ids = [notice.record.trade_id for notice in heard if isinstance(notice.record, TradeRecord)]
    assert ids == ["p1", "p2"]


def test_an_opened_trade_is_shown_as_it_stands() -> None:
    """Its entry, its fee so far, and that it is open."""
    made, heard = tracker(), list[Notice]()
    made.add_listener(heard.append, "trade opened")
    made.apply(fill(1, 5.0, 10.0, fee=2.0, fee_currency="USD"))
    (notice,) = heard
    assert isinstance(notice.record, TradeRecord)
    shown = notice.record
    assert (shown.is_closed, shown.quantity, shown.commission) == (False, 5.0, 2.0)
    assert (notice.strategy, notice.time) == ("trend", NOON + timedelta(minutes=1))


def test_an_anomaly_is_heard() -> None:
    """A fill of an instrument that nobody described is told of, once."""
    tracker, heard = PerformanceTracker(), list[Notice]()
    tracker.add_listener(heard.append, "anomaly")
    tracker.apply(Opening(NOON, {"USD": 1.0}, {"USD": 1.0}))
    tracker.apply(Fill(NOON, 1, 1, "?", 1.0, 1.0))
    assert [notice.kind for notice in heard] == [NoticeKind.ANOMALY]
    assert tracker.summary().anomalies == {"unknown instrument": 1}


def test_listeners_hear_in_order_what_listeners_bring_about() -> None:
    """One that tells of something itself is not overtaken: everybody hears all in one order."""
    made, first, second = tracker(), list[Notice](), list[Notice]()

    def answer(notice: Notice) -> None:
        first.append(notice)
        if notice.kind is not NoticeKind.ALERT:
            made.core.tell(NoticeKind.ALERT, NOON, notice.strategy, notice.record)

    made.add_listener(answer)
    made.add_listener(second.append)
    made.apply(fill(1, 10.0, 10.0))
    made.apply(fill(2, -10.0, 10.0))
    assert first == second
    kinds = [notice.kind.value for notice in first]
    assert kinds == [
        "trade opened", "alert", "trade closed", "position closed", "alert", "alert",
    ]  # fmt: skip


def test_a_listener_that_left_hears_no_more() -> None:
    """And one that never came may leave as well."""
    tracker, heard = PerformanceTracker(), list[Notice]()
    tracker.add_listener(heard.append, "trade closed")
    bought_and_sold(tracker)
    tracker.remove_listener(heard.append)
    tracker.remove_listener(print)
    tracker.open_trade("A", 1, 100.0)
    tracker.close_trade("A", price=101.0)
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
            tracker.close_trade("A", price=90.0)

    tracker.add_listener(reverse, "trade closed")
    bought_and_sold(tracker)
    assert heard == ["long", "short"]


def test_a_call_delivers_what_was_waiting_when_it_began() -> None:
    """While a listener takes its time another thread's event is booked, and waits for the next."""
    made, heard = tracker(), list[str]()
    slow, go = threading.Event(), threading.Event()

    def hear(notice: Notice) -> None:
        if not slow.is_set():
            slow.set()
            go.wait(5.0)
        heard.append(notice.kind.value)

    made.add_listener(hear)
    first = threading.Thread(target=made.apply, args=(fill(1, 10.0, 10.0),))
    first.start()
    assert slow.wait(5.0)
    made.apply(fill(2, -10.0, 10.0))
    assert heard == []
    assert made.ledger.books.fills == 2
    go.set()
    first.join(60.0)
    assert heard == ["trade opened"]
    made.core.settle()
    assert heard == ["trade opened", "trade closed", "position closed"]


def test_the_trackers_own_listeners_wait_for_no_users() -> None:
    """What is logged and watched is heard at once, by whichever thread comes."""
    made, own, heard = tracker(), list[str](), list[str]()
    slow, go = threading.Event(), threading.Event()

    def hear(notice: Notice) -> None:
        slow.set()
        go.wait(5.0)
        heard.append(notice.kind.value)

    made.add_listener(hear, NoticeKind.TRADE_OPENED, NoticeKind.TRADE_CLOSED)
    made.core.listeners.add(
        lambda notice: own.append(notice.kind.value), [NoticeKind.TRADE_CLOSED], own=True
    )
    first = threading.Thread(target=made.apply, args=(fill(1, 10.0, 10.0),))
    first.start()
    assert slow.wait(5.0)
    made.apply(fill(2, -10.0, 10.0))
    assert own == ["trade closed"]
    assert heard == []
    go.set()
    first.join(60.0)
    made.core.settle()
    assert heard == ["trade opened", "trade closed"]


def test_an_interrupted_listener_keeps_nobody_from_hearing() -> None:
    """What is no exception of its own, as Ctrl-C, goes through; the next event is heard of."""
    made, heard = tracker(), list[Notice]()

    def interrupted(notice: Notice) -> None:
        made.remove_listener(interrupted)
        raise KeyboardInterrupt

    made.add_listener(interrupted)
    with pytest.raises(KeyboardInterrupt):
        made.apply(fill(1, 10.0, 10.0))
    made.add_listener(heard.append, NoticeKind.TRADE_CLOSED)
    made.apply(fill(2, -10.0, 10.0))
    assert len(heard) == 1
