"""Samples by hand and of recordings, and LEAN's figures of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from models.equity.samples import Samples
from models.statistics.lean_portfolio import (
    LeanStatistics,
    lean_portfolio_statistics,
)
from models.statistics.lean_samples import Points
from tests.lean_samples import Reader, Sampled, first_holdings
from workbench.engine.tape import read_tape
from workbench.recordings import recordings, result


@dataclass(frozen=True)
class Differs:
    """Where a recording's figures are not LEAN's: all of it is here.

    Attributes:
        total: Field -> LEAN's figure of the whole run and ours.
        windows: Field -> in how many rolling windows it differs, and the largest difference.
    """

    total: dict[str, tuple[float, float]]
    windows: dict[str, tuple[int, float]]


DAY = 86_400.0
# 1 January 2020 in UTC.
NEW_YEAR = 18_262 * DAY
RECORDINGS = recordings()


@cache
def sampled(name: str) -> Sampled:
    """What the tracker would hand over, from the tape alone."""
    lines = [line.fields for line in read_tape(RECORDINGS[name].path).lines()]
    return Reader(held=first_holdings(lines)).read(lines)


@cache
def lean_result(name: str) -> dict[str, Any]:
    """LEAN's result file, or where that was too large to keep its summary."""
    path = RECORDINGS[name].path
    kind = "result" if (path / "result.json.gz").exists() else "summary"
    found: dict[str, Any] = result(path, kind)
    return found


def statistics(given: Sampled, points: Points | None) -> LeanStatistics:
    """LEAN's statistics of a backtest."""
    terms = {"capital": given.capital, "days_a_year": given.days_a_year}
    return lean_portfolio_statistics(given.samples, given.closings, points, **terms)  # type: ignore[arg-type]


def leans(name: str) -> LeanStatistics:
    """What LEAN's file says."""
    found = lean_result(name)
    spans = {"": found["totalPerformance"], **(found["rollingWindow"] or {})}
    figures = {
        key: {field: float(text) for field, text in span["portfolioStatistics"].items()}
        for key, span in spans.items()
    }
    return LeanStatistics(figures.pop(""), figures)


def differences(ours: LeanStatistics, theirs: LeanStatistics) -> Differs:
    """Where two differ; of windows, those that both must have."""
    total = {
        field: (value, ours.total[field])
        for field, value in theirs.total.items()
        if value != ours.total[field]
    }
    windows: dict[str, tuple[int, float]] = {}
    for key, figures in theirs.windows.items():
        for field, value in figures.items():
            count, largest = windows.get(field, (0, 0.0))
            if gap := abs(value - ours.windows[key][field]):
                windows[field] = count + 1, max(largest, round(gap, 4))
    return Differs(total, windows)


FINISHED = [name for name in RECORDINGS if "totalPerformance" in lean_result(name)]
CHARTED = [name for name in FINISHED if "profitLoss" in lean_result(name)]


def daily(equity: list[float], benchmark: list[float] | None = None, **columns: Any) -> Samples:
    """Samples of midnights in UTC from New Year 2020 on."""
    n = len(equity)
    return Samples(
        [NEW_YEAR + DAY * day for day in range(n)],
        equity,
        [0.0] * n if benchmark is None else benchmark,
        columns.get("risk_free", [0.0] * n),
        columns.get("sale_volume", [0.0] * n),
    )


def total(
    samples: Samples, *rest: Any, capital: float = 100.0, days: int = 252
) -> dict[str, float]:
    """The statistics of the whole run."""
    return lean_portfolio_statistics(samples, *rest, capital=capital, days_a_year=days).total


CURVES = st.lists(st.floats(10.0, 1e4), min_size=4, max_size=40)
