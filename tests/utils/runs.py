"""Runs of one project over one store: LEAN is started, stopped, and started again.

Each run has a day of its own in January 2020, an id of its own and a wall clock that moves only as
the test says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.workbench.engine import tapes
from utils.tracking import LeanTracker, track
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import Played, RecordedEngine
from workbench.engine.faults import Faults
from workbench.replay.replay import TrackedAlgorithm
from workbench.replay.saver import HookSaver

NO_FAULTS = Faults()
DAY = "2020-01-02"
# LEAN's figures of a stock: quantity, price, average price, unrealized profit, value.
Figures = list[float]


def stock(quantity: float, price: float, average: float = 50.0) -> dict[str, Figures]:
    """What a mark line shows of the stock."""
    gain = quantity * (price - average)
    return {tapes.STOCK: [quantity, price, average, gain, quantity * price]}


def bought(price: float = 50.25, **changes: Any) -> tuple[tapes.Line, ...]:
    """10 shares bought at 50 with a dollar of fee, and the mark after it."""
    left, held = {"USD": [499.0, 1.0]}, stock(10.0, price)
    marked = tapes.mark("14:32", h=held, tpv=499.0 + 10.0 * price, cash=left)
    return tapes.security(), tapes.order(**changes), marked


def ignore(_: object) -> None:
    """Nothing happens between two lines."""


@dataclass
class Run:
    """One run: its engine and the tracker in it."""

    engine: RecordedEngine
    tracker: LeanTracker

    @property
    def warnings(self) -> list[str]:
        """What the tracker warned of."""
        texts = [message.text for message in self.engine.messages]
        return [text for text in texts if text.startswith("warning ")]

    def logged(self, event: str) -> list[str]:
        """The messages of an event."""
        return [m.text for m in self.engine.messages if m.text.startswith(event)]


@dataclass
class Project:
    """A project and its store.

    Attributes:
        folder: Where it lies.
        now: The wall clock, Unix time.
        runs: How many there were.
    """

    folder: Path
    now: float = 1.6e9
    runs: int = field(default=0, init=False)

    def run(
        self,
        *lines: tapes.Line,
        live: bool = True,
        day: str = "",
        cash: float = 1000.0,
        each: Callable[[Played], object] = ignore,
        started: Callable[[LeanTracker], object] = ignore,
        kind: type[RecordedAlgorithm] = TrackedAlgorithm,
        faults: Faults = NO_FAULTS,
        **settings: Any,
    ) -> Run:
        """Run it over some lines, to their end.

        Args:
            lines: As `tapes` makes them; a start and an end are put around them.
            live: Whether LEAN trades live.
            day: The day, instead of the next one.
            cash: What the account has.
            each: Called after each line.
            started: Called at the end of `initialize`.
            kind: The algorithm.
            faults: What goes wrong.
            settings: The tracker's.
        """
        self.runs += 1
        day = day or f"2020-01-{self.runs + 1:02}"
        money: tapes.Line = {"cash": {"USD": [cash, 1.0]}, "tpv": cash}
        begin = tapes.start(live=live, utc=tapes.utc("14:00"), **money)
        first = () if lines and lines[0]["type"] == "start" else (begin,)
        moved = [json.loads(json.dumps(line).replace(DAY, day)) for line in (*first, *lines)]
        tape = tapes.tape(self.folder / f"run-{self.runs}", *moved, end_of(day))
        project = self

        class Made(kind):  # type: ignore[misc, valid-type]
            def initialize(self) -> None:
                self.tracker = track(self, clock=lambda: project.now, saver=HookSaver, **settings)
                started(self.tracker)

        engine = RecordedEngine(
            tape, Made, store=self.folder / "store", faults=faults, deployment=f"L-{self.runs}"
        )
        engine.initialize()
        made: Any = engine.algorithm
        for played in engine.play():
            each(played)
        return Run(engine, made.tracker)

    def later(self, seconds: float) -> Callable[[Played], None]:
        """Let so much time pass with each line."""

        def wait(_: Played) -> None:
            self.now += seconds

        return wait


def end_of(day: str) -> tapes.Line:
    """The end line of a day, not long after the lines there are."""
    line: tapes.Line = json.loads(json.dumps(tapes.end("15:30")).replace(DAY, day))
    return line
