"""What a person sees of a run's statistics: one section after the other, drawn with rich."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.execution.order_quality import HORIZONS, LATENCIES
from models.performance_tracker import PerformanceTracker
from models.trades.record import LONG, SHORT
from models.trades.statistics import GroupBy
from workbench.statistics.figures import JSON
from workbench.statistics.lean_beside import PORTFOLIO_BESIDE, TRADES_BESIDE, Beside
from workbench.tables import grid, money, percent
from workbench.terminal import clean_text

ROWS = 8  # shown of what can be many
COLUMNS = 4  # strategies shown side by side
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
Shown = str | Text


def ratio(value: float | None) -> str:
    """A number with two decimals, a dash where there is none."""
    return "-" if value is None else f"{round(value, 2) + 0.0:,.2f}"  # no -0.00


def count(value: float | None) -> str:
    """A whole number, a dash where there is none."""
    return "-" if value is None else f"{value:,.0f}"


def part(value: float | None) -> str:
    """A fraction in percent, a dash where there is none."""
    return percent(None if value is None else round(value, 4) + 0.0, 2)


def span(seconds: float | None) -> str:
    """A time in the largest unit that it fills, a dash where there is none."""
    if seconds is None:
        return "-"
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:,.1f} {name}"
    return f"{seconds:.2f} s"


class Row(NamedTuple):
    """A figure that is shown.

    Attributes:
        label: What a person calls it.
        path: Where it stands, its keys joined by dots.
        show: How it is written.
    """

    label: str
    path: str
    show: Callable[[Any], Shown]

    def of(self, values: JSON | None) -> Shown:
        """The figure as it stands in some values; a dash where these are None."""
        return self.show(None if values is None else at(values, self.path))


def at(values: JSON, path: str) -> Any:
    """The value at a path, its keys joined by dots."""
    for key in path.split("."):
        values = values[key]
    return values


HEADLINE = (
    Row("total return", "portfolio.total_return.value", part),
    Row("CAGR", "portfolio.cagr.value", part),
    Row("volatility", "portfolio.volatility.value", part),
    Row("Sharpe ratio", "portfolio.sharpe.value", ratio),
    Row("Sortino ratio", "portfolio.sortino.value", ratio),
    Row("max drawdown", "portfolio.max_drawdown.value", part),
    Row("Calmar ratio", "portfolio.calmar.value", ratio),
    Row("trades", "trades.all.trades", count),
    Row("win rate", "trades.all.win_rate", part),
    Row("profit factor", "trades.all.profit_factor", ratio),
    Row("expectancy", "trades.all.expectancy", money),
    Row("SQN", "trades.all.sqn", ratio),
)
TRADES = (
    Row("trades", "trades", count),
    Row("wins", "wins", count),
    Row("losses", "losses", count),
    Row("breakevens", "breakevens", count),
    Row("win rate", "win_rate", part),
    Row("net P&L", "net_pnl", money),
    Row("gross profit", "gross_profit", money),
    Row("gross loss", "gross_loss", money),
    Row("fees", "fees", money),
    Row("profit factor", "profit_factor", ratio),
    Row("expectancy", "expectancy", money),
    Row("expectancy, % of stakes", "expectancy_pct", ratio),
    Row("expectancy, R", "expectancy_r", ratio),
    Row("median P&L", "median_pnl", money),
    Row("average win", "average_win", money),
    Row("average loss", "average_loss", money),
    Row("largest win", "largest_win", money),
    Row("largest loss", "largest_loss", money),
    Row("payoff", "payoff", ratio),
    Row("longest winning streak", "longest_wins", count),
    Row("longest losing streak", "longest_losses", count),
    Row("streak now", "streak", count),
    Row("average duration", "duration.average", span),
    Row("of wins", "duration_wins.average", span),
    Row("of losses", "duration_losses.average", span),
    Row("average MAE", "average_mae", money),
    Row("average MFE", "average_mfe", money),
    Row("given back before the exit", "average_end_drawdown", money),
    Row("SQN", "sqn", ratio),
    Row("Kelly fraction", "kelly", part),
    Row("best 5 % of the profit", "best_5_pct", part),
    Row("trades a week", "trades_per_week", ratio),
    Row("time in market", "time_in_market", part),
    Row("turnover", "turnover", ratio),
)
GROUP = (
    Row("trades", "trades", count),
    Row("win rate", "win_rate", part),
    Row("net P&L", "net_pnl", money),
    Row("fees", "fees", money),
    Row("expectancy", "expectancy", money),
    Row("profit factor", "profit_factor", ratio),
    Row("held", "duration.average", span),
)

# Groups in an order of their own; the others are shown by what they made.
IN_ORDER = frozenset({GroupBy.WEEKDAY.value, GroupBy.HOUR.value})

# Portfolio figures that are no fractions.
NUMBERS = frozenset(
    {
        *("sharpe", "sortino", "calmar", "omega", "martin_ratio", "recovery_factor"),
        *("tail_ratio", "skew", "kurtosis", "gain_to_pain", "stability", "beta", "correlation"),
        *("up_capture", "down_capture", "information_ratio", "treynor_ratio"),
    }
)
EXECUTION = (
    Row("orders ended", "orders", count),
    *(Row(name, f"outcomes.{name}", count) for name in ("filled", "canceled", "rejected")),
    Row("fill rate", "fill_rate", part),
    Row("fill rate by value", "fill_rate_quantity", part),
    Row("fills an order", "fills_per_order", ratio),
    Row("value filled", "value", money),
    Row("fees", "fees", money),
    Row("fees, bps", "fees_bps", ratio),
    Row("slippage", "slippage", money),
    Row("slippage, bps", "slippage_bps", ratio),
    Row("slippage, bps, 5 % are below", "slippage_spread.p5", ratio),
    Row("half the spread, bps", "half_spread_bps", ratio),
    Row("the rest, bps", "rest_bps", ratio),
    Row("against the limit, bps", "versus_limit_bps", ratio),
    Row("shortfall, bps", "shortfall_bps", ratio),
    Row("fills outside the spread", "outside_rate", part),
    *(
        Row(f"to {name.replace('_', ' ')}, if not at once", f"latency.{name}.average", span)
        for name in LATENCIES
    ),
    *(Row(f"markout {name}, bps", f"markouts.{name}.bps", ratio) for name, *_ in HORIZONS),
    Row("score, 0 to 100", "score", ratio),
)
EXECUTION_GROUP = (
    Row("orders", "orders", count),
    Row("filled", "fill_rate", part),
    Row("value", "value", count),
    Row("fees", "fees_bps", ratio),
    Row("slippage", "slippage_bps", ratio),
    Row("shortfall", "shortfall_bps", ratio),
    Row("score", "score", ratio),
)
EXECUTION_GROUPS = ("strategy", "order type", "symbol")


def headline(found: JSON, tracker: PerformanceTracker) -> Table:
    """The account and the first strategies in the figures that are asked for first."""
    summary, names = tracker.summary(), list(found["strategies"])[:COLUMNS]
    more = len(found["strategies"]) - len(names)
    title = f"Headline, {summary.account_currency}{f', without {more} strategies' if more else ''}"
    table = grid(title, ["", "account", *names])
    each = [summary.account, *(summary.strategies[name] for name in names)]
    table.add_row("equity", money(summary.equity), *[""] * len(names))
    table.add_row("net P&L", *(money(metrics.net_pnl) for metrics in each))
    table.add_row("fees", *(money(metrics.fees) for metrics in each))
    blocks = [found["own"], *(found["strategies"][name] for name in names)]
    _fill(table, HEADLINE, blocks)
    scores = {record["key"]: record for record in found["execution"]["strategy"]}
    score = Row("execution score", "score", ratio)
    records = [found["execution"]["account"], *map(scores.get, names)]
    table.add_row(score.label, *map(score.of, records))
    return table


def _fill(table: Table, rows: Sequence[Row], columns: Sequence[JSON | None]) -> None:
    for row in rows:
        table.add_row(row.label, *map(row.of, columns))


def trade_figures(trades: JSON) -> Table:
    """Closed trades, all and by side."""
    sides = ("all", LONG, SHORT)
    table = grid("Trades, net of fees", ["", *sides])
    _fill(table, TRADES, [trades[side] for side in sides])
    return table


def group_tables(trades: JSON) -> list[Table]:
    """Closed trades in groups, a table for each kind of group."""
    shown: list[JSON] = []
    tables: list[Table] = []
    for kind, groups in trades["by"].items():
        # one group says nothing new, nor do a stock's symbol and underlying
        if (len(groups) > 1 or kind == GroupBy.STRATEGY.value) and groups not in shown:
            shown.append(groups)
            tables.append(group_table(kind, groups))
    return tables


def group_table(kind: str, groups: JSON) -> Table:
    """The groups of a kind, those that made or lost the most first."""
    names = list(groups)
    if kind not in IN_ORDER:
        names.sort(key=lambda name: -abs(groups[name]["net_pnl"]))
        names = names[:ROWS]
    rest = f", {len(names)} of {len(groups)}" if len(names) < len(groups) else ""
    table = grid(f"By {kind}{rest}", [kind, *(row.label for row in GROUP)])
    for name in names:
        table.add_row(name.strip(), *(row.of(groups[name]) for row in GROUP))
    return table


def portfolio_table(own: JSON) -> Table:
    """The account's portfolio figures with their n and formula."""
    table = grid("Portfolio, of the daily closes of a unit's NAV", ["", "value", "n"])
    table.add_column("formula", justify="left", style="dim")
    for name, figure in own["portfolio"].items():
        shown = ratio if name in NUMBERS else part
        formula = own["definitions"][figure["definition"]]
        table.add_row(name.replace("_", " "), shown(figure["value"]), f"{figure['n']:,}", formula)
    return table


def period_table(found: JSON) -> Table:
    """Returns up to the last close."""
    blocks = {"account": found["own"], **found["strategies"]}
    names = list(found["own"]["periods"])
    table = grid("Periods, up to the last close", ["", *(name.replace("_", " ") for name in names)])
    for name, block in blocks.items():
        table.add_row(name, *(part(block["periods"][period]) for period in names))
    return table


def drawdown_spells_table(spells: Sequence[JSON]) -> Table:
    """The deepest drawdowns of daily closes."""
    columns = ["from", "lowest", "recovered", "depth", "days", "of recovery"]
    rest = f", the deepest {ROWS} of {len(spells)}" if len(spells) > ROWS else ""
    table = grid(f"Drawdowns of daily closes{rest}", columns, left=3)
    for spell in sorted(spells, key=lambda spell: -spell["depth"])[:ROWS]:
        end = spell["end"] or "not yet"
        days = (count(spell["days"]), count(spell["recovery_days"]))
        table.add_row(spell["start"], spell["trough"], end, part(spell["depth"]), *days)
    return table


def execution_tables(found: JSON) -> list[Table]:
    """What orders cost: in all, by group, and what that is to LEAN's slippage model."""
    table = grid("Execution, negative is cost", ["", "account"])
    _fill(table, EXECUTION, [found["account"]])
    tables = [table]
    for kind in EXECUTION_GROUPS:
        records = sorted(found[kind], key=lambda record: -record["orders"])
        columns = [kind, *(row.label for row in EXECUTION_GROUP)]
        tables.append(grid(f"Execution by {kind}, basis points of the value", columns))
        for record in records[:ROWS]:
            cells = (row.of(record) for row in EXECUTION_GROUP)
            tables[-1].add_row(record["name"].strip(), *cells)
    suggested = sorted(found["suggested_slippage"], key=lambda each: -each["orders"])[:ROWS]
    if suggested:
        columns = ["symbol", "orders", "on quotes", "on trade bars"]
        tables.append(grid("For LEAN's ConstantSlippageModel", columns))
        for each in suggested:
            texts = (f"{value:.6f}" if value is not None else "-" for value in _models(each))
            tables[-1].add_row(each["symbol"].strip(), count(each["orders"]), *texts)
    return tables


def _models(suggested: JSON) -> tuple[float | None, float | None]:
    return suggested["with_quotes"], suggested["with_trades"]


def beside_table(title: str, lean: JSON, own: JSON, beside: Mapping[str, Beside]) -> Table:
    """LEAN's figures, ours where we have one, and why they are not the same."""
    table = grid(title, ["LEAN's name", "LEAN", "ours"])
    table.add_column("why they differ", justify="left", style="dim")
    for name, value in lean.items():
        path, why = beside[name]
        ours = at(own, path) if path else None
        table.add_row(name, "-" if value is None else str(value), _plain(ours), why)
    return table


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("+00:00", "Z")
    return "-" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def show_statistics(found: JSON, tracker: PerformanceTracker, title: str, console: Console) -> None:
    """Print every section.

    Args:
        found: What `workbench.statistics.figures` made of the tracker.
        tracker: The tracker that it was made of.
        title: What was measured, for the first line.
        console: Where to print.
    """
    own, lean = found["own"], found["lean"]
    console.print(Text(clean_text(title), style="bold"), soft_wrap=True)
    console.print(headline(found, tracker))
    if own["trades"]["all"]["trades"]:
        for table in (trade_figures(own["trades"]), *group_tables(own["trades"])):
            console.print(table)
    else:
        console.print("Trades: none has closed.\n")
    console.print(portfolio_table(own))
    console.print(period_table(found))
    console.print(drawdown_spells_table(own["drawdowns"]))
    if found["execution"]["account"] and found["execution"]["account"]["orders"]:
        for table in execution_tables(found["execution"]):
            console.print(table)
    else:
        console.print("Execution: no order has ended, or the setting is off.\n")
    portfolio = lean["portfolioStatistics"]
    console.print(beside_table("LEAN's portfolio statistics", portfolio, own, PORTFOLIO_BESIDE))
    if lean["tradeStatistics"] is None:
        console.print(
            "LEAN's trade statistics and rolling windows take LEAN's own trades, which no saved "
            "state has; its\nportfolio statistics above are of its daily samples since the first "
            "deployment, without those of fills."
        )
        return
    trades = lean["tradeStatistics"]
    console.print(beside_table("LEAN's trade statistics", trades, own, TRADES_BESIDE))
    windows = len(lean["rollingWindow"])
    console.print(f"LEAN's rolling windows: {windows:,} of 1, 3, 6 and 12 months, in --json.")
