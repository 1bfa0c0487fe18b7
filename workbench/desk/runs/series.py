"""Series of a run over time, as few points as a chart can show: the least and most of each bucket.

The moments from the first to the last are cut into buckets of equal length. A bucket without a mark
is left out, so that a chart shows a gap where there is one; where there are no more marks than
points, each mark is a bucket of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import numpy as np
import numpy.typing as npt

from models.equity.scope import ACCOUNT
from workbench.desk.problems import ProblemError
from workbench.desk.runs.opened import OpenedRun, RunTable
from workbench.frames.columns import FRACTION, MONEY, NAV
from workbench.library.figures import label_of
from workbench.library.shapes import from_microseconds
from workbench.runs.exactness import worst
from workbench.runs.record import JSON, RunRecord

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

MOST_SERIES = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """What there is over time.

    Attributes:
        unit: What it is measured in.
        label: Under which name the record says how far it can be trusted.
    """

    unit: str
    label: str


KINDS = {
    "equity": Kind(MONEY, "equity"),
    "net_pnl": Kind(MONEY, "unrealized"),
    "nav": Kind(NAV, "statistics"),
    "drawdown": Kind(FRACTION, "drawdown"),
    "lean_equity": Kind(MONEY, "equity"),
    "unexplained": Kind(MONEY, "unexplained"),
}
MARKS = "marks"
EVERY = "drawdown"  # the label of what is known between the marks


@dataclass(frozen=True, slots=True)
class Buckets:
    """A series in buckets; missing values are NaN.

    Attributes:
        time: When each bucket's last mark is, microseconds since 1970.
        low: The least in each.
        high: The most in each.
        last: The last in each.
    """

    time: Times
    low: Floats
    high: Floats
    last: Floats


def bucketed(time: Times, values: Floats, points: int) -> Buckets:
    """A series in at most so many buckets.

    Args:
        time: When its values are, never falling.
        values: As many.
        points: At least 1.
    """
    if time.size <= points:
        return Buckets(time, values, values, values)
    length = max(int(time[-1] - time[0]), 1)
    place = np.minimum((time - time[0]) * points // length, points - 1)
    first = np.flatnonzero(np.diff(place, prepend=-1))
    last = np.append(first[1:], time.size) - 1
    low, high = (each.reduceat(values, first) for each in (np.fmin, np.fmax))
    return Buckets(time[last], low, high, values[last])


def series_of(run: OpenedRun, names: Sequence[str], points: int) -> JSON:
    """Some series by name.

    Args:
        run: The run.
        names: Each one of `KINDS` for the account, a strategy for its net P&L, or a strategy, a
            dot and one of `KINDS`.
        points: In how many buckets at most.

    Raises:
        ProblemError: There is no such series, or there are too many.
    """
    if len(names) > MOST_SERIES:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"names has more than {MOST_SERIES} series")
    marks, record = run.table(MARKS), run.facts()
    known = {*marks.columns["strategy"].values.tolist()}
    return {name: _series(marks, record, *_parts(name, known), points) for name in names}


def _parts(name: str, known: set[str]) -> tuple[str, str]:
    """Whose series it is, and which one."""
    if name in KINDS:
        return ACCOUNT, name
    if name in known:
        return name, "net_pnl"
    strategy, _, kind = name.rpartition(".")
    if kind in KINDS and strategy in known:
        return strategy, kind
    kinds, strategies = ", ".join(KINDS), ", ".join(sorted(known - {ACCOUNT}))
    raise ProblemError(
        HTTPStatus.BAD_REQUEST,
        f"there is no series {name[:40]!r}: there are {kinds}, and for each strategy itself and "
        f"STRATEGY.NAME; the strategies are {strategies}",
    )


def _series(marks: RunTable, record: RunRecord, strategy: str, name: str, points: int) -> JSON:
    rows = marks.of_strategy(strategy)
    column = marks.columns[name]
    values = column.values[rows].copy()
    if column.missing is not None:
        values[column.missing[rows]] = np.nan
    found = bucketed(marks.columns["time"].values[rows], values, points)
    kind = KINDS[name]
    labels = [label_of(record, strategy, each) for each in (kind.label, EVERY)]
    return {
        "n": int(rows.size),
        "unit": kind.unit,
        "exactness": worst(labels).value,
        "time": [from_microseconds(each).isoformat() for each in found.time.tolist()],
        "min": _plain(found.low),
        "max": _plain(found.high),
        "last": _plain(found.last),
    }


def _plain(values: Floats) -> list[Any]:
    """The values as JSON has them: null where one is missing."""
    return [
        value if known else None
        for value, known in zip(values.tolist(), np.isfinite(values).tolist(), strict=True)
    ]
