"""Trades in the order of closing as columns, from which LEAN's figures of any stretch are cut."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress

import numpy as np
from numpy.typing import NDArray

from models.statistics.lean_format import TICKS_A_SECOND
from models.statistics.lean_trades import (
    LeanTradeStatistics,
    RunningFigures,
    duration_ticks,
    whole_cents,
)
from models.trades.columns import longest_streak
from models.trades.lean_trade import LeanTrade

Whole = NDArray[np.int64]


class LeanTradeColumns:
    """Many trades as columns, made once for the figures of many stretches that overlap.

    A stretch costs a few calls of numpy for all of its trades, where `LeanTradeStatistics.add`
    takes some hundred steps for each. Both ways come to the same figures to the last bit.

    Args:
        trades: The trades in the order of closing.
    """

    def __init__(self, trades: Sequence[LeanTrade]) -> None:
        self._trades = trades
        self._entry = np.array([each.entry_time.timestamp() for each in trades], np.float64)
        self._exit = np.array([each.exit_time.timestamp() for each in trades], np.float64)
        cents = [whole_cents(each.profit_loss) for each in trades]
        ticks = [duration_ticks(each.entry_time, each.exit_time) for each in trades]
        won = [each > 0 for each in cents]
        exercised = [each.is_win and not up for each, up in zip(trades, won, strict=True)]
        self._every = _Side(cents, ticks, [True] * len(trades))
        self._wins = _Side(cents, ticks, won)
        self._losses = _Side(cents, ticks, [not each for each in won])
        self._exercised = _column_sums(exercised)
        self._mae = _whole([whole_cents(each.mae) for each in trades])
        self._mfe = _whole([whole_cents(each.mfe) for each in trades])
        self._end = _whole([whole_cents(each.end_trade_drawdown) for each in trades])
        self._cents = _whole(cents)
        self._hits = np.array(won, np.bool_) | np.array(exercised, np.bool_)
        self._fees = np.array([each.total_fees for each in trades], np.float64)

    def of(self, stretches: Sequence[tuple[int, int]]) -> list[LeanTradeStatistics]:
        """The figures of each stretch: of the trades from one number on until before another.

        What only goes on with further trades, such as the streak at the end, is left out.
        """
        running = zip(
            self._every.figures(stretches),
            self._wins.figures(stretches),
            self._losses.figures(stretches),
            strict=True,
        )
        return [
            self._figures(*each, *found) for each, found in zip(stretches, running, strict=True)
        ]

    def _figures(
        self,
        low: int,
        high: int,
        every: RunningFigures,
        wins: RunningFigures,
        losses: RunningFigures,
    ) -> LeanTradeStatistics:
        """The figures of one stretch, of which the running figures are known."""
        found = LeanTradeStatistics(
            every=every,
            wins=wins,
            losses=losses,
            exercised=self._exercised[high] - self._exercised[low],
            win_ticks=self._wins.durations(low, high),
            loss_ticks=self._losses.durations(low, high),
        )
        if low < high:
            self._set_extremes(found, slice(low, high))
            self._set_falls(found, slice(low, high))
        return found

    def _set_extremes(self, found: LeanTradeStatistics, stretch: slice) -> None:
        """Set what does not depend on the total profit."""
        trades, cents = self._trades[stretch], self._cents[stretch]
        mae, mfe, hits = self._mae[stretch], self._mfe[stretch], self._hits[stretch]
        found.first = trades[int(self._entry[stretch].argmin())].entry_time
        found.last = trades[int(self._exit[stretch].argmax())].exit_time
        found.largest_profit, found.largest_loss = (
            max(0, int(cents.max())),
            min(0, int(cents.min())),
        )
        found.mae, found.mfe = int(mae.sum()), int(mfe.sum())
        found.largest_mae, found.largest_mfe = min(0, int(mae.min())), max(0, int(mfe.max()))
        found.largest_end = max(0, int(self._end[stretch].max()))
        # one after the other, as LEAN adds them: another order gives other last bits
        found.fees = float(np.add.accumulate(self._fees[stretch])[-1])
        found.longest_wins, found.longest_losses = longest_streak(hits), longest_streak(~hits)

    def _set_falls(self, found: LeanTradeStatistics, stretch: slice) -> None:
        """Set what depends on the total profit: its peak, and the falls below it."""
        trades, cents = self._trades[stretch], self._cents[stretch]
        total = np.add.accumulate(cents)
        before = total - cents
        peak = np.maximum.accumulate(np.maximum(total, 0))
        peak_mfe = np.maximum.accumulate(np.maximum(before + self._mfe[stretch], 0))
        found.fall = int((total - peak).min())
        found.fall_mae = min(0, int((before + self._mae[stretch] - peak_mfe).min()))
        rises = np.flatnonzero(np.diff(peak, prepend=0))
        times = [trades[0].entry_time, *(trades[at].exit_time for at in rises.tolist())]
        # the first trade after a peak makes a new peak or is a loss, which puts the total below it
        gaps = np.flatnonzero(np.diff(rises, prepend=-1) > 1).tolist()
        found.below_for = max(0, 0, *(duration_ticks(times[at], times[at + 1]) for at in gaps))


class _Side:
    """The sums and durations of some of the trades: of all, of the wins or of the losses.

    Args:
        cents: Profit of each trade.
        ticks: Duration of each trade.
        belongs: Whether each trade is one of them.
    """

    def __init__(self, cents: list[int], ticks: list[int], belongs: list[bool]) -> None:
        own = [each * inside for each, inside in zip(cents, belongs, strict=True)]
        self._count = _column_sums(belongs)
        self._cents = _column_sums(own)
        self._squares = _column_sums(each * each for each in own)
        self._ticks = array("q", compress(ticks, belongs))

    def figures(self, stretches: Sequence[tuple[int, int]]) -> list[RunningFigures]:
        """The running figures of those of each stretch."""
        count, cents, squares = self._count, self._cents, self._squares
        averages = _average_ticks(
            self._ticks, [(count[low], count[high]) for low, high in stretches]
        )
        return [
            RunningFigures(
                count[high] - count[low],
                cents[high] - cents[low],
                squares[high] - squares[low],
                ticks,
            )
            for (low, high), ticks in zip(stretches, averages, strict=True)
        ]

    def durations(self, low: int, high: int) -> array[int]:
        """The durations of those of a stretch."""
        return self._ticks[self._count[low] : self._count[high]]


def _whole(numbers: Sequence[int] | Sequence[tuple[int, int]]) -> Whole:
    return np.array(numbers, np.int64)


def _column_sums(numbers: Iterable[int]) -> list[int]:
    """The sum of the numbers before each place, and of all at the end."""
    return [*accumulate(numbers, initial=0)]


def _average_ticks(ticks: array[int], stretches: Sequence[tuple[int, int]]) -> list[int]:
    """The average duration of each stretch, as `RunningFigures.add` comes to it.

    Each step depends on the one before, so all stretches take their first step at once, then all
    that have a second trade their second, and so on.
    """
    low, high = _whole(stretches).reshape(-1, 2).T
    longest_first = np.argsort(low - high, kind="stable")
    starts, lengths = low[longest_first], (high - low)[longest_first]
    seconds = _whole(ticks) / TICKS_A_SECOND
    averages = np.zeros(len(starts), np.int64)
    steps = int(lengths.max(initial=0))
    going = np.searchsorted(-lengths, -np.arange(steps), side="left").tolist()
    for step, count in enumerate(going):
        average = averages[:count]
        late = (seconds[starts[:count] + step] - average / TICKS_A_SECOND) / (step + 1)
        average += (late * TICKS_A_SECOND).astype(np.int64)
    found = np.empty_like(averages)
    found[longest_first] = averages
    return [*map(int, found)]
