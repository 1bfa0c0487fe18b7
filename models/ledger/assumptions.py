"""Assumptions: what a holding that changed without an order is taken for, a trade at a price.

What the user may say of it instead, and what that moves, is in `models.ledger.explanations`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from models.ledger.effects import Effect


class Explanation(enum.Enum):
    """What a change without an order may have been."""

    TRADE = "trade"
    TRANSFER = "transfer"
    SPLIT = "split"
    MERGER = "merger"
    SPIN_OFF = "spin-off"


class AssumedPart(NamedTuple):
    """What a change did to one strategy.

    Attributes:
        strategy: The strategy's name.
        quantity: Traded, signed.
        gross: What closing it made, P&L currency; 0 where it opened.
        closed: Whether it closed something.
    """

    strategy: str
    quantity: float
    gross: float
    closed: bool


class Assumption(NamedTuple):
    """What a change was taken for: a trade at a price.

    Attributes:
        time: UTC of the mark that showed it.
        price: Quote currency.
        before: What was held, signed.
        after: What is held since.
        parts: What it did to each strategy.
    """

    time: datetime
    price: float
    before: float
    after: float
    parts: list[AssumedPart]


def assumption_of(
    time: datetime, price: float, before: float, after: float, effects: Iterable[Effect]
) -> Assumption:
    """What a change was taken for, by what it did to strategies."""
    parts: list[AssumedPart] = []
    for effect in effects:
        position, rate = effect.position, effect.execution.rate
        gross = sum(trade.gross_pnl for trade in effect.trades) / rate if rate else 0.0
        quantity, closed = effect.execution.quantity, bool(effect.trades)
        parts.append(AssumedPart(position.strategy, quantity, gross, closed))
    return Assumption(time, price, before, after, parts)
