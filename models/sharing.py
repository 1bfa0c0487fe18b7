"""Whose is it: orders and their strategies, and how what LEAN does on its own is shared.

An order belongs to one strategy, fixed at its first event. An order that LEAN made itself belongs
to nobody: each of its fills falls on the strategies that hold the instrument.
"""

from __future__ import annotations

import re
import struct
from array import array
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from models.events import Fill, Instrument, OrderType, OrderUpdate, TrackerError

UNASSIGNED = "unassigned"


class CallError(TrackerError, ValueError):
    """A call asks for what cannot be; the text says what is wrong and what is allowed."""


class UnknownStrategyError(TrackerError, KeyError):
    """There is no such strategy; the text names those there are."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no strategy {name!r}; there are {sorted(known)}")

    def __str__(self) -> str:
        return str(self.args[0])


# (ticker, tag, order type) -> the strategy's name, or None for the default strategy.
Resolver = Callable[[str, str, OrderType], str | None]

# The whole tag of an order that `liquidate()` sends; a user's own text may begin with it.
LIQUIDATED = "Liquidated"
# How LEAN tags the orders it makes itself, and why such an order closes a trade.
LEAN_TAGS: tuple[tuple[str, str], ...] = (
    ("Liquidate from delisting", "delisting"),
    ("Liquidated due to impending split", "liquidation"),
    ("Simulated option assignment", "assignment"),
    ("Margin Call", "margin call"),
)

# How LEAN's message begins when an option expires worthless.
OUT_OF_THE_MONEY = "OTM"

# Finished orders kept for what may still come under their id: an exercise's other leg, late events.
FINISHED_KEPT = 1_000
# Order ids above this are not LEAN's own counting from 1 and are kept in a dictionary.
COUNTED_IDS = 50_000_000
# Event ids from here on do not fit into two bytes.
IDS = 65_535

_UNDERLYING = re.compile(r"Underlying: (-?\d+(?:\.\d+)?)")
# A comma inside the number is refused: no risk is better than a thousandth of it.
_RISK = re.compile(r"(?:^|[\s,;|])risk=(\d+(?:\.\d+)?)(?![^\s,;|]|,\d)")
_STRATEGY = re.compile(r"(?:^|[\s,;|])strategy=([^\s,;|=]+)(?![^\s,;|])")


def strategy_in_tag(ticker: str, tag: str, order_type: OrderType) -> str | None:
    """The NAME of `strategy=NAME` in the tag, or None: the default resolver."""
    found = _STRATEGY.search(tag)
    return found[1] if found else None


def risk_in_tag(tag: str) -> float | None:
    """The AMOUNT of `risk=AMOUNT` in an order's tag, account currency; None without a positive."""
    found = _RISK.search(tag)
    return float(found[1]) or None if found else None


def risk_each(tag: str, quantity: float) -> float:
    """What a unit of an order could lose as its tag says; 0 where it does not."""
    risk = risk_in_tag(tag)
    return risk / abs(quantity) if risk and quantity else 0.0


def whole_tag(ticker: str, tag: str, order_type: OrderType) -> str | None:
    """The whole tag as the strategy's name, or None when it is empty."""
    return tag.strip() or None


def lean_reason(tag: str) -> str | None:
    """Why LEAN made an order with that tag, or None when the tag is not one of LEAN's own."""
    if tag == LIQUIDATED:
        return "liquidation"
    for prefix, reason in LEAN_TAGS:
        if tag.startswith(prefix):
            return reason
    return None


class Order:
    """What must be remembered of an order between its events.

    Attributes:
        strategy: Whose it is; None when it is LEAN's own and shared among the holders.
        order_type: LEAN's order type.
        tag: The tag at its first event.
        arrival: Mid (or last) price at submission, quote currency; 0 where unknown.
        reason: Why it closes a trade, as a TradeRecord says it.
        shares: Of LEAN's own order: how its last fill was shared, summing to 1.
        finished: Whether it is filled, cancelled or rejected.
        risk: What a unit could lose as its tag says, account currency; 0 where it does not.
    """

    __slots__ = ("arrival", "finished", "order_type", "reason", "risk", "shares", "strategy", "tag")

    def __init__(
        self,
        strategy: str | None,
        order_type: OrderType,
        tag: str,
        arrival: float = 0.0,
        reason: str = "order",
        shares: dict[str, float] | None = None,
        finished: bool = False,
        risk: float = 0.0,
    ) -> None:
        self.strategy = strategy
        self.order_type = order_type
        self.tag = tag
        self.arrival = arrival
        self.reason = reason
        self.shares = shares
        self.finished = finished
        self.risk = risk

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        return [
            self.strategy,
            int(self.order_type),
            self.tag,
            self.arrival,
            self.reason,
            self.shares,
            self.finished,
            self.risk,
        ]


def packed(column: array[Any]) -> str:
    """A column's bytes as text, exact and the same on every machine."""
    found = struct.pack(f"<{len(column)}{column.typecode}", *column)
    return b64encode(found).decode("ascii")


def unpacked(typecode: str, text: str) -> array[Any]:
    """The column of that type that `packed` made the text of."""
    found = struct.iter_unpack(f"<{typecode}", b64decode(text))
    return array(typecode, (value for (value,) in found))


class SeenEvents:
    """Which (order id, event id) came already: two bytes an order, as LEAN counts both from 1."""

    def __init__(self) -> None:
        self._through = array("H")  # by order id: all event ids up to this one were seen
        self._ahead: dict[int, set[int]] = {}
        self.lowest = 0  # orders by hand are numbered downwards, with one event each

    def add(self, order_id: int, event_id: int) -> bool:
        """Remember the event; False when it was seen before."""
        through = self._through
        if not (0 <= order_id < len(through) and event_id == through[order_id] + 1 < IDS):
            return self._add_out_of_turn(order_id, event_id)
        through[order_id] = event_id
        if order_id in self._ahead:
            self._catch_up(order_id)
        return True

    def _add_out_of_turn(self, order_id: int, event_id: int) -> bool:
        """Remember an event that is not the next one of an order within the array."""
        if order_id < 0:
            new, self.lowest = order_id < self.lowest, min(order_id, self.lowest)
            return new
        if order_id >= COUNTED_IDS or not 0 < event_id < IDS:
            return self._add_ahead(order_id, event_id)
        through = self._through
        if order_id >= len(through):
            through.extend([0] * (order_id + 256 - len(through)))
            return self.add(order_id, event_id)
        return event_id > through[order_id] and self._add_ahead(order_id, event_id)

    def contains(self, order_id: int, event_id: int) -> bool:
        """Whether the event was seen."""
        if order_id < 0:
            return order_id >= self.lowest
        if event_id in self._ahead.get(order_id, ()):
            return True
        return 0 <= order_id < len(self._through) and 0 < event_id <= self._through[order_id]

    def _add_ahead(self, order_id: int, event_id: int) -> bool:
        ahead = self._ahead.setdefault(order_id, set())
        if event_id in ahead:
            return False
        ahead.add(event_id)
        return True

    def _catch_up(self, order_id: int) -> None:
        ahead = self._ahead[order_id]
        while self._through[order_id] + 1 in ahead:
            self._through[order_id] += 1
            ahead.remove(self._through[order_id])
        if not ahead:
            del self._ahead[order_id]

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        through = self._through[: len(self._through)]
        while through and not through[-1]:
            through.pop()
        return {
            "through": packed(through),
            "ahead": [[key, sorted(ids)] for key, ids in self._ahead.items()],
            "lowest": self.lowest,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._through = unpacked("H", state["through"])
        self._ahead = {key: set(ids) for key, ids in state["ahead"]}
        self.lowest = state["lowest"]


class Orders:
    """The orders seen so far: their strategies, and which of their events were booked.

    Attributes:
        known: Those that are open or finished not long ago, by id.
        seen: Which of their events came already.
    """

    def __init__(self, default_strategy: str, resolver: Resolver = strategy_in_tag) -> None:
        self._default = default_strategy
        self._resolver = resolver
        self.known: dict[int, Order] = {}
        self._finished: deque[int] = deque()
        self.seen = SeenEvents()

    def find(self, order_id: int) -> Order | None:
        """The order, unless it is unknown or was finished long ago."""
        return self.known.get(order_id)

    def order_of(self, event: Fill | OrderUpdate, ticker: str) -> Order:
        """The order of an event; made, and its strategy fixed, when the event is its first."""
        order = self.known.get(event.order_id)
        if order is None:
            order = self.known[event.order_id] = self._new(event, ticker)
        return order

    def by_hand(self, strategy: str, tag: str, quantity: float) -> int:
        """A new order of a strategy's that no feed brought: its id, negative."""
        order_id = self.seen.lowest - 1
        risk = risk_each(tag, quantity)
        self.known[order_id] = Order(strategy, OrderType.MARKET, tag, risk=risk)
        return order_id

    def _new(self, event: Fill | OrderUpdate, ticker: str) -> Order:
        tag = event.tag or ""
        order_type = OrderType.MARKET if event.order_type is None else event.order_type
        arrival = 0.0
        if isinstance(event, OrderUpdate):
            both = event.bid and event.ask
            arrival = (event.bid + event.ask) / 2 if both else event.price
        reason = lean_reason(tag)
        if reason is not None:
            # a strategy named in the tag as well says that the user tagged it
            strategy = strategy_in_tag(ticker, tag, order_type)
        else:
            strategy = self._resolver(ticker, tag, order_type) or None
            if strategy == UNASSIGNED:  # a name that is the ledger's own
                strategy = None
            if strategy is None and order_type is not OrderType.OPTION_EXERCISE:
                strategy = self._default
        risk = risk_each(tag, event.quantity) if "risk=" in tag else 0.0
        return Order(strategy, order_type, tag, arrival, reason or "order", risk=risk)

    def forget(self) -> None:
        """Forget LEAN's orders: it counts them anew. Those by hand stay."""
        lowest = self.seen.lowest
        self.known = {key: order for key, order in self.known.items() if key < 0}
        self._finished = deque(key for key in self._finished if key < 0)
        self.seen = SeenEvents()
        self.seen.lowest = lowest

    def finish(self, order_id: int) -> None:
        """Note that the order is filled, cancelled or rejected."""
        order = self.known.get(order_id)
        if order is None or order.finished:
            return
        order.finished = True
        self._finished.append(order_id)
        if len(self._finished) > FINISHED_KEPT:
            del self.known[self._finished.popleft()]

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "orders": [[key, order.state()] for key, order in self.known.items()],
            "finished": list(self._finished),
            "seen": self.seen.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.known = {key: _order(values) for key, values in state["orders"]}
        self._finished = deque(state["finished"])
        self.seen.restore(state["seen"])


def _order(values: list[Any]) -> Order:
    strategy, order_type, *rest = values
    return Order(strategy, OrderType(order_type), *rest)


def largest_remainder(total: float, weights: Sequence[float], unit: float) -> list[float]:
    """Split a total in proportion to weights, in whole units, by largest remainder.

    What is left when the total itself is no whole number of units goes with the last unit.

    Args:
        total: What to split, of either sign.
        weights: Not negative, not all 0.
        unit: The smallest part, such as the instrument's lot.

    Returns:
        One part a weight; they sum to the total.
    """
    scale = sum(weights)
    exact = [total * weight / scale for weight in weights]
    whole = [int(part / unit + (1e-9 if part > 0 else -1e-9)) * unit for part in exact]
    order = sorted(range(len(exact)), key=lambda at: -abs(exact[at] - whole[at]))
    left = total - sum(whole)
    for at in order:
        step = unit if left > 0 else -unit
        if abs(left) < unit * (1 - 1e-9):
            break
        whole[at] += step
        left -= step
    whole[order[0]] += left if abs(left) > unit * 1e-9 else 0.0
    return whole


def share_fill(
    quantity: float, holders: Sequence[tuple[str, float]], flattens: bool, lot: float
) -> list[tuple[str, float]]:
    """Share a fill that LEAN made itself.

    Args:
        quantity: The fill's signed quantity.
        holders: (strategy, signed quantity) of those who hold the instrument.
        flattens: Whether LEAN holds none of it after the fill.
        lot: The instrument's lot size.

    Returns:
        (strategy, signed quantity) parts that sum to the quantity: everybody flat when LEAN is
        flat, else by the shares of the side being closed; what exceeds it is `UNASSIGNED`.
    """
    if flattens and holders:
        return [(name, -held) for name, held in holders]
    closing = [(name, held) for name, held in holders if held * quantity < 0]
    available = sum(abs(held) for _, held in closing)
    taken = min(abs(quantity), available) * (1 if quantity > 0 else -1)
    parts: list[tuple[str, float]] = []
    if taken:
        shares = largest_remainder(taken, [abs(held) for _, held in closing], lot)
        parts = [(name, part) for (name, _), part in zip(closing, shares, strict=True) if part]
    if abs(quantity) > available:
        parts.append((UNASSIGNED, quantity - taken))
    return parts


def exit_reason(order: Order, fill: Fill, instrument: Instrument) -> str:
    """Why a fill closes what it closes, in the words of `TradeRecord.exit_reason`."""
    if order.order_type is not OrderType.OPTION_EXERCISE:
        return order.reason
    if fill.message.startswith(OUT_OF_THE_MONEY):
        return "expiry"
    # the option's leg goes against its holder: who is short buys back, who is long gives up
    assigned = fill.quantity > 0 if instrument.strike is not None else order.reason == "assignment"
    if assigned:
        order.reason = "assignment"
    return "assignment" if assigned else "exercise"


def underlying_price(fill: Fill) -> float | None:
    """The underlying's price that LEAN states in an exercise's message, or None."""
    found = _UNDERLYING.search(fill.message)
    return float(found[1]) if found else None
