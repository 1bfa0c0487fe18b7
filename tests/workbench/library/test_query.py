"""The query language: what a word means, and what is said of one that means nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.structure.pages import named, read, tables
from tests.structure.source_tree import ROOT
from workbench.library.errors import QueryError
from workbench.library.figures import ALIASES, FIGURES, TRADES
from workbench.library.query import (
    ANYWHERE,
    COLUMNS,
    FIELDS,
    PARAMETER,
    Comparison,
    FieldIs,
    FigureIs,
    Flag,
    ParameterIs,
    Sorting,
    Term,
    quoted,
    read_query,
    read_sorting,
    words_of,
)
from workbench.library.selection import FIELD_CONDITIONS, FLAG_CONDITIONS
from workbench.library.shapes import from_microseconds


def only(word: str) -> object:
    """What the only word of a query means."""
    (term,) = read_query(word)
    assert not term.turned
    return term.what


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("sharpe>1", FigureIs("", "sharpe", Comparison.ABOVE, 1.0)),
        ("sharpe>=-1.5e0", FigureIs("", "sharpe", Comparison.AT_LEAST, -1.5)),
        ("trend.sharpe<.5", FigureIs("trend", "sharpe", Comparison.BELOW, 0.5)),
        ("a.b.sharpe!=0", FigureIs("a.b", "sharpe", Comparison.NOT, 0.0)),
        ("drawdown<10%", FigureIs("", "max_drawdown", Comparison.BELOW, 0.1)),
        ("trades=26", FigureIs("", "trades", Comparison.IS, 26.0)),
        ("tag:prod", FieldIs("tag", "prod")),
        ("stop", FieldIs(ANYWHERE, "stop")),
        ("tag:a:b", FieldIs("tag", "a:b")),
        ('algorithm:"My Algo"', FieldIs("algorithm", "My Algo")),
        ("live:YES", FieldIs("live", True)),
        ("exactness:derived", FieldIs("exactness", 1)),
        ("param:fast", ParameterIs("fast")),
        ("param:fast=10", ParameterIs("fast", Comparison.IS, "10", 10.0)),
        ("param:mode=x:y>z", ParameterIs("mode", Comparison.IS, "x:y>z")),
        ("param:fast>5", ParameterIs("fast", Comparison.ABOVE, "5", 5.0)),
        ("star", Flag.STAR),
    ],
)
def test_a_word_means_one_thing(word: str, means: object) -> None:
    """Figures with bounds, fields with values, parameters and flags are told by their form."""
    assert only(word) == means


def test_a_minus_turns_a_word_round() -> None:
    """It stands before the word, as everywhere."""
    assert read_query("-tag:prod star") == (
        Term(FieldIs("tag", "prod"), turned=True),
        Term(Flag.STAR),
    )


@pytest.mark.parametrize(
    ("date", "since", "until"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-12", datetime(2024, 12, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_a_year_a_month_or_a_day(date: str, since: datetime, until: datetime) -> None:
    """`since` begins with its first moment, and `until` ends with its last."""
    first, last = only(f"since:{date}"), only(f"until:{date}")
    assert isinstance(first, FieldIs)
    assert isinstance(last, FieldIs)
    assert from_microseconds(first.value) == since
    assert from_microseconds(last.value + 1) == until


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sharp>1", "do you mean sharpe"),
        ("zzzz>1", "the figures are equity, "),
        ("sharpe>", "'' is no number"),
        ("sharpe>nan", "'nan' is no number"),
        ("sharpe>1e999", "is no number"),
        ("sharpe>1,5", "'1,5' is no number"),
        ("tog:prod", "the fields are id:, algorithm:"),
        ("tag:", "after tag: stands a tag"),
        ("live:perhaps", "neither yes nor no"),
        ("exactness:good", "exact, derived, unseparated, sampled, absent"),
        ("since:yesterday", "2024, 2024-01 or 2024-01-31"),
        ("since:2024-13", "is no date"),
        ("since:2024-02-30", "is no date"),
        ("since:2024-00", "is no date"),
        ("until:9999", "is no date"),
        ("param:", "NAME or NAME=VALUE"),
        ("param:=3", "NAME or NAME=VALUE"),
        ("param:fast>soon", "'soon' is no number"),
        ("-", "star, baseline, trash"),
        ('tag:"prod', "quotation mark"),
        ("star " * 51, "at most 50 words"),
    ],
)
def test_what_means_nothing_is_named_with_what_is_allowed(query: str, says: str) -> None:
    """The error is one line that says what could stand there."""
    with pytest.raises(QueryError) as refused:
        read_query(query)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


WORDS = st.text(min_size=1)


@given(st.lists(WORDS, max_size=5))
def test_quoted_words_come_back(words: list[str]) -> None:
    """Whatever a word is made of, in quotation marks it is one word."""
    assert words_of(" ".join(map(quoted, words))) == words


@given(st.text(st.sampled_from('sharpe.tag:live=<>!-10%"\\ pmn'), max_size=24))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Whatever is typed is understood or refused by name."""
    found: tuple[Term, ...] = ()
    with suppress(QueryError):
        found = read_query(text)
    assert len(found) <= len(text)


@given(st.lists(st.sampled_from(["sharpe>1", "-tag:a", "star", "param:x=1"]), max_size=6))
def test_a_query_is_its_words(words: list[str]) -> None:
    """The text of a query and its words mean the same, in the same order."""
    assert read_query(" ".join(words)) == read_query(words)
    counted = Counter(read_query(words))
    assert counted == sum((Counter(read_query([word])) for word in words), Counter())


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("sharpe", Sorting("sharpe")),
        ("-trend.drawdown", Sorting("max_drawdown", "trend", down=True)),
        ("-imported", Sorting("imported", down=True)),
    ],
)
def test_runs_are_sorted_by_figures_and_columns(text: str, means: Sorting) -> None:
    """A minus puts the highest first."""
    assert read_sorting(text) == means


def test_an_unknown_order_is_refused() -> None:
    """The error names the figures that are alike, and the columns."""
    with pytest.raises(QueryError, match=r"do you mean sharpe.*imported, changed"):
        read_sorting("-sharp")


def test_every_field_and_flag_has_its_condition() -> None:
    """What can be asked can be answered."""
    assert set(FIELD_CONDITIONS) == {*FIELDS, ANYWHERE}
    assert set(FLAG_CONDITIONS) == set(Flag)


def test_every_word_has_its_line_on_the_page() -> None:
    """The page of the library lists every field, flag, column of sorting and figure there is."""
    page = read(ROOT / "docs" / "library.md")
    shown = [name.partition(":")[0] for name in named(tables(page)["Filters"][0])]
    assert shown[2:] == [*FIELDS, PARAMETER, *Flag]
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []
    section = page[page.index("## Figures") : page.index("## Marks of your own")]
    assert [name for name in (*TRADES, *ALIASES) if f"`{name}`" not in section] == []
    assert set(ALIASES.values()) <= set(FIGURES)
