"""Codecs: how values become JSON values, exact to the bit, and are checked and read back.

A codec is made once for each type and used for every value of it. A saved state holds hundreds of
thousands of values, so a codec says when a value is its own JSON and needs no call, and the types
of a whole row are looked up as one key instead of being compared one by one.
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
from types import NoneType
from typing import Any, Generic, TypeVar

from models.errors import StateError

Value = TypeVar("Value")

# What reading a saved value of another shape may raise, in whatever function it ends up.
UNREADABLE = (ArithmeticError, LookupError, TypeError, ValueError)

# Combinations of types that one row's reader remembers; further ones are checked each time.
SIGNATURES_KEPT = 1_000

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
    """

    types: tuple[type, ...]
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Value] | None = None

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
FLAG: Codec[bool] = Codec((bool,))
DATE: Codec[date] = Codec((str,), date.isoformat, date.fromisoformat)


def _read_time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise StateError(f"is {text!r}, a time without its zone")
    return time


TIME: Codec[datetime] = Codec((str,), datetime.isoformat, _read_time)


def _enum_value(member: enum.Enum) -> Any:
    return member.value


def value_of(kind: type[enum.Enum]) -> Codec[Any]:
    """Members of an enum, saved as their values."""
    types = tuple({type(member.value): None for member in kind})
    return Codec(types, int if issubclass(kind, enum.IntEnum) else _enum_value, kind)


def maybe(codec: Codec[Value]) -> Codec[Value | None]:
    """A value or None, which is saved as null."""
    write, read = codec.write, codec.read
    types = (*codec.types, NoneType)
    return Codec(
        types,
        None if write is None else lambda value: None if value is None else write(value),
        None if read is None else lambda saved: None if saved is None else read(saved),
    )


# --- several values


def values_reader(
    names: Sequence[str | int],
    codecs: Sequence[Codec[Any]],
    make: Callable[..., Any] = list,
    *,
    spread: bool = False,
) -> Callable[[Sequence[Any]], Any]:
    """A function that checks and reads one saved value for each codec.

    Types are checked once for each combination of them that occurs, as nearly every row has the
    types of the row before it.

    Args:
        names: What the values are called in a `StateError`.
        codecs: How they are saved.
        make: Makes what the function returns of the list of the values.
        spread: Whether `make` takes the values as its arguments.
    """
    known: set[tuple[type, ...]] = set()
    readers = [(at, codec.read) for at, codec in enumerate(codecs) if codec.read is not None]

    def check(saved: Sequence[Any], signature: tuple[type, ...]) -> None:
        if len(saved) != len(names):
            raise StateError(f"has {len(saved)} values, not {len(names)}")
        for name, codec, value in zip(names, codecs, saved, strict=True):
            try:
                check_type(value, codec.types)
            except StateError as error:
                raise error.within(name) from None
        if len(known) < SIGNATURES_KEPT:
            known.add(signature)

    def read(saved: Sequence[Any]) -> Any:
        signature = tuple(map(type, saved))
        if signature not in known:
            check(saved, signature)
        values, at = [*saved], 0
        try:
            for at, reader in readers:
                values[at] = reader(values[at])
        except UNREADABLE as error:
            raise located(error, names[at]) from None
        return make(*values) if spread else make(values)

    return read


def row_of(*codecs: Codec[Any], make: Callable[..., Any] = tuple) -> Codec[Any]:
    """Sequences with one value for each codec, saved as lists and read into what `make` makes."""
    writers = [(at, codec.write) for at, codec in enumerate(codecs) if codec.write is not None]

    def write(values: Iterable[Any]) -> list[Any]:
        row = [*values]
        for at, writer in writers:
            row[at] = writer(row[at])
        return row

    return Codec((list, tuple), write, values_reader(range(len(codecs)), codecs, make))


def _check_each(pairs: Callable[[], Iterable[tuple[str | int, Any]]], codec: Codec[Any]) -> None:
    """Find the value that is of another type, and raise `StateError` with its name."""
    for name, value in pairs():
        try:
            codec.decode(value)
        except StateError as error:
            raise error.within(name) from None


def sequence_of(codec: Codec[Value], make: Callable[[Iterable[Value]], Any] = list) -> Codec[Any]:
    """Sequences of values of one type, saved as lists and read into what `make` makes of them."""
    types, write_one, read_one = frozenset(codec.types), codec.write, codec.read

    def write(values: Iterable[Value]) -> list[Any]:
        return list(values if write_one is None else map(write_one, values))

    def read(saved: Sequence[Any]) -> Any:
        try:
            if not types.issuperset(map(type, saved)):
                _check_each(lambda: enumerate(saved), codec)
            return make(saved if read_one is None else map(read_one, saved))
        except UNREADABLE:
            _check_each(lambda: enumerate(saved), codec)
            raise

    return Codec((list, tuple), write, read)


def list_of(codec: Codec[Value]) -> Codec[list[Value]]:
    """Lists of values of one type."""
    return sequence_of(codec, list)


def tuple_of(codec: Codec[Value]) -> Codec[tuple[Value, ...]]:
    """Tuples of any number of values of one type, saved as lists."""
    return sequence_of(codec, tuple)


def deque_of(codec: Codec[Value], most: int | None = None) -> Codec[deque[Value]]:
    """Deques of values of one type that keep at most so many, saved as lists."""
    return sequence_of(codec, partial(deque, maxlen=most))


def dict_of(codec: Codec[Value], make: Callable[[Mapping[str, Value]], Any] = dict) -> Codec[Any]:
    """Mappings from texts to values of one type, read into what `make` makes of a dictionary."""
    types, write_one, read_one = frozenset(codec.types), codec.write, codec.read

    def write(values: Mapping[str, Value]) -> dict[str, Any]:
        if write_one is None:
            return dict(values)
        return {key: write_one(value) for key, value in values.items()}

    def read(saved: Mapping[str, Any]) -> Any:
        try:
            if not types.issuperset(map(type, saved.values())):
                _check_each(saved.items, codec)
            if read_one is None:
                return make(saved)
            return make({key: read_one(value) for key, value in saved.items()})
        except UNREADABLE:
            _check_each(saved.items, codec)
            raise

    return Codec((dict,), write, read)


# --- columns of numbers


def packed(column: array[Any]) -> str:
    """A column's bytes as text, exact whichever end the machine's numbers start with."""
    numbers = column[:]
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode("ascii")


def unpacked(typecode: str, text: str) -> array[Any]:
    """The column of that type that `packed` made the text of."""
    numbers = array(typecode, b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def packed_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type, saved as the text of their bytes."""
    return Codec((str,), packed, partial(unpacked, typecode))


def plain_column(typecode: str) -> Codec[array[Any]]:
    """Arrays of numbers of a type, saved as lists of numbers; making the array checks them."""
    return Codec((list, tuple), list, partial(array, typecode))
