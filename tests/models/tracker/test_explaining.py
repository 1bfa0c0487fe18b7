"""What the user says of a change that no order explains: terms, records and flows follow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from models.errors import CallError
from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHARES = {name: Instrument(name, name, SecurityType.EQUITY, "USD") for name in ("A", "B")}
FUTURE = Instrument("F", "F", SecurityType.FUTURE, "USD", multiplier=50.0)


class Stopped:
    """A tracker that two strategies traded with, and what LEAN shows of it.

    Attributes:
        tracker: The tracker.
        cash: What LEAN has.
    """

    def __init__(self, *instruments: Instrument) -> None:
        self.tracker = PerformanceTracker(live=True)
        for instrument in instruments:
            self.tracker.apply(instrument)
        self.tracker.apply(Opening(NOON, {"USD": 100_000.0}, {"USD": 1.0}))
        self.cash, self.minutes, self.orders = 100_000.0, 0, 0

    def buy(self, sid: str, quantity: float, price: float, name: str) -> None:
        """Fill an order of a strategy."""
        self.orders += 1
        tag = f"strategy={name}"
        self.tracker.apply(Fill(NOON, self.orders, 1, sid, quantity, price, tag=tag))
        if sid != "F":
            self.cash -= quantity * price

    def see(
        self, held: Mapping[str, tuple[float, float]], prices: Mapping[str, float], resume: bool
    ) -> None:
        """A mark of that; or the first one after a stop."""
        self.minutes += 1
        sizes = {sid: 50.0 if sid == "F" else 1.0 for sid in prices}
        profits = {
            sid: ((prices[sid] - average) * quantity * 50.0, 0.0)
            for sid, (quantity, average) in held.items()
            if sid == "F"
        }
        equity = self.cash + sum(profit for profit, _ in profits.values())
        equity += sum(q * prices[s] * sizes[s] for s, (q, _) in held.items() if s != "F")
        shown = {sid: price for sid, price in prices.items() if sid not in profits}
        time = NOON + timedelta(minutes=self.minutes)
        mark = Mark(time, equity, shown, profits, {"USD": self.cash}, holdings=held)
        if resume:
            self.tracker.core.resume(mark)
        else:
            self.tracker.apply(mark)

    def check(self, equity: float) -> None:
        """Assert that the law holds, with that equity, before and after a save."""
        for tracker in (self.tracker, PerformanceTracker(live=True)):
            if tracker is not self.tracker:
                tracker.restore(json.loads(json.dumps(self.tracker.state())))
            terms = {name: value or 0.0 for name, value in tracker.ledger.balance().items()}
            terms["fees"] *= -1
            del terms["max_abs_unexplained"], terms["lean_equity"]
            assert terms.pop("equity") == pytest.approx(equity)
            assert sum(terms.values()) == pytest.approx(equity)
            assert terms["unexplained"] == pytest.approx(0.0, abs=1e-6)
            made = sum(trade.gross_pnl for trade in tracker.trades())
            assert made == pytest.approx(terms["realized"], abs=1e-6)
            figures = tracker.trade_statistics()
            assert figures.trades == len(tracker.trades())


def shrunk(instrument: Instrument = SHARES["A"]) -> Stopped:
    """15 of 30 went while stopped, without cash: of a future that implies that nothing was made."""
    made, sid = Stopped(instrument), instrument.sid
    made.buy(sid, 20.0, 100.0, "one")
    made.buy(sid, 10.0, 100.0, "two")
    made.see({sid: (30.0, 100.0)}, {sid: 105.0}, resume=False)
    made.see({sid: (15.0, 100.0)}, {sid: 110.0}, resume=True)
    return made


@pytest.mark.parametrize(("instrument", "paid"), [(SHARES["A"], 107.0), (FUTURE, 7.0)])
def test_a_trade_at_another_price(instrument: Instrument, paid: float) -> None:
    """What it made more is the strategies', in terms and records, and less of the flows."""
    made = shrunk(instrument)
    tracker, size = made.tracker, instrument.multiplier
    before, flows = tracker.balance(), len(tracker.flows())
    tracker.explain("F" if size > 1 else "A", "trade", price=107.0)
    after = tracker.balance()
    assert after["realized"] == pytest.approx(15 * 7 * size)
    assert after["flows"] == pytest.approx(-15 * paid * size)  # no cash came
    assert after["equity"] == pytest.approx(before["equity"])
    assert [trade.exit_price for trade in tracker.trades()] == [107.0, 107.0]
    assert tracker.sheets()["one"].realized == pytest.approx(10 * 7 * size)
    assert tracker.trade_statistics().net_pnl == pytest.approx(15 * 7 * size)
    assert tracker.strategies()["two"].avg_pnl == pytest.approx(5 * 7 * size)
    (said,) = tracker.flows()[flows:]
    assert said.cause.startswith("explained: trade of ")
    assert tracker.anomalies()[0].kind == "adopted"


def test_a_trade_that_opened_at_another_price() -> None:
    """The lot is entered at it."""
    made = Stopped(SHARES["A"])
    made.buy("A", 10.0, 100.0, "one")
    made.see({"A": (10.0, 100.0)}, {"A": 105.0}, resume=False)
    made.see({"A": (15.0, 102.0)}, {"A": 110.0}, resume=True)
    equity = made.tracker.current_equity
    made.tracker.explain("A", "trade", price=104.0)
    (lot,) = made.tracker.ledger.books.accounts["unassigned"].open["A"].lots
    assert lot.price == 104.0
    assert made.tracker.balance()["unrealized"] == pytest.approx(10 * 10 + 5 * 6)
    made.check(equity)


def test_a_transfer_keeps_its_price() -> None:
    """It is named in the record; its value is a flow as it was."""
    made = shrunk()
    equity, flows = made.tracker.current_equity, made.tracker.flows()
    made.tracker.explain("A", "transfer")
    assert {trade.exit_reason for trade in made.tracker.trades()} == {"transfer"}
    assert made.tracker.flows() == flows
    made.check(equity)


def test_a_split_that_looked_like_a_sale() -> None:
    """1 for 2, with an average price that the broker kept: nothing was made, nothing flowed."""
    made = Stopped(SHARES["A"])
    made.buy("A", 20.0, 100.0, "one")
    made.buy("A", 10.0, 102.0, "two")
    made.see({"A": (30.0, 302 / 3)}, {"A": 105.0}, resume=False)
    made.see({"A": (15.0, 302 / 3)}, {"A": 212.0}, resume=True)
    equity = made.tracker.current_equity
    made.tracker.explain("A", "split")
    balance = made.tracker.balance()
    assert balance["flows"] == pytest.approx(0.0)
    assert balance["realized"] == pytest.approx(0.0)
    accounts = made.tracker.ledger.books.accounts
    assert accounts["one"].open["A"].average_price == pytest.approx(200.0)
    assert accounts["two"].open["A"].average_price == pytest.approx(204.0)
    assert {trade.exit_reason for trade in made.tracker.trades()} == {"split"}
    made.check(equity)


def test_a_split_that_looked_like_a_purchase() -> None:
    """3 for 1: the holders have it all, at a third of the cost."""
    made = Stopped(SHARES["A"])
    made.buy("A", 20.0, 90.0, "one")
    made.buy("A", 10.0, 93.0, "two")
    made.see({"A": (30.0, 91.0)}, {"A": 96.0}, resume=False)
    made.see({"A": (90.0, 91.0)}, {"A": 33.0}, resume=True)
    equity = made.tracker.current_equity
    made.tracker.explain("A", "split")
    accounts = made.tracker.ledger.books.accounts
    assert (accounts["one"].open["A"].quantity, accounts["two"].open["A"].quantity) == (60.0, 30.0)
    assert accounts["one"].open["A"].average_price == pytest.approx(30.0)
    assert "A" not in accounts["unassigned"].open
    assert made.tracker.balance()["flows"] == pytest.approx(0.0)
    made.check(equity)


def test_a_merger_passes_on_what_was_paid() -> None:
    """A's holders hold B at what A had cost them."""
    made = Stopped(*SHARES.values())
    made.buy("A", 20.0, 100.0, "one")
    made.buy("A", 10.0, 106.0, "two")
    made.see({"A": (30.0, 102.0)}, {"A": 105.0}, resume=False)
    made.see({"B": (15.0, 190.0)}, {"B": 214.0}, resume=True)
    equity = made.tracker.current_equity
    made.tracker.explain("A", "merger", into="B")
    accounts = made.tracker.ledger.books.accounts
    assert accounts["one"].open["B"].quantity == pytest.approx(10.0)
    assert accounts["one"].open["B"].average_price == pytest.approx(200.0)
    assert accounts["two"].open["B"].average_price == pytest.approx(212.0)
    balance = made.tracker.balance()
    assert balance["flows"] == pytest.approx(0.0)
    assert balance["realized"] == pytest.approx(0.0)
    assert balance["unrealized"] == pytest.approx(15 * 214 - 20 * 100 - 10 * 106)
    made.check(equity)


def test_a_spin_off_takes_a_part_of_the_cost() -> None:
    """A's holders get B for it."""
    made = Stopped(*SHARES.values())
    made.buy("A", 20.0, 100.0, "one")
    made.buy("A", 10.0, 100.0, "two")
    made.see({"A": (30.0, 100.0)}, {"A": 105.0}, resume=False)
    made.see({"A": (30.0, 100.0), "B": (15.0, 30.0)}, {"A": 91.0, "B": 28.0}, resume=True)
    equity = made.tracker.current_equity
    made.tracker.explain("A", "spin-off", into="B", price=26.0)
    accounts = made.tracker.ledger.books.accounts
    assert accounts["one"].open["B"].quantity == pytest.approx(10.0)
    assert accounts["one"].open["B"].average_price == pytest.approx(26.0)
    assert accounts["one"].open["A"].average_price == pytest.approx(87.0)
    assert made.tracker.balance()["flows"] == pytest.approx(0.0)
    made.check(equity)


def test_the_curve_and_closed_sessions_stay() -> None:
    """What was known of the past is what was known then."""
    made = shrunk()
    curve = made.tracker.equity_curve()
    made.tracker.explain("A", "trade", price=107.0)
    assert made.tracker.equity_curve()[: len(curve) - 1] == curve[:-1]
    nav = made.tracker.scopes.account.track.nav or 0.0
    made.see({"A": (15.0, 100.0)}, {"A": 110.0}, resume=False)
    assert 0.0 < (made.tracker.scopes.account.track.nav or 0.0) < nav
    assert made.tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"symbol": "A", "kind": "gift"}, "trade, transfer, split"),
        ({"symbol": "Z", "kind": "transfer"}, "'Z' is unknown"),
        ({"symbol": "B", "kind": "transfer"}, "by orders alone"),
        ({"symbol": "A", "kind": "trade"}, "needs price"),
        ({"symbol": "A", "kind": "merger"}, "need into"),
        ({"symbol": "A", "kind": "split", "into": "B"}, "need into"),
        ({"symbol": "A", "kind": "merger", "into": "B"}, "by orders alone"),
        ({"symbol": "A", "kind": "trade", "price": float("nan")}, "must be a number"),
    ],
)
def test_what_cannot_be_explained_is_refused(said: dict[str, object], words: str) -> None:
    """The error says what can, and nothing has moved."""
    made = shrunk()
    made.tracker.apply(SHARES["B"])
    before = made.tracker.balance()
    with pytest.raises(CallError, match=words):
        made.tracker.explain(**said)  # type: ignore[arg-type]
    assert made.tracker.balance() == before


def test_what_has_been_traded_since_is_not_explained_any_more() -> None:
    """Nor is what has been explained already."""
    made = shrunk()
    made.buy("A", -5.0, 110.0, "one")
    with pytest.raises(CallError, match="traded since"):
        made.tracker.explain("A", "split")
    made.tracker.explain("A", "trade", price=107.0)
    with pytest.raises(CallError, match="by orders alone"):
        made.tracker.explain("A", "trade", price=108.0)
