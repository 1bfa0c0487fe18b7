"""The values of a run's columns as its page needs them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import nan

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

# A billionth is where a trade begins to have won: amounts are told to a tenth of it.
DECIMALS = 10


def known(value: float | None) -> float:
    """The value, NaN where there is none."""
    return nan if value is None else value


def money(values: Iterable[float]) -> Floats:
    """Amounts without what binary fractions left behind their last decimal."""
    return np.round(np.fromiter(values, np.float64), DECIMALS) + 0.0  # no -0.0


def cents(values: Iterable[float]) -> Floats:
    """Amounts that are shown and never summed to a law: hundredths of a cent are enough."""
    return np.round(np.fromiter(values, np.float64), 4) + 0.0


def milliseconds(times: Iterable[datetime]) -> Times:
    """Times as milliseconds of Unix time."""
    return np.array([round(time.timestamp() * 1000.0) for time in times], np.int64)
