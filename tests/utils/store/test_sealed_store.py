"""The sealed store: no failure of LEAN's store costs what was there."""

from __future__ import annotations

import pytest

from models.errors import Failure
from tests.utils.store.fake_store import FakeStore
from utils.store.encoding import Encoded
from utils.store.results import Damage, LoadStatus
from utils.store.sealed_store import (
    SMALLEST_STORE_BYTES,
    SMALLEST_STORE_FILES,
    SealedStore,
)
from utils.store.sealing import seal

NOON = 1_704_196_800


class Stored:
    """One object of parts in a sealed store, saved in turn."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.sealed = SealedStore(self.store)
        self.parts: list[str] = []
        self.generation = 0

    def put(self, word: str) -> bool | Failure:
        """Save the word, a letter a part, in a generation of its own."""
        self.generation += 1
        made = seal(Encoded("text", word), NOON, part_size=1, generation=self.generation)
        keys = [part_key(self.generation, number + 1) for number in range(len(made.parts))]
        taken, self.parts = self.sealed.put("head", made, keys, self.parts)
        return taken

    def load(self) -> bytes | None:
        """What can be read."""
        return self.sealed.load("head", part_key).value


def part_key(generation: int, number: int) -> str:
    """A key as the catalog makes it."""
    return f"{generation}-{number}"


def test_the_head_is_written_last_and_old_parts_are_deleted() -> None:
    """At any moment the head names parts that are there."""
    made = Stored()
    assert made.put("one") is True
    assert list(made.store.objects) == ["1-1", "1-2", "1-3", "head"]
    assert made.put("more") is True
    assert made.parts == ["2-1", "2-2", "2-3", "2-4"]
    assert sorted(made.store.objects) == [*made.parts, "head"]
    assert made.put("x") is True
    assert list(made.store.objects) == ["head"]
    assert made.load() == b"x"


@pytest.mark.parametrize("key", ["2-1", "2-3", "head"])
@pytest.mark.parametrize("kind", ["full", "raises_at"])
def test_a_failed_put_leaves_what_was_there(kind: str, key: str) -> None:
    """Whatever part fails in whatever way, the old object is whole and nothing is left over."""
    made = Stored()
    made.put("one")
    setattr(made.store, kind, lambda path: path == key)
    taken = made.put("two")
    assert isinstance(taken, Failure) if kind == "raises_at" else taken is False
    assert made.load() == b"one"
    assert sorted(made.store.objects) == ["1-1", "1-2", "1-3", "head"]


def test_a_put_that_raised_after_it_wrote_is_saved() -> None:
    """An object that is there although the store raised was saved."""
    made = Stored()
    made.put("one")
    made.store.raises_after = lambda path: path == "head"
    assert made.put("two") is True
    assert made.load() == b"two"
    assert made.parts == ["2-1", "2-2", "2-3"]


def test_a_put_that_nobody_can_check_keeps_both_sets_of_parts() -> None:
    """The head may be the old or the new one; the next put clears up."""
    made = Stored()
    made.put("one")
    made.store.raises_after = lambda path: path == "head"
    made.store.raising = {"read"}
    assert isinstance(made.put("two"), Failure)
    assert len(made.parts) == 6
    made.store.heal()
    assert made.load() == b"two"
    assert made.put("six") is True
    assert made.parts == ["3-1", "3-2", "3-3"]
    assert sorted(made.store.objects) == [*made.parts, "head"]


def test_parts_that_cannot_be_deleted_are_remembered() -> None:
    """Parts that the store would not delete go with a later save."""
    made = Stored()
    made.put("one")
    made.store.raising = {"delete"}
    assert made.put("two") is True
    assert made.load() == b"two"
    made.store.heal()
    made.put("six")
    assert sorted(made.store.objects) == ["3-1", "3-2", "3-3", "head"]


def test_a_lost_part_is_damage_and_a_refused_one_is_not() -> None:
    """The lost part is named; where the store cannot be asked, the object is unreadable."""
    made = Stored()
    made.put("one")
    made.store.raising = {"read"}
    assert made.sealed.load("head", part_key).status is LoadStatus.UNREADABLE
    made.store.heal()
    del made.store.objects["1-2"]
    found = made.sealed.load("head", part_key)
    assert (found.status, found.damage) == (LoadStatus.DAMAGED, Damage.CUT)
    assert "part 2 of 3 is missing" in found.detail


def test_what_the_store_reads_as_nothing_is_cut() -> None:
    """LEAN reads None where a file vanished behind its back."""
    made = Stored()
    made.store.objects["head"] = None  # type: ignore[assignment]
    assert made.sealed.load("head", part_key).damage is Damage.CUT


def test_limits_are_the_stores_or_the_smallest_sold() -> None:
    """A store of an older LEAN does not say what it may hold."""
    store = FakeStore(max_size=5, max_files=6)
    assert SealedStore(store).limits() == (5, 6)
    store.raising = {"max_size", "max_files"}
    assert SealedStore(store).limits() == (SMALLEST_STORE_BYTES, SMALLEST_STORE_FILES)
