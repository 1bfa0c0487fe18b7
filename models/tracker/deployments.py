"""Deployments: each run that went on with the state of the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class Deployment(NamedTuple):
    """Where the account stood when LEAN was started; money in account currency.

    Attributes:
        number: Counts the deployments of a project from 1.
        name: LEAN's id of it.
        time: UTC of its first event.
        equity: What the account was worth.
        nav: NAV of a unit; None without one.
        net_pnl: Made before it, open positions included, net of fees.
        trades: Closed before it.
    """

    number: int
    name: str
    time: datetime
    equity: float
    nav: float | None
    net_pnl: float
    trades: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the time in ISO 8601."""
        return {**self._asdict(), "time": self.time.isoformat()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Deployment:
        """The deployment that `to_dict` described."""
        return cls(**{**values, "time": datetime.fromisoformat(values["time"])})


class SinceDeploy(NamedTuple):
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

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the time in ISO 8601."""
        return {**self._asdict(), "time": self.time.isoformat() if self.time else None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SinceDeploy:
        """The record that `to_dict` described."""
        time = values["time"]
        return cls(**{**values, "time": datetime.fromisoformat(time) if time else None})
