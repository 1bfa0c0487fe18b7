"""Explanations: what the user says that a change without an order was, and what that moves.

A holding that changed without an order is taken for a trade at a price. Whoever knows better says
so: terms, costs and flows move from then on, and what the account is worth stays as it is.
"""

from __future__ import annotations

from datetime import datetime
from math import inf
from typing import NamedTuple

from models.errors import CallError
from models.events.instruments import Instrument, Valuation
from models.events.quantities import dust
from models.ledger.assumptions import AssumedPart, Assumption
from models.ledger.books import Books
from models.ledger.lots import Execution
from models.ledger.positions import Position
from models.ledger.tags import UNASSIGNED


class Correction(NamedTuple):
    """How the records of trades change that an assumption made.

    Attributes:
        time: UTC of their exits.
        sid: What was traded.
        price: Their exit price; None is each one's entry price.
        reason: Why they were closed.
    """

    time: datetime
    sid: str
    price: float | None
    reason: str


class Moved(NamedTuple):
    """What an explanation moves beside terms and costs.

    Attributes:
        flow: What the flows grow by, quote or P&L currency of what is explained.
        correction: What becomes of the trades' records.
    """

    flow: float
    correction: Correction


def explained_trade(
    books: Books, sid: str, assumed: Assumption, price: float, reason: str
) -> Moved:
    """Move what another price makes of a trade from the flows to the strategies."""
    instrument = books.instruments[sid]
    rate, flow = books.rates[instrument.currency], 0.0
    step = instrument.unit_value(price) - instrument.unit_value(assumed.price)
    for part in assumed.parts:
        account = books.account(part.strategy)
        position = account.position(instrument)
        made = -part.quantity * step * instrument.multiplier
        if part.closed:
            account.book(position, "realized", made, instrument.currency, rate)
            received = abs(part.quantity) * (price - assumed.price)
            position.amend_closed(assumed.time, made * rate, received)
        else:
            _adopted_lot(position, assumed)
            position.amend_lot(assumed.time, price)
        flow -= made
    return Moved(flow, Correction(assumed.time, sid, price, reason))


def explained_split(books: Books, sid: str, assumed: Assumption) -> Moved:
    """Scale the lots of those who held it; what was bought or sold never was."""
    instrument, ratio = _paid_for(books, sid), assumed.before / assumed.after
    if ratio <= 0:
        raise CallError("a split leaves something of what was held, on the same side")
    flow, at = 0.0, assumed.time
    held = sum(held_until(position, at) for _, position in books.holders(sid))
    if abs(held - assumed.after) > dust(abs(assumed.after)):
        raise CallError(
            f"{books.tickers[sid]} has been traded since: it cannot be explained any more"
        )
    if abs(assumed.after) > abs(assumed.before):
        flow -= _take_out(books, instrument, assumed)
        for _, position in books.holders(sid):
            _scale(position, ratio, at)
    for part in assumed.parts if abs(ratio) > 1 else ():
        if not held_until(books.account(part.strategy).position(instrument), at):
            raise CallError(f"{part.strategy} holds no share that the cost could be given to")
    for part in assumed.parts if abs(ratio) > 1 else ():
        position, cost = _reversed(books, instrument, part, assumed)
        position.add_cost(cost, at)
        flow -= part.quantity * assumed.price * instrument.multiplier
    return Moved(flow, Correction(at, sid, None, "split"))


def explained_merger(
    books: Books, sid: str, assumed: Assumption, into: str, found: Assumption
) -> Moved:
    """Give what was got to those who held what is gone, at what that had cost them."""
    gone, got = _paid_for(books, sid), _paid_for(books, into)
    flow = -_take_out(books, got, found)
    total = sum(part.quantity for part in assumed.parts)
    quantity = found.after - found.before
    for part in assumed.parts:
        _, cost = _reversed(books, gone, part, assumed)
        size = quantity * part.quantity / total
        price = cost * gone.multiplier / (size * got.multiplier)
        _give(books, got, found.time, part.strategy, size, price)
        flow -= part.quantity * assumed.price * gone.multiplier
    return Moved(flow, Correction(assumed.time, sid, None, "merger"))


def explained_spin_off(
    books: Books, sid: str, into: str, found: Assumption, price: float | None
) -> Moved:
    """Give what was got to those who hold what it was a part of, with a part of its cost."""
    parent, got = _paid_for(books, sid), _paid_for(books, into)
    each = found.price if price is None else price
    sizes = {a.name: held_until(held, found.time) for a, held in books.holders(sid)}
    total = sum(sizes.values())
    if not total:
        raise CallError(f"nobody holds {books.tickers[sid]} since then")
    flow = -_take_out(books, got, found)
    quantity = found.after - found.before
    for name, held in sizes.items():
        size = quantity * held / total
        if size:
            _give(books, got, found.time, name, size, each)
            cost = size * each * got.multiplier / parent.multiplier
            books.account(name).position(parent).add_cost(-cost, found.time)
    return Moved(flow, Correction(found.time, into, None, "spin-off"))


def held_until(position: Position, time: datetime) -> float:
    """The signed quantity of the lots that were opened until then."""
    return sum(lot.quantity for lot in position.lots if lot.time <= time)


def _scale(position: Position, factor: float, until: datetime) -> None:
    """Apply a split to the lots that were opened until then; nothing was closed since."""
    seen, low, high = list(position.extremes.each()), inf, -inf
    for at in reversed(range(len(seen))):
        lot, times = position.lots[at], 1.0
        if lot.time <= until:
            times = factor
            lot.quantity /= factor
            lot.price *= factor
            lot.unit_value *= factor
            lot.arrival *= factor
            lot.risk *= factor
        # what a newer lot saw, an older one saw too
        low, high = min(low, seen[at][0] * times), max(high, seen[at][1] * times)
        seen[at] = low, high
    position.extremes.take_over(seen)
    position.quantity = sum(lot.quantity for lot in position.lots)
    trip = position.round_trip
    if trip is not None and trip.time <= until:
        trip.exited /= factor
        trip.entered = abs(position.quantity) + trip.exited


def _paid_for(books: Books, sid: str) -> Instrument:
    """What is paid for and worth its price; a `CallError` where it is something else."""
    instrument = books.instruments[sid]
    if instrument.valuation is not Valuation.PREMIUM:
        raise CallError(f"{books.tickers[sid]} is no share")
    return instrument


def _adopted_lot(position: Position, assumed: Assumption) -> None:
    """Raise `CallError` unless what was adopted is open as it was."""
    lots = [lot for lot in position.lots if lot.time == assumed.time and not lot.order_id]
    part = next((each for each in assumed.parts if each.strategy == position.strategy), None)
    if len(lots) != 1 or part is None or lots[0].quantity != part.quantity:
        raise CallError("what was adopted has been traded since: it cannot be explained any more")


def _take_out(books: Books, instrument: Instrument, found: Assumption) -> float:
    """Take an adopted quantity from `unassigned` as if it had never come; returns its cost."""
    account = books.account(UNASSIGNED)
    position = account.position(instrument)
    _adopted_lot(position, found)
    if len(position.lots) > 1:
        raise CallError(f"{UNASSIGNED} holds other lots of it too: assign them first")
    quantity = position.quantity
    rate = books.rates[instrument.currency]
    execution = Execution(found.time, 0, -quantity, found.price, rate, seeded=True)
    books.trade(account, instrument, execution, None)
    return quantity * found.price * instrument.multiplier


def _give(
    books: Books, instrument: Instrument, time: datetime, name: str, quantity: float, price: float
) -> None:
    """Open a lot for a strategy that no order opened."""
    rate = books.rates[instrument.currency]
    execution = Execution(time, 0, quantity, price, rate, seeded=True)
    books.trade(books.account(name), instrument, execution, None)


def _reversed(
    books: Books, instrument: Instrument, part: AssumedPart, assumed: Assumption
) -> tuple[Position, float]:
    """Take back what closing a part made; returns whose it was, and what it had cost."""
    account = books.account(part.strategy)
    position = account.position(instrument)
    rate = books.rates[instrument.currency]
    account.book(position, "realized", -part.gross, instrument.currency, rate)
    cost = -part.quantity * assumed.price - part.gross / instrument.multiplier
    position.amend_closed(assumed.time, -part.gross * rate, 0.0)
    return position, cost
