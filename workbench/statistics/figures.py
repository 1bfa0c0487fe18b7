"""Everything there is to say of a run in figures, as JSON values: LEAN's own, ours, the execution.

    {"lean": {"portfolioStatistics", "tradeStatistics", "rollingWindow"}, "own", "strategies",
     "execution", "basis"}

`lean` has LEAN's names and forms, so that it can be laid beside `totalPerformance` and
`rollingWindow` of a result file; LEAN may write a number with other zeros at its end. They take
LEAN's own trades, closing fills and chart of equity, which a replay rebuilds and a saved state does
not have: of a saved state the `tradeStatistics` are null, there is no `rollingWindow`, and of the
`portfolioStatistics` the figures of closing fills are null and the others are of the daily samples
alone, since the project's first deployment.

`own` is the account, `strategies` each strategy in the same shape: closed trades in all, by side
and in groups that share them out; portfolio figures of the daily closes of a unit's NAV, which no
deposit moves, with their n and the key of their formula in `definitions`; returns up to now; and
drawdowns. `basis` is what ratios are taken with: the trading days a year and the mean annual
risk-free rate. Undefined is null. Pure functions of a tracker, and of the replay it is in.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from models.equity.samples import Column
from models.execution.group_metrics import OrderGroup
from models.performance_tracker import PerformanceTracker
from models.statistics.closes import Closes
from models.statistics.lean_portfolio import lean_portfolio_statistics
from models.statistics.lean_trades import LeanTradeStatistics
from models.statistics.lean_windows import rolling_statistics
from models.statistics.periods import DailyDrawdownPeriod, drawdown_periods, period_ladder
from models.statistics.portfolio import OWN
from models.structures.record import STRUCTURES
from models.trades.record import LONG, SHORT
from models.trades.statistics import GroupBy
from workbench.replay.replay import Replay

JSON = dict[str, Any]

# LEAN's figures of closing fills, which its daily samples do not tell.
OF_CLOSINGS = (
    "averageWinRate", "averageLossRate", "profitLossRatio", "winRate", "lossRate", "expectancy",
)  # fmt: skip

# What LEAN rounds to three decimals, else four; and what has no zeros at the end.
THREE_DECIMALS = frozenset({"drawdown", "valueAtRisk99", "valueAtRisk95"})
TRIMMED = frozenset({"startEquity", "endEquity", "winRate", "lossRate", "drawdownRecovery"})


def replay_statistics(replay: Replay) -> JSON:
    """All statistics of a replay that was played with LEAN's book."""
    return {"lean": _lean_of_replay(replay), **own_statistics(replay.tracker)}


def state_statistics(tracker: PerformanceTracker) -> JSON:
    """All statistics of a tracker that has no more of LEAN's than its daily samples."""
    return {"lean": _lean_of_samples(tracker), **own_statistics(tracker)}


def own_statistics(tracker: PerformanceTracker) -> JSON:
    """All statistics of a tracker but those that are LEAN's."""
    strategies = {name: own_figures(tracker, name) for name in tracker.scopes.strategies}
    definitions = {f"own.{name}": metric.formula for name, metric in OWN.items()}
    return {
        "own": {**own_figures(tracker), "definitions": definitions},
        "strategies": strategies,
        "execution": execution(tracker),
        "basis": _basis(tracker),
    }


def _basis(tracker: PerformanceTracker) -> JSON:
    rates = tracker.samples.risk_free
    return {
        "days_a_year": tracker.portfolio_statistics()["sharpe"].days_a_year,
        "risk_free": float(np.asarray(rates, float).mean()) if len(rates) else 0.0,
    }


# --- LEAN's


def _lean_of_replay(replay: Replay) -> JSON:
    found = replay.lean_statistics()
    blocks: dict[str, JSON] = {}
    trades = LeanTradeStatistics()
    if found.windows and replay.desk is not None:  # without them LEAN throws its trades away too
        trades = replay.desk.trades
        times = replay.chart.points().time
        first, last = (datetime.fromtimestamp(times[at], UTC).date() for at in (0, -1))
        blocks = rolling_statistics(replay.lean_trades, first, last)
    return {
        "portfolioStatistics": portfolio_texts(found.total),
        "tradeStatistics": trades.block(),
        "rollingWindow": {
            key: {
                "tradeStatistics": blocks[key],
                "portfolioStatistics": portfolio_texts(figures),
            }
            for key, figures in found.windows.items()
        },
    }


def _lean_of_samples(tracker: PerformanceTracker) -> JSON:
    total = lean_portfolio_statistics(
        tracker.samples,
        capital=tracker.ledger.books.starting_equity,
        days_a_year=int(tracker.days_per_year),
        sampled_at_start=not tracker.live,
    ).total
    figures = {**portfolio_texts(total), **dict.fromkeys(OF_CLOSINGS)}
    return {"portfolioStatistics": figures, "tradeStatistics": None, "rollingWindow": {}}


def portfolio_texts(figures: dict[str, float]) -> dict[str, str]:
    """LEAN's portfolio figures as its result file writes them: decimals as text."""
    return {name: _decimal_text(name, value) for name, value in figures.items()}


def _decimal_text(name: str, value: float) -> str:
    text = f"{value:.{3 if name in THREE_DECIMALS else 4}f}"
    if not float(text):
        return "0"
    return text.rstrip("0").rstrip(".") if name in TRIMMED else text


# --- ours


def own_figures(tracker: PerformanceTracker, strategy: str | None = None) -> JSON:
    """The figures of the account, or of a strategy.

    The risk-free rate is the mean of those LEAN sampled, the benchmark is LEAN's, and the turnover
    of trades is of the mean equity of LEAN's daily samples, the account's for strategies too.

    Raises:
        UnknownStrategyError: There is no such strategy.
    """
    portfolio = tracker.portfolio_statistics(strategy)
    series = portfolio.closes
    begun = [each.time.astimezone(tracker.zone).date() for each in tracker.deployments]
    return {
        "trades": _trades(tracker, strategy),
        "portfolio": {name: figure._asdict() for name, figure in portfolio.items()},
        "periods": period_ladder(series, begun[-1] if begun else None),
        "drawdowns": [spell_dict(spell) for spell in drawdown_periods(series)],
    }


def closes(tracker: PerformanceTracker, strategy: str | None = None) -> Closes:
    """The closes of the account or of a strategy, with the benchmark of the same days.

    Raises:
        UnknownStrategyError: There is no such strategy.
    """
    return tracker.portfolio_statistics(strategy).closes


def _trades(tracker: PerformanceTracker, strategy: str | None) -> JSON:
    """Closed trades: lots, all and by side and under `by` in groups of the other kinds; and the
    structures, without a turnover.
    """
    mean = _mean(tracker.samples.equity)
    within = () if strategy is None else ((GroupBy.STRATEGY, strategy),)
    statistics = tracker.statistics
    sides = {
        side: statistics.metrics(*within, (GroupBy.SIDE, side), equity=mean).to_dict()
        for side in (LONG, SHORT)
    }
    known = {GroupBy.SIDE} if strategy is None else {GroupBy.SIDE, GroupBy.STRATEGY}
    return {
        "all": statistics.metrics(*within, equity=mean).to_dict(),
        **sides,
        STRUCTURES: tracker.trade_statistics(strategy, book=STRUCTURES).to_dict(),
        "by": {
            by.value: {
                label: metrics.to_dict()
                for label, metrics in statistics.groups(by, *within, equity=mean).items()
            }
            for by in GroupBy
            if by not in known
        },
    }


def _mean(values: Column) -> float | None:
    return float(np.asarray(values, float).mean()) if len(values) else None


def spell_dict(spell: DailyDrawdownPeriod) -> JSON:
    """A drawdown of daily closes as JSON values."""
    values = asdict(spell)
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def execution(tracker: PerformanceTracker) -> JSON:
    """What orders cost: the account, the records of each other group, and the last orders.

    Every part is empty, and the account null, where the setting `execution` is off.
    """
    found = {
        group.value: [each.to_dict() for each in tracker.execution_quality(group)]
        for group in OrderGroup
    }
    account = found.pop(OrderGroup.ACCOUNT.value)
    return {
        OrderGroup.ACCOUNT.value: account[0] if account else None,
        **found,
        "suggested_slippage": [each.to_dict() for each in tracker.suggested_slippage()],
        "orders": [each.to_dict() for each in tracker.orders()],
    }
