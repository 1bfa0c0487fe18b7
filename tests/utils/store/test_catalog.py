"""The catalog: runs by age, what a category uses, sizes from the index or the objects."""

from __future__ import annotations

import pytest

from tests.utils.store.catalogs import NOON, TODAY, catalog, run
from tests.utils.store.fake_store import FakeStore
from utils.store.catalog import DAY_SECONDS, Catalog, ObjectRecord, take_stock
from utils.store.categories import (
    CATEGORIES,
    StoreCategory,
    StoreScope,
)
from utils.store.encoding import Encoded
from utils.store.keys import ObjectPlace
from utils.store.sealed_store import (
    SealedStore,
)
from utils.store.sealing import seal


def test_a_scope_says_who_finds_an_object() -> None:
    """Live state is the next deployment's; a backtest's is its own."""
    live, test = catalog(live=True), catalog()
    assert [live.root(scope) for scope in StoreScope] == ["project", "live", live.run]
    assert [test.root(scope) for scope in StoreScope] == ["project", test.run, test.run]
    assert live.run == "20240102120000250-live-now"
    assert test.run == "20240102120000250-test-now"


def test_a_deployment_that_comes_again_goes_on_with_its_run() -> None:
    """A restart finds its own run; another kind or id does not, nor does one without an id."""
    keys = (f"{run(1, deployment='now')}/index", f"{run(2, deployment='now')}/logs/a")
    assert catalog(*keys).run == run(2, deployment="now")
    assert catalog(*keys, live=True).run == "20240102120000250-live-now"
    assert catalog(f"{run(1, deployment='')}/logs/a", deployment="").run.startswith("2024")


def test_runs_without_an_id_never_share_a_root() -> None:
    """Two runs that begin in the same millisecond have different roots."""
    first = catalog(deployment="")
    second = catalog(f"{first.run}/logs/a", deployment="")
    assert first.run == "20240102120000250-test-"
    assert second.run == "20240102120000251-test-"


def test_a_new_generation_is_above_all_there_are() -> None:
    """No part that may still be needed is overwritten by a new one."""
    made = catalog("live/state/2-1/a", "live/state/10-1/a", "live/state/a", "live/state/3-1/b")
    assert made.next_generation(ObjectPlace("live", "state", "a")) == 11
    assert made.next_generation(ObjectPlace("live", "state", "c")) == 1


def test_use_is_counted_by_category() -> None:
    """The parts of an object are counted as bytes and files, what is left out is not."""
    made = catalog("live/state/a", "live/state/1-1/a", "live/state/b", "live/logs/c")
    a = ObjectPlace("live", "state", "a")
    assert made.used("state") == (200, 3)
    assert made.used("state", a) == (100, 1)
    assert made.used("state", roots=["live"]) == (0, 0)
    made.forget(a)
    assert made.used("state") == (100, 1)


def test_the_oldest_runs_go_first_and_the_live_one_never() -> None:
    """Neither the present run nor the newest live one may lose anything."""
    runs = [run(3), run(1, "live"), run(2), run(4, "live")]
    made = catalog(*(f"{root}/logs/a" for root in runs), "live/logs/a", "project/logs/a")
    assert made.removable("logs") == [run(1, "live"), run(2), run(3)]
    assert made.removable("state") == []
    present = catalog(*(f"{root}/logs/a" for root in (run(1), run(2))), deployment="x")
    assert present.run == run(2)
    assert present.removable("logs") == [run(1)]


@pytest.mark.parametrize(("keep", "left"), [(1, 0), (2, 1), (3, 2), (4, 3), (9, 3)])
def test_runs_beyond_those_kept_are_outdated(keep: int, left: int) -> None:
    """The present run is one of those kept, though it has nothing yet."""
    made = catalog(*(f"{run(number)}/logs/a" for number in (1, 2, 3)))
    old = made.outdated({"logs": StoreCategory(0.1, runs=keep)}, TODAY)
    assert [place.root for place in old] == [run(1), run(2), run(3)][: 3 - left]


def test_parts_without_an_object_go_with_their_run() -> None:
    """A save that was cut short leaves nothing for good."""
    made = catalog(f"{run(1)}/logs/1-1/a")
    assert made.outdated({"logs": StoreCategory(0.1, runs=1)}, TODAY) == [
        ObjectPlace(run(1), "logs", "a")
    ]


def test_objects_expire_by_the_day_they_were_saved() -> None:
    """An object expires wherever it is, if its category has a number of days."""
    made = catalog("live/logs/a", "live/logs/b", "live/state/c")
    made.objects[ObjectPlace("live", "logs", "a")] = ObjectRecord(1, TODAY - 11)
    made.objects[ObjectPlace("live", "logs", "b")] = ObjectRecord(1, TODAY - 10)
    made.objects[ObjectPlace("live", "state", "c")] = ObjectRecord(1, 0)
    terms = {"logs": StoreCategory(0.1, days=10), "state": CATEGORIES["state"]}
    assert made.outdated(terms, TODAY) == [ObjectPlace("live", "logs", "a")]


def test_an_index_of_nothing_is_bare() -> None:
    """An index without objects may go, unless it is the present run's."""
    made = catalog(f"{run(1)}/index", f"{run(2)}/index", f"{run(2)}/logs/a", deployment="y")
    assert made.bare() == [run(1)]
    assert catalog(f"{run(1)}/index", deployment="x").bare() == []


def test_the_index_is_news_when_an_object_is_new_or_has_changed_much() -> None:
    """Small changes of size on the same day are not."""
    made = catalog("live/state/a")
    a = ObjectPlace("live", "state", "a")
    assert made.is_news(a)
    assert made.index("live") == {"state/a": [100, TODAY]}
    assert not made.is_news(a)
    for known, news in [
        (ObjectRecord(125, TODAY), False),
        (ObjectRecord(80, TODAY), False),
        (ObjectRecord(126, TODAY), True),
        (ObjectRecord(79, TODAY), True),
        (ObjectRecord(100, TODAY + 1), True),
    ]:
        made.objects[a] = known
        assert made.is_news(a) is news


def stocked(*, index: str) -> tuple[Catalog, FakeStore]:
    """A catalog of a store with two live objects, one of them known to the index."""
    store = FakeStore()
    for name in ("a", "b"):
        store.objects[f"pt/7/live/state/{name}"] = seal(
            Encoded("text", name), NOON - DAY_SECONDS
        ).head
    store.objects["pt/7/live/index"] = index
    made = Catalog(store.keys, "7", "now", live=True, now=NOON)
    take_stock(made, SealedStore(store), TODAY)
    return made, store


def test_the_index_spares_reading_the_objects() -> None:
    """What it knows is believed, what it does not know is read, what is gone is forgotten."""
    told = seal(Encoded("text", '{"state/a":[55,3],"state/gone":[9,9]}'), NOON).head
    made, store = stocked(index=told)
    known = {place.name: made.objects[place] for place in made.objects}
    assert known == {"a": ObjectRecord(55, 3), "b": ObjectRecord(21, TODAY - 1)}
    assert store.calls["read"] == 2


@pytest.mark.parametrize(
    "index",
    [
        "",
        "no index",
        seal(Encoded("text", "no JSON"), NOON).head,
        seal(Encoded("text", "[1]"), NOON).head,
        seal(Encoded("text", '{"state/a":[1],"state/b":"x"}'), NOON).head,
    ],
)
def test_a_damaged_index_is_made_again_from_the_objects(index: str) -> None:
    """Sizes and days are in the objects' own first lines."""
    made, _ = stocked(index=index)
    known = {place.name: made.objects[place] for place in made.objects}
    assert known == {"a": ObjectRecord(21, TODAY - 1), "b": ObjectRecord(21, TODAY - 1)}


def test_objects_that_say_nothing_are_taken_to_be_new() -> None:
    """A damaged object counts with its length, an unreadable one with none."""
    store = FakeStore()
    store.objects["pt/7/live/state/a"] = "nonsense"
    made = Catalog(store.keys, "7", "", live=True, now=NOON)
    take_stock(made, SealedStore(store), TODAY)
    assert list(made.objects.values()) == [ObjectRecord(8, TODAY)]
    made = Catalog(store.keys, "7", "", live=True, now=NOON)
    store.raising = {"read"}
    take_stock(made, SealedStore(store), TODAY)
    assert list(made.objects.values()) == [ObjectRecord(0, TODAY)]
