"""LEAN's `TradeStatistics` by LEAN's definitions, to be ticked against LEAN's report.

In LEAN a winner made a profit before fees, a breakeven is a loss, an option's exercise may be won
by what it gave although it cost money, and a ratio that is undefined is 0 or 10. The figures are
brought up to date at each trade: money in whole cents, as LEAN rounds it, and durations in ticks of
LEAN's clock. Only the duration is kept of each trade. `models.trades.metrics` has our own figures.
Source: Common/Statistics/TradeStatistics.cs of LEAN.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

from models.codec import COUNT, plain_column
from models.fields import Restorable
from models.records import Saved, record_table, row_codec
from models.statistics.lean_format import TICKS_A_SECOND, decimal_text, timespan_text, utc_text
from models.trades.lean_trade import LeanTrade

# LEAN's names, in its order.
TRADE_FIELDS = (
    "startDateTime", "endDateTime", "totalNumberOfTrades", "numberOfWinningTrades",
    "numberOfLosingTrades", "totalProfitLoss", "totalProfit", "totalLoss", "largestProfit",
    "largestLoss", "averageProfitLoss", "averageProfit", "averageLoss", "averageTradeDuration",
    "averageWinningTradeDuration", "averageLosingTradeDuration", "medianTradeDuration",
    "medianWinningTradeDuration", "medianLosingTradeDuration", "maxConsecutiveWinningTrades",
    "maxConsecutiveLosingTrades", "profitLossRatio", "winLossRatio", "winRate", "lossRate",
    "averageMAE", "averageMFE", "largestMAE", "largestMFE", "maximumClosedTradeDrawdown",
    "maximumIntraTradeDrawdown", "profitLossStandardDeviation", "profitLossDownsideDeviation",
    "profitFactor", "sharpeRatio", "sortinoRatio", "profitToMaxDrawdownRatio",
    "maximumEndTradeDrawdown", "averageEndTradeDrawdown", "maximumDrawdownDuration", "totalFees",
)  # fmt: skip


@dataclass(slots=True)
class RunningFigures:
    """LEAN's running figures of all trades, of the winning trades or of the losing trades.

    Attributes:
        count: Number of trades.
        cents: Sum of their profits before fees, cents.
        squares: Sum of the squares of their profits, square cents.
        ticks: Average duration, ticks.
    """

    count: int = 0
    cents: int = 0
    squares: int = 0
    ticks: int = 0

    def add(self, cents: int, seconds: float) -> None:
        """Add a trade's profit before fees and its duration."""
        self.count += 1
        self.cents += cents
        self.squares += cents * cents
        # LEAN cuts each step to whole ticks, and what is cut adds up
        self.ticks += int((seconds - self.ticks / TICKS_A_SECOND) / self.count * TICKS_A_SECOND)

    @property
    def average(self) -> Fraction:
        """Mean profit before fees, account currency; 0 without a trade."""
        return Fraction(self.cents, 100 * self.count) if self.count else Fraction(0)

    @property
    def deviation(self) -> Fraction:
        """Sample deviation of the profits, account currency; 0 below two trades.

        LEAN takes the root of doubles, which gives 15 digits.
        """
        spread = self.count * self.squares - self.cents * self.cents
        pairs = self.count * (self.count - 1)
        return Fraction(f"{sqrt(spread / pairs) / 100:.15g}") if pairs else Fraction(0)


@dataclass(slots=True, eq=False)
class LeanTradeStatistics(Restorable):
    """LEAN's `TradeStatistics` of trades in the order of closing, by LEAN's definitions.

    What LEAN prints is matched to the last digit. Only a digit that depends on exactly half a unit,
    or on the 28th decimal of an average, may differ by one. Amounts are in cents before fees,
    durations in ticks.

    Attributes:
        every: All trades.
        wins: Trades with a profit.
        losses: Trades without a profit.
        exercised: Trades among `losses` that were won by what an exercise gave.
        first: UTC of the first entry; None without a trade.
        last: UTC of the last exit; None without a trade.
        largest_profit: The largest profit.
        largest_loss: The largest loss, negative.
        mae: Sum of the maximum adverse excursions.
        mfe: Sum of the maximum favorable excursions.
        largest_mae: The lowest maximum adverse excursion.
        largest_mfe: The highest maximum favorable excursion.
        largest_end: The largest fall of a trade's profit from its peak.
        fees: Sum of the fees, account currency.
        streak: Wins in a row at the end, or losses as a negative number.
        longest_wins: Most wins in a row.
        longest_losses: Most losses in a row.
        peak: Highest total profit.
        peak_time: UTC of the exit that made the peak; at first of the first entry.
        peak_mfe: Highest total profit, with the favorable excursion of the trade under way.
        fall: Deepest fall of the total profit below the peak, negative.
        fall_mae: Deepest fall of the total profit with the adverse excursion of the trade under way
            below `peak_mfe`, negative.
        below: Whether a loss came since the peak.
        below_for: Longest time from a peak to the next.
        win_ticks: Durations of the wins.
        loss_ticks: Durations of the losses.
    """

    every: RunningFigures = field(default_factory=RunningFigures)
    wins: RunningFigures = field(default_factory=RunningFigures)
    losses: RunningFigures = field(default_factory=RunningFigures)
    exercised: int = 0
    first: datetime | None = None
    last: datetime | None = None
    largest_profit: int = 0
    largest_loss: int = 0
    mae: int = 0
    mfe: int = 0
    largest_mae: int = 0
    largest_mfe: int = 0
    largest_end: int = 0
    fees: float = 0.0
    streak: int = 0
    longest_wins: int = 0
    longest_losses: int = 0
    peak: int = 0
    peak_time: datetime | None = None
    peak_mfe: int = 0
    fall: int = 0
    fall_mae: int = 0
    below: bool = False
    below_for: int = 0
    win_ticks: array[int] = field(default_factory=lambda: array("q"))
    loss_ticks: array[int] = field(default_factory=lambda: array("q"))

    def add(self, trade: LeanTrade) -> None:
        """Add a trade, after the trades that closed before it."""
        cents = whole_cents(trade.profit_loss)
        ticks = duration_ticks(trade.entry_time, trade.exit_time)
        self.first = min(self.first or trade.entry_time, trade.entry_time)
        self.last = max(self.last or trade.exit_time, trade.exit_time)
        self.peak_time = self.peak_time or trade.entry_time
        self._excursions(trade)
        self.every.add(cents, ticks / TICKS_A_SECOND)
        self.fees += trade.total_fees
        if cents > 0:
            self.wins.add(cents, ticks / TICKS_A_SECOND)
            self.win_ticks.append(ticks)
            self.largest_profit = max(self.largest_profit, cents)
            self._rise(trade.exit_time)
        else:
            self.losses.add(cents, ticks / TICKS_A_SECOND)
            self.loss_ticks.append(ticks)
            self.largest_loss = min(self.largest_loss, cents)
            self.exercised += trade.is_win
            self.fall = min(self.fall, self.every.cents - self.peak)
            self.below = True
        self._count(cents > 0 or trade.is_win)

    def _excursions(self, trade: LeanTrade) -> None:
        """Add a trade's excursions, on top of the profit of the trades before it."""
        mae, mfe, total = whole_cents(trade.mae), whole_cents(trade.mfe), self.every.cents
        self.mae += mae
        self.mfe += mfe
        self.largest_mae = min(self.largest_mae, mae)
        self.largest_mfe = max(self.largest_mfe, mfe)
        self.largest_end = max(self.largest_end, whole_cents(trade.end_trade_drawdown))
        self.peak_mfe = max(self.peak_mfe, total + mfe)
        self.fall_mae = min(self.fall_mae, total + mae - self.peak_mfe)

    def _rise(self, exit_time: datetime) -> None:
        """Take the total profit as the new peak if it is one, which ends the time below it."""
        if self.every.cents > self.peak and self.peak_time is not None:
            self.peak = self.every.cents
            if self.below:
                self.below_for = max(self.below_for, duration_ticks(self.peak_time, exit_time))
            self.peak_time, self.below = exit_time, False

    def _count(self, won: bool) -> None:
        """Add a win or a loss to the streak."""
        if won:
            self.streak = max(self.streak, 0) + 1
            self.longest_wins = max(self.longest_wins, self.streak)
        else:
            self.streak = min(self.streak, 0) - 1
            self.longest_losses = max(self.longest_losses, -self.streak)

    def block(self) -> dict[str, Any]:
        """The figures under LEAN's names as a result file has them, decimals as texts.

        LEAN's decimals keep as many trailing zeros as the data has digits, which doubles do not
        know: here money has at least two decimals unless it is 0, and a ratio has no trailing zero.
        """
        found = {**self._counts(), **self._money(), **self._times(), **self._ratios()}
        return {name: found[name] for name in TRADE_FIELDS}

    def _counts(self) -> dict[str, Any]:
        """The numbers of trades, and when the first began and the last ended."""
        return {
            "startDateTime": utc_text(self.first),
            "endDateTime": utc_text(self.last),
            "totalNumberOfTrades": self.every.count,
            "numberOfWinningTrades": self.wins.count + self.exercised,
            "numberOfLosingTrades": self.losses.count - self.exercised,
            "maxConsecutiveWinningTrades": self.longest_wins,
            "maxConsecutiveLosingTrades": self.longest_losses,
        }

    def _money(self) -> dict[str, str]:
        """The amounts, account currency."""
        count = self.every.count or 1
        mfe = Fraction(self.mfe, 100 * count)
        figures = {
            "totalProfitLoss": Fraction(self.every.cents, 100),
            "totalProfit": Fraction(self.wins.cents, 100),
            "totalLoss": Fraction(self.losses.cents, 100),
            "largestProfit": Fraction(self.largest_profit, 100),
            "largestLoss": Fraction(self.largest_loss, 100),
            "averageProfitLoss": self.every.average,
            "averageProfit": self.wins.average,
            "averageLoss": self.losses.average,
            "averageMAE": Fraction(self.mae, 100 * count),
            "averageMFE": mfe,
            "largestMAE": Fraction(self.largest_mae, 100),
            "largestMFE": Fraction(self.largest_mfe, 100),
            "maximumClosedTradeDrawdown": Fraction(self.fall, 100),
            "maximumIntraTradeDrawdown": Fraction(self.fall_mae, 100),
            "profitLossStandardDeviation": self.every.deviation,
            "profitLossDownsideDeviation": self.losses.deviation,
            "maximumEndTradeDrawdown": Fraction(self.largest_end, 100),
            "averageEndTradeDrawdown": self.every.average - mfe,
            "totalFees": Fraction(f"{self.fees:.10f}"),
        }
        return {name: decimal_text(value, 2) for name, value in figures.items()}

    def _times(self) -> dict[str, str]:
        """The durations."""
        both = self.win_ticks + self.loss_ticks
        ticks = {
            "averageTradeDuration": self.every.ticks,
            "averageWinningTradeDuration": self.wins.ticks,
            "averageLosingTradeDuration": self.losses.ticks,
            "medianTradeDuration": _upper_median(both),
            "medianWinningTradeDuration": _upper_median(self.win_ticks),
            "medianLosingTradeDuration": _upper_median(self.loss_ticks),
            "maximumDrawdownDuration": self.below_for,
        }
        return {name: timespan_text(value) for name, value in ticks.items()}

    def _ratios(self) -> dict[str, str]:
        """The rates and ratios."""
        every, wins, losses, fall = self.every, self.wins, self.losses, -self.fall
        won, lost = wins.count + self.exercised, losses.count - self.exercised
        win_rate = Fraction(won, every.count or 1)
        ratios = {
            "profitLossRatio": _ratio_or(wins.average, -losses.average, 0),
            "winLossRatio": _ratio_or(won, lost, 10 if every.count else 0),
            "winRate": win_rate,
            "lossRate": 1 - win_rate if every.count else Fraction(0),
            "profitFactor": _ratio_or(wins.cents, -losses.cents, 10 if wins.cents else 0),
            "sharpeRatio": _ratio_or(every.average, every.deviation, 0),
            "sortinoRatio": _ratio_or(every.average, losses.deviation, 0),
            "profitToMaxDrawdownRatio": _ratio_or(every.cents, fall, 10 if every.cents else 0),
        }
        return {name: decimal_text(value, 0) for name, value in ratios.items()}


# The state has every field under its name, the running figures as rows.
_RUNNING_ROW = row_codec(RunningFigures, Saved(codecs={"count": COUNT}))
LeanTradeStatistics.STATE = record_table(
    LeanTradeStatistics,
    Saved(
        codecs={
            **dict.fromkeys(("every", "wins", "losses"), _RUNNING_ROW),
            **dict.fromkeys(("win_ticks", "loss_ticks"), plain_column("q")),
        }
    ),
)
_MICROSECOND = timedelta(microseconds=1)
_TICKS_A_MICROSECOND = TICKS_A_SECOND // 1_000_000


def whole_cents(amount: float) -> int:
    """An amount of account currency in cents, half a cent rounded to even."""
    return round(amount * 100.0)


def duration_ticks(start: datetime, end: datetime) -> int:
    """The time from one moment to another in ticks of LEAN's clock."""
    return (end - start) // _MICROSECOND * _TICKS_A_MICROSECOND


def _ratio_or(part: Fraction | int, whole: Fraction | int, otherwise: int) -> Fraction:
    """The part over the whole; `otherwise` where the whole is 0."""
    return Fraction(part) / whole if whole else Fraction(otherwise)


def _upper_median(ticks: Sequence[int]) -> int:
    """LEAN's median: of an even number the upper of the middle two; 0 of none."""
    middle = len(ticks) // 2
    return int(np.partition(np.array(ticks, np.int64), middle)[middle]) if ticks else 0
