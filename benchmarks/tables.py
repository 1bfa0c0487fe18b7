"""The tables that the benchmarks print."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import mean

from rich import box
from rich.table import Table

from benchmarks.lean import LINES, Figures
from benchmarks.long_run import ENGINE, LongRun
from benchmarks.parts import Part
from benchmarks.passes import DATA, EVENT, MIDNIGHT
from benchmarks.prediction import Cache, Prediction
from benchmarks.slices import SliceCost

KINDS = {
    (EVENT, False): "an order event without a fill",
    (EVENT, True): "a fill",
    (DATA, False): "a slice",
    (MIDNIGHT, False): "a midnight",
}


def grid(title: str, *columns: str) -> Table:
    """An empty table: text, then figures."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for at, name in enumerate(columns):
        table.add_column(name, justify="right" if at else "left", no_wrap=not at)
    return table


def lean_tables(figures: Figures) -> list[Table]:
    """What the tracker costs inside LEAN, and which of its parts."""
    return [
        _lines(figures),
        _parts(figures),
        _reads(figures.plain),
        *lacking_tables(figures.lacking),
    ]


def _lines(figures: Figures) -> Table:
    measured = ("reading alone", "tracker before", "asked")
    table = grid("Inside LEAN: measured there, and predicted", "", "unit", *measured,
                 "predicted", "warm", "cold")  # fmt: skip
    for line in LINES:
        value = figures.values[line.key]
        digits = 2 if line.unit == "s" else 1
        shown = [f"{value[cache]:.{digits}f}" for cache in (line.cache, Cache.WARM, Cache.COLD)]
        table.add_row(line.name, line.unit, line.alone, line.then, f"{line.asked:g}", *shown)
    alone = figures.alone
    shown = [f"{alone[cache]:.2f}" for cache in (Cache.WARM, Cache.WARM, Cache.COLD)]
    table.add_row("  hooks that only read", "s", "0.27-0.33", "", "", *shown)
    return table


def _parts(figures: Figures) -> Table:
    table = grid("Fifteen months by part, seconds", "part", "reads", "Python",
                 "reads, all on", "Python, all on")  # fmt: skip
    plain, full = figures.plain.parts(Cache.HALF), figures.full.parts(Cache.HALF)
    for part in Part:
        table.add_row(part.value, *(f"{time:.3f}" for time in (*plain[part], *full[part])))
    return table


def _reads(prediction: Prediction) -> Table:
    table = grid("Reads of LEAN", "hook", "reads", "us")
    counts, costs = defaultdict(list), defaultdict(list)
    for hook in prediction.hooks:
        kind = hook.call.kind, hook.call.filled
        counts[kind].append(hook.charge.reads.total())
        costs[kind].append(hook.charge.total)
    for kind, name in KINDS.items():
        table.add_row(name, f"{mean(counts[kind]):.1f}", f"{mean(costs[kind]):.1f}")
    return table


def lacking_tables(lacking: Counter[tuple[str, str]]) -> list[Table]:
    """The reads that were priced by a guess; nothing where there are none."""
    table = grid("Reads without a price: 7 us a call, 2.5 us a property", "member", "hook", "times")
    for (hook, member), times in sorted(lacking.items()):
        table.add_row(member, hook, f"{times}")
    return [table] if lacking else []


def slice_table(costs: list[SliceCost]) -> Table:
    """What a slice costs, by market."""
    table = grid("A slice", "apart", "held", "strategies", "reads, us", "warm, us", "cold, us")
    for found in costs:
        market = found.market
        shown = (found.reads, found.cost[Cache.WARM], found.cost[Cache.COLD])
        table.add_row(
            market.resolution.value, f"{market.held}", f"{market.strategies}",
            *(f"{cost:.1f}" for cost in shown),
        )  # fmt: skip
    return table


def long_table(run: LongRun) -> Table:
    """What a long run costs, and whether a hook's time grows in it."""
    table = grid(f"23 years, {run.fills:,} fills", "what", "figure", "before", "asked")
    whole = {cache: f"{ENGINE + run.seconds[cache]:.0f}" for cache in Cache}
    table.add_row("LEAN with the tracker, s", whole[Cache.HALF], "87", "55")
    table.add_row("  warm", whole[Cache.WARM], "", "")
    table.add_row("an order event at the end over one at the start", f"{run.growth[EVENT]:.2f}",
                  "", "1.2")  # fmt: skip
    table.add_row("a slice at the end over one at the start", f"{run.growth[DATA]:.2f}", "", "1.2")
    table.add_row("the save at the end, s of Python", f"{run.saving:.2f}", "", "1")
    return table
