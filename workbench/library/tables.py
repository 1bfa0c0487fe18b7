"""What the library prints: a list of runs, and one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import takewhile

from rich.console import Console
from rich.text import Text

from workbench.frames.columns import FRACTION, MONEY, PERCENT
from workbench.library.entries import Entry, Kept, Page
from workbench.library.figures import COUNT, FIGURES, KeptFigure
from workbench.library.query import (
    COLUMNS,
    FigureIs,
    known_figure,
    read_query,
    read_sorting,
)
from workbench.runs.exactness import Exactness
from workbench.runs.record import JSON
from workbench.tables import grid, money, percent
from workbench.terminal import clean_text

# The figures that a list shows; those that it is filtered or sorted by join them.
SHOWN = ("net_pnl", "sharpe", "max_drawdown", "trades")
SHORTEST = 8  # characters of an id that is shown

# How a figure is written by its unit; others have two decimals.
WRITTEN: dict[str, Callable[[float], Text | str]] = {
    MONEY: money,
    FRACTION: lambda value: percent(value, 2),
    PERCENT: lambda value: percent(value / 100.0, 2),
    COUNT: lambda value: f"{value:,.0f}",
}
# What stands behind a figure that is not exact.
MARKS = {
    Exactness.EXACT: "",
    Exactness.DERIVED: " ~",
    Exactness.UNSEPARATED: " +",
    Exactness.SAMPLED: " s",
    Exactness.ABSENT: " -",
}


def columns_of(words: Sequence[str], sort: str, figures: Iterable[str]) -> list[str]:
    """The figures that a list shows: the usual ones, and what it is about.

    Raises:
        QueryError: Something cannot be understood.
    """
    about = [term.what for term in read_query(words)]
    names = [*SHOWN, *(_full(*known_figure(name)) for name in figures)]
    names += [_full(each.strategy, each.name) for each in about if isinstance(each, FigureIs)]
    sorting = read_sorting(sort)
    names += [] if sorting.name in COLUMNS else [_full(sorting.strategy, sorting.name)]
    return list(dict.fromkeys(names))


def _full(strategy: str, name: str) -> str:
    return f"{strategy}.{name}" if strategy else name


def shortened(run: str, ids: Sequence[str]) -> str:
    """An id as short as it can be and still be that run's alone, but no shorter than a few."""
    others = (other for other in ids if other != run)
    return run[: max(SHORTEST, *(_alike(run, other) + 1 for other in others), 0)]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _neighbours(ids: Sequence[str]) -> dict[str, str]:
    """Each id of a sorted list, shortened: only those beside it can be like it."""
    return {run: shortened(run, ids[max(0, at - 1) : at + 2]) for at, run in enumerate(ids)}


def show_list(page: Page, columns: Sequence[str], ids: Sequence[str], console: Console) -> None:
    """Print a part of the list.

    Args:
        page: The part.
        columns: The figures to show.
        ids: All ids there are, sorted, among which the shown ones must be told apart.
        console: Where to print.
    """
    if not page.entries:
        what = "no run matches" if ids else "there are no runs yet"
        console.print(f"In the library {what}.", highlight=False)
        return
    short = _neighbours(ids)
    heads = ["id", "", "algorithm", "from", "to", "tags", "worst", *map(clean_text, columns)]
    table = grid("Runs", heads, left=7)
    for at in (2, 5):  # where it is narrow names and tags are broken, and nothing is cut
        table.columns[at].no_wrap = False
        table.columns[at].overflow = "fold"
    for entry in page.entries:
        table.add_row(
            short.get(entry.id, entry.id),
            _flags(entry),
            entry.algorithm,
            _day(entry.begun),
            "live" if entry.live else _day(entry.ended),
            ", ".join(entry.tags),
            entry.exactness.value,
            *(_figure(entry.figures.get(name)) for name in columns),
        )
    console.print(table)
    if len(page.entries) < page.total:
        console.print(f"{len(page.entries):,} of {page.total:,} runs", highlight=False)


def _flags(entry: Entry) -> str:
    return ("*" if entry.star else "") + ("b" if entry.baseline else "")


def _day(time: datetime | None) -> str:
    return "-" if time is None else time.date().isoformat()


def _figure(figure: KeptFigure | None) -> Text | str:
    if figure is None:
        return "-"
    return WRITTEN.get(figure.unit, _plain)(figure.value) + MARKS[figure.exactness]


def _plain(value: float) -> str:
    return f"{value:,.2f}"


def show_run(kept: Kept, console: Console) -> None:
    """Print what the library has of a run."""
    entry, record = kept.entry, kept.record
    console.print(f"{entry.algorithm} {entry.id}", style="bold", highlight=False)
    facts = grid("", ["what", "is"], left=2)
    for name, text in _facts(kept):
        facts.add_row(name, text)
    console.print(facts)
    figures = grid(f"Figures, {entry.currency}", ["figure", "account", *entry.strategies])
    for name in FIGURES:
        cells = [entry.figures.get(_full(who, name)) for who in ("", *entry.strategies)]
        if any(cells):
            figures.add_row(name, *map(_figure, cells))
    console.print(figures)
    sources = grid("Sources", ["file", "kind", "SHA-256", "bytes"], left=3)
    for source in kept.sources:
        sources.add_row(source.name, source.kind, source.sha256[:16], f"{source.size:,}")
    console.print(sources)
    for problem in record.told.problems:
        console.print(clean_text(problem), highlight=False, soft_wrap=True)


def _facts(kept: Kept) -> list[tuple[str, str]]:
    entry, told = kept.entry, kept.record.told
    rows = {
        "from": _day(entry.begun),
        "to": _day(entry.ended),
        "traded": "live" if entry.live else "a backtest",
        "project": entry.project,
        "deployments": ", ".join(kept.record.deployments),
        "code": entry.code,
        "parameters": ", ".join(f"{name}={value}" for name, value in entry.parameters.items()),
        "imported": entry.imported.isoformat(sep=" ", timespec="seconds"),
        "worst": entry.exactness.value,
        "name": entry.name,
        "tags": ", ".join(entry.tags),
        "notes": entry.notes,
        "marked": " ".join(["star"] * entry.star + ["baseline"] * entry.baseline),
        "in the trash since": "" if entry.deleted is None else _day(entry.deleted),
        "rows": f"{len(told.lots):,} trades, {len(told.fills):,} fills, {len(told.marks):,} marks",
    }
    return [(name, text) for name, text in rows.items() if text]


def kept_dict(kept: Kept) -> JSON:
    """What `runs show --json` prints."""
    record = kept.record
    return {
        **kept.entry.to_dict(),
        "deployments": list(record.deployments),
        "zone": record.zone,
        "balance": record.balance,
        "sheets": {name: asdict(sheet) for name, sheet in record.sheets.items()},
        "labels": {name: asdict(label) for name, label in record.labels.items()},
        "lean": dict(record.lean),
        "lean_trades": record.lean_trades,
        "realized": record.realized,
        "problems": list(record.told.problems),
        "rows": {
            name: len(getattr(record.told, name))
            for name in ("lots", "positions", "structures", "orders", "fills", "marks", "days")
        },
        "sources": [asdict(source) for source in kept.sources],
    }
