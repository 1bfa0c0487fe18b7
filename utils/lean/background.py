"""The thread that saves in live trading, so that no hook of LEAN's waits for a save."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from typing import Protocol

# Seconds that the end of a run waits for a save that is under way: LEAN gives it a minute.
PATIENCE = 50.0


class Saver(Protocol):
    """What calls a function that saves, so that no hook waits for it."""

    def ask(self, wait: float, /) -> None:
        """Ask for a call in so many seconds; one that is asked for earlier stays."""

    def end(self) -> None:
        """Let no further call begin, and wait for the one that is under way."""


def spare_what_stays() -> None:
    """Let Python's garbage collector look no more at what was loaded before a live run.

    Every full look at all modules stops all threads for tens of milliseconds, a hook among them.
    """
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()


# Makes what calls a function.
SaverOf = Callable[[Callable[[], object]], Saver]


class SavingThread:
    """Calls a function in a thread of its own, at the latest when it was asked for.

    Args:
        work: What is called; it raises nothing.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._condition = threading.Condition()
        self._due: float | None = None  # by the monotonic clock
        self._working = self._ended = False
        self._thread: threading.Thread | None = None

    def ask(self, wait: float) -> None:
        """Ask for a call in so many seconds; one that is asked for earlier stays."""
        due = time.monotonic() + max(0.0, wait)
        with self._condition:
            if self._ended or (self._due is not None and self._due <= due):
                return
            self._due = due
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="performance tracker: saves", daemon=True
                )
                self._thread.start()
            self._condition.notify_all()

    def end(self) -> None:
        """Let no further call begin, and wait for the one that is under way."""
        with self._condition:
            self._ended, self._due = True, None
            self._condition.notify_all()
            if threading.current_thread() is not self._thread:
                self._condition.wait_for(lambda: not self._working, PATIENCE)

    def _run(self) -> None:
        while self._wait():
            try:
                self._work()
            finally:
                with self._condition:
                    self._working = False
                    self._condition.notify_all()

    def _wait(self) -> bool:
        """Wait until a call is due; False at the end."""
        with self._condition:
            while not self._ended:
                left = None if self._due is None else self._due - time.monotonic()
                if left is not None and left <= 0.0:
                    self._due, self._working = None, True
                    return True
                self._condition.wait(left)
            return False
