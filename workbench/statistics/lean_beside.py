"""Which of our figures stands beside which of LEAN's, and why the two are not the same.

Paths lead into a block of `workbench.statistics.figures`, its keys joined by dots. LEAN's ways are
read off Common/Statistics of LEAN 24863901d, `models.statistics.lean_portfolio` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Beside(NamedTuple):
    """What stands beside a figure of LEAN's.

    Attributes:
        ours: The path of our figure; empty where we have none.
        why: Why they differ; empty where they do not but by what the trades differ in.
    """

    ours: str = ""
    why: str = ""


def _portfolio(name: str, why: str) -> Beside:
    return Beside(f"portfolio.{name}.value", why)


def _trades(name: str, why: str = "") -> Beside:
    return Beside(f"trades.all.{name}", why)


DAYS = "LEAN: every calendar day is a trading day, but the first two"
DEPOSITS = "LEAN: deposits are gains"
OF_CAPITAL = "LEAN: closing fills in parts of the capital as it runs, less twice the fee"
MEDIAN = "ours in seconds; LEAN: the upper one"
GROSS = "LEAN: before fees"
BREAKEVENS = "LEAN: before fees, a breakeven is a loss"
PRICES = "both of marks here; LEAN sees every price"
PORTFOLIO_BESIDE: Mapping[str, Beside] = {
    "averageWinRate": Beside("", OF_CAPITAL),
    "averageLossRate": Beside("", OF_CAPITAL),
    "profitLossRatio": _trades("payoff", OF_CAPITAL),
    "winRate": _trades("win_rate", "LEAN: of closing fills, a breakeven is a loss"),
    "lossRate": _trades("loss_rate", "LEAN: of closing fills, a breakeven is a loss"),
    "expectancy": Beside("", "LEAN: in average losses; ours is money"),
    "startEquity": Beside(),
    "endEquity": Beside(),
    "compoundingAnnualReturn": _portfolio("cagr", DEPOSITS),
    "drawdown": _portfolio("max_drawdown", "LEAN: of charted equity with deposits; ours of closes"),
    "totalNetProfit": _portfolio("total_return", DEPOSITS),
    "sharpeRatio": _portfolio("sharpe", f"{DAYS}; compounded mean"),
    "probabilisticSharpeRatio": Beside("", "of a Sharpe ratio of 1 a year, in daily terms"),
    "sortinoRatio": _portfolio("sortino", "LEAN: spread of the losing days among themselves"),
    "alpha": _portfolio("alpha", f"{DAYS}; compounded"),
    "beta": _portfolio("beta", DAYS),
    "annualStandardDeviation": _portfolio("volatility", DAYS),
    "annualVariance": Beside("", "the square of the one above"),
    "informationRatio": _portfolio("information_ratio", f"{DAYS}; compounded means"),
    "trackingError": _portfolio("tracking_error", DAYS),
    "treynorRatio": _portfolio("treynor_ratio", f"{DAYS}; compounded mean"),
    "portfolioTurnover": Beside("", "LEAN: of a day; ours is of the trades, since start"),
    "valueAtRisk99": _portfolio("normal_var_99", "LEAN: of the last year, three decimals"),
    "valueAtRisk95": _portfolio("normal_var_95", "LEAN: of the last year, three decimals"),
    "drawdownRecovery": Beside("", "LEAN: days of the longest drawdown that ended, of equity"),
}
TRADES_BESIDE: Mapping[str, Beside] = {
    "startDateTime": _trades("first_entry"),
    "endDateTime": _trades("last_exit"),
    "totalNumberOfTrades": _trades("trades", "LEAN: of the account's net position"),
    "numberOfWinningTrades": _trades("wins", BREAKEVENS),
    "numberOfLosingTrades": _trades("losses", BREAKEVENS),
    "totalProfitLoss": _trades("gross_pnl"),
    "totalProfit": _trades("gross_profit", GROSS),
    "totalLoss": _trades("gross_loss", GROSS),
    "largestProfit": _trades("largest_win", GROSS),
    "largestLoss": _trades("largest_loss", GROSS),
    "averageProfitLoss": _trades("expectancy", GROSS),
    "averageProfit": _trades("average_win", GROSS),
    "averageLoss": _trades("average_loss", BREAKEVENS),
    "averageTradeDuration": _trades("duration.average", "ours in seconds"),
    "averageWinningTradeDuration": _trades("duration_wins.average", "ours in seconds"),
    "averageLosingTradeDuration": _trades("duration_losses.average", "ours in seconds"),
    "medianTradeDuration": _trades("duration.median", MEDIAN),
    "medianWinningTradeDuration": _trades("duration_wins.median", MEDIAN),
    "medianLosingTradeDuration": _trades("duration_losses.median", MEDIAN),
    "maxConsecutiveWinningTrades": _trades("longest_wins", BREAKEVENS),
    "maxConsecutiveLosingTrades": _trades("longest_losses", BREAKEVENS),
    "profitLossRatio": _trades("payoff", f"{GROSS}; 0 where undefined"),
    "winLossRatio": _trades("win_loss_ratio", f"{BREAKEVENS}; 10 where undefined"),
    "winRate": _trades("win_rate", BREAKEVENS),
    "lossRate": _trades("loss_rate", BREAKEVENS),
    "averageMAE": _trades("average_mae", PRICES),
    "averageMFE": _trades("average_mfe", PRICES),
    "largestMAE": _trades("worst_mae", PRICES),
    "largestMFE": _trades("best_mfe", PRICES),
    "maximumClosedTradeDrawdown": Beside("", "deepest fall of the total of closed trades"),
    "maximumIntraTradeDrawdown": Beside("", "the same with each trade's extremes"),
    "profitLossStandardDeviation": Beside("", "ours is in the SQN"),
    "profitLossDownsideDeviation": Beside("", "spread of the losses among themselves"),
    "profitFactor": _trades("profit_factor", f"{GROSS}; 10 where undefined"),
    "sharpeRatio": Beside("", "of trades: mean over deviation"),
    "sortinoRatio": Beside("", "of trades: mean over the losses' deviation"),
    "profitToMaxDrawdownRatio": Beside("", "10 where undefined"),
    "maximumEndTradeDrawdown": _trades("worst_end_drawdown", PRICES),
    "averageEndTradeDrawdown": _trades("average_end_drawdown", "LEAN: the opposite sign"),
    "maximumDrawdownDuration": Beside("", "longest way from a peak of closed trades to a new one"),
    "totalFees": _trades("fees", "LEAN: of each order's first fill alone"),
}
