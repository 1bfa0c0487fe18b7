"""Cash that moves without a fill: whose funding it is, when it is a deposit, when it is dust."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.events.account import Mark, Opening
from models.events.instruments import SETTLES_IN_ACCOUNT, Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from tests.booking import book

EIGHT = datetime(2024, 1, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PERP = Instrument(
    "P", "BTCUSDT", SecurityType.CRYPTO_FUTURE, "USDT", base="BTC", interest_model="FundingModel"
)
NO_PROFIT = {"P": (0.0, 0.0)}


def perpetual(*holders: tuple[str, float], live: bool = False) -> Ledger:
    """A ledger whose strategies hold a perpetual since a minute before eight."""
    made = Ledger(Books("USD", live=live))
    book(made, PERP)
    opened = EIGHT - 2 * MINUTE
    book(made, Opening(opened, {"USD": 1000.0, "USDT": 100.0}, {"USD": 1.0, "USDT": 1.0}))
    for order_id, (name, quantity) in enumerate(holders, start=1):
        book(made, fill(order_id, name, quantity, opened))
    book(made, mark(EIGHT - MINUTE, 100.0))
    return made


def fill(order_id: int, strategy: str, quantity: float, time: datetime) -> Fill:
    """A fill of the perpetual at 50 without a fee."""
    return Fill(time, order_id, 1, "P", quantity, 50.0, tag=f"strategy={strategy}")


def mark(time: datetime, usdt: float, usd: float = 1000.0) -> Mark:
    """A mark that shows so much cash, and holdings that agree."""
    cash = {"USD": usd, "USDT": usdt}
    return Mark(time, usd + usdt, profits=NO_PROFIT, cash=cash, rates={"USDT": 1.0})


def whole(found: Mark, quantity: float) -> Mark:
    """The same mark as a feed that was asked to look closer sends it."""
    shown = {"P": (quantity, 50.0)} if quantity else {}
    return Mark(
        found.time, found.equity, found.prices, found.profits, found.cash, {}, found.rates, shown
    )


def test_funding_falls_on_who_held_when_lean_scanned() -> None:
    """LEAN pays funding before it fills: who closes in the same instant still bears its part."""
    made = perpetual(("a", 1.0), ("b", 1.0))
    book(made, fill(3, "b", -1.0, EIGHT))
    book(made, mark(EIGHT, 99.4))
    assert made.sheet("a").financing == pytest.approx(-0.3)
    assert made.sheet("b").financing == pytest.approx(-0.3)
    assert made.flows == []


def test_funding_of_a_position_closed_in_the_scans_instant_is_no_withdrawal() -> None:
    """Nothing is held any more at the mark; the funding is financing all the same."""
    made = perpetual(("a", 1.0))
    book(made, fill(2, "a", -1.0, EIGHT))
    book(made, mark(EIGHT, 99.7))
    assert made.sheet("a").financing == pytest.approx(-0.3)


def test_a_deposit_in_another_currency_is_no_funding() -> None:
    """A perpetual pays in its own currency: dollars that come at the scan are a deposit."""
    made = perpetual(("a", 1.0))
    book(made, mark(EIGHT, 99.7, usd=26_000.0))
    assert made.sheet("a").financing == pytest.approx(-0.3)
    assert [(flow.currency, flow.amount) for flow in made.flows] == [("USD", 25_000.0)]


def test_live_funding_is_financing_though_it_is_judged_a_mark_later() -> None:
    """Live, cash must differ twice alike; that the scan ran is remembered until then."""
    made = perpetual(("a", 1.0), live=True)
    for minute in range(2):
        book(made, whole(mark(EIGHT + minute * MINUTE, 99.7), 1.0))
    assert made.sheet("a").financing == pytest.approx(-0.3)
    assert made.flows == []
    assert made.unexplained == pytest.approx(0.0)


def test_what_awaits_judgement_survives_a_restart() -> None:
    """Restored between the scan's fill and its mark, the ledger still knows who bears it."""
    made = perpetual(("a", 1.0), ("b", 1.0))
    book(made, fill(3, "b", -1.0, EIGHT))
    restored = Ledger(Books("USD"))
    restored.restore(made.state())
    book(restored, mark(EIGHT, 99.4))
    assert restored.sheet("b").financing == pytest.approx(-0.3)


def test_a_cfd_may_settle_in_the_account_currency() -> None:
    """Under that settlement model the profit arrives in it at the rate of the closing fill."""
    gold = Instrument("G", "XAUUSD", SecurityType.CFD, "USD", settlement_model=SETTLES_IN_ACCOUNT)
    made = Ledger(Books("EUR"))
    book(made, gold)
    book(made, Opening(EIGHT, {"EUR": 1000.0, "USD": 0.0}, {"EUR": 1.0, "USD": 0.9}))
    book(made, Fill(EIGHT, 1, 1, "G", 1.0, 2000.0, tag="strategy=a"))
    book(made, Fill(EIGHT, 2, 1, "G", -1.0, 2010.0, rates={"USD": 0.8}, tag="strategy=a"))
    cash = {"EUR": 1008.0, "USD": 0.0}
    book(made, Mark(EIGHT + MINUTE, 1008.0, cash=cash, rates={"USD": 0.7}))
    assert made.sheet("a").realized == pytest.approx(8.0)
    assert made.sheet("a").fx == 0.0
    assert made.flows == []
    assert made.unexplained == pytest.approx(0.0)


@pytest.mark.parametrize("zeros", [3, 9, 12, 15])
def test_dust_of_a_large_account_is_no_deposit(zeros: int) -> None:
    """What a double cannot tell from the amount itself is dust, however large the account."""
    amount = 1.1 * 10**zeros
    made = Ledger(Books("JPY"))
    book(made, Opening(EIGHT, {"JPY": amount}, {"JPY": 1.0}))
    shown = amount * (1 + 4e-16)
    book(made, Mark(EIGHT + MINUTE, shown, cash={"JPY": shown}))
    assert made.flows == []
    book(made, Mark(EIGHT + 2 * MINUTE, shown * 1.5, cash={"JPY": shown * 1.5}))
    assert [flow.value for flow in made.flows] == [pytest.approx(shown * 0.5)]


def test_equity_is_told_as_it_is_now() -> None:
    """Before any mark, and after a fill since the last, the balance holds term by term."""
    made = Ledger(Books("USD"))
    book(made, Instrument("S", "S", SecurityType.EQUITY, "USD"))
    book(made, Opening(EIGHT, {"USD": 1000.0}, {"USD": 1.0}))
    book(made, Fill(EIGHT, 1, 1, "S", 10.0, 5.0, fee=1.0, fee_currency="USD"))
    book(made, Fill(EIGHT, 2, 1, "S", -10.0, 6.0, fee=1.0, fee_currency="USD"))
    balance = made.balance()
    assert (balance["equity"], balance["realized"], balance["fees"]) == (1008.0, 10.0, 2.0)
