"""The library in SQLite and in PostgreSQL: what goes in, what comes out, what the user says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workbench.library.records import (
    BEGUN,
    SHELVED,
    labels,
    record,
    recorded,
    sources,
    statistics,
)
from workbench.library.entries import Outcome
from workbench.library.errors import UnknownRunError
from workbench.library.library import Library, open_library
from workbench.runs.exactness import Exactness


def shown(library: Library, query: str = "", sort: str = "id") -> list[str]:
    """The ids of the runs that match a query."""
    return [entry.id for entry in library.list(query, sort).entries]


def test_a_run_comes_out_as_it_was_put_in(library: Library) -> None:
    """The record is the same to the last bit, and a list says of it what it says of itself."""
    run = recorded("option-combos")
    assert library.put(run).outcome is Outcome.ADDED
    kept = library.get(run.id)
    assert kept.record == run
    assert kept.sources == run.sources
    entry = kept.entry
    assert (entry.algorithm, entry.live, entry.exactness) == ("Condors", False, Exactness.EXACT)
    assert entry.strategies == ("condor", "put_spread")
    assert entry.parameters == run.parameters
    assert entry.figures["equity"].value == run.equity
    assert entry.figures["condor.realized"].value == run.sheets["condor"].realized


def test_text_that_no_database_takes_is_kept(library: Library) -> None:
    """NUL and halves of characters in a parameter lose nothing of the record."""
    odd = {"name": "a\0b\ud800", "fast": "1"}
    library.put(record(parameters=odd))
    kept = library.get("run-1")
    assert kept.record.parameters == odd
    assert kept.entry.parameters["name"] == "a\ufffdb?"


# --- what replaces what


def test_a_repeated_import_changes_nothing(library: Library) -> None:
    """The same files again leave even the revision as it was."""
    first = library.put(record())
    before = library.get("run-1")
    assert library.put(record()).outcome is Outcome.UNCHANGED
    assert library.get("run-1") == before
    assert first.id == "run-1"
    assert library.count() == 1


SAMPLED = labels(drawdown=Exactness.SAMPLED)
UNSEPARATED = labels(realized=Exactness.UNSEPARATED, fees=Exactness.UNSEPARATED)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"labels": SAMPLED}),
        ({"labels": labels(fees=Exactness.DERIVED)}, {"labels": SAMPLED}),
        ({"labels": SAMPLED}, {"labels": UNSEPARATED}),
        ({"labels": labels(fees=Exactness.ABSENT)}, {"labels": UNSEPARATED}),
        ({"ended": BEGUN + timedelta(days=400)}, {}),
        ({"lots": 9}, {}),
    ],
)
def test_a_better_source_replaces_and_a_worse_one_does_not(
    library: Library, better: dict[str, Any], worse: dict[str, Any]
) -> None:
    """More exact figures count first, then how far it goes, then how much it knows."""
    poor = record(sources=sources("poor"), equity=1.0, **worse)
    good = record(sources=sources("good"), equity=2.0, **better)
    library.put(poor)
    assert library.put(good, replaces=False).outcome is Outcome.KEPT
    assert library.put(good).outcome is Outcome.REPLACED
    assert library.get("run-1").record == good
    assert library.put(poor).outcome is Outcome.WORSE
    assert library.get("run-1").record == good
    assert library.count("equity=2") == library.count() == 1


def test_what_the_user_said_stays(library: Library) -> None:
    """Tags, notes, star, baseline and the first import outlive a better source."""
    library.put(record(labels=SAMPLED, sources=sources("poor")))
    library.tag("run-1", "prod")
    library.note("run-1", "mine")
    library.star("run-1")
    library.baseline("run-1")
    before = library.entry("run-1")
    assert library.put(record()).outcome is Outcome.REPLACED
    after = library.entry("run-1")
    assert (after.tags, after.notes, after.star, after.baseline) == (("prod",), "mine", True, True)
    assert (after.imported, after.exactness) == (before.imported, Exactness.EXACT)
    assert after.revision == before.revision + 1
    assert after.changed > before.changed


def test_a_source_without_parameters_is_of_the_run_that_traded_the_same(library: Library) -> None:
    """A saved state, which knows no parameters and gives another id, lifts the run of a result."""
    library.put(record("result", labels=SAMPLED, traded="same"))
    state = record("state", parameters={}, traded="same", sources=sources("state"), code="")
    put = library.put(state)
    assert (put.id, put.outcome) == ("result", Outcome.REPLACED)
    kept = library.get("result").record
    assert (kept.parameters, kept.code) == ({"fast": "10", "name": "a b"}, "3fb45d6")
    assert library.put(state).outcome is Outcome.UNCHANGED
    assert library.put(record("other", traded="same")).outcome is Outcome.ADDED
    assert library.put(record("third", parameters={}, traded="")).outcome is Outcome.ADDED


def test_a_run_without_parameters_gets_them_from_a_better_source(library: Library) -> None:
    """And with them the id by which the source is known again."""
    library.put(record("state", parameters={}, traded="same", labels=SAMPLED))
    assert library.put(record("result", traded="same")).outcome is Outcome.REPLACED
    assert library.ids() == ("result",)


# --- what the user says


@pytest.fixture
def filled(library: Library) -> Library:
    """A library of four runs."""
    for run in SHELVED:
        library.put(run)
    library.tag("aa1", "a b", "prod")
    return library


def test_an_id_that_others_begin_with_is_itself(filled: Library) -> None:
    """A whole id is never short for another."""
    filled.put(record("b42"))
    assert filled.star("b4") == "b4"


def test_tags_come_and_go(filled: Library) -> None:
    """The same tag twice is one, and to take one that is not there is no fault."""
    filled.tag("ab2", "x", "y", "x")
    filled.tag("ab2", "y")
    filled.untag("ab2", "x", "never")
    assert filled.entry("ab2").tags == ("y",)


def test_there_is_one_baseline_an_algorithm_of_a_project(filled: Library) -> None:
    """The new one takes the place of the old; other algorithms and projects keep theirs."""
    for run in ("aa1", "ab2", "ab3", "b4"):
        filled.baseline(run)
    assert shown(filled, "baseline") == ["ab2", "ab3", "b4"]
    filled.baseline("b4", on=False)
    assert shown(filled, "baseline") == ["ab2", "ab3"]


def test_the_trash_keeps_runs_until_it_is_emptied(filled: Library) -> None:
    """A deleted run is found in the trash alone, comes back, and is gone for good when pruned."""
    filled.delete("aa1")
    filled.delete("ab2")
    assert shown(filled) == ["ab3", "b4"]
    assert shown(filled, "trash") == ["aa1", "ab2"]
    with pytest.raises(UnknownRunError):
        filled.tag("aa1", "x")
    assert filled.restore("aa1") == "aa1"
    assert filled.entry("aa1").tags == ("a b", "prod")
    assert filled.prune() == 1
    assert (filled.prune(), shown(filled, "trash"), filled.ids()) == (0, [], ("aa1", "ab3", "b4"))


def test_an_import_brings_nothing_back_from_the_trash(filled: Library) -> None:
    """Neither the same nor a better one; once it is emptied the run is new again."""
    filled.delete("aa1")
    better = record("aa1", lots=9, sources=sources("better"))
    assert filled.put(better).outcome is Outcome.TRASHED
    assert filled.get("aa1").record == SHELVED[0]
    filled.prune()
    assert filled.put(better).outcome is Outcome.ADDED


def test_a_change_of_ones_own_counts_as_a_revision(filled: Library) -> None:
    """So that who changes what somebody else has changed meanwhile can see it."""
    before = filled.entry("b4")
    filled.note("b4", "one")
    after = filled.entry("b4")
    assert after.revision == before.revision + 1
    assert after.changed > before.changed


def test_a_library_is_there_when_it_is_opened_again(url: str) -> None:
    """What was put stays."""
    with open_library(url) as library:
        library.put(record())
    with open_library(url) as library:
        assert library.ids() == ("run-1",)
        assert library.get("run").record == record()


def test_figures_that_cannot_be_trusted_are_not_kept(library: Library) -> None:
    """An absent figure has no value to filter by; what is sampled says so."""
    worse = labels(statistics=Exactness.ABSENT, drawdown=Exactness.SAMPLED)
    library.put(record(labels=worse, statistics=statistics(sharpe=9.0, max_drawdown=0.1)))
    figures = library.entry("run-1").figures
    assert "sharpe" not in figures
    assert figures["max_drawdown"].exactness is Exactness.SAMPLED
    assert shown(library, "sharpe>0") == []
