"""Prices and rates of 0: LEAN has none yet, so they value nothing and replace nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
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


def test_what_has_no_price_yet_is_on_neither_side() -> None:
    """The starting equity counts it when its price is there; it is told once."""
    tracker = found()
    marked(tracker, 1, 19_000.0, 0.0, {})
    balance = tracker.balance()
    assert (balance["starting_equity"], balance["equity"]) == (19_000.0, 19_000.0)
    assert (balance["unrealized"], balance["lean_equity"]) == (0.0, 19_000.0)
    marked(tracker, 2, 19_000.0, 0.0, {})
    marked(tracker, 3, 99_000.0, 800.0, {})
    balance = tracker.balance()
    assert (balance["starting_equity"], balance["unrealized"]) == (109_000.0, -10_000.0)
    assert [anomaly.kind for anomaly in tracker.anomalies()] == ["no price yet"]
    assert "B" in tracker.anomalies()[0].detail


def test_a_fill_brings_the_first_price_of_what_stands_aside() -> None:
    """Sold before any mark shows a price: what it had gained until then is no profit."""
    tracker = found()
    marked(tracker, 1, 19_000.0, 0.0, {})
    tracker.apply(Fill(START + timedelta(minutes=2), 1, 1, "B", -100.0, 950.0, tag="strategy=s"))
    time = START + timedelta(minutes=3)
    tracker.apply(Mark(time, 114_000.0, {"A": 90.0}, {}, {"USD": 105_000.0}))
    assert tracker.scopes.account.track.nav == pytest.approx(1.0)
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.balance()["realized"] == 5_000.0


FUTURE = Instrument("F", "F", SecurityType.FUTURE, "USD", multiplier=50.0)
INVERSE = Instrument("I", "I", SecurityType.CRYPTO_FUTURE, "USD", base="BTC", multiplier=100.0)
PERPETUAL = Instrument("P", "P", SecurityType.CRYPTO_FUTURE, "USDT", base="ADA")
MARGINED = pytest.mark.parametrize(
    ("instrument", "rates", "missing", "profit", "later"),
    [
        (FUTURE, {"USD": 1.0}, {}, -400_000.0, 5_000.0),
        (FUTURE, {"USD": 1.0}, {}, 0.0, 5_000.0),
        (INVERSE, {"USD": 1.0, "BTC": 40_000.0}, {}, -1e6, 250.0),
        (INVERSE, {"USD": 1.0, "BTC": 0.0}, {"BTC": 0.0}, 0.0, 250.0),
        (PERPETUAL, {"USD": 1.0, "USDT": 0.0}, {"USDT": 0.0}, 0.0, 40.0),
    ],
)


@MARGINED
def test_what_is_margined_stands_aside_until_it_has_a_price_and_a_rate(
    instrument: Instrument,
    rates: dict[str, float],
    missing: dict[str, float],
    profit: float,
    later: float,
) -> None:
    """What LEAN reckons of it without a price is left out; its first profit moves no NAV."""
    tracker = PerformanceTracker(live=True)
    tracker.apply(instrument)
    sid, cash = instrument.sid, {"USD": 100_000.0}
    tracker.apply(Opening(START, cash, rates, {sid: (2.0, 4_000.0)}))
    nothing = {sid: 0.0} if not missing else {}
    for minute in (1, 2):
        tracker.apply(
            Mark(
                START + timedelta(minutes=minute),
                100_000.0 + profit,
                nothing,
                {sid: (profit, 0.0)},
                cash,
                rates=missing,
            )
        )
        balance = tracker.balance()
        assert (balance["equity"], balance["unexplained"]) == (100_000.0, 0.0)
        assert tracker.scopes.account.track.nav == 1.0
    known = {currency: 40_000.0 if currency == "BTC" else 1.0 for currency in rates}
    for minute, made in ((3, later), (4, later + 1_000.0)):
        tracker.apply(
            Mark(
                START + timedelta(minutes=minute),
                100_000.0 + made,
                {sid: 4_050.0},
                {sid: (made, 0.0)},
                cash,
                rates={name: rate for name, rate in known.items() if name != "USD"},
            )
        )
        assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-6)
        assert tracker.balance()["unrealized"] == pytest.approx(made, abs=1e-6)
        expected = (100_000.0 + made) / (100_000.0 + later)
        assert tracker.scopes.account.track.nav == pytest.approx(expected)
    assert [anomaly.kind for anomaly in tracker.anomalies()] == ["no price yet"]


def test_opposed_strategies_are_marked_where_lean_shows_a_settled_holding() -> None:
    """LEAN holds none and shows what it settled: nothing is divided by 0, and it is booked."""
    foreign = Instrument("D", "D", SecurityType.FUTURE, "EUR", multiplier=25.0)
    tracker = PerformanceTracker()
    tracker.apply(foreign)
    tracker.apply(Opening(START, {"USD": 10_000.0, "EUR": 0.0}, {"USD": 1.0, "EUR": 1.1}))
    for order, (quantity, name) in enumerate(((1.0, "bull"), (-1.0, "bear")), 1):
        tag = f"strategy={name}"
        tracker.apply(Fill(START, order, 1, "D", quantity, 15_000.0, rates={"EUR": 1.1}, tag=tag))
    cash = {"USD": 10_000.0, "EUR": 500.0}
    mark = Mark(
        START + timedelta(minutes=1),
        10_000.0,
        {},
        {"D": (0.0, 500.0)},
        cash,
        rates={"EUR": 1.1},
        holdings={},
    )
    assert tracker.apply(mark)
    assert tracker.ledger.marks == 1
    assert tracker.balance()["unexplained"] == pytest.approx(0.0)
    assert tracker.flows() == ()


@pytest.mark.parametrize(
    ("instrument", "profit"),
    [(PRICED, 0.0), (FUTURE, -400_000.0), (INVERSE, -1e6), (PERPETUAL, 0.0)],
)
def test_what_is_restored_without_a_price_keeps_its_last_worth(
    instrument: Instrument, profit: float
) -> None:
    """It stands aside: the law holds, no NAV falls, nothing is closed at 0; it is told once."""
    tracker, sid = PerformanceTracker(live=True), instrument.sid
    rates = {"USD": 1.0, "BTC": 40_000.0, "USDT": 1.0}
    others = {"BTC": 40_000.0, "USDT": 1.0}
    tracker.apply(instrument)
    tracker.apply(Opening(START, {"USD": 100_000.0, "BTC": 0.0, "USDT": 0.0}, rates))
    tracker.apply(Fill(START, 1, 1, sid, 2.0, 4_000.0, rates=others, tag="strategy=s"))
    cash = {"USD": 100_000.0 - (8_000.0 if instrument is PRICED else 0.0), "BTC": 0.0, "USDT": 0.0}
    paid, margined = {sid: 4_100.0}, instrument is not PRICED
    gain = {FUTURE: 10_000.0, INVERSE: -50.0, PERPETUAL: 200.0}.get(instrument, 0.0)
    holdings = {sid: (2.0, 4_000.0)}
    worth = cash["USD"] + (gain if margined else 8_200.0)
    time = START + timedelta(minutes=1)
    profits = {sid: (gain, 0.0)} if margined else {}
    prices = {} if margined else paid
    tracker.apply(Mark(time, worth, prices, profits, cash, rates=others, holdings=holdings))
    nav = tracker.scopes.account.track.nav
    restored = PerformanceTracker(live=True)
    restored.restore(tracker.state())
    missing = {"BTC": 0.0, "USDT": 0.0}
    shown = {sid: (profit, 0.0)} if margined else {}
    for minute in (2, 3):
        time = START + timedelta(minutes=minute)
        equity = cash["USD"] + profit
        mark = Mark(time, equity, {sid: 0.0}, shown, cash, rates=missing, holdings=holdings)
        if minute == 2:
            restored.core.resume(mark)
        else:
            restored.apply(mark)
        assert restored.balance()["unexplained"] == pytest.approx(0.0, abs=1e-6)
        assert restored.balance()["equity"] == pytest.approx(worth)
        assert restored.scopes.account.track.nav == pytest.approx(nav)
    time = START + timedelta(minutes=4)
    restored.apply(Mark(time, worth, prices, profits, cash, rates=others, holdings=holdings))
    assert restored.balance()["equity"] == pytest.approx(worth)
    assert restored.balance()["unexplained"] == pytest.approx(0.0, abs=1e-6)
    assert [anomaly.kind for anomaly in restored.anomalies()] == ["no price yet"]
    assert restored.trades() == []
    assert restored.flows() == ()


def test_an_option_without_a_price_may_expire_as_such() -> None:
    """It was in no starting equity: when it ends at 0, nothing is lost and nothing unexplained."""
    option = Instrument(
        *("O", "O", SecurityType.OPTION, "USD", 100.0), underlying="A", strike=5.0, right="CALL"
    )
    tracker = PerformanceTracker()
    for instrument in (PRICED, option):
        tracker.apply(instrument)
    cash, holdings = {"USD": 10_000.0}, {"O": (2.0, 3.0)}
    tracker.apply(Opening(START, cash, {"USD": 1.0}, holdings))
    tracker.apply(Mark(START + timedelta(minutes=1), 10_000.0, {"O": 0.0}, {}, cash))
    time = START + timedelta(minutes=2)
    ended = Fill(time, 1, 1, "O", -2.0, 0.0, order_type=OrderType.OPTION_EXERCISE, message="OTM")
    tracker.apply(ended)
    tracker.apply(Mark(START + timedelta(minutes=3), 10_000.0, {}, {}, cash))
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert tracker.scopes.account.track.nav == pytest.approx(1.0)
