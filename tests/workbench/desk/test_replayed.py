"""A recording that trades again: what it leaves is what a local live run leaves."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.workbench.desk.watch.local import Machine
from workbench.desk import replayed
from workbench.desk.local_run import WRITTEN_EVERY, LocalRun
from workbench.desk.watch.result_folders import SETTLED
from workbench.library.library import open_library
from workbench.recordings import find
from workbench.replay.saved_state import load
from workbench.runs.reading import read_record

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC).timestamp()


class Clock:
    """The time that a run sees, which goes on as it waits."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        """Unix time."""
        return self.now


def test_a_run_trades_now(tmp_path: Path) -> None:
    """Its times begin now and go on at its speed; its figures are those of the recording."""
    clock = Clock()
    local = LocalRun(find("live-paper"), tmp_path, speed=2.0, clock=clock)
    waits = []
    for until in local.play():
        waits.append(until)
        clock.now = max(clock.now, until)
    assert waits == sorted(waits)
    assert waits[-1] - NOW == pytest.approx(111.24 / 2, abs=0.1)
    saved = load(tmp_path / "storage")
    assert saved.snapshot.deployment == local.name
    assert saved.tracker.summary().fills == 65
    assert saved.tracker.summary().equity == pytest.approx(999812.8084739961)
    (path,) = local.results.glob("*-order-events.json")
    events = json.loads(path.read_text())
    assert path.name == f"{local.name}-2027-03-01-order-events.json"
    assert {event["algorithmId"] for event in events} == {local.name}
    assert NOW <= events[0]["time"] <= events[-1]["time"] <= clock.now


def test_order_events_come_as_lean_writes_them(tmp_path: Path) -> None:
    """Not with each fill, but every few seconds; none of them is of the future."""
    clock = Clock()
    local = LocalRun(find("live-redeploy-1"), tmp_path, clock=clock)
    written: list[tuple[float, int]] = []
    for until in local.play():
        for path in local.results.glob("*-order-events.json"):
            events = json.loads(path.read_text())
            if not written or len(events) != written[-1][1]:
                written.append((clock.now, len(events)))
            assert all(event["time"] <= clock.now + 0.001 for event in events)
        clock.now = max(clock.now, until)
    pauses = [later - earlier for (earlier, _), (later, _) in pairwise(written)]
    assert len(written) > 3
    assert min(pauses) >= WRITTEN_EVERY - 1.5


def test_deployments_follow_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each goes on with the state of the last."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    waited: list[float] = []
    replayed.play(find("live-redeploy-1"), tmp_path, 1_000.0, iter((1, 2)), waited.append)
    assert waited.count(replayed.PAUSE) == 2
    assert [each.number for each in load(tmp_path / "storage").tracker.deployments] == [1, 2]


def test_a_desk_beside_ends_with_the_block(tmp_path: Path) -> None:
    """It is started with its folder and its library, and does not outlive what it shows."""
    started: list[subprocess.Popen[bytes]] = []
    own = subprocess.Popen

    def popen(command: list[str]) -> subprocess.Popen[bytes]:
        assert command[1:6] == ["-m", "workbench", "serve", "--library", str(tmp_path / "l.db")]
        assert command[6:] == ["--watch", str(tmp_path), "--port", "0"]
        started.append(own([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[0]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(subprocess, "Popen", popen)
        with replayed.desk_beside(tmp_path, tmp_path / "l.db", ["--port", "0"]) as desk:
            assert desk is started[0]
            assert desk.poll() is None
            replayed.rest(desk, 0.0)
    assert started[0].poll() is not None


def test_backtests_lie_where_lean_puts_them(tmp_path: Path) -> None:
    """So that the watcher imports them at once: the result behind its summary."""
    replayed.put_backtests(tmp_path / "lean", ("cash-flows", "nothing"))
    with open_library(str(tmp_path / "library.db")) as library:
        machine = Machine(tmp_path / "lean", library)
        machine.look()
        machine.moment.go(SETTLED)
        machine.look()
        machine.watcher.import_due()
        assert [each.outcome.value for each in machine.taken] == ["added"]
        (run,) = library.ids()
        assert library.get(run).record.id == read_record(str(find("cash-flows"))).id


def test_what_is_shown_ends_with_its_desk(capfd: pytest.CaptureFixture[str]) -> None:
    """With the desk's own exit code and its own words: nobody plays to an empty house."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["--port", str(taken.getsockname()[1]), "--speed", "1000"]
        before = signal.getsignal(signal.SIGTERM)
        try:
            done = CliRunner().invoke(replayed.main, words)
        finally:
            signal.signal(signal.SIGTERM, before)
    assert done.exit_code == 2
    assert "--port names another one" in capfd.readouterr().err


def test_an_unknown_recording_is_refused() -> None:
    """Exit code 2, and the names that there are."""
    done = CliRunner().invoke(replayed.main, ["--recording", "nothing"])
    assert done.exit_code == 2
    assert "live-paper" in done.stderr
