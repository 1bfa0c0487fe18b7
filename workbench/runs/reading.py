"""Runs read from what a user names, whatever kind of source it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.replay.saved_state import is_saved_state
from workbench.runs.played import record_of_recording
from workbench.runs.record import RunRecord
from workbench.runs.saved import record_of_state


def read_record(source: str) -> RunRecord:
    """The record of a run.

    Args:
        source: A recording, by name or folder; what a run has saved: a state's file, the folder of
            a run, or a whole `storage` folder.

    Raises:
        LookupError: There is none, or it cannot be used; the text says why.
        TapeError: A recording's tape cannot be played.
        OSError: It cannot be read.
    """
    reader = next(read for accepts, read in READERS if accepts(source))
    return reader(source)


# The kinds of source, the first that accepts what was named reads it.
READERS: tuple[tuple[Callable[[str], bool], Callable[[str], RunRecord]], ...] = (
    (lambda source: is_saved_state(Path(source)), lambda source: record_of_state(Path(source))),
    (lambda source: True, record_of_recording),
)
