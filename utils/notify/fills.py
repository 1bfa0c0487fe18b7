"""What fills did to the positions of the strategies, as events of the log.

The tracker tells of a fill in several notices: the lots that it opened, the trades of lots that it
closed, and the round trips of whole positions that it ended. All notices of one strategy's part
carry the same effect, which says what that part did. Effects are collected here until the last
notice of the fill has come, and then told as one event of the position beside one of each closed
trade.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.ledger.effects import Effect, EffectKind
from models.trades.record import TradeRecord
from utils.log.events import EVENTS
from utils.notify.event_writer import EventWriter

TRADE_CLOSED = "trade closed"

# The event of a position, by what was done to it.
EFFECT_EVENTS: dict[EffectKind, str] = {
    EffectKind.OPENED: "position opened",
    EffectKind.INCREASED: "position increased",
    EffectKind.REDUCED: "position reduced",
    EffectKind.CLOSED: "position closed",
    EffectKind.FLIPPED: "position flipped",
}

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
        self._fill: tuple[int, datetime] | None = None  # the order and time of the fill under way
        # what the fill under way did, by identity, each with the trade that it opened, if it did
        self._effects: dict[int, tuple[Effect, TradeRecord | None]] = {}

    @property
    def waiting(self) -> bool:
        """Whether a fill is under way that was not told yet."""
        return bool(self._effects)

    def take(self, effect: Effect, record: TradeRecord) -> None:
        """Take what a fill did; the first notice of a new fill has the last one told.

        Args:
            effect: What was done to a position.
            record: The trade of the notice, which was opened or closed by it.
        """
        fill = (effect.execution.order_id, effect.execution.time)
        if fill != self._fill:
            self.settle()
        self._fill = fill
        if record.is_closed:
            self._effects.setdefault(id(effect), (effect, None))
        else:
            self._effects[id(effect)] = effect, record

    def settle(self) -> None:
        """Log what the fill under way did, now that all its notices have come."""
        told, self._effects = self._effects, {}
        for effect, opened in told.values():
            self._tell_trades(effect.trades)
            if effect.trades:
                self._tell_closing(effect, opened)
            elif opened is not None:
                self._tell_opening(effect.kind, opened)

    def _tell_trades(self, trades: Sequence[TradeRecord]) -> None:
        """Log each trade that the fill closed."""
        for trade in trades if self._wants(TRADE_CLOSED) else ():
            fields = {"entry": trade.entry_price, **self._result([trade])}
            self._write(TRADE_CLOSED, trade.exit_time, trade, fields)

    def _tell_opening(self, kind: EffectKind, opened: TradeRecord) -> None:
        """Log that a position was opened, or increased where it was held already."""
        name = EFFECT_EVENTS[kind]
        if not self._wants(name):
            return
        fields = {
            **_position_fields(opened),
            "quantity": opened.quantity,
            "price": opened.entry_price,
            "tag": opened.tag,
        }
        self._write(name, opened.entry_time, opened, fields)

    def _tell_closing(self, effect: Effect, opened: TradeRecord | None) -> None:
        """Log that a position was reduced, closed or flipped, or which event of an option ended it.

        Args:
            effect: What was done; its round trip is told where it ended, else its trades.
            opened: The trade that was opened on the other side; None where there is none.
        """
        closed = effect.trades if effect.round_trip is None else [effect.round_trip]
        last = closed[-1]
        name = REASON_EVENTS.get(last.exit_reason) or EFFECT_EVENTS[effect.kind]
        if not self._wants(name):
            return
        fields = self._result(closed)
        if opened is not None:
            fields["opened"] = opened.quantity
        if last.exit_reason in REASON_EVENTS:
            fields["flat"] = effect.kind is EffectKind.CLOSED
        self._write(name, last.exit_time, closed[0], fields)

    def _wants(self, name: str) -> bool:
        """Tell whether the log takes an event, before anything is worked out for it."""
        return self._writer.wants(EVENTS[name].level)

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
