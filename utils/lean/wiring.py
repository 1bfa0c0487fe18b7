"""Whether the algorithm passes its hooks on, as far as LEAN's own counts and equity tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.ledger.ledger import EQUITY_TOLERANCE

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm

ORDERS_HOOK, SLICES_HOOK = "on_order_event", "on_data"
FIRST_LINES = {
    ORDERS_HOOK: "self.tracker.on_order_event(order_event)",
    SLICES_HOOK: "self.tracker.on_data(data)",
}


class Wiring:
    """Finds hooks that never reach the tracker; once one was heard nothing is read for it.

    Args:
        algorithm: The running algorithm.
        live: Whether LEAN trades live: an event may be on its way then, so that an order counts
            when two looks in a row find it unheard of, and at the end if it is not open.

    Attributes:
        heard_orders: Whether an order event reached the tracker in this run.
        heard_slices: Whether a slice did.
    """

    def __init__(self, algorithm: QCAlgorithm, *, live: bool) -> None:
        self._transactions, self._portfolio = algorithm.transactions, algorithm.portfolio
        self._live = live
        self.heard_orders = self.heard_slices = False
        self._orders: int | None = None  # what LEAN had counted at the last look
        self._equity: float | None = None  # at the first midnight without a slice

    def missing(self, *, at_end: bool = False) -> list[str]:
        """The hooks that never came though LEAN had something to tell.

        Args:
            at_end: Whether the run ends; else it is a midnight.
        """
        found = []
        if not self.heard_orders and self._orders_unheard_of(at_end):
            found.append(ORDERS_HOOK)
        if not self.heard_slices and self._equity_moved():
            found.append(SLICES_HOOK)
        return found

    def _orders_unheard_of(self, at_end: bool) -> bool:
        """Whether LEAN counted an order of which an event must have come by now."""
        counted = self._transactions.orders_count
        before, self._orders = self._orders, counted
        if self._live and at_end:
            return bool(counted > len(self._transactions.get_open_orders()))
        return bool(before if self._live else counted)

    def _equity_moved(self) -> bool:
        """Whether LEAN's equity is another than at the first midnight."""
        equity = self._portfolio.total_portfolio_value
        if self._equity is None:
            self._equity = equity
        return abs(equity - self._equity) > EQUITY_TOLERANCE


def wiring_warning(hook: str) -> str:
    """The warning that a hook never came, with the line that it lacks."""
    return f"{hook} never reached the tracker: add {FIRST_LINES[hook]} as its first line"
