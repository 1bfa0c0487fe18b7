"""What a structure can lose and make at most, by what its legs are worth at expiry.

The value at expiry is a line between the strikes, so its extremes are at the strikes, at a price of
0, or beyond the last strike, where it may have no bound. Where legs expire later than others their
value at the first expiry is no less than what exercising them would bring: that bounds the loss
where only bought legs live longer, and the profit where only sold ones do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

# The slope of a payoff that is none but for the float's last digits.
FLAT = 1e-9


class PayoffLeg(NamedTuple):
    """One leg with what was paid for it.

    Attributes:
        kind: "C" for calls, "P" for puts, "S" for the underlying.
        size: Signed quantity times the multiplier.
        paid: What a unit cost, quote currency.
        strike: Quote currency; 0 of the underlying.
        expiry: None of the underlying, and where it is unknown.
    """

    kind: str
    size: float
    paid: float
    strike: float = 0.0
    expiry: date | None = None

    def value(self, price: float) -> float:
        """What it makes where the underlying is worth that at expiry."""
        if self.kind == "S":
            unit = price
        else:
            unit = max(0.0, price - self.strike if self.kind == "C" else self.strike - price)
        return self.size * (unit - self.paid)


class Bounds(NamedTuple):
    """The worst and the best end, in the quote currency; None where there is no bound."""

    worst: float | None
    best: float | None


def payoff_bounds(legs: Sequence[PayoffLeg]) -> Bounds:
    """The worst and the best P&L before fees at which legs of one underlying can end."""
    ends = [
        sum(leg.value(price) for leg in legs)
        for price in {0.0, *(leg.strike for leg in legs if leg.kind != "S")}
    ]
    slope = sum(leg.size for leg in legs if leg.kind != "P")
    worst = min(ends) if slope > -FLAT else None
    best = max(ends) if slope < FLAT else None
    bought, sold = _expiries(legs, 1), _expiries(legs, -1)
    if bought and sold:
        if min(bought) < max(sold):  # what was sold may be worth more than its exercise
            worst = None
        if min(sold) < max(bought):
            best = None
    return Bounds(worst, best)


def _expiries(legs: Sequence[PayoffLeg], sign: int) -> list[date]:
    """The expiries of the options that were bought (1) or sold (-1)."""
    return [leg.expiry or date.min for leg in legs if leg.kind != "S" and leg.size * sign > 0]
