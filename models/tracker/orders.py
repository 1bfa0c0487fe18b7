"""How well orders were executed."""

from __future__ import annotations

from models.execution.group_metrics import ExecutionMetrics, OrderGroup, SuggestedSlippage
from models.execution.order_quality import OrderQuality
from models.tracker.choices import picked
from models.tracker.core import Core


class ExecutedOrders:
    """Answers what orders cost; where the setting `execution` is off, with nothing.

    Args:
        core: Whose orders are asked for.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def quality(self, by: OrderGroup | str) -> tuple[ExecutionMetrics, ...]:
        """What orders cost, in each group.

        Raises:
            CallError: Orders are not grouped by that.
        """
        kind = picked(OrderGroup, by, "orders are grouped by")
        with self._core.lock:
            execution = self._core.execution
            return execution.metrics(kind) if execution else ()

    def orders(self, limit: int | None) -> tuple[OrderQuality, ...]:
        """The last orders that ended, the newest first."""
        with self._core.lock:
            execution = self._core.execution
            return execution.orders(limit) if execution else ()

    def suggested_slippage(self) -> tuple[SuggestedSlippage, ...]:
        """What to give LEAN's slippage model, by symbol."""
        with self._core.lock:
            execution = self._core.execution
            return execution.suggested_slippage() if execution else ()
