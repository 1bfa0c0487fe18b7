"""The record of a recorded run: its tape is replayed, so that every figure of it is exact."""

from __future__ import annotations

from math import fsum
from pathlib import Path
from typing import Any

from models.trades.lean_trade import LeanTrade
from workbench.comparison.sources import recorded_parameters
from workbench.engine.tape import TAPE_NAME, read_tape
from workbench.engine.tape_fields import utc_of
from workbench.frames.heard import HeardReplay
from workbench.recordings import find, result
from workbench.runs.building import Origin, record_of
from workbench.runs.files import source_file
from workbench.runs.record import RunRecord, SourceFile
from workbench.statistics.figures import replay_statistics

# LEAN's own files beside a tape, by what they are called in a recording.
BESIDE = ("result", "order-events")


def record_of_recording(name: str) -> RunRecord:
    """The record of a recording.

    Args:
        name: The recording's name or folder.

    Raises:
        LookupError: There is no such recording.
        TapeError: Its tape cannot be played.
        OSError: It cannot be read.
    """
    path = find(name)
    replay = HeardReplay(read_tape(path), lean_book=True)
    for _ in replay.play():
        pass
    return record_of_replay(replay, name, path)


def record_of_replay(replay: HeardReplay, name: str, path: Path) -> RunRecord:
    """The record of a recording that was played to its end, with LEAN's book.

    Args:
        replay: The replay.
        name: What the source is called.
        path: The recording's folder.

    Raises:
        OSError: A file of it cannot be read.
    """
    told, tape = replay.told_so_far(name), replay.tape
    parameters, problems = recorded_parameters(path)
    origin = Origin(
        algorithm=tape.start["algorithm"],
        sources=_files(path),
        begun=utc_of(tape.start["utc"]),
        parameters=parameters,
        lean_trades=len(replay.lean_trades),
        realized=_realized(replay.lean_trades),
        lean=_lean(path),
    )
    told = told.with_problems(problems)
    return record_of(replay.tracker, told, replay_statistics(replay), origin)


def _realized(trades: list[LeanTrade]) -> float:
    return round(fsum(trade.profit_loss for trade in trades), 2)  # LEAN adds up cents


def _files(path: Path) -> list[SourceFile]:
    """The tape, and those of LEAN's files that the record has something of."""
    found = [source_file(path / TAPE_NAME, "tape")]
    for kind in BESIDE:
        beside = path / f"{kind}.json.gz"
        if beside.is_file():
            found.append(source_file(beside, kind))
    return found


def _lean(path: Path) -> dict[str, str]:
    """LEAN's own statistics by name; none where its result is missing or damaged."""
    try:
        found: Any = result(path, "result")
        return {str(name): str(value) for name, value in found["statistics"].items()}
    except (OSError, ValueError, AttributeError, LookupError, TypeError):
        return {}
