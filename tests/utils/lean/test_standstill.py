"""Slices of a backtest on which nothing is held and nothing moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from models.equity import curve
from tests.utils.lean.questions import Read, all_of, at_random
from tests.utils.lean.wired import tracked
from tests.workbench.engine import tapes
from utils.tracking import LeanTracker

FIRST = datetime(2020, 1, 2, 15, 0, tzinfo=UTC)
CHANGES = (datetime(2020, 3, 8, 5, 30, tzinfo=UTC), datetime(2020, 11, 1, 4, 30, tzinfo=UTC))
"""Not long before clocks in New York change."""
APART = timedelta(seconds=97)
MIDNIGHT = timedelta(hours=5)  # of New York, UTC
CASH = 998.0  # after a stock was bought and sold at one price, with a fee of 1 each


def trade(time: str) -> Iterator[tapes.Line]:
    """A stock bought, and sold again at the same price."""
    for order, quantity, cash, held in ((1, 10.0, 499.0, 10.0), (2, -10.0, CASH, 0.0)):
        yield tapes.order(
            utc=time, t=time, order=order, fill_qty=quantity, qty=quantity, order_qty=quantity,
            direction="BUY" if held else "SELL", position=held, cash={"USD": [cash, 1.0]},
            tpv=cash + 50.0 * held,
        )  # fmt: skip


def lines(
    slices: int, cash: Callable[[int], float] = lambda _: CASH, first: datetime = FIRST
) -> Iterator[tapes.Line]:
    """A trade, and slices with the cash that is given for each, over several days."""
    yield tapes.security()
    yield from trade(first.isoformat())
    moments = [first + APART * (number + 1) for number in range(slices)]
    for number, (moment, later) in enumerate(pairwise([*moments, moments[-1] + APART])):
        amount = cash(number)
        yield tapes.mark(utc=moment.isoformat(), tpv=amount, cash={"USD": [amount, 1.0]}, h={})
        if (moment - MIDNIGHT).date() < (later - MIDNIGHT).date():
            yield tapes.day(date=f"{later:%Y-%m-%d}", tpv=amount)


def played(
    folder: Path,
    given: Iterator[tapes.Line],
    read: Read = lambda _: None,
    *,
    passes: bool = True,
) -> LeanTracker:
    """The tracker after the lines, with something read of it after each; or every slice marked."""
    end = tapes.end(utc=(FIRST + timedelta(days=330)).isoformat())
    engine, tracker = tracked(folder, tapes.start(end="2020-12-29T23:59:59"), *given, end)
    if not passes:
        tracker._hooks.passes_over = False
    for _ in engine.play():
        read(tracker)
    return tracker


@pytest.fixture(autouse=True)
def _small_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curve, "CURVE_FULL", 12)  # so that buckets of many marks come soon


def test_slices_passed_over_come_to_what_marks_worked_out_in_each_come_to(tmp_path: Path) -> None:
    """What is known after slices that were passed over is what working each mark out brings."""
    left_out = played(tmp_path / "a", lines(3000))
    worked_out = played(tmp_path / "b", lines(3000), passes=False)
    assert left_out.ledger.marks == worked_out.ledger.marks == 3000
    assert all_of(left_out) == all_of(worked_out)


@pytest.mark.parametrize("first", CHANGES, ids=["forward", "back"])
def test_slices_have_their_times_where_clocks_change(tmp_path: Path, first: datetime) -> None:
    """On such a day the local time does not tell UTC; the day after it does again."""
    left_out = played(tmp_path / "a", lines(1500, first=first))
    worked_out = played(tmp_path / "b", lines(1500, first=first), passes=False)
    assert len(left_out.equity_curve()) > 5
    assert all_of(left_out) == all_of(worked_out)


@pytest.mark.parametrize("seed", range(3))
def test_reading_at_any_moment_changes_nothing(tmp_path: Path, seed: int) -> None:
    """Whoever reads between two slices sees every mark so far, and changes nothing by reading."""
    alone = played(tmp_path / "a", lines(2000))
    read = played(tmp_path / "b", lines(2000), at_random(seed))
    assert all_of(read) == all_of(alone)


def test_a_reader_sees_the_marks_of_all_slices_so_far(tmp_path: Path) -> None:
    """The number of marks and the time of the last one are those of the last slice."""
    seen: list[tuple[int, datetime | None]] = []
    played(
        tmp_path,
        lines(100),
        lambda tracker: seen.append((tracker.ledger.marks, tracker.ledger.books.time)),
    )
    marks = [count for count, _ in seen]
    assert marks == sorted(marks)
    times = {time for _, time in seen}
    assert times >= {FIRST + APART * (number + 1) for number in range(100)}


def test_nothing_is_worked_out_while_nothing_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a day's slices on which nothing moved three are worked out: its first, and two alike."""
    engine, tracker = tracked(tmp_path, *lines(300))
    worked_out: list[datetime] = []
    see, core = tracker.core.see, tracker.core

    def counted(time: datetime, *given: Any) -> bool:
        worked_out.append(time)
        return see(time, *given)

    monkeypatch.setattr(core, "see", counted)
    list(engine.play())
    assert tracker.ledger.marks == 300
    assert len(worked_out) == 2


def test_cash_that_moves_ends_the_standstill_in_its_slice(tmp_path: Path) -> None:
    """A deposit is booked with the time of the slice whose cash shows it, and none is lost."""
    tracker = played(tmp_path, lines(200, lambda number: CASH + 500.0 * (number >= 123)))
    (flow,) = tracker.ledger.flows
    assert flow.amount == 500.0
    assert flow.time == FIRST + APART * 124
    assert tracker.balance()["unexplained"] == 0.0
