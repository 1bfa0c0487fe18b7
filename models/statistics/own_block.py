"""The whole block of our own portfolio figures, of the account or of a strategy, at a moment.

It is the one that `stats` prints at the desk, of the same list of metrics and of the same closes,
to the last digit. Taking it costs the same however long the run is: what it is computed of is kept
in view, and computed when a figure is read first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import NamedTuple

import numpy as np

from models.equity.daily import daily_series_of, days_a_year
from models.equity.prefix import Prefix
from models.statistics.closes import Closes
from models.statistics.portfolio import OWN, Figure, own_statistics

# A sample at midnight is the close of the day before.
BEFORE_MIDNIGHT = timedelta.resolution


class BlockInputs(NamedTuple):
    """What a block is computed of.

    Attributes:
        closes: `date.toordinal()` of the days that have a close, and the NAV at it.
        span: The first and the last day of the account; None before it opened.
        samples: LEAN's samples: Unix seconds, the benchmark's value, the annual risk-free rate.
        zone: The time zone of the days.
        days_per_year: LEAN's trading days a year.
    """

    closes: Prefix
    span: tuple[date, date] | None
    samples: Prefix
    zone: tzinfo
    days_per_year: float


class OwnBlock(Mapping[str, Figure]):
    """Every figure of `OWN` by its name.

    The risk-free rate is the mean of those that LEAN sampled, the benchmark is LEAN's.

    Args:
        inputs: What it is computed of.
    """

    def __init__(self, inputs: BlockInputs) -> None:
        self._inputs = inputs

    def __getitem__(self, name: str) -> Figure:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(OWN)

    def __len__(self) -> int:
        return len(OWN)

    @cached_property
    def closes(self) -> Closes:
        """The start and the closes after it, with the benchmark of the same days; else nothing."""
        inputs = self._inputs
        if inputs.span is None or not len(inputs.closes):
            return Closes((), ())
        closed, values = inputs.closes.rows()
        found, navs = daily_series_of(closed, values, *inputs.span)
        days = [day.toordinal() for day in found]
        dates = [days[0] - 1, *days]
        beside = self._benchmark()
        return Closes(dates, [1.0, *navs], [beside.get(day, 0.0) for day in dates])

    def _benchmark(self) -> dict[int, float]:
        """The benchmark at the close of local dates, by their ordinals."""
        times, values, _ = self._inputs.samples.rows()
        moments = (datetime.fromtimestamp(time, UTC) - BEFORE_MIDNIGHT for time in times)
        dates = (moment.astimezone(self._inputs.zone).toordinal() for moment in moments)
        return dict(zip(dates, values, strict=True))

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        series, inputs = self.closes, self._inputs
        rates = inputs.samples.rows()[2]
        return own_statistics(
            series,
            days_a_year=self._days_a_year(),
            risk_free=float(np.asarray(rates, float).mean()) if rates else 0.0,
        )

    def _days_a_year(self) -> int:
        """LEAN's trading days a year; 365 where the series itself has more than 300 a year."""
        days, usual = self.closes.day, self._inputs.days_per_year
        if len(days) < 2:
            return int(usual)
        first, last = (date.fromordinal(int(days[at])) for at in (1, -1))
        return int(days_a_year(len(days) - 1, first, last, usual))
