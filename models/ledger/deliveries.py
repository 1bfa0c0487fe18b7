"""Deliveries: options that expired or were exercised while LEAN was stopped.

No event tells of them. An option that is gone was exercised or assigned where its underlying
changed by what the option delivers, for cash at the strike; it paid its worth in cash where it
delivers nothing; and it expired worthless where its time is over and neither happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from models.events.instruments import Instrument, SecurityType, Valuation
from models.ledger.lean_account import Holding

# How near cash, or an average price, must be to what a delivery at the strike makes of it.
STRIKE_TOLERANCE = 0.01

# How near amounts of cash must be to be one, quote currency.
PAID_TOLERANCE = 0.005


class Evidence(NamedTuple):
    """What the first mark after a stop shows of an underlying.

    Attributes:
        time: UTC of the mark.
        cash: What no event explains, quote currency.
        average: LEAN's average price of what is held now.
        prices: The underlying's last price before the stop, and the first after it.
    """

    time: datetime
    cash: float
    average: float
    prices: tuple[float, float]


def has_expired(instrument: Instrument, time: datetime) -> bool:
    """Whether an instrument's last day is there or over."""
    return instrument.expiry is not None and time >= instrument.expiry


def delivered(option: Instrument, closed: float) -> float:
    """The signed quantity of the underlying that a closed quantity of an option delivers.

    Args:
        option: The option.
        closed: Signed as it was held.
    """
    contract = option.security_type is SecurityType.FUTURE_OPTION
    size = 1.0 if contract else option.multiplier
    return closed * size * (1.0 if option.right == "CALL" else -1.0)


def was_delivered(
    option: Instrument, quantity: float, underlying: Holding, gap: float, evidence: Evidence
) -> bool:
    """Whether what an underlying changed by is what an option delivered.

    Cash at the strike tells it, or LEAN's average price of a future that was delivered; at the end
    of the option's time also that it was in the money.

    Args:
        option: The option.
        quantity: What it would deliver.
        underlying: LEAN's holding of it before.
        gap: What LEAN holds more of it.
        evidence: What else the mark shows.
    """
    if not covers(gap, quantity):
        return False
    strike = option.strike or 0.0
    if has_expired(option, evidence.time):
        if max(map(option.intrinsic, evidence.prices)) > 0.0:
            return True
    elif gap != quantity:
        return False
    if underlying.instrument.valuation is Valuation.MARGIN:
        return abs(evidence.average - strike) <= STRIKE_TOLERANCE * abs(strike)
    paid = -quantity * strike * underlying.instrument.multiplier
    return abs(evidence.cash - paid) <= STRIKE_TOLERANCE * abs(paid)


def delivered_together(
    options: Sequence[tuple[Instrument, float]],
    price: float,
    underlying: Instrument,
    gap: float,
    cash: float,
) -> list[tuple[int, float]]:
    """What options that ended together delivered, if the underlying's price was that.

    Args:
        options: Each with the quantity of it that was closed, signed as it was held.
        price: The underlying's.
        underlying: What was delivered.
        gap: What is held more of it.
        cash: What no event explains, quote currency.

    Returns:
        The places of those in the money, with the quantity that each delivered; empty where they
        do not make the change and the cash.
    """
    inside = [
        (at, delivered(option, closed))
        for at, (option, closed) in enumerate(options)
        if option.intrinsic(price) > 0.0
    ]
    moves = underlying.valuation is not Valuation.MARGIN
    paid = [
        -quantity * (options[at][0].strike or 0.0) * underlying.multiplier * moves
        for at, quantity in inside
    ]
    tolerance = STRIKE_TOLERANCE * max(map(abs, paid), default=0.0)
    same = sum(quantity for _, quantity in inside) == gap
    return inside if same and abs(sum(paid) - cash) <= tolerance else []


def settled_worths(options: Sequence[tuple[Instrument, float]], cash: float) -> list[float]:
    """What a unit of options on one index was worth that ended together and were paid in cash.

    What they pay in all is a line between two strikes, so that a price of the index follows from
    the cash. Where several do, the one in the middle of the strikes is as good as any: what they
    pay in all is the same.

    Args:
        options: Each with the quantity of it that was closed, signed as it was held.
        cash: What no event explains, quote currency.

    Returns:
        Quote currency, one an option; empty where no price of the index pays that cash.
    """

    def paid(price: float) -> float:
        worths = (closed * each.multiplier * each.intrinsic(price) for each, closed in options)
        return sum(worths)

    strikes = sorted({each.strike or 0.0 for each, _ in options})
    edges = [0.0, *strikes, 2.0 * strikes[-1]]
    middle = (strikes[0] + strikes[-1]) / 2.0
    found: list[float] = []
    for low, high in pairwise(edges):
        first, last = paid(low), paid(high)
        if abs(last - first) > PAID_TOLERANCE:
            part = (cash - first) / (last - first)
            if 0.0 <= part <= 1.0:
                found.append(low + part * (high - low))
        elif abs(cash - first) <= PAID_TOLERANCE:
            found.append(min(max(middle, low), high))
    if not found:
        return []
    price = min(found, key=lambda each: abs(each - middle))
    return [each.intrinsic(price) for each, _ in options]


def covers(gap: float, quantity: float) -> bool:
    """Whether a quantity that is delivered is a part of a change, or all of it."""
    return gap * quantity > 0 and abs(gap) >= abs(quantity)


def share_delivery(parts: Sequence[tuple[str, float]], quantity: float) -> list[tuple[str, float]]:
    """The parts of a delivered quantity that fall on those whose option was closed."""
    total = sum(part for _, part in parts)
    return [(name, quantity * part / total) for name, part in parts]
