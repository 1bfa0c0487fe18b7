"""What each strategy adds to the account, and what the account would be without it.

A strategy's contribution to a day's return is what it made over the account's equity before the
day. What the account made beside its strategies, as by exchange rates, is the rest; with it every
column sums to the account's figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.comparison.run import Run
from workbench.comparison.side_by_side import worst_days
from workbench.comparison.subjects import Subject

Floats = npt.NDArray[np.float64]

REST = "rest"


@dataclass(frozen=True, slots=True)
class Without:
    """The account as it would be without one strategy.

    Attributes:
        name: The strategy.
        net_pnl: What the rest made, account currency.
        sharpe: Annual Sharpe ratio; None where undefined.
        volatility: A year's, a fraction.
        max_drawdown: Deepest fall from a peak, a fraction.
    """

    name: str
    net_pnl: float
    sharpe: float | None
    volatility: float
    max_drawdown: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one strategy, or the rest, adds to the account's figures.

    Attributes:
        name: The strategy, or `REST`; empty for the account, which is the sum.
        net_pnl: Account currency.
        volatility: Part of the account's volatility, negative where it calms it.
        expected_shortfall: Its mean return, of the account's equity, on the account's worst days.
        max_drawdown: Part of the account's deepest drawdown, negative where it gained meanwhile.
    """

    name: str
    net_pnl: float
    volatility: float
    expected_shortfall: float
    max_drawdown: float


@dataclass(frozen=True, slots=True)
class Parts:
    """The account's daily returns and P&L taken apart.

    Attributes:
        names: The strategies and the rest.
        returns: What each added to the account's return of a day: a row each.
        pnl: What each made, account currency.
        year: Days a year.
        rate: The risk-free return of a day.
    """

    names: tuple[str, ...]
    returns: Floats
    pnl: Floats
    year: float
    rate: float


def parts_of(run: Run, subjects: Sequence[Subject]) -> Parts:
    """The account of a run, taken apart into its strategies and the rest, over all its days."""
    daily = run.daily
    pnl = np.array([each.pnl for each in subjects]).reshape(len(subjects), daily.days.size)
    equity = daily.equity
    returns = np.divide(pnl, equity, out=np.zeros_like(pnl), where=equity > 0.0)
    return Parts(
        names=(*(each.name for each in subjects), REST),
        returns=np.vstack((returns, daily.returns - returns.sum(axis=0))),
        pnl=np.vstack((pnl, daily.pnl - pnl.sum(axis=0))),
        year=run.days_a_year,
        rate=(1.0 + run.risk_free) ** (1.0 / run.days_a_year) - 1.0,
    )


def contributions(parts: Parts) -> list[Contribution]:
    """What each adds; the last is the account, which is their sum."""
    account = parts.returns.sum(axis=0)
    columns = (
        parts.pnl.sum(axis=1),
        _to_volatility(parts, account),
        parts.returns[:, worst_days(account)].mean(axis=1),
        _to_drawdown(parts, account),
    )
    rows = [
        Contribution(name, *map(float, each))
        for name, *each in zip(parts.names, *columns, strict=True)
    ]
    return [*rows, Contribution("", *(float(each.sum()) for each in columns))]


def without_each(parts: Parts) -> list[Without]:
    """The account without each strategy."""
    account, made = parts.returns.sum(axis=0), float(parts.pnl.sum())
    return [
        _without(name, account - returns, made - float(pnl.sum()), parts)
        for name, returns, pnl in zip(parts.names, parts.returns, parts.pnl, strict=True)
        if name != REST
    ]


def _without(name: str, returns: Floats, net_pnl: float, parts: Parts) -> Without:
    deviation = _deviation(returns)
    sharpe = (float(returns.mean()) - parts.rate) / deviation if deviation else None
    return Without(
        name=name,
        net_pnl=net_pnl,
        sharpe=None if sharpe is None else sharpe * parts.year**0.5,
        volatility=deviation * parts.year**0.5,
        max_drawdown=_deepest(returns)[0],
    )


def _deviation(returns: Floats) -> float:
    return float(returns.std(ddof=1)) if returns.size > 1 else 0.0


def _to_volatility(parts: Parts, account: Floats) -> Floats:
    """The covariance of each with the account over the account's deviation, annualized."""
    deviation = _deviation(account)
    if not deviation:
        return np.zeros(len(parts.names))
    apart = account - account.mean()
    covariances: Floats = parts.returns @ apart / (account.size - 1)
    annual: Floats = covariances / deviation * parts.year**0.5
    return annual


def _to_drawdown(parts: Parts, account: Floats) -> Floats:
    """What each lost between the peak and the trough of the deepest drawdown, of the peak's NAV."""
    _, peak, trough = _deepest(account)
    nav = np.concatenate(([1.0], np.cumprod(1.0 + account)))
    days = slice(peak, trough)
    return np.asarray(-(parts.returns[:, days] @ nav[days]) / nav[peak])


def _deepest(returns: Floats) -> tuple[float, int, int]:
    """The deepest fall from a peak: its depth, and after how many days peak and trough were."""
    nav = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    depths = 1.0 - nav / np.maximum.accumulate(nav)
    trough = int(depths.argmax())
    return float(depths[trough]), int(nav[: trough + 1].argmax()), trough
