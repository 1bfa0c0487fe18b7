"""Sealed objects: contents come back, and damage is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import TrackerError
from utils.store.encoding import Encoded, encode_content
from utils.store.results import Damage, DamagedError
from utils.store.sealing import read_header, seal, unseal

NOON = 1_704_196_800


def sealed(data: bytes, *, compress: bool = True) -> str:
    """The content as it is stored in one piece."""
    return seal(encode_content(data, compress=compress), NOON).head


def damage(text: str) -> Damage:
    """What is found to be wrong with an object."""
    with pytest.raises(DamagedError) as caught:
        unseal(text)
    return caught.value.damage


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
        encode_content(text.encode() * repeat, compress=False),
        NOON,
        part_size=size,
        generation=generation,
    )
    line = read_header(made.head)
    assert (line.generation, line.parts) == (generation, len(made.parts))
    assert made.files == 1 + line.parts
    assert all(len(part.encode()) <= max(size, 4) for part in made.parts)
    whole = made.head + "".join(made.parts)
    assert len(whole.encode()) == made.size
    assert unseal(whole).data == text.encode() * repeat


def test_a_short_text_can_be_read_by_people() -> None:
    """The text stands as it is after the header."""
    text = sealed("größer 😀\n".encode())
    line, _, body = text.partition("\n")
    assert body == "größer 😀\n"
    assert line.startswith("pt1 ")
    assert line.endswith(f" text {NOON} 0 0")


@pytest.mark.parametrize(("clock", "saved"), [(-5.0, 0), (1.9, 1), (1e13, 9_999_999_999)])
def test_a_strange_clock_makes_no_unreadable_object(clock: float, saved: int) -> None:
    """The time is kept within what the header can say."""
    assert unseal(seal(Encoded("text", "x"), clock).head).saved == saved


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
    """A changed body, one that is too long, an unreadable header and a foreign object differ."""
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
    """A body that is not of its encoding is damaged, whatever its checksum."""
    assert damage(seal(encoded, NOON).head) is Damage.CHANGED


def test_a_damage_is_one_of_the_projects_errors() -> None:
    """The error says in words what is wrong with the object."""
    with pytest.raises(TrackerError, match=r"cut short: \d+ of \d+ bytes are there"):
        unseal(sealed(b"some words")[:-1])
