"""The core: what it books, what it passes on, to whom, and under its lock."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from datetime import timedelta

from models.events.account import Mark
from models.events.corporate_actions import Split, SplitKind
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.lots import Matching
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch, TagMeans
from tests.models.tracker.feeds import NOON, OPENING, STOCK, fill, tracker
from tests.models.tracker.followers import Hearing


def test_settings_reach_the_ledger() -> None:
    """Default strategy, tags, matching, currency and mode are what the user chose."""
    made = tracker(
        Settings("mine", TagMeans.WHOLE, Matching.LIFO), account_currency="USD", live=True
    )
    made.apply(fill(1, 5.0, 10.0, tag=""))
    made.apply(fill(2, 5.0, 11.0, tag=""))
    made.apply(fill(3, -5.0, 12.0, tag=""))
    made.apply(fill(4, 5.0, 10.0, tag="my trend"))
    assert list(made.sheets()) == ["mine", "my trend"]
    assert made.sheets()["mine"].realized == 5.0
    assert made.ledger.books.live
    assert PerformanceTracker().settings == Settings()


def test_a_resolver_wins_over_the_setting() -> None:
    """A function of the user's decides whose an order is."""
    made = tracker(resolver=lambda ticker, tag, order_type: f"{ticker}-{order_type.name}")
    made.apply(fill(1, 5.0, 10.0, order_type=OrderType.LIMIT))
    assert list(made.sheets()) == ["STOCK-LIMIT"]


def test_the_balance_is_the_ledgers() -> None:
    """What is asked is the law, with the times that it is of."""
    made = tracker()
    made.apply(fill(1, 5.0, 10.0))
    assert made.apply(Mark(NOON, 1005.0, {"S": 11.0}, cash={"USD": 950.0})) is True
    times = {"as_of", "marked_at"}
    assert made.balance().items() >= made.ledger.balance().items()
    assert made.balance().keys() == made.ledger.balance().keys() | times
    assert made.balance()["unrealized"] == 5.0


def test_a_partial_mark_that_does_not_close_is_refused() -> None:
    """The feed must send it again, complete."""
    made = tracker()
    assert made.apply(Mark(NOON, 1005.0, cash={"USD": 1005.0}, partial=True)) is False
    assert made.apply(Mark(NOON, 1005.0, cash={"USD": 1005.0})) is True
    assert made.balance()["flows"] == 5.0


def test_an_orders_strategy_is_that_of_its_first_event() -> None:
    """A fill that comes later says no tag, and falls to the strategy of the order."""
    made = tracker()
    made.apply(OrderUpdate(NOON, 7, 1, "S", OrderStatus.SUBMITTED, "strategy=trend"))
    made.apply(fill(7, 5.0, 10.0, event_id=2, tag=None))
    assert list(made.sheets()) == ["trend"]


def test_rates_may_come_ahead_of_events() -> None:
    """What is booked next is booked at them."""
    made = tracker()
    made.apply(replace(STOCK, sid="E", quote="EUR"))
    made.core.take_rates({"EUR": 1.5})
    made.apply(fill(1, 2.0, 10.0, sid="E", fee=1.0, fee_currency="EUR"))
    assert made.sheets()["trend"].fees == 1.5


def test_an_event_that_could_not_be_built_is_an_anomaly() -> None:
    """Nothing is lost: when, what and where stand in the books."""
    made = tracker()
    made.core.reject(NOON, "bad event", "the price is nan", "S")
    (anomaly,) = made.ledger.books.anomalies
    assert (anomaly.kind, anomaly.detail, anomaly.sid) == ("bad event", "the price is nan", "S")


def test_a_first_fill_opens_the_account_before_it() -> None:
    """The opening shows what LEAN had already when the very first hook came."""
    made = PerformanceTracker()
    made.apply(STOCK)
    first = fill(1, 5.0, 10.0, fee=1.0, fee_currency="USD")
    made.core.open_before(replace(OPENING, cash={"USD": 949.0}, holdings={"S": (5.0, 10.0)}), first)
    made.apply(first)
    made.apply(Mark(NOON, 999.0, {"S": 10.0}, cash={"USD": 949.0}, holdings={"S": (5.0, 10.0)}))
    balance = made.balance()
    assert (balance["starting_equity"], balance["fees"], balance["flows"]) == (1000.0, 1.0, 0)
    assert made.ledger.books.anomalies == []


def test_nothing_follows_unless_it_is_plugged_in() -> None:
    """A plain tracker has no follower and saves none."""
    made = tracker()
    made.apply(fill(1, 5.0, 10.0))
    assert made.follower is None
    assert made.state()["follower"] is None


def test_a_follower_hears_fills_and_marks_after_the_books_and_splits_before() -> None:
    """What it is told of was booked, but for a split, which LEAN's trade builder sees first."""
    hearing = Hearing()
    made = tracker(follower=hearing)
    made.apply(fill(1, 4.0, 100.0))
    made.apply(Mark(NOON + timedelta(minutes=2), prices={"S": 90.0}))
    made.apply(Split(NOON, "S", SplitKind.SPLIT_OCCURRED, 0.5, 90.0))
    made.apply(fill(4, -8.0, 55.0))
    assert hearing.told == [("fill", 4.0), ("mark", 4.0), ("split", 0.5), ("fill", 0.0)]


def test_a_follower_hears_nothing_that_is_not_booked() -> None:
    """No fill twice nor of nothing known, no mark that is refused, no split that moves nothing."""
    hearing = Hearing()
    made = tracker(follower=hearing)
    made.apply(fill(1, 5.0, 10.0))
    made.apply(fill(1, 5.0, 10.0))
    made.apply(fill(3, 5.0, 10.0, sid="?"))
    made.apply(Mark(NOON, 1005.0, cash={"USD": 1005.0}, partial=True))
    made.apply(Split(NOON, "S", SplitKind.WARNING, 0.5, 90.0))
    assert hearing.told == [("fill", 5.0)]


def test_threads_may_feed_and_ask_at_once() -> None:
    """Fills that several threads bring are booked once each, whoever reads meanwhile."""
    made = tracker()
    fills = [replace(fill(0, 1.0, 10.0), order_id=order_id) for order_id in range(1, 401)]

    def feed() -> None:
        for booked in fills:
            made.apply(booked)
            made.balance()

    threads = [threading.Thread(target=feed) for _ in range(4)]
    patience = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    sys.setswitchinterval(patience)
    assert made.ledger.books.fills == 400
    assert made.ledger.books.holdings["S"].quantity == 400.0


def test_nobody_reads_while_an_event_is_booked() -> None:
    """A reader waits for the end of what another thread is booking."""
    inside, go_on, read = threading.Event(), threading.Event(), threading.Event()

    def slow(ticker: str, tag: str, order_type: OrderType) -> str:
        inside.set()
        go_on.wait(5)
        return "trend"

    made = tracker(resolver=slow)

    def ask() -> None:
        made.balance()
        made.sheets()
        made.state()
        read.set()

    writer = threading.Thread(target=made.apply, args=(fill(1, 5.0, 10.0),))
    reader = threading.Thread(target=ask)
    writer.start()
    assert inside.wait(5)
    reader.start()
    assert not read.wait(0.05)
    go_on.set()
    assert read.wait(5)
    writer.join(60)
    reader.join(60)


def test_a_deployments_first_mark_decides_markouts() -> None:
    """It is a mark like any other for the fills of before the stop."""
    tracker = PerformanceTracker(settings=Settings(execution=Switch.ON))
    tracker.apply(STOCK)
    tracker.apply(OPENING)
    tracker.apply(Fill(NOON, 1, 1, "S", 1.0, 100.0, tag="strategy=a"))
    tracker.core.deploy(NOON + timedelta(minutes=1))
    tracker.core.resume(Mark(NOON + timedelta(minutes=1), prices={"S": 102.0}))
    assert tracker.execution_quality()[0].markouts["1m"].money == 2.0
