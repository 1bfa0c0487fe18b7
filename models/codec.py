"""Codecs: how values become JSON values, exact to the bit, and are checked and read back.

A codec is made once for each type and used for every value of it. As a saved state holds hundreds
of thousands of values, a codec says when a value is its own JSON and needs no call, and how many
values are written or read at once.
"""

from __future__ import annotations

import enum
import json
import sys
import zlib
from array import array
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from math import inf
from types import NoneType
from typing import Any, Generic, NamedTuple, TypeVar

from models.errors import StateError
from models.times import read_times, write_times

Value = TypeVar("Value")

# What reading a saved value of another shape may raise, in whatever function it ends up.
UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError)

# The largest whole numbers of a state in size: sums of squares are large, and each is a float too.
LARGEST_WHOLE = 10**100

# The largest of other numbers in a state: whatever is computed of a few of them is still a number.
LARGEST_NUMBER = 1e76

# Unix times of the first and the last moment that is a time in every zone.
FIRST_STAMP, LAST_STAMP = -62_135_510_400.0, 253_402_214_400.0

# Bytes of JSON that are packed together, at most.
MOST_PACKED = 10_000_000

# The longest text of a wrong value in an error, characters.
SHOWN_LENGTH = 60

_JSON_WORDS: dict[type, str] = {
    float: "a number",
    int: "a whole number",
    str: "a text",
    bool: "true or false",
    dict: "an object",
    list: "a list",
    NoneType: "null",
}


class Range(NamedTuple):
    """Which of a type's values may be saved.

    Attributes:
        words: What such a value is, in an error.
        least: The lowest.
        whole: The largest in size of those that are whole.
    """

    words: str
    least: float = -inf
    whole: int = LARGEST_WHOLE

    def has(self, value: Any) -> bool:
        """Whether a number is in the range; NaN is in none, and None in every one."""
        if value is None:
            return True
        in_size = type(value) is not int or -self.whole <= value <= self.whole
        return in_size and bool(self.least <= value)

    def has_all(self, values: Iterable[Any]) -> bool:
        """Whether all of some numbers are in the range."""
        known = [value for value in values if value is not None]
        if not known:
            return True
        signed = self.least < 0.0 or min(known) >= 0
        # where the sum of their sizes is in range, so is each of them; that of NaN never is
        return (signed and sum(map(abs, known)) <= LARGEST_WHOLE) or all(map(self.has, known))


@dataclass(frozen=True, slots=True)
class Codec(Generic[Value]):
    """How the values of one type are saved.

    Attributes:
        types: The JSON types that a saved value may have.
        write: Makes the JSON value of a value; None where the value is its own JSON.
        read: Makes the value of a JSON value of one of the types, or raises an error of
            `UNREADABLE`; None where the JSON value is the value.
        write_all: Makes the JSON values of many values; by default by `write`, one by one.
        read_all: Makes the values of many JSON values of the types, or raises an error of
            `UNREADABLE`; by default by `read`, one by one.
        range: Which numbers may be read; None for all of the types.
    """

    types: tuple[type, ...]
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Value] | None = None
    write_all: Callable[[Iterable[Any]], Iterable[Any]] | None = None
    read_all: Callable[[Sequence[Any]], Iterable[Value]] | None = None
    range: Range | None = None

    def encode(self, value: Value) -> Any:
        """The JSON value of a value."""
        return value if self.write is None else self.write(value)

    def decode(self, saved: Any) -> Value:
        """The value of a JSON value.

        Raises:
            StateError: It is of another type, or something in it is missing or of another type.
        """
        check_type(saved, self.types)
        if self.range is not None and not self.range.has(saved):
            raise StateError(f"is {_shown(saved)}, not {self.range.words}")
        try:
            found: Value = saved if self.read is None else self.read(saved)
        except UNREADABLE as error:
            raise located(error) from None
        return found

    def encode_all(self, values: Iterable[Value]) -> Iterable[Any]:
        """The JSON values of many values."""
        if self.write_all is not None:
            return self.write_all(values)
        return values if self.write is None else map(self.write, values)

    def decode_all(self, saved: Sequence[Any], names: Iterable[str | int]) -> Iterable[Value]:
        """The values of many JSON values.

        Args:
            saved: The JSON values.
            names: What each of them is called in an error.

        Raises:
            StateError: As of `decode`, with the name of the JSON value.
        """
        try:
            return [*self.read_many(saved)]
        except UNREADABLE:
            return [self._named(name, value) for name, value in zip(names, saved, strict=True)]

    def read_many(self, saved: Sequence[Any]) -> Iterable[Value]:
        """What `decode_all` does, with an error that does not tell where it comes from."""
        if not self.types_seen(saved):
            raise StateError("is of another type")
        if self.range is not None and not self.range.has_all(saved):
            raise StateError("is out of range")
        if self.read_all is not None:
            return self.read_all(saved)
        return saved if self.read is None else map(self.read, saved)

    def types_seen(self, saved: Iterable[Any]) -> bool:
        """Whether all of some values are exactly of the JSON types of the codec."""
        kinds = [*map(type, saved)]
        left = len(kinds)
        for kind in self.types:
            left -= kinds.count(kind)
            if not left:
                return True
        return not left

    def _named(self, name: str | int, saved: Any) -> Value:
        """What `decode` makes, with the name in its error."""
        try:
            return self.decode(saved)
        except StateError as error:
            raise error.within(name) from None


def check_type(saved: Any, types: tuple[type, ...]) -> None:
    """Raise `StateError` unless a JSON value is of one of the types; true is not a number."""
    kind = type(saved)
    if kind in types or (kind is not bool and isinstance(saved, types)):
        return
    words = dict.fromkeys(word for each, word in _JSON_WORDS.items() if each in types)
    if float in types:
        words.pop(_JSON_WORDS[int], None)
    raise StateError(f"is {_shown(saved)}, not {' or '.join(words)}")


def _shown(saved: Any) -> str:
    """A wrong value in an error; Python refuses to write out an integer of thousands of digits."""
    is_huge = isinstance(saved, int) and abs(saved) > LARGEST_WHOLE
    text = "too large a number" if is_huge else repr(saved)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}..."


def located(error: Exception, *steps: str | int) -> StateError:
    """The error that reading what is at the end of these steps raised, as a `StateError`."""
    if isinstance(error, StateError):
        return error.within(*steps)
    return StateError(f"cannot be read: {error}", *steps)


# --- single values

# A whole number stays one where a float is expected, so that it is saved again as it was.
NUMBER: Codec[float] = Codec((float, int), range=Range("a number"))
WHOLE: Codec[int] = Codec((int,), range=Range("a whole number"))
COUNT: Codec[int] = Codec((int,), range=Range("a whole number of 0 or more", 0))
TEXT: Codec[str] = Codec((str,))
JSON_OBJECT: Codec[dict[str, Any]] = Codec((dict,))
FLAG: Codec[bool] = Codec((bool,))
DATE: Codec[date] = Codec((str,), date.isoformat, date.fromisoformat)


TIME: Codec[datetime] = Codec(
    (str,),
    datetime.isoformat,
    lambda text: read_times((text,))[0],
    write_times,
    read_times,
)


class _Members(dict[Any, enum.Enum]):
    """The members of an enum by their values; looking one up here is faster than in the enum."""

    def __missing__(self, value: Any) -> enum.Enum:
        raise StateError(f"is {value!r}, not one of {', '.join(map(repr, self))}")


def _enum_value(member: enum.Enum) -> Any:
    return member.value


def value_of(kind: type[enum.Enum]) -> Codec[Any]:
    """Members of an enum, saved as their values."""
    members = _Members((member.value, member) for member in kind)
    write = int if issubclass(kind, enum.IntEnum) else _enum_value
    return Codec(tuple({type(value) for value in members}), write, members.__getitem__)


def maybe(codec: Codec[Value]) -> Codec[Value | None]:
    """A value or None, which is saved as null."""
    write, read = codec.write, codec.read
    return Codec(
        (*codec.types, NoneType),
        None if write is None else lambda value: None if value is None else write(value),
        None if read is None else lambda saved: None if saved is None else read(saved),
        range=codec.range,
    )


# --- several values of one type


def sequence_of(codec: Codec[Value], make: Callable[[Iterable[Value]], Any] = list) -> Codec[Any]:
    """Sequences of values of one type, saved as lists and read into what `make` makes of them."""

    def read(saved: Sequence[Any]) -> Any:
        return make(codec.decode_all(saved, range(len(saved))))

    return Codec((list, tuple), lambda values: [*codec.encode_all(values)], read)


def list_of(codec: Codec[Value]) -> Codec[list[Value]]:
    """Lists of values of one type."""
    return sequence_of(codec, list)


def tuple_of(codec: Codec[Value]) -> Codec[tuple[Value, ...]]:
    """Tuples of any number of values of one type, saved as lists."""
    return sequence_of(codec, tuple)


def deque_of(codec: Codec[Value], most: int | None = None) -> Codec[deque[Value]]:
    """Deques of values of one type that keep at most so many, saved as lists."""
    return sequence_of(codec, partial(deque, maxlen=most))


def dict_of(codec: Codec[Value], make: Callable[[Any], Any] = dict) -> Codec[Any]:
    """Mappings from texts to values of one type, read into what `make` makes of a dictionary."""

    def write(values: Mapping[str, Value]) -> dict[str, Any]:
        return dict(zip(values, codec.encode_all(values.values()), strict=True))

    def read(saved: Mapping[str, Any]) -> Any:
        return make(dict(zip(saved, codec.decode_all([*saved.values()], saved), strict=True)))

    return Codec((dict,), write, read)


def listed_values(codec: Codec[Any]) -> Codec[Any]:
    """The values of a dictionary, saved as a list; what is read is the list as it was saved."""
    return Codec((list, tuple), lambda found: [*codec.encode_all(found.values())])


# --- columns of numbers


def packed(column: array[Any]) -> str:
    """A column's bytes as text, exact whichever end the machine's numbers start with."""
    numbers = column[:]
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode("ascii")


def unpacked(typecode: str, text: str) -> array[Any]:
    """The column of that type that `packed` made the text of."""
    numbers = array(typecode, b64decode(text, validate=True))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def check_finite(*columns: Sequence[float]) -> None:
    """Raise `StateError` where a column holds NaN, or a number that is infinite or too large."""
    for numbers in columns:
        # where the sum of their sizes is small enough, so is each of them; that of NaN never is
        if not sum(map(abs, numbers)) <= LARGEST_NUMBER and not all(
            -LARGEST_NUMBER <= number <= LARGEST_NUMBER for number in numbers
        ):
            raise StateError("has a number that is not finite, or too large")


def packed_json(value: Any) -> str:
    """A JSON value as the text of its compressed bytes."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return b64encode(zlib.compress(text)).decode("ascii")


def unpacked_json(text: str) -> Any:
    """The JSON value that `packed_json` made the text of; `StateError` where it is none."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(b64decode(text, validate=True), MOST_PACKED)
        if not unpacker.eof:
            raise StateError("is cut short, or too large")
        return json.loads(data)
    except (zlib.error, RecursionError, ValueError) as error:
        raise located(error) from None


def check_json_numbers(value: Any) -> None:
    """Raise `StateError` where a JSON value holds NaN, or an infinite or too large number."""
    if isinstance(value, dict):
        steps: Iterable[tuple[str | int, Any]] = value.items()
    elif isinstance(value, list | tuple):
        steps = enumerate(value)
    else:
        if isinstance(value, float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            raise StateError(f"is {value}, which is no number that a state may have")
        return
    for step, each in steps:
        kind = type(each)
        if kind is str or kind is int:
            continue
        try:
            check_json_numbers(each)
        except StateError as error:
            raise error.within(step) from None


def check_lengths(columns: Iterable[Sequence[Any]]) -> None:
    """Raise `StateError` unless all columns are of one length."""
    lengths = [*map(len, columns)]
    if len({*lengths}) > 1:
        raise StateError(f"has columns of {', '.join(map(str, lengths))} values")


def check_times(stamps: Sequence[float]) -> None:
    """Raise `StateError` unless all Unix times are of the calendar's years."""
    if stamps and not FIRST_STAMP <= min(stamps) <= max(stamps) <= LAST_STAMP:
        raise StateError("has a time of no year of the calendar")


def packed_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type, saved as the text of their bytes."""
    return Codec((str,), packed, partial(unpacked, typecode))


def plain_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type, saved as lists of numbers; making the array checks them."""
    return Codec((list, tuple), list, partial(array, typecode))
