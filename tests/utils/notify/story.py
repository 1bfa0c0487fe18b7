"""A tracker and what its narrator logged, for the tests of the narrator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from models.equity.drawdown import DrawdownPeriod
from models.events.account import Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.tracker.notices import Notice, NoticeKind
from utils.log.entries import Entry
from utils.log.events import EVENTS
from utils.log.logger import StructuredLogger
from utils.notify.event_writer import order_name
from utils.notify.narrator import Narrator

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)

STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")

CALL = Instrument(
    "C", "C150", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=150.0, right="CALL"
)

SPELL = DrawdownPeriod(NOON, NOON, None, 1.0, 0.9, 0.1, 100.0)


def ticker_of(sid: str) -> str:
    """The ticker that a symbol id begins with."""
    return sid.partition(" ")[0]


def narrator_of(log: StructuredLogger, **given: Any) -> Narrator:
    """A narrator that names orders and instruments as usual, where nothing else is given."""
    return Narrator(
        log, **{"name_order": order_name, "name_event": order_name, "ticker": ticker_of, **given}
    )


class Silence:
    """A sink that shows nothing."""

    def debug(self, message: str) -> None:
        """Drop it."""

    log = error = debug


class Story:
    """A tracker with a stock and an option, and what its narrator logged."""

    def __init__(self, level: str = "debug", holdings: Any = None, **given: Any) -> None:
        self.log = StructuredLogger(Silence(), lambda: NOON, level=level, budget=None)
        self.narrator = narrator_of(self.log, **given)
        self.tracker = PerformanceTracker()
        self.listen(self.narrator)
        for event in (STOCK, CALL, Opening(NOON, {"USD": 1e4}, {"USD": 1.0}, holdings or {})):
            self.tracker.apply(event)

    def listen(self, narrator: Narrator) -> None:
        """Let a narrator hear of everything, in place of the one before."""
        self.tracker.remove_listener(self.narrator.hear)
        self.tracker.add_listener(narrator.hear)
        self.tracker.core.listeners.tell_effects(narrator.effect)

    def fill(self, order_id: int, quantity: float, price: float, **given: Any) -> None:
        """Apply a fill, as many minutes past noon as its order's id, and flush."""
        values = {"sid": "S", "tag": "strategy=trend", "event_id": 1, **given}
        time = NOON + timedelta(minutes=order_id)
        self.tracker.apply(Fill(time, order_id, quantity=quantity, price=price, **values))
        self.narrator.flush()

    def told(self, *events: str) -> list[str]:
        """The text of what was logged, of those events or of the positions and trades."""
        wanted = events or tuple(name for name in EVENTS if name.startswith(("position", "trade")))
        return [
            made.text()
            for made in self.entries
            if made.event in wanted and "book" not in made.fields
        ]

    @property
    def entries(self) -> list[Entry]:
        """What was logged."""
        self.narrator.flush()
        return self.log.entries


def update(status: OrderStatus, **given: Any) -> OrderUpdate:
    """An update of order 12."""
    return OrderUpdate(NOON, 12, 1, given.pop("sid", ""), status, **given)


def notices(kind: NoticeKind, record: Any, strategy: str = "", level: str = "debug") -> list[Entry]:
    """What is logged of a notice."""
    story = Story(level)
    story.narrator.hear(Notice(kind, NOON, strategy, record))
    return story.entries
