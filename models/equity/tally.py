"""The running count of the trades that a strategy, or the account, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.codec import COUNT
from models.records import Saved

# A trade that made or lost less than this, account currency, broke even.
BREAKEVEN = 1e-9


# How a tally is saved.
TALLY_SAVED = Saved(codecs=dict.fromkeys(("trades", "wins", "losses"), COUNT))


@dataclass(slots=True, eq=False)
class Tally:
    """Closed trades in numbers, by what each of them made net of fees; O(1) a trade.

    Attributes:
        trades: All trades.
        wins: Trades with a profit; trades that neither won nor lost broke even.
        losses: Trades with a loss.
        net: Sum of the P&L of all trades, account currency.
        won: Sum of the profits, account currency.
        lost: Sum of the losses, negative, account currency.
    """

    trades: int = 0
    wins: int = 0
    losses: int = 0
    net: float = 0.0
    won: float = 0.0
    lost: float = 0.0

    def add(self, nets: Sequence[float]) -> tuple[int, int]:
        """Count trades by what each of them made; returns how many won and how many lost."""
        wins = losses = 0
        total, won, lost = self.net, self.won, self.lost
        for net in nets:
            total += net
            if net >= BREAKEVEN:
                wins += 1
                won += net
            elif net <= -BREAKEVEN:
                losses += 1
                lost += net
        self.net, self.won, self.lost = total, won, lost
        self.trades += len(nets)
        self.wins += wins
        self.losses += losses
        return wins, losses

    def amend(self, before: float, after: float) -> None:
        """Count a trade by what it made as it is known now."""
        for sign, net in ((-1, before), (1, after)):
            self.net += sign * net
            if net >= BREAKEVEN:
                self.wins += sign
                self.won += sign * net
            elif net <= -BREAKEVEN:
                self.losses += sign
                self.lost += sign * net
