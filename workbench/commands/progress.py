"""The progress bar of a replay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.replay.replay import Replay
from workbench.terminal import clean_text, terminal

LINES = 500  # of the tape between two updates of the bar


def with_progress(replay: Replay, *, shown: bool) -> Iterator[dict[str, Any] | None]:
    """Play a replay, with a bar on the terminal of how much of the tape is read.

    Args:
        replay: The replay.
        shown: Whether to draw the bar; where errors do not go to a terminal none is drawn.

    Yields:
        What the replay yields, line by line.
    """
    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), TimeElapsedColumn())
    console = terminal(stderr=True)
    hidden = not (shown and console.is_terminal)
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        name = clean_text(replay.tape.path.parent.name)
        task = bar.add_task(f"Replaying {name}", total=1.0)
        for count, row in enumerate(replay.play()):
            yield row
            if count % LINES == 0:
                bar.update(task, completed=replay.tape.progress)
