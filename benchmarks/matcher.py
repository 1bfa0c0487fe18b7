"""A bare FIFO matcher: the least that turns fills into closed trades, and the yardstick.

It keeps the lots of each strategy and instrument and makes the same TradeRecord of each closing
quantity. It knows no cash, no currencies, no fees by lot, no LEAN's own orders and no law.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from models.events import Fill
from models.records import TradeRecord


def match(fills: Iterable[Fill], strategies: Mapping[int, str]) -> list[TradeRecord]:
    """The trades that fills close, first in first out.

    Args:
        fills: In order.
        strategies: Order id -> strategy.
    """
    books: dict[tuple[str, str], deque[tuple[Fill, float]]] = {}
    trades: list[TradeRecord] = []
    for fill in fills:
        strategy = strategies[fill.order_id]
        lots = books.setdefault((strategy, fill.sid), deque())
        left = fill.quantity
        while lots and left * lots[0][1] < 0:
            entry, held = lots[0]
            part = held if abs(left) >= abs(held) else -left
            trades.append(_record(len(trades), strategy, entry, fill, part))
            left += part
            lots.popleft()
            if part != held:
                lots.appendleft((entry, held - part))
        if left:
            lots.append((fill, left))
    return trades


def _record(number: int, strategy: str, entry: Fill, close: Fill, part: float) -> TradeRecord:
    pnl = part * (close.price - entry.price)
    return TradeRecord(
        str(number), entry.sid, strategy, "long" if part > 0 else "short", entry.time, close.time,
        entry.price, close.price, abs(part), pnl, 100 * pnl / abs(part * entry.price), 0.0, None,
        True, entry.sid, pnl, None, 1.0, (entry.order_id, close.order_id), "", "order", False,
        0.0, 0.0, "lots",
    )  # fmt: skip
