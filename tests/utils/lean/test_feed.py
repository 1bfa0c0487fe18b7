"""The reader of LEAN: what it makes of each object, and how few reads that takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.events.account import Mark
from models.events.instruments import Instrument, SecurityType, Valuation
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.trades.lean_follower import BookFollower
from tests.workbench.engine import tapes
from utils.lean.feed import class_name, utc
from utils.tracking import LeanTracker, track
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import Played, RecordedEngine
from workbench.engine.objects import GMT
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import TrackedAlgorithm

NAMES = [name for name in recordings() if name != "three-strategies-23y"]
TWICE = (SecurityType.FUTURE, SecurityType.CFD, SecurityType.CRYPTO_FUTURE)

FILL_READS = 18
FIRST_READS = 4
FIRST_UPDATE_READS = 14
LATER_UPDATE_READS = 5
ACTION_READS = 8


def tracked(folder: Path, *lines: tapes.Line) -> tuple[RecordedEngine, LeanTracker]:
    """An engine whose algorithm has the tracker, about to play the lines."""
    return _wired(tapes.engine(folder, TrackedAlgorithm, *lines))


def _wired(engine: RecordedEngine) -> tuple[RecordedEngine, LeanTracker]:
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = track(algorithm, mark_every=0, day_marks=False)
    return engine, algorithm.tracker


def events_of(folder: Path, *lines: tapes.Line) -> list[Fill | OrderUpdate]:
    """What the reader makes of the order lines of a tape."""
    seen: list[Fill | OrderUpdate] = []

    class Listening(RecordedAlgorithm):
        tracker: LeanTracker

        def on_order_event(self, order_event: Any) -> None:
            self.tracker.run.feed.opening(self.tracker.run.feed.time())
            event = self.tracker.run.feed.order_event(order_event)
            self.tracker.apply(event)
            seen.append(event)

    engine = tapes.engine(folder, Listening, *lines)
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = track(algorithm)
    list(engine.play())
    return seen


# --- values


def test_a_time_of_leans_becomes_a_plain_one() -> None:
    """LEAN's time zone class is left behind; the moment stays."""
    theirs = datetime(2020, 1, 2, 9, 30, 0, 123456, tzinfo=GMT())
    assert utc(theirs) == theirs
    assert type(utc(theirs)) is datetime
    assert utc(theirs).tzinfo is UTC


def test_a_model_shows_its_class_also_behind_an_interface() -> None:
    """Where LEAN hands out an interface, the class is read from what the object prints."""

    class NullModel:
        pass

    class IModel:
        def __str__(self) -> str:
            return "QuantConnect.Securities.Models+NullModel"

    assert class_name(NullModel()) == "NullModel"
    assert class_name(IModel()) == "NullModel"


def test_a_first_event_carries_tag_type_quantity_and_quotes(tmp_path: Path) -> None:
    """An order's first event is an update with all that is fixed there."""
    line = tapes.order(
        status="SUBMITTED", event=1, fill_qty=0.0, fill_price=0.0, fee=0.0, tag="strategy=x"
    )
    (event,) = events_of(tmp_path, tapes.security(), line)
    assert isinstance(event, OrderUpdate)
    assert (event.status, event.tag, event.order_type) == (
        OrderStatus.SUBMITTED,
        "strategy=x",
        OrderType.MARKET,
    )
    assert (event.quantity, event.bid, event.ask) == (10.0, 49.5, 50.5)


def test_a_fill_carries_price_fee_and_its_currency(tmp_path: Path) -> None:
    """A fill that is its order's first event says both what was filled and whose it is."""
    (event,) = events_of(tmp_path, tapes.security(), tapes.order())
    assert isinstance(event, Fill)
    assert (event.quantity, event.price, event.fee, event.fee_currency) == (10.0, 50.0, 1.0, "USD")
    assert (event.order_id, event.event_id, event.tag, event.final) == (1, 2, "strategy=a", True)
    assert event.rates == {}


def test_a_fill_on_an_update_is_a_fill(tmp_path: Path) -> None:
    """One brokerage fills on an update event; the quantity decides, not the status."""
    submitted = tapes.order(status="SUBMITTED", event=1, fill_qty=0.0)
    updated = tapes.order(status="UPDATE_SUBMITTED", event=2)
    filled = tapes.order(status="FILLED", event=3, fill_qty=0.0)
    _, second, third = events_of(tmp_path, tapes.security(), submitted, updated, filled)
    assert isinstance(second, Fill)
    assert not second.final
    assert isinstance(third, OrderUpdate)
    assert third.status is OrderStatus.FILLED


def test_a_later_event_carries_its_message_or_limit(tmp_path: Path) -> None:
    """A cancel says why, an update says the new limit."""
    submitted = tapes.order(status="SUBMITTED", event=1, fill_qty=0.0, limit=49.0)
    updated = tapes.order(status="UPDATE_SUBMITTED", event=2, fill_qty=0.0, limit=48.0, qty=8.0)
    canceled = tapes.order(status="CANCELED", event=3, fill_qty=0.0, message="too late")
    _, second, third = events_of(tmp_path, tapes.security(), submitted, updated, canceled)
    assert isinstance(second, OrderUpdate)
    assert second.limit_price == 48.0
    assert second.quantity == 8.0
    assert isinstance(third, OrderUpdate)
    assert third.message == "too late"


def test_an_instrument_is_described_as_leans_security(tmp_path: Path) -> None:
    """Every field of an instrument is what the recorded security has."""
    engine, tracker = tracked(
        tmp_path,
        tapes.security(),
        tapes.option(),
        tapes.order(sid=tapes.OPTION, cash={"USD": [499.0, 1.0]}, position=10.0),
    )
    list(engine.play())
    assert tracker.ledger.books.instruments[tapes.OPTION] == Instrument(
        sid=tapes.OPTION,
        ticker="AAA   200117C00100000",
        security_type=SecurityType.OPTION,
        quote="USD",
        multiplier=100.0,
        market="usa",
        settlement_model="ImmediateSettlementModel",
        underlying=tapes.STOCK,
        strike=100.0,
        right="CALL",
    )


@pytest.mark.parametrize("name", NAMES)
def test_instruments_are_as_recorded(name: str) -> None:
    """On every recording the reader sees what the tape says of each security traded."""
    engine, tracker = _wired(RecordedEngine(read_tape(recordings()[name].path), TrackedAlgorithm))
    lines = {
        played.line["sid"]: played.line for played in engine.play() if played.type == "security"
    }
    for sid, instrument in tracker.ledger.books.instruments.items():
        line = lines[sid]
        assert instrument.security_type is SecurityType(line["kind"])
        assert (instrument.quote, instrument.market) == (line["quote"], line["market"])
        assert (instrument.multiplier, instrument.lot) == (line["multiplier"], line["lot"])
        assert instrument.normalization == line["normalization"]
        assert instrument.interest_model == line["interest_model"]
        assert instrument.settlement_model == line["settlement_model"]
        assert (instrument.strike, instrument.right) == (line.get("strike"), line.get("right", ""))
        if instrument.valuation is Valuation.PAIR:
            assert instrument.base + instrument.quote == instrument.ticker


@pytest.mark.parametrize(
    ("follower", "market", "prices"),
    [(BookFollower(lambda _: None), 50.25, {tapes.FUTURE: 51.0}), (None, 0.0, {})],
)
def test_prices_that_only_a_follower_wants_are_read_for_one(
    tmp_path: Path, follower: BookFollower | None, market: float, prices: dict[str, float]
) -> None:
    """A fill's market and the price of a future, whose profit LEAN tells, are read for nobody."""
    held = {tapes.FUTURE: [10.0, 51.0, 50.0, 500.0, 25_500.0, 0.0]}
    order = tapes.order(sid=tapes.FUTURE, cash={"USD": [999.0, 1.0]})
    mark = tapes.mark("14:32", h=held, tpv=1499.0)
    engine = tapes.engine(tmp_path, TrackedAlgorithm, tapes.future(), order, mark)
    engine.initialize()
    algorithm: Any = engine.algorithm
    tracker: Any = track(algorithm, day_marks=False, follower=follower)
    algorithm.tracker = tracker
    given: list[Any] = []
    apply = tracker.core.apply

    def keep(event: Any) -> bool:
        given.append(event)
        return bool(apply(event))

    tracker.core.apply = keep
    list(engine.play())
    assert [event.market for event in given if isinstance(event, Fill)] == [market]
    assert [event.prices for event in given if isinstance(event, Mark)][:1] == [prices]


def test_a_markout_is_measured_where_nothing_is_held_any_more(tmp_path: Path) -> None:
    """LEAN prices the instrument still: the mark in which it is due reads that price."""
    sold = tapes.order(
        "14:32", order=2, direction="SELL", fill_qty=-10.0, qty=-10.0, fee=0.0, position=0.0,
        cash={"USD": [999.0, 1.0]}, tpv=999.0,
    )  # fmt: skip
    later = tapes.mark("14:33", h={tapes.STOCK: [0.0, 52.0, 0.0, 0.0, 0.0]}, tpv=999.0)
    engine = tapes.engine(tmp_path, TrackedAlgorithm, tapes.security(), tapes.order(), sold, later)
    engine.initialize()
    algorithm: Any = engine.algorithm
    tracker = algorithm.tracker = track(algorithm, execution="on")
    list(engine.play())
    markout = tracker.execution_quality()[0].markouts["1m"]
    assert (markout.fills, markout.missed) == (2, 0)


# --- days


def test_a_new_day_is_one_of_the_algorithms_clock(tmp_path: Path) -> None:
    """The first slice after midnight in New York is a new day, also where the clock changes."""
    _, tracker = tracked(tmp_path)
    feed = tracker.run.feed
    times = [
        ("2020-03-07T15:00", True),
        ("2020-03-08T04:59", False),  # 23:59 in New York
        ("2020-03-08T05:00", True),  # midnight, EST
        ("2020-03-09T03:59", False),  # the day has 23 hours
        ("2020-03-09T04:00", True),  # midnight, EDT
        ("2020-11-01T04:00", True),
        ("2020-11-02T04:59", False),  # the day has 25 hours
        ("2020-11-02T05:00", True),
    ]
    for text, new in times:
        assert feed.is_new_day(datetime.fromisoformat(f"{text}:00+00:00")) is new, text


# --- reads


def reads(engine: RecordedEngine, tracker: LeanTracker) -> Iterator[tuple[Played, int]]:
    """Each order and mark played, with the reads its hook took, what it logged apart."""
    logged = 0
    for played in engine.play():
        lines = len(engine.messages) - logged
        logged += lines
        hook = {"order": "on_order_event", "mark": "on_data"}.get(played.type)
        if hook is not None and played.utc >= datetime.fromisoformat(engine.tape.start["utc"]):
            yield played, engine.reads_by_hook[hook][-1] - lines


@pytest.mark.parametrize("name", NAMES)
def test_order_events_take_few_reads(name: str) -> None:
    """No order event takes more reads than its kind may, an instrument's first sight apart."""
    engine, tracker = _wired(RecordedEngine(read_tape(recordings()[name].path), TrackedAlgorithm))
    orders: set[int] = set()
    sids: set[str] = set()
    for played, count in reads(engine, tracker):
        line = played.line
        if played.type != "order":
            sids.update(line.get("h", {}))
            continue
        first, new = line["order"] not in orders, line["sid"] not in sids
        orders.add(line["order"])
        sids.add(line["sid"])
        if line["fill_qty"]:
            allowed = FILL_READS + FIRST_READS * first
        else:
            allowed = FIRST_UPDATE_READS if first else LATER_UPDATE_READS
            allowed += not first and line["status"] == "UPDATE_SUBMITTED"
        assert new or count <= allowed, line


@pytest.mark.parametrize("name", NAMES)
def test_bars_take_few_reads(name: str) -> None:
    """A bar takes 4 reads, 1 or 2 for each instrument held and 2 for each foreign currency.

    The first bar of a day, and one whose cash no event explains, may look closer.
    """
    engine, tracker = _wired(RecordedEngine(read_tape(recordings()[name].path), TrackedAlgorithm))
    books, days = tracker.ledger.books, Counter[str]()
    zone = tracker.run.feed._zone
    moved = 0.0
    for played, count in reads(engine, tracker):
        if played.type != "mark":
            continue
        day = f"{played.utc.astimezone(zone):%Y-%m-%d}"
        days[day] += 1
        held = sum(2 if books.instruments[sid].security_type in TWICE else 1 for sid in books.held)
        foreign = len(tracker.run.feed._cash) - 1
        terms = tracker.ledger.total()
        before, moved = moved, terms.dividends + terms.financing + len(tracker.ledger.flows)
        if days[day] > 1 and moved == before:
            assert count <= 4 + held + 2 * foreign, played.line


def test_a_quiet_first_bar_of_a_day_reads_the_actions_and_the_quantities(tmp_path: Path) -> None:
    """On the first bar of a day 8 reads ask for corporate actions, 1 a holding for its quantity."""
    held = {tapes.STOCK: [10.0, 50.0, 50.0, 0.0, 500.0]}
    engine, tracker = tracked(
        tmp_path,
        tapes.security(),
        tapes.order(),
        tapes.mark("14:32", h=held, tpv=999.0),
        tapes.mark("14:33", tpv=999.0),
        tapes.mark("14:34", tpv=999.0) | {"utc": tapes.utc("14:34", "2020-01-03")},
        tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")},
    )
    counts = [count for played, count in reads(engine, tracker) if played.type == "mark"]
    assert counts[1] <= 4 + 1
    assert counts[2] <= counts[1] + ACTION_READS + 1
    assert tracker.ledger.max_abs_unexplained == 0.0
