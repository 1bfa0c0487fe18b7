"""The headline figures of a strategy or of the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.records import Record
from models.statistics.portfolio import Figure


@dataclass(frozen=True, slots=True)
class StrategyMetrics(Record):
    """A strategy in figures. Money is in account currency; a figure is None where undefined.

    Attributes:
        strategy_name: The strategy's name; empty for the account.
        trades: Closed trades.
        winning_trades: Trades with a profit net of fees.
        losing_trades: Trades with a loss net of fees; the other trades broke even.
        net_pnl: P&L net of fees, open positions included and exchange profit left out.
        fees: Fees, positive when paid.
        avg_pnl: Mean net P&L of a closed trade, which is the expectancy.
        win_rate: Winning trades over winning and losing trades, 0 to 1.
        profit_factor: Sum of the profits over the sum of the losses; None without a loss.
        max_drawdown: Deepest fall of the NAV from a peak at any mark, as a positive fraction.
        sharpe_ratio: Mean of the NAV's daily returns over their sample deviation, times the root of
            the trading days a year, or of 365 where the series itself has more than 300 days a
            year; no risk-free rate is taken off.
        sortino_ratio: Mean of the NAV's daily returns over the root of the mean square of
            min(return, 0), times the same root; None without a return below 0.
        capital: Equity that the NAV starts from.
        trading_days: The days of `daily_returns`, which are the n of the ratios.
        portfolio: The whole block of portfolio figures by name, each with its n: those of
            `models.statistics.portfolio.OWN`, of daily closes. It is computed when it is read.
    """

    strategy_name: str
    trades: int = 0
    winning_trades: int = 0
    losing_trades: int = 0
    net_pnl: float = 0.0
    fees: float = 0.0
    avg_pnl: float | None = None
    win_rate: float | None = None
    profit_factor: float | None = None
    max_drawdown: float | None = None
    sharpe_ratio: float | None = None
    sortino_ratio: float | None = None
    capital: float = 0.0
    trading_days: int = 0
    portfolio: Mapping[str, Figure] = field(default_factory=dict, hash=False, repr=False)
