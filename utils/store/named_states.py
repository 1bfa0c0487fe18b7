"""States that the user saves under a name of his own: every later run finds them, whatever its id.

What a backtest saves by itself is its own. A state that somebody named is meant to be found again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.later import Steps
from utils.store.snapshots import SnapshotStore


class NamedStates:
    """Keeps the states of a run in its own store, and those with a name in one of all runs.

    Args:
        own: The run's store.
        named: That of all runs; of live trading it is the same.

    Attributes:
        loaded: The id of the run that saved what was loaded last; None before the first load.
    """

    def __init__(self, own: SnapshotStore, named: SnapshotStore) -> None:
        self._own = own
        self._named = named
        self.loaded: str | None = None

    @property
    def notes(self) -> list[str]:
        """What is to be told of what had to give way in either."""
        both = (self._own,) if self._named is self._own else (self._own, self._named)
        return [note for states in both for note in states.notes]

    @notes.setter
    def notes(self, notes: list[str]) -> None:
        """Take what is left to be told: nothing, once it was."""
        self._named.notes = []
        self._own.notes = notes

    def _of(self, prefix: str) -> SnapshotStore:
        return self._named if prefix else self._own

    def check_prefix(self, prefix: str) -> None:
        """Raise `CallError` unless a state may be kept under the name."""
        self._of(prefix).check_prefix(prefix)

    def save_state(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str = "", *, force: bool
    ) -> bool:
        """Save a state; as of `SnapshotStore.save_state`."""
        return self._of(prefix).save_state(state, time, prefix, force=force)

    def saving(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str = "", *, force: bool
    ) -> Steps[bool]:
        """Save a state in steps; as of `SnapshotStore.saving`."""
        return self._of(prefix).saving(state, time, prefix, force=force)

    def load_state(self, prefix: str = "") -> tuple[Mapping[str, Any] | None, Sequence[str]]:
        """The newest whole state, and what was wrong; as of `SnapshotStore.load_state`."""
        store = self._of(prefix)
        found = store.load_state(prefix)
        self.loaded = store.loaded
        return found
