"""Live runs that are followed: what the desk shows is what the tracker in the run knew."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from models.settings import Alarm
from models.tracker.desk_state import desk_state, saved_alerts
from tests.workbench.desk.watch.local import NEVER, Machine
from workbench.desk.fleet.details import DetailKind
from workbench.desk.watch import states
from workbench.desk.watch.live import PULSE, LiveRuns
from workbench.desk.watch.result_folders import ResultFolders
from workbench.desk.watch.states import ReadState
from workbench.engine import files
from workbench.engine.tape import TAPE_NAME, Tape
from workbench.library.errors import LibraryError
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.replay.saved_state import load

NAME = "0-TrackedAlgorithm"


def slots(machine: Machine) -> list[Path]:
    """The files that states are written to, the one that was written last at the end."""
    found = [path for path in machine.folder.rglob("live-[ab]") if path.is_file()]
    return sorted(found, key=lambda path: path.stat().st_mtime_ns)


def test_a_run_is_shown_as_its_tracker_knows_it(machine: Machine) -> None:
    """Figures, fills, closed trades and the start are those of the run; nothing is told twice."""
    run = machine.deploy("live-paper")
    machine.play(run)
    tracker = run.replay.tracker
    shown = machine.shown(NAME)
    expected = desk_state(tracker)
    for name in ("balance", "account", "strategies", "positions", "sessions", "fills", "equity"):
        assert shown["state"][name] == expected[name], name
    fills = machine.rows(DetailKind.FILL, NAME)
    closed = machine.rows(DetailKind.TRADE, NAME)
    assert len(fills) == tracker.summary().fills == 65
    assert sum(row["fee"] for row in fills) == pytest.approx(expected["balance"]["fees"])
    assert {row["strategy"] for row in fills} == {"rebalance", "swing0", "swing1"}
    assert {row["id"].split(":")[1]: row["pnl"] for row in closed} == {
        trade.trade_id: trade.pnl for trade in tracker.trades()
    }
    assert {order for row in closed for order in row["orders"]} <= {row["order"] for row in fills}
    assert [row["kind"] for row in machine.rows(DetailKind.EVENT, NAME)] == ["deployment"]
    assert shown["state"]["algorithm"] == shown["algorithm"] == "TrackedAlgorithm"
    assert shown["conflicts"]["count"] == 0
    kinds = [kind for topic, kind in machine.told if topic == f"deployment/{NAME}"]
    assert (kinds.count("fill"), kinds.count("trade")) == (65, 39)


def test_an_alert_is_told_as_it_fires_and_as_it_ends(machine: Machine) -> None:
    """Once each, also where a state came before the library took the last one's."""
    run = machine.deploy("live-paper", alerts="day_loss=0.0001")
    machine.play(run, NEVER)
    saved = load(slots(machine)[-1])
    clock = machine.moment.monotonic
    runs = LiveRuns(machine.fleet, ResultFolders(clock), clock, machine.moment.time)
    fires = saved_alerts(saved.snapshot.state)
    assert [each.alarm for each in fires] == [Alarm.DAY_LOSS]
    ended = {**saved.snapshot.state, "alerts": {**saved.snapshot.state["alerts"], "firing": []}}
    after = replace(saved, snapshot=replace(saved.snapshot, state=ended))
    for number, (each, is_looked_at) in enumerate(
        [(saved, True), (after, False), (after, True), (after, True)]
    ):
        moment = machine.moment.now + timedelta(seconds=number)
        runs.heard(ReadState(NAME, "", moment, each))
        if is_looked_at:
            runs.look()
    rows = machine.rows(DetailKind.ALERT, NAME)
    assert sorted((row["data"]["fired"], row["text"][:22]) for row in rows) == [
        (False, "day loss of the accoun"),
        (True, "day loss of the accoun"),
    ]
    (over,) = [row for row in rows if not row["data"]["fired"]]
    assert (over["text"], over["data"]["value"]) == ("day loss of the account recovered", None)


def test_a_fill_is_shown_within_ten_seconds(machine: Machine) -> None:
    """The run saves at most five seconds after a fill, and each second is looked."""
    run = machine.deploy("live-paper")
    fills, late = 0, []
    for until in run.play():
        while machine.moment.unix() < until:
            machine.moment.go(1.0)
            machine.look()
            known = machine.shown(NAME)["state"]["fills"] if machine.fleet.pulses() else 0
            late.append((fills - known, machine.moment.unix()))
        fills = run.replay.tracker.summary().fills
    behind = 0.0
    for at, (missing, moment) in enumerate(late):
        since = late[at - 1][1] if at else moment
        behind = behind + moment - since if missing > 0 else 0.0
        assert behind <= 10.0
    assert fills == 65


def test_redeploys_are_one_deployment(machine: Machine) -> None:
    """Three runs on one store go on with each other, and the desk shows one that goes on."""
    runs = [machine.deploy("live-redeploy-1")]
    machine.play(runs[0])
    for name in ("live-redeploy-2", "live-redeploy-3"):
        machine.moment.go(60.0)
        runs.append(machine.deploy(name))
        machine.play(runs[-1])
    assert [pulse.id for pulse in machine.fleet.pulses()] == [NAME]
    tracker = runs[-1].replay.tracker
    shown = machine.shown(NAME)
    assert shown["state"]["balance"] == desk_state(tracker)["balance"]
    assert [each["number"] for each in shown["state"]["deployments"]] == [1, 2, 3]
    fills = machine.rows(DetailKind.FILL, NAME)
    assert len({row["id"] for row in fills}) == len(fills) == tracker.summary().fills
    assert {row["order"] // 1_000_000_000 for row in fills} == {0, 2, 3}
    assert shown["conflicts"]["count"] == 0


@pytest.mark.slow
def test_two_that_save_at_once_are_two_deployments(machine: Machine) -> None:
    """A project that was deployed twice by mistake shows as what it is."""
    one = machine.deploy("live-redeploy-1")
    machine.moment.go(1.0)
    other = machine.deploy("live-paper")
    plays = [one.play(), other.play()]
    while plays:
        for play in [*plays]:
            if not any(True for _ in islice(play, 20)):
                plays.remove(play)
        machine.moment.go(5.0)
        machine.look()
    names = sorted(pulse.id for pulse in machine.fleet.pulses())
    assert names == [NAME, f"{NAME}-2"]
    assert {machine.shown(name)["state"]["equity"] for name in names} == {
        run.replay.tracker.summary().equity for run in (one, other)
    }


def test_a_backtest_is_no_deployment(machine: Machine) -> None:
    """What a backtest saves, and a live state in which no live run is, are passed by."""
    tape = Tape(find("opposed-futures") / TAPE_NAME)
    for _ in Replay(tape, store=machine.folder / "storage", lean_book=False).play():
        pass
    saved = next(path for path in machine.folder.rglob("test-[ab]") if path.is_file())
    machine.look()
    assert machine.fleet.pulses() == []
    place = machine.folder / "storage/pt/9/live/state/live-a"
    place.parent.mkdir(parents=True)
    shutil.copy(saved, place)
    machine.look()
    assert machine.fleet.pulses() == []


# --- half-written files


def test_a_state_that_is_cut_leaves_the_last_one(machine: Machine) -> None:
    """Wherever a write stopped, the desk shows what it had, and then the whole."""
    machine.play(machine.deploy("live-redeploy-1"), NEVER)
    newest, older = slots(machine)[-1], slots(machine)[0]
    whole, content = load(newest), newest.read_bytes()
    newest.unlink()
    machine.look()
    before = machine.shown(NAME)["state"]["marks"]
    assert before == load(older).tracker.summary().marks < whole.tracker.summary().marks
    for cut in sorted({*range(0, len(content), 701), 1, 60, 79, 80, 81, len(content) - 1}):
        newest.write_bytes(content[:cut])
        machine.moment.go(1.0)
        machine.look()
        assert machine.shown(NAME)["state"]["marks"] == before, cut
    newest.write_bytes(content)
    machine.moment.go(1.0)
    machine.look()
    assert machine.shown(NAME)["state"]["marks"] == whole.tracker.summary().marks


def test_a_state_that_is_completed_without_a_trace_is_read_again(machine: Machine) -> None:
    """A disk that gives a whole file the stamp of the broken one hides nothing for long."""
    machine.play(machine.deploy("live-redeploy-1"), NEVER)
    newest = slots(machine)[-1]
    content = newest.read_bytes()
    newest.write_bytes(b"x" * len(content))
    machine.look()
    broken = newest.stat()
    with newest.open("r+b") as file:
        file.write(content)
    os.utime(newest, ns=(broken.st_atime_ns, broken.st_mtime_ns))
    machine.moment.go(1.0)
    machine.watcher.look()
    assert machine.shown(NAME)["state"]["marks"] == load(newest).tracker.summary().marks


def test_order_events_that_are_cut_are_read_again(machine: Machine) -> None:
    """Fills that were told stay, and those of the whole file come."""
    run = machine.deploy("live-paper")
    machine.play(run)
    (path,) = run.results.glob("*-order-events.json")
    whole = path.read_bytes()
    rows = json.loads(whole)
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        machine.look()
        assert len(machine.rows(DetailKind.FILL, NAME)) == 65
    extra = {**rows[-1], "orderEventId": 99, "fillQuantity": 1.0, "status": "filled"}
    before = {**extra, "orderEventId": 98, "time": rows[0]["time"] - 60.0}  # of another deployment
    path.write_text(json.dumps([before, *rows, extra]))
    machine.moment.go(1.0)
    machine.look()
    assert len(machine.rows(DetailKind.FILL, NAME)) == 66


# --- what it costs


def test_nothing_is_read_that_did_not_change(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looks at a run that rests open no file, whatever the time; a new state is read once."""
    machine.play(machine.deploy("live-paper"))
    reads: list[Path] = []
    own = files.opened

    def opened(path: Path) -> object:
        reads.append(path)
        return own(path)

    for module in (files, states):
        monkeypatch.setattr(module, "opened", opened)
    for _ in range(50):
        machine.moment.go(1.0)
        machine.look()
    assert reads == []
    slots(machine)[-1].touch()
    machine.look()
    assert {path.name for path in reads} == {slots(machine)[-1].name}


# --- restarts, and what fails


def test_a_restart_of_the_desk_tells_nothing_twice(machine: Machine) -> None:
    """What it knows is known; the newest state is read, and those of runs before are not."""
    machine.play(machine.deploy("live-redeploy-1"))
    machine.moment.go(60.0)
    machine.play(machine.deploy("live-redeploy-2"))
    known, shown = len(machine.told), machine.shown(NAME)
    machine.new_watcher()
    machine.look()
    assert [kind for _, kind in machine.told[known:] if kind != "mark"] == []
    assert machine.shown(NAME)["state"] == shown["state"]
    assert [pulse.id for pulse in machine.fleet.pulses()] == [NAME]


def test_a_library_that_fails_loses_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be kept is told at a later look."""
    run = machine.deploy("live-paper")
    machine.play(run, NEVER)

    def failing(*words: object, **more: object) -> object:
        raise LibraryError("it fails")

    machine.new_watcher()
    for place, name in (
        ("workbench.desk.notes.Notes.all", "states"),
        ("workbench.desk.notes.Notes.put", "names"),
        ("workbench.desk.fleet.fleet.Fleet.observe", "fleet"),
    ):
        with monkeypatch.context() as broken:
            broken.setattr(place, failing)
            machine.look()
        assert machine.fleet.pulses() == [], name
        machine.moment.go(2.0)
    machine.look()
    assert len(machine.rows(DetailKind.FILL, NAME)) == 65


def test_a_store_that_vanishes_leaves_the_deployment(machine: Machine) -> None:
    """The last state stays, with its age, and one that comes again is read."""
    machine.play(machine.deploy("live-paper"))
    storage, away = machine.folder / "storage", machine.folder.parent / "away"
    storage.rename(away)
    machine.look()
    machine.moment.go(600.0)
    machine.look()
    assert machine.shown(NAME)["standing"] == "silent"
    away.rename(storage)
    machine.look()
    assert machine.shown(NAME)["state"]["fills"] == 65


def test_a_link_in_place_of_a_state_is_not_read(machine: Machine) -> None:
    """Nobody is led to files elsewhere."""
    machine.play(machine.deploy("live-redeploy-1"), NEVER)
    for slot in slots(machine):
        slot.rename(machine.folder.parent / slot.name)
        slot.symlink_to(machine.folder.parent / slot.name)
    machine.new_watcher()
    machine.look()
    assert machine.fleet.pulses() == []


def test_what_still_writes_is_alive(machine: Machine) -> None:
    """Where nothing trades no state is saved, and LEAN's own files say that the run goes on."""
    run = machine.deploy("live-paper")
    machine.play(run)
    silent = machine.moment.unix()
    for _ in range(10):
        machine.moment.go(60.0)
        (run.results / f"{run.name}-2026-11-27_minute.json").write_text("{}")
        machine.look()
        assert machine.shown(NAME)["standing"] == "alive"
    assert machine.shown(NAME)["age"] < PULSE
    assert machine.moment.unix() - silent >= 600.0
    machine.moment.go(180.0)
    machine.look()
    assert machine.shown(NAME)["standing"] == "late"


def test_the_results_of_a_deployment_are_known(machine: Machine) -> None:
    """Commands go there; of what is not watched nothing is known."""
    run = machine.deploy("live-paper")
    machine.play(run)
    found = machine.watcher.folder_of(NAME)
    assert found is not None
    assert found.folder == run.results
    assert machine.watcher.folder_of("other") is None


def test_a_watcher_looks_by_itself(machine: Machine) -> None:
    """Its threads look until they are stopped."""
    machine.play(machine.deploy("live-redeploy-1"), NEVER)
    watcher = machine.new_watcher()
    watcher.start()
    try:
        for _ in range(200):
            if machine.fleet.pulses():
                break
            time.sleep(0.05)
        assert [pulse.id for pulse in machine.fleet.pulses()] == [NAME]
    finally:
        watcher.stop()
