"""Fields: which attributes of a class are saved, under which keys and by which codecs.

A class with a state of its own lists in a `Table` what is saved of it. The table writes an instance
as an object with keys or as a row, which is the list of the values alone.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, ClassVar, NamedTuple

from models.codec import UNREADABLE, Codec, check_type, located
from models.errors import StateError
from models.rows import RowFormat


class _Required(enum.Enum):
    """The default of a field that has none."""

    REQUIRED = "required"


REQUIRED = _Required.REQUIRED


class Restoring(enum.Enum):
    """What becomes of a field's saved value when an instance is restored."""

    SET = "set"  # it becomes the attribute's value
    SAME = "same"  # it must be the attribute's value already
    LEAVE = "leave"  # nothing: the class reads it itself


class Field(NamedTuple):
    """What is saved under one key.

    Attributes:
        key: The key in an object.
        codec: How the value is saved; `PART` for an attribute with a state of its own.
        attribute: The attribute's name, the key itself where this is empty; or the names of
            several attributes, whose values are saved together as one row. A name may lead through
            other attributes, as in `instrument.sid`.
        restoring: What becomes of the saved value when an instance is restored.
        absent: The JSON value taken where an older state lacks the key, or where an older row ends
            before it; an error by default. In rows only the last fields may have one.
    """

    key: str
    codec: Codec[Any]
    attribute: str | tuple[str, ...] = ""
    restoring: Restoring = Restoring.SET
    absent: Any = REQUIRED

    @property
    def source(self) -> str | tuple[str, ...]:
        """The name or names of what is saved."""
        return self.attribute or self.key


def _part_state(part: Any) -> Any:
    return part.state()


# An attribute that is restored in place: it has the methods `state` and `restore`.
PART: Codec[Any] = Codec((dict, list, tuple), _part_state)


class Table:
    """The saved fields of one class, in the order in which they are saved.

    Args:
        saved: The fields.
        make: Makes what is read of the list of the values.
        spread: Whether `make` takes the values as its arguments.
        derived: Names of properties that are saved in objects too, and not read back.
        is_tuple: Whether an instance is the tuple of exactly these fields, so that no attribute
            has to be looked up.
        check: Called with an instance that was restored: raises `StateError` where its values are
            each of their type and do not fit each other.

    Attributes:
        fields: The fields.
        rows: How the values of an instance are saved as a row.
    """

    __slots__ = ("_absent", "_check", "_derived", "_keys", "_pick", "_values", "fields", "rows")

    def __init__(
        self,
        *saved: Field,
        make: Callable[..., Any] = list,
        spread: bool = False,
        derived: Sequence[str] = (),
        is_tuple: bool = False,
        check: Callable[[Any], object] | None = None,
    ) -> None:
        self.fields = saved
        self._check = check
        self._keys = tuple(each.key for each in saved)
        self._absent = {each.key: each.absent for each in saved if each.absent is not REQUIRED}
        self._derived = {name: attrgetter(name) for name in derived}
        self._values = tuple if is_tuple else _values_getter([each.source for each in saved])
        self._pick = _object_picker(self._keys)
        codecs = [each.codec for each in saved]
        absent = [*self._absent.values()]
        self.rows = RowFormat(self._keys, codecs, make, spread=spread, absent=absent)

    # --- saving

    def to_object(self, instance: Any) -> dict[str, Any]:
        """The saved values of an instance by their keys."""
        return self._object(instance, self.rows.write(self._values(instance)))

    def to_objects(self, instances: Iterable[Any]) -> list[dict[str, Any]]:
        """The saved values of many instances by their keys."""
        kept = [*instances]
        return [*map(self._object, kept, self.rows.write_all(map(self._values, kept)))]

    def _object(self, instance: Any, row: list[Any]) -> dict[str, Any]:
        """The object of a row, with the derived values."""
        found = dict(zip(self._keys, row, strict=True))
        for name, derived in self._derived.items():
            found[name] = derived(instance)
        return found

    def values(self, instance: Any) -> tuple[Any, ...]:
        """The values of an instance as they are, in order."""
        found: tuple[Any, ...] = self._values(instance)
        return found

    def to_row(self, instance: Any) -> list[Any]:
        """The saved values of an instance, in order."""
        return self.rows.write(self._values(instance))

    def to_rows(self, instances: Iterable[Any]) -> list[list[Any]]:
        """The saved values of many instances, in order."""
        return self.rows.write_all(map(self._values, instances))

    # --- reading

    def from_object(self, saved: Mapping[str, Any]) -> Any:
        """What `make` makes of the values of a saved object; other keys are left alone.

        Raises:
            StateError: A key is missing, or a value is of another type.
        """
        return self.rows.read(self._picked(saved))

    def from_objects(self, saved: Iterable[Mapping[str, Any]]) -> Iterable[Any]:
        """What `from_object` makes of many; errors do not tell which object they come from."""
        return self.rows.read_all([*map(self._picked, saved)])

    def _picked(self, saved: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values under the keys of an object."""
        try:
            return self._pick(saved)
        except LookupError:
            return self._pick(self._completed(saved))
        except TypeError:
            check_type(saved, (dict,))
            raise

    def _completed(self, saved: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object with what older states lack."""
        known = {**self._absent, **saved}
        for key in self._keys:
            if key not in known:
                raise StateError("is missing", key)
        return known

    def named(self, values: Sequence[Any]) -> dict[str, Any]:
        """Read values by the names of their attributes."""
        return {str(each.source): value for each, value in zip(self.fields, values, strict=True)}

    def restore(self, instance: Any, saved: Mapping[str, Any]) -> None:
        """Set the attributes of an instance to the values of a saved object, its parts in place.

        Raises:
            StateError: As of `from_object`, also of a part; the attributes before it are set.
        """
        self._set(instance, self.rows.values(self._picked(saved)))

    def restore_row(self, instance: Any, saved: Any) -> None:
        """Set the attributes of an instance to the values of a saved row, as `restore` does."""
        check_type(saved, (list, tuple))
        self._set(instance, self.rows.values(saved))

    def _set(self, instance: Any, values: Sequence[Any]) -> None:
        """Do with the value of each field what its `restoring` says."""
        for field_, value in zip(self.fields, values, strict=True):
            if field_.codec is PART:
                restore_part(attrgetter(str(field_.source))(instance), value, field_.key)
            elif field_.restoring is Restoring.SET:
                _assign(instance, field_.source, value)
            elif field_.restoring is Restoring.SAME:
                own = attrgetter(str(field_.source))(instance)
                if value != own:
                    found, wanted = map(field_.codec.encode, (value, own))
                    raise StateError(f"is {found!r}, not {wanted!r}", field_.key)
        if self._check is not None:
            self._check(instance)


def _assign(instance: Any, source: str | tuple[str, ...], value: Any) -> None:
    """Set one attribute, or several to the values of a row."""
    names = [(source, value)] if isinstance(source, str) else zip(source, value, strict=True)
    for name, each in names:
        path, _, last = name.rpartition(".")
        setattr(attrgetter(path)(instance) if path else instance, last, each)


def restore_part(part: Any, saved: Any, *steps: str | int, arguments: tuple[Any, ...] = ()) -> None:
    """Restore an object with a state of its own.

    Args:
        part: The object; its method `restore` takes the saved value.
        saved: The saved value.
        steps: The keys and places that lead to it, for errors.
        arguments: What `restore` takes besides.

    Raises:
        StateError: Something in the saved value is missing or of another type.
    """
    try:
        part.restore(saved, *arguments)
    except UNREADABLE as error:
        raise located(error, *steps) from None


def _values_getter(sources: Sequence[str | tuple[str, ...]]) -> Callable[[Any], tuple[Any, ...]]:
    """A function that gives the value of each source of an instance."""
    names = [source for source in sources if isinstance(source, str)]
    if len(names) == len(sources) > 1:
        return attrgetter(*names)
    getters = [attrgetter(*((each,) if isinstance(each, str) else each)) for each in sources]
    return lambda instance: tuple(getter(instance) for getter in getters)


def _object_picker(keys: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """A function that gives the value under each key of an object."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda saved: tuple(saved[key] for key in keys)


def restored(make: Callable[[], Any]) -> Codec[Any]:
    """Objects with a state of their own, each restored into a new one that `make` makes."""

    def read(saved: Any) -> Any:
        made = make()
        made.restore(saved)
        return made

    return Codec(PART.types, PART.write, read)


def saved_value(saved: Mapping[str, Any], key: str, codec: Codec[Any]) -> Any:
    """The value under one key of a saved object.

    Raises:
        StateError: The key is missing, or the value is of another type.
    """
    check_type(saved, (dict,))
    if key not in saved:
        raise StateError("is missing", key)
    try:
        return codec.decode(saved[key])
    except StateError as error:
        raise error.within(key) from None


class Restorable:
    """A class whose state is what its `STATE` lists."""

    __slots__ = ()
    STATE: ClassVar[Table]

    def state(self) -> dict[str, Any]:
        """JSON-able and exact: what `restore` takes to go on from here."""
        return self.STATE.to_object(self)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: Something in it is missing or of another type.
        """
        self.STATE.restore(self, state)
