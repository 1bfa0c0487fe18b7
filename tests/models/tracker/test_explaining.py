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
        """Fill an order of a strategy, half a minute after the last mark."""
        self.orders += 1
        tag, time = f"strategy={name}", NOON + timedelta(minutes=self.minutes, seconds=30)
        self.tracker.apply(Fill(time, self.orders, 1, sid, quantity, price, tag=tag))
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


def test_a_split_is_explained_though_more_was_bought_since() -> None:
    """What was bought since has its own price and quantity."""
    made = Stopped(SHARES["A"])
    made.buy("A", 20.0, 100.0, "one")
    made.buy("A", 10.0, 102.0, "two")
    made.see({"A": (30.0, 302 / 3)}, {"A": 105.0}, resume=False)
    made.see({"A": (15.0, 302 / 3)}, {"A": 212.0}, resume=True)
    made.buy("A", 4.0, 215.0, "one")
    made.buy("A", 3.0, 215.0, "three")
    equity = made.tracker.current_equity
    made.tracker.explain("A", "split")
    accounts = made.tracker.ledger.books.accounts
    lots = {name: accounts[name].open["A"].lots for name in ("one", "two", "three")}
    held = {name: [(lot.quantity, lot.price) for lot in each] for name, each in lots.items()}
    assert held == {
        "one": [(10.0, 200.0), (4.0, 215.0)],
        "two": [(5.0, 204.0)],
        "three": [(3.0, 215.0)],
    }
    assert made.tracker.balance()["realized"] == pytest.approx(0.0)
    made.check(equity)


def test_a_split_that_gave_more_is_explained_though_more_was_bought_since() -> None:
    """The old lots alone become three for one, and what they saw is of their new price."""
    made = Stopped(SHARES["A"])
    made.buy("A", 20.0, 90.0, "one")
    made.see({"A": (20.0, 90.0)}, {"A": 96.0}, resume=False)
    made.see({"A": (60.0, 90.0)}, {"A": 33.0}, resume=True)
    made.buy("A", 7.0, 34.0, "one")
    equity = made.tracker.current_equity
    made.tracker.explain("A", "split")
    position = made.tracker.ledger.books.accounts["one"].open["A"]
    assert [(lot.quantity, lot.price) for lot in position.lots] == [(60.0, 30.0), (7.0, 34.0)]
    assert position.quantity == 67.0
    (low, high), (new_low, new_high) = position.extremes.each()
    assert low <= new_low
    assert high >= new_high
    made.check(equity)
    made.buy("A", -67.0, 35.0, "one")
    assert made.tracker.balance()["realized"] == pytest.approx(60 * 5 + 7)
    (trip,) = made.tracker.trades(book="positions")
    assert (trip.quantity, trip.gross_pnl) == pytest.approx((67.0, 307.0))


def test_a_merger_is_explained_though_what_is_gone_was_bought_again() -> None:
    """The new lots are no part of it."""
    made = Stopped(*SHARES.values())
    made.buy("A", 20.0, 100.0, "one")
    made.see({"A": (20.0, 100.0)}, {"A": 105.0}, resume=False)
    made.see({"B": (10.0, 190.0)}, {"B": 214.0}, resume=True)
    made.buy("A", 5.0, 50.0, "one")
    equity = made.tracker.current_equity
    made.tracker.explain("A", "merger", into="B")
    account = made.tracker.ledger.books.accounts["one"]
    assert [(lot.quantity, lot.price) for lot in account.open["B"].lots] == [(10.0, 200.0)]
    assert [(lot.quantity, lot.price) for lot in account.open["A"].lots] == [(5.0, 50.0)]
    trip = account.open["A"].round_trip
    assert trip is not None
    assert (trip.gross, trip.entered) == (0.0, 5.0)
    made.check(equity)


def test_a_spin_off_is_of_those_who_held_it_then() -> None:
    """Who bought since gets nothing of it, and pays nothing for it."""
    made = Stopped(*SHARES.values())
    made.buy("A", 20.0, 100.0, "one")
    made.see({"A": (20.0, 100.0)}, {"A": 105.0}, resume=False)
    made.see({"A": (20.0, 100.0), "B": (10.0, 30.0)}, {"A": 91.0, "B": 28.0}, resume=True)
    made.buy("A", 20.0, 91.0, "one")
    made.buy("A", 40.0, 91.0, "two")
    equity = made.tracker.current_equity
    made.tracker.explain("A", "spin-off", into="B", price=26.0)
    accounts = made.tracker.ledger.books.accounts
    assert [(lot.quantity, lot.price) for lot in accounts["one"].open["B"].lots] == [(10.0, 26.0)]
    assert [lot.price for lot in accounts["one"].open["A"].lots] == [87.0, 91.0]
    assert [lot.price for lot in accounts["two"].open["A"].lots] == [91.0]
    assert "B" not in accounts["two"].open
    made.check(equity)


@pytest.mark.parametrize("quantity", [-5.0, -15.0])
def test_what_was_closed_in_part_since_is_not_explained_any_more(quantity: float) -> None:
    """Its shares had another quantity, or another cost, when they were closed; nothing moves."""
    made = shrunk()
    made.buy("A", quantity, 110.0, "one")
    before = made.tracker.balance()
    with pytest.raises(CallError, match="closed in part since"):
        made.tracker.explain("A", "split")
    assert made.tracker.balance() == before
    made = Stopped(*SHARES.values())
    made.buy("A", 20.0, 100.0, "one")
    made.see({"A": (20.0, 100.0)}, {"A": 105.0}, resume=False)
    made.see({"A": (20.0, 100.0), "B": (10.0, 30.0)}, {"A": 91.0, "B": 28.0}, resume=True)
    made.buy("A", quantity, 91.0, "one")
    with pytest.raises(CallError, match="closed in part since"):
        made.tracker.explain("A", "spin-off", into="B")


def test_a_fill_of_before_that_came_since_counts_as_traded() -> None:
    """Its lot is as old as those of the split, and was none of them."""
    made = shrunk()
    made.tracker.apply(Fill(NOON, 9, 1, "A", 5.0, 100.0, tag="strategy=one"))
    with pytest.raises(CallError, match="has been traded since"):
        made.tracker.explain("A", "split")


def test_a_trade_is_explained_though_its_position_ended_since() -> None:
    """The lot's record and that of the position, which went on until then, say the same sum."""
    made = shrunk()
    for quantity, name in ((-10.0, "one"), (-5.0, "two")):
        made.buy("A", quantity, 110.0, name)
    made.tracker.explain("A", "trade", price=107.0)
    for name in ("one", "two"):
        lots = made.tracker.trades(strategy=name)
        (trip,) = made.tracker.trades(strategy=name, book="positions")
        assert trip.gross_pnl == pytest.approx(sum(lot.gross_pnl for lot in lots))
        assert trip.exit_price == pytest.approx(108.5)
        assert trip.exit_reason == "order"
    with pytest.raises(CallError, match="by orders alone"):
        made.tracker.explain("A", "trade", price=108.0)
