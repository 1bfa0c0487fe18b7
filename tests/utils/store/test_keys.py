"""Keys: within LEAN's rule, and ids that stay apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.utils.store.catalogs import NOON
from tests.utils.store.fake_store import LEAN_KEY, LONGEST_KEY
from utils.store.catalog import Catalog
from utils.store.categories import (
    StoreScope,
)
from utils.store.keys import (
    ObjectPlace,
    PartPlace,
    ProjectKeys,
    RunName,
    key_segment,
    part_generation,
    read_run,
    run_root,
)

IDS = st.one_of(st.text(max_size=60), st.sampled_from(["", "0", "-123", "L-1f", "a.b"]))


@given(project=IDS, deployment=IDS, live=st.booleans())
def test_every_key_is_within_leans_rule(project: str, deployment: str, live: bool) -> None:
    """Whatever the ids and with the longest names, a key is short and its parts can be told."""
    made = Catalog([], project, deployment, live=live, now=NOON)
    for scope in StoreScope:
        for name in ("n" * 40 + ".extended", "n"):
            place = made.place(scope, "c" * 20, name)
            keys = [made.keys.of(place), made.keys.part(place, 999_999_999, 999_999)]
            for key in (*keys, made.keys.index(place.root)):
                assert LEAN_KEY.fullmatch(key)
                assert len(key) < LONGEST_KEY
            again = Catalog(keys, project, "other", live=live, now=NOON)
            assert again.unknown == {place}
            assert again.parts == {place: keys[1:]}


def test_ids_stay_apart() -> None:
    """An id that LEAN's rule takes is kept; others that look alike afterwards differ."""
    assert key_segment("-123") == "-123"
    assert (
        len({key_segment(text) for text in ("a-b", "a.b", "a:b", "a b", "x" * 40, "x" * 41)}) == 6
    )


def test_keys_of_others_are_not_taken() -> None:
    """Keys of other projects, of other users and of an unknown shape are ignored."""
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


def test_a_key_is_read_as_what_it_names() -> None:
    """An index, an object and a part are told apart; a part knows its object and generation."""
    keys, place = ProjectKeys("7"), ObjectPlace("live", "state", "a")
    part = keys.part(place, 12, 3)
    assert keys.read(keys.index("live")) == "live"
    assert keys.read(keys.of(place)) == place
    assert keys.read(part) == PartPlace(place, part)
    assert part_generation(part) == 12
    assert keys.read("pt/77/live/state/a") is None


def test_a_root_of_a_run_says_its_kind_and_deployment() -> None:
    """Roots sort by the time at which their runs began, and those of no run say nothing."""
    first = run_root(RunName("live", "L-1"), NOON)
    second = run_root(RunName("test", ""), NOON + 0.002)
    assert first < second
    assert read_run(first) == RunName("live", "L-1")
    assert read_run(second) == RunName("test", "")
    assert read_run("live") is None
