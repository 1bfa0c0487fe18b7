"""Persistence: states saved in a store, and taken over again."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from models.errors import CallError, Failure
from models.later import Steps, whole
from models.tracker.core import Core
from models.tracker.ports import StateStore, StepwiseStore


class Stateful(Protocol):
    """What is saved as a whole: the tracker with all its parts."""

    def state(self) -> dict[str, Any]:
        """Everything it knows, JSON-able and exact."""

    def capture(self) -> dict[str, Any]:
        """Everything it knows at one moment; what is large becomes JSON later."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""


class Found(enum.Enum):
    """What a store had under a name."""

    NOTHING = "nothing"  # no state, or none that is whole
    RESTORED = "restored"  # a state, which was taken over
    USELESS = "useless"  # a state that cannot be used, or a store that could not be read


class Persistence:
    """Saves one tracker's state, and takes it over.

    Args:
        tracker: What is saved and restored.
        core: Its core, whose lock makes a state one of a single moment.
        states: Where states are kept; None where they cannot be.
    """

    def __init__(self, tracker: Stateful, core: Core, states: StateStore | None) -> None:
        self._tracker = tracker
        self._core = core
        self._guard = core.guard
        self._states = states
        self._saving = threading.RLock()  # of two states the older one must not be saved last
        self._under_way: Steps[bool] | None = None

    def save(self, prefix: str, *, force: bool) -> bool:
        """Save everything that is known under a name.

        Returns:
            False where it was too soon and not forced, or where the store refused: that is counted
            and warned of, and the state saved before is still there.

        Raises:
            CallError: There is no store that keeps states, or the prefix makes no name.
        """
        store = self._store(prefix)
        with self._saving:
            self.finish()
            self._under_way = self._save(store, prefix, force, at_once=True)
            return self.finish()

    def check(self, prefix: str) -> None:
        """Raise `CallError` where nothing can be saved under a name, as `save` does."""
        self._store(prefix)

    def hand_over(self, prefix: str, *, force: bool) -> Callable[[], bool]:
        """Take down everything that is known now; what is returned saves it, as `save` does.

        Raises:
            CallError: As of `save`.
        """
        store = self._store(prefix)
        taken = self._take_down()

        def save() -> bool:
            with self._saving:
                self.finish()
                self._under_way = self._put(store, taken, prefix, force, at_once=True)
                return self.finish()

        return save

    def begin(self, prefix: str, *, force: bool) -> None:
        """Begin a save that `step` goes on with; one that is under way is finished first.

        Raises:
            CallError: As of `save`.
        """
        store = self._store(prefix)
        with self._saving:
            self.finish()
            self._under_way = self._save(store, prefix, force, at_once=False)

    def step(self) -> bool | None:
        """Take a step of the save that is under way.

        Returns:
            None while it is under way; at its end, and where none is, what `save` returns.
        """
        with self._saving:
            if self._under_way is None:
                return False
            ended = self._guard.call("save", _next_step, self._under_way)
            if ended is None:
                return None
            self._under_way = None
            if isinstance(self._states, StepwiseStore):
                notes, self._states.notes = self._states.notes, []
                if notes:
                    kept = dict.fromkeys(notes)
                    self._guard.note("save: trades left out", "; ".join(kept), len(kept))
            return ended is True

    def finish(self) -> bool:
        """Finish the save that is under way, if one is; returns what `save` does."""
        with self._saving:
            while (ended := self.step()) is None:
                pass
            return ended

    def _save(self, store: StateStore, prefix: str, force: bool, *, at_once: bool) -> Steps[bool]:
        core = self._core
        for log in core.logs.values():
            yield from core.archiving.steps(log)
        taken = self._take_down()
        yield
        return (yield from self._put(store, taken, prefix, force, at_once=at_once))

    def _take_down(self) -> tuple[dict[str, Any], datetime | None]:
        """The state of this moment, and the time of its last event."""
        with self._core.lock:
            return self._tracker.capture(), self._core.ledger.books.time

    def _put(
        self,
        store: StateStore,
        taken: tuple[dict[str, Any], datetime | None],
        prefix: str,
        force: bool,
        *,
        at_once: bool,
    ) -> Steps[bool]:
        state, time = taken
        if not isinstance(store, StepwiseStore):
            return store.save_state(whole(state), time, prefix, force=force)
        if at_once:
            return store.save_state(state, time, prefix, force=force)
        return (yield from store.saving(state, time, prefix, force=force))

    def load(self, prefix: str) -> Found:
        """Take over the newest whole state of a name; without one the tracker is as it was.

        What is damaged is counted and warned of, and the copy before it taken.

        Raises:
            CallError: There is no store that keeps states, or the prefix makes no name.
        """
        guard = self._guard
        loaded = guard.call("load", self._store(prefix).load_state, prefix)
        if isinstance(loaded, Failure):
            return Found.USELESS
        state, problems = loaded
        found = Found.NOTHING
        if state is not None:
            taken = guard.attempt("restore", self._take_over, state)
            found = Found.RESTORED if taken else Found.USELESS
        if problems:  # after the restore, which brings the counts of former runs
            guard.note("load: damaged", f"load: {'; '.join(problems)}", len(problems))
        return found

    def _take_over(self, state: Mapping[str, Any]) -> None:
        """Restore a state; where that fails halfway, go back to what was known."""
        before, taken = self._tracker.state(), False
        try:
            self._tracker.restore(state)
            taken = True
        finally:
            if not taken:
                self._tracker.restore(before)

    def _store(self, prefix: str) -> StateStore:
        if self._states is None:
            raise CallError("the tracker has no store: give it object_store=SnapshotStore(...)")
        self._states.check_prefix(prefix)
        return self._states


def _next_step(steps: Steps[bool]) -> bool | None:
    """Take one step; returns what was made, None before the last one."""
    try:
        next(steps)
    except StopIteration as ended:
        return bool(ended.value)
    return None
