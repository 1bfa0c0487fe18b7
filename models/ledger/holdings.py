"""What is held, as users see it: positions by strategy and in total, and the account's exposure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.records import Record


@dataclass(frozen=True, slots=True)
class PositionRecord(Record):
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
class Positions(Record):
    """Everything that is held.

    Attributes:
        strategies: Strategy -> its positions, as they were opened.
        account: LEAN's net holding of each instrument: long and short strategies cancel out.
        exposures: Strategy -> its exposure on its own equity.
        exposure: The account's, of the net holdings.
        as_of: UTC of the last event, which the quantities are of; None before the first.
        marked_at: UTC of the last mark, which the prices are of; None before the first.
    """

    strategies: Mapping[str, tuple[PositionRecord, ...]]
    account: tuple[PositionRecord, ...]
    exposures: Mapping[str, Exposure]
    exposure: Exposure
    as_of: datetime | None = None
    marked_at: datetime | None = None
