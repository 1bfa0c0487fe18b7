"""The object store: what is saved is found again, within its share, or it is said why not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.errors import CallError, TrackerError
from tests.utils.store.fake_store import FakeStore
from utils.store.catalog import DAY
from utils.store.categories import CATEGORIES, Category, Scope
from utils.store.object_store import USED_AT_MOST, ObjectStoreManager
from utils.store.results import Reason, SaveResult
from utils.store.sealing import Damage, LoadResult, Status
from utils.store.shelf import Store
from workbench.engine.reads import ReadMeter
from workbench.engine.store import ObjectStore, StoreRules

if TYPE_CHECKING:
    from QuantConnect.Storage import ObjectStore as LeanStore

    def is_a_store(store: LeanStore) -> Store:
        """LEAN's own store has what is used of it, as the type checker sees."""
        return store


NOON = 1_704_196_800.0
WHEN = datetime(2024, 1, 2, 12, tzinfo=UTC)

# One category that allows everything, over all of the half that may be used.
OPEN = {"any": Category(1.0, Scope.PROJECT, runs=2, compress=False)}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        """The time it was set to."""
        return self.now


def manager(store: Store, **given: Any) -> ObjectStoreManager:
    """A manager of project -12, at noon."""
    return ObjectStoreManager(store, **{"project": "-12", "clock": Clock(), **given})


def lean_store(folder: Path, **rules: Any) -> ObjectStore:
    """LEAN's store over a folder, as it was recorded."""
    return ObjectStore(ReadMeter(), folder, lambda complaint: None, StoreRules(**rules))


# --- save and load


def test_text_bytes_and_json_come_back() -> None:
    """With the time they were saved, in LEAN's store as in another run."""
    store = FakeStore()
    made = manager(store)
    assert made.save_text("user", "note", "größer\r\n\0😀").saved
    assert made.save_bytes("user", "model.bin", bytearray(b"\x00\xff")).saved
    assert made.save_json("user", "settings.json", {"ä": [1.5, None, True]}).saved
    for again in (made, manager(store, deployment="other")):
        assert again.load_text("user", "note") == LoadResult(Status.FOUND, "größer\r\n\0😀", WHEN)
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
    """Exactly, floats to the last bit, in however many parts."""
    made = manager(FakeStore(max_size=10**9, max_files=10**6), part_size=part_size)
    assert made.save_json("user", "x", value).saved
    found = made.load_json("user", "x")
    assert (found.status, json.dumps(found.value)) == (Status.FOUND, json.dumps(value))


def test_it_works_over_leans_store(tmp_path: Path) -> None:
    """Saved in one run, found by the next, in files that are few."""
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
    assert manager(store, deployment="b-2").load_text("state", "a").status is Status.MISSING
    assert manager(store, project="12").load_text("user", "a").status is Status.MISSING


def test_an_object_is_deleted_with_its_parts() -> None:
    """Then there is none, and it can be saved again."""
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
    """They raise one of the project's errors and leave the store alone."""
    store = FakeStore()
    with pytest.raises(CallError, match=said) as caught:
        call(manager(store))
    assert isinstance(caught.value, TrackerError)
    assert store.objects == {}


def test_what_was_kept_as_something_else_is_told() -> None:
    """Bytes that are no text, a text that is no JSON."""
    made = manager(FakeStore())
    made.save_bytes("user", "a", b"\xff")
    made.save_text("user", "b", "no JSON")
    for found, said in (
        (made.load_text("user", "a"), "it is no text"),
        (made.load_json("user", "b"), "it is no JSON"),
    ):
        assert (found.status, found.damage) == (Status.DAMAGED, Damage.FOREIGN)
        assert found.detail == said


# --- what it costs


def test_a_save_is_one_call_of_leans_and_the_first_two() -> None:
    """LEAN walks its whole store at each; the index is written when a name is new."""
    store = FakeStore()
    made = manager(store, categories=OPEN)
    made.save_text("any", "a", "x" * 1_000)
    assert (store.calls["save"], store.calls["keys"]) == (2, 1)
    for size in range(1_000, 1_200):
        assert made.save_text("any", "a", "x" * size).saved
    assert store.calls == {"save": 202, "keys": 1, "max_size": 1, "max_files": 1}
    made.save_text("any", "b", "x")
    assert store.calls["save"] == 204
    assert made.statistics().writes == 204


def test_no_save_comes_more_often_than_its_category_allows() -> None:
    """Whatever the name; a refusal costs nothing, and force or a clock set back lets it in."""
    store, clock = FakeStore(), Clock()
    made = manager(store, clock=clock, live=True)
    assert made.due("state")
    made.save_text("state", "a", "x")
    saves = store.calls["save"]
    clock.now += 29.0
    assert not made.due("state")
    refused = made.save_text("state", "b", "x")
    assert (refused.reason, refused.detail) == (Reason.TOO_SOON, "only once in 30 s")
    assert store.calls["save"] == saves
    assert made.save_text("trades", "a", "x").saved
    assert made.save_text("state", "b", "x", force=True).saved
    clock.now += 30.0
    assert made.save_text("state", "a", "y").saved
    clock.now -= 3_600.0
    assert made.save_text("state", "a", "z").saved


def test_what_is_too_soon_is_not_even_made() -> None:
    """A refused value is not looked at."""
    made = manager(FakeStore(), live=True)
    made.save_json("state", "a", 1)
    assert made.save_json("state", "a", object()).reason is Reason.TOO_SOON


def test_a_failed_save_is_not_tried_again_at_once() -> None:
    """It walked the store all the same."""
    store = FakeStore()
    store.raising = {"save"}
    made = manager(store, live=True)
    assert made.save_text("state", "a", "x").reason is Reason.FAILED
    assert made.save_text("state", "a", "x").reason is Reason.TOO_SOON


def test_a_store_that_cannot_be_listed_is_not_listed_again_at_once() -> None:
    """Listing it is a walk as well."""
    store = FakeStore()
    store.raising = {"keys"}
    made = manager(store, live=True)
    assert made.save_text("state", "a", "x").reason is Reason.FAILED
    assert made.save_text("state", "a", "x").reason is Reason.TOO_SOON
    assert store.calls["keys"] == 1


def test_a_slow_store_is_left_alone_for_as_long_after_a_save() -> None:
    """The pause begins when the save has ended, however long it took."""
    store, clock = FakeStore(), Clock()

    def slowly(key: str) -> bool:
        clock.now += 100.0
        return False

    store.full = slowly
    made = manager(store, live=True, clock=clock)
    assert made.save_text("state", "a", "x").saved
    assert clock.now == NOON + 200.0  # the object and the index
    clock.now = NOON + 129.0
    assert not made.due("state")
    clock.now = NOON + 130.0
    assert made.due("state")


# --- limits


def test_a_category_keeps_to_its_share_of_half_the_store() -> None:
    """What is too large is refused with what would fit, and that fits."""
    store = FakeStore(max_size=20_000, max_files=100)
    made = manager(store, categories={"any": Category(0.5, Scope.PROJECT, compress=False)})
    refused = made.save_text("any", "a", "x" * 5_000)
    assert (refused.reason, refused.room) == (Reason.TOO_LARGE, USED_AT_MOST * 0.5 * 20_000)
    assert refused.size > 5_000
    assert "5000 bytes would fit" in refused.detail
    assert store.calls["save"] == 0
    overhead = refused.size - 5_000
    fits = 5_000 - overhead
    assert made.save_text("any", "a", "x" * fits).saved
    assert made.save_text("any", "b", "x").room == 0
    assert made.save_text("any", "a", "y" * fits).saved


def test_a_category_keeps_to_its_share_of_the_files() -> None:
    """Parts count as the files they are."""
    store = FakeStore(max_files=20)
    made = manager(store, categories=OPEN, part_size=10)
    refused = made.save_text("any", "a", "x" * 100)
    assert (refused.reason, refused.room) == (Reason.TOO_MANY, 90)
    assert made.save_text("any", "a", "x" * 90).saved
    assert made.save_text("any", "b", "x").reason is Reason.TOO_MANY
    assert made.save_text("any", "a", "x" * 10).saved
    assert made.save_text("any", "b", "x").saved


def test_a_large_object_is_split_and_joined(tmp_path: Path) -> None:
    """No object of the store is larger than a part, and a damage in one is seen."""
    made = manager(lean_store(tmp_path), categories=OPEN, part_size=1_000)
    value = "".join(f"{number}," for number in range(3_000))
    assert made.save_text("any", "a", value).saved
    assert made.load_text("any", "a").value == value
    files = [path for path in tmp_path.rglob("a") if path.is_file()]
    assert len(files) == 15
    assert max(path.stat().st_size for path in files) == 1_000


def test_the_oldest_runs_make_room_for_the_present_one() -> None:
    """As many of them as needed, of the same category, the newest live run never."""
    store, clock = FakeStore(max_size=16_000), Clock()
    terms = {"logs": Category(0.5, runs=9, compress=False), "user": CATEGORIES["user"]}
    for deployment, live in (("L-1", True), ("a", False), ("b", False)):
        clock.now += 1.0
        old = manager(store, deployment=deployment, live=live, clock=clock, categories=terms)
        assert old.save_text("logs", "x", "x" * 1_100).saved
        assert old.save_text("user", deployment, "x").saved
    clock.now += 1.0
    made = manager(store, deployment="c", clock=clock, categories=terms)
    assert made.save_text("logs", "x", "x" * 1_500).saved
    found = sorted(key.split("-")[-1] for key in store.objects if "/logs/" in key)
    assert found == ["1/logs/x", "b/logs/x", "c/logs/x"]
    assert made.names("user") == ["L-1", "a", "b"]
    refused = made.save_text("logs", "y", "x" * 3_000)
    assert refused.reason is Reason.TOO_LARGE
    assert refused.room is not None
    assert 1_200 < refused.room < 1_500
    assert made.statistics().removed == 1


def test_runs_beyond_those_kept_go_with_the_first_save() -> None:
    """Their indexes too; loading alone removes nothing."""
    store, clock = FakeStore(), Clock()
    for number in range(4):
        clock.now += 60.0
        made = manager(
            store, clock=clock, categories={"logs": Category(0.5, runs=2)}, deployment=f"d{number}"
        )
        made.load_text("logs", "a")
        made.save_text("logs", "a", "x")
    roots = sorted({key.split("/")[2].rpartition("-")[2] for key in store.objects})
    assert roots == ["d2", "d3"]
    assert len(store.objects) == 4
    assert made.clean() == 0


def test_expired_objects_are_missing_and_then_gone() -> None:
    """An object that is too old is not loaded, and cleaning removes it."""
    store, clock = FakeStore(), Clock()
    made = manager(store, clock=clock, deployment="a")
    made.save_text("logs", "a", "x")
    clock.now += 90 * DAY
    assert made.load_text("logs", "a").value == "x"
    clock.now += 1.0 * DAY
    expired = made.load_text("logs", "a")
    assert (expired.status, expired.detail) == (Status.MISSING, "it expired after 90 days")
    assert made.clean() == 1
    assert not made.exists("logs", "a")


def test_statistics_count_what_is_kept_and_done() -> None:
    """By category over all runs, and by what came of each save."""
    store = FakeStore()
    manager(store, deployment="old").save_text("reports", "a", "x")
    made = manager(store, deployment="new", live=True)
    made.save_text("state", "a", "abc" * 1_000)
    made.save_text("state", "a", "x")
    counted = made.statistics()
    assert counted.objects == {"state": 1, "trades": 0, "reports": 1, "logs": 0, "user": 0}
    stored = [text for key, text in store.objects.items() if key.endswith("reports/a")]
    assert counted.bytes["reports"] == len(stored[0])
    assert counted.saves == {**dict.fromkeys(Reason, 0), Reason.SAVED: 1, Reason.TOO_SOON: 1}
    assert counted.spared > 2_500
    assert counted.bytes["state"] < 500


# --- what goes wrong


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
    """In this run and the next, split or whole; and the store that recovered takes the new one."""
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
    assert found.status is (Status.MISSING if saved is None else Status.FOUND)


def test_a_full_store_is_tried_once_more_without_the_oldest_runs(tmp_path: Path) -> None:
    """LEAN says False; the oldest run's room is given to the present one."""
    terms = {"logs": Category(1.0, compress=False)}
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
    assert (refused.reason, refused.room) == (Reason.FULL, 0)
    assert made.load_text("logs", "a").value == "x" * 1_500
    grown = made.save_text("logs", "a", "x" * 2_700)
    assert (grown.reason, grown.room) == (Reason.FULL, made.statistics().bytes["logs"])
    assert made.save_text("logs", "a", "y" * 1_500).saved


def test_a_forbidden_store_is_told_and_nothing_raises(tmp_path: Path) -> None:
    """Every use has its answer."""
    made = manager(lean_store(tmp_path, allowed=False))
    saved = made.save_text("user", "a", "x")
    assert saved.reason is Reason.FAILED
    assert "InvalidOperationException" in saved.detail
    assert made.load_text("user", "a").status is Status.UNREADABLE
    assert made.exists("user", "a") is made.delete("user", "a") is False
    assert made.names("user") == []
    assert made.clean() == 0
    assert made.statistics().saves[Reason.FAILED] == 1


def test_a_store_that_cannot_be_listed_is_asked_again() -> None:
    """Until it can, nothing is saved, for old parts would not be known."""
    store = FakeStore()
    store.raising = {"keys"}
    made = manager(store)
    failed = made.save_text("user", "a", "x")
    assert (failed.reason, failed.size) == (Reason.FAILED, 0)
    assert "cannot be listed: StoreError" in failed.detail
    assert made.load_text("user", "a").status is Status.UNREADABLE
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
    """Half a file, an empty, a changed and another's; saving again repairs it."""
    manager(lean_store(tmp_path)).save_text("user", "a", "some words")
    file = tmp_path / "pt" / "-12" / "project" / "user" / "a"
    file.write_text(harm(file.read_text(encoding="utf-8")), encoding="utf-8")
    made = manager(lean_store(tmp_path))
    found = made.load_text("user", "a")
    assert (found.status, found.damage, found.value) == (Status.DAMAGED, damage, None)
    assert found.detail.startswith(damage.value)
    assert made.exists("user", "a")
    assert made.save_text("user", "a", "other words").saved
    assert manager(lean_store(tmp_path)).load_text("user", "a").value == "other words"


def test_a_lost_file_is_missing(tmp_path: Path) -> None:
    """Though the index knows it, nothing stands in for it."""
    manager(lean_store(tmp_path)).save_text("user", "a", "x")
    (tmp_path / "pt" / "-12" / "project" / "user" / "a").unlink()
    found = manager(lean_store(tmp_path)).load_text("user", "a")
    assert (found.status, found.value) == (Status.MISSING, None)
    assert found.detail == "there is no pt/-12/project/user/a"


def test_threads_may_save_and_load_at_once() -> None:
    """Each finds one of the values saved, whole."""
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
    assert made.statistics().saves[Reason.SAVED] == 101
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
        elif result.reason is Reason.FAILED and {"read", "contains_key"} & self.store.raising:
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
            assert found.status is (Status.MISSING if found.value is None else Status.FOUND)
            self.model[name] = {found.value}


AnyOrder.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase
