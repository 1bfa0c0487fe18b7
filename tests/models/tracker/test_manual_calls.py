"""Trades by hand: what they mark, how trades are named, and what a wrong call is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import CallError, from_fills
from models.performance_tracker import PerformanceTracker
from tests.models.tracker.feeds import NOON

DAY = timedelta(days=1)


def test_a_trade_by_hand_marks() -> None:
    """Session, NAV, drawdown and curve move with each call, on the day of the call."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", quantity=10, price=50.0, time=NOON)
    tracker.close_trade("A", price=40.0, time=NOON + DAY)
    tracker.open_trade("A", quantity=10, price=40.0, time=NOON + 2 * DAY)
    tracker.close_trade("A", price=45.0, time=NOON + 3 * DAY)
    assert [day.net_pnl for day in tracker.sessions()] == [0.0, -100.0, 0.0, 50.0]
    assert [point.nav for point in tracker.equity_curve()] == [1.0, 0.9, 0.9, 0.95]
    summary = tracker.summary()
    assert summary.nav == 0.95
    assert summary.account.max_drawdown == pytest.approx(0.1)
    assert summary.account.sharpe_ratio is not None


def test_open_trades_have_ids_that_the_closed_ones_keep() -> None:
    """`trade_id` closes that lot alone, whatever the matching; a part has its number behind it."""
    tracker = PerformanceTracker()
    first = tracker.open_trade("A", 2, 10.0, time=NOON)
    second = tracker.open_trade("A", 3, 20.0, strategy="main")
    assert [trade.trade_id for trade in tracker.open_trades()] == [first.trade_id, second.trade_id]
    (part,) = tracker.close_trade("A", 1, 25.0, trade_id=second.trade_id)
    assert (part.entry_price, part.quantity, part.pnl) == (20.0, 1.0, 5.0)
    assert part.trade_id.startswith(f"{second.trade_id}.")
    (rest,) = tracker.close_trade("A", price=26.0, trade_id=second.trade_id)
    assert (rest.trade_id, rest.quantity, rest.mfe) == (second.trade_id, 2.0, 12.0)
    (last,) = tracker.close_trade("A", price=9.0)
    assert (last.trade_id, last.mae, last.mfe) == (first.trade_id, -2.0, 32.0)


def test_the_only_holder_need_not_be_named() -> None:
    """A close without a strategy is that of the only one that holds the symbol."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 1, 10.0, time=NOON, strategy="trend")
    assert tracker.close_trade("A", price=11.0)[0].strategy == "trend"
    for name in ("trend", "carry"):
        tracker.open_trade("A", 1, 10.0, strategy=name)
    with pytest.raises(CallError, match=r"carry, trend hold A; say strategy="):
        tracker.close_trade("A", price=11.0)


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "no price": ("the price is nan; it must be a number", {"price": float("nan")}),
    "text price": ("the price is '10'; it must be a number", {"price": "10"}),
    "negative price": ("the price is -1.0; it must be 0 or more", {"price": -1.0}),
    "text quantity": ("the quantity is '1'; it must be above 0", {"quantity": "1"}),
    "text time": ("the time is '2024-01-02'; it must be a datetime", {"time": "2024-01-02"}),
    "time goes back": ("is before that of the last event", {"time": NOON - DAY}),
    "multiplier": ("the multiplier is 10; that of A is 1", {"multiplier": 10.0}),
    "strategy": ("the strategy is 7; it must be a name or None", {"strategy": 7}),
    "symbol": ("the symbol is 7; give the ticker", {"symbol": 7}),
    "tag": ("the tag is None; it must be a text", {"tag": None}),
}


@pytest.mark.parametrize(("problem", "given"), WRONG.values(), ids=WRONG)
def test_a_wrong_call_says_what_is_allowed(problem: str, given: dict[str, Any]) -> None:
    """A wrong argument is refused at its own call, and nothing is booked."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 1, 10.0, time=NOON)
    before = tracker.state()
    with pytest.raises(CallError, match=problem):
        tracker.open_trade(**{"symbol": "A", "quantity": 1, "price": 10.0, **given})
    assert tracker.state() == before


def test_a_price_is_needed_and_a_zone_is_no_text() -> None:
    """Neither has a default or a text form that would be taken for something else."""
    tracker = PerformanceTracker()
    with pytest.raises(CallError, match="the price is nan"):
        tracker.open_trade("A", 1, time=NOON)
    zone: Any = "America/New_York"
    with pytest.raises(CallError, match="the zone is 'America/New_York'"):
        PerformanceTracker(zone=zone)


def test_dividends_and_splits_by_hand() -> None:
    """A dividend is paid by quantity held; a split changes quantity and price and no value."""
    tracker = PerformanceTracker(1_000.0)
    tracker.open_trade("A", 10, 40.0, time=NOON)
    tracker.record_dividend("A", 0.5, time=NOON + DAY)
    assert tracker.balance()["dividends"] == 5.0
    assert tracker.summary().equity == 1_005.0
    tracker.record_split("A", 4, time=NOON + DAY)
    (position,) = tracker.positions().account
    assert (position.quantity, position.average_price) == (40.0, 10.0)
    assert tracker.summary().equity == 1_005.0
    (trade,) = tracker.close_trade("A", price=11.0)
    assert trade.pnl == 40.0


def test_fills_in_any_order_make_a_tracker() -> None:
    """Rows are sorted by time; a fill closes what it can and opens the rest."""
    rows: list[dict[str, Any]] = [
        {"symbol": "A", "time": NOON + DAY, "quantity": -15, "price": 12.0, "fee": 1.0},
        {"symbol": "A", "time": NOON, "quantity": 10, "price": 10.0},
        {"symbol": "A", "time": NOON + 2 * DAY, "quantity": 5, "price": 11.0},
        {"symbol": "B", "time": NOON, "quantity": 1, "price": 5.0, "strategy": "other"},
    ]
    tracker = from_fills(iter(rows), 1_000.0)
    closed = [(trade.direction, trade.quantity, trade.gross_pnl) for trade in tracker.trades()]
    assert closed == [("long", 10.0, 20.0), ("short", 5.0, 5.0)]
    assert tracker.summary().equity == 1_024.0
    assert sorted(tracker.strategies()) == ["main", "other"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"price": None}, r"row 1 lacks \['price'\]"),
        ({"side": "buy"}, r"row 1 lacks \[\] and has \['side'\]; its keys are symbol, time"),
        ({"quantity": 0}, "row 1: the quantity is 0"),
        ({"time": "2024-01-02"}, "row 1: the time is '2024-01-02'; it must be a datetime"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], problem: str) -> None:
    """The error says which row it was and what is allowed."""
    row = {"symbol": "A", "time": datetime(2024, 1, 2), "quantity": 1, "price": 10.0}
    with pytest.raises(CallError, match=problem):
        from_fills([{**row, **change}])


def test_a_row_that_is_no_mapping_is_named() -> None:
    """It is told like any other wrong row."""
    rows: Any = ["A"]
    with pytest.raises(CallError, match="row 1: 'A' is no mapping"):
        from_fills(rows)


ASKED_WRONGLY: dict[str, tuple[str, Callable[[Any], object]]] = {
    "prices": ("prices: 7 is no mapping", lambda book: book.update_unrealized_pnl(7)),
    "note": ("the note is 7; it must be a text", lambda book: book.record_flow(1.0, note=7)),
    "currency": ("the currency is 7; it must be", lambda book: book.record_flow(1.0, 7)),
    "whose interest": (
        r"the strategy is \['a'\]; it must be a name",
        lambda book: book.record_flow(1.0, cause="interest", strategy=["a"]),
    ),
    "dividend of": ("the symbol is \\[7\\]; give", lambda book: book.record_dividend([7], 1.0)),
    "split of": ("the symbol is None; give", lambda book: book.record_split(None, 2)),
    "limit": ("the limit is '3'; it must be", lambda book: book.trades(limit="3")),
    "since": ("the time is '2024'; it must be", lambda book: book.trades(since="2024")),
    "trades in": ("the symbol is 7; give", lambda book: book.trades(symbol=7)),
    "what is assigned": ("the symbol is 7; give", lambda book: book.assign(7, "trend")),
    "explained price": (
        "the price is '7'; it must be a number",
        lambda book: book.explain("A", "trade", price="7"),
    ),
}


@pytest.mark.parametrize(("problem", "ask"), ASKED_WRONGLY.values(), ids=ASKED_WRONGLY)
def test_a_wrong_type_is_refused_by_every_call(problem: str, ask: Callable[[Any], object]) -> None:
    """The call that is wrong says so, and nothing is booked."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 1, 10.0, time=NOON)
    before = tracker.state()
    with pytest.raises(CallError, match=problem):
        ask(tracker)
    assert tracker.state() == before


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"starting_equity": "1000"}, "the starting_equity is '1000'; it must be a number"),
        ({"starting_equity": float("nan")}, "the starting_equity is nan; it must be a number"),
        ({"account_currency": 7}, "the account_currency is 7; it must be a code"),
        ({"days_per_year": 0}, "the days_per_year is 0; it must be above 0"),
        ({"logger": 7}, r"the logger is 7; it needs warning\(\)"),
    ],
)
def test_a_tracker_of_wrong_types_is_not_made(given: dict[str, Any], problem: str) -> None:
    """What would fail at the first trade is refused where it is given."""
    with pytest.raises(CallError, match=problem):
        PerformanceTracker(**given)


def test_a_short_that_made_nothing_shows_no_negative_zero() -> None:
    """Neither what it made nor how far it went has the sign of a 0."""
    tracker = PerformanceTracker()
    tracker.open_trade("A", 2, 10.0, time=NOON, direction="short")
    shown = tracker.open_trades()[0].to_dict(), tracker.close_trade("A", price=10.0)[0].to_dict()
    for record in shown:
        zeros = {name: str(value) for name, value in record.items() if value == 0.0}
        assert {"pnl", "gross_pnl", "mae", "mfe"} <= zeros.keys()
        assert not [name for name, text in zeros.items() if text.startswith("-")]
