"""A backtest against its live run: the day they part, and by which term of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from workbench.certainty.bootstrap import RESAMPLES, SEED
from workbench.certainty.estimates import Estimate
from workbench.certainty.intervals import LEVEL
from workbench.certainty.paired import paired_mean
from workbench.comparison.run import Run
from workbench.comparison.subjects import Subject, Window

Floats = npt.NDArray[np.float64]

# Daily returns further apart than this are not the same: a basis point.
SAME = 1e-4


@dataclass(frozen=True, slots=True)
class Parting:
    """A backtest and a live run of the same algorithm on the days that both have.

    Attributes:
        backtest: The backtest's name.
        live: The live run's name.
        days: Days of both.
        same: Days on which their returns are within a basis point.
        parted: The first date on which they are not; None where there is none.
        apart: The live return less the backtest's on that day.
        cause: The term of the ledger that tells them apart most on that day; None where no ledger
            of both covers the day.
        causes: Term -> what it added to the live return of that day beyond the backtest's.
        totals: The same over the window.
        correlation: Of the daily returns; None where one of them does not move.
        difference: The mean daily return of the live run less the backtest's, annualized, with its
            interval.
        p_value: How often such a difference would come about if there were none.
    """

    backtest: str
    live: str
    days: int
    same: int
    parted: date | None
    apart: float | None
    cause: str | None
    causes: Mapping[str, float]
    totals: Mapping[str, float]
    correlation: float | None
    difference: Estimate
    p_value: float | None


def parting(
    backtest: tuple[Run, Subject],
    live: tuple[Run, Subject],
    window: Window,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Parting:
    """Lay a backtest and a live run beside each other, each with its subject on the window."""
    (_, tested), (run, traded) = backtest, live
    apart = traded.returns - tested.returns
    different = np.flatnonzero(np.abs(apart) > SAME)
    first = int(different[0]) if different.size else None
    causes = _causes(backtest[0], run, window)
    on_day = {} if first is None else {name: float(each[first]) for name, each in causes.items()}
    told = any(on_day.values())
    moved = np.ptp(traded.returns) and np.ptp(tested.returns)
    test = paired_mean(apart, run.days_a_year, resamples, seed, level)
    return Parting(
        backtest=tested.name,
        live=traded.name,
        days=window.days.size,
        same=window.days.size - different.size,
        parted=None if first is None else date.fromordinal(int(window.days[first])),
        apart=None if first is None else float(apart[first]),
        cause=max(on_day, key=lambda name: abs(on_day[name])) if told else None,
        causes=on_day,
        totals={name: float(each.sum()) for name, each in causes.items()},
        correlation=float(np.corrcoef(traded.returns, tested.returns)[0, 1]) if moved else None,
        difference=test.difference,
        p_value=test.p_value,
    )


def _causes(backtest: Run, live: Run, window: Window) -> Mapping[str, Floats]:
    """Term -> what it added to the live return of each day beyond the backtest's.

    Both ledgers are read in the terms that both have.
    """
    ledgers = [backtest.ledger, live.ledger]
    if set(ledgers[0].terms) != set(ledgers[1].terms):
        ledgers = [each.coarse() for each in ledgers]
    tested, traded = (
        _of_equity(run, ledger.on(window.days), window)
        for run, ledger in zip((backtest, live), ledgers, strict=True)
    )
    return {name: traded[name] - tested[name] for name in traded if name in tested}


def _of_equity(run: Run, terms: Mapping[str, Floats], window: Window) -> Mapping[str, Floats]:
    """Amounts of days as parts of the equity before each."""
    places = np.searchsorted(run.daily.days, window.days).clip(max=run.daily.days.size - 1)
    equity = run.daily.equity[places]
    return {
        name: np.divide(amounts, equity, out=np.zeros_like(amounts), where=equity > 0.0)
        for name, amounts in terms.items()
    }
