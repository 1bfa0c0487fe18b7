"""The tables of a report: what stands in it without its program, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from models.equity.scope import ACCOUNT
from models.ledger.statement import Sheet
from models.trades.record import TradeRecord
from workbench.report.comparing import Judged
from workbench.report.figures import between, shown
from workbench.runs.record import JSON, RunRecord
from workbench.statistics.lean_beside import PORTFOLIO_BESIDE, TRADES_BESIDE, Beside
from workbench.statistics.tables import at

MOST_TRADES = 40  # the worst and the best without the program, and on paper
MOST_STRUCTURES = 200
TERMS = tuple(field.name for field in fields(Sheet))
SIGNS: Mapping[str, float] = {"fees": -1.0}  # the law subtracts what was paid

# LEAN's name in its result's table of statistics -> the key of the same figure in its JSON.
LEAN_NAMES: Mapping[str, str] = {
    "averageWinRate": "Average Win",
    "averageLossRate": "Average Loss",
    "compoundingAnnualReturn": "Compounding Annual Return",
    "drawdown": "Drawdown",
    "expectancy": "Expectancy",
    "startEquity": "Start Equity",
    "endEquity": "End Equity",
    "totalNetProfit": "Net Profit",
    "sharpeRatio": "Sharpe Ratio",
    "sortinoRatio": "Sortino Ratio",
    "probabilisticSharpeRatio": "Probabilistic Sharpe Ratio",
    "lossRate": "Loss Rate",
    "winRate": "Win Rate",
    "profitLossRatio": "Profit-Loss Ratio",
    "alpha": "Alpha",
    "beta": "Beta",
    "annualStandardDeviation": "Annual Standard Deviation",
    "annualVariance": "Annual Variance",
    "informationRatio": "Information Ratio",
    "trackingError": "Tracking Error",
    "treynorRatio": "Treynor Ratio",
    "portfolioTurnover": "Portfolio Turnover",
    "drawdownRecovery": "Drawdown Recovery",
}


def law(record: RunRecord, names: Sequence[str]) -> list[JSON]:
    """Each term of the law by strategy and in total, down to the equity."""
    balance = record.balance
    rows: list[JSON] = [_law_row("starting equity", "starting_equity", (), balance, record)]
    for term in TERMS:
        sign = SIGNS.get(term, 1.0)
        parts = [sign * float(getattr(record.sheets.get(name), term, 0.0) or 0.0) for name in names]
        rows.append(_law_row(term, term, parts, balance, record, sign))
    below = [
        _law_row(term, term, (), balance, record) for term in ("flows", "unexplained", "equity")
    ]
    return [*rows, *below]


def _law_row(
    title: str,
    term: str,
    parts: Sequence[float],
    balance: JSON,
    record: RunRecord,
    sign: float = 1.0,
) -> JSON:
    value, label = balance.get(term), record.labels.get(term)
    return {
        "term": term,
        "title": title,
        "parts": [shown(part, "money") for part in parts],
        "value": shown(None if value is None else sign * value, "money"),
        "sign": -1 if value is not None and sign * value < 0 else 1,
        "label": str(label.exactness) if label else "",
    }


def waterfall(record: RunRecord) -> list[tuple[str, float, bool]]:
    """The steps from nothing to what the run made: name, amount, whether it is a whole."""
    balance = record.balance
    steps = [
        (term, SIGNS.get(term, 1.0) * float(balance.get(term) or 0.0), False)
        for term in (*TERMS, "flows", "unexplained")
    ]
    made = record.equity - float(balance.get("starting_equity") or 0.0)
    return [*(step for step in steps if abs(step[1]) >= 0.005), ("change of equity", made, True)]


def strategies(record: RunRecord, judged: Judged | None, names: Sequence[str]) -> list[JSON]:
    """Each strategy: what it made, and how sure its figures are."""
    profiles = {each.name: each for each in judged.strategies} if judged else {}
    parts = {each.name: each for each in judged.contributions} if judged else {}
    without = {each.name: each for each in judged.without} if judged else {}
    made = {name: _net_pnl(record, name) for name in names}
    whole = sum(value for value in made.values() if value is not None)
    counts = dict.fromkeys(names, 0)
    for trade in record.told.lots:
        counts[trade.strategy] = counts.get(trade.strategy, 0) + 1
    found = []
    for place, name in enumerate(names):
        own = record.statistics["strategies"].get(name, {}).get("portfolio", {})
        sharpe = profiles[name].estimates["sharpe"] if name in profiles else None
        pnl = made[name]
        found.append(
            {
                "at": place,
                "name": name,
                "pnl": pnl,
                "share": pnl / whole if pnl is not None and whole else None,
                "trades": counts[name],
                "sharpe": own.get("sharpe", {}).get("value"),
                "n": own.get("sharpe", {}).get("n"),
                "interval": between(sharpe.low, sharpe.high, "ratio") if sharpe else "",
                "max_drawdown": own.get("max_drawdown", {}).get("value"),
                "best": judged.best.get(name) if judged else None,
                "part": parts[name].max_drawdown if name in parts else None,
                "without": without[name].sharpe if name in without else None,
            }
        )
    return found


def _net_pnl(record: RunRecord, name: str) -> float | None:
    sheet = record.sheets.get(name)
    return None if sheet is None else sheet.net_pnl


def months(record: RunRecord) -> list[tuple[int, list[float | None], float]]:
    """Each year: the returns of its months, None where it has none, and its own."""
    days = [day for day in record.told.days if day.strategy == ACCOUNT]
    found = []
    for year, of_year in groupby(days, lambda day: day.date.year):
        grown: list[float | None] = [None] * 12
        whole = 1.0
        for day in of_year:
            month, factor = day.date.month - 1, 1.0 + day.daily_return
            grown[month] = (grown[month] or 1.0) * factor
            whole *= factor
        found.append((year, [None if each is None else each - 1.0 for each in grown], whole - 1.0))
    return found


def extremes(record: RunRecord) -> tuple[list[TradeRecord], list[TradeRecord]]:
    """The worst trades and the best."""
    trades = record.told.lots or record.told.positions
    ordered = sorted(trades, key=lambda trade: trade.pnl)
    half = min(MOST_TRADES, len(ordered) // 2)
    return ordered[:half], ordered[::-1][: min(MOST_TRADES, len(ordered) - half)]


def beside_lean(record: RunRecord) -> list[JSON]:
    """LEAN's own figures beside ours, and why they differ."""
    lean, own = record.statistics.get("lean") or {}, record.statistics["own"]
    blocks: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Beside]]] = (
        ("portfolio", lean.get("portfolioStatistics") or {}, PORTFOLIO_BESIDE),
        ("trades", lean.get("tradeStatistics") or {}, TRADES_BESIDE),
    )
    rows = []
    for part, theirs, listed in blocks:
        for name, beside in listed.items():
            said = record.lean.get(LEAN_NAMES.get(name, ""), "") if part == "portfolio" else ""
            value = theirs.get(name)
            if value is None and not said:
                continue
            ours = at(own, beside.ours) if beside.ours else None
            rows.append({
                "part": part, "name": name, "said": said, "rebuilt": _text(value),
                "ours": "" if not beside.ours else _text(ours), "why": beside.why,
            })  # fmt: skip
    return rows


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)
