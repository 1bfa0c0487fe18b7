"""What fills did to the positions of the strategies, as events of the log.

What one strategy's part of a fill did is told as one event of the position beside one of each
closed trade. Their fields are made when a line is written: in a backtest few are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.ledger.effects import EffectKind
from models.tracker.notices import Dealt
from models.trades.record import LONG, SHORT, TradeRecord
from utils.log.events import EVENTS
from utils.notify.event_writer import EventWriter, ToldEvent, told_fields

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
_LEVELS = {name: EVENTS[name].level for name in (*EFFECT_EVENTS.values(), *REASON_EVENTS.values())}


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


def _trade_fields(trade: TradeRecord, closed_by: str) -> dict[str, Any]:
    """Return what is logged of a closed trade."""
    return told_fields({"entry": trade.entry_price, **_result([trade], closed_by)})


def _opening_fields(dealt: Dealt) -> dict[str, Any]:
    """Return what is logged of a position that was opened or increased."""
    return told_fields(
        {
            "symbol": dealt.symbol,
            "strategy": dealt.strategy,
            "direction": LONG if dealt.opened > 0 else SHORT,
            "quantity": abs(dealt.opened),
            "price": dealt.price,
            "tag": dealt.tag,
        }
    )


_SURE = ("strategy", "direction", "quantity")
_CLOSED_TRADE = ToldEvent(
    "trade closed", _trade_fields, (*_SURE, "entry", "exit", "pnl", "fees", "reason")
)
_OPENINGS = {
    kind: ToldEvent(EFFECT_EVENTS[kind], _opening_fields, (*_SURE, "price"))
    for kind in (EffectKind.OPENED, EffectKind.INCREASED, EffectKind.FLIPPED)
}


class FillNarrator:
    """Logs what fills did.

    Args:
        writer: It writes to the log.
    """

    def __init__(self, writer: EventWriter) -> None:
        self._writer = writer

    def tell(self, dealt: Dealt) -> None:
        """Log what an execution did, as far as the log takes it."""
        writer, trades = self._writer, dealt.trades
        if not trades:
            opening = _OPENINGS[dealt.kind]
            if writer.wants(opening.spec.level):
                writer.later(opening, dealt.time, dealt.order_id, dealt)
            return
        if writer.wants(_CLOSED_TRADE.spec.level):
            for trade in trades:
                opened_by, closed_by = trade.order_ids
                about = trade, writer.name_order(closed_by)
                writer.later(_CLOSED_TRADE, trade.exit_time, opened_by, *about)
        self._tell_closing(dealt)

    def _tell_closing(self, dealt: Dealt) -> None:
        """Log that a position was reduced, closed or flipped, or which event of an option ended it.

        Its round trip is told where it ended, else its trades.
        """
        closed = dealt.trades if dealt.round_trip is None else [dealt.round_trip]
        last = closed[-1]
        name = REASON_EVENTS.get(last.exit_reason) or EFFECT_EVENTS[dealt.kind]
        if not self._writer.wants(_LEVELS[name]):
            return
        fields = _result(closed, self._writer.name_order(last.order_ids[1]))
        if dealt.opened:
            fields["opened"] = abs(dealt.opened)
        if last.exit_reason in REASON_EVENTS:
            fields["flat"] = dealt.kind is EffectKind.CLOSED
        self._writer.write(name, last.exit_time, fields, order_id=closed[0].order_ids[0])
