"""Which deployment a run is of: redeploys, runs at the same time, and what was noted before."""

from __future__ import annotations

from itertools import permutations

import pytest

from utils.store.slots import run_mark
from workbench.desk.watch.lineage import Lineage, RunState, names_of, note_of


def state(began: float, saved: float, parent: float | None = None) -> RunState:
    """The last state of a run."""
    return RunState(run_mark(began), run_mark(parent) if parent else "", saved)


def test_a_redeploy_stays_the_deployment() -> None:
    """A run that began after the last one had ended takes its place, with its state or anew."""
    lineage = Lineage("17")
    assert lineage.add(state(100, 200)) == "17"
    assert lineage.add(state(210, 300, parent=100)) == "17"
    assert lineage.add(state(310, 320)) == "17"
    assert [lineage.is_over(run_mark(began)) for began in (100, 210, 310)] == [True, True, False]
    assert not lineage.is_over("unknown")


def test_a_run_beside_another_is_a_deployment_of_its_own() -> None:
    """Two that save at the same time write over nothing of each other's, here neither."""
    lineage = Lineage("17")
    lineage.add(state(100, 200))
    assert lineage.add(state(150, 210, parent=100)) == "17-2"
    assert lineage.add(state(100, 220)) == "17"
    assert lineage.add(state(150, 230, parent=100)) == "17-2"
    assert not lineage.is_over(run_mark(100))
    # each goes on with its own
    assert lineage.add(state(300, 310, parent=150)) == "17-2"
    assert lineage.add(state(320, 330, parent=100)) == "17"


def test_what_was_taken_for_an_heir_may_turn_out_to_run_beside() -> None:
    """The older run saves again: the younger one gives the deployment back."""
    lineage = Lineage("17")
    lineage.add(state(100, 140))
    assert lineage.add(state(150, 160, parent=100)) == "17"
    assert lineage.add(state(100, 170)) == "17"
    assert lineage.add(state(150, 180, parent=100)) == "17-2"


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_the_newest_run_has_the_name_in_whatever_order_states_are_read(
    order: tuple[int, ...],
) -> None:
    """After a start, which reads the newest state first, redeploys are one deployment too."""
    runs = [state(100, 140), state(150, 190, parent=100), state(200, 240, parent=150)]
    lineage = Lineage("17")
    for at in order:
        lineage.add(runs[at])
    assert set(lineage.names.values()) == {"17"}


def test_states_without_a_mark_are_the_oldest() -> None:
    """What an older form of the tracker saved is gone on with too."""
    lineage = Lineage("17")
    assert lineage.add(RunState("", "", 90.0)) == "17"
    assert lineage.add(state(100, 140)) == "17"
    assert lineage.is_over("")


def test_a_name_of_another_place_is_not_taken() -> None:
    """Two stores may have projects of one name."""
    assert Lineage("17", frozenset({"17", "17-2"})).add(state(100, 200)) == "17-3"


def test_what_was_noted_counts_after_a_restart() -> None:
    """A deployment keeps its name, also where its first run's states are gone."""
    notes = {note_of("a", run_mark(100)): "17-2", note_of("ab", run_mark(90)): "5"}
    lineage = Lineage("17", frozenset({"17"}), names_of(notes, "a"))
    assert lineage.add(state(150, 160, parent=100)) == "17-2"
