"""Housekeeping: what a save costs, how much is kept, and what makes room."""

from __future__ import annotations

from pathlib import Path

from tests.utils.store.fake_store import FakeStore
from tests.utils.store.managers import NOON, OPEN, Clock, lean_store, manager
from utils.store.catalog import DAY_SECONDS
from utils.store.categories import (
    CATEGORIES,
    STORE_POLICY,
    StoreCategory,
    StoreScope,
)
from utils.store.results import LoadStatus, SaveReason


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
    """A refusal costs nothing whatever the name, and force or a clock set back lets a save in."""
    store, clock = FakeStore(), Clock()
    made = manager(store, clock=clock, live=True)
    assert made.due("state")
    made.save_text("state", "a", "x")
    saves = store.calls["save"]
    clock.now += 29.0
    assert not made.due("state")
    refused = made.save_text("state", "b", "x")
    assert (refused.reason, refused.detail) == (SaveReason.TOO_SOON, "only once in 30 s")
    assert store.calls["save"] == saves
    assert made.save_text("trades", "a", "x").saved
    assert made.save_text("state", "b", "x", force=True).saved
    clock.now += 30.0
    assert made.save_text("state", "a", "y").saved
    clock.now -= 3_600.0
    assert made.save_text("state", "a", "z").saved


def test_what_is_too_soon_is_not_even_made() -> None:
    """The value of a save that is refused as too soon is not looked at."""
    made = manager(FakeStore(), live=True)
    made.save_json("state", "a", 1)
    assert made.save_json("state", "a", object()).reason is SaveReason.TOO_SOON


def test_a_failed_save_is_not_tried_again_at_once() -> None:
    """A failed save walked the store as well, so that the next one waits."""
    store = FakeStore()
    store.raising = {"save"}
    made = manager(store, live=True)
    assert made.save_text("state", "a", "x").reason is SaveReason.FAILED
    assert made.save_text("state", "a", "x").reason is SaveReason.TOO_SOON


def test_a_store_that_cannot_be_listed_is_not_listed_again_at_once() -> None:
    """Listing the store walks it as well, so that the next save waits."""
    store = FakeStore()
    store.raising = {"keys"}
    made = manager(store, live=True)
    assert made.save_text("state", "a", "x").reason is SaveReason.FAILED
    assert made.save_text("state", "a", "x").reason is SaveReason.TOO_SOON
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


def test_a_category_keeps_to_its_share_of_half_the_store() -> None:
    """What is too large is refused with what would fit, and that fits."""
    store = FakeStore(max_size=20_000, max_files=100)
    made = manager(
        store, categories={"any": StoreCategory(0.5, StoreScope.PROJECT, compress=False)}
    )
    refused = made.save_text("any", "a", "x" * 5_000)
    assert (refused.reason, refused.room) == (
        SaveReason.TOO_LARGE,
        STORE_POLICY.used_at_most * 0.5 * 20_000,
    )
    assert refused.size > 5_000
    assert "5000 bytes would fit" in refused.detail
    assert store.calls["save"] == 0
    overhead = refused.size - 5_000
    fits = 5_000 - overhead
    assert made.save_text("any", "a", "x" * fits).saved
    assert made.save_text("any", "b", "x").room == 0
    assert made.save_text("any", "a", "y" * fits).saved


def test_a_category_keeps_to_its_share_of_the_files() -> None:
    """Each part of an object counts as a file."""
    store = FakeStore(max_files=20)
    made = manager(store, categories=OPEN, part_size=10)
    refused = made.save_text("any", "a", "x" * 100)
    assert (refused.reason, refused.room) == (SaveReason.TOO_MANY, 90)
    assert made.save_text("any", "a", "x" * 90).saved
    assert made.save_text("any", "b", "x").reason is SaveReason.TOO_MANY
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
    """Only as many runs as needed lose objects of the category, and the newest live run none."""
    store, clock = FakeStore(max_size=16_000), Clock()
    terms = {"logs": StoreCategory(0.5, runs=9, compress=False), "user": CATEGORIES["user"]}
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
    assert refused.reason is SaveReason.TOO_LARGE
    assert refused.room is not None
    assert 1_200 < refused.room < 1_500
    assert made.statistics().removed == 1


def test_runs_beyond_those_kept_go_with_the_first_save() -> None:
    """The indexes of old runs go with them, and loading alone removes nothing."""
    store, clock = FakeStore(), Clock()
    for number in range(4):
        clock.now += 60.0
        made = manager(
            store,
            clock=clock,
            categories={"logs": StoreCategory(0.5, runs=2)},
            deployment=f"d{number}",
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
    clock.now += 90 * DAY_SECONDS
    assert made.load_text("logs", "a").value == "x"
    clock.now += 1.0 * DAY_SECONDS
    expired = made.load_text("logs", "a")
    assert (expired.status, expired.detail) == (LoadStatus.MISSING, "it expired after 90 days")
    assert made.clean() == 1
    assert not made.exists("logs", "a")
