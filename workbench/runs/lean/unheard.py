"""The fills of a result that has no order events: each filled order is taken for one fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from models.events.instruments import SECURITY_RULES
from models.events.orders import OrderStatus, OrderType
from workbench.runs.lean.facts import ClosedTrade, LeanEvent, LeanOrder
from workbench.runs.lean.instruments import USUAL
from workbench.runs.lean.sid import SidFacts, read_sid


def events_of_orders(
    orders: Mapping[int, LeanOrder], trades: Sequence[ClosedTrade], currency: str
) -> list[LeanEvent]:
    """Each order taken for one fill at its mean price.

    An exercise or an assignment is two: the option leaves at 0, and what it is on comes or goes at
    the strike, as LEAN's events have it. An option that expired worthless leaves alone.

    Args:
        orders: The orders.
        trades: LEAN's trades: the fees of each are taken for its last order's.
        currency: The account's, which the fees are in.
    """
    fees: dict[int, float] = {}
    for trade in trades:
        for order_id in trade.order_ids[-1:]:
            fees[order_id] = fees.get(order_id, 0.0) + trade.total_fees
    filled = (order for order in orders.values() if order.status is OrderStatus.FILLED)
    found = [
        event
        for order in filled
        for event in _events_of(order, fees.get(order.order_id, 0.0), currency)
    ]
    return sorted(found, key=lambda event: (event.time, event.order_id, event.event_id))


def _events_of(order: LeanOrder, fee: float, currency: str) -> Iterator[LeanEvent]:
    own = _event_of(order, fee, currency)
    option = read_sid(order.sid, order.ticker)
    exercised = order.order_type is OrderType.OPTION_EXERCISE
    if not exercised or not SECURITY_RULES[option.security_type].has_strike:
        yield own
        return
    yield own._replace(price=0.0)
    delivered = _delivered(order, option)
    if delivered:
        sid = option.underlying
        ticker = sid.partition(" ")[0]
        yield own._replace(
            event_id=2, sid=sid, ticker=ticker, quantity=delivered, fee=0.0, fee_currency=""
        )


def _delivered(order: LeanOrder, option: SidFacts) -> float:
    """What comes of the underlying; 0 where the option expired worthless or settles in cash."""
    rules = SECURITY_RULES[option.security_type]
    if not order.price or not option.underlying or rules.settles_in_cash:
        return 0.0
    way = 1.0 if option.right == "PUT" else -1.0
    return way * order.quantity * (USUAL.get(option.security_type) or 1.0)


def _event_of(order: LeanOrder, fee: float, currency: str) -> LeanEvent:
    return LeanEvent(
        order_id=order.order_id,
        event_id=1,
        sid=order.sid,
        ticker=order.ticker,
        time=order.filled or order.created,
        status=OrderStatus.FILLED,
        quantity=order.quantity,
        price=order.price,
        currency=order.currency,
        fee=fee,
        fee_currency=currency if fee else "",
        ordered=order.quantity,
        limit=None,
        stop=None,
        message="",
        assignment=False,
    )
