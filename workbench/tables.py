"""The table of the desk and the cells in it, drawn with rich."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from workbench.terminal import clean_text

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


class Grid(Table):
    """A table whose texts are shown as they are: no control character acts, and none is markup."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row; as `Table.add_row`."""
        super().add_row(*map(_plain_cell, cells), **options)

    def add_column(self, header: RenderableType = "", *more: Any, **options: Any) -> None:
        """Add a column; as `Table.add_column`."""
        super().add_column(_plain_cell(header) or "", *more, **options)


def _plain_cell(cell: RenderableType | None) -> RenderableType | None:
    return Text(clean_text(cell)) if isinstance(cell, str) else cell


def grid(title: str, columns: Sequence[str], left: int = 1) -> Table:
    """An empty table; the first columns are text, the others figures."""
    table = Grid(
        title=Text(clean_text(title), style="bold"),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        padding=(0, 1, 0, 0),
    )
    for at, name in enumerate(columns):
        table.add_column(name, justify="left" if at < left else "right", no_wrap=True)
    return table
