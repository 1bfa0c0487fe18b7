"""Joint resamples of some series: their sums and their drawdowns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.certainty.bootstrap import (
    RESAMPLES,
    SEED,
    Indices,
    resampled_days,
    times_drawn,
)
from workbench.certainty.intervals import stretch
from workbench.certainty.observations import (
    OWN,
    Observations,
    Sums,
    common_block,
    daily_columns,
)

Floats = npt.NDArray[np.float64]

LOG = Sums._fields.index("log")


@dataclass(frozen=True, slots=True)
class Resamples:
    """What was drawn.

    Attributes:
        seen: What was drawn from.
        block: Mean length of the blocks, days.
        seed: Of the generator.
        daily: What each day adds to each sum: series, days, columns.
        sums: The sums of each resample: series, resamples, columns.
        drawdowns: The deepest drawdown of each resample: series, resamples.
    """

    seen: Observations
    block: float
    seed: int
    daily: Floats
    sums: Floats
    drawdowns: Floats

    @property
    def count(self) -> int:
        """How many resamples there are."""
        return int(self.sums.shape[1])

    def observed(self, series: int) -> Sums:
        """The sums over the days as they were."""
        return Sums(*self.daily[series].sum(axis=0))

    def by_day(self, series: int) -> Sums:
        """What each day adds to the sums."""
        return Sums(*self.daily[series].T)

    def drawn(self, series: int) -> Sums:
        """The sums over each resample."""
        return Sums(*self.sums[series].T)

    def left_out(self, series: int) -> Sums:
        """The sums over all days but one, for each day."""
        return Sums(*(self.daily[series].sum(axis=0) - self.daily[series]).T)


def resample(
    seen: Observations,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    block: float | None = None,
) -> Resamples:
    """Draw the series together.

    Args:
        seen: At least one series and one day.
        resamples: How many.
        seed: The same one gives the same resamples.
        block: Mean length of the blocks; None for what the series ask for.
    """
    length = common_block(seen) if block is None else block
    series = range(len(seen.names))
    daily = np.stack([daily_columns(seen, each) for each in series])
    # columns that are of the benchmark alone are summed once for all series
    columns = np.concatenate([*daily[:, :, :OWN], daily[0, :, OWN:]], axis=1)
    paths = [_Path(daily[each, :, LOG], length) for each in series]
    rows, falls = [], []
    for days in resampled_days(seen.days, length, resamples, seed):
        rows.append(times_drawn(days) @ columns)
        falls.append([path.drawdowns(days) for path in paths])
    sums = np.concatenate(rows)
    own, shared = np.split(sums, [OWN * len(seen.names)], axis=1)
    joined = [np.hstack((part, shared)) for part in np.split(own, len(seen.names), axis=1)]
    return Resamples(seen, length, seed, daily, np.stack(joined), np.concatenate(falls, axis=1))


class _Path:
    """The drawdowns of a series' resamples.

    What the days to come will bring on average is known no better than by the days seen. So the
    drift of each path is moved by what another resample's differs from that of the days seen, and
    the days are spread by what resampling in blocks leaves out.
    """

    def __init__(self, log: Floats, block: float) -> None:
        self._mean = float(log.mean())
        self._log = self._mean + (log - self._mean) * stretch(log - self._mean, block)
        self._before = self._mean  # the mean of the resample before

    def drawdowns(self, days: Indices) -> Floats:
        """The deepest fall of each row from its peak, the start included; a fraction."""
        steps = self._log[days]
        means = steps.mean(axis=1)
        moved = np.append(self._before, means[:-1]) - self._mean
        self._before = float(means[-1])
        steps += moved[:, np.newaxis]
        np.cumsum(steps, axis=1, out=steps)
        peaks = np.maximum.accumulate(np.maximum(steps, 0.0), axis=1)
        steps -= peaks
        deepest: Floats = -np.expm1(steps.min(axis=1))
        return deepest
