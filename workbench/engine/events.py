"""Recorded order events: what LEAN hands to on_order_event, with the order's ticket and fee.

An event is built from one order line of the tape and shows that line for as long as it is kept; so
does the ticket it leads to, which in LEAN would move on with its order. Figures LEAN keeps as
decimals are floats, never ints. Built by the engine for each delivery; read by user code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from workbench.engine.enums import OrderDirection, OrderStatus, OrderType, SecurityType, constant
from workbench.engine.objects import ClrDatetime, utc_clr
from workbench.engine.reads import LeanObject, ReadMeter, lean_read
from workbench.engine.state import Line
from workbench.engine.symbols import Symbol
from workbench.engine.tape_fields import utc_of


class _OfOneLine(LeanObject):
    """What shows parts of one order line."""

    __slots__ = ("_line",)

    def __init__(self, meter: ReadMeter, line: Line) -> None:
        super().__init__(meter)
        self._line = line

    def _time(self, field: str) -> ClrDatetime:
        return utc_clr(utc_of(self._line[field]))

    def _number_or_none(self, field: str) -> float | None:
        value = self._line[field]
        return None if value is None else float(value)


class CashAmount(_OfOneLine):
    """A fee's amount and its currency."""

    __slots__ = ()

    @lean_read
    def amount(self) -> float:
        """The amount, in `currency`."""
        return float(self._line["fee"])

    @lean_read
    def currency(self) -> str:
        """The currency; QCC, LEAN's null currency, where there is no fee."""
        return str(self._line["fee_currency"])


class OrderFee(_OfOneLine):
    """The fee of one event."""

    __slots__ = ()

    @lean_read
    def value(self) -> CashAmount:
        """The fee as an amount of a currency."""
        return CashAmount(self._meter, self._line)


class GroupOrderManager(_OfOneLine):
    """The combo an order is a leg of."""

    __slots__ = ()

    @lean_read
    def id(self) -> int:
        """The combo's number in the run."""
        return int(self._line["group"])

    @lean_read
    def count(self) -> int:
        """How many legs the combo has."""
        return int(self._line["group_count"])


class SubmitOrderRequest(_OfOneLine):
    """What the order was submitted with."""

    __slots__ = ()

    @lean_read
    def group_order_manager(self) -> GroupOrderManager | None:
        """The combo the order belongs to; None for a single order."""
        if self._line["group"] is None:
            return None
        return GroupOrderManager(self._meter, self._line)


class _OfOrder(_OfOneLine):
    """What shows an order of one instrument, as it stood at an event."""

    __slots__ = ("_symbol",)

    def __init__(self, meter: ReadMeter, line: Line, symbol: Symbol) -> None:
        super().__init__(meter, line)
        self._symbol = symbol

    @lean_read
    def symbol(self) -> Symbol:
        """The event's instrument."""
        return self._symbol._again()

    @lean_read
    def security_type(self) -> SecurityType:
        """The kind of the instrument."""
        return self._symbol._kind()

    @lean_read
    def status(self) -> OrderStatus:
        """Where the order stood at the event."""
        return constant(OrderStatus, self._line["status"])

    @lean_read
    def quantity(self) -> float:
        """The order's signed quantity."""
        return float(self._line["order_qty"])

    @lean_read
    def tag(self) -> str:
        """The order's tag at the event; updates and cancels may have changed it."""
        return str(self._line["tag"])

    @lean_read
    def time(self) -> datetime:
        """When the order was created, aware UTC."""
        return self._time("created")


class OrderTicket(_OfOrder):
    """The order of an event, as it stood at the event."""

    __slots__ = ()

    @lean_read
    def order_id(self) -> int:
        """The order's number in the run."""
        return int(self._line["order"])

    @lean_read
    def order_type(self) -> OrderType:
        """How the order is to be filled."""
        return constant(OrderType, self._line["order_type"])

    @lean_read
    def submit_request(self) -> SubmitOrderRequest:
        """What the order was submitted with."""
        return SubmitOrderRequest(self._meter, self._line)


class Order(_OfOrder):
    """An order as LEAN keeps it, at its last event."""

    __slots__ = ()

    @lean_read
    def id(self) -> int:
        """The order's number in the run."""
        return int(self._line["order"])

    @lean_read
    def broker_id(self) -> list[str]:
        """The broker's ids of it."""
        return [str(self._line["order"])]

    @lean_read
    def type(self) -> OrderType:
        """How the order is to be filled."""
        return constant(OrderType, self._line["order_type"])


class LimitOrder(Order):
    """An order with a limit."""

    __slots__ = ()

    @lean_read
    def limit_price(self) -> float:
        """The limit."""
        return float(self._line["limit"])


class StopMarketOrder(Order):
    """An order with a stop."""

    __slots__ = ()

    @lean_read
    def stop_price(self) -> float:
        """The stop."""
        return float(self._line["stop"])


class StopLimitOrder(LimitOrder, StopMarketOrder):
    """An order with both."""

    __slots__ = ()


# The orders that have members of their own, by LEAN's name of their type.
ORDER_KINDS: Mapping[str, type[Order]] = {
    "LIMIT": LimitOrder,
    "LIMIT_IF_TOUCHED": LimitOrder,
    "STOP_LIMIT": StopLimitOrder,
    "STOP_MARKET": StopMarketOrder,
    "TRAILING_STOP": StopMarketOrder,
}


def order_at(meter: ReadMeter, line: Line, symbol: Symbol) -> Order:
    """The order of an event, of the class that its type has in LEAN."""
    return ORDER_KINDS.get(str(line["order_type"]), Order)(meter, line, symbol)


class OrderEvent(_OfOneLine):
    """One event of one order: a submission, a fill, a cancel, ..."""

    __slots__ = ("_symbol",)

    def __init__(self, meter: ReadMeter, line: Line, symbol: Symbol) -> None:
        super().__init__(meter, line)
        self._symbol = symbol

    @lean_read
    def order_id(self) -> int:
        """The order's number in the run."""
        return int(self._line["order"])

    @lean_read
    def id(self) -> int:
        """The event's number within its order."""
        return int(self._line["event"])

    @lean_read
    def symbol(self) -> Symbol:
        """The instrument: an exercise's second event names the underlying."""
        return self._symbol._again()

    @lean_read
    def utc_time(self) -> datetime:
        """The event's own time, aware UTC; the algorithm's may be later."""
        return self._time("t")

    @lean_read
    def status(self) -> OrderStatus:
        """Where the order stands after the event."""
        return constant(OrderStatus, self._line["status"])

    @lean_read
    def direction(self) -> OrderDirection:
        """Buy or sell."""
        return constant(OrderDirection, self._line["direction"])

    @lean_read
    def fill_price(self) -> float:
        """The price of this fill in its currency; 0 when the event fills nothing."""
        return float(self._line["fill_price"])

    @lean_read
    def fill_price_currency(self) -> str:
        """The currency of the fill price; empty on exercises and delistings."""
        return str(self._line["fill_currency"])

    @lean_read
    def fill_quantity(self) -> float:
        """The signed quantity this event fills."""
        return float(self._line["fill_qty"])

    @lean_read
    def absolute_fill_quantity(self) -> float:
        """The quantity this event fills, without its sign."""
        return abs(float(self._line["fill_qty"]))

    @lean_read
    def quantity(self) -> float:
        """The order's signed quantity as the event has it."""
        return float(self._line["qty"])

    @lean_read
    def order_fee(self) -> OrderFee:
        """The fee of this event."""
        return OrderFee(self._meter, self._line)

    @lean_read
    def message(self) -> str:
        """What LEAN says about the event, often nothing."""
        return str(self._line["message"])

    @lean_read
    def is_assignment(self) -> bool:
        """Whether it is the option's leg of an assignment."""
        return bool(self._line["assignment"])

    @lean_read
    def is_in_the_money(self) -> bool:
        """Whether an expiring option is in the money."""
        return bool(self._line["itm"])

    @lean_read
    def limit_price(self) -> float | None:
        """The order's limit; None without one."""
        return self._number_or_none("limit")

    @lean_read
    def stop_price(self) -> float | None:
        """The order's stop; None without one."""
        return self._number_or_none("stop")

    @lean_read
    def trigger_price(self) -> float | None:
        """The order's trigger; None without one."""
        return self._number_or_none("trigger")

    @lean_read
    def ticket(self) -> OrderTicket:
        """The event's order."""
        return OrderTicket(self._meter, self._line, self._symbol)
