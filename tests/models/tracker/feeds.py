"""Trackers that were fed, and what they are fed with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from models.events.account import Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.trades.record import TradeRecord

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")


CALL = Instrument(
    "C", "C150", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=150.0, right="CALL"
)


OPENING = Opening(NOON, {"USD": 1000.0}, {"USD": 1.0})


def tracker(settings: Settings | None = None, **given: Any) -> PerformanceTracker:
    """A tracker that knows a stock and an option, opened with 1,000 dollars."""
    made = PerformanceTracker(settings=settings, **given)
    for event in (STOCK, CALL, OPENING):
        made.apply(event)
    return made


def fill(order_id: int, quantity: float, price: float, **given: Any) -> Fill:
    """A fill, as many minutes past noon as its order's id."""
    values = {"sid": "S", "tag": "strategy=trend", "event_id": 1, **given}
    time = NOON + timedelta(minutes=order_id)
    return Fill(time, order_id, quantity=quantity, price=price, **values)


def bought_and_sold(tracker: PerformanceTracker, times: int = 1, **given: Any) -> None:
    """Buy 10 A at 100 and sell at 101, so many times, a minute each."""
    for minute in range(times):
        tracker.open_trade("A", 10, 100.0, time=NOON + minute * MINUTE, **given)
        tracker.close_trade("A", price=101.0, time=NOON + (minute + 0.5) * MINUTE, **given)


class Shelf:
    """An archive that takes batches, or refuses them."""

    def __init__(self) -> None:
        self.batches: list[list[TradeRecord]] = []
        self.refuses = False

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Take them."""
        if self.refuses:
            raise OSError("full")
        self.batches.append(list(trades))

    def stored(self) -> Iterator[TradeRecord]:
        """All that were taken."""
        return (trade for batch in self.batches for trade in batch)


def trade_often(made: PerformanceTracker, first: int, last: int) -> None:
    """Buy and sell a share under the order ids of a range."""
    for order_id in range(first, last, 2):
        made.apply(fill(order_id, 1.0, 10.0))
        made.apply(fill(order_id + 1, -1.0, 11.0))
