"""When a state would be saved: it stands in for `utils/lean/saving.py`.

LEAN's free tier has no Object Store and trades nothing live, so that nothing is saved by itself; an
archive of the user's own takes closed trades without it.
"""

from __future__ import annotations

from collections.abc import Callable

from models.performance_tracker import PerformanceTracker
from utils.lean.background import SaverOf
from utils.lean.run import LeanRun
from utils.notify.reporting import Reporting


class Saving:
    """Saves nothing; as of the class that it stands in for.

    Attributes:
        persists: Whether the state is saved by itself: never.
        refused: Whether there is a state that the run cannot go on with: there is none.
    """

    persists = refused = False

    def __init__(
        self,
        tracker: PerformanceTracker,
        _reporting: Reporting,
        _run: LeanRun,
        _clock: Callable[[], float],
        _saver: SaverOf,
        *,
        persists: bool,
    ) -> None:
        assert not persists, "without an Object Store nothing is saved by itself"
        self._persistence = tracker.persistence

    def save_if_due(self) -> None:
        """Nothing is due."""

    save_last = save_handed = save_if_due

    def save(self, prefix: str, *, force: bool) -> bool:
        """Raise `CallError`: no state is kept."""
        return self._persistence.save(prefix, force=force)

    def resume(self, _algorithm: object) -> bool:
        """Go on with nothing; returns whether there was anything."""
        return False
