"""What the tracker answers: immutable records with the unit of each field, exact as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from models.equity import Spell


@dataclass(frozen=True, slots=True)
class StrategyMetrics:
    """A strategy in figures; money in account currency, None where undefined.

    Attributes:
        strategy_name: Its name.
        trades: Closed trades.
        winning_trades: Trades that made something net of fees.
        losing_trades: Trades that lost something net of fees; the rest broke even.
        net_pnl: Everything it made, open positions included, net of fees; without fx.
        avg_pnl: Mean net P&L of a closed trade.
        win_rate: Wins over wins and losses, as a fraction.
        profit_factor: Sum of the wins over sum of the losses; None without a loss.
        max_drawdown: Deepest fall of its NAV from a peak at any mark, as a positive fraction.
        sharpe_ratio: Mean over sample deviation of its NAV's trading-day returns, times the root
            of the trading days a year; no risk-free rate is taken off.
        capital: What its NAV starts from.
        trading_days: Days with a mark, the n of the ratio.
    """

    strategy_name: str
    trades: int
    winning_trades: int
    losing_trades: int
    net_pnl: float
    avg_pnl: float | None
    win_rate: float | None
    profit_factor: float | None
    max_drawdown: float | None
    sharpe_ratio: float | None
    capital: float
    trading_days: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StrategyMetrics:
        """The record that `to_dict` described."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class DrawdownRecord:
    """How far a scope's NAV is below its peak, at the last mark.

    Attributes:
        depth: The fall now, as a positive fraction of the peak; None without a NAV.
        amount: The same in account currency.
        max_depth: The deepest so far, the open spell included.
        open: The spell that has not recovered, or None.
        spells: The last 100 that have, the oldest first.
    """

    depth: float | None
    amount: float | None
    max_depth: float | None
    open: Spell | None
    spells: tuple[Spell, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "depth": self.depth,
            "amount": self.amount,
            "max_depth": self.max_depth,
            "open": self.open.to_dict() if self.open else None,
            "spells": [spell.to_dict() for spell in self.spells],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DrawdownRecord:
        """The record that `to_dict` described."""
        spell = values["open"]
        return cls(
            values["depth"],
            values["amount"],
            values["max_depth"],
            Spell.from_dict(spell) if spell else None,
            tuple(Spell.from_dict(row) for row in values["spells"]),
        )
