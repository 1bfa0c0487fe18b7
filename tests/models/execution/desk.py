"""A desk that sends orders and tells what became of them, and drawn steps for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.execution.group_metrics import ExecutionMetrics, OrderGroup
from models.execution.order_quality import OrderQuality
from models.execution.quality import ExecutionQuality
from models.execution.score import THRESHOLDS
from models.ledger.orders import Order

NINE = datetime(2024, 1, 2, 14, 0, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
NEW_YORK = ZoneInfo("America/New_York")
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
OIL = Instrument("CL", "OIL", SecurityType.FUTURE, "USD", multiplier=1000.0)
CALL = Instrument(
    "C", "CALL", SecurityType.OPTION, "USD", multiplier=100.0, strike=100.0, right="CALL"
)
INVERSE = Instrument(
    "P", "BTCUSD", SecurityType.CRYPTO_FUTURE, "USD", multiplier=100.0, base="BTC", market="bybit"
)
INSTRUMENTS = {each.sid: each for each in (STOCK, OIL, CALL, INVERSE)}


class Desk:
    """Sends orders of one strategy a minute apart and tells what became of them."""

    def __init__(self, **thresholds: float) -> None:
        self.quality = ExecutionQuality(NEW_YORK, {**THRESHOLDS, **thresholds})
        self.now = NINE
        self._known: dict[int, tuple[Order, Instrument, float]] = {}
        self._events = 0

    def send(
        self,
        quantity: float,
        bid: float = 99.0,
        ask: float = 101.0,
        *,
        price: float = 0.0,
        limit: float | None = None,
        order_type: OrderType | None = None,
        strategy: str | None = "a",
        instrument: Instrument = STOCK,
        rate: float = 1.0,
        order_id: int | None = None,
        status: OrderStatus = OrderStatus.SUBMITTED,
        message: str = "",
        created: datetime | None = None,
    ) -> int:
        """Submit an order, of type market or limit; its id."""
        self.now += MINUTE
        if order_type is None:
            order_type = OrderType.MARKET if limit is None else OrderType.LIMIT
        order_id = order_id or len(self._known) + 1
        order = Order(strategy, order_type, "")
        self._known[order_id] = order, instrument, rate
        update = self._update(
            order_id,
            status,
            order_type=order_type,
            quantity=quantity,
            bid=bid,
            ask=ask,
            price=price,
            limit_price=limit,
            message=message,
        )
        self.quality.submit(update, order, instrument, rate, created)
        return order_id

    def get(
        self,
        order_id: int,
        quantity: float,
        price: float,
        *,
        fee: float = 0.0,
        final: bool = True,
        after: timedelta = timedelta(0),
    ) -> None:
        """Fill an order."""
        order, instrument, rate = self._known[order_id]
        self._events += 1
        time = self.now + after
        fill = Fill(time, order_id, self._events, instrument.sid, quantity, price, final=final)
        self.quality.fill(fill, order, instrument, rate, fee)

    def tell(self, order_id: int, status: OrderStatus, message: str = "", **more: Any) -> bool:
        """Let an event come that fills nothing."""
        return self.quality.update(self._update(order_id, status, message=message, **more))

    def trade(self, quantity: float, price: float, /, **submission: Any) -> OrderQuality:
        """An order filled at once; its record."""
        fee = submission.pop("fee", 0.0)
        self.get(self.send(quantity, **submission), quantity, price, fee=fee)
        return self.last

    def mark(self, after: timedelta, **prices: float) -> None:
        """Let a mark come so long after the last order."""
        self.quality.mark(self.now + after, prices)

    @property
    def last(self) -> OrderQuality:
        """The order that ended last."""
        return self.quality.orders(1)[0]

    @property
    def account(self) -> ExecutionMetrics:
        """All orders in figures."""
        return self.quality.metrics()[0]

    def by(self, group: OrderGroup) -> dict[str, ExecutionMetrics]:
        """A group's values in figures."""
        return {record.key: record for record in self.quality.metrics(group)}

    def _update(self, order_id: int, status: OrderStatus, **more: Any) -> OrderUpdate:
        self._events += 1
        return OrderUpdate(self.now, order_id, self._events, "", status, **more)


Step = tuple[str, int, float, float, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["send", "fill", "fill", "part", "end", "mark", "mark", "split"]),
        st.integers(0, 3),
        st.sampled_from([-30.0, -1.0, 1.0, 2.5, 100.0]),
        st.floats(50.0, 150.0).map(lambda price: round(price, 2)),
        st.sampled_from([0, 1, 20, 61, 200, 900, 40_000, 100_000]),
    ),
    max_size=60,
)
KEYS = (STOCK, OIL, CALL, INVERSE)


def feed(desk: Desk, drawn: list[Step]) -> Iterator[int]:
    """Play drawn steps, seconds apart; yields the number of each once it is done."""
    opened: list[tuple[int, float]] = []
    for number, (what, which, quantity, price, seconds) in enumerate(drawn):
        desk.now += seconds * SECOND
        if what == "send":
            half = (0.0, 0.25, 1.0, -0.5)[which]
            bid, ask = (price - half, price + half) if seconds else (0.0, 0.0)
            order_id = desk.send(
                quantity,
                bid,
                ask,
                limit=price if which == 2 else None,
                strategy="abcd"[which],
                instrument=KEYS[(which + seconds) % 4],
                order_id=number + 1,
                created=desk.now if which else None,
            )
            opened.append((order_id, quantity))
        elif what in ("fill", "part") and opened:
            order_id, ordered = opened[which % len(opened)]
            final = what == "fill"
            desk.get(order_id, ordered / (1 if final else 3), price, fee=0.5, final=final)
            if final:
                opened.remove((order_id, ordered))
        elif what == "end" and opened:
            order_id, _ = opened.pop(which % len(opened))
            status = OrderStatus.INVALID if which == 3 else OrderStatus.CANCELED
            desk.tell(order_id, status, ("", "The order has expired.", "No 1", "")[which])
        elif what == "mark":
            held = KEYS[: which + 1]
            desk.mark(0 * SECOND, **{each.sid: price for each in held})
        elif what == "split":
            desk.quality.split(STOCK.sid, (0.5, 2.0, 0.25, 3.0)[which])
        yield number


def near(one: float | None, other: float | None) -> bool:
    """Whether two sums are equal but for rounding."""
    return one == pytest.approx(other, rel=1e-9, abs=1e-6)
