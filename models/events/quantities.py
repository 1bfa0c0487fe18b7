"""How quantities are kept free of the dust that floating point leaves."""

from __future__ import annotations

from math import log10

# Quantities are kept to so many decimals: rounding keeps 0.3 - 0.1 at 0.2. A satoshi has 8, and a
# coin buy less its fee in coins a few more.
DECIMALS = 12
SMALLEST = 10.0**-DECIMALS

# A float has 15 decimal digits that can be relied on; up to here all decimals are among them.
DIGITS = 15
FEW_DIGITS = 10.0 ** (DIGITS - DECIMALS)

# What additions and subtractions may leave, as a part of all that was traded from flat.
DUST = 4e-15


def tidy(quantity: float, size: float = 0.0) -> float:
    """The quantity without the float dust of a sum or difference.

    Args:
        quantity: What came out.
        size: The largest quantity that went in: its digits say how many decimals are meant.
    """
    if not quantity % 1:
        return quantity
    size = abs(size)
    if size < FEW_DIGITS:
        return round(quantity, DECIMALS)
    return round(quantity, max(0, DIGITS - 1 - int(log10(size))))


def dust(traded: float) -> float:
    """The least quantity that is a holding, where so much was traded since there was none."""
    least = traded * DUST
    return max(SMALLEST, least)
