"""Whose an order is: the strategy and the risk that its tag names, and the tags of LEAN's own.

A resolver is a function of ticker, tag and order type; the two here read the tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import inf

from models.events.orders import OrderType

UNASSIGNED = "unassigned"

# (ticker, tag, order type) -> the strategy's name, or None for the default strategy.
Resolver = Callable[[str, str, OrderType], str | None]

# The whole tag of an order that `liquidate()` sends; a user's own text may begin with it.
LIQUIDATED = "Liquidated"

# How LEAN tags the orders it makes itself, and why such an order closes a trade.
LEAN_TAGS: tuple[tuple[str, str], ...] = (
    ("Liquidate from delisting", "delisting"),
    ("Liquidated due to impending split", "liquidation"),
    ("Simulated option assignment", "assignment"),
    ("Margin Call", "margin call"),
)

# A comma inside the number is refused: no risk is better than a thousandth of it.
_RISK = re.compile(r"(?:^|[\s,;|])risk=(\d+(?:\.\d+)?)(?![^\s,;|]|,\d)")

# The tags whose meaning is remembered: most orders have the tag of an order before.
TAGS_KEPT = 1_000
# After = there may be blanks, after : there are none; a name in quotes may hold blanks.
_NAMED = (
    r"""(?:^|[\s,;|])%s(?:\s*=\s*|:)"""
    r"""(?:"([^"]*)"|'([^']*)'|([^\s,;|="'][^\s,;|=]*))(?![^\s,;|])"""
)
_STRATEGY = re.compile(_NAMED % "strategy", re.IGNORECASE)
_GROUP = re.compile(_NAMED % "group", re.IGNORECASE)


def strategy_in_tag(ticker: str, tag: str, order_type: OrderType) -> str | None:
    """The NAME of `strategy=NAME` or `strategy:NAME` in the tag, or None: the default resolver."""
    return _named_in(tag)


@lru_cache(TAGS_KEPT)
def _named_in(tag: str) -> str | None:
    """The NAME that the tag gives as its strategy, or None."""
    found = _STRATEGY.search(tag)
    return (found[found.lastindex or 0].strip() or None) if found else None


@lru_cache(TAGS_KEPT)
def group_in_tag(tag: str) -> str:
    """The NAME of `group=NAME` or `group:NAME` in an order's tag; empty without one."""
    found = _GROUP.search(tag)
    # what LEAN numbers begins with a sign of its own
    return found[found.lastindex or 0].strip().lstrip("#@") if found else ""


def risk_in_tag(tag: str) -> float | None:
    """The AMOUNT of `risk=AMOUNT` in an order's tag, account currency; None without a positive."""
    found = _RISK.search(tag)
    amount = float(found[1]) if found else 0.0
    return amount if 0.0 < amount < inf else None


def risk_each(tag: str, quantity: float) -> float:
    """What a unit of an order could lose as its tag says; 0 where it does not."""
    risk = risk_in_tag(tag)
    return risk / abs(quantity) if risk and quantity else 0.0


def whole_tag(ticker: str, tag: str, order_type: OrderType) -> str | None:
    """The whole tag as the strategy's name, or None when it is empty."""
    return tag.strip() or None


@lru_cache(TAGS_KEPT)
def lean_reason(tag: str) -> str | None:
    """Why LEAN made an order with that tag, or None when the tag is not one of LEAN's own."""
    if tag == LIQUIDATED:
        return "liquidation"
    for prefix, reason in LEAN_TAGS:
        if tag.startswith(prefix):
            return reason
    return None


@lru_cache(TAGS_KEPT)
def says_no_more(tag: str) -> bool:
    """Whether an order's tag says no more than whose the order is: no risk, nor LEAN's reason."""
    return "risk=" not in tag and lean_reason(tag) is None
