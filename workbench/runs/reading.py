"""Runs read from what a user names, whatever kind of source it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from workbench.engine.tape import TAPE_NAME
from workbench.replay.saved_state import is_saved_state
from workbench.runs.played import record_of_recording
from workbench.runs.record import RunRecord
from workbench.runs.results import is_result_source, record_of_results
from workbench.runs.saved import record_of_state


def read_record(source: str, data: Path | None = None) -> RunRecord:
    """The record of a run.

    Args:
        source: A recording, by name or folder; a result of LEAN's: a folder, a zip archive, a file,
            or a folder of result folders, of which the last is taken; what a run has saved: a
            state's file, the folder of a run, or a whole `storage` folder.

    Raises:
        LookupError: There is none, or it cannot be used; the text says why.
        TapeError: A recording's tape cannot be played.
        OSError: It cannot be read.
    """
    path = Path(source)
    reader = next(read for accepts, read in READERS if accepts(path))
    return reader(source)


def read_records(sources: Sequence[str], data: Path | None = None) -> list[Callable[[], RunRecord]]:
    """What reads each run that sources name, in their order.

    Live results of one algorithm are deployments of one run, and are read as one.

    Args:
        sources: As of `read_record`.
        data: LEAN's data folder; None without one.

    Returns:
        A function for each run; errors as of `read_record`.
    """
    return [partial(read_record, source, data) for source in sources]


def _is_recording(path: Path) -> bool:
    return (path / TAPE_NAME).exists() or not path.exists()


# The kinds of source, the first that accepts what was named reads it.
READERS: tuple[tuple[Callable[[Path], bool], Callable[[str], RunRecord]], ...] = (
    (_is_recording, record_of_recording),
    (is_result_source, lambda source: record_of_results(Path(source))),
    (is_saved_state, lambda source: record_of_state(Path(source))),
    (lambda path: True, record_of_recording),
)
