"""Prices and rates of 0: LEAN has none yet, so they value nothing and replace nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.performance_tracker import PerformanceTracker
from tests.scenario import Scenario, play, scenarios

PRICES = """
a rate of 0 replaces none that is known
ACCOUNT USD 10000 EUR 100
RATE EUR 1.2
MARK
RATE EUR 0
MARK?
=> equity 10120 unexplained 0
RATE EUR 1.3
MARK
=> unassigned fx 10

a price of 0 replaces none that is known
ACCOUNT USD 10000
STOCK A
BUY 10 A @ 100 by trend
MARK A 110
MARK? A 0
=> trend unrealized 100
=> equity 10100 unexplained 0
MARK A 120
=> trend unrealized 200

a future whose strategies stand opposed is marked though LEAN shows what it settled
ACCOUNT EUR 100000
FUTURE ES x 50 in USD
RATE USD 0.9
BUY 1 ES @ 4000 by bull
SELL 1 ES @ 4000 by bear
MARK ES 4010
=> bull unrealized 450
=> bear unrealized -450
"""


@pytest.mark.parametrize("scenario", scenarios(PRICES))
def test_scenarios(scenario: Scenario) -> None:
    """Each scenario holds."""
    play(scenario.lines)


START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PRICED = Instrument("A", "A", SecurityType.EQUITY, "USD")
UNPRICED = Instrument("B", "B", SecurityType.EQUITY, "USD")


def found(rate: float = 1.0, quote: str = "USD") -> PerformanceTracker:
    """A tracker that found 100 shares each of two stocks, one of which has no price yet."""
    tracker = PerformanceTracker()
    tracker.apply(PRICED)
    tracker.apply(Instrument("B", "B", SecurityType.EQUITY, quote))
    holdings = {"A": (100.0, 90.0), "B": (100.0, 900.0)}
    tracker.apply(Opening(START, {"USD": 10000.0}, {"USD": 1.0, quote: rate}, holdings))
    return tracker


def marked(
    tracker: PerformanceTracker, minutes: int, equity: float, price: float, rates: dict[str, float]
) -> float | None:
    """The NAV after a mark with a price of the second stock."""
    time, cash = START + timedelta(minutes=minutes), {"USD": 10000.0}
    tracker.apply(Mark(time, equity, {"A": 90.0, "B": price}, {}, cash, rates=rates))
    return tracker.scopes.account.track.nav


def test_the_first_price_of_what_was_found_is_no_profit() -> None:
    """NAV is 1 until something is gained, and then counts the whole account."""
    tracker = found()
    assert marked(tracker, 1, 19_000.0, 0.0, {}) == 1.0
    assert marked(tracker, 2, 109_000.0, 900.0, {}) == 1.0
    assert marked(tracker, 3, 119_900.0, 1_009.0, {}) == pytest.approx(1.1)
    assert tracker.balance()["max_abs_unexplained"] == pytest.approx(0.0, abs=1e-9)


def test_the_first_rate_of_what_was_found_is_no_profit() -> None:
    """A holding in a currency without a rate joins when the rate is there."""
    tracker = found(0.0, "EUR")
    assert marked(tracker, 1, 19_000.0, 910.0, {"EUR": 0.0}) == 1.0
    assert marked(tracker, 2, 19_000.0 + 91_000.0 * 2, 910.0, {"EUR": 2.0}) == 1.0
    assert tracker.balance()["max_abs_unexplained"] == pytest.approx(0.0, abs=1e-9)
