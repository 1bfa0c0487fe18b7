"""LEAN's trade statistics of some trades, and of its rolling windows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from models.statistics.lean_columns import LeanTradeColumns
from models.statistics.lean_portfolio import WINDOW_MONTHS
from models.statistics.lean_trades import LeanTradeStatistics
from models.trades.lean_trade import LeanTrade

_ONE_DATE = timedelta(days=1)


def lean_trade_statistics(trades: Iterable[LeanTrade]) -> dict[str, Any]:
    """LEAN's figures of some trades, which are in the order of closing."""
    statistics = LeanTradeStatistics()
    for trade in trades:
        statistics.add(trade)
    return statistics.block()


def rolling_statistics(
    trades: Sequence[LeanTrade], first: date, last: date
) -> dict[str, dict[str, Any]]:
    """LEAN's figures of its rolling windows: of 1, 3, 6 and 12 months up to each month's end.

    Args:
        trades: The trades in the order of closing.
        first: The run's first date, UTC; no window starts before it.
        last: The run's last date, UTC, where the last month ends.

    Returns:
        The figures by LEAN's names of the windows, such as `M3_20130628`. A trade is in the windows
        that its exit's date is in.
    """
    exits = [trade.exit_time for trade in trades]
    stretches = {
        f"M{months}_{end:%Y%m%d}": (
            bisect_left(exits, _midnight_utc(start)),
            bisect_left(exits, _midnight_utc(end + _ONE_DATE)),
        )
        for months in WINDOW_MONTHS
        for start, end in _windows(months, first, last)
    }
    found = LeanTradeColumns(trades).of([*stretches.values()])
    return {name: each.block() for name, each in zip(stretches, found, strict=True)}


def _windows(months: int, first: date, last: date) -> Iterator[tuple[date, date]]:
    """The first and last date of each window of so many months, the oldest first."""
    ends = [last]
    while (end := ends[-1].replace(day=1) - _ONE_DATE) >= first:
        ends.append(end)
    for end in reversed(ends):
        month = end.year * 12 + end.month - months
        yield max(first, date(month // 12, month % 12 + 1, 1)), end


def _midnight_utc(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
