"""The record of what a run has saved: what its tracker knew, of which nothing is rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.performance_tracker import PerformanceTracker
from utils.store.categories import TRADES_CATEGORY
from workbench.frames.told import told_of_tracker
from workbench.replay.saved_state import SavedState, load, root_of
from workbench.runs.building import Origin, record_of
from workbench.runs.exactness import Exactness, Label
from workbench.runs.files import source_file
from workbench.runs.record import RunRecord, SourceFile
from workbench.statistics.figures import state_statistics

# What a state does not have, and what would lift it.
_ABSENT = {
    "lean_trades": Label(
        Exactness.ABSENT, note="a saved state has no trades of LEAN's; its result file has"
    ),
}


def record_of_state(path: Path) -> RunRecord:
    """The record of a saved state; as of `state_at`."""
    return state_at(path)[0]


def state_at(path: Path) -> tuple[RunRecord, PerformanceTracker]:
    """The record of a saved state, and the tracker as it was then.

    Args:
        path: A state's file, the folder of a run, or a whole `storage` folder, of which the last
            save is taken.

    Raises:
        SavedStateError: There is none that can be used.
    """
    saved = load(path)
    tracker, snapshot = saved.tracker, saved.snapshot
    names = [each.name for each in tracker.deployments] or [snapshot.deployment]
    origin = Origin(
        algorithm=snapshot.algorithm,
        sources=[*_files(saved)],
        project=snapshot.project if snapshot.project != "0" else "",
        deployments=tuple(name for name in names if name),
        labels=_ABSENT,
    )
    told = told_of_tracker(str(path), tracker, saved.problems)
    return record_of(tracker, told, state_statistics(tracker), origin), tracker


def _files(saved: SavedState) -> Iterator[SourceFile]:
    """The state's file, and those of its trades that are there."""
    yield source_file(saved.path, "state")
    folder = root_of(saved.path) / TRADES_CATEGORY
    for segment in saved.snapshot.archive:
        if (folder / segment.name).is_file():
            yield source_file(folder / segment.name, "trades")
