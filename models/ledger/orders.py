"""Orders and their strategies.

An order belongs to one strategy, fixed at its first event. An order that LEAN made itself belongs
to nobody: each of its fills falls on the strategies that hold the instrument.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from models.codec import WHOLE, deque_of, list_of
from models.events.instruments import Instrument
from models.events.orders import COMBOS, MARKET, Fill, OrderStatus, OrderType, OrderUpdate
from models.fields import PART, Field, Restorable, Table
from models.ledger.seen_events import SeenEvents
from models.ledger.tags import (
    TAGS_KEPT,
    UNASSIGNED,
    Resolver,
    group_in_tag,
    lean_reason,
    risk_each,
    strategy_in_tag,
    whole_tag,
)
from models.records import Saved, row_codec
from models.rows import row_of

# Finished orders kept for what may still come under their id: an exercise's other leg, late events.
FINISHED_KEPT = 1_000

ENDED = frozenset({OrderStatus.CANCELED, OrderStatus.INVALID, OrderStatus.FILLED})

# Different tags of orders without a strategy that are kept, and what later ones are counted as.
UNNAMED_TAGS_KEPT = 5
OTHER_TAGS = "other tags"

# Why an order of a strategy's closes a trade, as a TradeRecord says it.
ORDER = "order"

# LEAN counts its orders from 1 in each deployment: from the second on, ids in trades begin with the
# deployment's number, as 2000000012 of the second's twelfth order.
DEPLOYMENT_STEP = 1_000_000_000


@dataclass(slots=True, eq=False)
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
        group: What it is a leg of: the NAME of `group=NAME` in its tag, or "#" and LEAN's id of its
            combo; empty where it is neither.
    """

    strategy: str | None
    order_type: OrderType
    tag: str
    arrival: float = 0.0
    reason: str = ORDER
    shares: dict[str, float] | None = None
    finished: bool = False
    risk: float = 0.0
    group: str = ""


class SavedOrder(NamedTuple):
    """What an open order can be known by after LEAN was stopped.

    Attributes:
        broker_ids: The broker's ids of it.
        sid: What it trades.
        side: 1 where it buys, -1 where it sells.
        order_type: LEAN's order type.
        limit: Its limit; None where it has none.
        stop: Its stop or trigger price; None where it has none.
        strategy: Whose it is; empty where LEAN made it.
        tag: Its tag.
    """

    broker_ids: tuple[str, ...]
    sid: str
    side: int
    order_type: OrderType
    limit: float | None = None
    stop: float | None = None
    strategy: str = ""
    tag: str = ""

    @property
    def likeness(self) -> tuple[str, int, OrderType, float | None, float | None]:
        """What orders have in common that are alike."""
        return self.sid, self.side, self.order_type, self.limit, self.stop


class Orders(Restorable):
    """The orders seen so far: their strategies, and which of their events were booked.

    Attributes:
        known: Those that are open or finished not long ago, by id.
        seen: Which of their events came already.
        base: What is added to LEAN's ids in trades, so that deployments are told apart.
        saved: Those that were open at the last save, as they can be known again.
        named: How many orders of this run named their strategy; it is not saved.
        legs: Whether orders may be legs of structures: an option is known, or an order named a
            group. While it is False nobody looks for structures. It is not saved.
        unnamed: Tag -> how many orders of this run went to the default strategy for want of a name;
            tags beyond the first few are counted as `OTHER_TAGS`. It is not saved.
    """

    STATE: ClassVar[Table] = Table(
        Field(
            "orders",
            list_of(row_of(WHOLE, row_codec(Order, Saved(absent={"risk": 0.0, "group": ""})))),
            "_known_orders",
        ),
        Field("finished", deque_of(WHOLE), "_finished"),
        Field("seen", PART),
        Field("id_base", WHOLE, "base", absent=0),
        Field("open_orders", list_of(row_codec(SavedOrder)), "saved", absent=[]),
    )

    def __init__(self, default_strategy: str, resolver: Resolver = strategy_in_tag) -> None:
        self._default = default_strategy
        self._resolver = resolver
        self.known: dict[int, Order] = {}
        self._finished: deque[int] = deque()
        self.seen = SeenEvents()
        self.base = 0
        self.saved: list[SavedOrder] = []
        self.named = 0
        self._reads_tags = resolver is strategy_in_tag or resolver is whole_tag  # and nothing else
        self._in_tags: dict[str, str] = {}  # tag -> the strategy that it says, of those seen first
        self.legs = False
        self.unnamed: Counter[str] = Counter()

    def find(self, order_id: int) -> Order | None:
        """The order, unless it is unknown or was finished long ago."""
        return self.known.get(order_id)

    def traded(self, order_id: int) -> Order | None:
        """The order that a trade or a lot names so, unless it is another deployment's or gone."""
        own = order_id - self.base if order_id > 0 else order_id
        return self.known.get(own) if (own > 0) is (order_id > 0) else None

    def begin(self, event: Fill | OrderUpdate, ticker: str) -> Order:
        """The order that an event is the first of, with its strategy fixed."""
        tag, order_type = event.tag or "", event.order_type
        if order_type is None:
            order_type = MARKET
        arrival = 0.0
        if isinstance(event, OrderUpdate):
            bid, ask = event.bid, event.ask
            arrival = (bid + ask) / 2 if bid and ask else event.price
        order = self.enter(event.order_id, ticker, tag, order_type, arrival, event.group)
        if "risk=" in tag and order_type not in COMBOS:  # a leg's risk is in no tag
            order.risk = risk_each(tag, ordered_quantity(event))
        return order

    def enter(
        self,
        order_id: int,
        ticker: str,
        tag: str,
        order_type: OrderType,
        arrival: float,
        combo: int = 0,
    ) -> Order:
        """A new order with its strategy fixed; the risk that its tag may say is not read.

        Args:
            order_id: LEAN's order id.
            ticker: Of what it trades.
            tag: Its tag.
            order_type: Its type.
            arrival: As of `Order`.
            combo: LEAN's id of the combo that it is a leg of; 0 where it is none.
        """
        strategy = self._in_tags.get(tag)
        if strategy is not None:
            self.named += 1
            reason = ORDER
        else:
            strategy, reason = self._owner(ticker, tag, order_type)
        order = self.known[order_id] = Order(strategy, order_type, tag, arrival, reason)
        if combo or "group" in tag:
            self._group(order, tag, combo)
        return order

    def by_hand(self, strategy: str, tag: str, quantity: float) -> int:
        """A new order of a strategy's that no feed brought: its id, negative."""
        order_id = self.seen.lowest - 1
        risk = risk_each(tag, quantity)
        self.known[order_id] = Order(strategy, OrderType.MARKET, tag, risk=risk)
        if "group" in tag:
            self._group(self.known[order_id], tag, 0)
        return order_id

    def _owner(self, ticker: str, tag: str, order_type: OrderType) -> tuple[str | None, str]:
        """Whose a new order is, None where it is LEAN's own, and why it closes a trade.

        Its tag is none of those that are known to say a strategy.
        """
        reason = lean_reason(tag)
        if reason is not None:
            # a strategy named in the tag as well says that the user tagged it
            return strategy_in_tag(ticker, tag, order_type), reason
        strategy = self._resolver(ticker, tag, order_type)
        if strategy and strategy != UNASSIGNED:  # a name that is the ledger's own
            self.named += 1
            if self._reads_tags and len(self._in_tags) < TAGS_KEPT:
                self._in_tags[tag] = strategy
            return strategy, ORDER
        if order_type is OrderType.OPTION_EXERCISE:
            return None, ORDER
        few = len(self.unnamed) < UNNAMED_TAGS_KEPT or tag in self.unnamed
        self.unnamed[tag if few else OTHER_TAGS] += 1
        return self._default, ORDER

    def _group(self, order: Order, tag: str, combo: int) -> None:
        """Note what an order is a leg of: what its tag says, else its combo."""
        order.group = group_in_tag(tag) or (f"#{combo}" if combo else "")
        self.legs |= bool(order.group)

    def look_for_legs(self, instruments: Iterable[Instrument]) -> None:
        """Find out anew whether orders may be legs of structures, of what a state brought."""
        options = any(each.strike is not None for each in instruments)
        self.legs = options or any(order.group for order in self.known.values())

    def numbered(self, order_id: int) -> int:
        """The id of one of LEAN's orders, told apart from those of other deployments."""
        return order_id + self.base if order_id > 0 else order_id

    def names(self, ticker: str, tag: str, order_type: OrderType) -> bool:
        """Whether a tag says whose an order is, or that LEAN made it."""
        if lean_reason(tag) is not None:
            return True
        return self._resolver(ticker, tag, order_type) not in {None, "", UNASSIGNED}

    def forget(self, deployment: int = 1) -> None:
        """Forget LEAN's orders: it counts them anew. Those by hand stay.

        Args:
            deployment: The number of the deployment that begins.
        """
        self.base = deployment * DEPLOYMENT_STEP if deployment > 1 else 0
        lowest = self.seen.lowest
        self.known = {key: order for key, order in self.known.items() if key < 0}
        self._finished = deque(key for key in self._finished if key < 0)
        self.seen = SeenEvents()
        self.seen.lowest = lowest

    def finish(self, order_id: int, order: Order) -> None:
        """Note that a known order is filled, cancelled or rejected."""
        if order.finished:
            return
        order.finished, finished = True, self._finished
        finished.append(order_id)
        if len(finished) > FINISHED_KEPT:
            del self.known[finished.popleft()]

    @property
    def _known_orders(self) -> list[tuple[int, Order]]:
        """The orders with their ids."""
        return [*self.known.items()]

    @_known_orders.setter
    def _known_orders(self, orders: list[tuple[int, Order]]) -> None:
        self.known = dict(orders)


def ordered_quantity(event: Fill | OrderUpdate) -> float:
    """The whole quantity of the order whose first event it is; of a fill that may be a part."""
    return event.ordered or event.quantity if isinstance(event, Fill) else event.quantity
