"""How a command refuses: one line of error and an exit code, as the LEAN CLI does."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from workbench.terminal import tell_aside

# The exit code where what was asked for is not there, is not allowed or cannot be read; it is that
# of click's usage errors too.
REFUSED = 2
MOST_WARNINGS = 120  # lines of warning


@contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """End the command with one line of error and exit code 2 where one of these is raised.

    Args:
        errors: Beside LookupError and OSError, which always count.
    """
    expected: tuple[type[Exception], ...] = (LookupError, OSError, *errors)
    try:
        yield
    except expected as error:
        tell_aside(f"Error: {error}")
        sys.exit(REFUSED)


def warn(problems: Sequence[str]) -> None:
    """Print each problem as a line of warning, apart from the output; of many some and a count."""
    for problem in problems[:MOST_WARNINGS]:
        tell_aside(f"Warning: {problem}")
    if len(problems) > MOST_WARNINGS:
        tell_aside(f"Warning: {len(problems) - MOST_WARNINGS:,} more problems")
