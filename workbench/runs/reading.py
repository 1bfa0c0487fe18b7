"""Runs read from what a user names, whatever kind of source it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from workbench.engine.tape import TAPE_NAME
from workbench.recordings import recordings
from workbench.replay.saved_state import SavedStateError
from workbench.runs.played import record_of_recording
from workbench.runs.record import RunRecord
from workbench.runs.results import is_result_source, live_key, record_of_results
from workbench.runs.saved import record_of_state
from workbench.runs.tabular import is_table, record_of_table

Reader = Callable[[], RunRecord]


def read_record(source: str, data: Path | None = None) -> RunRecord:
    """The record of a run.

    Args:
        source: A recording, by name or folder; a result of LEAN's: a folder, a zip archive, a file,
            or a folder of result folders: of backtests the last is taken, of deployments all; what
            a run has saved: a state's file, the folder of a run, or a whole `storage` folder; or a
            CSV file of fills or of daily returns.
        data: LEAN's data folder, for what a result lacks; None without one.

    Raises:
        LookupError: There is none, or it cannot be used; the text says why.
        TapeError: A recording's tape cannot be played.
        OSError: It cannot be read.
    """
    path = Path(source)
    if not path.exists() and source not in recordings():
        raise NoRunError(
            f"there is no file or folder {source}, and no recording of that name: name a folder of"
            " LEAN's results, or one of the recordings that `python -m workbench recordings` lists"
        )
    if (path / TAPE_NAME).exists() or not path.exists():
        return record_of_recording(source)
    if is_table(path):
        return record_of_table(path)
    if is_result_source(path):
        return record_of_results([path], data)
    try:
        return record_of_state(path)
    except SavedStateError as problem:
        raise NoRunError(_nothing_in(path, problem)) from problem


class NoRunError(LookupError):
    """There is no run in what was named; the text says what could be named instead."""


def _nothing_in(path: Path, problem: SavedStateError) -> str:
    """What is said of a path that holds no run: which of its folders do, or what one would be."""
    below = sorted(each for each in path.iterdir() if each.is_dir()) if path.is_dir() else []
    runs = [each for each in below if is_result_source(each) or (each / TAPE_NAME).exists()]
    if runs:
        return f"{path} is no run itself: name {' or '.join(str(each) for each in runs[:3])}"
    return f"{path} is no result of LEAN's, no recording and no CSV, and {problem}"


def read_records(sources: Sequence[str], data: Path | None = None) -> list[Reader]:
    """What reads each run that sources name, in their order.

    Live results of one account are its deployments, and are read as one run.

    Args:
        sources: As of `read_record`.
        data: Likewise.

    Returns:
        A function for each run; errors as of `read_record`.
    """
    readers: list[Reader] = []
    deployments: dict[str, list[Path]] = {}
    for source in sources:
        key = live_key(Path(source))
        if key is None:
            readers.append(partial(read_record, source, data))
        elif key in deployments:
            deployments[key].append(Path(source))
        else:
            deployments[key] = [Path(source)]
            readers.append(partial(record_of_results, deployments[key], data))
    return readers
