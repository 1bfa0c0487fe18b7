"""Persistence: states saved in a store, and taken over again."""

from __future__ import annotations

import enum
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from models.errors import CallError, Failure
from models.tracker.core import Core
from models.tracker.ports import StateStore


class Stateful(Protocol):
    """What is saved as a whole: the tracker with all its parts."""

    def state(self) -> dict[str, Any]:
        """Everything it knows, JSON-able and exact."""

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
            return self._guard.call("save", self._save, store, prefix, force) is True

    def _save(self, store: StateStore, prefix: str, force: bool) -> bool:
        core = self._core
        with core.lock:
            state, time = self._tracker.state(), core.ledger.books.time
        return store.save_state(state, time, prefix, force=force)

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
