"""The replay: which lines of a tape are marks, and how they are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.statistics.lean_portfolio import PORTFOLIO_FIELDS
from tests.workbench.engine import tapes
from workbench.replay.replay import Replay

FULL: tapes.Line = {"tpv": 1000.0, "cash": {"USD": [1000.0, 1.0]}, "h": {}}


def told(folder: Path, *lines: tapes.Line) -> list[str]:
    """The time of each mark that a replay of the lines tells."""
    replay = Replay(tapes.tape(folder, *lines))
    times = [row["utc"] for row in replay.play() if row is not None]
    assert replay.marks == len(times)
    return times


def test_every_mark_line_from_the_start_on_is_a_mark(tmp_path: Path) -> None:
    """Warm-up is none, the start's own instant is one, and so are two of one instant."""
    clocks = ("04:59", "05:00", "14:30", "14:30")
    marks = [tapes.mark(clock, **FULL) for clock in clocks]
    expected = [tapes.utc(clock) for clock in clocks[1:]]
    assert told(tmp_path, *marks, tapes.day("15:00")) == expected


@pytest.mark.parametrize(
    "start",
    ["2020-01-02T05:00:00Z", "2020-01-02T00:00:00-05:00", "2020-01-02T10:30:00.000+05:30"],
)
@pytest.mark.parametrize(
    ("mark", "counts"),
    [
        ("2020-01-02T05:00:00+00:00", True),
        ("2020-01-02T05:00:00Z", True),
        ("2020-01-01T23:30:00-05:30", True),
        ("2020-01-02T04:59:59+00:00", False),
        ("2020-01-02T10:00:00+05:30", False),
    ],
)
def test_times_are_compared_whatever_their_offset(
    tmp_path: Path, start: str, mark: str, counts: bool
) -> None:
    """A line counts by its instant, not by its text, and its row has the tape's own text."""
    lines = (tapes.start(utc=start), tapes.mark(**FULL) | {"utc": mark})
    assert told(tmp_path, *lines) == ([mark] if counts else [])


def test_a_fresh_tracker_takes_the_place_of_the_last(tmp_path: Path) -> None:
    """Nothing reaches the one before it, its midnight included."""
    marks = [tapes.mark(clock, **FULL) for clock in ("14:30", "14:31")]
    close = tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")}
    replay = Replay(tapes.tape(tmp_path, *marks, tapes.day(date="2020-01-03"), close))
    first = replay.tracker
    for row in replay.play():
        if row is not None and replay.tracker is first:
            replay.wire()
    assert (first.ledger.marks, first.days) == (1, 0)
    assert (replay.tracker.ledger.marks, replay.tracker.days) == (1, 1)


def test_without_leans_book_there_are_no_statistics_of_it(tmp_path: Path) -> None:
    """Then the tracker reads what a user's does, and who asks for LEAN's figures is told why."""
    replay = Replay(tapes.tape(tmp_path, tapes.mark(**FULL)), lean_book=False)
    assert replay.tracker.follower is None
    with pytest.raises(ValueError, match="lean_book=True"):
        replay.lean_statistics()


def test_a_run_that_has_not_begun_has_leans_empty_statistics(tmp_path: Path) -> None:
    """Before the first sample LEAN has none, and of nothing at all zeros."""
    replay = Replay(tapes.tape(tmp_path, tapes.mark(**FULL)))
    assert replay.lean_statistics().total == dict.fromkeys(PORTFOLIO_FIELDS, 0.0)
