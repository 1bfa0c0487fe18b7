"""Codecs: values come back from JSON exactly as they were, and what is no value is refused."""

from __future__ import annotations

import enum
import json
from array import array
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codec import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    TIME,
    WHOLE,
    Codec,
    deque_of,
    dict_of,
    list_of,
    maybe,
    packed,
    packed_column,
    plain_column,
    tuple_of,
    unpacked,
    value_of,
)
from models.errors import StateError

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
ZONES = st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))


class Side(enum.Enum):
    """An enum whose values are texts."""

    LONG = "long"
    SHORT = "short"


class Step(enum.IntEnum):
    """An enum whose values are whole numbers."""

    FIRST = 1
    SECOND = 2


def there_and_back(codec: Codec[Any], value: Any) -> Any:
    """A value through JSON."""
    return codec.decode(json.loads(json.dumps(codec.encode(value))))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_exact_to_the_bit(number: float) -> None:
    """The double that comes back is the one that went in, the sign of a zero included."""
    assert there_and_back(NUMBER, number).hex() == number.hex()


def test_a_whole_number_stays_whole() -> None:
    """A number that has no decimals is saved again as it was."""
    assert json.dumps(NUMBER.encode(NUMBER.decode(0))) == "0"
    assert json.dumps(NUMBER.encode(NUMBER.decode(0.0))) == "0.0"


@given(st.datetimes(max_value=datetime(9998, 12, 30), timezones=ZONES))
def test_a_time_is_exact_to_the_microsecond(time: datetime) -> None:
    """The time and its zone come back; those in UTC have `datetime.UTC` itself, which is fast."""
    found = there_and_back(TIME, time)
    assert (found, found.utcoffset()) == (time, time.utcoffset())
    assert there_and_back(TIME, time.astimezone(UTC)).tzinfo is UTC


@given(st.dates())
def test_a_date_comes_back(day: date) -> None:
    """A date is saved in ISO 8601."""
    assert DATE.encode(day) == day.isoformat()
    assert there_and_back(DATE, day) == day


@pytest.mark.parametrize("member", [*Side, *Step])
def test_a_member_of_an_enum_is_saved_as_its_value(member: Side | Step) -> None:
    """JSON has the plain value, and the member comes back."""
    codec = value_of(type(member))
    assert type(codec.encode(member)) in {str, int}
    assert there_and_back(codec, member) is member


@pytest.mark.parametrize(
    ("codec", "value"),
    [
        (maybe(TIME), None),
        (maybe(TIME), NOON),
        (maybe(NUMBER), None),
        (list_of(TIME), [NOON, NOON + timedelta(days=1)]),
        (list_of(maybe(WHOLE)), [1, None]),
        (tuple_of(WHOLE), (1, 2, 3)),
        (tuple_of(DATE), ()),
        (dict_of(value_of(Side)), {"a": Side.LONG}),
        (dict_of(list_of(NUMBER)), {"a": [1.5], "b": []}),
        (dict_of(WHOLE, Counter), Counter("abba")),
        (packed_column("d"), array("d", [0.1, -0.0, 1e300])),
        (packed_column("H"), array("H", [0, 65_535])),
        (packed_column("d"), array("d")),
        (plain_column("q"), array("q", [-(2**62), 3])),
        (plain_column("d"), array("d", [1.5])),
    ],
)
def test_values_come_back_as_they_were(codec: Codec[Any], value: Any) -> None:
    """Value and type are those that were saved, also of what a container holds."""
    found = there_and_back(codec, value)
    assert (found, type(found)) == (value, type(value))


def test_a_deque_keeps_at_most_so_many() -> None:
    """The limit is the codec's, and the last values stay."""
    found = deque_of(WHOLE, 2).decode([1, 2, 3])
    assert (list(found), found.maxlen) == ([2, 3], 2)


@pytest.mark.parametrize(
    ("codec", "saved", "problem"),
    [
        (NUMBER, "1", "it is '1', not a number"),
        (NUMBER, True, "it is True, not a number"),
        (NUMBER, None, "it is None, not a number"),
        (WHOLE, 1.0, "it is 1.0, not a whole number"),
        (WHOLE, True, "it is True, not a whole number"),
        (FLAG, 1, "it is 1, not true or false"),
        (TEXT, 1, "it is 1, not a text"),
        (maybe(TEXT), 1, "it is 1, not a text or null"),
        (TIME, 1, "it is 1, not a text"),
        (TIME, "noon", "it cannot be read: Invalid isoformat string: 'noon'"),
        (TIME, "2024-01-02T12:00:00", "it is a time without a zone"),
        (DATE, "2024-02-30", "it cannot be read: day is out of range for month"),
        (value_of(Side), "up", "it is 'up', not one of 'long', 'short'"),
        (value_of(Step), 3, "it is 3, not one of 1, 2"),
        (list_of(NUMBER), {"a": 1.0}, "it is {'a': 1.0}, not a list"),
        (list_of(NUMBER), [1.0, "2"], r"[1] is '2', not a number"),
        (list_of(list_of(TEXT)), [["a"], ["b", None]], r"[1][1] is None, not a text"),
        (dict_of(WHOLE), [1], "it is [1], not an object"),
        (dict_of(WHOLE), {"a": 1, "b": 0.5}, "b is 0.5, not a whole number"),
        (dict_of(list_of(TIME)), {"a": ["x"]}, "a[0] cannot be read: Invalid isoformat"),
        (packed_column("d"), "AAA=", "it cannot be read: bytes length not a multiple"),
        (plain_column("d"), [1.0, "x"], "it cannot be read: must be real number"),
        (plain_column("q"), [0.5], "it cannot be read: "),
        (TEXT, ["x" * 100], f"it is ['{'x' * 58}..., not a text"),
    ],
)
def test_what_is_no_value_is_refused(codec: Codec[Any], saved: Any, problem: str) -> None:
    """The error says where in the saved value it stands, what it is and what it should be."""
    with pytest.raises(StateError) as caught:
        codec.decode(saved)
    assert str(caught.value).startswith(problem)


def test_an_error_is_seen_from_further_out() -> None:
    """Each container puts its own step before the path."""
    inner = StateError("is missing", "price")
    assert str(inner.within("lots", 3)) == "lots[3].price is missing"
    assert inner.within("lots", 3).path == ("lots", 3, "price")


@given(st.lists(st.floats()), st.lists(st.integers(0, 65_535)))
def test_a_packed_column_comes_back_exactly(numbers: list[float], counts: list[int]) -> None:
    """Through text every double keeps all its bits, and every count its value."""
    for column in (array("d", numbers), array("H", counts)):
        found = unpacked(column.typecode, json.loads(json.dumps(packed(column))))
        assert (found.typecode, found.tobytes()) == (column.typecode, column.tobytes())


def test_a_packed_column_is_the_same_on_every_machine() -> None:
    """The bytes are little-endian: a state may move."""
    assert packed(array("H", [1, 256])) == "AQAAAQ=="
    assert packed(array("d", [1.0])) == "AAAAAAAA8D8="
