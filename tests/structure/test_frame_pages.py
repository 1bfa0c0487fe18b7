"""The page of frames against the table of tables, column by column."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib as mpl
import pytest

from tests.structure.pages import fenced, headings, read, tables
from tests.structure.source_tree import ROOT
from tests.workbench.frames.runs import QuantBook, save
from workbench.frames.tables import TABLES

FRAMES = read(ROOT / "docs" / "frames.md")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_its_line(name: str) -> None:
    """Name, type, unit and meaning of each column are the code's, in order."""
    (shown,) = tables(FRAMES)[name]
    assert shown == [
        [f"`{column.name}`", column.kind.value, column.unit or "-", column.meaning]
        for column in TABLES[name].columns
    ]


@pytest.mark.parametrize("name", TABLES)
def test_every_table_says_what_a_row_is(name: str) -> None:
    """Under its heading, in the code's words."""
    assert f"\n## {name}\n\n{TABLES[name].meaning}\n" in FRAMES


def test_no_table_is_unknown() -> None:
    """The page has no table that the code has not."""
    assert [name for name in tables(FRAMES) if name not in TABLES] == []
    assert [each for each in headings(FRAMES) if each in TABLES] == [*TABLES]


def test_the_snippets_work_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a recording to files, to QuantStats and pyfolio, and in Research."""
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "store", "option-combos")
    mpl.use("Agg")
    names = {"QuantBook": lambda: QuantBook(tmp_path / "store")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pyfolio, of a package that it can do without
        for number, snippet in enumerate(fenced(FRAMES, "python"), 1):
            exec(compile(snippet, f"frames.md, snippet {number}", "exec"), names)
    written = {path.name for path in (tmp_path / "tables").iterdir()}
    assert written == {"trades.parquet", "daily_nav.parquet"}
    mpl.pyplot.close("all")
