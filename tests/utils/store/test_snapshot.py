"""The snapshot's document: it comes back, is what the schema says, and nothing else is taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from models.creation import create_performance_tracker
from models.tracker.state import STATE_VERSION
from models.trades.record import TradeRecord
from tests.utils.store.saved import (
    NOON,
    SCHEMA,
    VALIDATOR,
    document,
)
from utils.store.object_store import ObjectStoreManager
from utils.store.snapshot import NewerError, Segment, Snapshot, SnapshotError
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


def test_a_snapshot_comes_back_from_its_text() -> None:
    """`parse` returns the snapshot that `text` was made of."""
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
    """A document of a newer version is refused as such, whatever its shape."""
    newer = {"schema": document()["schema"], "version": STATE_VERSION + 1, "state": "?"}
    with pytest.raises(NewerError, match=f"version {STATE_VERSION + 1} .* update the tracker"):
        Snapshot.parse(json.dumps(newer))
