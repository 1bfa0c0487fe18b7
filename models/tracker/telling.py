"""What the listeners are told of executions."""

from __future__ import annotations

from collections.abc import Callable

from models.ledger.effects import Effects
from models.tracker.listeners import Listeners
from models.tracker.notices import NoticeKind
from models.trades.builders import Quote, newest_record


def tell_trades(listeners: Listeners, effects: Effects, quote: Callable[[str], Quote]) -> None:
    """Tell of the trades opened, then of those closed, then of the round trips ended.

    Args:
        listeners: Who hears of it; it is called under the core's lock.
        effects: What executions did.
        quote: Returns what an instrument is quoted at now, by its Symbol ID.
    """
    put = listeners.put
    for effect in effects if listeners.hear_entries else ():
        if effect.lot is not None:
            position = effect.position
            trade = newest_record(position, quote(position.instrument.sid))
            put(NoticeKind.TRADE_OPENED, trade.entry_time, position.strategy, trade, effect)
    for effect in effects:
        for trade in effect.trades:
            put(NoticeKind.TRADE_CLOSED, trade.exit_time, trade.strategy, trade, effect)
    for effect in effects:
        ended = effect.round_trip
        if ended is not None:
            put(NoticeKind.POSITION_CLOSED, ended.exit_time, ended.strategy, ended, effect)
