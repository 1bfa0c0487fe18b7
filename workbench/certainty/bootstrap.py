"""The stationary bootstrap of Politis and Romano (1994): days drawn in blocks of random length.

Each resample is as long as the series and made of blocks that begin on any day and whose lengths
are geometric; the day after the last is the first. All series are drawn with the same days, so
that a resample keeps what they have to do with each other. A seed gives the same days always.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

SEED = 20_040_101
RESAMPLES = 5_000

# Days drawn at a time: what is worked on stays within a processor's cache. The days of a seed
# depend on it.
CHUNK_DAYS = 1 << 18


def resampled_days(
    n: int, block: float, resamples: int = RESAMPLES, seed: int = SEED
) -> Iterator[Indices]:
    """The days of each resample, row by row, some rows at a time.

    Args:
        n: Days of the series, at least 1.
        block: Mean length of a block, days, at least 1.
        resamples: How many rows there are in all.
        seed: Of numpy's default generator.

    Yields:
        Arrays of n columns with indices from 0 to n - 1.
    """
    generator = np.random.default_rng(seed)
    rows = max(1, CHUNK_DAYS // n)
    for first in range(0, resamples, rows):
        yield _chunk(generator, n, block, min(rows, resamples - first))


def _chunk(generator: np.random.Generator, n: int, block: float, rows: int) -> Indices:
    """The days of some resamples. A block that ends with its row loses nothing: lengths that are
    geometric have no memory.
    """
    total = rows * n
    begins = _begins(generator, total, block)
    begins[::n] = True
    at = np.flatnonzero(begins)
    lengths = np.diff(np.append(at, total))
    days = np.repeat(generator.integers(0, n, at.size) - at, lengths)
    days += np.arange(total)
    days[days >= n] -= n
    return days.reshape(rows, n)


def _begins(generator: np.random.Generator, total: int, block: float) -> npt.NDArray[np.bool_]:
    """Which of so many days begin a block: each with the chance 1 / block."""
    if block <= 1.0:
        return np.ones(total, np.bool_)
    drawn: npt.NDArray[np.bool_] = generator.random(total, np.float32) < 1.0 / block
    return drawn


def times_drawn(days: Indices) -> Floats:
    """How often each resample (row) has each day (column).

    The product with columns of daily values is their sum over each resample.
    """
    rows, n = days.shape
    places = days + np.arange(0, rows * n, n)[:, np.newaxis]
    return np.bincount(places.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)


def resampled_sums(
    columns: Floats, block: float, resamples: int = RESAMPLES, seed: int = SEED
) -> Floats:
    """The sum of each column of daily values over each resample: a row a resample."""
    days = resampled_days(len(columns), block, resamples, seed)
    return np.concatenate([times_drawn(chunk) @ columns for chunk in days])
