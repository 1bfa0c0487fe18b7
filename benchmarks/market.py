"""Tapes of a made-up market: some stocks, bought once and held, with their prices moving."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from workbench.engine.tape import TAPE_NAME

Line = dict[str, Any]

OPENS = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
CASH = 1_000_000.0
PRICE, QUANTITY, FEE = 100.0, 10.0, 1.0
STEPS = 7  # the prices go up and down again in so many slices


class Resolution(StrEnum):
    """How far two slices are apart."""

    SECOND = "second"
    MINUTE = "minute"
    DAILY = "daily"


APART = {
    Resolution.SECOND: timedelta(seconds=1),
    Resolution.MINUTE: timedelta(minutes=1),
    Resolution.DAILY: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Market:
    """What is traded and seen.

    Attributes:
        held: Stocks that are held from the start on; with none, one was bought and sold again.
        strategies: Between how many strategies the stocks are shared; each has at least one.
        resolution: How far the slices are apart.
        slices: How many there are.
    """

    held: int
    strategies: int = 1
    resolution: Resolution = Resolution.MINUTE
    slices: int = 1_000

    def write(self, folder: Path) -> Path:
        """Write the tape; the folder."""
        folder.mkdir(parents=True)
        text = "".join(f"{json.dumps(line)}\n" for line in self._lines())
        (folder / TAPE_NAME).write_bytes(gzip.compress(text.encode(), compresslevel=1))
        return folder

    def _lines(self) -> Iterator[Line]:
        money = {"USD": [CASH, 1.0]}
        first = {"utc": OPENS.isoformat(), "tpv": CASH, "cash": money}
        yield first | {
            "type": "start", "algorithm": "Market", "live": False, "account_currency": "USD",
            "time_zone": "America/New_York", "start": "2024-01-02T00:00:00",
            "end": "2030-01-02T00:00:00",
        }  # fmt: skip
        stocks = [f"S{number:02} R735QTJ8XC9X" for number in range(max(self.held, 1))]
        for sid in stocks:
            yield self._security(sid)
        orders = Orders()
        for turn in range(max(len(stocks), self.strategies)):
            tag = f"strategy=s{turn % self.strategies}"
            yield from orders.trade(stocks[turn % len(stocks)], QUANTITY, tag)
            if not self.held:
                yield from orders.trade(stocks[0], -QUANTITY, tag)
        yield from self._marks(orders)
        end = OPENS + APART[self.resolution] * (self.slices + 1)
        yield first | {
            "type": "end", "utc": end.isoformat(), "total_fees": 0.0, "total_profit": 0.0,
            "total_net_profit": 0.0, "unrealized": 0.0, "sale_volume": 0.0,
            "trading_days_per_year": 252.0, "risk_free": 0.0, "benchmark": 0.0,
            "closed_trades": [],
        }  # fmt: skip

    def _security(self, sid: str) -> Line:
        return {
            "type": "security", "utc": OPENS.isoformat(), "sid": sid, "ticker": sid[:3],
            "kind": "EQUITY", "market": "usa", "multiplier": 1.0, "lot": 1.0, "tick": 0.01,
            "magnifier": 1.0, "quote": "USD", "normalization": "RAW", "leverage": 2.0,
            "exchange_tz": "America/New_York", "interest_model": "NullMarginInterestRateModel",
            "settlement_model": "ImmediateSettlementModel",
        }  # fmt: skip

    def _marks(self, orders: Orders) -> Iterator[Line]:
        held = {sid: quantity for sid, quantity in orders.positions.items() if quantity}
        for number in range(self.slices):
            price = PRICE + number % STEPS
            gain = price - PRICE
            yield {
                "type": "mark",
                "utc": (OPENS + APART[self.resolution] * (number + 1)).isoformat(),
                "tpv": orders.cash + price * sum(held.values()),
                "cash": {"USD": [orders.cash, 1.0]},
                "h": {
                    sid: [quantity, price, PRICE, gain * quantity, price * quantity]
                    for sid, quantity in held.items()
                },
            }


class Orders:
    """Orders at one price, each submitted and filled.

    Attributes:
        cash: What is left of the cash.
        positions: What was bought, by stock.
    """

    def __init__(self) -> None:
        self.cash = CASH
        self.positions: dict[str, float] = {}
        self._count = 0

    def trade(self, sid: str, quantity: float, tag: str) -> Iterator[Line]:
        """Buy or sell: the lines of both events."""
        self._count += 1
        yield self._event(sid, quantity, tag, filled=False)
        self.cash -= quantity * PRICE + FEE
        self.positions[sid] = self.positions.get(sid, 0.0) + quantity
        yield self._event(sid, quantity, tag, filled=True)

    def _event(self, sid: str, quantity: float, tag: str, *, filled: bool) -> Line:
        return {
            "type": "order", "utc": OPENS.isoformat(), "sid": sid, "event": 1 + filled,
            "order": self._count, "t": OPENS.isoformat(),
            "status": "FILLED" if filled else "SUBMITTED",
            "direction": "BUY" if quantity > 0 else "SELL",
            "fill_price": PRICE if filled else 0.0, "fill_currency": "USD",
            "fill_qty": quantity if filled else 0.0, "qty": quantity,
            "fee": FEE if filled else 0.0, "fee_currency": "USD" if filled else "QCC",
            "fee_account": FEE if filled else 0.0, "limit": None, "stop": None, "trigger": None,
            "assignment": False, "itm": False, "message": "", "order_type": "MARKET", "tag": tag,
            "order_qty": quantity, "created": OPENS.isoformat(), "bid": PRICE, "ask": PRICE,
            "last": PRICE, "group": None, "group_count": None, "rate": 1.0, "price": PRICE,
            "position": self.positions.get(sid, 0.0),
            "tpv": self.cash + PRICE * sum(self.positions.values()),
            "cash": {"USD": [self.cash, 1.0]},
        }  # fmt: skip
