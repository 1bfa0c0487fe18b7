"""Orders' events that fill nothing, and the fees that come with them."""

from __future__ import annotations

from datetime import datetime

from models.events.orders import OrderUpdate
from models.events.plain_events import FIRST_EVENT, Submission
from models.ledger.books import Books
from models.ledger.effects import NO_EFFECTS, REDUCED, Effect, Effects
from models.ledger.lots import Execution
from models.ledger.tags import LIQUIDATED, UNASSIGNED


def book_submission(books: Books, time: datetime, submission: Submission) -> None:
    """Book an order's first event of a time in UTC, as `book_update` would the same `update`."""
    order_id, sid, order_type, tag, bid, ask, price, _ = submission
    orders = books.orders
    if not orders.seen.add(order_id, FIRST_EVENT):
        return
    if order_id not in orders.known:
        arrival = (bid + ask) / 2 if bid and ask else price
        orders.enter(order_id, books.tickers.get(sid, sid), tag, order_type, arrival)
    if books.time is None or time > books.time:
        books.time = time


def book_update(books: Books, update: OrderUpdate) -> Effects:
    """Book an order's event that fills nothing, and the fee that it may charge.

    Returns:
        An effect for each strategy that pays the fee.
    """
    order = books.update_order(update)
    if order is None:
        return NO_EFFECTS
    if order.strategy is None and order.tag == LIQUIDATED and not order.shares:
        order.shares = _holders_shares(books, update)
    if not update.fee:
        return NO_EFFECTS
    if update.sid not in books.holdings:
        books.anomaly(update.time, "unknown instrument", f"{update}", update.sid)
        return NO_EFFECTS
    books.set_rates(update.rates)
    books.cash.move(update.fee_currency, -update.fee)
    shares = order.shares or {order.strategy or UNASSIGNED: 1.0}
    return [_charge(books, update, name, share) for name, share in shares.items()]


def _holders_shares(books: Books, update: OrderUpdate) -> dict[str, float]:
    """Who holds what an order of `liquidate()` will close, each with the share of it."""
    held = [(account.name, position.quantity) for account, position in books.holders(update.sid)]
    closing = {name: quantity for name, quantity in held if quantity * update.quantity < 0.0}
    return {name: quantity / sum(closing.values()) for name, quantity in closing.items()}


def _charge(books: Books, update: OrderUpdate, strategy: str, share: float) -> Effect:
    """Charge a strategy its share of a fee: what its order still holds open bears it."""
    fee, currency, sid = update.fee * share, update.fee_currency, update.sid
    rate = books.rates.setdefault(currency, 0.0)
    account, cost = books.account(strategy), fee * rate
    position = account.position(books.instruments[sid])
    account.charge(position, fee, cost, currency, rate)
    order_id = books.orders.numbered(update.order_id)
    position.burden(order_id, cost)
    execution = Execution(update.time, order_id, 0.0, 0.0, rate, cost)
    return Effect(REDUCED, position, execution, None, (), None, 0.0)
