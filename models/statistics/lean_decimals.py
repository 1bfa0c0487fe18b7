"""Numbers as LEAN's decimals and charts keep them."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from models.equity.samples import Floats

# The largest number of .NET's decimal type, and half of the smallest above 0.
LARGEST_DECIMAL, LEAST_DECIMAL = 7.9228162514264337593543950335e28, 5e-29


def charted(values: Floats) -> Floats:
    """Values as LEAN's charts keep them: with 4 decimals above 1,000, else 7 significant digits."""
    size = np.abs(values)
    scale = 10.0 ** (
        6.0 - np.floor(np.log10(size, out=np.zeros_like(size), where=size > LEAST_DECIMAL))
    )
    return np.where(values > 1000.0, np.round(values, 4), np.rint(values * scale) / scale)


def rounded_decimal(value: float, digits: int) -> float:
    """A number rounded as a decimal: half to even, by its digits and not by its double."""
    scaled = value * 10.0**digits
    if abs(abs(scaled - math.floor(scaled)) - 0.5) > 1e-6:
        return round(scaled) / 10.0**digits
    unit = Decimal(1).scaleb(-digits)
    return float(Decimal(f"{value:.15g}").quantize(unit, ROUND_HALF_EVEN))


def as_decimal(value: float) -> float:
    """A number as .NET's decimal holds it: cut at the largest, 0 below half of the smallest.

    Raises:
        OverflowError: The number is not finite.
    """
    if not math.isfinite(value):
        raise OverflowError(f"{value} is no decimal")
    return (
        max(-LARGEST_DECIMAL, min(LARGEST_DECIMAL, value)) if abs(value) >= LEAST_DECIMAL else 0.0
    )


def quotient_or_zero(value: float) -> float:
    """A quotient of decimals; LEAN has 0 where the quotient is too large for a decimal."""
    return value if abs(value) < LARGEST_DECIMAL else 0.0
