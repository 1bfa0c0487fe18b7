"""What every part of the narrator writes with: ready events of the log, without empty fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from models.ledger.lots import build
from models.ledger.orders import DEPLOYMENT_STEP
from utils.log.events import Level
from utils.log.logger import StructuredLogger
from utils.log.pending import PendingEntry, ToldEvent


def order_name(order_id: int) -> str:
    """Return the correlation id of an order.

    Args:
        order_id: The order's id in trades: LEAN's, which counts from 1 in each deployment, with the
            deployment's number before it from the second on; 0 for no order.

    Returns:
        Such as `o12`, in the second deployment `2-o12`; empty for no order.
    """
    if order_id < DEPLOYMENT_STEP:
        return f"o{order_id}" if order_id else ""
    deployment, number = divmod(order_id, DEPLOYMENT_STEP)
    return f"{deployment}-o{number}"


def told_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of an event without those of its fields that are None or empty."""
    return {key: value for key, value in fields.items() if value not in (None, "")}


class EventWriter:
    """Writes the tracker's own events to the log.

    Args:
        log: Where they are written.
        name_order: Returns an order's correlation id; it is called under the narrator's lock.
    """

    def __init__(self, log: StructuredLogger, name_order: Callable[[int], str]) -> None:
        self.log = log
        self.name_order = name_order

    def wants(self, level: Level) -> bool:
        """Tell whether the log takes entries of a level."""
        return level >= self.log.level

    def write(
        self,
        name: str,
        time: datetime,
        fields: Mapping[str, Any],
        *,
        order_id: int = 0,
        level: Level | None = None,
    ) -> None:
        """Write an event without those of its fields that are None or empty.

        Args:
            name: One of `EVENTS`.
            time: When it happened, UTC.
            fields: What is known of it.
            order_id: The order that it belongs to; 0 where there is none.
            level: How much it matters, where that is not the level of its row.
        """
        self.log.ready(name, told_fields(fields), level, time, self.name_order(order_id))

    def later(self, told: ToldEvent, time: datetime, order_id: int, *about: Any) -> None:
        """Write an event whose fields are made when somebody wants them.

        Args:
            told: The event, of a level that the log takes.
            time: When it happened, UTC.
            order_id: The order that it belongs to; 0 where there is none.
            about: What its fields are made of: values that never change.
        """
        self.log.put(build(PendingEntry, (told, time, self.name_order(order_id), about)))
