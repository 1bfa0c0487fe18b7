"""Records: dataclasses and NamedTuples as JSON, by the types that their fields are annotated with.

Where the saved form of a record differs from its fields, a `Saved` beside the class says so. They
are saved as objects with keys, or as rows, which are the lists of the values alone.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, TypeVar, Union, get_args, get_origin, get_type_hints

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
    tuple_of,
    value_of,
)
from models.fields import REQUIRED, Field, Table
from models.rows import row_of

RecordType = TypeVar("RecordType")


@dataclass(frozen=True, slots=True)
class Saved:
    """How the saved form of a record differs from its fields.

    Attributes:
        keys: Field -> its key, where that is not the field's name.
        derived: Names of properties that are saved in objects too, and not read back.
        absent: Field -> the JSON value taken where an older state lacks it.
        codecs: Field -> its codec, where its annotation does not tell it.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    absent: Mapping[str, Any] = field(default_factory=dict)
    codecs: Mapping[str, Codec[Any]] = field(default_factory=dict)


AS_ANNOTATED = Saved()


class Record:
    """A frozen dataclass that is JSON too; its `SAVED` says where the two differ."""

    __slots__ = ()
    SAVED: ClassVar[Saved] = AS_ANNOTATED

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name: times in ISO 8601, enums by value, records as objects."""
        values: dict[str, Any] = record_codec(type(self)).encode(self)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The record that `to_dict` described.

        Raises:
            StateError: A value is missing or of another type.
        """
        record: Self = record_codec(cls).decode(values)
        return record


@cache  # some codecs refer to what is at hand, and are made for each state
def _annotations(kind: type, names: tuple[str, ...]) -> dict[str, Any]:
    """The types that some fields of a record are annotated with; others may name no type."""
    texts = {name: kind.__annotations__[name] for name in names}
    holder = type(kind.__name__, (), {"__annotations__": texts, "__module__": kind.__module__})
    return get_type_hints(holder)


def record_fields(kind: Any) -> list[str]:
    """The names of the fields that an instance is made of, in the order of the constructor."""
    if is_dataclass(kind):
        return [each.name for each in fields(kind) if each.init]
    return list(kind._fields)


def record_table(kind: type, saved: Saved = AS_ANNOTATED) -> Table:
    """The table of a dataclass or a NamedTuple, by the types its fields are annotated with."""
    names, is_tuple = record_fields(kind), issubclass(kind, tuple)
    hints = _annotations(kind, tuple(name for name in names if name not in saved.codecs))
    return Table(
        *(
            Field(
                saved.keys.get(name, name),
                saved.codecs.get(name) or codec_of(hints[name]),
                name,
                absent=saved.absent.get(name, REQUIRED),
            )
            for name in names
        ),
        # a NamedTuple's own constructor takes three times as long
        make=partial(tuple.__new__, kind) if is_tuple else kind,
        spread=not is_tuple,
        derived=saved.derived,
        is_tuple=is_tuple,
    )


def object_codec(kind: type[RecordType], saved: Saved = AS_ANNOTATED) -> Codec[RecordType]:
    """Records saved as objects."""
    table = record_table(kind, saved)
    return Codec((dict,), table.to_object, table.from_object, table.to_objects, table.from_objects)


def row_codec(kind: type[RecordType], saved: Saved = AS_ANNOTATED) -> Codec[RecordType]:
    """Records saved as rows."""
    table = record_table(kind, saved)
    rows = table.rows
    return Codec((list, tuple), table.to_row, rows.read, table.to_rows, rows.read_all)


_RECORD_CODECS: dict[type, Codec[Any]] = {}


def record_codec(kind: type) -> Codec[Any]:
    """The codec that saves records of a class as objects; it is made at its first use."""
    found = _RECORD_CODECS.get(kind)
    if found is None:
        saved = getattr(kind, "SAVED", AS_ANNOTATED)
        found = _RECORD_CODECS[kind] = object_codec(kind, saved)
    return found


# --- by annotation

_LEAVES: dict[Any, Codec[Any]] = {
    float: NUMBER,
    int: WHOLE,
    str: TEXT,
    bool: FLAG,
    datetime: TIME,
    date: DATE,
}


def codec_of(hint: Any) -> Codec[Any]:
    """The codec of what is annotated so.

    Raises:
        TypeError: It is no type that has one.
    """
    if hint in _LEAVES:
        return _LEAVES[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType} and NoneType in parts:
        (other,) = (part for part in parts if part is not NoneType)
        return maybe(codec_of(other))
    if origin is tuple:
        return tuple_of(codec_of(parts[0])) if Ellipsis in parts else row_of(*map(codec_of, parts))
    if origin in _CONTAINERS:
        return _CONTAINERS[origin](codec_of(parts[-1]))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return value_of(hint)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return record_codec(hint)
    raise TypeError(f"{hint!r} has no codec")


_CONTAINERS: dict[Any, Callable[[Codec[Any]], Codec[Any]]] = {
    list: list_of,
    deque: deque_of,
    dict: dict_of,
    Mapping: dict_of,
}
