"""The statistics of a set of closed trades, computed by numpy from their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from math import ceil, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.equity.tally import BREAKEVEN

Floats = NDArray[np.float64]
MICRO = 1e6  # in a second: what times count in, so that their differences are exact
DAY = 86_400.0 * MICRO
WEEK, MONTH = 7 * DAY, 365.2425 / 12 * DAY


class Durations(NamedTuple):
    """How long some trades were open, in seconds; None without such a trade."""

    average: float | None
    median: float | None
    shortest: float | None
    longest: float | None


@dataclass(frozen=True, slots=True)
class TradeMetrics:
    """Some closed trades in figures: money in account currency, P&L net of fees unless said.

    A trade that made less than a billionth broke even: it neither won nor lost, and ends a streak.

    Attributes:
        trades: How many; the n of every mean below that names no other.
        wins: Those that made something.
        losses: Those that lost something.
        breakevens: The rest.
        win_rate: Wins over wins and losses.
        loss_rate: Losses over wins and losses.
        breakeven_rate: Breakevens over trades.
        net_pnl: Sum of all.
        gross_pnl: The same before fees.
        gross_profit: Sum of the wins.
        gross_loss: Sum of the losses, negative.
        fees: Positive when paid.
        fee_share: Fees over `gross_pnl`; None unless that is positive.
        profit_factor: Gross profit over gross loss, positive; None without a loss.
        expectancy: Mean P&L.
        expectancy_pct: P&L in percent of the stakes, sum over sum, as percents of unequal stakes
            do not add up; of the trades that have one.
        expectancy_r: Mean of P&L over risk, of the trades that have a risk.
        r_trades: How many have.
        median_pnl: Median P&L.
        average_win: Mean of the wins; likewise the next five.
        average_loss: Negative.
        median_win: As said.
        median_loss: Negative.
        largest_win: As said.
        largest_loss: Negative.
        payoff: Average win over average loss, positive; None without both.
        win_loss_ratio: Wins over losses.
        longest_wins: Most wins in a row, in the order of closing.
        longest_losses: Most losses in a row.
        streak: Wins in a row at the end, or losses as a negative number; 0 after a breakeven.
        duration: From entry to exit.
        duration_wins: Of the wins.
        duration_losses: Of the losses.
        duration_breakevens: Of the rest.
        average_mae: Mean maximum adverse excursion, 0 or negative, before fees.
        average_mfe: Mean maximum favorable excursion, 0 or positive, before fees.
        worst_mae: The lowest.
        best_mfe: The highest.
        average_mae_wins: Of the wins: what they had to bear.
        average_mfe_losses: Of the losses: what they once had.
        capture: P&L over MFE, sum over sum.
        average_end_drawdown: Mean of MFE less gross P&L: what was given back before the exit.
        worst_end_drawdown: The highest.
        sqn: Van Tharp's system quality number, root of n * mean / sample deviation, of R where
            each trade has a risk and else of P&L; n is not cut at 100.
        sqn_of: "R" or "P&L", whichever it is.
        kelly: Win rate - loss rate / payoff.
        best_1_pct: Share of the gross profit that the best hundredth of the trades made, at least
            one trade; None without a win.
        best_5_pct: The same of the best twentieth.
        first_entry: UTC; from here to `last_exit` is the span of the next four.
        last_exit: UTC.
        trades_per_day: Trades over calendar days of the span; None where it has no length.
        trades_per_week: Over 7 days.
        trades_per_month: Over 365.2425 / 12 days.
        time_in_market: Share of the span in which at least one of the trades was open.
        value_traded: Value at entry and exit, the latter at the entry's exchange rate.
        turnover: Value traded over the average equity that was given; None if none was.
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

    def to_dict(self) -> dict[str, Any]:
        """JSON values; times in ISO 8601."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        for name, value in values.items():
            if isinstance(value, Durations):
                values[name] = value._asdict()
            elif isinstance(value, datetime):
                values[name] = value.isoformat()
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TradeMetrics:
        """The metrics that `to_dict` described."""
        given = dict(values)
        for name, value in values.items():
            if isinstance(value, Mapping):
                given[name] = Durations(**value)
            elif name in {"first_entry", "last_exit"} and value:
                given[name] = datetime.fromisoformat(value)
        return cls(**given)


class Rows(NamedTuple):
    """Some trades as columns, in the order of closing; money in account currency.

    Attributes:
        net: P&L after fees.
        fees: Positive when paid.
        stake: Value at entry; 0 where there is none.
        entry: Whole microseconds since 1970; likewise `exit`.
        exit: As said.
        mae: Maximum adverse excursion, 0 or negative; likewise `mfe`, positive.
        mfe: As said.
        risk: What the trade could lose as planned; NaN where that is not known.
        sign: 1 for a long, -1 for a short.
    """

    net: Floats
    fees: Floats
    stake: Floats
    entry: Floats
    exit: Floats
    mae: Floats
    mfe: Floats
    risk: Floats
    sign: Floats

    def take(self, which: Any) -> Rows:
        """The rows that an index, a mask or a slice picks."""
        return Rows(*(column[which] for column in self))


def _ratio(part: float | None, whole: float | None, scale: float = 1.0) -> float | None:
    return scale * part / whole if part is not None and whole else None


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _median(ranked: Floats) -> float | None:
    """The median of values in rising order: of an even number the mean of the middle two."""
    low, high = (ranked.size - 1) // 2, ranked.size // 2
    return float((ranked[low] + ranked[high]) / 2.0) if ranked.size else None


def _least(values: Floats) -> float | None:
    return float(values.min()) if values.size else None


def _most(values: Floats) -> float | None:
    return float(values.max()) if values.size else None


def _durations(seconds: Floats) -> Durations:
    ranked = np.sort(seconds)
    return Durations(_mean(ranked), _median(ranked), _least(ranked), _most(ranked))


def _quality(values: Floats) -> float | None:
    """Root of n times mean over sample deviation; None below two values or where all are equal."""
    if values.size < 2 or values.min() == values.max():
        return None
    return sqrt(values.size) * float(values.mean() / values.std(ddof=1))


def _longest(hits: NDArray[np.bool_]) -> int:
    """Most hits in a row."""
    misses = np.flatnonzero(~hits)
    edges = np.concatenate(([-1], misses, [hits.size]))
    return int(np.diff(edges).max()) - 1


def _trailing(hits: NDArray[np.bool_]) -> int:
    """Hits in a row at the end."""
    misses = np.flatnonzero(~hits)
    return hits.size - 1 - int(misses[-1]) if misses.size else hits.size


def _outcomes(rows: Rows) -> dict[str, Any]:
    """The figures of the P&L whatever the order."""
    ranked = np.sort(rows.net)
    losses = ranked[: np.searchsorted(ranked, -BREAKEVEN, side="right")]
    wins = ranked[np.searchsorted(ranked, BREAKEVEN) :]
    count, decided = ranked.size, wins.size + losses.size
    net, won, lost = (float(part.sum()) for part in (ranked, wins, losses))
    fees = float(rows.fees.sum())
    average_win, average_loss = _mean(wins), _mean(losses)
    win_rate, loss_rate = _ratio(wins.size, decided), _ratio(losses.size, decided)
    payoff = None if average_loss is None else _ratio(average_win, -average_loss)
    best = [_ratio(float(wins[-ceil(count / part) :].sum()), won) for part in (100, 20)]
    return {
        "trades": count,
        "wins": wins.size,
        "losses": losses.size,
        "breakevens": count - decided,
        "win_rate": win_rate,
        "loss_rate": loss_rate,
        "breakeven_rate": _ratio(count - decided, count),
        "net_pnl": net,
        "gross_pnl": net + fees,
        "gross_profit": won,
        "gross_loss": lost,
        "fees": fees,
        "fee_share": fees / (net + fees) if net + fees > 0.0 else None,
        "profit_factor": _ratio(won, -lost),
        "expectancy": _ratio(net, count),
        "median_pnl": _median(ranked),
        "average_win": average_win,
        "average_loss": average_loss,
        "median_win": _median(wins),
        "median_loss": _median(losses),
        "largest_win": _most(wins),
        "largest_loss": _least(losses),
        "payoff": payoff,
        "win_loss_ratio": _ratio(wins.size, losses.size),
        "kelly": win_rate - (1.0 - win_rate) / payoff if win_rate and payoff else None,
        "best_1_pct": best[0],
        "best_5_pct": best[1],
    }


def _stakes(rows: Rows) -> dict[str, Any]:
    """P&L against what was staked and risked."""
    staked, risky = rows.stake > 0.0, ~np.isnan(rows.risk)
    multiples = rows.net[risky] / rows.risk[risky]
    all_risky = 0 < multiples.size == rows.net.size
    return {
        "expectancy_pct": _ratio(
            float(rows.net[staked].sum()), float(rows.stake[staked].sum()), 100.0
        ),
        "expectancy_r": _mean(multiples),
        "r_trades": multiples.size,
        "sqn": _quality(multiples if all_risky else rows.net),
        "sqn_of": "R" if all_risky else "P&L",
    }


def _course(rows: Rows) -> dict[str, Any]:
    """Streaks, durations, excursions: what needs the trades one by one."""
    wins, losses = rows.net >= BREAKEVEN, rows.net <= -BREAKEVEN
    gross = rows.net + rows.fees
    given_back = rows.mfe - gross
    open_for = (rows.exit - rows.entry) / MICRO
    return {
        "longest_wins": _longest(wins),
        "longest_losses": _longest(losses),
        "streak": _trailing(wins) - _trailing(losses),
        "duration": _durations(open_for),
        "duration_wins": _durations(open_for[wins]),
        "duration_losses": _durations(open_for[losses]),
        "duration_breakevens": _durations(open_for[~(wins | losses)]),
        "average_mae": _mean(rows.mae),
        "average_mfe": _mean(rows.mfe),
        "worst_mae": _least(rows.mae),
        "best_mfe": _most(rows.mfe),
        "average_mae_wins": _mean(rows.mae[wins]),
        "average_mfe_losses": _mean(rows.mfe[losses]),
        "capture": _ratio(float(rows.net.sum()), float(rows.mfe.sum())),
        "average_end_drawdown": _mean(given_back),
        "worst_end_drawdown": _most(given_back),
    }


def _activity(rows: Rows, equity: float | None) -> dict[str, Any]:
    """How much time and money the trades took."""
    traded = float((2.0 * rows.stake + rows.sign * (rows.net + rows.fees)).sum())
    first, last = _least(rows.entry), _most(rows.exit)
    span = 0.0 if first is None or last is None else last - first
    count = rows.net.size
    return {
        "first_entry": None if first is None else _utc(first),
        "last_exit": None if last is None else _utc(last),
        "trades_per_day": _ratio(count, span, DAY),
        "trades_per_week": _ratio(count, span, WEEK),
        "trades_per_month": _ratio(count, span, MONTH),
        "time_in_market": _ratio(_covered(rows), span),
        "value_traded": traded,
        "turnover": traded / equity if equity and equity > 0.0 else None,
    }


def _utc(moment: float) -> datetime:
    return datetime.fromtimestamp(moment / MICRO, UTC)


def _covered(rows: Rows) -> float:
    """Microseconds in which at least one of the trades was open."""
    order = np.argsort(rows.entry, kind="stable")
    entry, until = rows.entry[order], np.maximum.accumulate(rows.exit[order])
    began = entry.copy()
    began[1:] = np.maximum(entry[1:], until[:-1])
    return float(np.maximum(until - began, 0.0).sum())


def measure(rows: Rows, equity: float | None = None) -> TradeMetrics:
    """Every figure of some trades.

    Args:
        rows: The trades.
        equity: What the turnover is of, account currency: the average over the trades' span.
    """
    return TradeMetrics(
        **_outcomes(rows), **_stakes(rows), **_course(rows), **_activity(rows, equity)
    )
