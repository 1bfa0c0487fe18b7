"""The measures of a set of closed trades, computed by numpy from their columns."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil
from typing import Any

import numpy as np

from models.equity.samples import Floats
from models.equity.tally import BREAKEVEN
from models.trades.columns import (
    MICROSECONDS,
    TradeColumns,
    covered,
    greatest,
    last_streak,
    least,
    longest_streak,
    mean,
    median_of_sorted,
    quality_number,
    scaled_ratio,
)
from models.trades.metrics import Durations, TradeMetrics

_DAY_MICROS = 86_400.0 * MICROSECONDS
_WEEK_MICROS, _MONTH_MICROS = 7 * _DAY_MICROS, 365.2425 / 12 * _DAY_MICROS


def _durations(seconds: Floats) -> Durations:
    ranked = np.sort(seconds)
    return Durations(mean(ranked), median_of_sorted(ranked), least(ranked), greatest(ranked))


def _utc_of(moment: float) -> datetime:
    """The time that is so many microseconds after the start of 1970."""
    return datetime.fromtimestamp(moment / MICROSECONDS, UTC)


def _counts_and_sums(
    columns: TradeColumns, ranked: Floats, wins: Floats, losses: Floats
) -> dict[str, Any]:
    """How many trades won and lost, and what they made together.

    Args:
        columns: The trades.
        ranked: P&L of all trades in rising order.
        wins: P&L of the winning trades in rising order.
        losses: P&L of the losing trades in rising order.
    """
    count, decided = ranked.size, wins.size + losses.size
    net, won, lost = (float(part.sum()) for part in (ranked, wins, losses))
    fees = float(columns.fees.sum())
    best = [scaled_ratio(float(wins[-ceil(count / part) :].sum()), won) for part in (100, 20)]
    return {
        "trades": count,
        "wins": wins.size,
        "losses": losses.size,
        "breakevens": count - decided,
        "loss_rate": scaled_ratio(losses.size, decided),
        "breakeven_rate": scaled_ratio(count - decided, count),
        "net_pnl": net,
        "gross_pnl": net + fees,
        "gross_profit": won,
        "gross_loss": lost,
        "fees": fees,
        "fee_share": fees / (net + fees) if net + fees > 0.0 else None,
        "profit_factor": scaled_ratio(won, -lost),
        "expectancy": scaled_ratio(net, count),
        "median_pnl": median_of_sorted(ranked),
        "best_1_pct": best[0],
        "best_5_pct": best[1],
    }


def _wins_and_losses(wins: Floats, losses: Floats) -> dict[str, Any]:
    """What a winning and a losing trade made; the P&L of each is in rising order."""
    average_win, average_loss = mean(wins), mean(losses)
    win_rate = scaled_ratio(wins.size, wins.size + losses.size)
    payoff = None if average_loss is None else scaled_ratio(average_win, -average_loss)
    return {
        "win_rate": win_rate,
        "average_win": average_win,
        "average_loss": average_loss,
        "median_win": median_of_sorted(wins),
        "median_loss": median_of_sorted(losses),
        "largest_win": greatest(wins),
        "largest_loss": least(losses),
        "payoff": payoff,
        "win_loss_ratio": scaled_ratio(wins.size, losses.size),
        "kelly": win_rate - (1.0 - win_rate) / payoff if win_rate and payoff else None,
    }


def _returns(columns: TradeColumns) -> dict[str, Any]:
    """P&L against the entry notional and the risk."""
    notional = columns.entry_notional
    known, risky = notional > 0.0, ~np.isnan(columns.risk)
    multiples = columns.net[risky] / columns.risk[risky]
    all_risky = 0 < multiples.size == columns.net.size
    return {
        "expectancy_pct": scaled_ratio(
            float(columns.net[known].sum()), float(notional[known].sum()), 100.0
        ),
        "expectancy_r": mean(multiples),
        "r_trades": multiples.size,
        "sqn": quality_number(multiples if all_risky else columns.net),
        "sqn_of": "R" if all_risky else "P&L",
    }


def _course(columns: TradeColumns) -> dict[str, Any]:
    """Streaks, durations and excursions, which need the trades one by one."""
    wins, losses = columns.net >= BREAKEVEN, columns.net <= -BREAKEVEN
    gross = columns.net + columns.fees
    given_back = columns.mfe - gross
    open_for = (columns.exit - columns.entry) / MICROSECONDS
    return {
        "longest_wins": longest_streak(wins),
        "longest_losses": longest_streak(losses),
        "streak": last_streak(wins) - last_streak(losses),
        "duration": _durations(open_for),
        "duration_wins": _durations(open_for[wins]),
        "duration_losses": _durations(open_for[losses]),
        "duration_breakevens": _durations(open_for[~(wins | losses)]),
        "average_mae": mean(columns.mae),
        "average_mfe": mean(columns.mfe),
        "worst_mae": least(columns.mae),
        "best_mfe": greatest(columns.mfe),
        "average_mae_wins": mean(columns.mae[wins]),
        "average_mfe_losses": mean(columns.mfe[losses]),
        "capture": scaled_ratio(float(columns.net.sum()), float(columns.mfe.sum())),
        "average_end_drawdown": mean(given_back),
        "worst_end_drawdown": greatest(given_back),
    }


def _activity(columns: TradeColumns, equity: float | None) -> dict[str, Any]:
    """How much time and capital the trades took."""
    gross = columns.net + columns.fees
    traded = float((2.0 * columns.entry_notional + columns.sign * gross).sum())
    first, last = least(columns.entry), greatest(columns.exit)
    span = 0.0 if first is None or last is None else last - first
    count = columns.net.size
    return {
        "first_entry": None if first is None else _utc_of(first),
        "last_exit": None if last is None else _utc_of(last),
        "trades_per_day": scaled_ratio(count, span, _DAY_MICROS),
        "trades_per_week": scaled_ratio(count, span, _WEEK_MICROS),
        "trades_per_month": scaled_ratio(count, span, _MONTH_MICROS),
        "time_in_market": scaled_ratio(covered(columns), span),
        "value_traded": traded,
        "turnover": traded / equity if equity and equity > 0.0 else None,
    }


def measure(columns: TradeColumns, equity: float | None = None) -> TradeMetrics:
    """Every figure of some trades.

    Args:
        columns: The trades.
        equity: Average equity over the span of the trades, for the turnover; account currency.
    """
    ranked = np.sort(columns.net)
    losses = ranked[: np.searchsorted(ranked, -BREAKEVEN, side="right")]
    wins = ranked[np.searchsorted(ranked, BREAKEVEN) :]
    return TradeMetrics(
        **_counts_and_sums(columns, ranked, wins, losses),
        **_wins_and_losses(wins, losses),
        **_returns(columns),
        **_course(columns),
        **_activity(columns, equity),
    )
