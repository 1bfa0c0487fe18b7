"""One scene played several times: once for its bill, then with plain copies for its own time.

Every pass makes the same calls in the same order, so a call's own time is the shortest of several
passes: what other processes took from one of them is not in it. The garbage collector rests while
a hook is timed, for it would look through the engine's objects too.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from cProfile import Profile
from dataclasses import dataclass
from time import thread_time_ns
from typing import Any, Final

from benchmarks.copies import LOOK, Copies
from benchmarks.scene import Scene
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.bill import Bill
from workbench.engine.engine import RecordedEngine
from workbench.engine.reads import observed
from workbench.engine.tape import read_tape

SAVE: Final = "save"
"""The kind of a save's call; its time is taken out of the hook that it came in."""
START: Final = "initialize"
EVENT: Final = "on_order_event"
DATA: Final = "on_data"
MIDNIGHT: Final = "schedule"
END: Final = "on_end_of_algorithm"
Learnt = defaultdict[str, dict[str, None]]
NO_PROFILES: Final[Mapping[str, Profile]] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a hook.

    Attributes:
        kind: The hook, or `SAVE`.
        held: Instruments that the account holds meanwhile.
        filled: Whether it is an order event that fills something.
        own: Nanoseconds of Python.
    """

    kind: str
    held: int
    filled: bool
    own: int


def billed(scene: Scene) -> Bill:
    """Play a scene and price its reads."""

    class Billed(RecordedAlgorithm):
        def initialize(self) -> None:
            self.wired = scene.wire(self, **scene.settings)

        def on_order_event(self, order_event: Any) -> None:
            self.wired.on_order_event(order_event)

        def on_data(self, slice: Any) -> None:
            self.wired.on_data(slice)

        def on_end_of_algorithm(self) -> None:
            self.wired.finish()

    bill = Bill()
    with observed(bill):
        RecordedEngine(read_tape(scene.path), Billed).run()
    return bill


class Pass:
    """One playing of a scene with plain copies of LEAN's objects.

    Args:
        scene: What is played.
        learnt: The members of LEAN's classes that earlier passes read; added to.
        before: Called with the number of each call, before what its hook reads is laid out.
        profiles: By kind of hook, what profiles its calls.

    Attributes:
        calls: What was measured, in order.
    """

    def __init__(
        self,
        scene: Scene,
        learnt: Learnt,
        *,
        before: Callable[[int], object] = lambda _: None,
        profiles: Mapping[str, Profile] = NO_PROFILES,
    ) -> None:
        self.calls: list[Call] = []
        self._scene = scene
        self._before = before
        self._profiles = profiles
        self._copies = Copies(learnt, lambda callback: lambda: self._time(MIDNIGHT, callback))
        self._wired: Any = None
        self._securities: Mapping[str, Any] = {}

    def play(self) -> list[Call]:
        """Play it once; the calls."""
        with resting_collector():
            RecordedEngine(read_tape(self._scene.path), self._algorithm()).run()
        return self.calls

    def _algorithm(self) -> type[RecordedAlgorithm]:
        played = self

        class Timed(RecordedAlgorithm):
            def initialize(self) -> None:
                played._securities = self._lean.account.securities
                played._time(START, played._wire, self)

            def on_order_event(self, order_event: Any) -> None:
                filled = bool(order_event._line["fill_qty"])
                played._time(EVENT, played._wired.on_order_event, order_event, filled=filled)

            def on_data(self, slice: Any) -> None:
                played._time(DATA, played._wired.on_data, slice)

            def on_end_of_algorithm(self) -> None:
                played._time(END, played._wired.finish)

        return Timed

    def _wire(self, algorithm: Any) -> None:
        self._wired = self._scene.wire(algorithm, **self._scene.settings)
        persistence = getattr(self._wired, "persistence", None)
        if persistence is not None:
            persistence.save = self._saving(persistence.save)

    def _time(
        self, kind: str, hook: Callable[..., object], *given: object, filled: bool = False
    ) -> None:
        self._before(len(self.calls))  # first: what LEAN's objects cost cold is in their prices
        self._copies.refresh()
        plain = [self._copies.of(value) for value in given]
        held = sum(security.quantity != 0.0 for security in self._securities.values())
        profile = self._profiles.get(kind, nullcontext())
        lost = self._copies.clock.lost
        with profile:
            began = thread_time_ns()
            hook(*plain)
            spent = thread_time_ns() - began
        own = spent - (self._copies.clock.lost - lost) - LOOK
        self.calls.append(Call(kind, held, filled, own))

    def _saving(self, save: Callable[..., object]) -> Callable[..., object]:
        clock = self._copies.clock

        def timed(*given: Any, **named: Any) -> object:
            began, lost = thread_time_ns(), clock.lost
            result = save(*given, **named)
            own = thread_time_ns() - began - (clock.lost - lost)
            clock.lost += own
            self.calls.append(Call(SAVE, 0, False, own))
            return result

        return timed


@contextmanager
def resting_collector() -> Iterator[None]:
    """Have no garbage collected meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
