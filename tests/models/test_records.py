"""Records: dataclasses and NamedTuples are saved by the types of their fields."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codec import Codec, list_of
from models.errors import StateError
from models.records import Record, Saved, codec_of, object_codec, record_codec, row_codec

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


class Side(enum.Enum):
    """Which side a record is on."""

    LONG = "long"
    SHORT = "short"


class Point(NamedTuple):
    """A record inside another."""

    x: float
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Everything(Record):
    """A record with a field of every kind, one of them renamed and one derived."""

    SAVED: ClassVar[Saved] = Saved(
        keys={"side": "direction"}, derived=("twice",), absent={"note": ""}
    )

    number: float
    count: int
    name: str
    open: bool
    time: datetime
    since: date | None
    side: Side
    point: Point
    points: tuple[Point, ...]
    pair: tuple[int, str]
    rates: Mapping[str, float | None]
    path: list[str]
    note: str = "-"
    whole: int = field(init=False, default=0)

    @property
    def twice(self) -> float:
        """What is worked out from the fields."""
        return 2 * self.number


EVERYTHING = Everything(
    number=0.1,
    count=2,
    name="a",
    open=True,
    time=NOON,
    since=None,
    side=Side.SHORT,
    point=Point(1.0),
    points=(Point(1.0, 2.0), Point(3.0)),
    pair=(1, "b"),
    rates={"EUR": 1.1, "GBP": None},
    path=["x"],
)
SAVED = {
    "number": 0.1,
    "count": 2,
    "name": "a",
    "open": True,
    "time": "2024-01-02T12:00:00+00:00",
    "since": None,
    "direction": "short",
    "point": {"x": 1.0, "y": None},
    "points": [{"x": 1.0, "y": 2.0}, {"x": 3.0, "y": None}],
    "pair": [1, "b"],
    "rates": {"EUR": 1.1, "GBP": None},
    "path": ["x"],
    "note": "-",
    "twice": 0.2,
}


def test_a_record_is_saved_by_its_annotations() -> None:
    """Keys are in the order of the fields, derived values last; what is not given is left out."""
    assert EVERYTHING.to_dict() == SAVED
    assert list(EVERYTHING.to_dict()) == list(SAVED)


def test_a_record_comes_back_from_json() -> None:
    """What it says of itself makes it again; derived values are not read."""
    back = Everything.from_dict(json.loads(json.dumps(EVERYTHING.to_dict())))
    assert back == EVERYTHING
    assert Everything.from_dict({**SAVED, "twice": 7}) == EVERYTHING


@pytest.mark.parametrize("key", [key for key in SAVED if key not in {"twice", "note"}])
def test_every_field_must_be_there(key: str) -> None:
    """Also one with a default in the class; only what `absent` names may be missing."""
    with pytest.raises(StateError, match=f"^{key} is missing$"):
        Everything.from_dict({name: value for name, value in SAVED.items() if name != key})


def test_a_value_that_older_states_lack() -> None:
    """It is the one that `absent` says, not the default of the class."""
    assert Everything.from_dict({k: v for k, v in SAVED.items() if k != "note"}).note == ""


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("number", "0.1", "number is '0.1', not a number"),
        ("count", 2.0, "count is 2.0, not a whole number"),
        ("open", 1, "open is 1, not true or false"),
        ("since", "x", "since cannot be read: Invalid isoformat string"),
        ("direction", "up", "direction is 'up', not one of 'long', 'short'"),
        ("point", {"x": 1.0}, "point.y is missing"),
        ("points", [{"x": 1.0, "y": 0.0}, {"x": None, "y": 0.0}], "points[1].x is None, not a"),
        ("pair", [1], "pair has 1 values, not 2"),
        ("rates", {"EUR": "1"}, "rates.EUR is '1', not a number or null"),
        ("path", "x", "path is 'x', not a list"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: Any, problem: str) -> None:
    """The error leads to the value through the records around it."""
    with pytest.raises(StateError) as caught:
        Everything.from_dict({**SAVED, key: value})
    assert str(caught.value).startswith(problem)


@given(st.lists(st.builds(Point, st.floats(allow_nan=False), st.none() | st.integers())))
def test_rows_and_objects_hold_the_same(points: list[Point]) -> None:
    """A record as a row has the values of the object without its keys, and comes back as well."""
    rows, objects = list_of(row_codec(Point)), list_of(object_codec(Point))
    assert rows.encode(points) == [list(each.values()) for each in objects.encode(points)]
    assert rows.decode(rows.encode(points)) == objects.decode(objects.encode(points)) == points


def test_an_annotation_may_be_replaced_by_a_codec() -> None:
    """What refers to something at hand is saved as its place there."""
    names = ["a", "b"]
    place = Codec((int,), names.index, names.__getitem__)

    class Named(NamedTuple):
        """A record with a field that no type says how to save."""

        name: Any

    codec = row_codec(Named, Saved(codecs={"name": place}))
    assert codec.encode(Named("b")) == [1]
    assert codec.decode([0]) == Named("a")
    with pytest.raises(StateError, match=r"^name cannot be read: list index out of range$"):
        codec.decode([2])


def test_a_type_without_a_codec_is_refused_where_it_is_declared() -> None:
    """A mistake in a class shows when its codec is made, not when a state is read."""
    with pytest.raises(TypeError, match="has no codec"):
        codec_of(complex)


def test_a_codec_is_made_once() -> None:
    """Every record of a class is saved by the same one."""
    assert record_codec(Point) is record_codec(Point)
