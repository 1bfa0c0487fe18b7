"""LEAN's open orders, read into what they can be known by in the next deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from models.events.orders import OrderType
from models.ledger.open_orders import FoundOrder
from models.ledger.orders import SavedOrder
from models.tracker.core import Core
from utils.lean.members import Members
from utils.lean.orders import LIMIT_PRICE_TYPES, STOP_PRICE_TYPES
from utils.lean.securities import Securities

if TYPE_CHECKING:
    from AlgorithmImports import LimitOrder, Order, SecurityTransactionManager, StopMarketOrder


class OpenOrderReader:
    """Reads LEAN's open orders: when a state is saved, and when a run goes on with one.

    Args:
        transactions: LEAN's orders.
        core: It knows whose the orders are.
        securities: The securities seen so far.
    """

    def __init__(
        self, transactions: SecurityTransactionManager, core: Core, securities: Securities
    ) -> None:
        self._transactions = transactions
        self._orders = core.ledger.books.orders
        self._securities = securities
        self._types = Members(OrderType)

    def read(self) -> list[FoundOrder]:
        """Return the orders that are open, with LEAN's ids and tags."""
        return [self._found(order) for order in self._transactions.get_open_orders()]

    def taken_up(self) -> list[FoundOrder]:
        """Return those that LEAN took up at its start: what is open, and what ended since then.

        An order may be filled before the first hook that reaches the tracker, or by it.
        """
        found, transactions = self.read(), self._transactions
        opened = {each.order_id for each in found}
        for order_id in range(1, transactions.orders_count + 1) if self._orders.saved else ():
            order = None if order_id in opened else transactions.get_order_by_id(order_id)
            if order is not None:
                found.append(self._found(order)._replace(ended=True))
        return found

    def saved(self) -> list[SavedOrder]:
        """Return what they can be known by, with whose they are."""
        known = self._orders.known
        found: list[SavedOrder] = []
        for each in self.read():
            order = known.get(each.order_id)
            strategy, tag = (order.strategy, order.tag) if order else ("", each.tag)
            found.append(each.known._replace(strategy=strategy or "", tag=tag))
        return found

    def _found(self, order: Order) -> FoundOrder:
        """Read one order."""
        order_type = self._types[order.type]
        limit = stop = None  # only the classes of these types have the members
        if order_type in LIMIT_PRICE_TYPES:
            limit = cast("LimitOrder", order).limit_price
        if order_type in STOP_PRICE_TYPES:
            stop = cast("StopMarketOrder", order).stop_price
        known = SavedOrder(
            tuple(str(each) for each in order.broker_id),
            self._securities.sid_of(order.symbol),
            1 if order.quantity > 0 else -1,
            order_type,
            limit,
            stop,
        )
        return FoundOrder(order.id, order.tag or "", known)
