"""A bare FIFO matcher: the least that turns fills into closed trades, and the yardstick.

It keeps the lots of each strategy and instrument, shares fees by quantity and makes a TradeRecord
of each closing quantity. It knows no cash, no currencies, no LEAN's own orders, no event that came
before, no sessions, no drawdown and no law.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from models.events.orders import Fill
from models.trades.record import TradeRecord


@dataclass(slots=True)
class OpenLot:
    """What is left of a fill."""

    fill: Fill
    quantity: float
    fee: float


class Matcher:
    """Matches fills first in first out.

    Args:
        strategies: Order id -> strategy.
    """

    def __init__(self, strategies: Mapping[int, str]) -> None:
        self.trades: list[TradeRecord] = []
        self._strategies = strategies
        self._lots: dict[tuple[str, str], deque[OpenLot]] = {}

    def fill(self, fill: Fill) -> None:
        """Match a fill; what it closes is appended to `trades`."""
        strategy = self._strategies[fill.order_id]
        lots = self._lots.setdefault((strategy, fill.sid), deque())
        left = fill.quantity
        while lots and left * lots[0].quantity < 0:
            lot = lots[0]
            part = lot.quantity if abs(left) >= abs(lot.quantity) else -left
            fee = lot.fee * part / lot.quantity
            self.trades.append(self._record(strategy, lot, fill, part, fee))
            left += part
            lot.quantity -= part
            lot.fee -= fee
            if not lot.quantity:
                lots.popleft()
        if left:
            lots.append(OpenLot(fill, left, fill.fee * left / fill.quantity))

    def _record(
        self, strategy: str, lot: OpenLot, close: Fill, part: float, entry_fee: float
    ) -> TradeRecord:
        entry = lot.fill
        gross = part * (close.price - entry.price)
        fees = entry_fee + close.fee * abs(part / close.quantity)
        return TradeRecord(
            trade_id=str(len(self.trades) + 1),
            symbol=entry.sid,
            strategy=strategy,
            direction="long" if part > 0 else "short",
            entry_time=entry.time,
            exit_time=close.time,
            entry_price=entry.price,
            exit_price=close.price,
            quantity=abs(part),
            pnl=gross - fees,
            pnl_pct=100 * (gross - fees) / abs(part * entry.price),
            commission=fees,
            slippage_bps=None,
            is_closed=True,
            sid=entry.sid,
            gross_pnl=gross,
            slippage=None,
            multiplier=1.0,
            order_ids=(entry.order_id, close.order_id),
            tag=entry.tag or "",
            exit_reason="order",
            seeded=False,
            mae=0.0,
            mfe=0.0,
            book="lots",
            entry_notional=abs(part * entry.price),
        )
