"""The object store: what is saved is found again, or it is said why not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.errors import CallError, TrackerError
from tests.utils.store.fake_store import FakeStore
from tests.utils.store.managers import OPEN, WHEN, Clock, lean_store, manager
from utils.store.categories import (
    StoreCategory,
)
from utils.store.object_store import ObjectStoreManager
from utils.store.results import Damage, LoadResult, LoadStatus, SaveReason, SaveResult


def test_text_bytes_and_json_come_back() -> None:
    """A content comes back with the time it was saved, in this run as in another."""
    store = FakeStore()
    made = manager(store)
    assert made.save_text("user", "note", "größer\r\n\0😀").saved
    assert made.save_bytes("user", "model.bin", bytearray(b"\x00\xff")).saved
    assert made.save_json("user", "settings.json", {"ä": [1.5, None, True]}).saved
    for again in (made, manager(store, deployment="other")):
        assert again.load_text("user", "note") == LoadResult(
            LoadStatus.FOUND, "größer\r\n\0😀", WHEN
        )
        assert again.load_bytes("user", "model.bin").value == b"\x00\xff"
        assert again.load_json("user", "settings.json").value == {"ä": [1.5, None, True]}
        assert again.names("user") == ["model.bin", "note", "settings.json"]


@settings(max_examples=50)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    part_size=st.sampled_from([1, 7, 4_000]),
)
def test_any_json_comes_back(value: Any, part_size: int) -> None:
    """Any value comes back exactly, floats to the last bit, in however many parts."""
    made = manager(FakeStore(max_size=10**9, max_files=10**6), part_size=part_size)
    assert made.save_json("user", "x", value).saved
    found = made.load_json("user", "x")
    assert (found.status, json.dumps(found.value)) == (LoadStatus.FOUND, json.dumps(value))


def test_it_works_over_leans_store(tmp_path: Path) -> None:
    """What one run saved in LEAN's store the next one finds, in few files."""
    state = {"trades": list(range(500))}
    first = manager(lean_store(tmp_path), live=True, deployment="L-1")
    assert first.save_json("state", "latest.json", state).saved
    second = manager(lean_store(tmp_path), live=True, deployment="L-2")
    assert second.load_json("state", "latest.json").value == state
    files = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(files) == ["pt/-12/live/index", "pt/-12/live/state/latest.json"]


def test_a_backtest_does_not_touch_what_live_trading_kept() -> None:
    """State is live's or the backtest's own, the user's data is everybody's."""
    store = FakeStore()
    live = manager(store, live=True, deployment="L-1")
    test = manager(store, deployment="b-1")
    for made, word in ((live, "live"), (test, "test")):
        made.save_text("state", "a", word)
        made.save_text("user", "a", word)
    assert live.load_text("state", "a").value == "live"
    assert test.load_text("state", "a").value == "test"
    assert live.load_text("user", "a").value == "test"
    assert manager(store, deployment="b-2").load_text("state", "a").status is LoadStatus.MISSING
    assert manager(store, project="12").load_text("user", "a").status is LoadStatus.MISSING


def test_an_object_is_deleted_with_its_parts() -> None:
    """After a deletion there is no object, and it can be saved again."""
    store = FakeStore()
    made = manager(store, part_size=10, categories=OPEN)
    made.save_text("any", "a", "x" * 95)
    assert made.exists("any", "a")
    assert made.delete("any", "a") is True
    assert made.delete("any", "a") is False
    assert not made.exists("any", "a")
    assert list(store.objects) == ["pt/-12/project/index"]
    assert made.save_text("any", "a", "y").saved
    assert made.load_text("any", "a").value == "y"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda made: made.save_text("usr", "a", "x"),
            "no category 'usr'; there are logs, reports",
        ),
        (lambda made: made.load_text("usr", "a"), "no category 'usr'"),
        (lambda made: made.names("usr"), "no category 'usr'"),
        (lambda made: made.due("usr"), "no category 'usr'"),
        (lambda made: made.save_text("user", "a:b", "x"), "the name 'a:b' makes no key"),
        (lambda made: made.load_json("user", "v1.2.json"), "the name 'v1.2.json' makes no key"),
        (lambda made: made.delete("user", "../a"), "makes no key"),
        (lambda made: made.exists("user", ""), "makes no key"),
        (lambda made: made.save_text("user", "a", "\ud800"), "must be a text"),
        (lambda made: made.save_bytes("user", "a", "x"), "must be bytes"),
        (lambda made: made.save_json("user", "a", {1j}), "must be what JSON can say"),
    ],
)
def test_wrong_calls_say_what_is_allowed(
    call: Callable[[ObjectStoreManager], object], said: str
) -> None:
    """A wrong call raises one of the project's errors and leaves the store alone."""
    store = FakeStore()
    with pytest.raises(CallError, match=said) as caught:
        call(manager(store))
    assert isinstance(caught.value, TrackerError)
    assert store.objects == {}


def test_what_was_kept_as_something_else_is_told() -> None:
    """Bytes that are no text and a text that is no JSON are damaged as such."""
    made = manager(FakeStore())
    made.save_bytes("user", "a", b"\xff")
    made.save_text("user", "b", "no JSON")
    for found, said in (
        (made.load_text("user", "a"), "it is no text"),
        (made.load_json("user", "b"), "it is no JSON"),
    ):
        assert (found.status, found.damage) == (LoadStatus.DAMAGED, Damage.FOREIGN)
        assert found.detail == said


def test_statistics_count_what_is_kept_and_done() -> None:
    """Objects are counted by category over all runs, and saves by what came of them."""
    store = FakeStore()
    manager(store, deployment="old").save_text("reports", "a", "x")
    made = manager(store, deployment="new", live=True)
    made.save_text("state", "a", "abc" * 1_000)
    made.save_text("state", "a", "x")
    counted = made.statistics()
    assert counted.objects == {"state": 1, "trades": 0, "reports": 1, "logs": 0, "user": 0}
    stored = [text for key, text in store.objects.items() if key.endswith("reports/a")]
    assert counted.bytes["reports"] == len(stored[0])
    assert counted.saves == {
        **dict.fromkeys(SaveReason, 0),
        SaveReason.SAVED: 1,
        SaveReason.TOO_SOON: 1,
    }
    assert counted.spared > 2_500
    assert counted.bytes["state"] < 500


FAILURES: dict[str, Callable[[FakeStore], None]] = {
    "full": lambda store: setattr(store, "full", lambda key: True),
    "read-only": lambda store: store.raising.add("save"),
    "head": lambda store: setattr(store, "full", lambda key: key.endswith("any/a")),
    "part": lambda store: setattr(store, "full", lambda key: "-3/" in key),
    "raising part": lambda store: setattr(store, "raises_at", lambda key: "-2/" in key),
    "raising head": lambda store: setattr(store, "raises_at", lambda key: key.endswith("any/a")),
    "index": lambda store: setattr(store, "full", lambda key: key.endswith("index")),
    "no deletes": lambda store: store.raising.add("delete"),
}


@pytest.mark.parametrize("old", [5, 100])
@pytest.mark.parametrize("new", [5, 100])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_save_leaves_the_previous_object(failure: str, new: int, old: int) -> None:
    """This run and the next find the old object, and a store that recovered takes the new one."""
    store = FakeStore()
    made = manager(store, categories=OPEN, part_size=20)
    assert made.save_text("any", "a", "o" * old).saved
    FAILURES[failure](store)
    result = made.save_text("any", "a", "n" * new)
    store.heal()
    for again in (made, manager(store, categories=OPEN, part_size=20)):
        expected = "n" * new if result.saved else "o" * old
        assert again.load_text("any", "a").value == expected
    assert result.saved == (failure in {"index", "no deletes"} or (new == 5 and "part" in failure))
    assert made.save_text("any", "a", "later").saved
    assert made.load_text("any", "a").value == "later"
    assert sorted(store.objects) == ["pt/-12/project/any/a", "pt/-12/project/index"]


@pytest.mark.parametrize("last", range(12))
def test_a_store_that_fills_up_costs_nothing_that_was_saved(last: int) -> None:
    """From whatever save on it returns False, the last one that it took can be read."""
    store = FakeStore()
    made = manager(store, categories=OPEN, part_size=20)
    store.full = lambda key: store.calls["save"] > last
    saved = None
    for number in range(4):
        word = f"{number}" * 30 * (number % 2 + 1)
        if made.save_text("any", "a", word).saved:
            saved = word
    found = made.load_text("any", "a")
    assert found.value == saved
    assert found.status is (LoadStatus.MISSING if saved is None else LoadStatus.FOUND)


def test_a_full_store_is_tried_once_more_without_the_oldest_runs(tmp_path: Path) -> None:
    """LEAN says False; the oldest run's room is given to the present one."""
    terms = {"logs": StoreCategory(1.0, compress=False)}
    clock = Clock()
    old = manager(lean_store(tmp_path), deployment="old", clock=clock, categories=terms)
    assert old.save_text("logs", "a", "x" * 2_000).saved
    clock.now += 1.0
    (tmp_path / "others").write_bytes(bytes(5_500))
    store = lean_store(tmp_path, max_size=8_000)
    made = manager(store, deployment="new", clock=clock, categories=terms)
    assert made.save_text("logs", "a", "x" * 1_500).saved
    assert not [key for key in store.keys if "old/logs" in key]
    refused = made.save_text("logs", "b", "x" * 1_500)
    assert (refused.reason, refused.room) == (SaveReason.FULL, 0)
    assert made.load_text("logs", "a").value == "x" * 1_500
    grown = made.save_text("logs", "a", "x" * 2_700)
    assert (grown.reason, grown.room) == (SaveReason.FULL, made.statistics().bytes["logs"])
    assert made.save_text("logs", "a", "y" * 1_500).saved


def test_a_forbidden_store_is_told_and_nothing_raises(tmp_path: Path) -> None:
    """Every use of a store that LEAN forbids has an answer."""
    made = manager(lean_store(tmp_path, allowed=False))
    saved = made.save_text("user", "a", "x")
    assert saved.reason is SaveReason.FAILED
    assert "InvalidOperationException" in saved.detail
    assert made.load_text("user", "a").status is LoadStatus.UNREADABLE
    assert made.exists("user", "a") is made.delete("user", "a") is False
    assert made.names("user") == []
    assert made.clean() == 0
    assert made.statistics().saves[SaveReason.FAILED] == 1


def test_a_store_that_cannot_be_listed_is_asked_again() -> None:
    """Until the store can be listed nothing is saved, for old parts would not be known."""
    store = FakeStore()
    store.raising = {"keys"}
    made = manager(store)
    failed = made.save_text("user", "a", "x")
    assert (failed.reason, failed.size) == (SaveReason.FAILED, 0)
    assert "cannot be listed: StoreError" in failed.detail
    assert made.load_text("user", "a").status is LoadStatus.UNREADABLE
    assert (made.exists("user", "a"), made.delete("user", "a")) == (False, False)
    assert (made.names("user"), made.clean()) == ([], 0)
    assert made.statistics().objects["user"] == 0
    store.heal()
    assert made.save_text("user", "a", "x").saved


@pytest.mark.parametrize(
    ("harm", "damage"),
    [
        (lambda text: text[: len(text) // 2], Damage.CUT),
        (lambda text: "", Damage.CUT),
        (lambda text: text.replace("w", "v"), Damage.CHANGED),
        (lambda text: "something else", Damage.FOREIGN),
    ],
)
def test_damage_is_told_apart(harm: Callable[[str], str], damage: Damage, tmp_path: Path) -> None:
    """A file cut in half, an empty, a changed and a foreign one differ, and a save repairs each."""
    manager(lean_store(tmp_path)).save_text("user", "a", "some words")
    file = tmp_path / "pt" / "-12" / "project" / "user" / "a"
    file.write_text(harm(file.read_text(encoding="utf-8")), encoding="utf-8")
    made = manager(lean_store(tmp_path))
    found = made.load_text("user", "a")
    assert (found.status, found.damage, found.value) == (LoadStatus.DAMAGED, damage, None)
    assert found.detail.startswith(damage.value)
    assert made.exists("user", "a")
    assert made.save_text("user", "a", "other words").saved
    assert manager(lean_store(tmp_path)).load_text("user", "a").value == "other words"


def test_a_lost_file_is_missing(tmp_path: Path) -> None:
    """An object that only the index knows is missing."""
    manager(lean_store(tmp_path)).save_text("user", "a", "x")
    (tmp_path / "pt" / "-12" / "project" / "user" / "a").unlink()
    found = manager(lean_store(tmp_path)).load_text("user", "a")
    assert (found.status, found.value) == (LoadStatus.MISSING, None)
    assert found.detail == "there is no pt/-12/project/user/a"


def test_threads_may_save_and_load_at_once() -> None:
    """Every thread finds one of the values that were saved, whole."""
    store = FakeStore()
    made = manager(store, categories=OPEN, part_size=50)
    words = {letter * 200 for letter in "abcd"}
    made.save_text("any", "a", "a" * 200)
    seen: set[str | None] = set()

    def work(word: str) -> None:
        for _ in range(25):
            made.save_text("any", "a", word)
            seen.add(made.load_text("any", "a").value)

    threads = [threading.Thread(target=work, args=(word,)) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen <= words
    assert made.statistics().saves[SaveReason.SAVED] == 101
    assert len(store.objects) == 6


class AnyOrder(RuleBasedStateMachine):
    """Saves, loads, deletes, restarts and failures in any order, against a dictionary.

    The model holds what may be found by name, None for nothing. That is one value, but where the
    store raised and could not be read either: then nobody can know whether it wrote.
    """

    names = st.sampled_from(["a", "b.json"])
    members = st.sampled_from(["save", "read", "contains_key", "delete", "keys", "max_size"])

    def __init__(self) -> None:
        super().__init__()
        self.store = FakeStore(max_size=3_000, max_files=40)
        self.model: dict[str, set[str | None]] = {"a": {None}, "b.json": {None}}
        self.restart()

    @rule()
    def restart(self) -> None:
        """Another run begins on the same store."""
        self.made = manager(self.store, categories=OPEN, part_size=30)

    @rule(name=names, letter=st.sampled_from("xyö"), size=st.sampled_from([0, 5, 29, 31, 200, 800]))
    def save(self, name: str, letter: str, size: int) -> None:
        """What was saved is the model's from now on."""
        result = self.made.save_text("any", name, letter * size)
        assert isinstance(result, SaveResult)
        if result.saved:
            self.model[name] = {letter * size}
        elif result.reason is SaveReason.FAILED and {"read", "contains_key"} & self.store.raising:
            self.model[name].add(letter * size)

    @rule(name=names)
    def delete(self, name: str) -> None:
        """What was deleted is gone from the model."""
        if self.made.delete("any", name):
            assert self.model[name] != {None}
            self.model[name] = {None}

    @rule(member=members)
    def break_member(self, member: str) -> None:
        """A member of the store raises from now on."""
        self.store.raising.add(member)

    @rule(number=st.integers(0, 3), kind=st.sampled_from(["full", "raises_at", "raises_after"]))
    def break_saves(self, number: int, kind: str) -> None:
        """Saves fail after so many more, in one of the ways."""
        last = self.store.calls["save"] + number
        setattr(self.store, kind, lambda key: self.store.calls["save"] > last)

    @rule()
    def heal(self) -> None:
        """The store works again."""
        self.store.heal()

    @precondition(lambda self: not {"read", "contains_key", "keys"} & self.store.raising)
    @invariant()
    def the_last_value_saved_is_found(self) -> None:
        """A readable store gives the last value that was saved, and nothing else."""
        for name, allowed in self.model.items():
            found = self.made.load_text("any", name)
            assert found.value in allowed
            assert found.status is (LoadStatus.MISSING if found.value is None else LoadStatus.FOUND)
            self.model[name] = {found.value}


AnyOrder.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)

TestAnyOrder = AnyOrder.TestCase
