"""The record of what some closed trades made, with the definition of each figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.records import Record


class Durations(NamedTuple):
    """How long some trades were open, in seconds; None where there is no such trade.

    Attributes:
        average: Mean.
        median: Median.
        shortest: Least.
        longest: Greatest.
    """

    average: float | None
    median: float | None
    shortest: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class TradeMetrics(Record):
    """Closed trades in figures: money in account currency, P&L net of fees where nothing is said.

    A trade that made or lost less than a billionth broke even: it neither won nor lost, and it ends
    a streak. A figure is None where it is undefined.

    Attributes:
        trades: Number of trades, the n of every mean that names no other n.
        wins: Trades with a profit.
        losses: Trades with a loss.
        breakevens: Trades with neither.
        win_rate: Wins over wins and losses.
        loss_rate: Losses over wins and losses.
        breakeven_rate: Breakevens over trades.
        net_pnl: Sum of the P&L.
        gross_pnl: Sum of the P&L before fees.
        gross_profit: Sum of the wins' P&L.
        gross_loss: Sum of the losses' P&L, negative.
        fees: Fees, positive when paid.
        fee_share: Fees over `gross_pnl`; None unless that is positive.
        profit_factor: Gross profit over gross loss, positive; None without a loss.
        expectancy: Mean P&L.
        expectancy_pct: Sum of P&L in percent of the sum of entry notionals, of the trades that have
            an entry notional.
        expectancy_r: Mean of P&L over risk, of the trades that have a risk.
        r_trades: Trades that have a risk.
        median_pnl: Median P&L.
        average_win: Mean P&L of the wins.
        average_loss: Mean P&L of the losses, negative.
        median_win: Median P&L of the wins.
        median_loss: Median P&L of the losses, negative.
        largest_win: Highest P&L of the wins.
        largest_loss: Lowest P&L of the losses, negative.
        payoff: Average win over average loss, positive; None without both.
        win_loss_ratio: Wins over losses.
        longest_wins: Most wins in a row, in the order of closing.
        longest_losses: Most losses in a row, in the order of closing.
        streak: Wins in a row at the end, or losses as a negative number; 0 after a breakeven.
        duration: How long trades were open, from entry to exit.
        duration_wins: How long the wins were open.
        duration_losses: How long the losses were open.
        duration_breakevens: How long the breakevens were open.
        average_mae: Mean maximum adverse excursion before fees, 0 or negative.
        average_mfe: Mean maximum favorable excursion before fees, 0 or positive.
        worst_mae: The lowest maximum adverse excursion.
        best_mfe: The highest maximum favorable excursion.
        average_mae_wins: Mean maximum adverse excursion of the wins: what they had to bear.
        average_mfe_losses: Mean maximum favorable excursion of the losses: what they once had.
        capture: Sum of P&L over sum of maximum favorable excursions.
        average_end_drawdown: Mean of maximum favorable excursion less P&L before fees, which is
            what was given back before the exit.
        worst_end_drawdown: The highest maximum favorable excursion less P&L before fees.
        sqn: V. Tharp's system quality number: root of n times mean over sample deviation, of P&L
            over risk where each trade has a risk and else of P&L; n is not cut at 100.
        sqn_of: What `sqn` is of: "R" for P&L over risk, or "P&L".
        kelly: J. Kelly's fraction: win rate less loss rate over payoff.
        best_1_pct: Share of the gross profit that the best hundredth of the trades made, at least
            one trade; None without a win.
        best_5_pct: Share of the gross profit that the best twentieth of the trades made, at least
            one trade; None without a win.
        first_entry: UTC of the first entry; from it to `last_exit` is the span of the trades.
        last_exit: UTC of the last exit.
        trades_per_day: Trades over calendar days of the span; None where the span has no length.
        trades_per_week: Trades over weeks of the span, of 7 days.
        trades_per_month: Trades over months of the span, of 365.2425 / 12 days.
        time_in_market: Share of the span in which at least one of the trades was open.
        value_traded: Value at entry and exit, the latter at the entry's exchange rate.
        turnover: Value traded over the average equity; None where no equity was given.
    """

    trades: int
    wins: int
    losses: int
    breakevens: int
    win_rate: float | None
    loss_rate: float | None
    breakeven_rate: float | None
    net_pnl: float
    gross_pnl: float
    gross_profit: float
    gross_loss: float
    fees: float
    fee_share: float | None
    profit_factor: float | None
    expectancy: float | None
    expectancy_pct: float | None
    expectancy_r: float | None
    r_trades: int
    median_pnl: float | None
    average_win: float | None
    average_loss: float | None
    median_win: float | None
    median_loss: float | None
    largest_win: float | None
    largest_loss: float | None
    payoff: float | None
    win_loss_ratio: float | None
    longest_wins: int
    longest_losses: int
    streak: int
    duration: Durations
    duration_wins: Durations
    duration_losses: Durations
    duration_breakevens: Durations
    average_mae: float | None
    average_mfe: float | None
    worst_mae: float | None
    best_mfe: float | None
    average_mae_wins: float | None
    average_mfe_losses: float | None
    capture: float | None
    average_end_drawdown: float | None
    worst_end_drawdown: float | None
    sqn: float | None
    sqn_of: str
    kelly: float | None
    best_1_pct: float | None
    best_5_pct: float | None
    first_entry: datetime | None
    last_exit: datetime | None
    trades_per_day: float | None
    trades_per_week: float | None
    trades_per_month: float | None
    time_in_market: float | None
    value_traded: float
    turnover: float | None
