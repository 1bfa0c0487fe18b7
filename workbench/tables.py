"""The table of the desk and the cells in it, drawn with rich."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

CENT = 0.005  # an amount below this, either way, is shown as 0.00


def money(value: float | None) -> Text:
    """An amount with two decimals, red when negative, a dash where there is none."""
    if value is None:
        return Text("-", style="dim")
    shown = 0.0 if abs(value) < CENT else value
    style = "red" if shown < 0 else "dim" if not shown else ""
    return Text(f"{shown:,.2f}", style=style)


def percent(fraction: float | None, decimals: int) -> str:
    """A fraction in percent, a dash where there is none."""
    return "-" if fraction is None else f"{100 * fraction:.{decimals}f} %"


def grid(title: str, columns: Sequence[str], left: int = 1) -> Table:
    """An empty table; the first columns are text, the others figures."""
    table = Table(
        title=title,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
        padding=(0, 1, 0, 0),
    )
    for at, name in enumerate(columns):
        table.add_column(name, justify="left" if at < left else "right", no_wrap=True)
    return table
