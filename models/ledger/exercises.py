"""Exercise and assignment: what LEAN's message says, and why such a fill closes a trade."""

from __future__ import annotations

import re

from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType
from models.ledger.orders import Order

# Read at every fill: a name of a module is found faster than a member of its enum.
EXERCISE = OrderType.OPTION_EXERCISE

# How LEAN's message begins when an option expires worthless.
OUT_OF_THE_MONEY = "OTM"
_UNDERLYING = re.compile(r"Underlying: (-?\d+(?:\.\d+)?)")


def exit_reason(order: Order, fill: Fill, instrument: Instrument) -> str:
    """Why a fill closes what it closes, in the words of `TradeRecord.exit_reason`."""
    if order.order_type is not EXERCISE:
        return order.reason
    if fill.message.startswith(OUT_OF_THE_MONEY):
        return "expiry"
    # the option's leg goes against its holder: who is short buys back, who is long gives up
    assigned = fill.quantity > 0 if instrument.strike is not None else order.reason == "assignment"
    if assigned:
        order.reason = "assignment"
    return "assignment" if assigned else "exercise"


def underlying_price(fill: Fill) -> float | None:
    """The underlying's price that LEAN states in an exercise's message, or None."""
    found = _UNDERLYING.search(fill.message)
    return float(found[1]) if found else None
