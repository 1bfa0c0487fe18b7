"""The saver of a replay: it saves in the hooks, so that a replay comes to the same each time."""

from __future__ import annotations

from collections.abc import Callable


class HookSaver:
    """Calls a function that saves at once, where it is asked for now; in a live run a thread does.

    Args:
        work: What is called.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._working = False

    def ask(self, wait: float) -> None:
        """Call it, unless there is time; what is not due is asked for again by the next hook."""
        if wait > 0.0 or self._working:
            return
        self._working = True
        try:
            self._work()
        finally:
            self._working = False

    def end(self) -> None:
        """Nothing is under way."""
