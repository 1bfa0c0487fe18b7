"""An algorithm wired as the README says, run over a tape with parameters."""

from __future__ import annotations

from typing import Any

from tests.workbench.engine import tapes
from utils.tracking import LeanTracker, track
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.faults import Faults
from workbench.engine.tape import Tape
from workbench.replay.replay import TrackedAlgorithm
from workbench.replay.saver import HookSaver

NO_FAULTS = Faults()


LEFT = {"USD": [499.0, 1.0]}


HELD = {tapes.STOCK: [10.0, 50.25, 50.0, 1.5, 502.5]}


BOUGHT = (tapes.security(), tapes.order(), tapes.mark("14:32", h=HELD, tpv=1001.5, cash=LEFT))


def standing() -> float:
    """A clock that stands still: no save is slow, whatever the machine does beside it."""
    return 1.8e9


def as_lean(algorithm: RecordedAlgorithm) -> Any:
    """The recorded algorithm, where LEAN's own is meant."""
    return algorithm


class Wired(TrackedAlgorithm):
    """An algorithm that makes its tracker in `initialize`, as the README says."""

    def initialize(self) -> None:
        """Make the tracker."""
        self.tracker = track(as_lean(self), clock=standing, saver=HookSaver)


def run(
    tape: Tape,
    algorithm: type[RecordedAlgorithm] = Wired,
    faults: Faults = NO_FAULTS,
    **parameters: str,
) -> tuple[RecordedEngine, LeanTracker]:
    """Run an algorithm with parameters over a tape to its end."""
    engine = RecordedEngine(tape, algorithm, parameters=parameters, faults=faults)
    engine.run()
    made: Any = engine.algorithm
    return engine, made.tracker
