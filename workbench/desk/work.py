"""What takes long, as functions that a process beside the server runs: all is handed over whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from workbench.comparison.comparison import compare
from workbench.comparison.document import to_json
from workbench.comparison.run import Run
from workbench.comparison.subjects import common_window, run_subjects, strategy_subjects
from workbench.desk.jobs import RefusedError
from workbench.engine.tape import TapeError
from workbench.library.document import record_of_contents
from workbench.report.comparing import run_of_record
from workbench.report.page import report_page
from workbench.runs.reading import read_record
from workbench.runs.record import JSON, RunRecord

Pieces = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Draws:
    """What a comparison is made with.

    Attributes:
        trials: Every run that was tried.
        others: Annual Sharpe ratios of those of them that are not compared.
        resamples: How many to draw.
        seed: The same one gives the same comparison.
    """

    trials: int
    others: tuple[float, ...]
    resamples: int
    seed: int


def made_report(pieces: Pieces) -> str:
    """The report of a run."""
    return report_page(record_of_contents(pieces))


def compared(runs: Sequence[tuple[str, Pieces]], draws: Draws) -> JSON:
    """Runs, or the strategies of one, beside each other.

    Args:
        runs: Each with what to call it.
        draws: What it is made with.

    Raises:
        RefusedError: They have no day in common, or nothing to compare.
    """
    read = [run_of_record(record_of_contents(pieces), name) for name, pieces in runs]
    try:
        found = compare(
            read,
            trials=draws.trials,
            others=draws.others,
            resamples=draws.resamples,
            seed=draws.seed,
        )
    except LookupError as error:
        raise RefusedError(str(error)) from None
    return {**to_json(found), "problems": list(found.problems), "overlay": _overlay(read)}


def _overlay(runs: Sequence[Run]) -> JSON:
    """The daily returns on the days that all have, which a chart lays over each other."""
    window = common_window(runs)
    alone = len(runs) == 1
    subjects = strategy_subjects(runs[0], window) if alone else run_subjects(runs, window)
    return {
        "days": [date.fromordinal(day).isoformat() for day in window.days.tolist()],
        "returns": {each.name: each.returns.tolist() for each in subjects},
    }


def read_upload(path: str) -> RunRecord:
    """The record of a file that somebody sent; what it says names the file without its folder.

    Args:
        path: Where the file was put.

    Raises:
        RefusedError: It cannot be used; the text says why.
    """
    file = Path(path)
    folder = f"{file.parent}/"
    try:
        record = read_record(path)
    except (LookupError, OSError, TapeError) as error:
        raise RefusedError(str(error).replace(folder, "")) from None
    told: Any = record.told
    problems = tuple(each.replace(folder, "") for each in told.problems)
    return replace(record, told=replace(told, name=file.name, problems=problems))
