"""An account as LEAN keeps one: cash by currency, net holdings at an average price, and its equity.

It is what the ledger is tested against, so it shares nothing with `models`: it is written from what
LEAN does, counts in decimals as LEAN does, and knows of no strategy, lot or term. The scenario
reader tells it what happened; nothing is checked here.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
ONE = Decimal(1)


class Way(enum.Enum):
    """How a security stands in LEAN's equity."""

    PAID = "paid for when bought, worth its price"
    MARGINED = "worth what closing it would bring"
    SWAPPED = "one cash balance for another"


@dataclass(slots=True)
class Security:
    """A security, what LEAN holds of it and its market.

    Attributes:
        way: How it stands in equity.
        quote: The currency of its price.
        base: A pair's or a coin-margined contract's other currency.
        multiplier: Units a contract.
        inverse: A coin-margined contract: its profit is in the base currency.
        splits: Whether LEAN applies splits to it.
        dividends: Whether LEAN pays its dividends.
        delayed: Whether the cash of a sale settles later.
        strike: An option's.
        call: Whether an option is a call.
        lands: Whether its profit is turned into account currency when it is realized.
        converts: Whether a split's fraction is paid in account currency, as LEAN does since
            September 2026, or as a plain number.
        exit_fee: What LEAN reckons for closing one contract, account currency.
        price: The last price.
        quantity: Net.
        average: LEAN's average price.
        settled: A future's profit that daily settlements turned into cash.
        settled_quantity: The part of the quantity that has been through a settlement.
    """

    way: Way
    quote: str
    base: str = ""
    multiplier: Decimal = ONE
    inverse: bool = False
    splits: bool = True
    dividends: bool = True
    delayed: bool = False
    strike: Decimal = ZERO
    call: bool = True
    lands: bool = False
    converts: bool = False
    exit_fee: Decimal = ZERO
    price: Decimal = ZERO
    quantity: Decimal = ZERO
    average: Decimal = ZERO
    settled: Decimal = ZERO
    settled_quantity: Decimal = ZERO

    @property
    def currency(self) -> str:
        """The currency of its profit."""
        return self.base if self.inverse else self.quote

    def profit(self, quantity: Decimal, price: Decimal) -> Decimal:
        """What a quantity held at the average price has gained at a price, in its currency.

        Of a coin-margined contract LEAN takes what it is worth in coins, so a long loses when the
        price rises.
        """
        if self.inverse:
            return quantity * self.multiplier * (1 / price - 1 / self.average)
        return quantity * self.multiplier * (price - self.average)

    def intrinsic(self, spot: Decimal) -> Decimal:
        """What an option gives at that price of its underlying."""
        return max(ZERO, spot - self.strike if self.call else self.strike - spot)


class LeanAccount:
    """The account.

    Attributes:
        currency: The account currency.
        live: Whether LEAN trades live, where it applies splits to all data and pays no dividends.
        cash: Settled, by currency.
        unsettled: Sold but not settled yet, by currency.
        rates: Account currency a unit.
        securities: By sid.
    """

    def __init__(self, currency: str, live: bool = False) -> None:
        self.currency = currency
        self.live = live
        self.cash: dict[str, Decimal] = {currency: ZERO}
        self.unsettled: dict[str, Decimal] = {}
        self.rates: dict[str, Decimal] = {currency: ONE}
        self.securities: dict[str, Security] = {}

    def pay(self, currency: str, amount: Decimal) -> None:
        """Move cash: a fee, a deposit, interest."""
        self.cash[currency] = self.cash.get(currency, ZERO) + amount

    def fill(self, sid: str, quantity: Decimal, price: Decimal) -> None:
        """Trade, the fee apart."""
        security = self.securities[sid]
        if security.way is Way.PAID:
            self._settle(security, -quantity * price * security.multiplier)
        elif security.way is Way.SWAPPED:
            self.pay(security.quote, -quantity * price * security.multiplier)
            self.pay(security.base, quantity)
        held = security.quantity
        opposite = held * quantity < 0
        if opposite and security.way is Way.MARGINED:
            closed = max(-abs(held), min(abs(held), -quantity))
            self._realize(security, security.profit(closed, price))
            self._unsettle(security, closed)
        security.quantity = held + quantity
        if not security.quantity:
            security.average = ZERO
        elif not opposite:
            security.average = (security.average * held + price * quantity) / (held + quantity)
        elif security.quantity * held < 0:
            security.average = price
        security.price = security.price or price

    def _realize(self, security: Security, profit: Decimal) -> None:
        if security.lands:
            self.pay(self.currency, profit * self.rates[security.currency])
        else:
            self.pay(security.currency, profit)

    def _settle(self, security: Security, amount: Decimal) -> None:
        if security.delayed and amount > 0:
            self.unsettled[security.quote] = self.unsettled.get(security.quote, ZERO) + amount
        else:
            self.pay(security.quote, amount)

    def _unsettle(self, security: Security, closed: Decimal) -> None:
        """Take back what settlements have paid already of a closed part's profit."""
        if not security.settled_quantity:
            return
        part = min(abs(closed), abs(security.settled_quantity)) / abs(security.settled_quantity)
        self.pay(security.quote, -security.settled * part)
        security.settled *= 1 - part
        security.settled_quantity *= 1 - part

    def settle_future(self, sid: str, price: Decimal) -> None:
        """Turn a future's profit so far into cash.

        LEAN reckons it in the account currency and adds the number to the quote currency's cash.
        """
        security = self.securities[sid]
        settled = security.profit(security.quantity, price) * self.rates[security.quote]
        self.pay(security.quote, settled - security.settled)
        security.settled = settled
        security.settled_quantity = security.quantity

    def settle_cash(self) -> None:
        """The cash of earlier sales arrives."""
        for currency, amount in self.unsettled.items():
            self.pay(currency, amount)
        self.unsettled = dict.fromkeys(self.unsettled, ZERO)

    def settle_option(self, sid: str, quantity: Decimal, spot: Decimal) -> None:
        """Pay an index option out at its fill of that quantity."""
        security = self.securities[sid]
        amount = -security.intrinsic(spot) * security.multiplier * quantity
        self.pay(security.quote, amount)

    def split(self, sid: str, factor: Decimal, price: Decimal) -> None:
        """Whole shares stay; the fraction is paid at a price into the account currency.

        Before September 2026 LEAN pays the number, whatever the currency of the price.
        """
        security = self.securities[sid]
        if not (self.live or security.splits):
            return
        exact = security.quantity / factor
        security.quantity = Decimal(int(exact))
        security.average *= factor
        security.price *= factor
        rate = self.rates[security.quote] if security.converts else ONE
        self.pay(self.currency, (exact - security.quantity) * price * rate)

    def dividend(self, sid: str, distribution: Decimal) -> None:
        """Longs receive it, shorts pay it, in account currency."""
        security = self.securities[sid]
        if not self.live and security.dividends:
            amount = security.quantity * distribution * self.rates[security.quote]
            self.pay(self.currency, amount)

    def close_profit(self, sid: str) -> Decimal:
        """LEAN's unrealized profit: what closing would bring now, less its fee."""
        security = self.securities[sid]
        if not security.quantity:
            return ZERO
        gain = security.profit(security.quantity, security.price) * self.rates[security.currency]
        return gain - security.exit_fee * abs(security.quantity)

    def equity(self) -> Decimal:
        """LEAN's total portfolio value."""
        books = (self.cash, self.unsettled)
        total = sum((self.rates[c] * cash for book in books for c, cash in book.items()), ZERO)
        for sid, security in self.securities.items():
            if security.way is Way.PAID:
                size = security.quantity * security.multiplier * self.rates[security.quote]
                total += size * security.price
            elif security.way is Way.MARGINED:
                total += self.close_profit(sid) - security.settled
        return total
