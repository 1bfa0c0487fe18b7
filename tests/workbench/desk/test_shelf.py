"""What is kept for whoever asks next."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.desk.shelf import Shelf


def test_a_thing_is_made_once_for_all_that_ask_at_one_time() -> None:
    """The others wait for it."""
    shelf, made, barrier, found = Shelf(), list[int](), Barrier(8), list[object]()

    def make() -> object:
        made.append(1)
        return object()

    def ask() -> None:
        barrier.wait()
        found.append(shelf.get("key", make, lambda _: 1))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(found), len(set(map(id, found)))) == (1, 8, 1)


def test_what_cannot_be_made_is_not_kept() -> None:
    """The next one tries again."""
    shelf = Shelf()

    def fail() -> int:
        raise LookupError("not yet")

    with pytest.raises(LookupError, match="not yet"):
        shelf.get("key", fail, lambda _: 1)
    assert shelf.get("key", lambda: 7, lambda _: 1) == 7


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 8)), max_size=40))
def test_the_things_asked_for_last_are_kept(asked: list[tuple[int, int]]) -> None:
    """As many as the bytes allow; a thing is made again only when it was forgotten."""
    shelf, sizes, order = Shelf(10), dict[int, int](), list[int]()
    for key, size in asked:
        made: list[int] = []
        shelf.get(key, lambda made=made, key=key: made.append(key), lambda _, size=size: size)  # type: ignore[misc]
        assert bool(made) == (key not in order)
        if key in order:
            order.remove(key)
        else:
            sizes[key] = size
        order.append(key)
        while sum(sizes[each] for each in order) > 10:
            order.pop(0)
        assert shelf.size == sum(sizes[each] for each in order) <= 10


def test_what_is_larger_than_all_is_given_and_not_kept() -> None:
    """And it drives nothing else away."""
    shelf = Shelf(10)
    shelf.get("small", lambda: "s", lambda _: 4)
    assert shelf.get("large", lambda: "l", lambda _: 11) == "l"
    assert shelf.size == 4
    assert shelf.get("small", lambda: "other", lambda _: 4) == "s"
