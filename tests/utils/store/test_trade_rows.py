"""The closed trades of a saved state: encoded once each, and put together again at a load."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.later import LaterRows
from models.performance_tracker import PerformanceTracker
from models.trades.record import LOTS, TRADE_ROW
from tests.utils.store.fake_store import FakeStore
from tests.utils.store.saved import ids, tracker_on, trade
from utils.store import trade_rows
from utils.store.snapshot import Segment
from utils.store.trade_rows import EncodedTrades, last_rows, with_written


def log(tracker: PerformanceTracker, **changes: Any) -> dict[str, Any]:
    """The captured log of a tracker's lots."""
    found: dict[str, Any] = {**tracker.capture()["trades"][LOTS], **changes}
    return found


def test_each_trade_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the next save only those that closed since are, also where old ones left."""
    encoded: list[str] = []

    class Counting:
        @staticmethod
        def encode_all(records: Any) -> Any:
            encoded.extend(record[0] for record in records)
            return TRADE_ROW.encode_all(records)

    monkeypatch.setattr(trade_rows, "TRADE_ROW", Counting)
    tracker, kept = PerformanceTracker(1_000.0), EncodedTrades()
    for count, first in ((5, 0), (3, 2)):
        trade(tracker, count)
        state = log(tracker)
        rows = LaterRows(state["trades"].records[first:], TRADE_ROW)
        rest = kept.rest({LOTS: {**state, "trades": rows}}, (), {})
        text = "".join(rest[LOTS]["trades"].texts())
        assert json.loads(text) == [trade.to_row() for trade in tracker.trades()[first:]]
    assert len(encoded) == len(set(encoded)) == 8


def test_a_kept_trade_that_a_segment_has_is_in_no_state() -> None:
    """With 2,500 trades kept a state has 500 of them, and names segments for the others."""
    store = FakeStore(50_000_000)
    tracker = tracker_on(store, keep=5_000)
    trade(tracker, 2_500)
    assert tracker.save_to_object_store()
    assert tracker.core.logs[LOTS].written == 2_000
    assert sum("/trades/" in key for key in store.objects) == 4
    fresh = tracker_on(store, keep=5_000)
    assert fresh.load_from_object_store()
    assert fresh.state() == tracker.state()
    assert ids(fresh) == list(range(1, 2_501))
    trade(fresh, 600)
    assert fresh.save_to_object_store()
    assert sum("/trades/" in key for key in store.objects) == 6


def test_a_segment_that_cannot_be_read_is_read_when_asked_for() -> None:
    """Its trades count as archived meanwhile, and none is called lost for it."""
    store = FakeStore(50_000_000)
    tracker = tracker_on(store, keep=5_000)
    trade(tracker, 2_500)
    assert tracker.save_to_object_store()
    away = {key: store.objects[key] for key in store.objects if key.endswith("-000003")}
    real = store.read

    def read(path: str) -> str:
        if path in away:
            raise OSError("not now")
        return real(path)

    store.read = read  # type: ignore[method-assign]
    fresh = tracker_on(store, keep=5_000)
    assert fresh.load_from_object_store()
    store.read = real  # type: ignore[method-assign]
    assert ids(fresh) == list(range(1, 2_501))


def test_what_is_no_log_is_left_for_the_restore_to_refuse() -> None:
    """A mistyped state raises where it is taken over, and not here."""
    wrong: tuple[Any, ...] = (
        None,
        [],
        {"lots": 3},
        {"lots": {"written": "x", "archived": 1, "trades": []}},
    )
    for logs in wrong:
        assert with_written(logs, (Segment("a", "lots", 3),), lambda _: None) == logs


def test_the_last_rows_of_a_log() -> None:
    """As rows or as trades, as they were given."""
    assert last_rows([1, 2, 3], 2) == [2, 3]
    assert last_rows([1], 2) == [1]
    assert last_rows([1], 0) == []


def test_a_trade_that_was_amended_is_encoded_again() -> None:
    """Wherever it stands among those that were saved before."""
    store = FakeStore(50_000_000)
    tracker = tracker_on(store)
    trade(tracker, 9)
    assert tracker.save_to_object_store()
    middle = tracker.trades()[4].trade_id
    tracker.core.logs[LOTS].amend(
        lambda each: each._replace(tag="amended") if each.trade_id == middle else None
    )
    assert tracker.save_to_object_store()
    fresh = tracker_on(store)
    assert fresh.load_from_object_store()
    assert fresh.trades() == tracker.trades()
    assert [each.tag for each in fresh.trades()].count("amended") == 1
