"""Explaining: what the user says of a change without an order, carried into books and records.

The curve and the sessions that closed stay as they are; terms, flows, trades and what is counted of
them are right from then on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from models.equity.session_book import BEGINNING
from models.errors import CallError
from models.ledger.assumptions import Assumption, Explanation
from models.ledger.books import Books
from models.ledger.explanations import (
    Correction,
    Moved,
    explained_merger,
    explained_spin_off,
    explained_split,
    explained_trade,
)
from models.ledger.statement import Flow
from models.ledger.tags import UNASSIGNED
from models.ledger.valuation import revalue
from models.tracker.choices import picked
from models.tracker.core import Core
from models.tracker.hand_calls import a_number
from models.trades.record import LONG, LOTS, POSITIONS, TradeRecord
from models.trades.statistics import TradeStatistics


def explain(
    core: Core,
    symbol: str,
    kind: Explanation | str,
    price: float | None,
    into: str | None,
    older: Sequence[TradeRecord] = (),
) -> None:
    """Take a change for what the user says it was; call it under the core's lock.

    Args:
        core: What is changed.
        symbol: A ticker or Symbol ID.
        kind: What it was.
        price: Quote currency.
        into: What a merger or spin-off gave: a ticker or Symbol ID.
        older: The closed lots that left memory.

    Raises:
        CallError: There is nothing to explain, too much was traded since, or an argument is not
            allowed.
    """
    named = picked(Explanation, kind, "the explanations are")
    if price is not None:
        a_number(price, "price")
    if named is Explanation.TRADE and price is None:
        raise CallError("a trade needs price=...: what each was traded at")
    both = named in {Explanation.MERGER, Explanation.SPIN_OFF}
    if both != (into is not None):
        raise CallError("a merger and a spin-off, and nothing else, need into=...")
    sid = _sid(core, symbol)
    other = "" if into is None else _sid(core, into)
    if named in {Explanation.SPLIT, Explanation.SPIN_OFF}:
        since = _assumed(core, other or sid).time
        _refuse_closed(core, sid, [*older, *core.logs[LOTS].all()], since)
    moved = _moved(core, named, sid, other, price)
    _flow(core, sid, moved, f"explained: {named.value} of {core.ledger.books.tickers[sid]}")
    core.ledger.assumed.pop(sid, None)
    core.ledger.assumed.pop(other, None)
    _amend(core, moved.correction)


def count_anew(core: Core, older: Iterable[TradeRecord]) -> None:
    """Count all closed lots again; call it under the core's lock.

    Args:
        core: Whose statistics they are.
        older: Those that left memory.
    """
    core.count_later(TradeStatistics(core.zone), [*older, *core.logs[LOTS].all()])
    core.uncounted = core.archiving.unread


def _sid(core: Core, symbol: str) -> str:
    """The Symbol ID of what is known by a ticker or Symbol ID."""
    tickers = core.ledger.books.tickers
    found = [sid for sid, ticker in tickers.items() if symbol in (sid, ticker)]
    if not found:
        raise CallError(f"{symbol!r} is unknown; known are {', '.join(sorted(tickers.values()))}")
    return next((sid for sid in found if sid in core.ledger.assumed), found[0])


def _refuse_closed(core: Core, sid: str, trades: Iterable[TradeRecord], since: datetime) -> None:
    """Raise `CallError` where lots were closed since: they had another quantity, or another cost.

    What was opened since is not touched by what happened before.
    """
    if any(trade.sid == sid and trade.exit_time > since for trade in trades):
        ticker = core.ledger.books.tickers[sid]
        raise CallError(f"{ticker} has been closed in part since: it cannot be explained any more")


def _assumed(core: Core, sid: str) -> Assumption:
    """What a change was taken for."""
    books, assumed = core.ledger.books, core.ledger.assumed
    if sid not in assumed:
        known = ", ".join(sorted(books.tickers[each] for each in assumed)) or "nothing"
        ticker = books.tickers[sid]
        raise CallError(f"{ticker} changed by orders alone; what can be explained: {known}")
    return assumed[sid]


def _moved(core: Core, kind: Explanation, sid: str, into: str, price: float | None) -> Moved:
    books = core.ledger.books
    if kind is Explanation.SPIN_OFF:
        _same_currency(books, sid, into)
        return explained_spin_off(books, sid, into, _assumed(core, into), price)
    assumed = _assumed(core, sid)
    if kind in {Explanation.TRADE, Explanation.TRANSFER}:
        at = assumed.price if price is None else price
        reason = "outside" if kind is Explanation.TRADE else kind.value
        return explained_trade(books, sid, assumed, at, reason)
    if kind is Explanation.SPLIT:
        return explained_split(books, sid, assumed)
    _same_currency(books, sid, into)
    return explained_merger(books, sid, assumed, into, _assumed(core, into))


def _same_currency(books: Books, sid: str, into: str) -> None:
    """Raise `CallError` unless two instruments are quoted in one currency."""
    if books.instruments[sid].quote != books.instruments[into].quote:
        raise CallError("what was given up and what was got must be quoted in one currency")


def _flow(core: Core, sid: str, moved: Moved, cause: str) -> None:
    """Book what the flows grow by, and value everything anew."""
    ledger = core.ledger
    books = ledger.books
    currency = books.instruments[sid].currency
    rate = books.rates[currency]
    if moved.flow:
        value = moved.flow * rate
        ledger.flows.append(Flow(books.time or BEGINNING, currency, moved.flow, value, cause))
        ledger.flow_total += value
        books.account(UNASSIGNED).balance(currency, rate).add(moved.flow, rate)
    ledger.equity = revalue(books)


def _amend(core: Core, correction: Correction) -> None:
    """Amend the records of the trades in memory, and the counts of those who made them."""
    books = core.ledger.books
    instrument = books.instruments[correction.sid]
    rate, of_lots = books.rates[instrument.currency], defaultdict[str, float](float)

    def closed(trade: TradeRecord) -> TradeRecord | None:
        if not _concerns(trade, correction):
            return None
        price = trade.entry_price if correction.price is None else correction.price
        step = instrument.unit_value(price) - instrument.unit_value(trade.exit_price)
        size = trade.quantity if trade.direction == LONG else -trade.quantity
        made = size * step * trade.multiplier * rate
        amended = _with(trade, price, made, correction.reason)
        if trade.book == LOTS:
            of_lots[trade.strategy] += made
            for scope in (core.scopes.account, core.scopes.strategy(trade.strategy)):
                scope.tally.amend(trade.pnl, amended.pnl)
        return amended

    def position(trip: TradeRecord) -> TradeRecord | None:
        if not _goes_on(trip, correction):
            return closed(trip)
        made = of_lots[trip.strategy]
        moved = made / (trip.quantity * trip.multiplier * rate) if rate else 0.0
        price = trip.exit_price + (moved if trip.direction == LONG else -moved)
        return _with(trip, price, made, trip.exit_reason)

    core.logs[LOTS].amend(closed)
    core.logs[POSITIONS].amend(position)


def _concerns(trade: TradeRecord, correction: Correction) -> bool:
    """Whether a trade was closed by the change that is explained."""
    same = trade.sid == correction.sid and trade.exit_time == correction.time
    return same and not trade.order_ids[1]


def _goes_on(trip: TradeRecord, correction: Correction) -> bool:
    """Whether a trade from flat to flat went on after the change that is explained."""
    return trip.sid == correction.sid and trip.entry_time <= correction.time < trip.exit_time


def _with(trade: TradeRecord, price: float, made: float, reason: str) -> TradeRecord:
    """The record with another exit price and what that makes more, account currency."""
    pnl = trade.pnl + made
    percent = 100.0 * pnl / trade.entry_notional if trade.entry_notional else None
    gross = trade.gross_pnl + made
    return trade._replace(
        exit_price=price,
        pnl=pnl,
        pnl_pct=percent,
        gross_pnl=gross,
        exit_reason=reason,
        mae=min(trade.mae, gross, 0.0),
        mfe=max(trade.mfe, gross, 0.0),
    )
