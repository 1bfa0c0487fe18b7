"""The headline figures of a strategy or of the account."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StrategyMetrics:
    """A strategy in figures; money in account currency, None where undefined.

    Attributes:
        strategy_name: Its name.
        trades: Closed trades.
        winning_trades: Trades that made something net of fees.
        losing_trades: Trades that lost something net of fees; the rest broke even.
        net_pnl: Everything it made, open positions included, net of fees; without fx.
        fees: What it paid, positive.
        avg_pnl: Mean net P&L of a closed trade: the expectancy.
        win_rate: Wins over wins and losses, as a fraction.
        profit_factor: Sum of the wins over sum of the losses; None without a loss.
        max_drawdown: Deepest fall of its NAV from a peak at any mark, as a positive fraction.
        sharpe_ratio: Mean over sample deviation of its NAV's trading-day returns, times the root
            of the trading days a year; no risk-free rate is taken off.
        sortino_ratio: The same over the root of the mean square of the returns below 0, all days
            in the mean; None without such a return.
        capital: What its NAV starts from.
        trading_days: Days with a mark, the n of the ratios.
    """

    strategy_name: str
    trades: int
    winning_trades: int
    losing_trades: int
    net_pnl: float
    fees: float
    avg_pnl: float | None
    win_rate: float | None
    profit_factor: float | None
    max_drawdown: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    capital: float
    trading_days: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StrategyMetrics:
        """The record that `to_dict` described."""
        return cls(**values)
