"""Prices as far as a result tells them, and what they must have been for LEAN's equity to hold."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import inf, sqrt
from typing import NamedTuple

from models.events.orders import OrderType
from models.ledger.books import Books
from workbench.runs.lean.facts import LeanFacts

DAY = timedelta(days=1)
# How far a price may be from what is known, as a part of it: of a day, and beside that at once.
MOST_A_DAY, MOST_AT_ONCE = 0.1, 0.06
# Within so much of a known price an instrument is hardly moved by what equity is left over.
FRESH, HARDLY = timedelta(minutes=1), 1e-3
ROUNDS = 4  # of sharing out what is left over where prices would fall below 0


class PriceLine:
    """The known prices of an instrument, in the order of time.

    Args:
        known: Time and price; of one time the last counts.
    """

    def __init__(self, known: Iterable[tuple[datetime, float]]) -> None:
        points = dict(sorted(known, key=lambda each: each[0]))
        self.times, self.prices = list(points), list(points.values())

    def at(self, time: datetime) -> float:
        """The price at a moment, on the line between two known ones; 0 before the first."""
        at = bisect_right(self.times, time)
        if not at:
            return self.prices[0] if self.prices else 0.0
        if at == len(self.times):
            return self.prices[-1]
        before, after = self.times[at - 1], self.times[at]
        part = (time - before) / (after - before)
        return self.prices[at - 1] + part * (self.prices[at] - self.prices[at - 1])

    def age(self, time: datetime) -> timedelta:
        """How far the nearest moment is of which a price is known."""
        at = bisect_right(self.times, time)
        near = self.times[max(at - 1, 0) : at + 1]
        return min((abs(time - each) for each in near), default=timedelta.max)


def price_lines(
    facts: LeanFacts, more: Mapping[str, Iterable[tuple[datetime, float]]]
) -> dict[str, PriceLine]:
    """The prices that fills and submissions tell, by Symbol ID.

    Args:
        facts: The result.
        more: Prices that something better tells, by Symbol ID.
    """
    known: dict[str, list[tuple[datetime, float]]] = {}
    for fill in facts.events:
        order = facts.orders.get(fill.order_id)
        exercised = order is not None and order.order_type is OrderType.OPTION_EXERCISE
        if fill.fills and fill.price and not exercised:
            known.setdefault(fill.sid, []).append((fill.time, fill.price))
    for order in facts.orders.values():
        price = order.last or (order.bid + order.ask) / 2
        if price:
            known.setdefault(order.sid, []).append((order.created, price))
    for sid, points in more.items():
        known.setdefault(sid, []).extend(points)
    return {sid: PriceLine(points) for sid, points in known.items()}


class HeldNow(NamedTuple):
    """What is held of an instrument, and what a price of 1 more adds to the equity.

    Attributes:
        sid: Its Symbol ID.
        price: Its price as known, quote currency.
        slope: Account currency a unit of price.
        weight: How much of what is left over it takes.
        floor: Whether its price cannot fall below 0.
        most: How much of what is left over its price can have made, account currency.
    """

    sid: str
    price: float
    slope: float
    weight: float
    floor: bool
    most: float


def equity_at(books: Books, prices: Mapping[str, float], rates: Mapping[str, float]) -> float:
    """What the account is worth at prices in quote currency and at rates."""
    total = 0.0
    for account in books.accounts.values():
        total += account.cash_value(rates)
        for sid, position in account.open.items():
            unit = position.instrument.unit_value(prices[sid])
            total += position.unrealized(unit) * rates[position.instrument.currency]
    return total


def fitted_prices(
    books: Books,
    lines: Mapping[str, PriceLine],
    time: datetime,
    equity: float | None,
    rates: Mapping[str, float],
    *,
    bounded: bool = True,
) -> dict[str, float]:
    """Prices of all that is held, at which the account is worth what LEAN says, where one can.

    What is left over between LEAN's equity and the known prices is shared out by value; where a
    price is known of that moment it hardly moves. Where it is more than prices can have made, they
    stay as they are known: it is money that came or went.

    Args:
        books: What is held.
        lines: The known prices.
        time: UTC.
        equity: LEAN's, account currency; None to take the known prices.
        rates: Account currency per unit of each currency.
        bounded: Whether prices stay as they are known where too much is left over.

    Returns:
        Symbol ID -> price in quote currency.
    """
    known = {sid: _known(books, lines, sid) for sid in books.held}
    prices = {sid: each.at(time) for sid, each in known.items()}
    if equity is None:
        return prices
    for turn in range(ROUNDS):
        held = [_held(books, known[sid], sid, prices[sid], time, rates) for sid in prices]
        left = equity - equity_at(books, prices, rates)
        total = sum(each.weight for each in held)
        if bounded and not turn and abs(left) > sum(each.most for each in held):
            break
        if not total or abs(left) < 1e-9:
            break
        for each in held:
            if each.slope:
                moved = each.price + left * each.weight / total / each.slope
                prices[each.sid] = max(moved, 0.0) if each.floor else moved
    return prices


def _known(books: Books, lines: Mapping[str, PriceLine], sid: str) -> PriceLine:
    """The known prices of what is held; its last one where none is."""
    found = lines.get(sid)
    if found is not None and found.times:
        return found
    return PriceLine([(books.time or datetime.max, books.holdings[sid].price)])


def _agreed(books: Books, sid: str) -> float:
    """Which part of what strategies hold of an instrument is left where they oppose each other.

    The price of what is opposed hardly moves the account, and moves the strategies much: what is
    left over tells little of it.
    """
    accounts = books.accounts.values()
    gross = sum(abs(each.open[sid].quantity) for each in accounts if sid in each.open)
    return abs(books.holdings[sid].quantity) / gross if gross else 1.0


def _held(
    books: Books,
    line: PriceLine,
    sid: str,
    price: float,
    time: datetime,
    rates: Mapping[str, float],
) -> HeldNow:
    holding = books.holdings[sid]
    instrument = holding.instrument
    slope = holding.quantity * instrument.multiplier * rates[instrument.currency]
    if instrument.inverse:
        slope = -slope / price**2 if price else 0.0
    weight = (abs(slope * price) or abs(slope)) * _agreed(books, sid)
    age = line.age(time)
    most = inf
    if instrument.strike is None:
        most = abs(slope * price) * (MOST_AT_ONCE + MOST_A_DAY * sqrt(age / DAY))
    if age <= FRESH:
        weight *= HARDLY
    return HeldNow(sid, price, slope, weight, instrument.strike is not None, most)
