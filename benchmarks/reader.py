"""A reader to compare the tracker with: it reads what a record of fills needs, and keeps nothing.

It reads LEAN in the cheap ways: kept objects, ids as texts, LEAN's enumerations through a
dictionary of its own members.
"""

from __future__ import annotations

from typing import Any


def reader(algorithm: Any) -> Reader:
    """The reader of an algorithm."""
    return Reader(algorithm)


class Reader:
    """Reads in each hook, and does nothing with it.

    Args:
        algorithm: The algorithm.
    """

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm
        self._portfolio = algorithm.portfolio
        self._numbers: dict[Any, int] = {}
        self._securities: dict[str, Any] = {}

    def on_order_event(self, event: Any) -> None:
        """Read an order's first event, or a fill."""
        sid = str(event.symbol.id)
        if sid not in self._securities:
            self._securities[sid] = self._algorithm.securities[event.symbol]
        _ = event.order_id, event.id, event.utc_time, event.quantity
        if self._number(event.status) in (2, 3):
            self._read_fill(event)
        else:
            self._read_first(event, self._securities[sid])

    def _read_fill(self, event: Any) -> None:
        fee = event.order_fee.value
        _ = fee.amount, fee.currency, event.fill_quantity, event.fill_price, event.is_assignment

    def _read_first(self, event: Any, security: Any) -> None:
        ticket = event.ticket
        _ = ticket.tag, self._number(ticket.order_type), security.bid_price, security.ask_price

    def on_data(self, data: Any) -> None:
        """Read the time, the equity and the prices of all that was traded."""
        _ = self._algorithm.utc_time, self._portfolio.total_portfolio_value
        for security in self._securities.values():
            _ = security.bid_price

    def finish(self) -> None:
        """There is nothing to do."""

    def _number(self, constant: Any) -> int:
        if constant not in self._numbers:
            self._numbers[constant] = int(constant)
        return self._numbers[constant]
