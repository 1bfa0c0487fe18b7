"""Terms and balances: what was earned, and what the rates did to the cash."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from models.ledger.terms import BALANCES, Balance, Terms
from tests.laws import close


def test_the_terms_net_is_signed_as_the_law_has_it() -> None:
    """Fees are taken off, all else is added."""
    assert Terms(100, 5, 3, 2, 1).net == 101


@given(st.lists(st.tuples(st.integers(-100, 100), st.integers(1, 300)), max_size=20))
def test_a_balances_fx_is_amount_times_change_at_every_step(steps: list[tuple[int, int]]) -> None:
    """However often it is read, fx is the sum of what each change of rate did to the amount."""
    balance = Balance(1.0, 10.0)
    amount, rate, fx = Fraction(10), Fraction(1), Fraction(0)
    for units, cents in steps:
        new = Fraction(cents, 100)
        fx += amount * (new - rate)
        amount, rate = amount + units, new
        assert close(balance.fx_at(cents / 100), float(fx))
        balance.add(float(units), cents / 100)
        assert close(balance.amount, float(amount))
    saved = BALANCES.encode({"EUR": balance})
    assert BALANCES.encode(BALANCES.decode(saved)) == saved
    assert close(balance.fx_at(5.0), float(fx + amount * (5 - rate)))
