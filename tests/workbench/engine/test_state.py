"""The account's state: each line moves what it contains and nothing else."""

from __future__ import annotations

import pytest

from tests.workbench.engine import tapes
from workbench.engine.state import AccountState, SecurityState, base_currency
from workbench.engine.tape import read_tape
from workbench.engine.tape_fields import utc_of
from workbench.recordings import recordings


@pytest.fixture
def account() -> AccountState:
    """An account that knows the stock and the option."""
    state = AccountState(tapes.start())
    state.apply(tapes.security())
    state.apply(tapes.option())
    return state


def stock(account: AccountState) -> SecurityState:
    """The stock of the account."""
    return account.securities[tapes.STOCK]


def test_the_start_line_sets_the_account() -> None:
    """Clock, equity and balances are those of the start."""
    balances = {"EUR": [5.0, 1.2], "USD": [1000.0, 1.0]}
    account = AccountState(tapes.start(cash=balances, tpv=1006.0, live=True))
    assert account.utc == utc_of(tapes.utc("05:00"))
    assert account.total_value == 1006.0
    assert account.live
    assert account.is_warming_up
    assert {c: (s.amount, s.rate) for c, s in account.cash.items()} == {
        "USD": (1000.0, 1.0),
        "EUR": (5.0, 1.2),
    }
    assert account.securities == {}


def test_a_rate_of_zero_stays_zero() -> None:
    """A currency LEAN has no price for is worth nothing, the account's own included."""
    account = AccountState(tapes.start(cash={"USD": [1000.0, 0.0]}, tpv=0.0))
    assert account.cash["USD"].rate == 0.0


def test_a_security_begins_without_prices(account: AccountState) -> None:
    """An instrument just described has a price of 0 and nothing held."""
    assert (stock(account).price, stock(account).bid, stock(account).quantity) == (0.0, 0.0, 0.0)


def test_a_security_brings_its_currencies() -> None:
    """Quote and base currency are in the cash book from then on, their rates not known."""
    account = AccountState(tapes.start())
    account.apply(tapes.coin())
    assert {c: s.rate for c, s in account.cash.items()} == {"USD": 1.0, "EUR": 0.0, "BTC": 0.0}


def test_a_security_described_again_keeps_its_state(account: AccountState) -> None:
    """A second description changes nothing."""
    account.apply(tapes.order())
    account.apply(tapes.security())
    assert stock(account).quantity == 10.0


def test_an_order_moves_its_security_and_the_account(account: AccountState) -> None:
    """Price, quote, position, cash and equity are those of the order line."""
    account.apply(tapes.order(tpv=1, cash={"USD": [499, 1]}, bid=49))
    assert (stock(account).price, stock(account).bid, stock(account).ask) == (50.25, 49.0, 50.5)
    assert stock(account).quantity == 10.0
    assert stock(account).holdings_value == 502.5
    assert account.total_value == 1.0
    assert account.cash["USD"].amount == 499.0
    assert account.securities[tapes.OPTION].price == 0.0


def test_an_order_without_a_quote_keeps_the_last(account: AccountState) -> None:
    """A null bid or ask changes nothing."""
    account.apply(tapes.order())
    account.apply(tapes.order(bid=None, ask=None))
    assert (stock(account).bid, stock(account).ask) == (49.5, 50.5)


def test_an_order_sets_the_rate_of_its_currency() -> None:
    """The quote currency's rate is the order line's."""
    account = AccountState(tapes.start())
    account.apply(tapes.coin())
    account.apply(tapes.order(sid=tapes.COIN, rate=1.5))
    assert account.cash["EUR"].rate == 1.5


def test_an_order_to_flat_leaves_nothing_held(account: AccountState) -> None:
    """Average price and profit go with the position, the price stays."""
    account.apply(tapes.mark(h={tapes.STOCK: [10, 51, 50, 9, 510]}))
    account.apply(tapes.order(position=0.0, price=52.0))
    held = stock(account)
    assert (held.quantity, held.average_price, held.unrealized_profit) == (0.0, 0.0, 0.0)
    assert (held.holdings_value, held.price) == (0.0, 52.0)


def test_an_order_that_leaves_the_position_leaves_the_marks(account: AccountState) -> None:
    """A submission does not touch what was marked, but for the price."""
    account.apply(tapes.mark(h={tapes.STOCK: [10, 51, 50, 9, 510]}))
    account.apply(tapes.order(status="SUBMITTED", fill_qty=0.0, position=10.0))
    held = stock(account)
    assert (held.average_price, held.unrealized_profit, held.holdings_value) == (50.0, 9.0, 510.0)
    assert held.price == 50.25


def test_a_mark_moves_only_what_it_contains(account: AccountState) -> None:
    """An empty mark changes nothing; one with equity alone leaves cash and holdings."""
    account.apply(tapes.order())
    account.apply(tapes.mark())
    assert account.total_value == 1001.5
    account.apply(tapes.mark(tpv=1002))
    assert account.total_value == 1002.0
    assert account.cash["USD"].amount == 499.0
    assert stock(account).quantity == 10.0


FULL: tapes.Line = {
    "tpv": 1000,
    "cash": {"USD": [500, 1]},
    "h": {tapes.STOCK: [10, 50, 50, 0, 500]},
}


def shown(account: AccountState) -> tuple[float, ...]:
    """Equity, dollars, and the stock's quantity, price, average price and value."""
    held = stock(account)
    figures = (held.quantity, held.price, held.average_price, held.holdings_value)
    return (account.total_value, account.cash["USD"].amount, *figures)


def test_what_a_mark_omits_is_as_last_marked(account: AccountState) -> None:
    """A day's and an order's figures pass; a mark that does not repeat a field restores it."""
    account.apply(tapes.mark(**FULL))
    marked = shown(account)
    account.apply(tapes.day(tpv=1010, benchmark=321))
    assert account.total_value == 1010.0
    account.apply(tapes.mark())
    assert (shown(account), account.benchmark) == (marked, 321.0)
    account.apply(tapes.order(position=30.0))
    assert shown(account) == (1001.5, 499.0, 30.0, 50.25, 50.0, 1507.5)
    account.apply(tapes.mark())
    assert shown(account) == marked


def test_a_mark_after_an_order_takes_its_own_figures(account: AccountState) -> None:
    """Of several fields, those the mark has are its own and only the others are restored."""
    account.apply(tapes.mark(**FULL))
    account.apply(tapes.order(position=30.0))
    account.apply(tapes.mark(h={tapes.STOCK: [30, 51, 50.5, 15, 1530]}))
    assert shown(account) == (1000.0, 500.0, 30.0, 51.0, 50.5, 1530.0)
    account.apply(tapes.day(tpv=1))
    account.apply(tapes.mark(tpv=1020))
    assert shown(account) == (1020.0, 500.0, 30.0, 51.0, 50.5, 1530.0)


def test_a_position_the_last_mark_had_not_is_gone(account: AccountState) -> None:
    """Holdings that a mark omits are those of the last one, so what was filled is flat again."""
    account.apply(tapes.mark(h={}))
    account.apply(tapes.order())
    account.apply(tapes.mark(tpv=1002))
    assert stock(account).quantity == 0.0


def test_a_rate_that_a_mark_omits_is_as_last_marked() -> None:
    """An order's rate passes with its cash, of settled and unsettled balances alike."""
    account = AccountState(tapes.start())
    account.apply(tapes.coin())
    account.apply(tapes.mark(cash={"USD": [1000, 1], "EUR": [7, 1.2]}, unsettled={"EUR": 3}))
    account.apply(tapes.order(sid=tapes.COIN, rate=1.5, cash={"EUR": [9, 1.5]}))
    account.apply(tapes.mark(tpv=1))
    euros, unsettled = account.cash["EUR"], account.unsettled["EUR"]
    assert (euros.amount, euros.rate, unsettled.amount, unsettled.rate) == (7.0, 1.2, 3.0, 1.2)


def test_before_the_first_mark_start_and_orders_count_as_marked(account: AccountState) -> None:
    """There is no mark to differ from: a day's equity passes, an order's and its cash stay."""
    account.apply(tapes.day(tpv=1010))
    account.apply(tapes.mark())
    assert account.total_value == 1000.0
    other = AccountState(tapes.start())
    for line in (tapes.security(), tapes.order(), tapes.day(tpv=1010), tapes.mark()):
        other.apply(line)
    assert shown(other) == (1001.5, 499.0, 10.0, 50.25, 0.0, 502.5)


def test_the_last_mark_is_shown_again_but_for_a_fill(account: AccountState) -> None:
    """Without a mark line nothing differs from the last; only a fill says otherwise."""
    account.apply(tapes.mark(**FULL))
    marked = shown(account)
    account.apply(tapes.day(tpv=1010))
    account.apply(tapes.order(status="SUBMITTED", fill_qty=0.0))
    account.show_last_mark()
    assert shown(account) == marked
    account.apply(tapes.order(position=20.0))
    account.show_last_mark()
    assert shown(account) == (1001.5, 499.0, 20.0, 50.25, 50.0, 1005.0)


def test_a_marked_holding_has_all_its_figures(account: AccountState) -> None:
    """Quantity, price, average, profit and value are taken as floats."""
    account.apply(tapes.mark(h={tapes.STOCK: [-10, 51, 50, -11, -510]}))
    held = stock(account)
    figures = (held.quantity, held.price, held.average_price, held.unrealized_profit)
    assert figures == (-10.0, 51.0, 50.0, -11.0)
    assert held.holdings_value == -510.0
    assert all(type(figure) is float for figure in figures)


def test_a_holding_that_a_mark_misses_is_flat(account: AccountState) -> None:
    """Where holdings are marked, what is not among them is flat at its last price."""
    account.apply(tapes.future())
    account.apply(tapes.mark(h={tapes.FUTURE: [1, 3000, 2990, 450, 150_000, 400]}))
    assert account.securities[tapes.FUTURE].settled_profit == 400.0
    account.apply(tapes.mark(h={tapes.STOCK: [10, 51, 50, 9, 510]}))
    gone = account.securities[tapes.FUTURE]
    assert (gone.quantity, gone.average_price, gone.unrealized_profit) == (0.0, 0.0, 0.0)
    assert (gone.settled_profit, gone.holdings_value, gone.price) == (0.0, 0.0, 3000.0)


def test_a_filled_position_that_a_mark_misses_is_flat(account: AccountState) -> None:
    """A position known from a fill alone goes as well."""
    account.apply(tapes.order())
    account.apply(tapes.mark(h={}))
    assert stock(account).quantity == 0.0


def test_unsettled_cash_is_whole_when_present(account: AccountState) -> None:
    """A currency that is missing has settled; a mark without the field changes nothing."""
    account.apply(tapes.mark(unsettled={"USD": 5, "CHF": 2}))
    assert {c: s.amount for c, s in account.unsettled.items()} == {"USD": 5.0, "CHF": 2.0}
    account.apply(tapes.mark(cash={"CHF": [0.0, 1.1]}))
    assert account.unsettled["USD"].amount == 5.0
    assert account.unsettled["CHF"].rate == 1.1
    account.apply(tapes.mark(unsettled={}))
    assert {s.amount for s in account.unsettled.values()} == {0.0}


def test_a_day_sets_what_leans_sample_needs(account: AccountState) -> None:
    """Equity, benchmark, risk-free rate and sale volume are the day line's."""
    account.apply(tapes.day(tpv=1003, benchmark=321, risk_free=0.025, sale_volume=500))
    assert account.total_value == 1003.0
    assert (account.benchmark, account.risk_free, account.sale_volume) == (321.0, 0.025, 500.0)


def test_of_the_end_only_benchmark_and_rate_are_taken(account: AccountState) -> None:
    """LEAN's results of the run do not reach the account."""
    account.apply(tapes.end())
    assert (account.benchmark, account.risk_free, account.sale_volume) == (333.0, 0.03, 0.0)
    assert account.total_value == 1000.0
    assert account.cash["USD"].amount == 1000.0


def test_a_change_of_symbol_renames(account: AccountState) -> None:
    """A stock takes the new ticker, an option its underlying's in its own."""
    account.apply(tapes.corporate("symbol_changed", new="BB"))
    account.apply(tapes.corporate("symbol_changed", sid=tapes.OPTION, new="BB"))
    assert stock(account).ticker == "BB"
    assert account.securities[tapes.OPTION].ticker == "BB    200117C00100000"


@pytest.mark.parametrize("kind", ["split", "dividend", "delisting"])
def test_other_corporate_lines_move_nothing(account: AccountState, kind: str) -> None:
    """What they do to the account, the next mark tells."""
    account.apply(tapes.mark(tpv=1, h={tapes.STOCK: [10, 51, 50, 9, 510]}))
    account.apply(tapes.corporate(kind))
    assert (stock(account).quantity, account.total_value) == (10.0, 1.0)


@pytest.mark.parametrize(
    ("line", "base"),
    [
        (tapes.coin(), "BTC"),
        (tapes.coin(kind="FOREX", ticker="EURUSD", quote="USD"), "EUR"),
        (tapes.coin(kind="CRYPTO_FUTURE", ticker="ADAUSDT", quote="USDT"), "ADA"),
        (tapes.coin(kind="CFD", ticker="XAUUSD", quote="USD"), None),
        (tapes.security(), None),
    ],
)
def test_the_base_currency_of_a_pair(line: tapes.Line, base: str | None) -> None:
    """It is the ticker less the quote currency, and only pairs have one."""
    assert base_currency(line) == base


@pytest.mark.parametrize("name", ["crypto-spot", "option-combos", "sliced-fills"])
def test_the_sale_volume_between_midnights_is_that_of_the_fills(name: str) -> None:
    """At each midnight, and at the end, LEAN's own is what the fills traded."""
    tape = read_tape(recordings()[name].path)
    account = AccountState(tape.start)
    for line in tape.lines():
        if line.type in {"day", "end"}:
            assert account.sale_volume == pytest.approx(line.fields["sale_volume"], rel=1e-9)
        account.apply(line.fields)
