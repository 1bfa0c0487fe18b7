"""LEAN's trades as its result lists them, held against those that were rebuilt."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from models.trades.lean_trade import LeanTrade
from workbench.runs.lean.facts import ClosedTrade

# How near prices and quantities must be, as a part of them; and money, which LEAN rounds to cents.
NEAR_PRICE, NEAR_CENT = 1e-9, 0.0051


def gross(trades: Sequence[ClosedTrade | LeanTrade]) -> float:
    """LEAN's sum of the trades' P&L before fees."""
    return round(fsum(trade.profit_loss for trade in trades), 2)


def differing(trades: Sequence[ClosedTrade], rebuilt: Sequence[LeanTrade]) -> int:
    """How many of LEAN's trades are not among those that were rebuilt, in their order."""
    alike = sum(map(_same, rebuilt, trades))
    if alike < len(trades):  # threads may have let LEAN close them in another order
        ours = sorted(rebuilt, key=lambda each: (each.exit_time, each.symbols[0], each.entry_time))
        theirs = sorted(trades, key=lambda each: (each.exit_time, each.sid, each.entry_time))
        alike = max(alike, sum(map(_same, ours, theirs)))
    return max(len(trades), len(rebuilt)) - alike


def _same(ours: LeanTrade, theirs: ClosedTrade) -> bool:
    if ours.symbols[0] != theirs.sid or ours.direction != theirs.direction:
        return False
    near = (
        (ours.entry_price, theirs.entry_price),
        (ours.exit_price, theirs.exit_price),
        (ours.quantity, theirs.quantity),
    )
    if any(abs(a - b) > NEAR_PRICE * max(1.0, abs(b)) for a, b in near):
        return False
    money = abs(ours.profit_loss - theirs.profit_loss), abs(ours.total_fees - theirs.total_fees)
    return max(money) < NEAR_CENT
