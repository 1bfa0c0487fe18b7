"""How quantities are kept free of the dust that floating point leaves."""

from __future__ import annotations

# A remainder below this part of the instrument's lot size is float dust, not a holding.
DUST = 1e-3

# Quantities are kept to so many decimals: rounding keeps 0.3 - 0.1 at 0.2. A satoshi has 8, and a
# coin buy less its fee in coins a few more.
DECIMALS = 12
SMALLEST = 10.0**-DECIMALS


def tidy(quantity: float) -> float:
    """The quantity without the float dust of a sum or difference."""
    return round(quantity, DECIMALS) if quantity % 1 else quantity
