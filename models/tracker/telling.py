"""What the listeners are told of executions, and of how a scope changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.equity.nav_series import Change
from models.equity.scope import Scope
from models.equity.session_book import BEGINNING
from models.ledger.books import Books
from models.ledger.effects import Effect, Effects
from models.ledger.statement import Flow
from models.tracker.listeners import Listeners
from models.tracker.notices import NoticeKind
from models.trades.builders import Quote, newest_record

_FLAGS = (Change.SESSION_CLOSED, Change.NEW_LOW, Change.RECOVERED)

# Whether a change closed a session, made a new low or recovered: asking a flag is slow.
_PARTS = {change: tuple(bool(change & each) for each in _FLAGS) for change in map(Change, range(8))}


def tell_trades(listeners: Listeners, effects: Effects, books: Books) -> bool:
    """Tell of the trades opened, then of those closed, then of the round trips ended.

    Args:
        listeners: Who hears of it; it is called under the core's lock.
        effects: What executions did.
        books: They have booked it.

    Returns:
        Whether a notice may be on its way.
    """
    put, teller = listeners.put, listeners.teller
    if teller is not None:
        for effect in effects if len(effects) == 1 else sorted(effects, key=_opens_nothing):
            teller(effect, books.tickers[effect.position.instrument.sid])
    if not listeners.hear_records:
        return False
    for effect in effects if listeners.hear_entries else ():
        if effect.lot is not None:
            position = effect.position
            trade = newest_record(position, quote_of(books, position.instrument.sid))
            put(NoticeKind.TRADE_OPENED, trade.entry_time, position.strategy, trade, effect)
    for effect in effects:
        for trade in effect.trades:
            put(NoticeKind.TRADE_CLOSED, trade.exit_time, trade.strategy, trade, effect)
    for effect in effects:
        ended = effect.round_trip
        if ended is not None:
            put(NoticeKind.POSITION_CLOSED, ended.exit_time, ended.strategy, ended, effect)
    return True


def _opens_nothing(effect: Effect) -> bool:
    """The order in which one fill's effects are told: first those that opened something."""
    return effect.lot is None


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
    heard = listeners.hear_strategies if scope.name else listeners.hear_sessions
    for session in track.book.closed() if closed and heard else ():
        put(NoticeKind.SESSION_CLOSED, track.book.since, scope.name, session)
    if low and listeners.hear_lows:
        put(NoticeKind.NEW_LOW, time, scope.name, track.open_period)
    if recovered:
        put(NoticeKind.RECOVERY, time, scope.name, track.periods[-1])


def tell_flows(listeners: Listeners, flows: Sequence[Flow], told: int) -> int:
    """Tell of the deposits and withdrawals beyond the first so many; returns how many there are."""
    for flow in flows[told:]:
        listeners.put(NoticeKind.FLOW, flow.time, "", flow)
    return len(flows)


def quote_of(books: Books, sid: str) -> Quote:
    """What a held instrument is worth at the last mark; call it under the core's lock."""
    holding = books.holdings[sid]
    rate = books.rates[holding.instrument.currency]
    time = books.time or BEGINNING
    return Quote(time, books.tickers[sid], holding.price, holding.unit_value, rate)
