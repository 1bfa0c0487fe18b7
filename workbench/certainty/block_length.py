"""How long the blocks of a stationary bootstrap must be for the dependence in a series.

Politis and White, "Automatic Block-Length Selection for the Dependent Bootstrap" (Econometric
Reviews 23, 2004), with the correction of Patton, Politis and White (Econometric Reviews 28, 2009).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Autocorrelations in a row that must be insignificant before the dependence counts as over.
QUIET_LAGS = 5

# Fewer values tell nothing of their dependence.
LEAST_VALUES = 8


def autocovariances(values: Floats, lags: int) -> Floats:
    """The autocovariances of lags 0 to `lags`, each sum divided by the number of values."""
    n = values.size
    size = 1 << (n + lags).bit_length()  # zeros behind the values keep the ends apart
    spectrum = np.fft.rfft(values - values.mean(), size)
    return np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[: lags + 1] / n


def most_lags(n: int) -> int:
    """The largest lag that is looked at in a series of n values."""
    return min(math.ceil(math.sqrt(n)) + max(QUIET_LAGS, int(math.log10(n))), n - 2)


def bandwidth(values: Floats) -> int:
    """The lag M up to which autocovariances count, by the rule of Politis and White.

    Twice the first lag after which `QUIET_LAGS` autocorrelations in a row are insignificant; the
    largest lag there is where they never are.
    """
    n = values.size
    lags, quiet = most_lags(n), max(QUIET_LAGS, int(math.log10(n)))
    apart = values - values.mean()
    squares = np.concatenate(([0.0], np.cumsum(apart * apart)))
    lag = np.arange(lags + 1)
    # each product is judged by the spread of the values that it is made of
    spread = np.sqrt((squares[n] - squares[lag + 1]) * squares[n - lag - 1])
    limit = 2.0 * math.sqrt(math.log10(n) / n)
    significant = np.abs(autocovariances(values, lags)) * n >= limit * spread
    for first in range(lags + 1 - quiet):
        if not significant[first : first + quiet].any():
            return min(2 * max(first, 1), lags)
    return lags


def flat_top(lags: int) -> Floats:
    """The weights of lags 1 to `lags`: 1 up to the middle, then falling to 0."""
    weights: Floats = np.minimum(1.0, 2.0 * (1.0 - np.arange(1, lags + 1) / lags))
    return weights


def long_run_variance(values: Floats) -> float:
    """The variance of the mean times the number of values, dependence included.

    The flat-top estimate of Politis and Romano (1995), which can be negative in small samples.
    """
    lags = bandwidth(values)
    found = autocovariances(values, lags)
    return float(found[0] + 2.0 * flat_top(lags) @ found[1:])


def block_length(values: Floats) -> float:
    """The mean length of the blocks, at least 1: a value of independent or constant series."""
    n = values.size
    if n < LEAST_VALUES or float(np.ptp(values)) == 0.0:
        return 1.0
    lags = bandwidth(values)
    found = autocovariances(values, lags)
    weights = flat_top(lags)
    spectrum = float(found[0] + 2.0 * weights @ found[1:])
    slope = 2.0 * float((weights * np.arange(1, lags + 1)) @ found[1:])
    longest = math.ceil(min(3.0 * math.sqrt(n), n / 3.0))
    if spectrum == 0.0:
        return float(longest)
    return float(np.clip((slope / spectrum) ** 2 * n, 1.0, float(longest) ** 3) ** (1.0 / 3.0))
