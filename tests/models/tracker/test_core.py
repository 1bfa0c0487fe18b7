"""The tracker: what it passes on, to whom, under its lock, and what it keeps in its state."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.errors import TrackerError
from models.events.account import DayEnd, Mark, Opening
from models.events.corporate_actions import Split, SplitKind
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.books import Books
from models.ledger.lots import Matching
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch, TagMeans
from models.tracker.notices import Notice, NoticeKind
from models.trades.log import BATCH
from models.trades.record import TradeRecord

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
CALL = Instrument(
    "C", "C150", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=150.0, right="CALL"
)
OPENING = Opening(NOON, {"USD": 1000.0}, {"USD": 1.0})


def tracker(settings: Settings | None = None, **given: Any) -> PerformanceTracker:
    """A tracker that knows a stock and an option, opened with 1,000 dollars."""
    made = PerformanceTracker(settings=settings, **given)
    for event in (STOCK, CALL, OPENING):
        made.apply(event)
    return made


class Hearing:
    """A follower that notes what it is told, and how much of the stock LEAN held then."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []

    def fill(self, fill: Fill, books: Books) -> None:
        """Note it."""
        self.told.append(("fill", books.holdings[fill.sid].quantity))

    def mark(self, mark: Mark, books: Books) -> None:
        """Note it."""
        self.told.append(("mark", books.holdings["S"].quantity))

    def split(self, split: Split) -> None:
        """Note it."""
        self.told.append(("split", split.factor))

    def reset(self) -> None:
        """Forget it all."""
        self.told = []

    def state(self) -> dict[str, Any]:
        """All that was noted."""
        return {"told": self.told}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take it over."""
        self.told = [(what, number) for what, number in state["told"]]


def fill(order_id: int, quantity: float, price: float, **given: Any) -> Fill:
    """A fill, as many minutes past noon as its order's id."""
    values = {"sid": "S", "tag": "strategy=trend", "event_id": 1, **given}
    time = NOON + timedelta(minutes=order_id)
    return Fill(time, order_id, quantity=quantity, price=price, **values)


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


def test_each_trade_is_heard_once_and_outside_the_lock() -> None:
    """A listener may ask the tracker, from another thread too, while it hears."""
    heard: list[tuple[str, float]] = []

    def listen(notice: Notice) -> None:
        trade = notice.record
        assert isinstance(trade, TradeRecord)
        ask = threading.Thread(target=lambda: heard.append((trade.trade_id, realized())))
        ask.start()
        ask.join(5)

    made = tracker()
    made.add_listener(listen, NoticeKind.TRADE_CLOSED)

    def realized() -> float:
        return made.sheets()["trend"].realized

    made.apply(fill(1, 5.0, 10.0))
    made.apply(fill(2, -2.0, 11.0))
    made.apply(fill(2, -2.0, 11.0))
    made.apply(fill(3, -3.0, 12.0))
    assert heard == [("1", 2.0), ("2", 8.0)]


def test_the_balance_is_the_ledgers() -> None:
    """What is asked is the law at the last mark."""
    made = tracker()
    made.apply(fill(1, 5.0, 10.0))
    assert made.apply(Mark(NOON, 1005.0, {"S": 11.0}, cash={"USD": 950.0})) is True
    assert made.balance() == made.ledger.balance()
    assert made.balance()["unrealized"] == 5.0


def test_a_partial_mark_that_does_not_close_is_refused() -> None:
    """The feed must send it again, complete."""
    made = tracker()
    assert made.apply(Mark(NOON, 1005.0, cash={"USD": 1005.0}, partial=True)) is False
    assert made.apply(Mark(NOON, 1005.0, cash={"USD": 1005.0})) is True
    assert made.balance()["flows"] == 5.0


def test_a_day_ends_once() -> None:
    """One midnight is one day however often it comes, and none before the opening."""
    made = tracker()
    midnight = NOON.replace(hour=0)
    ends = [midnight, *(midnight + timedelta(days=day) for day in (1, 1, 2, 2, 1, 3))]
    assert [made.apply(DayEnd(time, 1000.0)) for time in ends] == [
        *(False, True, False, True, False, False, True)
    ]
    assert made.days == 3


# --- LEAN's samples


def sampled(made: PerformanceTracker) -> list[tuple[float, ...]]:
    """Days since the opening's midnight, equity, benchmark, rate and volume of each sample."""
    midnight = NOON.replace(hour=0).timestamp()
    return [((time - midnight) / 86_400, *rest) for time, *rest in zip(*made.samples, strict=True)]


def test_each_day_end_is_a_sample() -> None:
    """What LEAN showed at midnight is kept once a day, and none of before the opening."""
    made = tracker()
    midnight = NOON.replace(hour=0)
    for day in (0, 1, 1, 3, 2):
        made.apply(DayEnd(midnight + timedelta(days=day), 1000.0 + day, 20.0, 0.02, 5.0 * day))
    assert sampled(made) == [(1.0, 1001.0, 20.0, 0.02, 5.0), (3.0, 1003.0, 20.0, 0.02, 15.0)]


def test_start_and_end_are_sampled_but_end_no_day() -> None:
    """LEAN samples both; an end at midnight only says what was traded since midnight's sample."""
    made = PerformanceTracker()
    midnight = NOON.replace(hour=0)
    made.sample(DayEnd(midnight, 1000.0))
    for event in (STOCK, OPENING, DayEnd(midnight + timedelta(days=1), 1001.0)):
        made.apply(event)
    made.sample(DayEnd(midnight + timedelta(days=1), 1002.0, sale_volume=7.0))
    assert sampled(made) == [(0.0, 1000.0, 0.0, 0.0, 0.0), (1.0, 1001.0, 0.0, 0.0, 7.0)]
    made.sample(DayEnd(midnight + timedelta(days=1.5), 1003.0))
    assert sampled(made)[2:] == [(1.5, 1003.0, 0.0, 0.0, 0.0)]
    assert made.days == 1


def test_samples_that_were_asked_for_do_not_grow() -> None:
    """A caller's columns are its own, whatever another thread feeds meanwhile."""
    made = tracker()
    made.apply(DayEnd(NOON + timedelta(days=1), 1000.0))
    found = made.samples
    made.apply(DayEnd(NOON + timedelta(days=2), 1000.0))
    assert (len(found.time), len(made.samples.time)) == (1, 2)


# --- orders, rates and what cannot be booked


def test_an_order_is_known_from_its_first_event() -> None:
    """The feed asks so that it reads tag and type only once."""
    made = tracker()
    assert not made.knows_order(7)
    made.apply(OrderUpdate(NOON, 7, 1, "S", OrderStatus.SUBMITTED, "strategy=trend"))
    assert made.knows_order(7)
    made.apply(fill(7, 5.0, 10.0, event_id=2, tag=None))
    assert made.knows_order(7)
    assert list(made.sheets()) == ["trend"]


def test_rates_may_come_ahead_of_events() -> None:
    """What is booked next is booked at them."""
    made = tracker()
    made.apply(replace(STOCK, sid="E", quote="EUR"))
    made.take_rates({"EUR": 1.5})
    made.apply(fill(1, 2.0, 10.0, sid="E", fee=1.0, fee_currency="EUR"))
    assert made.sheets()["trend"].fees == 1.5


def test_an_event_that_could_not_be_built_is_an_anomaly() -> None:
    """Nothing is lost: when, what and where stand in the books."""
    made = tracker()
    made.reject(NOON, "bad event", "the price is nan", "S")
    (anomaly,) = made.ledger.books.anomalies
    assert (anomaly.kind, anomaly.detail, anomaly.sid) == ("bad event", "the price is nan", "S")


def test_a_first_fill_opens_the_account_before_it() -> None:
    """The opening shows what LEAN had already when the very first hook came."""
    made = PerformanceTracker()
    made.apply(STOCK)
    first = fill(1, 5.0, 10.0, fee=1.0, fee_currency="USD")
    made.open_before(replace(OPENING, cash={"USD": 949.0}, holdings={"S": (5.0, 10.0)}), first)
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


def test_a_reset_tracker_has_a_fresh_follower_and_no_samples() -> None:
    """Both begin again with the books."""
    hearing = Hearing()
    made = tracker(follower=hearing)
    made.apply(fill(1, 5.0, 10.0))
    made.apply(DayEnd(NOON + timedelta(days=1), 1000.0))
    made.reset()
    assert hearing.told == []
    assert len(made.samples.time) == 0


@pytest.mark.parametrize("followed", [False, True])
def test_a_restored_tracker_goes_on_as_the_saved_one(followed: bool) -> None:
    """Ledger, follower, days and samples come back; a tracker without a follower needs none."""
    saved, restored = (tracker(follower=Hearing() if followed else None) for _ in range(2))
    for event in (fill(1, 5.0, 10.0), DayEnd(NOON + timedelta(days=1), 1000.0, 0.1, 0.2, 0.3)):
        saved.apply(event)
    state = json.loads(json.dumps(saved.state()))
    restored.restore(state)
    assert restored.state() == saved.state()
    for made in (saved, restored):
        assert made.apply(DayEnd(NOON + timedelta(days=1), 1000.0)) is False
        made.apply(fill(3, -5.0, 11.0))
    assert restored.state() == saved.state()
    assert [list(column) for column in restored.samples] == [list(made) for made in saved.samples]
    other = PerformanceTracker(follower=None if followed else Hearing())
    other.restore(state)
    assert other.sheets() == tracker_after(state)


def tracker_after(state: dict[str, Any]) -> dict[str, Any]:
    """The strategies of a plain tracker that restores a state."""
    plain = PerformanceTracker()
    plain.restore(state)
    return dict(plain.sheets())


def test_a_fresh_tracker_survives_json() -> None:
    """A save before anything happened is a save."""
    restored = PerformanceTracker()
    restored.restore(json.loads(json.dumps(PerformanceTracker().state())))
    assert restored.state() == PerformanceTracker().state()


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
    writer.join(5)
    reader.join(5)


# --- the trades kept


class Shelf:
    """An archive that takes batches, or refuses them."""

    def __init__(self) -> None:
        self.batches: list[list[TradeRecord]] = []
        self.refuses = False

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Take them."""
        if self.refuses:
            raise OSError("full")
        self.batches.append(list(trades))

    def stored(self) -> Iterator[TradeRecord]:
        """All that were taken."""
        return (trade for batch in self.batches for trade in batch)


def trade_often(made: PerformanceTracker, first: int, last: int) -> None:
    """Buy and sell a share under the order ids of a range."""
    for order_id in range(first, last, 2):
        made.apply(fill(order_id, 1.0, 10.0))
        made.apply(fill(order_id + 1, -1.0, 11.0))


def test_trades_leave_memory_in_batches_the_oldest_first() -> None:
    """Each is archived once, and the archive with the memory has them all in order."""
    shelf = Shelf()
    made = tracker(Settings(keep_trades=100), object_store=shelf)
    trade_often(made, 1, 6_001)
    kept = made.trades(limit=100)
    lots = [trade for trade in shelf.stored() if trade.book == "lots"]
    assert [trade.trade_id for trade in lots] == [str(n + 1) for n in range(len(lots))]
    assert len(lots) + 100 <= 3_000 <= len(lots) + 100 + BATCH
    assert [trade.trade_id for trade in made.trades()] == [str(n) for n in range(1, 3_001)]
    assert kept[-1].trade_id == "3000"
    assert [len(batch) for batch in shelf.batches[:2]] == [BATCH + 1] * 2


def test_an_archive_that_refuses_loses_nothing_and_is_asked_again() -> None:
    """The trades stay in memory until it takes them; it is asked once a batch, not once a trade."""
    shelf = Shelf()
    shelf.refuses = True
    made = tracker(Settings(keep_trades=100), object_store=shelf)
    trade_often(made, 1, 6_001)
    assert len(made.trades()) == 3_000
    assert 0 < made.errors["archive: OSError"] <= 2 * (3_000 // BATCH)
    shelf.refuses = False
    trade_often(made, 6_001, 10_001)
    assert len(made.trades()) == 5_000
    assert len(list(shelf.stored())) > 3_000


def test_trades_on_their_way_to_the_archive_can_be_asked_for() -> None:
    """While a batch is being stored it is still found, by another thread too."""
    found: list[int] = []

    class Slow(Shelf):
        def store(self, trades: Sequence[TradeRecord]) -> None:
            ask = threading.Thread(target=lambda: found.append(len(made.trades())))
            ask.start()
            ask.join(5)
            super().store(trades)

    made = tracker(Settings(keep_trades=10), object_store=Slow())
    trade_often(made, 1, 2 * (10 + BATCH + 1) + 1)
    assert found == [10 + BATCH + 1] * 2


def test_the_trades_kept_are_part_of_the_state() -> None:
    """A restored tracker answers the same trades, those in the archive among them."""
    shelf = Shelf()
    saved = tracker(Settings(keep_trades=10), object_store=shelf)
    trade_often(saved, 1, 3_001)
    restored = PerformanceTracker(settings=Settings(keep_trades=10), object_store=shelf)
    restored.restore(json.loads(json.dumps(saved.state())))
    assert restored.trades() == saved.trades()
    assert restored.trades(book="positions") == saved.trades(book="positions")


def test_a_state_of_another_version_is_refused_and_changes_nothing() -> None:
    """The text names both versions."""
    made = tracker()
    before = made.state()
    with pytest.raises(TrackerError, match=r"version 99; this reads \d"):
        made.restore({**before, "version": 99})
    assert made.state() == before


# --- listeners


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


def test_listeners_hear_in_order_what_listeners_bring_about() -> None:
    """One that tells of something itself is not overtaken: everybody hears all in one order."""
    made, first, second = tracker(), list[Notice](), list[Notice]()

    def answer(notice: Notice) -> None:
        first.append(notice)
        if notice.kind is not NoticeKind.ALERT:
            made.tell(NoticeKind.ALERT, NOON, notice.strategy, notice.record)

    made.add_listener(answer)
    made.add_listener(second.append)
    made.apply(fill(1, 10.0, 10.0))
    made.apply(fill(2, -10.0, 10.0))
    assert first == second
    kinds = [notice.kind.value for notice in first]
    assert kinds == [
        "trade opened", "alert", "trade closed", "position closed", "alert", "alert",
    ]  # fmt: skip


def test_one_thread_calls_the_listeners_for_all() -> None:
    """While a listener takes its time another thread's event is booked, and heard of after it."""
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
    first.join(5.0)
    assert heard == ["trade opened", "trade closed", "position closed"]


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


def test_an_error_of_a_former_run_is_told_again() -> None:
    """A restored count says that it happened before, not that this run's log says so."""
    told: list[str] = []
    made = tracker(logger=Telling(told))
    made.add_listener(fails)
    made.apply(fill(1, 10.0, 10.0))
    again = tracker(logger=Telling(told))
    again.restore(made.state())
    again.add_listener(fails)
    for order_id in (2, 3):
        again.apply(fill(order_id, 10.0, 10.0))
    assert again.errors == {"listener: ValueError": 3}
    assert len(told) == 2


class Telling:
    """A logger over a list."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    def warning(self, message: str) -> None:
        """Keep it."""
        self._told.append(message)


def fails(_: Notice) -> None:
    """A listener that does."""
    raise ValueError("no")


def test_a_deployments_first_mark_decides_markouts() -> None:
    """It is a mark like any other for the fills of before the stop."""
    tracker = PerformanceTracker(settings=Settings(execution=Switch.ON))
    tracker.apply(STOCK)
    tracker.apply(OPENING)
    tracker.apply(Fill(NOON, 1, 1, "S", 1.0, 100.0, tag="strategy=a"))
    tracker.deploy(NOON + timedelta(minutes=1))
    tracker.resume(Mark(NOON + timedelta(minutes=1), prices={"S": 102.0}))
    assert tracker.execution_quality()[0].markouts["1m"].money == 2.0
