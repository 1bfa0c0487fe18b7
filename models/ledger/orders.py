"""Orders and their strategies.

An order belongs to one strategy, fixed at its first event. An order that LEAN made itself belongs
to nobody: each of its fills falls on the strategies that hold the instrument.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from models.events.orders import COMBOS, Fill, OrderType, OrderUpdate
from models.ledger.seen_events import SeenEvents
from models.ledger.tags import UNASSIGNED, Resolver, lean_reason, risk_each, strategy_in_tag

# Finished orders kept for what may still come under their id: an exercise's other leg, late events.
FINISHED_KEPT = 1_000

# Different tags of orders without a strategy that are kept, and what later ones are counted as.
UNNAMED_TAGS_KEPT = 5
OTHER_TAGS = "other tags"


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


class Orders:
    """The orders seen so far: their strategies, and which of their events were booked.

    Attributes:
        known: Those that are open or finished not long ago, by id.
        seen: Which of their events came already.
        named: How many orders of this run named their strategy; it is not saved.
        unnamed: Tag -> how many orders of this run went to the default strategy for want of a name;
            tags beyond the first few are counted as `OTHER_TAGS`. It is not saved.
    """

    def __init__(self, default_strategy: str, resolver: Resolver = strategy_in_tag) -> None:
        self._default = default_strategy
        self._resolver = resolver
        self.known: dict[int, Order] = {}
        self._finished: deque[int] = deque()
        self.seen = SeenEvents()
        self.named = 0
        self.unnamed: Counter[str] = Counter()

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
        """The order that an event is the first of."""
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
            if strategy is not None:
                self.named += 1
            elif order_type is not OrderType.OPTION_EXERCISE:
                strategy = self._default
                few = len(self.unnamed) < UNNAMED_TAGS_KEPT or tag in self.unnamed
                self.unnamed[tag if few else OTHER_TAGS] += 1
        order = Order(strategy, order_type, tag, arrival, reason or "order")
        if "risk=" in tag and order_type not in COMBOS:  # a leg's risk is in no tag
            order.risk = risk_each(tag, ordered_quantity(event))
        return order

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


def ordered_quantity(event: Fill | OrderUpdate) -> float:
    """The whole quantity of the order whose first event it is; of a fill that may be a part."""
    return event.ordered or event.quantity if isinstance(event, Fill) else event.quantity


def _order(values: list[Any]) -> Order:
    """The order that `Order.state` described."""
    strategy, order_type, *rest = values
    return Order(strategy, OrderType(order_type), *rest)
