"""What is open in one security, as LEAN's trade builder sees it, in LEAN's decimal numbers."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import copysign, floor, nan
from typing import Any, ClassVar

from models.codec import NUMBER, TIME, deque_of
from models.fields import Field, Restorable, Table
from models.records import row_codec

# Parts of the sum of two operands' sizes: a sum below the first is nothing, and a sum of doubles
# may err by the second.
_NOTHING_PART, _DOUBLE_ERROR = 1e-11, 4e-16

# Decimals of a short sum: a coin's quantity has 8, and a few more keep rounding away from fractions
# without an end.
_SUM_DECIMALS = 10


def add_decimals(a: float, b: float) -> float:
    """The sum of two quantities as LEAN's decimals make it: 0.3 and -0.1 make 0.2 exactly.

    A sum that is within the error of doubles of a short decimal is that decimal. Fractions that a
    split made endless keep their digits, and whole numbers are exact anyway.
    """
    total = a + b
    if total.is_integer():
        return total
    size = abs(a) + abs(b)
    if abs(total) < size * _NOTHING_PART:
        return 0.0
    short = round(total, _SUM_DECIMALS)
    return short if abs(short - total) < size * _DOUBLE_ERROR else total


def round_to_cents(amount: float) -> float:
    """Money rounded to cents, half a cent to the even cent as LEAN does.

    Doubles only come near half a cent; what is that near counts as half a cent.
    """
    scaled = amount * 100.0
    cents = round(scaled)
    if not -0.499999 < scaled - cents < 0.499999:
        cents = floor(scaled) + (floor(scaled) & 1)
    return cents / 100.0


@dataclass(slots=True)
class LeanLot:
    """A fill in LEAN's book, or what is left of it.

    Attributes:
        time: UTC of the fill.
        price: Quote currency.
        quantity: Signed quantity that is left.
        order_id: LEAN's order id.
        fee: The order's fee where this is the order's first fill, else 0; account currency.
        peak: Highest gain a unit since the entry, quote currency.
        drawdown: Deepest fall of that gain from its peak, quote currency.
    """

    time: datetime
    price: float
    quantity: float
    order_id: int
    fee: float
    peak: float = 0.0
    drawdown: float = 0.0


class LeanPosition(Restorable):
    """What is open in one security: its lots in order of time and their extremes.

    Args:
        newest_first: Whether a closing quantity takes the newest lot first.

    Attributes:
        symbols: The sid, as a `LeanTrade` has it.
        newest_first: Whether a closing quantity takes the newest lot first.
        lots: The open lots, the oldest first.
        net: Their signed sum.
        fees: Fees that no trade of a flat grouping took yet, account currency.
        filled: UTC of the last fill.
        low: Lowest price since the position opened, quote currency.
        high: Highest price since the position opened, quote currency.
        seen: The last price that was marked, quote currency.
    """

    __slots__ = ("fees", "filled", "high", "lots", "low", "net", "newest_first", "seen", "symbols")

    STATE: ClassVar[Table] = Table(
        Field("net", NUMBER),
        Field("fees", NUMBER),
        Field("low", NUMBER),
        Field("high", NUMBER),
        Field("filled", TIME),
        Field("lots", deque_of(row_codec(LeanLot))),
    )

    def __init__(self, newest_first: bool) -> None:
        self.symbols: tuple[str, ...] = ()
        self.newest_first = newest_first
        self.lots: deque[LeanLot] = deque()
        self.net = self.fees = 0.0
        self.filled = datetime.min.replace(tzinfo=UTC)
        self.low = self.high = self.seen = nan

    @classmethod
    def opened(cls, sid: str, lot: LeanLot, newest_first: bool) -> LeanPosition:
        """The position that a lot opens in a security."""
        position = cls(newest_first)
        position.symbols = (sid,)
        position.lots.append(lot)
        position.net, position.fees, position.filled = lot.quantity, lot.fee, lot.time
        position.low = position.high = position.seen = lot.price
        return position

    def mark(self, price: float) -> None:
        """Take a price into the extremes and into the drawdown of every lot."""
        if price == self.seen:
            return  # every lot has seen it: a lot that came in since came in at it
        self.seen = price
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        long = self.net > 0
        for lot in self.lots:
            gain = price - lot.price if long else lot.price - price
            fall = lot.peak - gain
            if fall < 0:
                lot.peak = gain
            elif fall > lot.drawdown:
                lot.drawdown = fall

    def split(self, factor: float) -> None:
        """Multiply prices by the factor and divide quantities by it, to fractions of a share."""
        self.low, self.high, self.seen = self.low * factor, self.high * factor, nan
        self.net = add_decimals(self.net / factor, 0.0)
        for lot in self.lots:
            lot.quantity = add_decimals(lot.quantity / factor, 0.0)
            lot.price *= factor
            lot.peak *= factor
            lot.drawdown *= factor

    def take(self, quantity: float) -> list[tuple[LeanLot, float]]:
        """Take an unsigned quantity off the lots.

        Returns:
            The lots that were met and how much was taken of each; a lot that was used up has a
            quantity of 0 and is no longer in the position.
        """
        lots = self.lots
        parts: list[tuple[LeanLot, float]] = []
        while quantity and lots:
            lot = lots[-1] if self.newest_first else lots[0]
            size = abs(lot.quantity)
            rest = add_decimals(quantity, -size)
            if rest < 0:
                lot.quantity = copysign(rest, lot.quantity)
                return [*parts, (lot, quantity)]
            parts.append((lot, size))
            lot.quantity, quantity = 0.0, rest
            lots.pop() if self.newest_first else lots.popleft()
        return parts

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; the next price is marked whatever it is."""
        super().restore(state)
        self.seen = nan
