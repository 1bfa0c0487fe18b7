"""Runs that have ended go into the library: when, once, and not before they are whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.workbench.desk.watch.local import Machine
from workbench.desk.watch.result_folders import LIVE_OVER, SETTLED
from workbench.desk.watch.tree import SELDOM
from workbench.library.entries import Outcome
from workbench.library.errors import LibraryError
from workbench.library.library import Library
from workbench.recordings import PROJECT

RESULTS = PROJECT.parent / "shared" / "results"
BACKTEST, LIVE = RESULTS / "BasicTemplateCryptoAlgorithm", RESULTS / "live-redeploy-1"

pytestmark = pytest.mark.skipif(
    not RESULTS.is_dir(), reason="LEAN's result folders are not beside the project"
)


def copy(machine: Machine, source: Path, name: str) -> Path:
    """A result folder on the machine, written now file by file."""
    place = machine.folder / name
    place.mkdir(parents=True)
    # LEAN writes the summary first, and the result and its order events behind it
    for path in sorted(source.iterdir(), key=lambda path: "summary" not in path.name):
        if path.is_file():
            shutil.copyfile(path, place / path.name)
    machine.moment.stamp(machine.folder)
    return place


def settle(machine: Machine, seconds: float = SETTLED) -> None:
    """Look as often as it takes to find what is new in a quiet folder, wait, and look again."""
    for _ in range(SELDOM):
        machine.look()
    machine.watcher.import_due()
    machine.moment.go(seconds)
    machine.look()
    machine.watcher.import_due()


def outcomes(machine: Machine) -> list[Outcome]:
    """What became of the runs that the library was given."""
    return [put.outcome for put in machine.taken]


def test_a_backtest_is_imported_once_it_is_whole(machine: Machine) -> None:
    """A few seconds after its last file, once, and not again after a restart."""
    copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    machine.look()
    machine.watcher.import_due()
    assert machine.taken == []
    settle(machine)
    assert outcomes(machine) == [Outcome.ADDED]
    settle(machine, 300.0)
    machine.new_watcher()
    settle(machine, 300.0)
    assert outcomes(machine) == [Outcome.ADDED]
    (entry,) = machine.library.list().entries
    assert entry.id == machine.taken[0].id


def test_a_backtest_that_runs_is_not_imported(machine: Machine) -> None:
    """LEAN writes a result each half minute, and its summary only at the end."""
    place = copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    summary = next(place.glob("*-summary.json"))
    summary.rename(place.parent / "kept")
    for _ in range(4):
        (place / "BasicTemplateCryptoAlgorithm.json").touch()
        machine.moment.stamp(machine.folder)
        settle(machine, 30.0)
    assert machine.taken == []
    (place.parent / "kept").rename(summary)
    (place / "BasicTemplateCryptoAlgorithm.json").touch()
    machine.moment.stamp(machine.folder)
    settle(machine)
    assert outcomes(machine) == [Outcome.ADDED]


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.999])
def test_a_result_that_is_cut_is_imported_when_it_is_whole(machine: Machine, cut: float) -> None:
    """Whatever the time, half a result is no run."""
    place = copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    result = place / "BasicTemplateCryptoAlgorithm.json"
    content = result.read_bytes()
    result.write_bytes(content[: int(len(content) * cut)])
    settle(machine)
    settle(machine, 600.0)
    assert machine.taken == []
    result.write_bytes(content)
    settle(machine)
    settle(machine)
    assert outcomes(machine) == [Outcome.ADDED]


def test_a_live_run_is_imported_once_it_is_over(machine: Machine) -> None:
    """While it writes it is a deployment; all deployments of an account are one run."""
    one = copy(machine, LIVE, "one/live/2026-11-26_13-18-47")
    settle(machine, LIVE_OVER / 2)
    assert machine.taken == []
    settle(machine, LIVE_OVER)
    assert outcomes(machine) == [Outcome.ADDED]
    copy(machine, RESULTS / "live-redeploy-2", "one/live/2026-11-26_13-20-00")
    settle(machine, LIVE_OVER + 10.0)
    assert one.is_dir()
    assert outcomes(machine) == [Outcome.ADDED, Outcome.REPLACED]
    (entry,) = machine.library.list().entries
    assert entry.live


def test_two_runs_in_one_folder_are_two(machine: Machine) -> None:
    """A LEAN without the CLI writes all results into one."""
    place = copy(machine, BACKTEST, "results")
    for path in (RESULTS / "FractionalQuantityRegressionAlgorithm").iterdir():
        if path.is_file() and "summary" in path.name:
            shutil.copyfile(path, place / path.name)
    for path in (RESULTS / "FractionalQuantityRegressionAlgorithm").iterdir():
        if path.is_file() and "summary" not in path.name:
            shutil.copyfile(path, place / path.name)
    settle(machine)
    settle(machine)
    assert outcomes(machine) == [Outcome.ADDED, Outcome.ADDED]


def test_links_are_not_imported(machine: Machine) -> None:
    """A folder whose files lead elsewhere is left alone."""
    place = copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    events = next(place.glob("*-order-events.json"))
    events.rename(machine.folder.parent / events.name)
    events.symlink_to(machine.folder.parent / events.name)
    settle(machine)
    settle(machine, 600.0)
    assert machine.taken == []


def test_what_cannot_be_read_is_left_until_it_changes(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some tries no more time is spent on it, not after a restart either."""
    place = copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    result = place / "BasicTemplateCryptoAlgorithm.json"
    result.write_text("{")
    for _ in range(12):
        settle(machine, 60.0)

    def forbidden(*words: object) -> object:
        raise AssertionError("it was read")

    monkeypatch.setattr("workbench.desk.watch.importing.read_records", forbidden)
    settle(machine, 60.0)
    machine.new_watcher()
    settle(machine, 60.0)
    assert machine.taken == []


def test_a_library_that_fails_is_tried_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is noted as imported that is not in the library."""
    copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")

    def failing(*words: object) -> object:
        raise LibraryError("it fails")

    with monkeypatch.context() as broken:
        broken.setattr(Library, "put", failing)
        settle(machine)
    assert machine.taken == []
    with monkeypatch.context() as broken:
        broken.setattr("workbench.desk.notes.Notes.put", failing)
        machine.moment.go(2.0)
        machine.watcher.import_due()
    assert outcomes(machine) == [Outcome.ADDED]


def test_what_vanishes_before_it_is_read_is_no_fault(machine: Machine) -> None:
    """A folder may be deleted at any time."""
    place = copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    machine.look()
    machine.moment.go(SETTLED)
    machine.look()
    shutil.rmtree(place)
    machine.watcher.import_due()
    machine.look()
    assert machine.taken == []
    assert not os.path.lexists(place)


def test_a_summary_alone_is_no_end(machine: Machine) -> None:
    """LEAN writes the summary, and then the whole result: until then an older one lies there."""
    place = copy(machine, BACKTEST, "crypto/backtests/2026-01-01_00-00-00")
    summary = next(place.glob("*-summary.json"))
    machine.moment.go(10.0)
    summary.touch()
    settle(machine)
    assert machine.taken == []
    (place / "BasicTemplateCryptoAlgorithm.json").touch()
    settle(machine)
    settle(machine)
    assert outcomes(machine) == [Outcome.ADDED]
