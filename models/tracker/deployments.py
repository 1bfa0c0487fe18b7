"""Deployments: each run that went on with the state of the one before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from models.equity.scopes import Scopes
from models.ledger.ledger import Ledger
from models.records import Record, Saved


class Start(NamedTuple):
    """Where a strategy stood when LEAN was started.

    Attributes:
        nav: NAV of a unit; None without one.
        net_pnl: Made before it, account currency, open positions included, net of fees.
        trades: Closed before it.
    """

    nav: float | None
    net_pnl: float
    trades: int


@dataclass(frozen=True, slots=True)
class Deployment(Record):
    """Where the account stood when LEAN was started; money in account currency.

    Attributes:
        number: Counts the deployments of a project from 1.
        name: LEAN's id of it.
        time: UTC of its first event.
        equity: What the account was worth.
        nav: NAV of a unit; None without one.
        net_pnl: Made before it, open positions included, net of fees.
        trades: Closed before it.
        starts: Strategy -> where it stood; None where an older state does not tell.
    """

    SAVED: ClassVar[Saved] = Saved(absent={"starts": None})

    number: int
    name: str
    time: datetime
    equity: float
    nav: float | None
    net_pnl: float
    trades: int
    starts: Mapping[str, Start] | None = None


@dataclass(frozen=True, slots=True)
class SinceDeploy(Record):
    """What the running deployment made; the summary's other figures are since inception.

    Attributes:
        deployment: Its number.
        time: UTC of its first event; None before it.
        net_pnl: Net of fees, open positions included, account currency.
        total_return: Growth of the NAV, as a fraction; None without one.
        trades: Closed trades.
    """

    deployment: int
    time: datetime | None
    net_pnl: float
    total_return: float | None
    trades: int


def begin_deployment(
    number: int, name: str, time: datetime, ledger: Ledger, scopes: Scopes
) -> Deployment:
    """The deployment that begins with the account as it stands.

    Args:
        number: Counts the deployments of a project from 1.
        name: LEAN's id of it.
        time: UTC of its first event.
        ledger: What the account is worth, and what it made.
        scopes: Its NAV and how many trades closed.
    """
    track = scopes.account.track
    made = ledger.total().net_pnl
    trades, equity = scopes.account.tally.trades, ledger.equity_now()
    sheets = ledger.sheets()
    starts = {
        strategy: Start(scope.track.nav, sheets[strategy].net_pnl, scope.tally.trades)
        for strategy, scope in scopes.strategies.items()
        if strategy in sheets
    }
    return Deployment(number, name, time, equity, track.nav, made, trades, starts)


def since_deployment(
    deployments: Sequence[Deployment], net_pnl: float, scopes: Scopes
) -> SinceDeploy:
    """What was made since the last deployment began.

    Args:
        deployments: All of them so far, the oldest first.
        net_pnl: Made since the account opened, account currency.
        scopes: The account's NAV and how many trades closed.
    """
    if not deployments:
        return SinceDeploy(0, None, 0.0, None, 0)
    begun, nav = deployments[-1], scopes.account.track.nav
    return SinceDeploy(
        begun.number,
        begun.time,
        net_pnl - begun.net_pnl,
        nav / begun.nav - 1.0 if nav is not None and begun.nav else None,
        scopes.account.tally.trades - begun.trades,
    )
