"""Saving states where nothing keeps them: it stands in for `models/tracker/persistence.py`.

LEAN's free tier has no Object Store. What a state is made of stays: the algorithm itself may take
one with `state()` and bring it back with `restore()`.
"""

from __future__ import annotations

import enum
from typing import NoReturn

from models.errors import CallError
from models.tracker.ports import StateStore

NO_STATES = "this form of the tracker was exported for LEAN's free tier and keeps no states"


class Found(enum.Enum):
    """What a store had under a name."""

    RESTORED = "restored"


class Persistence:
    """Saves nothing; as of the class that it stands in for.

    Args:
        states: Where states would be kept; it says why they are not.
    """

    def __init__(self, _tracker: object, _core: object, states: StateStore | None) -> None:
        self._states = states

    def save(self, prefix: str, *, force: bool) -> NoReturn:
        """Raise `CallError`: no state is kept, `force` or not."""
        self.load(prefix)

    def load(self, prefix: str) -> NoReturn:
        """Raise `CallError`: no state is kept."""
        if self._states is not None:
            self._states.check_prefix(prefix)
        raise CallError(NO_STATES)
