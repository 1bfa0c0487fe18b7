"""The terms of the law, in account currency: as they are earned, as they are shown.

`Terms` are what a strategy earns itself, a `Round` what one position made from flat to flat; a
`Balance` is cash, whose exchange profit is the term fx; a `Flow` is a deposit or withdrawal, which
is nobody's profit; a `Sheet` shows all terms at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple


class Balance:
    """A strategy's cash in one currency, and the exchange profit it made by being there.

    The law's fx is `amount * (rate - old rate)`. It is accrued when the amount changes or is read:
    the steps between telescope to the same sum.
    """

    __slots__ = ("amount", "fx", "rate")

    def __init__(self, rate: float, amount: float = 0.0, fx: float = 0.0) -> None:
        self.rate = rate
        self.amount = amount
        self.fx = fx

    def add(self, amount: float, rate: float) -> None:
        """Accrue fx to the rate, then add an amount at it."""
        if rate != self.rate:
            self.fx += self.amount * (rate - self.rate)
            self.rate = rate
        self.amount += amount

    def fx_at(self, rate: float) -> float:
        """Exchange profit so far in account currency, valued at that rate."""
        return self.fx + self.amount * (rate - self.rate)

    def state(self) -> list[float]:
        """JSON-able and exact."""
        return [self.rate, self.amount, self.fx]


@dataclass(slots=True)
class Terms:
    """The law's terms that a strategy earns, in account currency; fees are positive when paid."""

    realized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0

    @property
    def net(self) -> float:
        """Their sum, as the law signs them."""
        return self.realized - self.fees + self.dividends + self.financing + self.settlement


@dataclass(slots=True, eq=False)
class Round:
    """A position from flat to flat; money in account currency, quantities unsigned.

    Attributes:
        time: UTC of its first entry.
        order_id: The order that opened it.
        tag: That order's tag.
        seeded: Held before the tracker started, or adopted.
        entered: Quantity that came in, split-adjusted; `exited` what went out.
        paid: Sum of entered quantity times price, quote currency; `received` of the exited.
        stake: Value at entry.
        gross: P&L before fees of what was closed; `fees` are those of what was closed.
        slippage: As of `Closed`, summed; so is `arrival_value`.
        low: Lowest P&L before fees at any mark or fill, 0 at the start included; `high` highest.
    """

    time: datetime
    order_id: int
    tag: str
    seeded: bool
    entered: float = 0.0
    exited: float = 0.0
    paid: float = 0.0
    received: float = 0.0
    stake: float = 0.0
    gross: float = 0.0
    fees: float = 0.0
    slippage: float = 0.0
    arrival_value: float = 0.0
    low: float = 0.0
    high: float = 0.0


class Flow(NamedTuple):
    """A deposit (positive) or withdrawal.

    Attributes:
        time: UTC of the mark whose cash first showed it.
        currency: Its currency.
        amount: Units of the currency.
        value: Account currency at that mark's rate.
        cause: "announced: NOTE", or "unannounced".
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
