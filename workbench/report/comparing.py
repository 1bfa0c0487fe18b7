"""A record of a run as the comparison takes it, and what the comparison says of its strategies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo

import numpy as np

from models.equity.scope import ACCOUNT
from workbench.certainty.estimates import Estimate, estimates, values_drawn
from workbench.certainty.observations import Observations
from workbench.certainty.resamples import Resamples, resample
from workbench.certainty.statistics import STATISTICS
from workbench.comparison.contributions import (
    Contribution,
    Without,
    contributions,
    parts_of,
    without_each,
)
from workbench.comparison.daily import DailySeries, StrategyDays
from workbench.comparison.ledger_days import NO_LEDGER
from workbench.comparison.pairs import Pair, correlations, pairs
from workbench.comparison.run import Run
from workbench.comparison.side_by_side import Profile, TrackRecord, profiles
from workbench.comparison.subjects import (
    Subject,
    common_window,
    observations,
    run_subjects,
    strategy_subjects,
)
from workbench.replay.saved_state import zone_named
from workbench.report.amounts import Floats, Times
from workbench.runs.record import RunRecord

# Fewer than the comparison's, so that a report of decades is made in seconds.
RESAMPLES = 2_000
SEED = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """How sure the figures of a run are.

    Attributes:
        account: Figures of the account with their intervals, by name.
        record: Whether the account has days enough.
        strategies: Each strategy in figures.
        best: Strategy -> in which share of the resamples its Sharpe ratio is the highest.
        contributions: What each strategy adds to the account, the account last.
        without: The account without each strategy.
        correlation: Of the strategies' daily P&L, row by column.
        pairs: Each two strategies.
        block: Mean length of the blocks that were drawn, days.
        resamples: How many were drawn.
    """

    account: Mapping[str, Estimate]
    record: TrackRecord
    strategies: Sequence[Profile]
    best: Mapping[str, float]
    contributions: Sequence[Contribution]
    without: Sequence[Without]
    correlation: Sequence[Sequence[float | None]]
    pairs: Sequence[Pair]
    block: float
    resamples: int


def judged(record: RunRecord) -> Judged | None:
    """How sure the figures of a run are; None where it has no day with a value."""
    run = run_of_record(record)
    if not run.daily.days.size:
        return None
    window = common_window([run])
    strategies = strategy_subjects(run, window)
    subjects = [*run_subjects([run], window), *strategies]
    seen = observations(subjects, window, run)
    drawn = resample(seen, RESAMPLES, SEED)
    account = profiles(subjects[:1], drawn, 1)[0]
    others = profiles(subjects, drawn, len(strategies))[1:]
    sharpes = [values_drawn(drawn, 1 + at, STATISTICS["sharpe"]) for at in range(len(strategies))]
    parts = parts_of(run, strategies) if strategies else None
    return Judged(
        account=estimates(drawn, 0),
        record=account.track_record,
        strategies=others,
        best=_best(strategies, sharpes),
        contributions=contributions(parts) if parts else (),
        without=without_each(parts) if parts else (),
        correlation=correlations(strategies) if strategies else (),
        pairs=_pairs(seen, drawn, strategies),
        block=drawn.block,
        resamples=drawn.count,
    )


def _pairs(seen: Observations, drawn: Resamples, strategies: Sequence[Subject]) -> Sequence[Pair]:
    """Each two strategies, by the resamples that were drawn for them and the account, the first."""
    if len(strategies) < 2:
        return ()
    without_account = replace(
        drawn,
        seen=replace(seen, names=seen.names[1:], returns=seen.returns[1:], trades=seen.trades[1:]),
        daily=drawn.daily[1:],
        sums=drawn.sums[1:],
        drawdowns=drawn.drawdowns[1:],
    )
    return pairs(strategies, without_account)


def _best(strategies: Sequence[Subject], sharpes: Sequence[Floats]) -> dict[str, float]:
    """How often each strategy has the highest ratio; one without any has none."""
    if not strategies:
        return {}
    drawn = np.nan_to_num(np.stack(sharpes), nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    won = np.bincount(drawn.argmax(axis=0), minlength=len(strategies)) / drawn.shape[1]
    return {each.name: float(part) for each, part in zip(strategies, won, strict=True)}


def run_of_record(record: RunRecord, name: str = "") -> Run:
    """The run of a record, as the comparison takes it.

    Args:
        record: The record.
        name: What to call it; by default as its source.
    """
    basis = record.statistics.get("basis", {})
    zone = zone_named(record.zone) if record.zone else UTC
    return Run(
        name=name or record.told.name,
        live=record.live,
        currency=record.currency,
        days_a_year=float(basis.get("days_a_year", 252)),
        risk_free=float(basis.get("risk_free", 0.0)),
        daily=_daily(record, zone),
        trades=tuple(
            (each.exit_time.astimezone(zone).toordinal(), each) for each in record.told.lots
        ),
        execution={},
        ledger=NO_LEDGER,
        parameters=record.parameters,
        problems=record.told.problems,
        algorithm=record.algorithm,
        traded=record.traded,
    )


def _daily(record: RunRecord, zone: tzinfo) -> DailySeries:
    """The days of a record; none where it tells of none."""
    account = [day for day in record.told.days if day.strategy == ACCOUNT]
    days = np.array([day.date.toordinal() for day in account], np.int64)
    returns = np.array([day.daily_return for day in account], float)
    equity = _equity_before(record, zone, np.array([day.nav for day in account], float), days)
    benchmark = [
        np.nan if day.benchmark_return is None else day.benchmark_return for day in account
    ]
    names = dict.fromkeys(day.strategy for day in record.told.days if day.strategy != ACCOUNT)
    return DailySeries(
        start=int(days[0]) - 1 if days.size else 0,
        days=days,
        returns=returns,
        pnl=returns * equity,
        equity=equity,
        benchmark=np.array(benchmark, float),
        strategies=tuple(_strategy(record, name, days) for name in names),
    )


def _strategy(record: RunRecord, name: str, days: Times) -> StrategyDays:
    """The days of a strategy on the account's dates; its capital is what its NAV is a unit of."""
    capital = next(
        (
            mark.equity / mark.nav
            for mark in record.told.marks
            if mark.strategy == name and mark.nav
        ),
        float(record.balance.get("starting_equity") or 0.0),
    )
    own = [day for day in record.told.days if day.strategy == name]
    returns, pnl = np.zeros((2, days.size))
    at = np.searchsorted(days, [day.date.toordinal() for day in own])
    navs = np.array([1.0, *(day.nav for day in own)])
    returns[at] = [day.daily_return for day in own]
    pnl[at] = capital * np.diff(navs)
    return StrategyDays(name, capital, returns, pnl)


def _equity_before(record: RunRecord, zone: tzinfo, navs: Floats, days: Times) -> Floats:
    """The account's equity before each day: the NAV before it times the units there were."""
    marks = [mark for mark in record.told.marks if mark.strategy == ACCOUNT and mark.nav]
    if not marks or not days.size:
        return np.zeros(days.size)
    dates = np.array([mark.time.astimezone(zone).toordinal() for mark in marks])
    units = np.array([mark.equity / mark.nav for mark in marks if mark.nav])
    before = np.append(days[0] - 1, days[:-1])
    at = np.maximum(np.searchsorted(dates, before, "right") - 1, 0)
    return np.asarray(units[at] * np.append(1.0, navs[:-1]))
