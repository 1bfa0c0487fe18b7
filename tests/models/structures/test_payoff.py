"""What a structure can lose and make at most."""

from __future__ import annotations

from datetime import date

import pytest

from models.structures.payoff import PayoffLeg, payoff_bounds

FIRST, SECOND = date(2024, 1, 19), date(2024, 2, 16)

# name -> legs (kind, contracts, paid, strike, expiry), the worst and the best end of 100 units each
Legs = list[tuple[str, float, float, float, date | None]]
CASES: dict[str, tuple[Legs, float | None, float | None]] = {
    "a bought call loses its price": ([("C", 1, 3, 100, FIRST)], -300, None),
    "a sold call has no worst end": ([("C", -1, 3, 100, FIRST)], None, 300),
    "a sold put loses its strike": ([("P", -1, 3, 100, FIRST)], -9_700, 300),
    "a bought put makes its strike": ([("P", 1, 3, 100, FIRST)], -300, 9_700),
    "a vertical is bounded by its width": (
        [("C", 1, 5, 100, FIRST), ("C", -1, 3, 105, FIRST)], -200, 300,
    ),
    "an iron condor loses its wider side": (
        [("P", 1, 0.5, 90, FIRST), ("P", -1, 1.5, 95, FIRST),
         ("C", -1, 1.5, 105, FIRST), ("C", 1, 0.5, 115, FIRST)], -800, 200,
    ),
    "a butterfly makes most in the middle": (
        [("C", 1, 6, 95, FIRST), ("C", -2, 3, 100, FIRST), ("C", 1, 1, 105, FIRST)], -100, 400,
    ),
    "a covered call is bounded at both ends": (
        [("S", 1, 98, 0, None), ("C", -1, 2, 105, FIRST)], -9_600, 900,
    ),
    "a box is worth its width": (
        [("C", 1, 6, 95, FIRST), ("P", -1, 1, 95, FIRST),
         ("C", -1, 1, 105, FIRST), ("P", 1, 5, 105, FIRST)], 100, 100,
    ),
    "a calendar that was bought loses its price": (
        [("C", -1, 3, 100, FIRST), ("C", 1, 5, 100, SECOND)], -200, None,
    ),
    "a calendar that was sold makes its price": (
        [("C", 1, 3, 100, FIRST), ("C", -1, 5, 100, SECOND)], None, 200,
    ),
    "a jelly roll has no bound of its own": (
        [("C", -1, 3, 100, FIRST), ("P", 1, 3, 100, FIRST),
         ("C", 1, 5, 100, SECOND), ("P", -1, 4, 100, SECOND)], None, None,
    ),
    "a backspread makes without a bound": (
        [("C", -1, 5, 100, FIRST), ("C", 2, 2, 105, FIRST)], -400, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bounds(name: str) -> None:
    """The worst and the best end are those of the payoff, None where it has none."""
    legs, worst, best = CASES[name]
    priced = [
        PayoffLeg(kind, 100 * size, paid, strike, expiry)
        for kind, size, paid, strike, expiry in legs
    ]
    found = payoff_bounds(priced)
    assert (found.worst, found.best) == (
        None if worst is None else pytest.approx(worst),
        None if best is None else pytest.approx(best),
    )
