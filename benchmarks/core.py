"""The tables of the core without LEAN: what a fill and a bar cost, what grows, and saving."""

from __future__ import annotations

from rich.table import Table

from benchmarks.measures import (
    core,
    growth,
    memory,
    memory_of_contracts,
    naive_times,
    reading_time,
    summary_times,
)
from benchmarks.pauses import (
    LISTENER,
    SLOW,
    Pauses,
    archive_pauses,
    listener_pauses,
    pauses,
)
from benchmarks.persistence import log_lines, long_run_memory, longest_piece, snapshots
from benchmarks.tables import grid
from benchmarks.workload import Workload

EARLY_TRADES = 1_000
SNAPSHOTS = (1_000, 20_000, 145_000)
NAIVE_FILLS = 6_000  # it would take hours for all


def core_tables(load: Workload) -> list[Table]:
    """A fill and a bar in the core, and how they grow."""
    plain, booked = core(load, lean_book=False), core(load, lean_book=True)
    followed = core(load, lean_book=False, execution=True)
    table = grid("The core", "what", "us", "times the matcher", "limit")
    table.add_row("a fill in a bare FIFO matcher", f"{plain.matcher:.1f}", "1.0", "")
    ratio = plain.fill / plain.matcher
    table.add_row("a fill", f"{plain.fill:.1f}", f"{ratio:.1f}", "3")
    ratio = booked.fill / booked.matcher
    table.add_row("a fill with the LEAN book", f"{booked.fill:.1f}", f"{ratio:.1f}", "6")
    ratio = followed.fill / followed.matcher
    name = "a fill with its order followed for execution quality"
    table.add_row(name, f"{followed.fill:.1f}", f"{ratio:.1f}", "")
    ratio = plain.bar / plain.matcher
    table.add_row("a bar with five instruments", f"{plain.bar:.1f}", f"{ratio:.1f}", "")
    grown = grid("The length of the run", "what", "ratio", "limit")
    grown.add_row("a fill at the end over one near the start", f"{growth(plain.fills):.2f}", "1.2")
    name = "the same with execution quality"
    grown.add_row(name, f"{growth(followed.fills):.2f}", "1.2")
    return [table, grown]


def size_tables(load: Workload) -> list[Table]:
    """What stays in memory, what a summary costs, and what the naive way would cost."""
    early, late = summary_times(load, EARLY_TRADES)
    table = grid("What does not grow", "what", "at the start", "at the end", "ratio")
    table.add_row("summary(), us", f"{early:.0f}", f"{late:.0f}", f"{late / early:.2f}")
    first, last = naive_times(load, NAIVE_FILLS)
    name = f"a fill that recomputes all, us (first {NAIVE_FILLS:,})"
    table.add_row(name, f"{first:.0f}", f"{last:.0f}", f"{last / first:.1f}")
    kept = grid("Memory", "what", "bytes", "limit")
    kept.add_row("left behind by a closed trade", f"{memory(load):.0f}", "100")
    name = "the same where each trade is in a new option contract"
    kept.add_row(name, f"{memory_of_contracts():.0f}", "300")
    trades, seconds = reading_time(load)
    read = grid("Reading everything", "what", "seconds", "limit")
    read.add_row(f"all statistics of {trades:,} trades and their orders", f"{seconds:.2f}", "1")
    return [table, kept, read]


def saving_tables(load: Workload) -> list[Table]:
    """What saving, restoring and logging cost, and a long run's memory."""
    table = grid("A snapshot", "trades", "KB", "KB packed", "ms to make", "ms to restore")
    for saved in snapshots(load, SNAPSHOTS):
        figures = (f"{figure:,.0f}" for figure in saved[1:])
        table.add_row(f"{saved.trades:,}", *figures)
    other = grid("Beside the books", "what", "figure", "limit")
    other.add_row("lines a second that the log renders", f"{log_lines():,.0f}", "")
    other.add_row(
        "MB that 145,000 trades take, saved and logged", f"{long_run_memory():.0f}", "150"
    )
    name = "ms of the longest piece of a save, at the end of the long run"
    other.add_row(name, f"{longest_piece(load):.0f}", "50")
    return [table, other, *pause_tables()]


def pause_tables() -> list[Table]:
    """How long live hooks pause, by the clock and of their own thread's work."""
    saved, archived, heard = pauses(), archive_pauses(), listener_pauses()
    cases = {
        f"{saved.trades:,} trades kept, {saved.stored:,} objects saved, {SLOW:g} s each": saved,
        f"{archived.stored:,} batches archived, {SLOW:g} s each": archived,
        f"a listener of {1e3 * LISTENER:g} ms, beside another thread's hooks": heard,
    }
    return [_pause_table(*case, "" if case[1] is heard else "50") for case in cases.items()]


def _pause_table(name: str, found: Pauses, limit: str) -> Table:
    """The distribution of some pauses; a hook waits for what a listener of its own notices does."""
    title = f"A live hook's pause: {name} ({found.hooks:,} hooks)"
    table = grid(title, "of the hooks", "ms at most", "ms of work", "limit")
    for share, longest in found.longest.items():
        table.add_row(f"{share:.1%}", f"{longest:.1f}", f"{found.worked[share]:.1f}", limit)
    return table
