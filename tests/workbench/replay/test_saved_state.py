"""Saved states at the desk: what real runs left in a store's folder, whole or damaged."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.errors import TrackerError
from models.performance_tracker import PerformanceTracker
from models.tracker.state import STATE_VERSION
from models.trades.log import BATCH
from tests.utils.runs import Project, Run, bought, stock
from tests.utils.store.saved import STATE_2
from tests.workbench.commands.calls import run
from tests.workbench.engine import tapes
from utils.store.categories import CATEGORIES, StorePolicy
from utils.store.encoding import MOST_UNPACKED_BYTES, Encoded
from utils.store.object_store import ObjectStoreManager
from utils.store.sealing import seal
from utils.store.snapshot import Segment, Snapshot
from workbench.engine.tape import TAPE_NAME
from workbench.replay.saved_state import (
    SavedStateError,
    SavedTrades,
    is_saved_state,
    load,
    zone_named,
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that never ran."""
    return Project(tmp_path)


def store(project: Project) -> Path:
    """Where its store lies."""
    return project.folder / "store"


def slots(folder: Path) -> list[Path]:
    """The saved states below a folder."""
    return sorted(path for path in folder.rglob("state/**/*") if path.is_file())


def trade(run: Run, times: int) -> None:
    """Trade by hand so often, and save."""
    for _ in range(times):
        run.tracker.open_trade("A", 1, 10.0)
        run.tracker.close_trade("A", price=11.0)
    assert run.tracker.save_to_object_store()


# --- what is read


def test_a_state_is_the_tracker_that_saved_it(project: Project) -> None:
    """Every figure that can be asked for is the one it had."""
    run = project.run(*bought())
    trade(run, 3)
    saved = load(store(project))
    assert saved.problems == ()
    assert saved.tracker.summary() == run.tracker.summary()
    assert saved.tracker.trades() == run.tracker.trades()
    assert saved.tracker.positions() == run.tracker.positions()
    assert saved.tracker.trade_statistics() == run.tracker.trade_statistics()
    assert saved.tracker.execution_quality() == run.tracker.execution_quality()
    assert [list(column) for column in saved.tracker.samples] == [
        list(column) for column in run.tracker.samples
    ]


def test_the_runs_terms_come_with_it(project: Project) -> None:
    """Currency, zone, days a year and whether it was live are the run's, as is its id."""
    start = tapes.start(live=True, account_currency="EUR", cash={"EUR": [1000.0, 1.0]}, tpv=1000.0)
    run = project.run(start, tapes.mark("14:33", tpv=1000.0))
    saved = load(store(project))
    tracker = saved.tracker
    assert (tracker.account_currency, str(tracker.zone)) == ("EUR", "America/New_York")
    assert (tracker.live, tracker.days_per_year) == (True, run.tracker.days_per_year)
    assert saved.snapshot.deployment == "L-1"
    assert saved.snapshot.time == run.tracker.summary().time


@pytest.mark.parametrize(
    "zone",
    [
        UTC,
        ZoneInfo("America/New_York"),
        timezone(timedelta(hours=-5)),
        timezone(timedelta(hours=9.5)),
    ],
)
def test_a_zone_is_known_by_what_a_state_calls_it(zone: tzinfo) -> None:
    """A tracker that runs alone may have a fixed one; LEAN's have names."""
    noon = datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert zone_named(str(zone)).utcoffset(noon) == zone.utcoffset(noon)


def test_it_is_found_from_every_folder_above_it_and_by_its_file(project: Project) -> None:
    """The file, its folder, that of the run, that of the project, and all of the store."""
    project.run(*bought())
    file = load(store(project)).path
    assert file in slots(store(project))
    folder = file
    while folder != project.folder:
        assert load(folder).path == file
        folder = folder.parent


def test_the_last_save_is_taken_by_the_clock(project: Project) -> None:
    """Not the latest day that was played: a backtest of an earlier year may be today's."""
    project.run(*bought(), live=False, day="2020-03-09")
    project.now += 100.0
    project.run(*bought(), live=False, day="2020-01-06")
    assert load(store(project)).snapshot.deployment == "L-2"
    project.now -= 200.0
    project.run(*bought(), live=False, day="2020-05-06")
    assert load(store(project)).snapshot.deployment == "L-2"


def test_of_two_saves_of_one_second_the_later_number_is_taken(project: Project) -> None:
    """The clock stands still, the count of saves does not."""
    trade(project.run(*bought()), 1)
    numbers = [
        Snapshot.parse(load(slot).snapshot.text()).sequence for slot in slots(project.folder)
    ]
    assert len(numbers) == 2
    assert load(store(project)).snapshot.sequence == max(numbers)


def test_a_plain_file_will_do(project: Project, tmp_path: Path) -> None:
    """A document outside any store is read as it is, and dated by its file."""
    project.run(*bought())
    saved = load(store(project))
    for name, time in (("old", 1e9), ("new", 2e9)):
        path = tmp_path / name / "state" / "tracker-a"
        path.parent.mkdir(parents=True)
        path.write_text(saved.snapshot.text(), encoding="utf-8")
        os.utime(path, (time, time))
    assert load(tmp_path).path == tmp_path / "new" / "state" / "tracker-a"
    assert load(tmp_path / "old").tracker.summary() == saved.tracker.summary()


def test_a_state_of_nothing_is_one(tmp_path: Path) -> None:
    """A tracker that saw no event has no time, and is older than none for that."""
    path = tmp_path / "empty"
    state = PerformanceTracker().state()
    path.write_text(Snapshot(1, "", "", None, (), state).text(), encoding="utf-8")
    saved = load(path)
    assert saved.snapshot.time is None
    assert saved.tracker.summary().fills == 0


def test_an_older_version_is_migrated(tmp_path: Path) -> None:
    """A state of version 2 is read as it is in LEAN."""
    state = json.loads(gzip.decompress(STATE_2.read_bytes()))
    path = tmp_path / "old"
    path.write_text(Snapshot(1, "", "", None, (), state).text(), encoding="utf-8")
    assert load(path).tracker.trade_statistics().trades > 0


# --- its trades


def test_trades_beyond_memory_are_those_of_its_segments(project: Project) -> None:
    """Of every deployment, each once and in order, and counted in the statistics."""
    for _ in range(2):
        run = project.run(tapes.mark(tpv=1000.0), keep_trades=10, resume="on")
        trade(run, BATCH + 50)
    saved = load(store(project))
    assert len(saved.snapshot.archive) == 4  # of lots and of positions, in each deployment
    assert saved.tracker.trades() == run.tracker.trades()
    assert saved.tracker.trade_statistics() == run.tracker.trade_statistics()
    assert saved.tracker.trade_statistics().trades == 2 * (BATCH + 50)


@pytest.mark.parametrize("damage", ["lost", "cut", "changed"])
def test_a_segment_that_cannot_be_read_is_told_of(project: Project, damage: str) -> None:
    """The rest is there, and what is missing is said in trades and by name."""
    run = project.run(tapes.mark(tpv=1000.0), keep_trades=10)
    trade(run, BATCH + 50)
    names = {segment.book: segment for segment in load(store(project)).snapshot.archive}
    (path,) = store(project).rglob(f"trades/{names['lots'].name}")
    spoil(path, damage)
    saved = load(store(project))
    lost = names["lots"].trades
    (problem,) = saved.problems
    assert problem.startswith(f"{lost:,} trades are lost with {names['lots'].name}: ")
    assert saved.tracker.trade_statistics().trades == BATCH + 50 - lost
    assert saved.tracker.summary().account.trades == BATCH + 50


def test_a_file_taken_out_of_its_folder_leaves_its_trades_behind(
    project: Project, tmp_path: Path
) -> None:
    """Those in memory are there."""
    trade(project.run(tapes.mark(tpv=1000.0), keep_trades=10), BATCH + 50)
    copy = shutil.copy(load(store(project)).path, tmp_path / "copy")
    saved = load(Path(copy))
    assert len(saved.problems) == 2
    assert 10 <= saved.tracker.trade_statistics().trades < BATCH + 50


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "a/../../secret", ""])
def test_a_segment_outside_of_its_folder_is_not_read(tmp_path: Path, name: str) -> None:
    """Names inside a state lead nowhere else, be it by their text or by a link."""
    folder = tmp_path / "trades"
    folder.mkdir()
    (tmp_path / "secret").write_text("[]")
    (folder / "link").symlink_to(tmp_path / "secret")
    for each in (name, "link"):
        archive = SavedTrades(folder, (Segment(each, "lots", 3),))
        assert list(archive.stored()) == []
        (problem,) = archive.problems
        assert problem.startswith("3 trades are lost with ")


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "x" * 60])
def test_a_state_that_names_no_segment_is_none(tmp_path: Path, name: str) -> None:
    """A name that no segment can have is found when the state is read."""
    path, state = tmp_path / "state", PerformanceTracker().state()
    snapshot = Snapshot(1, "", "", None, (Segment(name, "lots", 3),), state)
    path.write_text(snapshot.text(), encoding="utf-8")
    with pytest.raises(SavedStateError, match="makes no key"):
        load(path)


def test_a_desk_adds_no_trades(tmp_path: Path) -> None:
    """The archive is to read only."""
    with pytest.raises(SavedStateError, match="read only"):
        SavedTrades(tmp_path, (Segment("tracker-000001", "lots", 3),)).store([])


# --- damage


def spoil(path: Path, damage: str) -> None:
    """Lose, cut or change a file."""
    text = path.read_text(encoding="utf-8")
    if damage == "lost":
        path.unlink()
    elif damage == "cut":
        path.write_text(text[:-20], encoding="utf-8")
    elif damage == "changed":
        path.write_text(text[:-20] + text[-20:][::-1], encoding="utf-8")
    elif damage == "bytes":
        path.write_bytes(b"\xff\xfe\x00")
    else:
        path.write_text(damage, encoding="utf-8")


DAMAGE = ["cut", "changed", "bytes", "", "pt1 ", "{}", "[1]", '{"schema": "another"}']


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_state_before_a_damaged_one_is_taken(project: Project, damage: str) -> None:
    """And what is wrong with the newer one is said."""
    trade(project.run(*bought()), 1)
    newest = load(store(project))
    spoil(newest.path, damage)
    before = load(store(project))
    assert before.snapshot.sequence == newest.snapshot.sequence - 1
    (problem,) = before.problems
    assert problem.startswith(f"{newest.path}: ")


@pytest.mark.parametrize("damage", DAMAGE)
def test_nothing_but_damage_is_an_error_that_names_each(project: Project, damage: str) -> None:
    """Every file that was tried is named with what is wrong."""
    trade(project.run(*bought()), 1)
    for slot in slots(store(project)):
        spoil(slot, damage)
    with pytest.raises(SavedStateError, match="there is no saved state at") as refused:
        load(store(project))
    assert all(str(slot) in str(refused.value) for slot in slots(store(project)))


@pytest.mark.parametrize("version", [STATE_VERSION + 1, 0])
def test_a_version_that_no_way_leads_from_is_refused(tmp_path: Path, version: int) -> None:
    """Of a newer tracker, or of one too old."""
    state = {**PerformanceTracker().state(), "version": version}
    path = tmp_path / "state"
    path.write_text(Snapshot(1, "", "", None, (), state).text(), encoding="utf-8")
    with pytest.raises(SavedStateError, match=f"version {version}"):
        load(path)


def test_a_large_state_is_joined_of_its_parts(project: Project, tmp_path: Path) -> None:
    """One in several objects is read whole; without one of them it is damaged."""
    run = project.run(*bought(), persist="off")
    objects: Any = run.engine.algorithm.object_store
    manager = ObjectStoreManager(
        objects, StorePolicy(CATEGORIES, part_size=500), project="7", deployment="L-1"
    )
    text = Snapshot(1, "7", "L-1", None, (), run.tracker.state()).text()
    assert manager.save_text("state", "tracker-b", text, force=True).saved
    head, *parts = sorted(store(project).rglob("tracker-b"), key=lambda path: len(path.parts))
    assert len(parts) > 2
    assert load(store(project)).path == head
    assert load(head).tracker.summary() == run.tracker.summary()
    parts[1].unlink()
    with pytest.raises(SavedStateError, match="tracker-b"):
        load(store(project))


WRONG: dict[str, Any] = {
    "zone": "Nowhere/At all",
    "days_per_year": "252",
    "live": None,
    "account_currency": 7,
    "execution": [],
    "ledger": {},
    "samples": None,
}


@pytest.mark.parametrize("field", WRONG)
@pytest.mark.parametrize("command", ["stats", "compare"])
def test_a_state_that_is_not_whole_is_refused_in_one_line(
    tmp_path: Path, field: str, command: str
) -> None:
    """Its checksum fits and a field of it does not: the file and the field are named."""
    state, path = {**PerformanceTracker().state(), field: WRONG[field]}, tmp_path / "state"
    path.write_text(Snapshot(1, "", "", None, (), state).text(), encoding="utf-8")
    refused = run(command, path)
    assert refused.exit_code == 2
    assert refused.output.startswith(f"Error: {path}: the state cannot be used: ")
    assert refused.output.count("\n") == 1
    assert (field if field != "zone" else "Nowhere/At all") in refused.output


@pytest.mark.parametrize("form", ["text", "gzip"])
def test_a_state_that_unpacks_to_too_much_is_refused(tmp_path: Path, form: str) -> None:
    """Not a file's size alone is bounded, but what it unpacks to."""
    packed = gzip.compress(bytes(MOST_UNPACKED_BYTES + 1), 1)
    body = b64encode(packed).decode() if form == "gzip" else "[" * 1_000_000
    (tmp_path / "state").write_text(seal(Encoded(form, body), 0.0).head, encoding="utf-8")
    with pytest.raises(SavedStateError, match=r"unpacks to more|no snapshot"):
        load(tmp_path / "state")


@pytest.mark.parametrize("kind", ["empty", "other files", "missing"])
def test_where_none_is_nothing_is_found(tmp_path: Path, kind: str) -> None:
    """An empty folder, one of other things, and none at all."""
    place = tmp_path / "storage"
    if kind != "missing":
        place.mkdir()
    if kind == "other files":
        (place / "notes").write_text("hello", encoding="utf-8")
    with pytest.raises(SavedStateError, match=f"no {TAPE_NAME}") as refused:
        load(place)
    assert isinstance(refused.value, TrackerError)


def test_what_is_meant_as_a_saved_state(tmp_path: Path) -> None:
    """A file is, and a folder without a tape; a recording and a mere name are not."""
    file = tmp_path / "tracker-a"
    file.write_text("{}", encoding="utf-8")
    assert is_saved_state(file)
    assert is_saved_state(tmp_path)
    assert not is_saved_state(tapes.write(tmp_path / "recording", [tapes.start(), tapes.end()]))
    assert not is_saved_state(Path("three-strategies"))


def test_reading_leaves_the_store_as_it_is(project: Project) -> None:
    """No file of the store is written, made or removed."""
    project.run(*bought(), tapes.mark("14:33", h=stock(10.0, 51.0), tpv=1009.0))

    def seen() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in store(project).rglob("*") if path.is_file()}

    before = seen()
    load(store(project))
    assert seen() == before
