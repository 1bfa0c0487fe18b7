"""Runs made of given returns, for the tests of their comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from models.trades.record import LOTS, TradeRecord
from workbench.comparison.daily import DailySeries, StrategyDays
from workbench.comparison.ledger_days import NO_LEDGER, LedgerDays
from workbench.comparison.run import Run
from workbench.comparison.subjects import Subject, common_window, run_subjects

Floats = npt.NDArray[np.float64]

START = date(2024, 1, 1)  # the date before the first day, where nothing else is said
CAPITAL = 1_000.0


def noise(seed: int, days: int = 300, mean: float = 0.0) -> Floats:
    """Seeded daily returns."""
    return mean + 0.01 * np.random.default_rng(seed).standard_normal(days)


def run(
    name: str,
    returns: Floats | Sequence[float],
    *,
    start: date = START,
    strategies: Mapping[str, Floats | Sequence[float]] | None = None,
    trades: Sequence[TradeRecord] = (),
    live: bool = False,
    currency: str = "USD",
    benchmark: Floats | None = None,
    terms: Mapping[str, Floats | Sequence[float]] | None = None,
    parameters: Mapping[str, str] | None = None,
    problems: tuple[str, ...] = (),
) -> Run:
    """A run of an account of 1,000 on each date after the start; strategies by their daily P&L."""
    daily = np.asarray(returns, float)
    days = start.toordinal() + 1 + np.arange(daily.size)
    equity = CAPITAL * np.concatenate(([1.0], np.cumprod(1.0 + daily)))[:-1]
    ledger = NO_LEDGER
    if terms is not None:
        ledger = LedgerDays(days, {key: np.asarray(each, float) for key, each in terms.items()})
    series = DailySeries(
        start=start.toordinal(),
        days=days,
        returns=daily,
        pnl=daily * equity,
        equity=equity,
        benchmark=np.full(daily.size, np.nan) if benchmark is None else benchmark,
        strategies=tuple(
            strategy(key, np.asarray(each, float)) for key, each in (strategies or {}).items()
        ),
    )
    return Run(
        name=name,
        live=live,
        currency=currency,
        days_a_year=252.0,
        risk_free=0.0,
        daily=series,
        trades=tuple((each.exit_time.date().toordinal(), each) for each in trades),
        execution={},
        ledger=ledger,
        parameters=parameters or {},
        problems=problems,
    )


def strategy(name: str, pnl: Floats) -> StrategyDays:
    """A strategy with the account's capital that made so much a day."""
    worth = CAPITAL + np.concatenate(([0.0], np.cumsum(pnl)))
    return StrategyDays(name, CAPITAL, pnl / worth[:-1], pnl)


def subjects(*runs_given: Run) -> list[Subject]:
    """The runs as subjects on their common window."""
    return run_subjects(runs_given, common_window(runs_given))


def trade(day: int, pnl: float, name: str = "trend", commission: float = 1.0) -> TradeRecord:
    """A trade of a strategy that closed so many days after the start."""
    closed = datetime(START.year, START.month, START.day, 12, tzinfo=UTC) + timedelta(days=day)
    return TradeRecord(
        trade_id=f"{day}",
        symbol="SPY",
        strategy=name,
        direction="long",
        entry_time=closed - timedelta(hours=1),
        exit_time=closed,
        entry_price=100.0,
        exit_price=101.0,
        quantity=1.0,
        pnl=pnl,
        pnl_pct=None,
        commission=commission,
        slippage_bps=None,
        is_closed=True,
        sid="SPY R735QTJ8XC9X",
        gross_pnl=pnl + commission,
        slippage=None,
        multiplier=1.0,
        order_ids=(1, 2),
        tag="",
        exit_reason="order",
        seeded=False,
        mae=0.0,
        mfe=0.0,
        book=LOTS,
    )
