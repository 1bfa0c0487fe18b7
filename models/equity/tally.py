"""The running count of what a scope traded, paid and won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# A trade that made less than this, account currency, broke even.
BREAKEVEN = 1e-9


class Tally:
    """Closed trades in numbers, by what each made net of fees; O(1) a trade.

    Attributes:
        trades: All of them.
        wins: Those that made something.
        losses: Those that lost something; what is neither broke even.
        net: Their sum, account currency.
        won: The sum of the wins.
        lost: The sum of the losses, negative.
    """

    __slots__ = ("lost", "losses", "net", "trades", "wins", "won")

    def __init__(
        self,
        trades: int = 0,
        wins: int = 0,
        losses: int = 0,
        net: float = 0.0,
        won: float = 0.0,
        lost: float = 0.0,
    ) -> None:
        self.trades = trades
        self.wins = wins
        self.losses = losses
        self.net = net
        self.won = won
        self.lost = lost

    def add(self, nets: Sequence[float]) -> tuple[int, int]:
        """Count trades by what each made; returns how many of them won and lost."""
        wins = losses = 0
        for net in nets:
            self.net += net
            if net >= BREAKEVEN:
                wins += 1
                self.won += net
            elif net <= -BREAKEVEN:
                losses += 1
                self.lost += net
        self.trades += len(nets)
        self.wins += wins
        self.losses += losses
        return wins, losses

    def state(self) -> list[Any]:
        """JSON-able and exact, in the order of the arguments."""
        return [self.trades, self.wins, self.losses, self.net, self.won, self.lost]
