"""Where the log's messages go, and the guard that is used where nobody gives another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class LogSink(Protocol):
    """What shows messages; an algorithm does."""

    def debug(self, message: str, /) -> object:
        """Show a message on the console."""

    def log(self, message: str, /) -> object:
        """Write a message to the log file."""

    def error(self, message: str, /) -> object:
        """Show a message on the console, in red."""


def unguarded(_: str, call: Callable[..., object], *arguments: Any) -> bool:
    """Call something without any guard: what it raises goes through to the caller."""
    call(*arguments)
    return True
