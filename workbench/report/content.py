"""What the template of a report is filled with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.structures.record import STRUCTURES
from models.trades.record import LOTS, POSITIONS
from workbench.certainty.statistics import STATISTICS
from workbench.report import tables, verdict
from workbench.report.comparing import Judged
from workbench.report.definitions import title_of
from workbench.report.figures import between
from workbench.report.payload import strategies_of
from workbench.runs.record import JSON, RunRecord

# The figures of trades that stand in the page: name and form.
TRADE_FIGURES: Mapping[str, str] = {
    "trades": "whole",
    "wins": "whole",
    "losses": "whole",
    "breakevens": "whole",
    "win_rate": "percent",
    "net_pnl": "signed",
    "gross_profit": "signed",
    "gross_loss": "signed",
    "fees": "money",
    "profit_factor": "ratio",
    "expectancy": "signed",
    "median_pnl": "signed",
    "average_win": "signed",
    "average_loss": "signed",
    "largest_win": "signed",
    "largest_loss": "signed",
    "payoff": "ratio",
    "longest_wins": "whole",
    "longest_losses": "whole",
    "duration": "span",
    "average_mae": "signed",
    "average_mfe": "signed",
    "capture": "percent",
    "sqn": "ratio",
    "kelly": "percent",
}
# The rows behind a figure of trades, as words of the table's filter; others are of all rows.
ROWS: Mapping[str, str] = {
    "wins": "pnl>0", "gross_profit": "pnl>0", "average_win": "pnl>0", "largest_win": "pnl>0",
    "losses": "pnl<0", "gross_loss": "pnl<0", "average_loss": "pnl<0", "largest_loss": "pnl<0",
}  # fmt: skip
FRACTIONS = frozenset(
    {
        *("total_return", "cagr", "volatility", "downside_deviation", "max_drawdown", "alpha"),
        *("ulcer_index", "var_95", "var_99", "cvar_95", "cvar_99", "normal_var_95"),
        *("normal_var_99", "normal_cvar_95", "normal_cvar_99", "best_day", "worst_day"),
        *("positive_days", "best_week", "worst_week", "positive_weeks", "best_month"),
        *("worst_month", "positive_months", "time_under_water", "tracking_error"),
    }
)
EXECUTION_FIGURES: Mapping[str, str] = {
    "orders": "whole",
    "fill_rate": "percent",
    "value": "money",
    "fees": "money",
    "fees_bps": "bps",
    "slippage": "signed",
    "slippage_bps": "bps",
    "half_spread_bps": "bps",
    "rest_bps": "bps",
    "shortfall_bps": "bps",
    "outside_rate": "percent",
    "score": "ratio",
}


def content(record: RunRecord, sure: Judged | None) -> dict[str, Any]:
    """Everything that the template shows."""
    names, told = strategies_of(record), record.told
    worst, lifted = verdict.exactness(record)
    worst_trades, best_trades = tables.extremes(record)
    return {
        "record": record,
        "names": names,
        "exactness": worst,
        "lifted": lifted,
        "cards": verdict.cards(record, sure),
        "sentences": verdict.sentences(record, sure),
        "law": tables.law(record, names),
        "strategies": tables.strategies(record, sure, names),
        "own": own_rows(record),
        "months": tables.months(record),
        "spells": sorted(record.statistics["own"]["drawdowns"], key=lambda each: -each["depth"])[
            :5
        ],
        "trades": trade_rows(record),
        "books": books(record),
        "structures": told.structures[: tables.MOST_STRUCTURES],
        "execution": execution(record),
        "worst": worst_trades,
        "best": best_trades,
        "sure": sure_rows(sure),
        "judged": sure,
        "beside": tables.beside_lean(record),
        "absent": absent(record),
        "has": {
            "days": any(not day.strategy for day in told.days),
            "marks": any(not mark.strategy for mark in told.marks),
            "fills": bool(told.fills),
            "trades": bool(told.lots or told.positions),
            "structures": bool(told.structures),
            "closed_structures": any(each.closed for each in told.structures),
            "executions": bool(told.executions),
        },
        "title_of": title_of,
    }


def own_rows(record: RunRecord) -> list[JSON]:
    """Every figure of the portfolio with its form."""
    return [
        {"name": name, "title": title_of(name), "form": form_of(name), **figure}
        for name, figure in record.statistics["own"]["portfolio"].items()
    ]


def form_of(name: str) -> str:
    """How a figure of the portfolio is written."""
    return "percent" if name in FRACTIONS else "ratio"


def trade_rows(record: RunRecord) -> list[JSON]:
    """The figures of all trades."""
    every = record.statistics["own"]["trades"]["all"]
    rows = []
    for name, form in TRADE_FIGURES.items():
        value = every[name]
        rows.append({
            "name": name, "title": title_of(name), "form": form, "rows": ROWS.get(name, ""),
            "value": value["average"] if isinstance(value, Mapping) else value,
            "n": every["trades"],
        })  # fmt: skip
    return rows


def books(record: RunRecord) -> list[tuple[str, int]]:
    """The books of trades that have any, with how many."""
    closed = sum(each.closed is not None for each in record.told.structures)
    counts = {
        LOTS: len(record.told.lots), POSITIONS: len(record.told.positions), STRUCTURES: closed,
    }  # fmt: skip
    return [(name, count) for name, count in counts.items() if count]


def execution(record: RunRecord) -> JSON | None:
    """What orders cost: figures of the account, by order type and hour, and what to set in LEAN."""
    found = record.statistics["execution"]
    account = found["account"]
    if not account or not account["orders"]:
        return None
    return {
        "figures": [
            {"name": name, "title": title_of(name), "form": form, "value": account.get(name)}
            for name, form in EXECUTION_FIGURES.items()
        ],
        "types": found["order type"],
        "hours": sorted(found["hour"], key=lambda each: each["key"]),
        "suggested": found["suggested_slippage"],
        "n": account["orders"],
    }


def sure_rows(sure: Judged | None) -> list[JSON]:
    """Each figure of the account that has an interval."""
    if sure is None:
        return []
    rows = []
    for name, each in sure.account.items():
        form = "percent" if name == "max_drawdown" or _is_percent(name) else "ratio"
        form = "signed" if name == "expectancy" else form
        rows.append({
            "name": name, "title": title_of(name), "form": form, "value": each.value,
            "interval": between(each.low, each.high, form), "n": each.n, "enough": each.enough,
            "key": ("trades." if name in ("win_rate", "expectancy", "profit_factor") else "own.")
            + name,
        })  # fmt: skip
    return rows


def _is_percent(name: str) -> bool:
    found = STATISTICS.get(name)
    return bool(found and found.percent)


def absent(record: RunRecord) -> dict[str, str]:
    """Part of the report -> why it has no data, and what would supply it."""
    told = record.told
    gone = {
        "days": "No daily value is known: a result file with a chart of equity, or a saved state,"
        " supplies it.",
        "marks": "No value of the account over time is known: a result file with a chart of equity,"
        " or a saved state, supplies it.",
        "exposure": "Single fills are not kept by this source: a recording, or LEAN's order events,"
        " supplies them.",
        "trades": "No trade closed.",
        "executions": "What orders cost was not followed: set `execution` to `on`, or import a"
        " result with its order events.",
        "lean": "LEAN's own figures are in its result file, which is not among the sources.",
    }
    label = record.labels.get("execution")
    if label and label.note:
        gone["executions"] = label.note
    if told.problems:
        gone["problems"] = "; ".join(told.problems)
    return gone
