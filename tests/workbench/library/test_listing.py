"""Lists of the library: which runs a query finds, in which order, and in parts."""

from __future__ import annotations

import pytest

from tests.workbench.library.records import SHELVED
from workbench.library.contents import BLOCKS, packed
from workbench.library.errors import AmbiguousRunError, QueryError, UnknownRunError
from workbench.library.library import Library


def shown(library: Library, query: str = "", sort: str = "id") -> list[str]:
    """The ids of the runs that match a query."""
    return [entry.id for entry in library.list(query, sort).entries]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "aa1 ab2 ab3 b4"),
        ("sharpe>0.5", "aa1"),
        ("sharpe>=0.5", "aa1 ab2"),
        ("sharpe<=-1", "b4"),
        ("sharpe!=2", "ab2 b4"),
        ("-sharpe>0", "ab3 b4"),
        ("trend.sharpe=0.25", "aa1 ab2 ab3 b4"),
        ("nobody.sharpe>0", ""),
        ("drawdown<=5%", "aa1 ab2 ab3 b4"),
        ("tag:prod", "aa1"),
        ('tag:"a b"', "aa1"),
        ("-tag:prod", "ab2 ab3 b4"),
        ("tag:pro", ""),
        ("algorithm:three", "aa1 ab3 b4"),
        ("algorithm:100%_", "ab2"),
        ("algorithm:_", "ab2"),
        ("project:8", "ab3"),
        ("code:be", "ab3"),
        ("currency:eur", "b4"),
        ("note:new", "ab2"),
        ("strategy:trend live:yes", "aa1"),
        ("live:no -star", "ab2 b4"),
        ("exactness:exact", "aa1 ab2 ab3 b4"),
        ("since:2025-01", "aa1 ab2 ab3 b4"),
        ("since:2025-02", "b4"),
        ("until:2023", ""),
        ("until:2024-01-02", "aa1 ab2 ab3"),
        ("imported:2026-01", "aa1 ab2 ab3 b4"),
        ("imported:2026-02", ""),
        ("param:fast", "aa1 ab2 ab3"),
        ("param:fast=10", "aa1 ab2"),
        ("param:fast<10", "ab3"),
        ("param:fast!=10", "ab3"),
        ("param:mode=x", "aa1"),
        ("id:ab", "ab2 ab3"),
        ("CONDORS", "ab2"),
        ("three -aa", "ab3 b4"),
        ("pro", "aa1"),
        ("tren", "aa1 ab2 ab3 b4"),
        ("_", "ab2"),
        ("stars", ""),
        ("star", "ab3"),
        ("baseline", ""),
        ("trash", ""),
    ],
)
def test_a_query_finds_the_runs_that_match_all_its_words(
    shelf: Library, query: str, ids: str
) -> None:
    """What is written in a word is text alone, whatever it means in SQL."""
    assert shown(shelf, query) == ids.split()
    assert shelf.count(query) == len(ids.split())


def test_a_file_is_found_by_its_hash(shelf: Library) -> None:
    """So that whoever has a file finds the run that was read from it."""
    (source,) = SHELVED[1].sources
    assert shown(shelf, f"source:{source.sha256[:12]}") == ["ab2"]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("sharpe", "b4 ab2 aa1 ab3"),
        ("-sharpe", "aa1 ab2 b4 ab3"),
        ("ended", "aa1 ab2 ab3 b4"),
        ("-ended", "ab3 ab2 aa1 b4"),
        ("-imported", "b4 ab3 ab2 aa1"),
        ("-algorithm", "b4 ab3 aa1 ab2"),
        ("project", "aa1 ab2 b4 ab3"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_a_list_is_read_in_parts(shelf: Library, sort: str, ids: str, limit: int) -> None:
    """Part by part the order is that of the whole, and runs without the figure come last."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = shelf.list(sort=sort, limit=limit, cursor=cursor, figures=["sharpe"])
        assert page.total == 4
        assert len(page.entries) <= limit
        found += [entry.id for entry in page.entries]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == ids.split()


def test_a_bound_of_the_figure_that_is_sorted_by_holds(shelf: Library) -> None:
    """In parts too; a bound that is turned round lets the runs without the figure in."""
    first = shelf.list("sharpe>-2 sharpe<2", "-sharpe", limit=1)
    assert [each.id for each in first.entries] == ["ab2"]
    rest = shelf.list("sharpe>-2 sharpe<2", "-sharpe", cursor=first.cursor)
    assert ([each.id for each in rest.entries], rest.cursor) == (["b4"], None)
    assert shown(shelf, "-sharpe>0", "-sharpe") == ["b4", "ab3"]
    assert shown(shelf, "trend.sharpe>0", "-sharpe") == ["aa1", "ab2", "b4", "ab3"]


@pytest.mark.parametrize("cursor", ["", "hello", "bnVsbA", "W10", "WyJpZCIsIiIsZmFsc2UsMSwyXQ"])
def test_a_cursor_of_another_list_is_refused(shelf: Library, cursor: str) -> None:
    """It is made up, or of another order."""
    with pytest.raises(QueryError, match="cursor"):
        shelf.list(cursor=cursor)


def test_a_list_shows_the_figures_that_are_asked_for(shelf: Library) -> None:
    """By their names and those of strategies; without a word all of them."""
    entry = shelf.list("id:aa1", figures=["drawdown", "trend.sharpe"]).entries[0]
    assert {name: each.value for name, each in entry.figures.items()} == {
        "max_drawdown": 0.05,
        "trend.sharpe": 0.25,
    }
    assert shelf.list("id:aa1", figures=()).entries[0].figures == {}
    figure = shelf.list("id:aa1").entries[0].figures["sharpe"]
    assert (figure.value, figure.unit, figure.n) == (2.0, "ratio", 250)


# --- ids


@pytest.mark.parametrize(("given", "run"), [("aa", "aa1"), ("aa1", "aa1"), ("b", "b4")])
def test_an_id_may_be_shortened(shelf: Library, given: str, run: str) -> None:
    """As long as it is one run's alone."""
    assert shelf.entry(given).id == run


def test_a_short_id_of_several_runs_names_them(shelf: Library) -> None:
    """The user sees what to type."""
    with pytest.raises(AmbiguousRunError, match="'a' is short for several runs: aa1, ab2, ab3"):
        shelf.get("a")


@pytest.mark.parametrize("given", ["", "zz", "%", "aa1 "])
def test_an_unknown_id_is_refused(shelf: Library, given: str) -> None:
    """Nothing but the beginning of an id will do."""
    with pytest.raises(UnknownRunError, match="there is no run"):
        shelf.get(given)


def test_a_block_is_handed_out_as_it_is_kept(shelf: Library) -> None:
    """For a report or an API, which unpack it elsewhere."""
    assert {name: shelf.block("aa", name) for name in BLOCKS} == packed(SHELVED[0].told)
