"""A log without room: what is booked later leaves it as if it had been told of each hook."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.utils.lean.questions import Read, all_of, at_random
from tests.utils.lean.test_journal import (
    Market,
    OfAllKinds,
    Paying,
    SomeRejected,
    booked_in_hooks,
    played,
)
from utils.log.entries import Entry
from utils.tracking import LeanTracker
from workbench.replay.replay import TrackedAlgorithm

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
BUDGET = 3_000  # bytes: used up after some 20 lines
MARKETS: tuple[Callable[[int], Market], ...] = (
    *(partial(Market, trades=trades) for trades in (0.02, 0.2)),
    *(partial(OfAllKinds, trades=0.1), partial(SomeRejected, trades=0.1), Paying),
)
Shown = list[tuple[int, str, str]]


def shown_in_hooks(
    folder: Path,
    market: Market,
    read: Read = lambda _: None,
    *,
    passes: bool = True,
    slices: int = 1500,
    **settings: Any,
) -> tuple[Shown, dict[str, Any]]:
    """The number of the hook, sink and text of each message; and all that is known in the end."""
    shown: Shown = []
    hooks = [0]

    def next_hook(tracker: LeanTracker) -> None:
        hooks[0] += 1
        read(tracker)

    def show(sink: str) -> Callable[[object, str], None]:
        return lambda _, text: shown.append((hooks[0], sink, text))

    with pytest.MonkeyPatch.context() as patch:
        for sink in ("debug", "log", "error"):
            patch.setattr(TrackedAlgorithm, sink, show(sink))
        settings = {"log_level": "info", "log_bytes": BUDGET, **settings}
        tracker = played(folder, market, slices, next_hook, passes=passes, **settings)
        tracker.finish()
    log = tracker.log
    told = {"log": log.state(), "entries": log.entries, "left out": log.summary_line()}
    return shown, {**all_of(tracker), **told}


def logging(seed: int) -> Read:
    """An algorithm that logs something of its own, captures it or asks the log, now and then."""
    dice = random.Random(seed)

    def capture(tracker: LeanTracker) -> None:
        with tracker.log.capture() as caught:
            tracker.log.emit("captured")
        assert [entry.event for entry in caught] == ["captured"]

    does: list[Read] = [
        lambda tracker: tracker.log.emit("mine", x=tracker.log.left_out["mine"]),
        lambda tracker: tracker.log.emit("mine", level="error"),
        lambda tracker: tracker.log.entries,
        lambda tracker: tracker.log.set_level("info"),
        lambda tracker: tracker.log.written,
        capture,
    ]
    return lambda tracker: dice.random() < 0.03 and dice.choice(does)(tracker)


@pytest.mark.parametrize("execution", ["on", "off"])
@pytest.mark.parametrize("market", MARKETS)
def test_the_log_is_that_of_events_booked_in_their_hooks(
    tmp_path: Path, market: Callable[[int], Market], execution: str
) -> None:
    """Each line comes in its hook, and what is left out is counted and kept in its order."""
    at_once = shown_in_hooks(tmp_path / "a", market(1), passes=False, execution=execution)
    left = shown_in_hooks(tmp_path / "b", market(1), execution=execution)
    read = shown_in_hooks(tmp_path / "c", market(1), at_random(1), execution=execution)
    assert len(left[0]) > 10
    assert left == at_once
    assert read == at_once


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_an_algorithm_logs_has_its_place_among_what_was_left(
    tmp_path: Path, seed: int, form: str
) -> None:
    """Its numbers and order are those of the hooks, whatever the algorithm asks its log."""
    at_once = shown_in_hooks(
        tmp_path / "a", Market(seed, 0.1), logging(seed), passes=False, log_format=form
    )
    left = shown_in_hooks(tmp_path / "b", Market(seed, 0.1), logging(seed), log_format=form)
    assert left == at_once


def test_most_events_are_not_booked_in_their_hook_once_the_log_is_full(tmp_path: Path) -> None:
    """Nobody is told of them any more."""
    tracker, booked = booked_in_hooks(
        tmp_path, Market(3, 0.1), 2000, log_level="info", log_bytes=BUDGET, execution="on"
    )
    assert tracker.ledger.books.fills > 150
    assert booked.count("Fill") < 40


@pytest.mark.parametrize("since", [10, 400])
def test_whoever_hears_of_entries_hears_in_the_hook(tmp_path: Path, since: int) -> None:
    """Also one that comes when the log is full and events were left."""
    heard: dict[bool, list[tuple[int, Entry]]] = {True: [], False: []}
    for passes, found in heard.items():
        hooks: list[LeanTracker] = []

        def listen(
            tracker: LeanTracker,
            hooks: list[LeanTracker] = hooks,
            found: list[tuple[int, Entry]] = found,
        ) -> None:
            hooks.append(tracker)
            if len(hooks) == since:
                tracker.log.listeners.append(lambda entry: found.append((len(hooks), entry)))

        shown_in_hooks(tmp_path / str(passes), Market(6, 0.2), listen, passes=passes)
    assert heard[True] == heard[False]
    assert len(heard[True]) > 100


def test_a_log_that_takes_more_again_is_told_in_the_hook(tmp_path: Path) -> None:
    """One that is restored with room after it was full shows the next fill at once."""
    shown: list[Shown] = []
    for passes in (True, False):
        hooks: list[LeanTracker] = []

        def turn(tracker: LeanTracker, hooks: list[LeanTracker] = hooks) -> None:
            hooks.append(tracker)
            if len(hooks) == 500:
                state = tracker.log.state()
                tracker.log.restore({**state, "used": 0})

        shown.append(shown_in_hooks(tmp_path / str(passes), Market(6, 0.2), turn, passes=passes)[0])
    assert shown[0] == shown[1]
    assert any(hook > 500 for hook, *_ in shown[0][:-3])


def test_a_session_is_told_of_once_where_midnights_go_unheard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark of the next day closes it then, among others that were left."""
    monkeypatch.setattr(LeanTracker, "on_midnight", lambda _: None)
    at_once = shown_in_hooks(tmp_path / "a", Market(1, 0.02), passes=False)
    left = shown_in_hooks(tmp_path / "b", Market(1, 0.02))
    assert left == at_once


def test_what_was_left_is_logged_before_an_older_state_comes_back(tmp_path: Path) -> None:
    """The log goes on, and has heard of all that happened by then."""

    def shown(folder: Path, *, passes: bool) -> tuple[Shown, dict[str, Any]]:
        states: list[Any] = []

        def turn(tracker: LeanTracker) -> None:
            states.append(tracker.state() if len(states) == 200 else None)
            if len(states) == 700:
                tracker.restore(states[200])

        return shown_in_hooks(folder, Market(6, 0.2), turn, passes=passes)

    left, at_once = (shown(tmp_path / str(passes), passes=passes) for passes in (True, False))
    assert left[1]["left out"] == at_once[1]["left out"]
    assert left[1]["entries"] == at_once[1]["entries"]


def test_a_thread_that_logs_books_nothing(tmp_path: Path) -> None:
    """Only the thread that feeds the books takes what it left; the other says the time itself."""
    left: list[bool] = []

    def log_elsewhere(tracker: LeanTracker) -> None:
        if tracker.core.behind is None:
            return
        thread = threading.Thread(target=partial(tracker.log.emit, "mine", time=NOON))
        thread.start()
        thread.join()
        left.append(tracker.core.behind is not None)

    shown_in_hooks(tmp_path, Market(6, 0.05), log_elsewhere)
    assert len(left) > 100
    assert all(left)
