"""The statement of the account: flows, and the terms of the law by strategy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple


class Flow(NamedTuple):
    """A deposit (positive) or withdrawal.

    Attributes:
        time: UTC of the mark whose cash first showed it.
        currency: Its currency.
        amount: Units of the currency.
        value: Account currency at that mark's rate.
        cause: "announced: NOTE", "unannounced", or "while stopped": before a redeploy.
    """

    time: datetime
    currency: str
    amount: float
    value: float
    cause: str

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**self._asdict(), "time": self.time.isoformat()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Flow:
        """The flow that `to_dict` described."""
        return cls(**{**values, "time": datetime.fromisoformat(values["time"])})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One column of the balance sheet, account currency: a strategy's, or the account's.

    Attributes:
        realized: P&L of closed lots before fees.
        unrealized: P&L of open lots at the last mark.
        fees: Positive when paid.
        dividends: Received less paid.
        financing: Interest, funding and borrow fees received less paid.
        settlement: Cash LEAN moved without a fill: index options, fractions of a split.
        fx: What the rates did to the cash.
    """

    realized: float = 0.0
    unrealized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0
    fx: float = 0.0

    @property
    def net_pnl(self) -> float:
        """Everything but what the rates did to the cash."""
        earned = self.realized + self.unrealized - self.fees
        return earned + self.dividends + self.financing + self.settlement

    def to_dict(self) -> dict[str, float]:
        """The terms and `net_pnl`."""
        return {**asdict(self), "net_pnl": self.net_pnl}


def sum_sheets(sheets: Iterable[Sheet]) -> Sheet:
    """Column by column."""
    columns = zip(*(astuple(sheet) for sheet in sheets), strict=True)
    return Sheet(*(sum(column) for column in columns))
