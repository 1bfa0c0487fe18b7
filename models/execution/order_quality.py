"""The execution quality of one order.

Every amount is in account currency. Slippage, its parts and markouts are signed so that negative is
cost for buyer and seller alike; basis points are of the value that the amount stands against. What
is undefined, or was not measured, is None.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.events.orders import OrderStatus, OrderType
from models.ledger.exercises import EXERCISE
from models.ledger.orders import Order
from models.ledger.tags import LIQUIDATED, UNASSIGNED
from models.records import Record


class Outcome(enum.Enum):
    """How an order ended."""

    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"  # canceled with a message that says so
    UNKNOWN = "unknown"  # its id came again after a redeployment: the end was never seen


ENDS = {
    OrderStatus.FILLED: Outcome.FILLED,
    OrderStatus.CANCELED: Outcome.CANCELED,
    OrderStatus.INVALID: Outcome.REJECTED,
}


class Arrival(enum.Enum):
    """Which price was the arrival price, the one at the order's submission."""

    MID = "mid"
    LAST = "last"  # there were no two different quotes: LEAN shows the last price for a missing one
    NONE = "none"


# Each markout's name, the time from the fill to it, and how much later its mark may come. A day's
# markout may come four days later, so that it spans a long weekend.
HORIZONS: tuple[tuple[str, timedelta, timedelta], ...] = (
    ("1m", timedelta(minutes=1), timedelta(minutes=1)),
    ("5m", timedelta(minutes=5), timedelta(minutes=5)),
    ("15m", timedelta(minutes=15), timedelta(minutes=15)),
    ("1d", timedelta(days=1), timedelta(days=4)),
)
LATENCIES = ("acknowledged", "first_fill", "last_fill")


def owners(order: Order, order_type: OrderType | None) -> Sequence[tuple[str, float]]:
    """The strategies whose execution an order is, each with its share; the shares sum to 1.

    An order that the user sent is its strategy's. One that `liquidate()` sent without a tag is of
    those who hold what it closes, by their shares, and of `UNASSIGNED` where nobody does. Nobody's
    are the orders that LEAN made on its own, and exercises.
    """
    if order_type is EXERCISE or order.order_type is EXERCISE:
        return ()
    if order.strategy is not None:
        return ((order.strategy, 1.0),)
    if order.tag != LIQUIDATED:
        return ()
    # who stands on the other side closes without the market
    closing = [(name, share) for name, share in (order.shares or {}).items() if share > 0.0]
    whole = sum(share for _, share in closing)
    return [(name, share / whole) for name, share in closing] or ((UNASSIGNED, 1.0),)


@dataclass(frozen=True, slots=True)
class OrderQuality(Record):
    """One finished order.

    Attributes:
        order_id: LEAN's order id.
        strategy: The strategy that sent it, or whose share of a `liquidate()` it is.
        sid: The Symbol's ID.
        symbol: The ticker at first sight.
        order_type: LEAN's order type by name.
        submitted: UTC of the submission.
        ended: UTC of the last fill; of an order not filled, of the event that ended it.
        outcome: How it ended.
        reason: LEAN's message where it was not filled.
        quantity: Signed quantity ordered.
        filled: Signed quantity filled.
        fills: Number of fills.
        price: Mean fill price, quote currency.
        arrival: Arrival price, quote currency.
        arrival_price: Which price the arrival price is.
        bid: Best bid at submission, quote currency; None where unknown.
        ask: Best ask at submission, quote currency; None where unknown.
        limit_price: The last limit, quote currency.
        value: Quantity ordered at the arrival price, or at the price of a fill that is the order's
            first event.
        slippage: Cost of what was filled against the arrival price.
        slippage_bps: Slippage in basis points of the filled quantity's value at arrival.
        half_spread: The part of the slippage that half the spread at submission explains.
        rest: The other part of the slippage.
        versus_limit: What was filled against the limit in force; positive is better than the limit.
        shortfall: Implementation shortfall: slippage, and what the price moved until the end on
            what was not filled; None where that is unknown, and of a rejected order. A. Perold:
            The Implementation Shortfall, Journal of Portfolio Management, 1988.
        fees: Fees, positive when paid.
        outside: Fills outside the spread at submission.
        acknowledged: Seconds from submission to LEAN's first event; None where not measured.
        first_fill: Seconds from submission to the first fill; None where not measured.
        last_fill: Seconds from submission to the last fill; None where not measured.
        markouts: Horizon -> what the price did for the fills; None until it is known.
    """

    order_id: int
    strategy: str
    sid: str
    symbol: str
    order_type: str
    submitted: datetime
    ended: datetime
    outcome: Outcome
    reason: str
    quantity: float
    filled: float
    fills: int
    price: float | None
    arrival: float | None
    arrival_price: Arrival
    bid: float | None
    ask: float | None
    limit_price: float | None
    value: float | None
    slippage: float | None
    slippage_bps: float | None
    half_spread: float | None
    rest: float | None
    versus_limit: float | None
    shortfall: float | None
    fees: float
    outside: int
    acknowledged: float | None
    first_fill: float | None
    last_fill: float | None
    markouts: Mapping[str, float | None]
