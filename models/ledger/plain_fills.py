"""Plain fills: those of which the price and a fee at home are all the cash that LEAN moves.

Most fills are: of stocks and options, and no exercise. Such a one needs no `Deal`, in which a fill
waits for what else LEAN moves with it, and takes a quarter less time.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from models.events.orders import Fill
from models.events.plain_events import PlainFill
from models.ledger.effects import NO_EFFECTS, Effect, Effects
from models.ledger.exercises import EXERCISE
from models.ledger.lean_account import PREMIUM, Holding
from models.ledger.lots import Execution, build
from models.ledger.orders import Order
from models.ledger.tags import UNASSIGNED

if TYPE_CHECKING:
    from models.ledger.books import Books


def is_plain(fill: Fill, holding: Holding, order: Order, home: str) -> bool:
    """Whether a fill moves cash by its price and by a fee at home, and in no other way.

    Args:
        fill: The fill.
        holding: LEAN's holding of what is traded.
        order: Its order.
        home: The account currency.
    """
    if holding.instrument.valuation is not PREMIUM or order.order_type is EXERCISE:
        return False
    return not fill.fee or fill.fee_currency == home


def book_plainly(books: Books, time: datetime, traded: PlainFill) -> Effects | None:
    """Book a fill as `Books.fill` would the same event, where nothing but the usual comes of it.

    Args:
        books: Where it is booked.
        time: UTC of the fill.
        traded: The fill.

    Returns:
        What it did. None where it may move more or comes late: nothing was booked.
    """
    order_id, event_id, sid, final, size, price, fee = traded
    orders, holding, now = books.orders, books.holdings.get(sid), books.time
    order = orders.known.get(order_id)
    if order is None or holding is None or order.strategy is None or order.order_type is EXERCISE:
        return None
    if holding.instrument.valuation is not PREMIUM or sid in books.found.open:
        return None
    if now is None or time < now:
        return None
    if not orders.seen.add(order_id, event_id):
        return NO_EFFECTS
    books.time = time
    books.fills += 1
    effect = trade_plainly(books, holding, order, time, order_id, size, price, fee)
    if final:
        orders.finish(order_id, order)
    return (effect,)


def trade_plainly(
    books: Books,
    holding: Holding,
    order: Order,
    time: datetime,
    order_id: int,
    size: float,
    price: float,
    fee: float,
) -> Effect:
    """Book a plain fill, in the shadow account and in the lots of its order's strategy.

    Args:
        books: Where it is booked.
        holding: LEAN's holding of what is traded.
        order: Its order, which names a strategy.
        time: UTC of the fill.
        order_id: LEAN's id of the order.
        size: Signed quantity.
        price: Quote currency.
        fee: Account currency.
    """
    instrument, strategy = holding.instrument, order.strategy or UNASSIGNED
    quote, multiplier, cash = instrument.quote, instrument.multiplier, books.cash.expected
    holding.fill(size, price)
    cash[quote] = cash.get(quote, 0.0) - size * price * multiplier
    number, rate = books.orders.numbered(order_id), books.rates[quote]
    kind, arrival, tag, risk = order.order_type, order.arrival, order.tag, order.risk
    values = (time, number, size, price, rate, fee, arrival, tag, False, kind, risk)
    execution, value = build(Execution, values), abs(size) * (abs(price) * multiplier * rate)
    account = books.accounts.get(strategy) or books.account(strategy)
    effect = books.trade(account, instrument, execution, order.reason, value)
    if fee:
        home = books.account_currency
        cash[home] = cash.get(home, 0.0) - fee
        account.charge(effect.position, fee, fee, home, 1.0)
    return effect
