"""The page of a comparison: runs, or a run's strategies, side by side on their common days."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from models.trades.record import TradeRecord
from workbench.comparison.comparison import Comparison
from workbench.comparison.pairs import Pair
from workbench.comparison.run import Run
from workbench.comparison.side_by_side import Profile
from workbench.comparison.subjects import common_window, run_subjects, strategy_subjects
from workbench.report.assembly import assembled, program
from workbench.report.definitions import title_of
from workbench.report.figures import between, grouped, shown
from workbench.report.packing import pack

PROGRAM = (
    *("unpacking.js", "numbers.js", "returns.js", "swatches.js", "plots.js", "pointer.js"),
    "compare.js",
)
# The figures that stand in the table, with their forms; each has an interval.
FORMS = {
    "sharpe": "ratio", "sortino": "ratio", "cagr": "change", "volatility": "percent",
    "max_drawdown": "percent", "win_rate": "percent", "expectancy": "signed",
    "profit_factor": "ratio", "alpha": "change", "beta": "ratio",
}  # fmt: skip
LIVE = frozenset({"sharpe", "sortino", "cagr", "volatility", "max_drawdown", "alpha", "beta"})
SURE = 0.95
MOST_TRADES = 200  # that the page lists; each run's own report has all of them

# The figures without an interval: title -> form and value.
PLAIN: Mapping[str, tuple[str, Callable[[Profile], float | None]]] = {
    "net P&L": ("signed", lambda each: each.net_pnl),
    "return": ("change", lambda each: each.total_return),
    "capital": ("money", lambda each: each.capital),
    "expected shortfall": ("change", lambda each: each.expected_shortfall),
    "worst day": ("change", lambda each: each.worst_day),
    "trades": ("whole", lambda each: each.trades),
    "fees": ("money", lambda each: each.fees),
    "slippage, bps": ("bps", lambda each: each.execution.get("slippage_bps")),
    "days needed": ("whole", lambda each: each.track_record.least_days),
    "chance of more than cash": (
        "percent",
        lambda each: each.track_record.probabilistic_sharpe,
    ),
    "the same, all trials counted": (
        "percent",
        lambda each: each.track_record.deflated_sharpe,
    ),
}


def compared_page(runs: Sequence[Run], found: Comparison) -> str:
    """The comparison as the text of one HTML file.

    Args:
        runs: What was compared.
        found: What was found.

    Raises:
        MissingLibraryError: The charts' library is not installed.
    """
    window = common_window(runs)
    alone = len(runs) == 1
    subjects = strategy_subjects(runs[0], window) if alone else run_subjects(runs, window)
    facts = {
        "names": [each.name for each in subjects],
        "year": runs[0].days_a_year,
        "rate": runs[0].risk_free,
        "before": window.start,
    }
    columns: dict[str, Any] = {"day": window.days}
    columns |= {f"r{at}": each.returns for at, each in enumerate(subjects)}
    columns["benchmark"] = _benchmark(runs[0], window.days)
    parts = {
        "program": program(PROGRAM),
        "facts": json.dumps(facts, allow_nan=False).encode(),
        "columns": pack({"days": columns}),
    }
    days = set(window.days.tolist())
    own = [[trade for day, trade in run.trades if day in days] for run in runs]
    if alone:
        own = [[each for each in own[0] if each.strategy == one.name] for one in subjects]
    trades = largest_trades(own)
    return assembled("compare.html", parts, {**content(found), "trades": trades})


class ListedTrade(NamedTuple):
    """A row of the table of trades.

    Attributes:
        at: Whose it is: a place among the names.
        trade: The trade.
    """

    at: int
    trade: TradeRecord


def largest_trades(own: Sequence[Sequence[TradeRecord]]) -> list[ListedTrade]:
    """The trades of all that are compared which moved most, the largest first.

    Args:
        own: The closed trades of each.
    """
    found = [ListedTrade(at, trade) for at, trades in enumerate(own) for trade in trades]
    return sorted(found, key=lambda each: -abs(each.trade.pnl))[:MOST_TRADES]


def content(found: Comparison) -> dict[str, Any]:
    """What the template shows."""
    names = [each.name for each in found.profiles]
    return {
        "found": found,
        "names": names,
        "verdict": verdict(found),
        "rows": [(name, title_of(name), _row(found.profiles, name)) for name in FORMS],
        "plain": _plain(found.profiles),
        "chances": chances(names, found.pairs),
        "live": LIVE,
        "forms": FORMS,
        "percent": lambda value: shown(value, "percent"),
    }


def verdict(found: Comparison) -> str:
    """Which is best, and whether that is more than luck."""
    known = [each for each in found.profiles if each.estimates["sharpe"].value is not None]
    if len(known) < 2:
        return "Fewer than two of them have a Sharpe ratio on these days: none is better."
    best = max(known, key=lambda each: each.estimates["sharpe"].value or 0.0)
    ratio = grouped(best.estimates["sharpe"].value or 0.0, 2)
    said = f"{best.name} has the highest Sharpe ratio, {ratio}"
    rivals = [pair for pair in found.pairs if best.name in (pair.first, pair.second)]
    beaten = sum(pair.p_adjusted is not None and pair.p_adjusted < 1.0 - SURE for pair in rivals)
    if not beaten:
        return f"{said}, and is told apart from none of the others."
    if beaten == len(rivals):
        return f"{said}, and is told apart from all of the others."
    return f"{said}, and is told apart from {beaten} of the {len(rivals)} others."


def chances(names: Sequence[str], pairs: Sequence[Pair]) -> list[list[float | None]]:
    """How likely the row is better than the column; None on the diagonal, and where unknown."""
    known: dict[tuple[str, str], float] = {}
    for pair in pairs:
        if pair.chance_first is not None:
            known[pair.first, pair.second] = pair.chance_first
            known[pair.second, pair.first] = 1.0 - pair.chance_first
    return [[known.get((row, column)) for column in names] for row in names]


def _row(profiles: Sequence[Profile], name: str) -> list[dict[str, Any]]:
    """A figure of each of them."""
    form = FORMS[name]
    cells = []
    for each in profiles:
        found = each.estimates[name]
        ends = between(found.low, found.high, form)
        cells.append({"value": shown(found.value, form), "interval": ends, "enough": found.enough})
    return cells


def _plain(profiles: Sequence[Profile]) -> list[tuple[str, list[str]]]:
    """Figures without an interval, each with its texts."""
    return [
        (title, [shown(value(each), form) for each in profiles])
        for title, (form, value) in PLAIN.items()
    ]


def _benchmark(run: Run, days: Any) -> list[float | None]:
    known = dict(zip(run.daily.days.tolist(), run.daily.benchmark.tolist(), strict=True))
    return [known.get(day) for day in days.tolist()]
