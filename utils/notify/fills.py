"""What fills did to the positions of the strategies, as events of the log.

What one strategy's part of a fill did is told as one event of the position beside one of each
closed trade. Their fields are made when a line is written: in a backtest few are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.ledger.effects import FLIPPED, INCREASED, OPENED, Effect, EffectKind
from models.trades.record import LONG, SHORT, TradeRecord
from utils.log.events import EVENTS, Level
from utils.log.pending import ToldEvent
from utils.notify.event_writer import EventWriter, told_fields

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


def _result(closed: Sequence[TradeRecord], closed_by: str) -> dict[str, Any]:
    """Return what is logged of closed trades that one fill closed together."""
    last = closed[-1]
    return {
        "symbol": last.symbol,
        "strategy": last.strategy,
        "direction": last.direction,
        "quantity": sum(record.quantity for record in closed),
        "exit": last.exit_price,
        "pnl": sum(record.pnl for record in closed),
        "fees": sum(record.commission for record in closed),
        "reason": last.exit_reason,
        "closed_by": closed_by,
    }


def _closing_fields(
    closed: Sequence[TradeRecord], closed_by: str, opened: float | None, flat: bool | None
) -> dict[str, Any]:
    """Return what is logged of a position that was reduced, closed or flipped."""
    return told_fields({**_result(closed, closed_by), "opened": opened, "flat": flat})


def _trade_fields(trade: TradeRecord, closed_by: str) -> dict[str, Any]:
    """Return what is logged of a closed trade."""
    return told_fields({"entry": trade.entry_price, **_result([trade], closed_by)})


def _opening_fields(
    symbol: str, strategy: str, opened: float, price: float, tag: str
) -> dict[str, Any]:
    """Return what is logged of a position that was opened or increased by a signed quantity."""
    return told_fields(
        {
            "symbol": symbol,
            "strategy": strategy,
            "direction": LONG if opened > 0 else SHORT,
            "quantity": abs(opened),
            "price": price,
            "tag": tag,
        }
    )


# With the least characters of each.
_SURE = {"strategy": 1, "direction": min(len(LONG), len(SHORT)), "quantity": 1}
_RESULT = dict.fromkeys(("exit", "pnl", "fees", "reason"), 1)
_CLOSED_TRADE = ToldEvent("trade closed", _trade_fields, {**_SURE, "entry": 1, **_RESULT})
_POSITION_CLOSINGS = {
    name: ToldEvent(name, _closing_fields, {**_SURE, **_RESULT})
    for name in (*EFFECT_EVENTS.values(), *REASON_EVENTS.values())
}
_OPENED, _INCREASED, _FLIPPED = (
    ToldEvent(EFFECT_EVENTS[kind], _opening_fields, {**_SURE, "price": 1})
    for kind in (OPENED, INCREASED, FLIPPED)
)
_LINES = (_CLOSED_TRADE, _OPENED, _INCREASED, _FLIPPED, *_POSITION_CLOSINGS.values())
SHORTEST_LINE = min(told.least for told in _LINES)  # bytes


class FillNarrator:
    """Logs what fills did.

    Args:
        writer: It writes to the log.
    """

    def __init__(self, writer: EventWriter) -> None:
        self._writer = writer

    def tell(self, effect: Effect, symbol: str) -> None:
        """Log what an execution did, as far as the log takes it.

        Args:
            effect: What it did.
            symbol: The ticker of what it traded.
        """
        kind, position, execution, lot, trades, _, _ = effect
        writer = self._writer
        level = writer.log.level
        if not trades:
            # asking an enum's member for its hash is slow
            told = _OPENED if kind is OPENED else _INCREASED if kind is INCREASED else _FLIPPED
            if lot is not None and told.spec.level >= level:
                about = symbol, position.strategy, lot.quantity, lot.price, lot.tag
                writer.later(told, execution.time, execution.order_id, *about)
            return
        if _CLOSED_TRADE.spec.level >= level:
            closed_by = writer.name_order(execution.order_id)
            for trade in trades:
                opened_by = trade.order_ids[0]
                writer.later(_CLOSED_TRADE, trade.exit_time, opened_by, trade, closed_by)
        # what else is told of a position is for the finest log
        ended = trades[-1].exit_reason in REASON_EVENTS
        if ended or kind is FLIPPED or level <= Level.DEBUG:
            self._tell_closing(effect)

    def _tell_closing(self, effect: Effect) -> None:
        """Log that a position was reduced, closed or flipped, or which event of an option ended it.

        Its round trip is told where it ended, else its trades.
        """
        kind, lot, ended = effect.kind, effect.lot, effect.round_trip
        closed = effect.trades if ended is None else [ended]
        last = closed[-1]
        name = REASON_EVENTS.get(last.exit_reason) or EFFECT_EVENTS[kind]
        writer = self._writer
        if writer.wants(EVENTS[name].level):
            closed_by = writer.name_order(last.order_ids[1])
            opened = None if lot is None else abs(lot.quantity)
            flat = kind is EffectKind.CLOSED if last.exit_reason in REASON_EVENTS else None
            about = closed, closed_by, opened, flat
            writer.later(_POSITION_CLOSINGS[name], last.exit_time, closed[0].order_ids[0], *about)
