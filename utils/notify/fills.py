"""What fills did to the positions of the strategies, as events of the log.

The tracker tells of a fill in several notices: the lots that it opened, the trades of lots that it
closed, and the round trips of whole positions that it ended. They are collected here until the last
of them has come, and then told as one event of the position beside one of each closed trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.ledger.holdings import Positions
from models.trades.record import LOTS, TradeRecord
from utils.notify.event_writer import EventWriter

# The event of a position that was not closed by an order, by why it was closed.
REASON_EVENTS: dict[str, str] = {
    "assignment": "position assigned",
    "exercise": "position exercised",
    "expiry": "position expired",
}


class FillNarrator:
    """Logs what fills did.

    Args:
        writer: It writes to the log.
    """

    def __init__(self, writer: EventWriter) -> None:
        self._writer = writer
        self._held: set[tuple[str, str]] = set()  # strategy and symbol id of what is held
        self._fill: tuple[int, datetime] | None = None  # the order and time of the fill under way
        # what the fill under way opened and closed, by strategy and symbol id
        self._records: dict[tuple[str, str], list[TradeRecord]] = {}

    @property
    def waiting(self) -> bool:
        """Whether a fill is under way that was not told yet."""
        return bool(self._records)

    def hold(self, positions: Positions) -> None:
        """Take over what is held already, after a restore."""
        held = positions.strategies.values()
        self._held = {(each.strategy, each.sid) for records in held for each in records}

    def take(self, record: TradeRecord) -> None:
        """Take a trade that was opened or closed; the first of a new fill has the last one told."""
        fill = (record.order_ids[0], record.entry_time)
        if record.is_closed:
            fill = (record.order_ids[1], record.exit_time)
        if fill != self._fill:
            self.settle()
        self._fill = fill
        self._records.setdefault((record.strategy, record.sid), []).append(record)

    def settle(self) -> None:
        """Log what the fill under way did, now that all its notices have come."""
        told, self._records = self._records, {}
        for position, records in told.items():
            closed = [record for record in records if record.is_closed]
            opened = [record for record in records if not record.is_closed]
            trades = [record for record in closed if record.book == LOTS]
            round_trips = [record for record in closed if record.book != LOTS]
            self._tell_trades(trades)
            if closed:
                self._tell_closing(round_trips or trades, bool(round_trips), opened)
            else:
                self._tell_opening(opened, position in self._held)
            if opened:
                self._held.add(position)
            elif round_trips:
                self._held.discard(position)

    def _tell_trades(self, trades: Sequence[TradeRecord]) -> None:
        """Log each trade that the fill closed."""
        for trade in trades:
            fields = {"entry": trade.entry_price, **self._result([trade])}
            self._write("trade closed", trade.exit_time, trade, fields)

    def _tell_opening(self, opened: Sequence[TradeRecord], held: bool) -> None:
        """Log that a position was opened, or increased where it was held already."""
        last = opened[-1]
        fields = {
            **_position_fields(last),
            "quantity": sum(record.quantity for record in opened),
            "price": last.entry_price,
            "tag": last.tag,
        }
        self._write(
            "position increased" if held else "position opened", last.entry_time, last, fields
        )

    def _tell_closing(
        self, closed: Sequence[TradeRecord], ended: bool, opened: Sequence[TradeRecord]
    ) -> None:
        """Log that a position was reduced, closed or flipped, or which event of an option ended it.

        Args:
            closed: The round trip where it ended, else the trades that the fill closed.
            ended: Whether the round trip ended, so that nothing of that side is held any more.
            opened: What the fill opened on the other side.
        """
        last = closed[-1]
        name = "position closed" if ended else "position reduced"
        fields = self._result(closed)
        if opened:
            name = "position flipped"
            fields["opened"] = sum(record.quantity for record in opened)
        if last.exit_reason in REASON_EVENTS:
            name = REASON_EVENTS[last.exit_reason]
            fields["flat"] = ended and not opened
        self._write(name, last.exit_time, closed[0], fields)

    def _result(self, closed: Sequence[TradeRecord]) -> dict[str, Any]:
        """Return what is logged of closed trades that one fill closed together."""
        last = closed[-1]
        return {
            **_position_fields(last),
            "quantity": sum(record.quantity for record in closed),
            "exit": last.exit_price,
            "pnl": sum(record.pnl for record in closed),
            "fees": sum(record.commission for record in closed),
            "reason": last.exit_reason,
            "closed_by": self._writer.name_order(last.order_ids[1]),
        }

    def _write(self, name: str, time: datetime, trade: TradeRecord, fields: dict[str, Any]) -> None:
        """Write an event under the id of the order that opened a trade."""
        self._writer.write(name, time, fields, order_id=trade.order_ids[0])


def _position_fields(trade: TradeRecord) -> dict[str, Any]:
    """Return what names a position in the log."""
    return {"symbol": trade.symbol, "strategy": trade.strategy, "direction": trade.direction}
