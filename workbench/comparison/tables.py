"""A comparison as tables for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.certainty.estimates import DRAWDOWN, Estimate
from workbench.certainty.statistics import STATISTICS
from workbench.comparison.comparison import Comparison
from workbench.comparison.parting import Parting
from workbench.comparison.side_by_side import Profile
from workbench.tables import grid, money, percent
from workbench.terminal import clean_text

TITLES: Mapping[str, str] = {
    **{name: statistic.title for name, statistic in STATISTICS.items()},
    DRAWDOWN: "Deepest drawdown",
}
IN_PERCENT = frozenset(
    {DRAWDOWN, *(name for name, statistic in STATISTICS.items() if statistic.percent)}
)

# Stands after a figure that too few days or trades are behind.
DOUBT = "?"


def figure(value: float | None, decimals: int = 2) -> str:
    """A number, a dash where there is none."""
    return "-" if value is None else f"{value:,.{decimals}f}"


def estimate(found: Estimate, name: str) -> str:
    """A figure with its interval in brackets, marked where too little is behind it."""
    factor = 100.0 if name in IN_PERCENT else 1.0
    value, low, high = (
        None if each is None else each * factor for each in (found.value, found.low, found.high)
    )
    doubt = "" if found.enough or found.value is None else DOUBT
    if low is None and high is None:
        return f"{figure(value)}{doubt}"
    ends = ("" if end is None else figure(end) for end in (low, high))
    return f"{figure(value)}{doubt} [{'..'.join(ends)}]"


def record(profile: Profile) -> Text:
    """The days that there must be before the Sharpe ratio proves anything: green if there are."""
    found = profile.track_record
    if found.probabilistic_sharpe is None:
        return Text("-", style="dim")
    style = "green" if found.enough else "yellow"
    needed = "none is enough" if found.least_days is None else f"{found.least_days:,} days"
    return Text(needed, style=style)


# The rows above the figures that have an interval, and those below them.
BEFORE: Mapping[str, Callable[[Profile], Text | str]] = {
    "Capital": lambda each: money(each.capital),
    "Net P&L": lambda each: money(each.net_pnl),
    "Return": lambda each: percent(each.total_return, 2),
}
AFTER: Mapping[str, Callable[[Profile], Text | str]] = {
    "Expected shortfall": lambda each: percent(each.expected_shortfall, 2),
    "Worst day": lambda each: percent(each.worst_day, 2),
    "Trades": lambda each: f"{each.trades:,}",
    "Fees": lambda each: money(-each.fees),
    "Slippage, bps": lambda each: figure(each.execution.get("slippage_bps")),
    "Fill rate": lambda each: percent(each.execution.get("fill_rate"), 0),
    "Probabilistic Sharpe": lambda each: percent(each.track_record.probabilistic_sharpe, 1),
    "Deflated Sharpe": lambda each: percent(each.track_record.deflated_sharpe, 1),
    "Min. backtest, years": lambda each: figure(each.track_record.minimum_backtest_years, 1),
    "Days": lambda each: f"{each.track_record.days:,}",
    "Least track record": record,
}


def show(comparison: Comparison, console: Console) -> None:
    """Print the whole comparison."""
    for line in head(comparison):
        console.print(Text(clean_text(line)))
    for table in sections(comparison):
        console.print(table)
    console.print(foot(comparison), style="dim", highlight=False)


def head(comparison: Comparison) -> list[str]:
    """What is compared over which days."""
    window = comparison.window
    lines = [
        f"{window.days.size:,} days from {window.first} to {window.last}, {comparison.currency}"
    ]
    lines += [
        f"Left out of {name}: {days:,} days outside of the common window"
        for name, days in window.left_out.items()
        if days
    ]
    return lines


def foot(comparison: Comparison) -> str:
    """What the marks mean, and how the resamples were drawn."""
    draw = comparison.draw
    doubted = any(not each.enough for one in comparison.profiles for each in one.estimates.values())
    doubt = f"{DOUBT} marks a figure of too few days or trades to mean anything yet.\n"
    return (doubt if doubted else "") + (
        f"In brackets: intervals of {100 * draw.level:.0f} %, {draw.resamples:,} joint resamples "
        f"in blocks of {draw.block:.1f} days on average, seed {draw.seed}."
    )


def sections(comparison: Comparison) -> list[Table]:
    """The tables that have something to show, in order."""
    found: list[Table | None] = [
        parameter_table(comparison),
        profile_table(comparison.profiles),
        *map(parting_table, comparison.partings),
        trial_table(comparison),
        correlation_table(comparison),
        pair_table(comparison),
        contribution_table(comparison),
        without_table(comparison),
    ]
    return [table for table in found if table is not None]


def parameter_table(comparison: Comparison) -> Table | None:
    """The parameters that differ, and how many do not."""
    parameters = comparison.parameters
    if comparison.of != "runs" or not (parameters.different or parameters.same):
        return None
    same = f", {len(parameters.same)} the same" if parameters.same else ""
    names = [each.name for each in comparison.profiles]
    table = grid(f"Parameters: {len(parameters.different)} differ{same}", ["", *names])
    for name, values in parameters.different.items():
        table.add_row(name, *("-" if each is None else each for each in values))
    return table


def profile_table(profiles: Sequence[Profile]) -> Table:
    """Each subject in a column."""
    table = grid("Side by side", ["", *(each.name for each in profiles)])
    for title, of in BEFORE.items():
        table.add_row(title, *(of(each) for each in profiles))
    for name in profiles[0].estimates:
        unit = ", %" if name in IN_PERCENT else ""
        cells = (estimate(each.estimates[name], name) for each in profiles)
        table.add_row(f"{TITLES[name]}{unit}", *cells)
    for title, of in AFTER.items():
        table.add_row(title, *(of(each) for each in profiles))
    return table


def correlation_table(comparison: Comparison) -> Table | None:
    """The correlation of daily P&L; None for a single subject."""
    names = [each.name for each in comparison.profiles]
    if len(names) < 2:
        return None
    table = grid("Correlation of daily P&L", ["", *names])
    for name, row in zip(names, comparison.correlation, strict=True):
        table.add_row(name, *map(figure, row))
    return table


def pair_table(comparison: Comparison) -> Table | None:
    """Each pair; None for a single subject."""
    if not comparison.pairs:
        return None
    columns = ["pair", "both lose", "Sharpe apart", "chance", "p", "p, all pairs"]
    table = grid("Is the first better than the second", columns)
    for each in comparison.pairs:
        table.add_row(
            f"{each.first}, {each.second}",
            f"{each.both_lose:,} days, {percent(each.both_lose_rate, 0)}",
            estimate(each.difference, "sharpe"),
            percent(each.chance_first, 0),
            figure(each.p_value, 3),
            figure(each.p_adjusted, 3),
        )
    return table


def contribution_table(comparison: Comparison) -> Table | None:
    """What each strategy adds to the account; None for runs."""
    if not comparison.contributions:
        return None
    columns = ["", "net P&L", "volatility", "shortfall", "drawdown"]
    table = grid("What each adds to the account", columns)
    for each in comparison.contributions:
        parts = (each.volatility, each.expected_shortfall, each.max_drawdown)
        cells = (percent(part, 2) for part in parts)
        style = "" if each.name else "bold"
        table.add_row(each.name or "account", money(each.net_pnl), *cells, style=style)
    return table


def without_table(comparison: Comparison) -> Table | None:
    """The account without each strategy; None for runs."""
    if not comparison.without:
        return None
    table = grid("The account without", ["", "net P&L", "Sharpe", "volatility", "drawdown"])
    for each in comparison.without:
        table.add_row(
            each.name,
            money(each.net_pnl),
            figure(each.sharpe),
            percent(each.volatility, 2),
            percent(each.max_drawdown, 2),
        )
    return table


def trial_table(comparison: Comparison) -> Table | None:
    """What remains of the best of the runs; None for strategies."""
    found = comparison.trials
    if found is None:
        return None
    table = grid(f"The best of {found.trials:,} runs that were tried", ["", "found"], left=2)
    fit = found.overfitting
    chance = "too few days" if fit is None else percent(fit.probability, 0)
    table.add_row("probability of overfitting", chance)
    for each in found.beating:
        better = ", ".join(each.superior) or "none"
        verdict = f"p {each.p_value:.3f}; surely better: {better}"
        table.add_row(f"any better than {each.what}", verdict)
    return table


def parting_table(found: Parting) -> Table:
    """A backtest against its live run."""
    table = grid(f"{found.live} (live) against {found.backtest}", ["", "found"], left=2)
    table.add_row("days within a basis point", f"{found.same:,} of {found.days:,}")
    if found.parted is not None:
        why = f", by {found.cause}" if found.cause else ""
        table.add_row("part on", f"{found.parted}: {percent(found.apart, 3)}{why}")
    for name, total in found.totals.items():
        if total:
            table.add_row(f"{name} in all", percent(total, 3))
    table.add_row("correlation", figure(found.correlation))
    table.add_row("live less backtest a year, %", estimate(found.difference, "cagr"))
    table.add_row("p", figure(found.p_value, 3))
    return table
