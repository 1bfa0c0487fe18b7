"""The followers: LEAN's book and what LEAN counts, told of a tracker's events.

On every recording the figures are those that `tests.lean_samples` reads off the tape, which are
held against LEAN's results in `test_lean_portfolio_statistics`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from models.events.account import Mark, Opening
from models.events.corporate_actions import Split, SplitKind
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
from models.performance_tracker import PerformanceTracker
from models.statistics.lean_portfolio import lean_portfolio_statistics
from models.statistics.lean_windows import lean_trade_statistics as trade_block
from models.trades.lean_book import Grouping
from models.trades.lean_follower import BookFollower, LeanDesk
from models.trades.lean_trade import LeanTrade
from tests.lean_samples import Reader, Sampled
from tests.recordings.played import NAMES, RECORDINGS, played
from workbench.engine.tape import read_tape

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
CALL = Instrument(
    "C", "C150", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=150.0, right="CALL"
)
PUT = Instrument(
    "P", "P150", SecurityType.INDEX_OPTION, "USD", 100.0, underlying="I", strike=150.0, right="PUT"
)
EURO = Instrument("E", "EURO", SecurityType.EQUITY, "EUR")


def tracker(follower: BookFollower | LeanDesk) -> PerformanceTracker:
    """A tracker with a follower that knows two stocks and two options."""
    made = PerformanceTracker(follower=follower)
    opening = Opening(NOON, {"USD": 1000.0}, {"USD": 1.0, "EUR": 1.5})
    for event in (STOCK, CALL, PUT, EURO, opening):
        made.apply(event)
    return made


def fill(order_id: int, quantity: float, price: float, **given: Any) -> Fill:
    """A fill, as many minutes past noon as its order's id."""
    values = {"sid": "S", "tag": "strategy=trend", "event_id": 1, **given}
    time = NOON + timedelta(minutes=order_id)
    return Fill(time, order_id, quantity=quantity, price=price, **values)


def exercised(order_id: int, quantity: float, message: str, **given: Any) -> Fill:
    """An option's own leg of an exercise, an assignment or an expiry."""
    said = {"order_type": OrderType.OPTION_EXERCISE, "tag": "", "message": message}
    return fill(order_id, quantity, 0.0, **said, **given)


# --- LEAN's book


def booked(*events: Fill | Mark | Split) -> list[LeanTrade]:
    """The trades that LEAN's book closes of some events."""
    trades = list[LeanTrade]()
    made = tracker(BookFollower(trades.append))
    for event in events:
        made.apply(event)
    return trades


def test_the_book_hears_fills_marks_and_splits() -> None:
    """It makes LEAN's trades of the same events: split, with their excursions and first fees."""
    (trade,) = booked(
        fill(1, 4.0, 100.0, fee=2.0, fee_currency="USD"),
        Mark(NOON + timedelta(minutes=2), prices={"S": 90.0}),
        Split(NOON, "S", SplitKind.SPLIT_OCCURRED, 0.5, 90.0),
        Mark(NOON + timedelta(minutes=3), prices={"S": 60.0}),
        fill(4, -8.0, 55.0, fee=3.0, fee_currency="USD", market=45.0),
    )
    assert (trade.quantity, trade.entry_price, trade.exit_price) == (8.0, 50.0, 55.0)
    assert (trade.profit_loss, trade.total_fees, trade.mae, trade.mfe) == (40.0, 5.0, -40.0, 80.0)
    assert trade.order_ids == (1, 4)


def test_a_fee_in_another_currency_is_taken_at_its_rate() -> None:
    """Profit and fee are in account currency."""
    rates = {"EUR": 2.0}
    paid = {"sid": "E", "fee": 3.0, "fee_currency": "EUR", "rates": rates}
    (trade,) = booked(fill(1, 1.0, 10.0, sid="E", rates=rates), fill(2, -1.0, 15.0, **paid))
    assert (trade.profit_loss, trade.total_fees) == (10.0, 6.0)


@pytest.mark.parametrize(
    ("message", "won"),
    [("Assigned. Underlying: 160.0000. Profit: +1", False), ("OTM. Underlying: 140.0000", True)],
)
def test_the_book_is_told_how_an_option_ended(message: str, won: bool) -> None:
    """Whether a written option won depends on what it gave, which LEAN's message tells."""
    trades = booked(fill(1, -1.0, 5.0, sid="C"), exercised(2, 1.0, message, sid="C"))
    assert [(trade.profit_loss, trade.is_win) for trade in trades] == [(500.0, won)]


# --- the desk


def desk(*events: Fill | Mark | Split) -> tuple[LeanDesk, list[LeanTrade]]:
    """A desk that followed some events, and the trades it told of."""
    trades = list[LeanTrade]()
    made = LeanDesk(trades.append)
    following = tracker(made)
    for event in events:
        following.apply(event)
    return made, trades


def closings(made: LeanDesk) -> list[tuple[float, ...]]:
    """Minutes past noon, profit and win of each closing fill."""
    noon = NOON.timestamp()
    return [((time - noon) / 60, *rest) for time, *rest in zip(*made.closings, strict=True)]


def test_a_closing_fill_is_counted_at_leans_average_price() -> None:
    """Its profit is that of the closed part, net of twice its fee; what opens is no closing."""
    dear = {"fee": 1.0, "fee_currency": "USD"}
    entries = fill(1, 2.0, 10.0, **dear), fill(2, 2.0, 14.0)
    made, trades = desk(*entries, fill(3, -1.0, 15.0, **dear), fill(4, -9.0, 11.0))
    assert closings(made) == [(3.0, 1.0, 1.0), (4.0, -3.0, 0.0)]
    assert trade_block(trades) == made.trades.block()
    assert len(trades) == 3


def test_a_split_leaves_whole_shares_at_the_average_price() -> None:
    """LEAN drops the fraction of a share from its position, and so from what a fill closes."""
    split = Split(NOON, "S", SplitKind.SPLIT_OCCURRED, 2.0, 10.0)
    made, _ = desk(fill(1, 5.0, 10.0), split, fill(2, -3.0, 25.0))
    assert closings(made) == [(2.0, 10.0, 1.0)]


@pytest.mark.parametrize(("spot", "profit"), [(140.0, 500.0), (160.0, -500.0)])
def test_an_index_options_cash_is_its_exercises_profit(spot: float, profit: float) -> None:
    """LEAN counts what the exercise pays with the loss of the premium, and nothing out of it."""
    message = f"{'OTM' if spot > 150 else 'Automatic Exercise'}. Underlying: {spot:.4f}"
    made, _ = desk(fill(1, 1.0, 5.0, sid="P"), exercised(2, -1.0, message, sid="P"))
    assert closings(made) == [(2.0, profit, float(spot < 150))]


def test_a_fresh_desk_is_back_after_a_reset() -> None:
    """Nothing of what it was told is left."""
    made, _ = desk(fill(1, 5.0, 10.0), fill(2, -3.0, 25.0))
    made.reset()
    assert made.state() == LeanDesk(lambda _: None).state()


EVENTS: list[Fill | Mark | Split] = [
    fill(1, 5.0, 10.0),
    fill(2, -2.0, 11.0, fee=0.5, fee_currency="USD"),
    Split(NOON, "S", SplitKind.SPLIT_OCCURRED, 2.0, 10.0),
    Mark(NOON + timedelta(minutes=3), prices={"S": 24.0}),
    fill(4, -4.0, 23.0),
    fill(5, 3.0, 22.0),
]


@pytest.mark.parametrize("cut", range(len(EVENTS) + 1))
def test_a_restored_desk_goes_on(cut: int) -> None:
    """Saved as JSON after any event and restored, it ends as one that was never stopped."""
    saved = tracker(LeanDesk(lambda _: None))
    for event in EVENTS[:cut]:
        saved.apply(event)
    restored = PerformanceTracker(follower=LeanDesk(lambda _: None))
    restored.restore(json.loads(json.dumps(saved.state())))
    whole, _ = desk(*EVENTS)
    for event in EVENTS[cut:]:
        restored.apply(event)
    assert restored.state()["follower"] == whole.state()


def test_a_state_of_another_kind_is_refused() -> None:
    """A book that groups otherwise cannot go on from it."""
    with pytest.raises(ValueError, match=r"book\.grouping is 'flat-to-flat', not 'fill-to-fill'"):
        LeanDesk(lambda _: None).restore(LeanDesk(lambda _: None, Grouping.FLAT_TO_FLAT).state())


# --- every recording


@cache
def read(name: str) -> Sampled:
    """What the tape alone says."""
    return Reader().read(line.fields for line in read_tape(RECORDINGS[name].path).lines())


def columns(found: Sequence[Any]) -> list[list[float]]:
    """Columns as lists."""
    return [list(column) for column in found]


@pytest.mark.parametrize("name", NAMES)
def test_samples_and_chart_are_those_of_the_tape(name: str) -> None:
    """Through the hooks the tracker has LEAN's every sample, and the replay LEAN's every point."""
    *ours, sold = columns(played(name).replay.tracker.samples)
    *theirs, sold_in_lean = columns(read(name).samples)
    assert ours == theirs
    # a tape tells it at midnight only: what was traded after the last one is that of the fills
    assert list(sold) == pytest.approx(list(sold_in_lean), rel=1e-9)
    assert columns(played(name).replay.chart.points()) == columns(read(name).points)


@pytest.mark.parametrize("name", NAMES)
def test_closings_are_those_of_the_tape(name: str) -> None:
    """The desk has each closing fill's time, profit and win."""
    made = played(name).replay.desk
    assert made is not None
    for ours, theirs in zip(made.closings, read(name).closings, strict=True):
        assert list(ours) == pytest.approx(list(theirs), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_portfolio_statistics_are_those_of_the_tape(name: str) -> None:
    """Every figure of the whole run and of every rolling window is the same to its last digit."""
    given, replay = read(name), played(name).replay
    theirs = lean_portfolio_statistics(
        given.samples,
        given.closings,
        given.points,
        capital=given.capital,
        days_a_year=given.days_a_year,
        sampled_at_start=not replay.tracker.live,
    )
    assert replay.lean_statistics() == theirs


@pytest.mark.parametrize("name", NAMES)
def test_trade_statistics_are_those_of_the_trades_told(name: str) -> None:
    """What the desk counted as the trades closed is what they make together."""
    made = played(name).replay.desk
    assert made is not None
    assert made.trades.block() == trade_block(played(name).replay.lean_trades)
