"""What a backtest's hooks write down to be booked later, and what must be booked at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

import pytest

from models.equity import curve
from models.errors import EventError
from models.events.event import Event
from models.events.orders import Fill
from models.execution.orders import FollowedOrder
from models.settings import Alarm
from models.tracker.notices import Notice, NoticeKind
from tests.recordings.played import slow_if_large
from tests.utils.lean.questions import Read, all_of, at_random
from tests.workbench.engine import tapes
from utils.lean.corporate_actions import CorporateActionReader
from utils.tracking import LeanTracker, track
from workbench.engine.engine import RecordedEngine
from workbench.engine.events import CashAmount, OrderEvent, OrderTicket
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import TrackedAlgorithm

FIRST = datetime(2020, 1, 2, 15, 0, tzinfo=UTC)
APART = timedelta(seconds=61)
MIDNIGHT = timedelta(hours=5)  # of New York, UTC
SIDS = ("AAA R735QTJ8XC9X", "BBB R735QTJ8XC9X", "CCC R735QTJ8XC9X")
STRATEGIES = ("a", "b")
# Runs of every kind that the journal writes down, and of some that it leaves alone.
TRADED = (
    *("cash-flows", "euro-account", "live-paper", "option-combos", "shared-options"),
    *("sliced-fills", "splits-and-shorts", "three-strategies"),
)


class Market:
    """Three stocks whose prices move at random, and two strategies that trade them now and then.

    Args:
        seed: Of the dice.
        trades: How likely a trade is before a slice.
        moves: Number of a slice -> a deposit that it is the first to show.
        first: UTC of the first trade.
    """

    def __init__(
        self,
        seed: int,
        trades: float,
        moves: dict[int, float] | None = None,
        first: datetime = FIRST,
    ) -> None:
        self._dice, self.first = random.Random(seed), first
        self._trades, self._moves = trades, moves or {}
        self._cash, self._orders = 10_000.0, 0
        self._prices = dict.fromkeys(SIDS, 50.0)
        self._held = dict.fromkeys(SIDS, 0.0)
        self._average = dict.fromkeys(SIDS, 0.0)

    def lines(self, slices: int) -> Iterator[tapes.Line]:
        """The lines of so many slices, with the midnights between them."""
        for sid in SIDS:
            yield tapes.security(sid, ticker=sid[:3])
        time = self.first
        yield from self._trade(time)
        for number in range(slices):
            time += APART
            if self._dice.random() < self._trades:
                yield from self._trade(time)
            self._cash += self._moves.get(number, 0.0)
            for sid in SIDS:
                self._prices[sid] += self._dice.choice((-0.25, 0.0, 0.25))
            yield self._mark(time)
            later = time + APART
            if (time - MIDNIGHT).date() < (later - MIDNIGHT).date():
                yield tapes.day(date=f"{later:%Y-%m-%d}", tpv=self._equity)

    @property
    def _equity(self) -> float:
        return self._cash + sum(self._held[sid] * self._prices[sid] for sid in SIDS)

    def _trade(self, time: datetime) -> Iterator[tapes.Line]:
        """An order that is filled at once or in parts, changed, cancelled, or heard of twice."""
        dice, sid = self._dice, self._dice.choice(SIDS)
        quantity, price = dice.choice((-10.0, -5.0, 5.0, 15.0)), self._prices[sid]
        self._orders += 1
        named = f"strategy={dice.choice(STRATEGIES)}"
        said = {"order": self._orders, **self._said(named)}

        def told(event: int, **changes: Any) -> tapes.Line:
            return self._event(time, sid, quantity, event, **said, **changes)

        event = 0
        if dice.random() < 0.8:
            yield told(event := 1, status="SUBMITTED")
            if dice.random() < 0.2:
                yield told(event := 2, status="UPDATE_SUBMITTED", limit=price)
            if dice.random() < 0.2:
                yield told(event + 1, status="CANCELED")
                return
        first = quantity / 5.0 if dice.random() < 0.3 else 0.0
        for part, status in ((first, "PARTIALLY_FILLED"), (quantity - first, "FILLED")):
            if not part:
                continue
            self._cash -= part * price + 1.0
            self._held[sid] += part
            self._average[sid] = price
            event += 1
            fill = told(event, status=status, fill_qty=part, fill_price=price, fee=1.0)
            yield fill
            if dice.random() < 0.1:
                yield fill

    def _said(self, named: str) -> dict[str, Any]:
        """What an order says beside its quantity."""
        return {"tag": named}

    def _event(
        self, time: datetime, sid: str, quantity: float, event: int, **changes: Any
    ) -> tapes.Line:
        line = tapes.order(
            sid=sid, utc=time.isoformat(), t=time.isoformat(), created=time.isoformat(),
            event=event, fill_price=0.0, fill_qty=0.0, fee=0.0, qty=quantity, order_qty=quantity,
            direction="BUY" if quantity > 0 else "SELL", price=self._prices[sid],
            position=self._held[sid], cash={"USD": [self._cash, 1.0]}, tpv=self._equity,
        )  # fmt: skip
        return line | changes

    def _mark(self, time: datetime) -> tapes.Line:
        """A slice; what went flat is shown too, for its price moves on."""
        held = {
            sid: [quantity, self._prices[sid], self._average[sid], 0.0,
                  quantity * self._prices[sid]]
            for sid, quantity in self._held.items() if self._average[sid]
        }  # fmt: skip
        return tapes.mark(
            utc=time.isoformat(), tpv=self._equity, cash={"USD": [self._cash, 1.0]}, h=held
        )


class Paying(Market):
    """The same market, whose stocks pay dividends on a day's first slice.

    Args:
        beside: A deposit that comes in the slice of every other day's dividends.
        split: Whether a split that a stock is warned of comes in each of these slices too.
        adjusted: The stock whose prices are adjusted, so that LEAN pays none of it.
    """

    def __init__(
        self, seed: int, *, beside: float = 0.0, split: bool = False, adjusted: str = ""
    ) -> None:
        super().__init__(seed, 0.02)
        self._beside, self._split, self._adjusted = beside, split, adjusted

    def lines(self, slices: int) -> Iterator[tapes.Line]:
        """The lines of the market, with the dividends after each of its midnights."""
        paid, days = False, 0
        for line in super().lines(slices):
            if line["type"] == "security" and line["sid"] == self._adjusted:
                line["normalization"] = "ADJUSTED"
            if line["type"] == "mark" and paid:
                paid, days = False, days + 1
                yield from self._pay(line["utc"])
                self._cash += self._beside * (days % 2)
                yield self._mark(datetime.fromisoformat(line["utc"]))
                continue
            paid = paid or line["type"] == "day"
            yield line

    def _pay(self, utc: str) -> Iterator[tapes.Line]:
        """All stocks pay at once, whether somebody holds them or not."""
        for sid in SIDS:
            yield tapes.corporate("dividend", sid=sid, utc=utc, distribution=0.1)
            self._cash += self._held[sid] * 0.1 * (sid != self._adjusted)
        if self._split:
            yield tapes.corporate("split", sid=SIDS[0], utc=utc) | {"kind": "WARNING"}


class OfAllKinds(Market):
    """The same market, whose orders say more than whose they are, and some of which are LEAN's."""

    def _said(self, named: str) -> dict[str, Any]:
        """A plan's risk, a group, LEAN's word of a liquidation; at the open, or with a stop."""
        tags = (named, f"{named} risk=25", f"{named} group=x", "Liquidated", "")
        stop = {"order_type": "STOP_MARKET", "stop": 45.0}
        kinds: tuple[dict[str, Any], ...] = ({}, {}, {"order_type": "MARKET_ON_OPEN"}, stop)
        return {"tag": self._dice.choice(tags), **self._dice.choice(kinds)}


class SomeRejected(Market):
    """The same market, in which some orders are rejected at once."""

    def lines(self, slices: int) -> Iterator[tapes.Line]:
        """The lines of the market, where nothing comes of some orders."""
        for line in super().lines(slices):
            if line["type"] != "order" or line["order"] % 9:
                yield line
            elif line["status"] == "SUBMITTED":
                yield line | {"status": "INVALID"}


class FillsAlone(Market):
    """The same market, of whose orders nothing is heard but their fills."""

    def lines(self, slices: int) -> Iterator[tapes.Line]:
        """The lines of the market without its orders' other events."""
        for line in super().lines(slices):
            if line["type"] != "order" or line["fill_qty"]:
                yield line


class OneGoesFlat(Market):
    """Two stocks, one of which is sold after some slices, or both; prices move on.

    Args:
        before: How many slices.
        sold: How many stocks.
    """

    def __init__(self, before: int, sold: int = 1) -> None:
        super().__init__(1, 0.0)
        self._before, self._sold = before, SIDS[:sold]

    def lines(self, slices: int) -> Iterator[tapes.Line]:
        """The lines of so many slices after the sale."""
        time = FIRST
        for sid in SIDS[:2]:
            yield tapes.security(sid, ticker=sid[:3])
            yield self._filled(time, sid, 10.0)
        for number in range(self._before + slices):
            time += APART
            if number == self._before:
                yield from (self._filled(time, sid, -10.0) for sid in self._sold)
            self._prices = {sid: price + 0.25 for sid, price in self._prices.items()}
            yield self._mark(time)
            if (time - MIDNIGHT).date() < (time + APART - MIDNIGHT).date():
                yield tapes.day(date=f"{time + APART:%Y-%m-%d}", tpv=self._equity)

    def _filled(self, time: datetime, sid: str, quantity: float) -> tapes.Line:
        self._orders += 1
        self._held[sid] += quantity
        self._average[sid] = price = self._prices[sid]
        self._cash -= quantity * price + 1.0
        return self._event(
            time, sid, quantity, 1, order=self._orders, tag="strategy=a", status="FILLED",
            fill_qty=quantity, fill_price=price, fee=1.0,
        )  # fmt: skip


def played(
    folder: Path,
    market: Market,
    slices: int,
    read: Read = lambda _: None,
    *,
    passes: bool = True,
    **settings: Any,
) -> LeanTracker:
    """The tracker after the market, with something read of it after each hook."""
    until = "2020-12-29T23:59:59"
    first = tapes.start(cash={"USD": [10_000.0, 1.0]}, tpv=10_000.0, end=until)
    last = tapes.end(utc=(market.first + timedelta(days=30)).isoformat())
    engine = tapes.engine(folder, TrackedAlgorithm, first, *market.lines(slices), last)
    engine.initialize()
    algorithm: Any = engine.algorithm
    algorithm.tracker = tracker = track(algorithm, clock=lambda: 1e9, **settings)
    tracker._hooks.passes_over = tracker._hooks.passes_over and passes
    for _ in engine.play():
        read(tracker)
    return tracker


@pytest.fixture(autouse=True)
def _small_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "CURVE_FULL", 60)  # so that buckets of many marks come soon


@pytest.mark.parametrize(("seed", "trades"), [(1, 0.0), (2, 0.005), (3, 0.05), (4, 0.4)])
def test_slices_in_columns_come_to_what_slices_worked_out_at_once_come_to(
    tmp_path: Path, seed: int, trades: float
) -> None:
    """Fills and a deposit between them, over midnights: everything is the same at the end."""
    left = played(tmp_path / "a", Market(seed, trades, {700: 500.0}), 2000)
    at_once = played(tmp_path / "b", Market(seed, trades, {700: 500.0}), 2000, passes=False)
    assert left.ledger.marks == at_once.ledger.marks
    assert left.ledger.max_abs_unexplained < 1e-9
    assert all_of(left) == all_of(at_once)


@pytest.mark.parametrize("seed", range(3))
def test_orders_that_say_more_come_to_the_same(tmp_path: Path, seed: int) -> None:
    """What an order says is read where it matters, in the journal as well."""
    left = played(tmp_path / "a", OfAllKinds(seed, 0.1), 1000)
    at_once = played(tmp_path / "b", OfAllKinds(seed, 0.1), 1000, passes=False)
    assert any(trade.risk for trade in left.trades())
    assert all_of(left) == all_of(at_once)


FOLLOWED: tuple[Callable[[int], Market], ...] = (
    *(partial(Market, trades=trades) for trades in (0.005, 0.05, 0.4)),
    *(partial(OfAllKinds, trades=0.1), partial(SomeRejected, trades=0.1), Paying),
    partial(FillsAlone, trades=0.1),
)


@pytest.mark.parametrize("market", FOLLOWED)
@pytest.mark.parametrize("seed", range(3))
def test_orders_that_are_followed_come_to_the_same(
    tmp_path: Path, market: Callable[[int], Market], seed: int
) -> None:
    """Each markout is of the slice that shows its price, held or not, whoever reads meanwhile."""
    at_once = played(tmp_path / "a", market(seed), 2500, passes=False, execution="on")
    left = played(tmp_path / "b", market(seed), 2500, execution="on")
    read = played(tmp_path / "c", market(seed), 2500, at_random(seed), execution="on")
    (account,) = left.execution_quality()
    assert all(each.fills for each in account.markouts.values())
    assert all_of(left) == all_of(at_once)
    assert all_of(read) == all_of(at_once)


@pytest.mark.parametrize("before", [40, 2000])
@pytest.mark.parametrize("sold", [1, 2])
def test_markouts_of_what_went_flat_have_their_prices(
    tmp_path: Path, before: int, sold: int
) -> None:
    """A day after the sale nobody holds it, and its price is that of the first slice then."""
    left = played(tmp_path / "a", OneGoesFlat(before, sold), 2000, execution="on")
    at_once = played(tmp_path / "b", OneGoesFlat(before, sold), 2000, passes=False, execution="on")
    (account,) = left.execution_quality()
    assert [each.fills for each in account.markouts.values()] == [2 + sold] * 4
    assert all_of(left) == all_of(at_once)


def test_most_orders_that_are_followed_are_not_booked_in_their_hook(tmp_path: Path) -> None:
    """What orders cost nobody needs to know at once."""
    tracker, booked = booked_in_hooks(tmp_path, Market(3, 0.1), 2000, execution="on")
    assert tracker.ledger.books.fills > 150
    assert len(booked) < 10, booked


@pytest.mark.parametrize("seed", range(3))
def test_an_order_of_no_size_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """An event that holds what cannot be is recorded in its hook, and what was written stays."""
    sizes = property(lambda event: 10.0 if event._line["order"] % 3 else inf)
    monkeypatch.setattr(OrderEvent, "quantity", sizes)
    left = played(tmp_path / "a", FillsAlone(seed, 0.1), 600)
    at_once = played(tmp_path / "b", FillsAlone(seed, 0.1), 600, passes=False)
    assert left.ledger.books.anomaly_counts["bad event"] > 3
    assert not left.errors
    assert all_of(left) == all_of(at_once)


def test_an_order_may_have_no_tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no text says nothing: the order is the default strategy's."""
    monkeypatch.setattr(OrderTicket, "tag", None)
    left = played(tmp_path / "a", Market(1, 0.1), 600)
    at_once = played(tmp_path / "b", Market(1, 0.1), 600, passes=False)
    assert left.strategies().keys() == {"main"}
    assert not left.errors
    assert all_of(left) == all_of(at_once)


def test_an_event_may_have_no_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rejection or a cancel without a reason costs no other order its figures."""
    monkeypatch.setattr(OrderEvent, "message", None)
    tracker = played(tmp_path, SomeRejected(2, 0.1), 600, execution="on")
    (account,) = tracker.execution_quality()
    assert account.outcomes["rejected"] > 3
    assert account.outcomes["canceled"] > 3
    assert not tracker.errors


def test_a_fill_that_cannot_be_followed_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted as a failure; days, trades and whoever asks lose nothing by it."""
    sound = played(tmp_path / "a", Market(2, 0.2), 600, execution="on")
    trade = FollowedOrder.trade

    def fail(order: FollowedOrder, fill: Fill, fee: float) -> None:
        if fill.order_id % 3 == 1:
            raise ArithmeticError
        trade(order, fill, fee)

    monkeypatch.setattr(FollowedOrder, "trade", fail)
    tracker = played(tmp_path / "b", Market(2, 0.2), 600, at_random(2), execution="on")
    assert tracker.errors["execution: ArithmeticError"] > 10
    assert (tracker.days, tracker.trades()) == (sound.days, sound.trades())


def test_a_fee_in_no_currency_is_no_cash_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the books do not take off is not taken off the journal's account either."""
    told = property(lambda amount: "" if amount._line["order"] % 5 == 1 else "USD")
    monkeypatch.setattr(CashAmount, "currency", told)
    left = played(tmp_path / "a", Market(2, 0.1), 300)
    at_once = played(tmp_path / "b", Market(2, 0.1), 300, passes=False)
    assert all_of(left) == all_of(at_once)


@pytest.mark.parametrize("month", [3, 11], ids=["forward", "back"])
def test_columns_have_their_times_where_clocks_change(tmp_path: Path, month: int) -> None:
    """On such a day the local time does not tell UTC; the day after it does again."""
    first = datetime(2020, month, 8 if month == 3 else 1, 5, 30, tzinfo=UTC)
    left = played(tmp_path / "a", Market(3, 0.02, first=first), 1500)
    at_once = played(tmp_path / "b", Market(3, 0.02, first=first), 1500, passes=False)
    assert all_of(left) == all_of(at_once)


@pytest.mark.parametrize("seed", range(4))
def test_reading_columns_at_any_moment_changes_nothing(tmp_path: Path, seed: int) -> None:
    """Whoever reads between two slices changes nothing by it."""
    alone = played(tmp_path / "a", Market(seed, 0.02), 1500)
    read = played(tmp_path / "b", Market(seed, 0.02), 1500, at_random(seed))
    assert all_of(read) == all_of(alone)


def test_a_reader_sees_every_slice_so_far(tmp_path: Path) -> None:
    """Between two hooks everything is as if each slice had been worked out in its hook."""
    seen: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for passes, found in seen.items():
        dice = random.Random(7)

        def read(
            tracker: LeanTracker,
            found: list[dict[str, Any]] = found,
            dice: random.Random = dice,
        ) -> None:
            if dice.random() < 0.05:
                found.append(all_of(tracker))

        played(tmp_path / str(passes), Market(5, 0.02), 600, read, passes=passes)
    assert len(seen[True]) > 10
    assert seen[True] == seen[False]


@pytest.mark.parametrize(
    ("before", "slices"), [(40, 5), (40, 60), (2238, 60)], ids=["at once", "amid a day", "midnight"]
)
@pytest.mark.parametrize("sold", [1, 2])
def test_what_went_flat_is_valued_no_more(
    tmp_path: Path, before: int, slices: int, sold: int
) -> None:
    """The books do not take its price, which is read until they are asked who holds it."""
    left = played(tmp_path / "a", OneGoesFlat(before, sold), slices)
    at_once = played(tmp_path / "b", OneGoesFlat(before, sold), slices, passes=False)
    assert all_of(left) == all_of(at_once)


@pytest.mark.parametrize(("slices", "times"), [(20, 0), (240, 0), (260, 1), (400, 1)])
def test_the_books_are_asked_who_holds_what_went_flat_once_its_price_was_read_in_vain_for_long(
    tmp_path: Path, slices: int, times: int
) -> None:
    """Not after each fill that makes something flat, for what was left is booked by asking."""
    asked: list[int] = []

    def note(tracker: LeanTracker) -> None:
        core: Any = tracker.core
        if not hasattr(core, "noted") and core.behind is not None:
            core.noted, work_off = True, core.work_off

            def noting() -> None:
                asked.append(core._ledger.marks)
                work_off()

            core.work_off = noting

    played(tmp_path, OneGoesFlat(40), slices, note)
    assert len(asked) == times, asked


def booked_in_hooks(
    folder: Path, market: Market, slices: int, **settings: Any
) -> tuple[LeanTracker, list[str]]:
    """The tracker after the market, and the kinds of events that were booked when they came."""
    booked: list[str] = []

    def note(tracker: LeanTracker) -> None:
        core: Any = tracker.core
        if not hasattr(core, "noted"):
            core.noted, apply = True, core.apply

            def noting(event: object) -> object:
                booked.append(type(event).__name__)
                return apply(event)

            core.apply = noting

    return played(folder, market, slices, note, **settings), booked


def test_most_events_are_not_booked_in_their_hook(tmp_path: Path) -> None:
    """Orders, fills, a day's first mark and its end are left until somebody asks."""
    tracker, booked = booked_in_hooks(tmp_path, Market(3, 0.1), 2000)
    assert tracker.ledger.books.fills > 150
    assert tracker.days == 30
    assert len(booked) < 10, booked


PAYING: tuple[dict[str, Any], ...] = (
    *({}, {"beside": 5.0}),
    *({"split": True}, {"adjusted": SIDS[1]}),
)


@pytest.mark.parametrize("beside", PAYING)
@pytest.mark.parametrize("seed", range(2))
def test_dividends_left_come_to_what_dividends_booked_at_once_come_to(
    tmp_path: Path, seed: int, beside: dict[str, Any]
) -> None:
    """Also with a deposit in their slice, a split announced, or a stock of which none are paid."""
    left = played(tmp_path / "a", Paying(seed, **beside), 6000)
    at_once = played(tmp_path / "b", Paying(seed, **beside), 6000, passes=False)
    read = played(tmp_path / "c", Paying(seed, **beside), 6000, at_random(seed))
    assert abs(left.balance()["dividends"]) > 1.0
    assert left.ledger.max_abs_unexplained < 1e-6
    assert len(left.ledger.flows) == (2 if "beside" in beside else 0)
    assert all_of(left) == all_of(at_once) == all_of(read)


def test_a_dividend_is_not_booked_in_its_hook(tmp_path: Path) -> None:
    """It is left with the fills before it, unless more than it moved the account."""
    booked = [
        booked_in_hooks(tmp_path / str(number), Paying(1, **beside), 3000)[1].count("Dividend")
        for number, beside in enumerate(PAYING)
    ]
    assert booked == [0, 3, 6, 0]


def test_a_dividend_that_is_no_number_costs_none_of_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before it in its slice is booked, and it becomes an anomaly."""
    read_well = CorporateActionReader.read

    def read(reader: CorporateActionReader, *slice_with: Any) -> Iterator[Event]:
        actions = [*read_well(reader, *slice_with)]
        yield from actions
        if actions:
            raise EventError("dividend: the distribution is nan")

    monkeypatch.setattr(CorporateActionReader, "read", read)
    left = played(tmp_path / "a", Paying(1), 3000)
    at_once = played(tmp_path / "b", Paying(1), 3000, passes=False)
    assert left.ledger.books.anomaly_counts["bad event"] == 2
    assert all_of(left) == all_of(at_once)


@pytest.mark.parametrize(
    "settings", [{"log_level": "debug"}, {"log_level": "info"}, {"mark_every": 300}]
)
def test_what_is_told_at_once_is_booked_at_once(tmp_path: Path, settings: dict[str, Any]) -> None:
    """With the finer log or marks at a distance each fill comes in its hook."""
    tracker, booked = booked_in_hooks(tmp_path, Market(3, 0.1), 300, **settings)
    assert booked.count("Fill") >= tracker.ledger.books.fills - 3


@pytest.mark.parametrize("since", [1, 40])
def test_a_trade_that_is_heard_of_comes_in_its_hook(tmp_path: Path, since: int) -> None:
    """Also where a listener comes amid events that were left until then."""
    heard: dict[bool, list[tuple[datetime, datetime | None]]] = {True: [], False: []}
    for passes, found in heard.items():
        added: list[LeanTracker] = []

        def listen(
            tracker: LeanTracker,
            found: list[tuple[datetime, datetime | None]] = found,
            added: list[LeanTracker] = added,
        ) -> None:
            added.append(tracker)
            if len(added) == since:

                def hear(notice: Notice) -> None:
                    found.append((notice.time, tracker.core._ledger.books.time))

                tracker.add_listener(hear, NoticeKind.TRADE_CLOSED)

        played(tmp_path / str(passes), Market(6, 0.2), 300, listen, passes=passes)
    assert heard[True] == heard[False]
    assert len(heard[True]) > 10
    assert all(time == now for time, now in heard[True])


def test_what_cannot_be_booked_costs_nothing_else(tmp_path: Path) -> None:
    """A fill that fails when it is booked later is counted, and all that came after is booked."""
    failed: list[tuple[int, int]] = []

    def break_one(tracker: LeanTracker) -> None:
        books: Any = tracker.core._ledger.books
        if not failed and tracker.core.behind is not None and books.fills > 20:
            fill = books.fill

            def failing(event: Any, **how: bool) -> Any:
                name = event.order_id, event.event_id
                new = not books.orders.seen.contains(*name)
                if name in failed or (new and not failed):
                    failed.append(name)
                    raise ArithmeticError
                return fill(event, **how)

            books.fill = failing

    whole = played(tmp_path / "a", Market(3, 0.1), 600)
    tracker = played(tmp_path / "b", Market(3, 0.1), 600, break_one)
    assert "later: ArithmeticError" in tracker.errors
    assert tracker.ledger.books.anomaly_counts["adopted"] >= 1
    assert tracker.ledger.books.fills == whole.ledger.books.fills - 1
    assert tracker.ledger.lean_equity == whole.ledger.lean_equity
    assert tracker.ledger.unexplained == pytest.approx(0.0, abs=1e-6)


def test_a_reset_forgets_what_was_left(tmp_path: Path) -> None:
    """The account opens anew with the next hook, and the books close."""
    reset: list[int] = []

    def forget(tracker: LeanTracker) -> None:
        if not reset and tracker.core.behind is not None and tracker.core._ledger.books.fills > 20:
            reset.append(tracker.ledger.books.fills)
            tracker.reset()

    whole = played(tmp_path / "a", Market(3, 0.1), 600)
    tracker = played(tmp_path / "b", Market(3, 0.1), 600, forget)
    assert tracker.ledger.books.fills == whole.ledger.books.fills - reset[0]
    assert tracker.ledger.max_abs_unexplained < 1e-6
    assert not tracker.errors


def test_a_state_taken_amid_what_was_left_is_gone_on_with(tmp_path: Path) -> None:
    """It holds all that came until then."""
    whole = played(tmp_path / "a", Market(3, 0.1), 600)
    restored: list[int] = []

    def restore(tracker: LeanTracker) -> None:
        if not restored and tracker.core.behind is not None and tracker.core._ledger.marks > 99:
            tracker.restore(tracker.state())
            tracker.run.warm = True
            tracker.run.feed.resume()
            restored.append(tracker.ledger.marks)

    tracker = played(tmp_path / "b", Market(3, 0.1), 600, restore)
    assert restored
    assert tracker.ledger.books.fills == whole.ledger.books.fills
    assert tracker.trades() == whole.trades()
    assert not tracker.errors


def test_most_slices_are_not_worked_out_in_their_hook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a day's slices without an event three are worked out: its first, and two alike."""
    worked_out: list[datetime] = []

    def note(tracker: LeanTracker) -> None:
        see = tracker.core.see

        def counted(time: datetime, *given: Any) -> bool:
            worked_out.append(time)
            return see(time, *given)

        if not worked_out:
            worked_out.append(FIRST)
            monkeypatch.setattr(tracker.core, "see", counted)

    tracker = played(tmp_path, Market(1, 0.0), 300, note, day_marks=False)
    assert tracker.ledger.marks == 300
    assert len(worked_out) <= 3


@pytest.mark.parametrize("count", [2, 100, 400])
def test_cash_that_moves_is_booked_in_its_slice(tmp_path: Path, count: int) -> None:
    """A deposit amid columns has the time of the slice whose cash shows it; the law holds."""
    tracker = played(tmp_path, Market(1, 0.0, {count: 500.0}), 500)
    (flow,) = tracker.ledger.flows
    assert flow.amount == 500.0
    assert flow.time == FIRST + APART * (count + 1)
    assert tracker.balance()["unexplained"] == 0.0
    assert tracker.ledger.marks >= 500


@pytest.mark.parametrize("since", [1, 100])
@pytest.mark.parametrize("kind", [NoticeKind.NEW_LOW, NoticeKind.RECOVERY])
def test_lows_and_recoveries_that_are_heard_of_come_in_their_slice(
    tmp_path: Path, kind: NoticeKind, since: int
) -> None:
    """A listener hears of each, of the account and of strategies, in the hook of its slice.

    It may come amid slices that went into columns until then.
    """
    heard: dict[bool, list[tuple[str, datetime, datetime | None]]] = {True: [], False: []}
    for passes, found in heard.items():
        added: list[LeanTracker] = []

        def listen(
            tracker: LeanTracker,
            found: list[tuple[str, datetime, datetime | None]] = found,
            added: list[LeanTracker] = added,
        ) -> None:
            added.append(tracker)
            if len(added) == since:

                def hear(notice: Notice) -> None:
                    now = tracker.core._ledger.last_mark
                    found.append((notice.strategy, notice.time, now))

                tracker.add_listener(hear, kind)

        played(tmp_path / str(passes), Market(6, 0.01), 500, listen, passes=passes)
    assert heard[True] == heard[False]
    assert {"", "a", "b"} == {strategy for strategy, _, _ in heard[True]}
    assert all(time == now for _, time, now in heard[True])


def test_a_days_loss_alerts_in_its_slice(tmp_path: Path) -> None:
    """The threshold of a day's loss is compared at each slice."""
    found = []
    for passes in (True, False):
        tracker = played(
            tmp_path / str(passes), Market(6, 0.01), 500, passes=passes,
            alerts={Alarm.DAY_LOSS: 0.0005},
        )  # fmt: skip
        found.append([alert.to_dict() for alert in tracker.alerts.firing])
    assert found[0] == found[1]


def test_marks_keep_their_distance(tmp_path: Path) -> None:
    """With `mark_every` two marks are no closer than it says, and a day's first slice is one."""
    tracker = played(tmp_path, Market(1, 0.0), 100, mark_every=600, day_marks=False)
    points = [point.time for point in tracker.equity_curve()]
    gaps = [later - point for point, later in pairwise(points)]
    assert tracker.ledger.marks == 10
    assert min(gaps) >= timedelta(seconds=600)


@pytest.mark.parametrize("name", slow_if_large(*TRADED, large=500_000))
@pytest.mark.parametrize("settings", [{}, {"execution": "on"}], ids=["", "execution"])
def test_a_recording_comes_to_the_same(name: str, settings: dict[str, Any]) -> None:
    """A recording leaves the same state, its slices in columns or worked out at once."""
    states = []
    for passes in (True, False):
        engine = RecordedEngine(read_tape(recordings()[name].path), TrackedAlgorithm)
        engine.initialize()
        algorithm: Any = engine.algorithm
        algorithm.tracker = tracker = track(algorithm, clock=lambda: 1e9, **settings)
        tracker._hooks.passes_over = tracker._hooks.passes_over and passes
        list(engine.play())
        states.append(all_of(tracker))
    assert states[0] == states[1]
