"""How the launcher refuses to start an engine."""

from __future__ import annotations

import click

from workbench.terminal import clean_lines


class LaunchError(click.ClickException):
    """The engine asked for cannot run; the message says what to install, set or mend."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(clean_lines(message))


def demand(*problems: str | None) -> None:
    """Raise one LaunchError that names every problem that is not None."""
    named = [problem for problem in problems if problem is not None]
    if named:
        raise LaunchError("\n  ".join(["this engine cannot run here.", *named]))
