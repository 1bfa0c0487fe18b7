"""What the listeners are told of executions, and of how a scope changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from models.equity.nav_series import Change
from models.equity.scopes import Scope
from models.ledger.effects import Effects
from models.tracker.listeners import Listeners
from models.tracker.notices import NoticeKind
from models.trades.builders import Quote, newest_record

_FLAGS = (Change.SESSION_CLOSED, Change.NEW_LOW, Change.RECOVERED)

# Whether a change closed a session, made a new low or recovered: asking a flag is slow.
_PARTS = {change: tuple(bool(change & each) for each in _FLAGS) for change in map(Change, range(8))}


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


def tell_change(listeners: Listeners, time: datetime, scope: Scope, change: Change) -> None:
    """Tell of closed sessions, then of a new low or a recovery, where somebody hears of them.

    Args:
        listeners: Who hears of it; it is called under the core's lock.
        time: UTC of what changed the scope.
        scope: The account or a strategy.
        change: What happened to it.
    """
    put, track = listeners.put, scope.track
    closed, low, recovered = _PARTS[change]
    for session in track.book.closed() if closed and listeners.hear_sessions else ():
        put(NoticeKind.SESSION_CLOSED, track.book.since, scope.name, session)
    if low and listeners.hear_lows:
        put(NoticeKind.NEW_LOW, time, scope.name, track.open_period)
    if recovered:
        put(NoticeKind.RECOVERY, time, scope.name, track.periods[-1])
