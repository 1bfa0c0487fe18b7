"""The structured log as an algorithm imports it."""

from __future__ import annotations

from datetime import UTC, datetime

from utils import structured_logger
from utils.structured_logger import Category, Level, StructuredLogger, only, redact, route, sample


class Shown:
    """A sink that keeps the messages of the log file."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def log(self, message: str) -> None:
        """Keep a message."""
        self.messages.append(message)

    debug = error = log


def test_all_that_an_algorithm_needs_of_the_log_is_in_one_module() -> None:
    """A log and its processors are made of what `utils.structured_logger` exports."""
    shown = Shown()
    log = StructuredLogger(shown, lambda: datetime(2024, 1, 2, tzinfo=UTC), level=Level.INFO)
    log.processors += [redact("account"), sample("tick", every=2), only(Category.STRATEGY)]
    log.processors.append(route("nowhere", "hidden"))
    for event in ("tick", "tick", "hidden", "signal"):
        log.emit(event, account="12-34")
    log.emit("other", category=Category.RISK)
    log.flush()
    assert shown.messages == ["tick account=*** #1", "signal account=*** #3"]


def test_the_module_exports_what_exists() -> None:
    """Every name of `__all__` can be imported."""
    assert structured_logger.__all__
    assert all(hasattr(structured_logger, name) for name in structured_logger.__all__)
