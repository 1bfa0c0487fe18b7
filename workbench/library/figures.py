"""The figures that the library keeps of a run, by which runs are listed, filtered and sorted.

Each has a flat name, a unit and the label of the record that says how far it can be trusted. A
figure that is undefined is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from models.ledger.statement import Sheet
from models.statistics.portfolio import OWN
from workbench.frames.columns import FRACTION, MONEY, PERCENT, SECONDS
from workbench.runs.exactness import ORDER, Exactness, Label
from workbench.runs.record import JSON, RunRecord

ACCOUNT = ""  # whose figures stand under no strategy
COUNT, RATIO, A_DAY = "count", "ratio", "a day"


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure.

    Attributes:
        unit: What it is measured in.
        label: Under which name the record says how far it can be trusted.
        key: Where it stands among the figures of trades or of the portfolio; empty for terms.
        part: What of it, where it has parts.
    """

    unit: str
    label: str
    key: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class KeptFigure:
    """A figure of a run.

    Attributes:
        strategy: Whose it is; empty for the account.
        name: Its flat name.
        value: In its unit.
        unit: The unit.
        n: Of how many days or trades it is; None for what is of none.
        exactness: How far it can be trusted.
        bound: How far it may be off; None where there is no bound, and where it is exact.
    """

    strategy: str
    name: str
    value: float
    unit: str
    n: int | None
    exactness: Exactness
    bound: float | None = None

    def to_dict(self) -> JSON:
        """JSON values by name, without whose and which figure it is."""
        return {
            "value": self.value,
            "unit": self.unit,
            "n": self.n,
            "exactness": self.exactness.value,
            "bound": self.bound,
        }


# The terms of the account and of each strategy, and what the account has beside them.
TERMS = ("realized", "unrealized", "fees", "dividends", "financing", "settlement", "fx")
SHEET = {
    **{name: Definition(MONEY, name) for name in TERMS},
    "net_pnl": Definition(MONEY, "unrealized"),
}
ACCOUNT_TERMS = {
    "equity": Definition(MONEY, "equity"),
    "starting_equity": Definition(MONEY, "starting_equity"),
    "flows": Definition(MONEY, "flows"),
    "unexplained": Definition(MONEY, "unexplained"),
    "max_abs_unexplained": Definition(MONEY, "unexplained"),
}

# Figures of the daily closes; those that are no ratio, by their unit.
FRACTIONS = frozenset(
    {
        *("total_return", "cagr", "volatility", "downside_deviation", "max_drawdown"),
        *("var_95", "var_99", "cvar_95", "cvar_99", "normal_var_95", "normal_var_99"),
        *("normal_cvar_95", "normal_cvar_99", "best_day", "worst_day", "positive_days"),
        *("best_week", "worst_week", "positive_weeks", "best_month", "worst_month"),
        *("positive_months", "time_under_water", "alpha", "tracking_error", "treynor_ratio"),
        "ulcer_index",
    }
)
PORTFOLIO = {
    name: Definition(
        FRACTION if name in FRACTIONS else RATIO,
        "drawdown" if name == "max_drawdown" else "statistics",
        name,
    )
    for name in OWN
}

# Figures of the closed trades.
TRADES = {
    "trades": Definition(COUNT, "trades", "trades"),
    "closed_pnl": Definition(MONEY, "realized", "net_pnl"),
    "win_rate": Definition(FRACTION, "trades", "win_rate"),
    "profit_factor": Definition(RATIO, "trades", "profit_factor"),
    "expectancy": Definition(MONEY, "trades", "expectancy"),
    "expectancy_pct": Definition(PERCENT, "trades", "expectancy_pct"),
    "expectancy_r": Definition(RATIO, "trades", "expectancy_r"),
    "payoff": Definition(RATIO, "trades", "payoff"),
    "average_win": Definition(MONEY, "trades", "average_win"),
    "average_loss": Definition(MONEY, "trades", "average_loss"),
    "largest_win": Definition(MONEY, "trades", "largest_win"),
    "largest_loss": Definition(MONEY, "trades", "largest_loss"),
    "longest_losses": Definition(COUNT, "trades", "longest_losses"),
    "average_mae": Definition(MONEY, "mae_mfe", "average_mae"),
    "average_mfe": Definition(MONEY, "mae_mfe", "average_mfe"),
    "capture": Definition(RATIO, "mae_mfe", "capture"),
    "sqn": Definition(RATIO, "trades", "sqn"),
    "kelly": Definition(FRACTION, "trades", "kelly"),
    "best_1_pct": Definition(FRACTION, "trades", "best_1_pct"),
    "trades_per_day": Definition(A_DAY, "trades", "trades_per_day"),
    "time_in_market": Definition(FRACTION, "trades", "time_in_market"),
    "turnover": Definition(RATIO, "trades", "turnover"),
    "value_traded": Definition(MONEY, "trades", "value_traded"),
    "duration": Definition(SECONDS, "trades", "duration", "average"),
}

# Every figure by its name: those of the account alone among them.
FIGURES: Mapping[str, Definition] = {**ACCOUNT_TERMS, **SHEET, **PORTFOLIO, **TRADES}

# Other names by which a figure may be asked for.
ALIASES = {"drawdown": "max_drawdown", "return": "total_return", "pnl": "net_pnl"}


def figures_of(record: RunRecord) -> Iterator[KeptFigure]:
    """Every figure of a run that is defined: the account's, then each strategy's."""
    balance = {**record.balance, "equity": record.equity, "fees": record.fees}
    balance["net_pnl"] = _net(balance)
    own = record.statistics.get("own") or {}
    yield from _figures(record, ACCOUNT, {**ACCOUNT_TERMS, **SHEET}, balance, own)
    strategies = record.statistics.get("strategies") or {}
    for name in names_of_strategies(record):
        sheet = record.sheets.get(name)
        terms = {} if sheet is None else {term: getattr(sheet, term) for term in SHEET}
        yield from _figures(record, name, SHEET, terms, strategies.get(name) or {})


def names_of_strategies(record: RunRecord) -> list[str]:
    """The strategies of a run, of which anything is known."""
    found = [*record.sheets, *(record.statistics.get("strategies") or {})]
    return [name for name in dict.fromkeys(found) if name]


def _net(balance: Mapping[str, Any]) -> float | None:
    terms = {name: float(balance[name]) for name in TERMS if _is_number(balance.get(name))}
    return Sheet(**terms).net_pnl if len(terms) == len(TERMS) else None


def _figures(
    record: RunRecord,
    strategy: str,
    terms: Mapping[str, Definition],
    values: Mapping[str, Any],
    own: JSON,
) -> Iterator[KeptFigure]:
    """The terms, then the figures of the portfolio, then those of the trades."""
    portfolio, trades = own.get("portfolio") or {}, (own.get("trades") or {}).get("all") or {}
    for name, definition in terms.items():
        yield from _kept(record, strategy, name, definition, values.get(name), None)
    for name, definition in PORTFOLIO.items():
        found = portfolio.get(definition.key) or {}
        yield from _kept(record, strategy, name, definition, found.get("value"), found.get("n"))
    for name, definition in TRADES.items():
        value = trades.get(definition.key)
        value = value.get(definition.part) if definition.part and value else value
        yield from _kept(record, strategy, name, definition, value, trades.get("trades"))


def _kept(
    record: RunRecord, strategy: str, name: str, definition: Definition, value: Any, n: Any
) -> Iterator[KeptFigure]:
    label = label_of(record, strategy, definition.label)
    if label.exactness is not Exactness.ABSENT and _is_number(value):
        number = int(n) if _is_number(n) else None
        bound = label.bound if definition.label == name else None
        yield KeptFigure(
            strategy, name, float(value), definition.unit, number, label.exactness, bound
        )


def label_of(record: RunRecord, strategy: str, name: str) -> Label:
    """How far a figure can be trusted; a strategy's no farther than strategies can."""
    labels = [record.labels.get(f"{strategy}.{name}") or record.labels.get(name)]
    if strategy:
        labels.append(record.labels.get("strategies"))
    known = [label for label in labels if label is not None]
    return max(known, key=lambda label: ORDER[label.exactness], default=Label(Exactness.EXACT))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
