"""Hooks that an algorithm forgot to pass on: they are told by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.utils.wired import BOUGHT, LEFT, Wired, run
from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.tape import Tape

ORDERS = "on_order_event never reached the tracker: add self.tracker.on_order_event(order_event)"
SLICES = "on_data never reached the tracker: add self.tracker.on_data(data) as its first line"


class Deaf(Wired):
    """It forgot to pass order events on."""

    def on_order_event(self, order_event: Any) -> None:
        """Trade on."""


class Blind(Wired):
    """It forgot to pass slices on."""

    def on_data(self, slice: Any) -> None:
        """Trade on."""


def _days(folder: Path, *, live: bool = False) -> Tape:
    """A purchase, then two midnights between which the equity moved."""
    worth = {tapes.STOCK: [10.0, 60.0, 50.0, 100.0, 600.0]}
    gained = tapes.mark("14:33", tpv=1_099.0, cash=LEFT, h=worth) | {
        "utc": tapes.utc("14:33", "2020-01-03")
    }
    days = [tapes.day(date=f"2020-01-0{day}", tpv=tpv) for day, tpv in ((3, 1_001.5), (4, 1_099.0))]
    end = tapes.end() | {"utc": tapes.utc("21:00", "2020-01-04")}
    return tapes.tape(folder, tapes.start(live=live), *BOUGHT, days[0], gained, days[1], end)


@pytest.mark.parametrize(
    ("algorithm", "hook", "warning"),
    [(Deaf, "on_order_event", ORDERS), (Blind, "on_data", SLICES)],
)
def test_a_forgotten_hook_is_told_by_name(
    tmp_path: Path, algorithm: type[RecordedAlgorithm], hook: str, warning: str
) -> None:
    """Once when it is found and once more at the end, and LEAN's banner says incomplete."""
    engine, _ = run(_days(tmp_path), algorithm)
    told = [text for text in map(str, engine.messages) if warning in text]
    assert len(told) == 2
    assert "incomplete" in told[1]
    assert engine.summary_statistics["Tracker unexplained"] == f"incomplete: no {hook}"


class Noisy(Deaf):
    """It logs more than the log may have."""

    def on_data(self, slice: Any) -> None:
        """Log, and trade on."""
        super().on_data(slice)
        for line in range(100):
            self.tracker.log.emit("noise", category="system", level="warning", line=line)


def test_a_full_log_has_room_for_what_is_incomplete(tmp_path: Path) -> None:
    """The end has its own share of the log, which nothing before it uses up."""
    engine, _ = run(_days(tmp_path), Noisy)
    assert [text for text in map(str, engine.messages) if "incomplete" in text and ORDERS in text]


def test_a_wired_algorithm_hears_of_nothing_missing(tmp_path: Path) -> None:
    """Where both hooks come nothing is warned of, and the banner shows the unexplained money."""
    engine, _ = run(_days(tmp_path))
    assert not [text for text in map(str, engine.messages) if "never reached" in text]
    assert "incomplete" not in engine.summary_statistics["Tracker unexplained"]


def test_live_an_order_that_is_over_counts_at_the_end(tmp_path: Path) -> None:
    """A live run of an hour sees no midnight, and is told all the same."""
    engine, _ = run(tapes.tape(tmp_path, tapes.start(live=True), *BOUGHT), Deaf)
    assert len([text for text in map(str, engine.messages) if ORDERS in text]) == 2
    assert "incomplete" in engine.summary_statistics["Tracker unexplained"]


def test_live_an_open_order_may_be_on_its_way(tmp_path: Path) -> None:
    """Live the first event of an order may still come when it is looked for."""
    sent = tapes.order(fill_qty=0, fill_price=0, fee=0, status="SUBMITTED")
    tape = tapes.tape(tmp_path, tapes.start(live=True), tapes.security(), sent)
    engine, _ = run(tape, Deaf)
    assert not [text for text in map(str, engine.messages) if ORDERS in text]
