"""Fields: the state of a class is what its table lists, and nothing else is taken back."""

from __future__ import annotations

import json
from array import array
from typing import Any, ClassVar

import pytest

from models.codec import NUMBER, TEXT, WHOLE, list_of, packed_column
from models.errors import StateError
from models.fields import PART, Field, Restorable, Table, restored, saved_value
from models.rows import row_of


class Wheel(Restorable):
    """A part with a state of its own."""

    STATE: ClassVar[Table] = Table(Field("turns", WHOLE))

    def __init__(self, turns: int = 0) -> None:
        self.turns = turns


class Cart(Restorable):
    """A class with private attributes, a part and two attributes under one key."""

    __slots__ = ("_load", "_x", "_y", "name", "wheel")

    STATE: ClassVar[Table] = Table(
        Field("title", TEXT, "name"),
        Field("at", row_of(NUMBER, NUMBER), ("_x", "_y")),
        Field("load", packed_column("d"), "_load"),
        Field("wheel", PART),
        Field("made", TEXT, "maker", absent="unknown"),
    )

    def __init__(self) -> None:
        self.name = "cart"
        self._x, self._y = 1.5, 2.5
        self._load = array("d", [0.1])
        self.wheel = Wheel(3)

    maker = "anna"


class Marked(Cart):
    """A cart whose maker can be set."""


def state() -> dict[str, Any]:
    """The saved state of a cart."""
    found = json.loads(json.dumps(Cart().state()))
    assert isinstance(found, dict)
    return found


def test_a_state_has_the_keys_of_its_table_in_order() -> None:
    """Renamed, grouped and nested as the fields say."""
    assert list(state()) == ["title", "at", "load", "wheel", "made"]
    assert (state()["title"], state()["at"], state()["wheel"]) == ("cart", [1.5, 2.5], {"turns": 3})


def test_a_state_is_taken_back() -> None:
    """Attributes come back, and a part is restored in place."""
    cart = Marked()
    wheel = cart.wheel
    cart.restore({**state(), "title": "van", "at": [0.0, -1.0], "wheel": {"turns": 9}})
    assert (cart.name, cart.state()["at"]) == ("van", [0.0, -1.0])
    assert cart.wheel is wheel
    assert wheel.turns == 9


def test_a_key_that_older_states_lack_has_a_value() -> None:
    """Only where the field says which; a key that no field names is left alone."""
    cart = Marked()
    older = state()
    del older["made"]
    cart.restore({**older, "more": 1})
    assert cart.maker == "unknown"


@pytest.mark.parametrize("key", ["title", "at", "load", "wheel"])
def test_a_missing_key_is_named(key: str) -> None:
    """The error names the key of the saved state, not the attribute."""
    saved = state()
    del saved[key]
    with pytest.raises(StateError, match=f"^{key} is missing$"):
        Cart().restore(saved)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"title": None}, "title is None, not a text"),
        ({"at": [1.0]}, "at has 1 values, not 2"),
        ({"at": [1.0, "2"]}, r"at[1] is '2', not a number"),
        ({"load": "?"}, "load cannot be read: "),
        ({"wheel": 3}, "wheel is 3, not an object or a list"),
        ({"wheel": {}}, "wheel.turns is missing"),
        ({"wheel": {"turns": 0.5}}, "wheel.turns is 0.5, not a whole number"),
    ],
)
def test_a_mistyped_value_is_named(wrong: dict[str, Any], problem: str) -> None:
    """The path to it leads through parts and lists."""
    with pytest.raises(StateError) as caught:
        Marked().restore({**state(), **wrong})
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize("saved", [None, 3, "x", [1, 2]])
def test_a_state_that_is_no_object_is_refused(saved: Any) -> None:
    """Whatever else it is."""
    with pytest.raises(StateError, match="not an object"):
        Cart().restore(saved)


def test_objects_are_restored_into_new_ones() -> None:
    """Each saved state makes an object of its own."""
    codec = list_of(restored(Wheel))
    first, second = codec.decode([{"turns": 1}, {"turns": 2}])
    assert (first.turns, second.turns) == (1, 2)
    assert codec.encode([first, second]) == [{"turns": 1}, {"turns": 2}]
    with pytest.raises(StateError, match=r"^\[1\]\.turns is missing$"):
        codec.decode([{"turns": 1}, {}])


def test_one_value_of_a_saved_object() -> None:
    """It is checked as any other."""
    assert saved_value({"a": 1, "b": 2}, "b", WHOLE) == 2
    with pytest.raises(StateError, match=r"^c is missing$"):
        saved_value({"a": 1}, "c", WHOLE)
