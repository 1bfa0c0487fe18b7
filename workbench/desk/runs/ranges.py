"""Statistics of a range of days, by the very functions that take those of a whole run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

import numpy as np

from models.statistics.closes import Closes
from models.statistics.periods import drawdown_periods, period_ladder
from models.statistics.portfolio import own_statistics
from models.trades.columns import TradeColumns
from models.trades.measures import measure
from models.trades.record import LONG, LOTS, SHORT
from workbench.desk.runs.opened import OpenedRun, Rows, RunTable
from workbench.frames.records import DayRow
from workbench.library.series import Series
from workbench.library.shapes import to_microseconds
from workbench.replay.saved_state import zone_named
from workbench.runs.record import JSON
from workbench.statistics.figures import spell_dict

DAY = timedelta(days=1)
NO_BENCHMARK, ONE = 0.0, 1.0

# The columns of a trade in the order of `TradeColumns`; the side is told apart.
OF_TRADES = (
    *("pnl", "commission", "entry_notional", "entry_time", "exit_time", "mae", "mfe", "risk"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of local days.

    Attributes:
        first: The first; None for the run's.
        last: The last, which belongs to it; None for the run's.
    """

    first: date | None
    last: date | None

    def has(self, day: date) -> bool:
        """Whether a day lies in it."""
        after = self.first is None or day >= self.first
        return after and (self.last is None or day <= self.last)


def statistics_within(run: OpenedRun, strategy: str, span: Span) -> JSON:
    """The statistics of the account or a strategy in a range, in the shape of a whole run's.

    Returns are of the closes of the range, from the close before it; trades are the lots that
    closed in it. There is no turnover, for it is of LEAN's samples, and no groups of trades.

    Args:
        run: The run.
        strategy: Whose; empty for the account.
        span: The days.
    """
    basis = run.facts().statistics.get("basis") or {}
    closes = closes_within(run.records("days"), strategy, span)
    figures = own_statistics(
        closes,
        days_a_year=int(basis.get("days_a_year", 252)),
        risk_free=float(basis.get("risk_free", 0.0)),
    )
    return {
        "trades": _trades(run, strategy or None, span),
        "portfolio": {name: each._asdict() for name, each in figures.items()},
        "periods": period_ladder(closes),
        "drawdowns": [spell_dict(each) for each in drawdown_periods(closes)],
    }


def closes_within(days: Sequence[DayRow], strategy: str, span: Span) -> Closes:
    """The closes of a range after the one before it, which of the first day is 1."""
    own = [day for day in days if day.strategy == strategy]
    inside = [at for at, day in enumerate(own) if span.has(day.date)]
    if not inside:
        return Closes((), ())
    first, after = inside[0], inside[-1] + 1
    chosen = own[first:after]
    start = own[first - 1].nav if first else ONE
    dates = [day.date.toordinal() for day in chosen]
    return Closes([dates[0] - 1, *dates], [start, *(day.nav for day in chosen)], _beside(chosen))


def _beside(days: Sequence[DayRow]) -> list[float]:
    """Values of a benchmark that has these returns; 0 where a day has none and the next neither."""
    changes = [day.benchmark_return for day in days]
    values = [NO_BENCHMARK if changes[0] is None else ONE]
    for at, change in enumerate(changes):
        if change is not None:
            values.append(values[-1] * (ONE + change))
        else:
            begins = at + 1 < len(changes) and changes[at + 1] is not None
            values.append(ONE if begins else NO_BENCHMARK)
    return values


def _trades(run: OpenedRun, strategy: str | None, span: Span) -> JSON:
    lots = run.table(LOTS)
    rows = closed_within(lots, lots.of_strategy(strategy), span, zone_of(run))
    sides = lots.columns["direction"].values[rows]
    chosen = {"all": rows, **{side: rows[sides == side] for side in (LONG, SHORT)}}
    return {name: measure(_columns(lots, each), None).to_dict() for name, each in chosen.items()}


def zone_of(run: OpenedRun) -> tzinfo:
    """The time zone of a run's days."""
    return zone_named(run.facts().zone or "UTC")


def closed_within(lots: RunTable, rows: Rows, span: Span, zone: tzinfo) -> Rows:
    """Those of some rows whose trades closed on a day of a range."""
    closed = lots.columns["exit_time"].values[rows]
    inside = np.ones(rows.size, bool)
    if span.first is not None:
        inside &= closed >= _midnight(span.first, zone)
    if span.last is not None:
        inside &= closed < _midnight(span.last + DAY, zone)
    found: Rows = rows[inside]
    return found


def _midnight(day: date, zone: tzinfo) -> int:
    return to_microseconds(datetime.combine(day, time(), zone))


def _columns(lots: RunTable, rows: Rows) -> TradeColumns:
    columns = [_numbers(lots.columns[name], rows) for name in OF_TRADES]
    sides = lots.columns["direction"].values[rows]
    return TradeColumns._make((*columns, np.where(sides == LONG, 1.0, -1.0)))


def _numbers(column: Series, rows: Rows) -> Any:
    """Values of a column as numbers; NaN where one is missing."""
    values = column.values[rows].astype(np.float64)
    if column.missing is not None:
        values[column.missing[rows]] = np.nan
    return values
