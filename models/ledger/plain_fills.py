"""Plain fills: those of which the price and a fee at home are all the cash that LEAN moves.

Most fills are: of stocks and options, and no exercise. Such a one needs no `Deal`, in which a fill
waits for what else LEAN moves with it, and takes a quarter less time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.events.orders import Fill
from models.ledger.effects import Effect
from models.ledger.exercises import EXERCISE
from models.ledger.lean_account import PREMIUM, Holding
from models.ledger.lots import Execution, build
from models.ledger.orders import Order

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


def trade_plainly(
    books: Books, fill: Fill, holding: Holding, order: Order, strategy: str
) -> Effect:
    """Book a plain fill, in the shadow account and in the lots of one strategy.

    Args:
        books: Where it is booked.
        fill: The fill.
        holding: LEAN's holding of what is traded.
        order: Its order.
        strategy: Whose all of it is.
    """
    instrument, size, price, fee = holding.instrument, fill.quantity, fill.price, fill.fee
    quote, multiplier, cash = instrument.quote, instrument.multiplier, books.cash.expected
    holding.fill(size, price)
    cash[quote] = cash.get(quote, 0.0) - size * price * multiplier
    order_id, rate = books.orders.numbered(fill.order_id), books.rates[quote]
    kind, arrival, tag, risk = order.order_type, order.arrival, order.tag, order.risk
    values = (fill.time, order_id, size, price, rate, fee, arrival, tag, False, kind, risk)
    execution, value = build(Execution, values), abs(size) * (abs(price) * multiplier * rate)
    account = books.accounts.get(strategy) or books.account(strategy)
    effect = books.trade(account, instrument, execution, order.reason, value)
    if fee:
        home = books.account_currency
        cash[home] = cash.get(home, 0.0) - fee
        account.charge(effect.position, fee, fee, home, 1.0)
    return effect
