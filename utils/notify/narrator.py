"""The narrator: what the tracker and its feed tell, as events of the structured log.

An order's id runs through its events, the trades that it opens and those that it closes
(`closed_by`), so that it can be followed from its submission to its closed trades.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from models.events.orders import Fill, OrderUpdate
from models.tracker.notices import OF_FILLS, Notice
from utils.log.events import Level
from utils.log.logger import StructuredLogger
from utils.notify.event_writer import EventWriter
from utils.notify.fills import SHORTEST_LINE, FillNarrator
from utils.notify.notices import SHORTEST_RESULT, NoticeNarrator
from utils.notify.orders import OrderNarrator

SHORTEST_TOLD = min(SHORTEST_LINE, SHORTEST_RESULT)  # bytes


class Narrator:
    """Logs what happens to orders, positions and the account.

    What executions did is told to `effect`, all else in notices to `hear`.

    Args:
        log: Where it logs.
        name_order: Returns an order's correlation id by its id in trades.
        name_event: Returns it by LEAN's own id in the running deployment.
        ticker: Returns an instrument's ticker by its symbol id; it is called under a lock.

    Attributes:
        effect: Logs what an execution did (`FillNarrator.tell`).
        result: Logs the notice of a closed session or structure; it may be called under a lock.
    """

    def __init__(
        self,
        log: StructuredLogger,
        name_order: Callable[[int], str],
        name_event: Callable[[int], str],
        ticker: Callable[[str], str],
    ) -> None:
        self._log = log
        writer = EventWriter(log, name_order)
        self._orders = OrderNarrator(EventWriter(log, name_event), ticker)
        self.effect = FillNarrator(writer).tell
        self._notices = NoticeNarrator(writer)
        self.result = self._notices.tell
        self._lock = threading.Lock()

    def order(self, event: OrderUpdate | Fill) -> None:
        """Log an order's event, if the log takes entries of its level."""
        self._orders.tell(event)

    def hear(self, notice: Notice) -> None:
        """Log a notice of the tracker, whose listener this is."""
        if notice.kind not in OF_FILLS:
            with self._lock:
                self._notices.tell(notice)

    def unheard(self) -> bool:
        """Whether nobody gets what executions and sessions have to tell, and LEAN has no room."""
        return self._log.level is Level.INFO and self._log.ignores(SHORTEST_TOLD, Level.INFO)

    def flush(self) -> None:
        """Flush the log; call it where no lock is held."""
        self._log.flush()
