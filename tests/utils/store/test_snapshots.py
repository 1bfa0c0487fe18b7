"""Snapshots: the document, its versions and its schema; two slots, and segments beside them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from models.creation import create_performance_tracker
from models.errors import CallError, TrackerError
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.tracker.state import STATE_VERSION
from models.trades.log import BATCH
from models.trades.record import TradeRecord
from tests.structure.source_tree import ROOT
from tests.utils.store.fake_store import FakeStore
from utils.store.migrations import MIGRATIONS, migrate
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshot import NewerError, Segment, Snapshot, SnapshotError
from utils.store.snapshots import SnapshotStore
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

SCHEMA = json.loads((ROOT / "workbench" / "snapshot.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
# What the tracker of commit eab912a said in the middle of `option-combos`.
STATE_2 = Path(__file__).with_name("state-2-option-combos.json.gz")
STATE_2_LINE = 178
NOON = datetime(2026, 1, 2, 17, tzinfo=UTC)


def at(store: FakeStore, deployment: str = "L-1", prefix: str = "tracker") -> SnapshotStore:
    """What a run of that id has of the store."""
    manager = ObjectStoreManager(store, project="7", deployment=deployment, live=True)
    return SnapshotStore(manager, project="7", deployment=deployment, prefix=prefix)


def tracker_on(store: FakeStore, keep: int = 1_000, **names: str) -> PerformanceTracker:
    """A tracker without LEAN that saves there."""
    settings = Settings(keep_trades=keep)
    return PerformanceTracker(1_000.0, object_store=at(store, **names), settings=settings)


def trade(tracker: PerformanceTracker, times: int = 1) -> None:
    """Buy and sell so often."""
    time = tracker.ledger.books.time or NOON
    for minute in range(times):
        tracker.open_trade("A", 1, 10.0, time=time + timedelta(minutes=minute + 1))
        tracker.close_trade("A", 11.0)


def slots(store: FakeStore) -> dict[str, str]:
    """The keys of the slots there are, by letter."""
    return {key[-1]: key for key in store.objects if key[:-1].endswith("/state/tracker-")}


def ids(tracker: PerformanceTracker) -> list[int]:
    """The numbers of all the trades that the tracker answers."""
    return [int(trade.trade_id) for trade in tracker.trades()]


# --- the document


def document(**changes: Any) -> dict[str, Any]:
    """A small snapshot's document, changed."""
    tracker = create_performance_tracker()
    trade(tracker)
    archive = (Segment("tracker-000001", "lots", 5),)
    made = Snapshot(3, "7", "L-1", NOON, archive, tracker.state())
    return {**json.loads(made.text()), **changes}


def test_a_snapshot_comes_back_from_its_text() -> None:
    """`parse` makes what `text` was made of."""
    state = create_performance_tracker().state()
    archive = (Segment("x-000001", "lots", 9), Segment("x-000002", "positions", 8))
    for made in (
        Snapshot(1, "", "", None, (), state),
        Snapshot(12, "-7", "L-9", NOON, archive, state),
    ):
        assert Snapshot.parse(made.text()) == made


RECORDED = ["cash-flows", "crypto-spot", "euro-futures", "live-paper", "option-combos"]


@pytest.mark.parametrize("name", RECORDED)
def test_real_snapshots_are_what_the_schema_says(name: str, tmp_path: Path) -> None:
    """From before the first event to the end of a run, every one of them is valid."""
    Draft202012Validator.check_schema(SCHEMA)
    settings: dict[str, Any] = {"alerts": "drawdown=0.0001,losing_streak=1", "keep_trades": 5}
    replay = Replay(read_tape(recordings()[name].path), store=tmp_path, persist="on", **settings)
    ends = sum(1 for _ in replay.tape.lines())
    for count, _ in enumerate(replay.play()):
        if count % (ends // 5) == 0:
            assert replay.tracker.save_to_object_store()
            tracker = replay.tracker
            text = tracker.store.load_text("state", newest_slot(tracker.store)).value
            VALIDATOR.validate(json.loads(text or ""))
    assert replay.tracker.summary().fills > 0


def newest_slot(store: ObjectStoreManager) -> str:
    """The name of the slot with the higher sequence."""
    names = [name for name in store.names("state") if name[-2:] in ("-a", "-b")]
    found = {name: json.loads(store.load_text("state", name).value or "") for name in names}
    return max(found, key=lambda name: int(found[name]["sequence"]))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found.pop("checksum"),
        lambda found: found.update(more=1),
        lambda found: found.update(sequence=0),
        lambda found: found.update(time="yesterday"),
        lambda found: found.update(version=STATE_VERSION + 1),
        lambda found: found.update(archive=[["tracker-000001", "combos", 5]]),
        lambda found: found["state"].pop("trades"),
        lambda found: found["state"].update(more=1),
        lambda found: found["state"]["ledger"]["books"].update(fills="3"),
    ],
)
def test_the_schema_is_strict(spoil: Callable[[dict[str, Any]], object]) -> None:
    """A document that lacks something, has more or another type is not valid."""
    found = document()
    assert VALIDATOR.is_valid(found)
    spoil(found)
    assert not VALIDATOR.is_valid(found)


def test_the_schema_is_of_todays_version() -> None:
    """Whoever raises the version looks at the schema, and at what a trade's row is."""
    assert SCHEMA["properties"]["version"]["const"] == STATE_VERSION
    rows = SCHEMA["$defs"]["log"]["properties"]["trades"]["items"]
    assert rows["minItems"] == rows["maxItems"] == len(TradeRecord._fields)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema": "other"}, "its schema is 'other'"),
        ({"checksum": "0" * 64}, "checksum"),
        ({"version": 2}, "checksum"),
        ({"sequence": "first"}, "no snapshot"),
        ({"time": 5}, "no snapshot"),
        ({"archive": [["x", "lots"]]}, "no snapshot"),
        ({"archive": None}, "no snapshot"),
        ({"state": []}, "checksum"),
    ],
)
def test_what_is_no_snapshot_is_refused(changes: dict[str, Any], said: str) -> None:
    """Whatever is in a slot, reading it raises nothing but the error that says so."""
    with pytest.raises(SnapshotError, match=said):
        Snapshot.parse(json.dumps(document(**changes)))


@pytest.mark.parametrize("text", ["", "null", "[1]", '{"version": 3}', "[" * 100_000, "{"])
def test_any_other_text_is_refused_too(text: str) -> None:
    """JSON of another shape, none at all, or so deep that Python gives up."""
    with pytest.raises(SnapshotError, match="no snapshot"):
        Snapshot.parse(text)


def test_a_newer_version_says_so() -> None:
    """Even where all the rest of it is unknown."""
    newer = {"schema": document()["schema"], "version": STATE_VERSION + 1, "state": "?"}
    with pytest.raises(NewerError, match=f"version {STATE_VERSION + 1} .* update the tracker"):
        Snapshot.parse(json.dumps(newer))


# --- older versions


def state_2() -> dict[str, Any]:
    """A state as version 2 wrote it."""
    loaded: dict[str, Any] = json.loads(gzip.decompress(STATE_2.read_bytes()))
    assert loaded["version"] == 2
    return loaded


def test_every_version_since_the_second_leads_to_todays() -> None:
    """There is a step from each, and it makes one of the next."""
    assert sorted(MIGRATIONS) == list(range(2, STATE_VERSION))
    state = state_2()
    while state["version"] < STATE_VERSION:
        before = state["version"]
        state = MIGRATIONS[before](state)
        assert state["version"] == before + 1
    given = state_2()
    assert migrate(given) == state
    assert given == state_2(), "the document it came in stays as it was read"


def as_version_2(trades: list[TradeRecord]) -> list[TradeRecord]:
    """What version 2 knew of trades."""
    return [trade._replace(stake=0.0, order_type="", risk=None) for trade in trades]


def test_a_state_of_version_2_goes_on_to_the_same_end() -> None:
    """Restored in the middle of its run, it ends with the balance and trades of an unbroken one."""
    tape = read_tape(recordings()["option-combos"].path)
    whole, broken = Replay(tape), Replay(tape)
    list(whole.play())
    for count, _ in enumerate(broken.play(), 1):
        if count == STATE_2_LINE:
            seen = broken.tracker.deployments
            broken.wire().restore(migrate(state_2()))
            assert broken.tracker.deployments == seen
    assert broken.tracker.balance() == whole.tracker.balance()
    assert as_version_2(broken.tracker.trades()) == as_version_2(whole.tracker.trades())
    stakes = [trade.stake for trade in whole.tracker.trades()]
    assert [trade.stake for trade in broken.tracker.trades()] == pytest.approx(stakes)
    assert broken.tracker.sessions() == whole.tracker.sessions()
    assert broken.tracker.strategies() == whole.tracker.strategies()


def test_a_document_of_version_2_loads_as_one_of_todays() -> None:
    """Its checksum is that of the state as it was written."""
    old = Snapshot(4, "7", "L-1", NOON, (), state_2())
    loaded = Snapshot.parse(old.text())
    assert loaded == replace(old, state=migrate(state_2()))
    VALIDATOR.validate(json.loads(loaded.text()))


def test_a_version_without_a_way_is_refused() -> None:
    """Version 1 was never saved."""
    old = Snapshot(1, "", "", None, (), {**state_2(), "version": 1})
    with pytest.raises(TrackerError, match="no step leads from version 1"):
        Snapshot.parse(old.text())


# --- two slots


def test_the_slots_are_written_in_turn() -> None:
    """A save replaces the older of the two, whoever saves."""
    store = FakeStore()
    first = tracker_on(store)
    written: list[set[str]] = []
    for tracker in (first, first, first, tracker_on(store), tracker_on(store)):
        trade(tracker)
        before = dict(store.objects)
        assert tracker.save_to_object_store()
        changed = {key for key, text in store.objects.items() if before.get(key) != text}
        written.append({key[-1] for key in changed & set(slots(store).values())})
    assert written == [{"b"}, {"a"}, {"b"}, {"a"}, {"b"}]


def test_the_newest_is_loaded() -> None:
    """Whichever slot it is in."""
    store = FakeStore()
    tracker = tracker_on(store)
    for count in range(1, 5):
        trade(tracker)
        assert tracker.save_to_object_store()
        fresh = tracker_on(store)
        assert fresh.load_from_object_store()
        assert ids(fresh) == list(range(1, count + 1))
        assert fresh.state() == tracker.state()


def saved_thrice() -> FakeStore:
    """A store with a state of two trades in slot a and one of three, the newest, in slot b."""
    store = FakeStore()
    tracker = tracker_on(store)
    for _ in range(3):
        trade(tracker)
        assert tracker.save_to_object_store()
    assert sorted(slots(store)) == ["a", "b"]
    return store


class Heard:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warning(self, message: str) -> None:
        """Keep it."""
        self.told.append(message)


def loaded_from(store: FakeStore) -> tuple[PerformanceTracker, list[str], bool]:
    """A fresh tracker, what it warned of, and whether it found a state."""
    heard = Heard()
    tracker = PerformanceTracker(logger=heard, object_store=at(store, "L-2"))
    return tracker, heard.told, tracker.load_from_object_store()


def cut(text: str) -> str:
    """Half of it."""
    return text[: len(text) // 2]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(cut, "slot b is damaged"), (lambda _: "", "slot b is damaged"), (None, "slot b is missing")],
)
def test_a_damaged_slot_falls_back_to_the_other(
    spoil: Callable[[str], str] | None, said: str
) -> None:
    """And says so once; the next save replaces the damaged one."""
    store = saved_thrice()
    key = slots(store)["b"]
    text = store.objects.pop(key)
    if spoil is not None:
        store.objects[key] = spoil(text)
    tracker, told, found = loaded_from(store)
    assert found
    assert ids(tracker) == [1, 2]
    assert tracker.summary().errors == {"load: damaged": 1}
    assert len(told) == 1
    assert said in told[0]
    trade(tracker)
    assert tracker.save_to_object_store()
    again, told, found = loaded_from(store)
    assert (found, ids(again), told) == (True, [1, 2, 3], [])


def test_a_foreign_slot_falls_back_too() -> None:
    """Whole to the object store, but no snapshot."""
    store = saved_thrice()
    at(store)._store.save_text("state", "tracker-b", '{"schema": "x", "version": 1}')
    tracker, told, found = loaded_from(store)
    assert (found, ids(tracker), len(told)) == (True, [1, 2], 1)


def test_two_damaged_slots_are_no_state() -> None:
    """The tracker is as it was, says what was wrong, and saves where they were."""
    store = saved_thrice()
    for key in slots(store).values():
        store.objects[key] = cut(store.objects[key])
    tracker, told, found = loaded_from(store)
    assert not found
    assert tracker.state()["trades"] == create_performance_tracker().state()["trades"]
    assert tracker.errors == {"load: damaged": 2}
    assert len(told) == 1
    trade(tracker)
    assert tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1]


def test_a_newer_version_is_left_alone() -> None:
    """It is neither loaded nor written over, however often one tries."""
    store = saved_thrice()
    newer = json.loads(at(store)._store.load_text("state", "tracker-a").value or "")
    newer["version"] = STATE_VERSION + 1
    at(store)._store.save_text("state", "tracker-a", json.dumps(newer))
    before = dict(store.objects)
    tracker, told, found = loaded_from(store)
    assert not found
    trade(tracker, 3)
    assert not tracker.save_to_object_store()
    assert not tracker.save_to_object_store()
    assert store.objects == before
    assert tracker.errors == {"load: NewerError": 1, "save: NewerError": 2}
    assert len(told) == 2
    assert "update the tracker" in told[0]


def test_what_cannot_be_read_is_not_written_over() -> None:
    """While the store does not let itself be read, nothing is known to be older; later it is."""
    store = saved_thrice()
    store.raising = {"read"}
    tracker, told, found = loaded_from(store)
    assert not found
    trade(tracker, 4)
    assert not tracker.save_to_object_store()
    assert tracker.errors == {"load: SnapshotError": 1, "save: SnapshotError": 1}
    assert len(told) == 2
    store.heal()
    assert ids(loaded_from(store)[0]) == [1, 2, 3]
    assert tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1, 2, 3, 4]


def test_a_save_that_fails_costs_no_slot() -> None:
    """The next one tries the same slot again, and the other stays whole all the while."""
    store = saved_thrice()
    tracker, told, _ = loaded_from(store)
    trade(tracker)
    store.raises_at = lambda key: "/state/" in key
    for _ in range(3):
        assert not tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1, 2, 3]
    store.heal()
    store.full = lambda key: "/state/" in key
    assert not tracker.save_to_object_store()
    store.heal()
    assert tracker.save_to_object_store()
    assert ids(loaded_from(store)[0]) == [1, 2, 3, 4]
    assert tracker.errors == {"save: SnapshotError": 4}
    assert len(told) == 1


def test_prefixes_are_kept_apart() -> None:
    """Each has its own slots and its own count."""
    store = FakeStore()
    tracker = tracker_on(store)
    for prefix in ("one", "two", "one"):
        trade(tracker)
        assert tracker.save_to_object_store(prefix)
    found = {}
    for prefix in ("one", "two", ""):
        fresh = tracker_on(store)
        found[prefix] = ids(fresh) if fresh.load_from_object_store(prefix) else None
    assert found == {"one": [1, 2, 3], "two": [1, 2], "": None}


@pytest.mark.parametrize("prefix", ["a:b", "a/b", "x" * 39, "ä", "..", "a b"])
def test_a_prefix_that_makes_no_name_is_a_wrong_call(prefix: str) -> None:
    """It raises at once, for it would never work; nothing is counted and nothing stored."""
    store = FakeStore()
    tracker = tracker_on(store)
    for call in (tracker.save_to_object_store, tracker.load_from_object_store):
        with pytest.raises(CallError, match="makes no key"):
            call(prefix)
    assert (tracker.errors, store.objects) == ({}, {})


def test_a_save_may_be_too_soon() -> None:
    """Without force the store's own pace holds: half a minute between two states."""
    store, now = FakeStore(), [1e9]
    manager = ObjectStoreManager(store, project="7", deployment="x", clock=lambda: now[0])
    tracker = PerformanceTracker(object_store=SnapshotStore(manager))
    trade(tracker)
    assert tracker.save_to_object_store(force=False)
    assert not tracker.save_to_object_store(force=False)
    assert tracker.save_to_object_store()
    now[0] += 31.0
    assert tracker.save_to_object_store(force=False)
    assert tracker.errors == {}


def test_a_state_that_json_cannot_say_is_not_saved() -> None:
    """It is counted, and what was saved before stays."""
    store = saved_thrice()
    tracker = loaded_from(store)[0]
    tracker.ledger.flow_total = float("nan")
    assert not tracker.save_to_object_store()
    assert tracker.errors == {"save: ValueError": 1}
    assert ids(loaded_from(store)[0]) == [1, 2, 3]


# --- restoring


def test_a_tracker_that_never_opened_saves_and_loads() -> None:
    """Nothing is known, and that comes back exactly; then it can be used."""
    store = FakeStore()
    assert tracker_on(store).save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert fresh.state() == tracker_on(FakeStore()).state()
    trade(fresh)
    assert ids(fresh) == [1]


def test_a_load_replaces_all_that_was_known() -> None:
    """Accounts, instruments, holdings and trades of the present are gone; who listens stays."""
    store, heard = FakeStore(), list[Any]()
    tracker = tracker_on(store)
    trade(tracker, 2)
    assert tracker.save_to_object_store()
    before = tracker.state()
    tracker.add_listener(heard.append, "trade closed")
    tracker.open_trade("B", 5, 20.0, strategy="other")
    assert tracker.load_from_object_store()
    assert tracker.state() == before
    trade(tracker)
    assert len(heard) == 1


def test_a_state_in_another_currency_is_refused() -> None:
    """Its amounts would be taken for ours; the tracker is as it was."""
    store = FakeStore()
    tracker = tracker_on(store)
    trade(tracker)
    assert tracker.save_to_object_store()
    other = PerformanceTracker(object_store=at(store), account_currency="EUR")
    trade(other, 2)
    before = other.state()
    assert not other.load_from_object_store()
    assert other.errors == {"restore: TrackerError": 1}
    assert {**other.state(), "errors": {}} == before


def test_a_restore_that_fails_halfway_changes_nothing() -> None:
    """A state with a hole in it is refused after the books were taken from it, and undone."""
    store = FakeStore()
    tracker = tracker_on(store)
    trade(tracker)
    state = tracker.state()
    del state["scopes"]
    assert at(store).save_state(state, NOON)
    trade(tracker, 2)
    before = tracker.state()
    assert not tracker.load_from_object_store()
    assert tracker.errors == {"restore: KeyError": 1}
    assert {**tracker.state(), "errors": {}} == before


def test_other_settings_hold_from_the_restore_on() -> None:
    """What was matched stays; the next sale takes its lots as the new settings say."""
    store = FakeStore()
    first = tracker_on(store)
    for price in (10.0, 20.0, 30.0):
        first.open_trade("A", 1, price, time=NOON)
    first.close_trade("A", 40.0, 1)
    assert first.save_to_object_store()
    fresh = create_performance_tracker(object_store=at(store), matching="lifo", keep_trades=0)
    assert fresh.load_from_object_store()
    fresh.close_trade("A", 40.0, 1)
    assert [trade.entry_price for trade in fresh.trades()] == [10.0, 30.0]


# --- segments


def segments(store: FakeStore) -> list[str]:
    """The names of the segments there are."""
    keys = (key.split("/") for key in store.objects)
    return sorted(key[-1] for key in keys if key[-2] == "trades")


def test_trades_beyond_memory_come_back_from_segments() -> None:
    """After a restore every trade is answered once, in order, and the next segment is a new one."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, 2 * BATCH + 100)
    assert tracker.save_to_object_store()
    made = 2 * BATCH + 100
    for deployment in ("L-2", "L-3"):
        tracker = tracker_on(store, keep=10, deployment=deployment)
        assert tracker.load_from_object_store()
        assert ids(tracker) == list(range(1, made + 1))
        before = {key: text for key, text in store.objects.items() if "/trades/" in key}
        trade(tracker, BATCH)
        made += BATCH
        assert ids(tracker) == list(range(1, made + 1))
        assert len(tracker.trades(book="positions")) == made
        assert before.items() <= store.objects.items()
        assert tracker.save_to_object_store()
    assert tracker.errors == {}


def test_segments_ahead_of_the_snapshot_do_no_harm() -> None:
    """What a run archived after its last save, and lost, is neither answered nor written over."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, BATCH + 50)
    assert tracker.save_to_object_store()
    trade(tracker, BATCH)
    ahead = {key: text for key, text in store.objects.items() if "/trades/" in key}
    assert len(ahead) == 4
    tracker = tracker_on(store, keep=10, deployment="L-2")
    assert tracker.load_from_object_store()
    assert ids(tracker) == list(range(1, BATCH + 51))
    trade(tracker, 2 * BATCH)
    assert ids(tracker) == list(range(1, 3 * BATCH + 51))
    assert ahead.items() <= store.objects.items()


class Reading(SnapshotStore):
    """Saves the tracker's state while a segment is written and the tracker does not know yet."""

    tracker: PerformanceTracker

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Write it, then save as another thread would."""
        super().store(trades)
        assert self.tracker.save_to_object_store()


def test_a_state_saved_while_a_batch_leaves_has_the_batch_once() -> None:
    """The batch is in the state's memory still, so its segment is none of that snapshot's."""
    store = FakeStore()
    states = Reading(ObjectStoreManager(store, project="7", live=True), project="7")
    tracker = PerformanceTracker(object_store=states, settings=Settings(keep_trades=10))
    states.tracker = tracker
    trade(tracker, BATCH + 20)
    fresh = tracker_on(store, keep=10)
    assert fresh.load_from_object_store()
    assert ids(fresh) == list(range(1, len(ids(fresh)) + 1))
    trade(fresh, BATCH)
    assert ids(fresh) == list(range(1, len(ids(fresh)) + 1))
    assert len(ids(fresh)) > 2 * BATCH


def test_a_fresh_start_leaves_the_segments_of_others() -> None:
    """A run that does not resume numbers its own after those there are."""
    store = FakeStore()
    old = tracker_on(store, keep=10)
    trade(old, BATCH + 50)
    assert old.save_to_object_store("kept")
    new = tracker_on(store, keep=10, deployment="L-2")
    trade(new, BATCH + 70)
    assert segments(store) == [f"tracker-{number:06d}" for number in (1, 2, 3, 4)]
    assert ids(new) == list(range(1, BATCH + 71))
    again = tracker_on(store)
    assert again.load_from_object_store("kept")
    assert ids(again) == list(range(1, BATCH + 51))


def test_a_reset_answers_only_what_came_after_it() -> None:
    """What is archived stays where it is, but belongs to nobody's trades any more."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    trade(tracker, BATCH + 50)
    tracker.reset()
    assert tracker.trades() == []
    trade(tracker, BATCH + 60)
    assert ids(tracker) == list(range(1, BATCH + 61))
    assert tracker.save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert fresh.trades() == tracker.trades()


def test_a_lost_segment_is_counted_and_the_rest_answered() -> None:
    """Asking for trades never raises; what is lost is missing, and said once."""
    store, heard = FakeStore(), Heard()
    tracker = PerformanceTracker(
        logger=heard, object_store=at(store), settings=Settings(keep_trades=10)
    )
    trade(tracker, 2 * BATCH + 100)
    lost = next(key for key in store.objects if key.endswith("tracker-000001"))
    del store.objects[lost]
    for asked in (1, 2):
        found = ids(tracker)
        assert found == list(range(BATCH + 2, 2 * BATCH + 101))
        assert tracker.summary().errors == {"read of the archive: SnapshotError": asked}
    assert len(heard.told) == 1
    assert "trades are lost with tracker-000001" in heard.told[0]


def test_a_segment_that_is_not_taken_stays_in_memory() -> None:
    """No trade is lost to a full store, and the state has them all."""
    store = FakeStore(max_size=50_000_000)
    tracker = tracker_on(store, keep=10)
    store.full = lambda key: "/trades/" in key
    trade(tracker, BATCH + 50)
    assert ids(tracker) == list(range(1, BATCH + 51))
    assert tracker.errors == {"archive: SnapshotError": 2}
    assert tracker.save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert ids(fresh) == list(range(1, BATCH + 51))


def test_a_tag_that_is_no_text_is_archived_all_the_same() -> None:
    """Half a surrogate pair, as .NET lets it be, goes through the segment and the state."""
    store = FakeStore()
    tracker = tracker_on(store, keep=0)
    tracker.open_trade("A", BATCH + 5, 10.0, time=NOON, tag="\ud83d")
    for _ in range(BATCH + 2):
        tracker.close_trade("A", 11.0, 1)
    assert segments(store) != []
    assert {trade.tag for trade in tracker.trades()} == {"\ud83d"}
    assert tracker.save_to_object_store()
    assert tracker.errors == {}
