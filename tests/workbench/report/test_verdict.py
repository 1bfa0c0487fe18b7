"""The verdict in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workbench.report.records import recorded
from workbench.report.comparing import Judged, judged
from workbench.report.verdict import exactness, sentences
from workbench.runs.exactness import Exactness, Label
from workbench.runs.record import RunRecord


@pytest.fixture(scope="module")
def record() -> RunRecord:
    """A year."""
    return recorded("splits-and-shorts")


@pytest.fixture(scope="module")
def sure(record: RunRecord) -> Judged:
    """How sure its figures are."""
    found = judged(record)
    assert found is not None
    return found


def with_chance(sure: Judged, chance: float, enough: bool) -> Judged:
    """The same with another chance of earning more than cash."""
    track = replace(sure.record, probabilistic_sharpe=chance, enough=enough)
    return replace(sure, record=track)


def test_what_it_made_is_told_first(record: RunRecord, sure: Judged) -> None:
    """Money, part of the capital, days, the deepest fall and the trades stand in a sentence."""
    said = sentences(record, sure)[0]
    assert record.currency in said
    assert f"in {len(record.told.lots):,} closed trades" in said


@pytest.mark.parametrize(
    ("chance", "enough", "said"),
    [
        (0.99, True, "that it earns more than cash is 99.0 % sure"),
        (0.99, False, "is not told apart from luck"),
        (0.5, False, "is not told apart from luck"),
        (0.01, False, "that it earns less than cash is 99.0 % sure"),
    ],
)
def test_luck_is_named(
    record: RunRecord, sure: Judged, chance: float, enough: bool, said: str
) -> None:
    """Only a chance of 95 % with a track record that is long enough proves anything."""
    assert said in sentences(record, with_chance(sure, chance, enough))[1]


def test_a_few_days_prove_nothing(record: RunRecord, sure: Judged) -> None:
    """Below the days that an interval needs no chance is told, however high it is."""
    few = replace(sure.account["sharpe"], low=None, high=None, n=5)
    found = replace(with_chance(sure, 0.999, True), account={**sure.account, "sharpe": few})
    assert sentences(record, found)[1].startswith("5 days with a return are too few")


def test_without_days_nothing_is_sure(record: RunRecord) -> None:
    """A run that tells no daily value is not judged."""
    assert "no daily value" in sentences(record, None)[1]


def test_books_that_were_not_tested_do_not_balance(record: RunRecord, sure: Judged) -> None:
    """Where a source cannot test it, the verdict never says that nothing is unexplained."""
    label = Label(Exactness.SAMPLED, note="no flat point was there")
    untested = replace(record, labels={**record.labels, "unexplained": label})
    said = sentences(untested, sure)[2]
    assert said.startswith("Whether the books balance is not testable")
    assert "no flat point was there" in said
    assert sentences(record, sure)[2].startswith("The books balance")


def test_books_that_were_tested_in_part_balance_there(record: RunRecord, sure: Judged) -> None:
    """What an import compared with LEAN's equity is told, and once: the label says it as well."""
    tested = Label(Exactness.DERIVED, 6e-5, "tested at 9 points, worst 0")
    partly = replace(record, labels={**record.labels, "unexplained": tested})
    said = (
        "The books balance wherever this source lets them be tested: tested at 9 points, worst 0."
    )
    assert sentences(partly, sure)[2] == said
    absent = Label(Exactness.ABSENT, note="not testable: something is held at the end")
    never = replace(record, labels={**record.labels, "unexplained": absent})
    assert sentences(never, sure)[2].count("not testable") == 1


def test_the_worst_label_stands_for_the_run(record: RunRecord) -> None:
    """All exact says so; else the worst is named, with what would lift it."""
    derived = Label(Exactness.DERIVED, 0.01, "a rate was solved; --data has it")
    assert exactness(record) == ("all exact", "")
    found = exactness(replace(record, labels={**record.labels, "realized": derived}))
    assert found == ("worst: derived", "a rate was solved; --data has it")
