"""What is held, as users see it: positions by strategy and in total, and the account's exposure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """What a strategy holds of one instrument, or the account: LEAN's net holding.

    Attributes:
        strategy: Whose it is; empty for the account.
        symbol: The ticker now.
        sid: The Symbol's ID.
        quantity: Signed; contracts, shares or units of base currency.
        average_price: Of the open lots by quantity, or LEAN's, quote currency.
        price: At the last mark, quote currency.
        market_value: Signed value of the quantity at that price, account currency; of what is
            held on margin the value it moves with.
        unrealized_pnl: P&L of the open lots at that price, before fees, account currency.
        since: UTC of the entry from flat; None for the account.
    """

    strategy: str
    symbol: str
    sid: str
    quantity: float
    average_price: float
    price: float
    market_value: float
    unrealized_pnl: float
    since: datetime | None

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        return {**asdict(self), "since": self.since.isoformat() if self.since else None}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PositionRecord:
        """The record that `to_dict` described."""
        since = values["since"]
        return cls(**{**values, "since": datetime.fromisoformat(since) if since else None})


class Exposure(NamedTuple):
    """What a scope has at stake in the market, account currency.

    Attributes:
        gross: Sum of the market values' sizes.
        net: Their sum, shorts negative.
        leverage: `gross` over equity; None unless the equity is positive.
    """

    gross: float
    net: float
    leverage: float | None


def exposure(records: Sequence[PositionRecord], equity: float) -> Exposure:
    """The exposure of some positions on an equity in account currency."""
    gross = sum(abs(record.market_value) for record in records)
    net = sum(record.market_value for record in records)
    return Exposure(gross, net, gross / equity if equity > 0 else None)


@dataclass(frozen=True, slots=True)
class Positions:
    """Everything that is held.

    Attributes:
        strategies: Strategy -> its positions, as they were opened.
        account: LEAN's net holding of each instrument: long and short strategies cancel out.
        exposures: Strategy -> its exposure on its own equity.
        exposure: The account's, of the net holdings.
    """

    strategies: Mapping[str, tuple[PositionRecord, ...]]
    account: tuple[PositionRecord, ...]
    exposures: Mapping[str, Exposure]
    exposure: Exposure

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "strategies": {
                name: [record.to_dict() for record in records]
                for name, records in self.strategies.items()
            },
            "account": [record.to_dict() for record in self.account],
            "exposures": {name: each._asdict() for name, each in self.exposures.items()},
            "exposure": self.exposure._asdict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Positions:
        """The record that `to_dict` described."""
        return cls(
            {
                name: tuple(map(PositionRecord.from_dict, records))
                for name, records in values["strategies"].items()
            },
            tuple(map(PositionRecord.from_dict, values["account"])),
            {name: Exposure(**each) for name, each in values["exposures"].items()},
            Exposure(**values["exposure"]),
        )
