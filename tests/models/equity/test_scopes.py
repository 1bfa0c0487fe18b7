"""Scopes: capital and its parts, trades in numbers, and figures that may be undefined."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from models.equity.session_metrics import SessionKind
from models.events.account import DayEnd, Mark, Opening
from models.events.event import Event
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.settings import Settings

NINE = datetime(2024, 1, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")


def tracker(settings: Settings | None = None, **cash: float) -> PerformanceTracker:
    """A tracker of an account with cash, that knows a stock."""
    made = PerformanceTracker(settings=settings or Settings())
    made.apply(STOCK)
    rates = {"USD": 1.0, "EUR": 0.0}
    made.apply(Opening(NINE, cash or {"USD": 1000.0}, rates))
    return made


def fill(order_id: int, quantity: float, price: float, strategy: str = "a", day: int = 0) -> Fill:
    """A fill with a fee of one dollar."""
    tag = f"strategy={strategy}"
    time = NINE + day * DAY
    return Fill(time, order_id, 1, "S", quantity, price, fee=1.0, fee_currency="USD", tag=tag)


def mark(price: float, day: int = 0) -> Mark:
    """A mark an hour after the fills of that day."""
    return Mark(NINE + day * DAY + timedelta(hours=1), prices={"S": price})


def feed(made: PerformanceTracker, *events: Event) -> PerformanceTracker:
    """Apply events."""
    for event in events:
        made.apply(event)
    return made


def test_a_strategys_nav_starts_from_its_part_of_the_account() -> None:
    """With half the account a gain of 49 dollars is 9.8 percent; without a part, 4.9."""
    settings = Settings(capital={"a": 0.5})
    made = feed(tracker(settings), fill(1, 10, 10.0), fill(2, 10, 10.0, "b"), mark(15.0))
    assert made.scopes.find("a").track.nav == pytest.approx(1.098)
    assert made.scopes.find("b").track.nav == pytest.approx(1.049)
    assert made.scopes.find(None).track.nav == pytest.approx(1.098)
    assert made.strategies()["a"].capital == 500.0


def test_figures_of_a_strategy() -> None:
    """Trades, win rate, profit factor and P&L are of closed trades net of fees."""
    made = feed(
        tracker(),
        fill(1, 10, 10.0),
        fill(2, -10, 12.0),
        fill(3, 10, 12.0, day=1),
        mark(12.0, day=1),
        fill(4, -10, 11.0, day=2),
        mark(11.0, day=2),
    )
    metrics = made.strategies()["a"]
    assert (metrics.trades, metrics.winning_trades, metrics.losing_trades) == (2, 1, 1)
    assert metrics.net_pnl == pytest.approx(6.0)
    assert metrics.avg_pnl == pytest.approx(3.0)
    assert metrics.win_rate == 0.5
    assert metrics.profit_factor == pytest.approx(18.0 / 12.0)
    assert metrics.sharpe_ratio is not None
    assert metrics.fees == pytest.approx(4.0)
    assert metrics.from_dict(json.loads(json.dumps(metrics.to_dict()))) == metrics


def test_what_fills_count_does_not_depend_on_when_it_is_asked_for() -> None:
    """A fill counts in its own day, also where a later day began before anybody asked."""
    asked, left = tracker(), tracker()
    for day, (quantity, price) in enumerate([(20, 10.0), (-5, 12.0), (-5, 9.0), (-10, 11.0)]):
        fills = [fill(2 * day + each, quantity / 2, price, day=day) for each in (1, 2)]
        events: list[Event] = [*fills, mark(price, day)]
        for event in events:
            feed(asked, event)
            _ = asked.strategies(), asked.state()
        feed(left, *events)
    late = fill(9, 1, 11.0, day=1)
    for made in (asked, left):
        feed(made, late)
    for name in (None, "a"):
        found, other = (each.scopes.find(name).track for each in (asked, left))
        assert found.state() == other.state()
        commissions = [day.commissions for day in other.book.sessions(SessionKind.DAILY)]
        assert commissions == [2.0, 3.0, 2.0, 2.0]


def test_the_sortino_ratio_is_of_all_days() -> None:
    """The mean return over the root of the mean square of the losing ones, a year of it."""
    prices = (12.0, 9.0, 11.0)
    marks = [mark(price, day=day) for day, price in enumerate(prices)]
    made = feed(tracker(), fill(1, 10, 10.0), *marks)
    scope = made.scopes.find("a")
    navs = [1.0, *scope.track.book.daily_closes()[1]]
    returns = [after / before - 1.0 for before, after in pairwise(navs)]
    assert sum(value < 0.0 for value in returns) == 1
    downside = math.sqrt(min(returns) ** 2 / 3.0)
    expected = sum(returns) / 3.0 / downside * math.sqrt(made.days_per_year)
    assert made.strategies()["a"].sortino_ratio == pytest.approx(expected)


def test_what_is_undefined_is_none() -> None:
    """Without a closed trade, a loss or two days there is no such figure."""
    metrics = feed(tracker(), fill(1, 10, 10.0), mark(10.0)).strategies()["a"]
    assert (metrics.trades, metrics.avg_pnl, metrics.win_rate) == (0, None, None)
    assert (metrics.profit_factor, metrics.sharpe_ratio) == (None, None)
    gained = feed(tracker(), fill(1, 10, 10.0), mark(20.0)).strategies()["a"]
    assert gained.sortino_ratio is None


def test_capital_whose_rate_comes_later_is_no_profit() -> None:
    """A balance that has no rate at the start joins the capital when it has one."""
    made = feed(tracker(USD=1000.0, EUR=100.0), fill(1, 10, 10.0), mark(10.0))
    before = made.scopes.find(None).track.nav
    made.apply(Mark(NINE + timedelta(hours=2), prices={"S": 10.0}, rates={"EUR": 1.1}))
    assert made.balance()["equity"] == pytest.approx(1109.0)
    assert made.scopes.find(None).track.nav == before
    assert made.scopes.find("a").capital == pytest.approx(1110.0)


def test_what_was_gained_before_the_start_is_capital() -> None:
    """A holding found at the start counts at its first mark: its earlier gain is no profit."""
    made = PerformanceTracker()
    made.apply(STOCK)
    made.apply(Opening(NINE, {"USD": 500.0}, {"USD": 1.0}, {"S": (10.0, 50.0)}))
    feed(made, mark(60.0), mark(66.0, day=1))
    assert made.scopes.find(None).track.nav == pytest.approx(1160.0 / 1100.0)


def test_a_midnight_closes_the_day_that_no_mark_follows() -> None:
    """The day's end opens the next day, flat."""
    made = feed(tracker(), fill(1, 10, 10.0), mark(11.0))
    made.apply(DayEnd(datetime(2024, 1, 3, tzinfo=UTC), 1009.0))
    first, second = made.sessions(SessionKind.DAILY)
    assert first.net_pnl == pytest.approx(9.0)
    assert second.net_pnl == 0.0
    assert (first.commissions, first.volume) == (1.0, 100.0)


def test_an_unknown_strategy_is_named_with_those_there_are() -> None:
    """Asking for a strategy that never traded says which there are."""
    made = feed(tracker(), fill(1, 10, 10.0), mark(10.0))
    with pytest.raises(KeyError, match="no strategy 'x'; there are"):
        made.sessions(SessionKind.DAILY, "x")


def test_drawdown_and_curve_come_back_from_json() -> None:
    """A restored tracker answers as the one that was saved, and goes on alike."""
    made = feed(tracker(), fill(1, 10, 50.0), mark(50.0), mark(40.0, day=1))
    restored = PerformanceTracker()
    restored.restore(json.loads(json.dumps(made.state())))
    for each in (made, restored):
        feed(each, mark(45.0, day=2), fill(2, -10, 52.0, day=3), mark(52.0, day=3))
    assert restored.drawdown("a") == made.drawdown("a")
    assert restored.drawdown() == made.drawdown()
    assert restored.equity_curve() == made.equity_curve()
    assert restored.strategies() == made.strategies()
    found = made.drawdown()
    assert found.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert [spell.depth for spell in found.periods] == [pytest.approx(101.0 / 1000.0)]
