"""Each subject in figures, with the interval of each and how long its track record must be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbench.certainty.estimates import Estimate, estimates
from workbench.certainty.intervals import LEVEL
from workbench.certainty.observations import Scale
from workbench.certainty.resamples import Resamples
from workbench.certainty.sharpe import (
    deflated_sharpe,
    hurdle,
    least_track_record,
    minimum_backtest,
    probabilistic_sharpe,
    record_of,
)
from workbench.comparison.subjects import Subject

Floats = npt.NDArray[np.float64]

# Figures that say a subject is good: below the least track record they prove nothing.
PROMISES = frozenset({"sharpe", "sortino", "cagr", "alpha"})

TAIL = 0.05  # the worst part of the days, of which the expected shortfall is the mean


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Whether there are days enough to say that the Sharpe ratio is above 0.

    Attributes:
        days: Returns there are.
        least_days: Returns there must be, at 95 %; None where no number is enough.
        enough: Whether there are.
        probabilistic_sharpe: The chance that the true ratio is above 0; None where undefined.
        deflated_sharpe: That chance after all the runs that were tried.
        minimum_backtest_years: Years below which the best of as many worthless runs shows such a
            ratio; None where no length is enough.
    """

    days: int
    least_days: int | None
    enough: bool
    probabilistic_sharpe: float | None
    deflated_sharpe: float | None
    minimum_backtest_years: float | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A subject in figures.

    Attributes:
        name: A strategy's or a run's.
        capital: What it had to start with, account currency.
        net_pnl: What it made over the window, account currency.
        total_return: Growth over the window.
        expected_shortfall: Mean return of the worst 5 % of the days.
        worst_day: The lowest daily return.
        trades: Closed trades.
        fees: Their fees, positive when paid.
        estimates: Figures with their intervals, by name.
        track_record: Whether there are days enough.
        execution: Orders, and what they cost; empty where that was not followed.
    """

    name: str
    capital: float
    net_pnl: float
    total_return: float
    expected_shortfall: float
    worst_day: float
    trades: int
    fees: float
    estimates: Mapping[str, Estimate]
    track_record: TrackRecord
    execution: Mapping[str, float | None]


def profiles(
    subjects: Sequence[Subject],
    drawn: Resamples,
    trials: int,
    level: float = LEVEL,
    others: Sequence[float] = (),
) -> list[Profile]:
    """Each subject in figures.

    Args:
        subjects: In the order in which they were drawn.
        drawn: Their joint resamples.
        trials: Every run that was tried.
        level: How often an interval holds the truth.
        others: Sharpe ratios of a day of other trials that are known.
    """
    records = track_records(subjects, drawn.seen.scale, trials, others)
    return [
        Profile(
            name=each.name,
            capital=each.capital,
            net_pnl=float(each.pnl.sum()),
            total_return=float(np.prod(1.0 + each.returns)) - 1.0,
            expected_shortfall=expected_shortfall(each.returns),
            worst_day=float(each.returns.min()),
            trades=round(float(each.trades.closed.sum())),
            fees=each.fees,
            estimates=_judged(estimates(drawn, at, level), record),
            track_record=record,
            execution=_execution(each),
        )
        for at, (each, record) in enumerate(zip(subjects, records, strict=True))
    ]


def track_records(
    subjects: Sequence[Subject], scale: Scale, trials: int, others: Sequence[float] = ()
) -> list[TrackRecord]:
    """The track record of each subject; the Sharpe ratios of all of them are those of trials."""
    excess = [each.returns - scale.rate for each in subjects]
    known = [*_sharpes(excess), *others]
    return [_track_record(each, max(trials, len(subjects)), known, scale.year) for each in excess]


def best_by_luck(
    subjects: Sequence[Subject], scale: Scale, trials: int, others: Sequence[float] = ()
) -> float:
    """The annual Sharpe ratio that the best of as many worthless trials is expected to show.

    Args:
        subjects: Those whose days are known.
        scale: Of their days.
        trials: Every run that was tried.
        others: Sharpe ratios of a day of other trials that are known.
    """
    known = [*_sharpes([each.returns - scale.rate for each in subjects]), *others]
    return hurdle(trials, known, subjects[0].returns.size) * math.sqrt(scale.year)


def _sharpes(excess: Sequence[Floats]) -> list[float]:
    """The Sharpe ratios of a day of those that have one."""
    return [record.sharpe for record in map(record_of, excess) if record is not None]


def _judged(found: Mapping[str, Estimate], record: TrackRecord) -> Mapping[str, Estimate]:
    """The estimates, those that promise something judged by the track record."""
    return {
        name: replace(each, enough=each.enough and (name not in PROMISES or record.enough))
        for name, each in found.items()
    }


def worst_days(returns: Floats) -> npt.NDArray[np.intp]:
    """The places of the worst 5 % of the days, at least one."""
    return np.argsort(returns, kind="stable")[: int((returns.size - 1) * TAIL) + 1]


def expected_shortfall(returns: Floats) -> float:
    """The mean return of the worst 5 % of the days."""
    return float(returns[worst_days(returns)].mean())


def _track_record(
    excess: Floats, trials: int, sharpes: Sequence[float], year: float
) -> TrackRecord:
    record = record_of(excess)
    if record is None:
        return TrackRecord(excess.size, None, False, None, None, None)
    least = least_track_record(record)
    return TrackRecord(
        days=record.days,
        least_days=None if least is None else math.ceil(least),
        enough=least is not None and record.days >= least,
        probabilistic_sharpe=probabilistic_sharpe(record),
        deflated_sharpe=deflated_sharpe(record, trials, sharpes),
        minimum_backtest_years=minimum_backtest(trials, record.sharpe * math.sqrt(year)),
    )


def _execution(subject: Subject) -> Mapping[str, float | None]:
    found = subject.execution
    if found is None:
        return {}
    return {
        "orders": float(found.orders),
        "fill_rate": found.fill_rate,
        "slippage_bps": found.slippage_bps,
        "fees_bps": found.fees_bps,
        "score": found.score,
    }
