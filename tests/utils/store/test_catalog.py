"""The catalog: keys within LEAN's rule, runs by age, sizes from the index or the objects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.utils.store.fake_store import LEAN_KEY, LONGEST_KEY, FakeStore
from utils.store.catalog import DAY, Catalog, Known, Place, segment, take_stock
from utils.store.categories import CATEGORIES, Category, Scope
from utils.store.sealing import Encoded, seal
from utils.store.shelf import Shelf

NOON = 1_704_196_800.25  # 2024-01-02 12:00:00.250
TODAY = int(NOON) // DAY
IDS = st.one_of(st.text(max_size=60), st.sampled_from(["", "0", "-123", "L-1f", "a.b"]))


def catalog(*keys: str, deployment: str = "now", live: bool = False, project: str = "7") -> Catalog:
    """A catalog of these keys of project 7, at noon; every object known."""
    made = Catalog([f"pt/7/{key}" for key in keys], project, deployment, live=live, now=NOON)
    for place in made.unknown:
        made.objects[place] = Known(100, TODAY)
    made.unknown.clear()
    return made


def run(number: int, kind: str = "test", deployment: str = "x") -> str:
    """The root of a run that began in the year of that number."""
    return f"{2000 + number}0101000000000-{kind}-{deployment}"


# --- keys


@given(project=IDS, deployment=IDS, live=st.booleans())
def test_every_key_is_within_leans_rule(project: str, deployment: str, live: bool) -> None:
    """Whatever the ids and with the longest names, a key is short and its parts can be told."""
    made = Catalog([], project, deployment, live=live, now=NOON)
    for scope in Scope:
        for name in ("n" * 40 + ".extended", "n"):
            place = made.place(scope, "c" * 20, name)
            keys = [made.key(place), made.part_key(place, 999_999_999, 999_999)]
            for key in (*keys, made.index_key(place.root)):
                assert LEAN_KEY.fullmatch(key)
                assert len(key) < LONGEST_KEY
            again = Catalog(keys, project, "other", live=live, now=NOON)
            assert again.unknown == {place}
            assert again.parts == {place: keys[1:]}


def test_ids_stay_apart() -> None:
    """An id that LEAN's rule takes is kept; others that look alike afterwards differ."""
    assert segment("-123") == "-123"
    assert len({segment(text) for text in ("a-b", "a.b", "a:b", "a b", "x" * 40, "x" * 41)}) == 6


def test_a_scope_says_who_finds_an_object() -> None:
    """Live state is the next deployment's; a backtest's is its own."""
    live, test = catalog(live=True), catalog()
    assert [live.root(scope) for scope in Scope] == ["project", "live", live.run]
    assert [test.root(scope) for scope in Scope] == ["project", test.run, test.run]
    assert live.run == "20240102120000250-live-now"
    assert test.run == "20240102120000250-test-now"


def test_a_deployment_that_comes_again_goes_on_with_its_run() -> None:
    """A restart finds its own run; another kind or id does not, nor does one without an id."""
    keys = (f"{run(1, deployment='now')}/index", f"{run(2, deployment='now')}/logs/a")
    assert catalog(*keys).run == run(2, deployment="now")
    assert catalog(*keys, live=True).run == "20240102120000250-live-now"
    assert catalog(f"{run(1, deployment='')}/logs/a", deployment="").run.startswith("2024")


def test_runs_without_an_id_never_share_a_root() -> None:
    """Even when they begin in the same millisecond."""
    first = catalog(deployment="")
    second = catalog(f"{first.run}/logs/a", deployment="")
    assert first.run == "20240102120000250-test-"
    assert second.run == "20240102120000251-test-"


def test_keys_of_others_are_not_taken() -> None:
    """Other projects, other users, and what is nobody's beneath the project."""
    made = Catalog(
        [
            "pt/77/live/state/a",
            "7/live/state/b",
            "pt/7",
            "pt/7/x",
            "pt/7/a/b/c/d",
            "pt/7/a/b/1-1/d/e",
        ],
        "7",
        "",
        live=True,
        now=NOON,
    )
    assert (made.unknown, dict(made.parts), made.indexed) == (set(), {}, set())


def test_a_new_generation_is_above_all_there_are() -> None:
    """So no part that may be needed is overwritten."""
    made = catalog("live/state/2-1/a", "live/state/10-1/a", "live/state/a", "live/state/3-1/b")
    assert made.next_generation(Place("live", "state", "a")) == 11
    assert made.next_generation(Place("live", "state", "c")) == 1


# --- what there is


def test_use_is_counted_by_category() -> None:
    """Bytes and files with parts, but for what is left out."""
    made = catalog("live/state/a", "live/state/1-1/a", "live/state/b", "live/logs/c")
    a = Place("live", "state", "a")
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
    old = made.outdated({"logs": Category(0.1, runs=keep)}, TODAY)
    assert [place.root for place in old] == [run(1), run(2), run(3)][: 3 - left]


def test_parts_without_an_object_go_with_their_run() -> None:
    """A save that was cut short leaves nothing for good."""
    made = catalog(f"{run(1)}/logs/1-1/a")
    assert made.outdated({"logs": Category(0.1, runs=1)}, TODAY) == [Place(run(1), "logs", "a")]


def test_objects_expire_by_the_day_they_were_saved() -> None:
    """Wherever they are, and only those of categories that expire."""
    made = catalog("live/logs/a", "live/logs/b", "live/state/c")
    made.objects[Place("live", "logs", "a")] = Known(1, TODAY - 11)
    made.objects[Place("live", "logs", "b")] = Known(1, TODAY - 10)
    made.objects[Place("live", "state", "c")] = Known(1, 0)
    terms = {"logs": Category(0.1, days=10), "state": CATEGORIES["state"]}
    assert made.outdated(terms, TODAY) == [Place("live", "logs", "a")]


def test_an_index_of_nothing_is_bare() -> None:
    """It may go, unless it is the present run's."""
    made = catalog(f"{run(1)}/index", f"{run(2)}/index", f"{run(2)}/logs/a", deployment="y")
    assert made.bare() == [run(1)]
    assert catalog(f"{run(1)}/index", deployment="x").bare() == []


# --- the index


def test_the_index_is_news_when_an_object_is_new_or_has_changed_much() -> None:
    """Small changes of size on the same day are not."""
    made = catalog("live/state/a")
    a = Place("live", "state", "a")
    assert made.is_news(a)
    assert made.index("live") == {"state/a": [100, TODAY]}
    assert not made.is_news(a)
    for known, news in [
        (Known(125, TODAY), False),
        (Known(80, TODAY), False),
        (Known(126, TODAY), True),
        (Known(79, TODAY), True),
        (Known(100, TODAY + 1), True),
    ]:
        made.objects[a] = known
        assert made.is_news(a) is news


def stocked(*, index: str) -> tuple[Catalog, FakeStore]:
    """A catalog of a store with two live objects, one of them known to the index."""
    store = FakeStore()
    for name in ("a", "b"):
        store.objects[f"pt/7/live/state/{name}"] = seal(Encoded("text", name), NOON - DAY).head
    store.objects["pt/7/live/index"] = index
    made = Catalog(store.keys, "7", "now", live=True, now=NOON)
    take_stock(made, Shelf(store), TODAY)
    return made, store


def test_the_index_spares_reading_the_objects() -> None:
    """What it knows is believed, what it does not know is read, what is gone is forgotten."""
    told = seal(Encoded("text", '{"state/a":[55,3],"state/gone":[9,9]}'), NOON).head
    made, store = stocked(index=told)
    known = {place.name: made.objects[place] for place in made.objects}
    assert known == {"a": Known(55, 3), "b": Known(21, TODAY - 1)}
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
    assert known == {"a": Known(21, TODAY - 1), "b": Known(21, TODAY - 1)}


def test_objects_that_say_nothing_are_taken_to_be_new() -> None:
    """Damaged ones by the length they have, unreadable ones without."""
    store = FakeStore()
    store.objects["pt/7/live/state/a"] = "nonsense"
    made = Catalog(store.keys, "7", "", live=True, now=NOON)
    take_stock(made, Shelf(store), TODAY)
    assert list(made.objects.values()) == [Known(8, TODAY)]
    made = Catalog(store.keys, "7", "", live=True, now=NOON)
    store.raising = {"read"}
    take_stock(made, Shelf(store), TODAY)
    assert list(made.objects.values()) == [Known(0, TODAY)]
