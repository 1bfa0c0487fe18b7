"""`make bench`: times are medians of several runs; judge the ratios, machines differ."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks.matcher import match
from benchmarks.workload import Workload, fresh, record
from models.events import Fill, Mark

RECORDING = "three-strategies"
RUNS = 5
MICRO = 1e6


def median(run: Callable[[], float]) -> float:
    """The median of several runs."""
    return statistics.median(run() for _ in range(RUNS))


def matcher_time(load: Workload) -> float:
    """Microseconds a fill in the bare matcher."""
    fills = load.fills

    def run() -> float:
        started = perf_counter()
        match(fills, load.strategies)
        return (perf_counter() - started) / len(fills) * MICRO

    return median(run)


def core_time(load: Workload, kind: type[Fill] | type[Mark], *, lean_book: bool) -> float:
    """Microseconds an event of a kind in the core, with everything else applied between."""

    def run() -> float:
        tracker, spent, count = fresh(lean_book=lean_book), 0.0, 0
        for event in load.events:
            if isinstance(event, kind):
                started = perf_counter()
                tracker.apply(event)
                spent += perf_counter() - started
                count += 1
            else:
                tracker.apply(event)
        return spent / count * MICRO

    return median(run)


def main() -> None:
    """Print what a fill and a bar cost."""
    load = record(RECORDING)
    matcher = matcher_time(load)
    fill, with_book = (core_time(load, Fill, lean_book=book) for book in (False, True))
    bar = core_time(load, Mark, lean_book=False)
    table = Table(
        "what", "us", "times the matcher", title=f"{RECORDING}, {len(load.fills):,} fills"
    )
    table.add_row("a fill in a bare FIFO matcher", f"{matcher:.1f}", "1.0")
    table.add_row("a fill in the core", f"{fill:.1f}", f"{fill / matcher:.1f}")
    table.add_row("a fill with the LEAN book", f"{with_book:.1f}", f"{with_book / matcher:.1f}")
    table.add_row("a bar in the core", f"{bar:.1f}", f"{bar / matcher:.1f}")
    reads = Table("hook", "reads: median", "most", title="Reads of LEAN")
    for hook, counts in sorted(load.reads.items()):
        reads.add_row(hook, f"{statistics.median(counts):.0f}", f"{max(counts)}")
    Console().print(table, reads)


main()
