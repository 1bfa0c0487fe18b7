"""Codecs: how values become JSON values, exact to the bit, and are checked and read back.

A codec is made once for each type and used for every value of it. As a saved state holds hundreds
of thousands of values, a codec says when a value is its own JSON and needs no call, and how many
values are written or read at once.
"""

from __future__ import annotations

import enum
import sys
from array import array
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from operator import attrgetter
from types import NoneType
from typing import Any, Generic, TypeVar

from models.errors import StateError

Value = TypeVar("Value")

# What reading a saved value of another shape may raise, in whatever function it ends up.
UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError)

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
    """

    types: tuple[type, ...]
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Value] | None = None
    write_all: Callable[[Iterable[Any]], Iterable[Any]] | None = None
    read_all: Callable[[Sequence[Any]], Iterable[Value]] | None = None

    def encode(self, value: Value) -> Any:
        """The JSON value of a value."""
        return value if self.write is None else self.write(value)

    def decode(self, saved: Any) -> Value:
        """The value of a JSON value.

        Raises:
            StateError: It is of another type, or something in it is missing or of another type.
        """
        check_type(saved, self.types)
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
    text = repr(saved)
    shown = text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}..."
    raise StateError(f"is {shown}, not {' or '.join(words)}")


def located(error: Exception, *steps: str | int) -> StateError:
    """The error that reading what is at the end of these steps raised, as a `StateError`."""
    if isinstance(error, StateError):
        return error.within(*steps)
    return StateError(f"cannot be read: {error}", *steps)


# --- single values

# A whole number stays one where a float is expected, so that it is saved again as it was.
NUMBER: Codec[float] = Codec((float, int))
WHOLE: Codec[int] = Codec((int,))
TEXT: Codec[str] = Codec((str,))
JSON_OBJECT: Codec[dict[str, Any]] = Codec((dict,))
FLAG: Codec[bool] = Codec((bool,))
DATE: Codec[date] = Codec((str,), date.isoformat, date.fromisoformat)


_TIMEZONE = attrgetter("tzinfo")


def _read_times(texts: Iterable[str]) -> list[datetime]:
    """Aware times of their ISO 8601 texts."""
    times = [*map(datetime.fromisoformat, texts)]
    if None in map(_TIMEZONE, times):
        raise StateError("is a time without a zone")
    return times


TIME: Codec[datetime] = Codec(
    (str,), datetime.isoformat, lambda text: _read_times((text,))[0], read_all=_read_times
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


def packed_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type, saved as the text of their bytes."""
    return Codec((str,), packed, partial(unpacked, typecode))


def plain_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type, saved as lists of numbers; making the array checks them."""
    return Codec((list, tuple), list, partial(array, typecode))
