"""What a `day` line shows: balances and holdings that are worth LEAN's sample."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.midnights import show_midnight, worth
from workbench.engine.state import AccountState
from workbench.engine.tape import read_tape
from workbench.recordings import recordings


def account(*lines: tapes.Line, **start: Any) -> AccountState:
    """An account after some lines."""
    made = AccountState(tapes.start(**start))
    for line in lines:
        made.apply(line)
    return made


def at_midnight(
    made: AccountState, equity: float, coming: tapes.Line | None = None
) -> AccountState:
    """The account at a day line of so much equity."""
    made.apply(tapes.day(date="2020-01-03", tpv=equity))
    show_midnight(made, coming)
    assert worth(made) == pytest.approx(equity, abs=1e-9)
    assert made.total_value == equity
    return made


def holder(**changes: Any) -> AccountState:
    """An account that holds ten shares of 50 beside 500 dollars."""
    held = tapes.mark(tpv=1000.0, cash={"USD": [500.0, 1.0]}, h={tapes.STOCK: [10, 50, 50, 0, 500]})
    return account(tapes.security(), held | changes)


def test_an_equity_that_adds_up_moves_nothing() -> None:
    """What the last mark showed stays."""
    made = at_midnight(holder(), 1000.0, tapes.mark(tpv=1010.0, cash={"USD": [510.0, 1.0]}))
    assert (made.cash["USD"].amount, made.securities[tapes.STOCK].price) == (500.0, 50.0)


def test_the_next_mark_is_shown_early_where_it_is_worth_the_sample() -> None:
    """As where a bar ends at midnight: its prices and cash are there."""
    coming = tapes.mark(tpv=1020.0, h={tapes.STOCK: [10, 52, 50, 20, 520]})
    made = at_midnight(holder(), 1020.0, coming)
    assert made.securities[tapes.STOCK].price == 52.0


def test_a_deposit_is_shown_as_cash() -> None:
    """The mark that tells of it has other prices too, which midnight does not know."""
    coming = tapes.mark(
        tpv=1120.0, cash={"USD": [600.0, 1.0]}, h={tapes.STOCK: [10, 52, 50, 20, 520]}
    )
    made = at_midnight(holder(), 1100.0, coming)
    assert (made.cash["USD"].amount, made.securities[tapes.STOCK].price) == (600.0, 50.0)


def test_a_move_that_nothing_tells_is_of_prices() -> None:
    """What is long rises and what is short falls where the account gained."""
    made = at_midnight(holder(), 1010.0)
    assert made.securities[tapes.STOCK].price == pytest.approx(51.0)
    short = holder(tpv=1000.0, cash={"USD": [1500.0, 1.0]}, h={tapes.STOCK: [-10, 50, 50, 0, -500]})
    assert at_midnight(short, 1010.0).securities[tapes.STOCK].price == pytest.approx(49.0)


def test_futures_move_by_their_profit() -> None:
    """A fill after the last mark shows no profit of its own: midnight finds it."""
    made = account(
        tapes.future(),
        tapes.order(sid=tapes.FUTURE, position=1.0, price=3000.0, cash={"USD": [999.0, 1.0]}),
    )
    assert at_midnight(made, 1011.0).securities[tapes.FUTURE].unrealized_profit == 12.0


def test_rates_move_where_money_is_abroad() -> None:
    """1,000 euros in a dollar account that gained 11."""
    cash = {"USD": [0.0, 1.0], "EUR": [1000.0, 1.1]}
    made = at_midnight(account(cash=cash, tpv=1100.0), 1111.0)
    assert made.cash["EUR"].rate == pytest.approx(1.111)


def test_without_anything_that_moves_it_is_cash() -> None:
    """Also where the rate would have moved by half."""
    assert at_midnight(account(), 1100.0).cash["USD"].amount == 1100.0
    cash = {"USD": [990.0, 1.0], "EUR": [10.0, 1.0]}
    assert at_midnight(account(cash=cash), 1005.0).cash["USD"].amount == 995.0


def test_the_next_mark_tells_everything_again() -> None:
    """What midnight showed is gone, also where the mark line does not repeat it."""
    made = at_midnight(holder(), 1010.0)
    made.apply(tapes.mark("14:40", tpv=1000.0))
    assert (made.securities[tapes.STOCK].price, worth(made)) == (50.0, 1000.0)


@pytest.mark.parametrize("name", ["euro-futures", "crypto-future-funding", "crypto-spot"])
def test_what_marks_show_adds_up(name: str) -> None:
    """The sum is LEAN's own at every mark of a recording."""
    tape = read_tape(recordings()[name].path)
    made = AccountState(tape.start)
    for line in tape.lines():
        made.apply(line.fields)
        if line.type == "mark":
            assert worth(made) == pytest.approx(made.total_value, abs=1e-8)
