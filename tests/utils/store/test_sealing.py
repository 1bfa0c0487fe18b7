"""Sealed objects: contents come back, damage is seen, no failure costs what was there."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Failure, TrackerError
from tests.utils.store.fake_store import FakeStore
from utils.store.sealing import (
    Damage,
    DamagedError,
    Encoded,
    Status,
    encode,
    read_line,
    seal,
    unseal,
)
from utils.store.shelf import LEAST_BYTES, LEAST_FILES, Shelf

NOON = 1_704_196_800


def sealed(data: bytes, *, compress: bool = True) -> str:
    """The content as it is stored in one piece."""
    return seal(encode(data, compress=compress), NOON).head


def damage(text: str) -> Damage:
    """What is found to be wrong with an object."""
    with pytest.raises(DamagedError) as caught:
        unseal(text)
    return caught.value.damage


# --- contents


@given(data=st.binary(max_size=2_000), compress=st.booleans())
def test_any_bytes_come_back(data: bytes, compress: bool) -> None:
    """Whatever the encoding, the content and its time are those saved."""
    assert unseal(sealed(data, compress=compress)) == (data, NOON)


@given(
    text=st.text(max_size=500),
    size=st.integers(1, 40),
    generation=st.integers(0, 10**6),
    repeat=st.integers(1, 3),
)
def test_any_text_comes_back_from_its_parts(
    text: str, size: int, generation: int, repeat: int
) -> None:
    """Head and parts joined are the object; parts keep to their size, the whole to what it says."""
    made = seal(
        encode(text.encode() * repeat, compress=False),
        NOON,
        part_size=size,
        generation=generation,
    )
    line = read_line(made.head)
    assert (line.generation, line.parts) == (generation, len(made.parts))
    assert made.files == 1 + line.parts
    assert all(len(part.encode()) <= max(size, 4) for part in made.parts)
    whole = made.head + "".join(made.parts)
    assert len(whole.encode()) == made.size
    assert unseal(whole).data == text.encode() * repeat


def test_a_short_text_can_be_read_by_people() -> None:
    """It stands after the line, as it is."""
    text = sealed("größer 😀\n".encode())
    line, _, body = text.partition("\n")
    assert body == "größer 😀\n"
    assert line.startswith("pt1 ")
    assert line.endswith(f" text {NOON} 0 0")


def test_bytes_that_are_no_text_become_base64() -> None:
    """So the store is given text only."""
    assert encode(b"\xff\x00", compress=True) == Encoded("base64", "/wA=")


def test_gzip_is_used_where_it_pays() -> None:
    """What repeats shrinks, and what is spared is counted; what does not, stays as it is."""
    packed = encode(b"abc" * 1_000, compress=True)
    assert packed.encoding == "gzip"
    assert packed.spared == 3_000 - len(packed.body) > 2_500
    noise = random.Random(7).randbytes(3_000)
    assert encode(noise, compress=True).encoding == "base64"
    assert encode(b"abc", compress=True) == Encoded("text", "abc")
    assert encode(b"abc" * 1_000, compress=False).encoding == "text"


@pytest.mark.parametrize(("clock", "saved"), [(-5.0, 0), (1.9, 1), (1e13, 9_999_999_999)])
def test_a_strange_clock_makes_no_unreadable_object(clock: float, saved: int) -> None:
    """The time keeps within what the line can say."""
    assert unseal(seal(Encoded("text", "x"), clock).head).saved == saved


# --- damages


@pytest.mark.parametrize("data", [b"some words", b"\xff\xfe\xfd", b"abc" * 100])
def test_every_cut_is_seen(data: bytes) -> None:
    """Wherever an object ends too soon, it is said to be cut."""
    text = sealed(data)
    assert {damage(text[:end]) for end in range(len(text))} == {Damage.CUT}


@pytest.mark.parametrize("data", [b"some words", b"\xff\xfe\xfd", b"abc" * 100])
def test_every_change_is_seen(data: bytes) -> None:
    """No other character in any place gives another content."""
    text = sealed(data)
    for place in range(len(text)):
        for other in "0 \n~\ud800":
            changed = text[:place] + other + text[place + 1 :]
            if changed != text:
                damage(changed)


def test_the_kinds_of_damage_are_told_apart() -> None:
    """Changed inside, longer than said, an unreadable line, and what is nobody's."""
    text = sealed(b"some words")
    assert damage(text.replace("words", "swords")) is Damage.CHANGED
    assert damage(text.replace("words", "wordz")) is Damage.CHANGED
    assert damage(text.replace(" text ", " tekst ")) is Damage.CHANGED
    assert damage('{"some": "JSON"}') is Damage.FOREIGN
    assert damage(text.replace("pt1", "pt2")) is Damage.FOREIGN
    assert damage("pt1 " + "9" * 100) is Damage.CHANGED


@pytest.mark.parametrize(
    "encoded", [Encoded("base64", "a"), Encoded("base64", "ä"), Encoded("gzip", "YWJj")]
)
def test_a_checksum_does_not_excuse_a_body_that_cannot_be_read(encoded: Encoded) -> None:
    """What another hand made is damaged, not an error of another kind."""
    assert damage(seal(encoded, NOON).head) is Damage.CHANGED


def test_a_damage_is_one_of_the_projects_errors() -> None:
    """It says in words what is wrong."""
    with pytest.raises(TrackerError, match=r"cut short: \d+ of \d+ bytes are there"):
        unseal(sealed(b"some words")[:-1])


# --- the shelf


class Shelved:
    """One object of parts on a shelf, saved in turn."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.shelf = Shelf(self.store)
        self.parts: list[str] = []
        self.generation = 0

    def put(self, word: str) -> bool | Failure:
        """Save the word, a letter a part, in a generation of its own."""
        self.generation += 1
        made = seal(Encoded("text", word), NOON, part_size=1, generation=self.generation)
        keys = [part_key(self.generation, number + 1) for number in range(len(made.parts))]
        taken, self.parts = self.shelf.put("head", made, keys, self.parts)
        return taken

    def load(self) -> bytes | None:
        """What can be read."""
        return self.shelf.load("head", part_key).value


def part_key(generation: int, number: int) -> str:
    """A key as the catalog makes it."""
    return f"{generation}-{number}"


def test_the_head_is_written_last_and_old_parts_are_deleted() -> None:
    """In between, the head names parts that are there."""
    made = Shelved()
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
    """Whatever part fails in whatever way, the object before is whole and nothing is left over."""
    made = Shelved()
    made.put("one")
    setattr(made.store, kind, lambda path: path == key)
    taken = made.put("two")
    assert isinstance(taken, Failure) if kind == "raises_at" else taken is False
    assert made.load() == b"one"
    assert sorted(made.store.objects) == ["1-1", "1-2", "1-3", "head"]


def test_a_put_that_raised_after_it_wrote_is_saved() -> None:
    """What is there is what counts."""
    made = Shelved()
    made.put("one")
    made.store.raises_after = lambda path: path == "head"
    assert made.put("two") is True
    assert made.load() == b"two"
    assert made.parts == ["2-1", "2-2", "2-3"]


def test_a_put_that_nobody_can_check_keeps_both_sets_of_parts() -> None:
    """The head may be the old or the new one; the next put clears up."""
    made = Shelved()
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
    """They go with a later put."""
    made = Shelved()
    made.put("one")
    made.store.raising = {"delete"}
    assert made.put("two") is True
    assert made.load() == b"two"
    made.store.heal()
    made.put("six")
    assert sorted(made.store.objects) == ["3-1", "3-2", "3-3", "head"]


def test_a_lost_part_is_damage_and_a_refused_one_is_not() -> None:
    """Which part is said; where the store cannot be asked, it is unreadable."""
    made = Shelved()
    made.put("one")
    made.store.raising = {"read"}
    assert made.shelf.load("head", part_key).status is Status.UNREADABLE
    made.store.heal()
    del made.store.objects["1-2"]
    found = made.shelf.load("head", part_key)
    assert (found.status, found.damage) == (Status.DAMAGED, Damage.CUT)
    assert "part 2 of 3 is missing" in found.detail


def test_what_the_store_reads_as_nothing_is_cut() -> None:
    """LEAN reads None where a file vanished behind its back."""
    made = Shelved()
    made.store.objects["head"] = None  # type: ignore[assignment]
    assert made.shelf.load("head", part_key).damage is Damage.CUT


def test_limits_are_the_stores_or_the_smallest_sold() -> None:
    """A store of an older LEAN does not say what it may hold."""
    store = FakeStore(max_size=5, max_files=6)
    assert Shelf(store).limits() == (5, 6)
    store.raising = {"max_size", "max_files"}
    assert Shelf(store).limits() == (LEAST_BYTES, LEAST_FILES)
