"""Counting what user code reads of LEAN, and the base of every recorded LEAN object that is read.

In LEAN a read crosses into .NET and costs about a microsecond, so the engine counts each: an
attribute, an item, a call (a method is one read, its look-up and its call together), one more for
every item of an iteration, and `str()` of a symbol or an id. Not counted are conversions: `int()`,
`str()`, `hash()` and `==` of an enumeration's constant (fetching it was the read), and `hash()` and
`==` of a symbol. The recorded objects declare their members with `lean_read` and `lean_call`; the
engine owns the meter and may set watchers that see every read, to judge it or to make it fail.

Conversions cost time in LEAN too, and so does what a call is given. Whoever prices a run sees all
of that as an `Observer`, inside `observed`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import get_ident
from typing import (
    Any,
    ClassVar,
    Concatenate,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    overload,
)

R = TypeVar("R")
P = ParamSpec("P")
S = TypeVar("S", bound="LeanObject")
Watcher = Callable[["LeanObject", str], None]


class ArgumentException(Exception):  # noqa: N818 - these are LEAN's names, which users see
    """LEAN was given something it does not take."""


class ArgumentNullException(ArgumentException):
    """LEAN was given None where it needs a value."""


class KeyNotFoundException(Exception):  # noqa: N818
    """LEAN was asked for a key it does not have."""


class InvalidOperationException(Exception):  # noqa: N818
    """LEAN was asked for what it does not do, or does not allow."""


class PythonException(RuntimeError):  # noqa: N818
    """What a read raises when the engine's faults say so."""


class Observer(Protocol):
    """Who is told of all that costs time in LEAN."""

    def hook(self, kind: str) -> None:
        """A hook of that kind begins, such as `on_data`; an empty kind: it has ended."""

    def read(self, owner: object, member: str, arguments: tuple[object, ...]) -> None:
        """A member is read or called, or a value is converted by a method such as `__hash__`."""


_OBSERVERS: Final[list[Observer]] = []


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Tell `observer` of every hook, read and conversion of the process within the context.

    Not of one engine only: an enumeration's constants belong to no run.
    """
    _OBSERVERS.append(observer)
    try:
        yield
    finally:
        _OBSERVERS.remove(observer)


def tell_of_hook(kind: str) -> None:
    """Tell the observers that a hook begins, or with an empty kind that it has ended."""
    for observer in _OBSERVERS:
        observer.hook(kind)


def tell_of_conversion(value: object, method: str) -> None:
    """Tell the observers that `value` is converted or compared by one of its special methods."""
    for observer in _OBSERVERS:
        observer.read(value, method, ())


class ReadMeter:
    """The count of reads; every thread adds to a count of its own, so that none is lost."""

    __slots__ = ("_counts", "_watchers")

    def __init__(self) -> None:
        self._counts: defaultdict[int, int] = defaultdict(int)
        self._watchers: tuple[Watcher, ...] = ()

    @property
    def total(self) -> int:
        """All reads so far, by whatever thread."""
        return sum(self._counts.copy().values())

    @property
    def of_this_thread(self) -> int:
        """The reads so far of the thread that asks."""
        return self._counts[get_ident()]

    def watch(self, watcher: Watcher) -> None:
        """Have `watcher` called with the object and the member's name at every read from now on."""
        self._watchers = (*self._watchers, watcher)

    def read(self, owner: LeanObject, member: str, *arguments: object) -> None:
        """Count one read of `owner`'s `member`; raises what a watcher raises.

        Args:
            owner: What is read.
            member: The member's name.
            arguments: What a member that is called is given by position.
        """
        self._counts[get_ident()] += 1
        for watcher in self._watchers:
            watcher(owner, member)
        for observer in _OBSERVERS:
            observer.read(owner, member, arguments)


class LeanObject:
    """An object of LEAN as a Python algorithm holds it: its members are read, never assigned."""

    __slots__ = ("_meter",)

    _lean_name: ClassVar[str] = "Object"
    """The class's name in LEAN."""

    def __init__(self, meter: ReadMeter) -> None:
        self._meter = meter

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "_lean_name" not in vars(cls):
            cls._lean_name = cls.__name__


class LeanRead(Generic[R]):
    """A counted, read-only member."""

    def __init__(self, getter: Callable[[Any], R]) -> None:
        self._getter = getter
        self.__doc__ = getter.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...

    @overload
    def __get__(self, owner: LeanObject, kind: type | None = None) -> R: ...

    def __get__(self, owner: LeanObject | None, kind: type | None = None) -> Self | R:
        if owner is None:
            return self
        owner._meter.read(owner, self._name)
        return self._getter(owner)

    def __set__(self, owner: LeanObject, value: object) -> None:
        raise AttributeError(f"{owner._lean_name}.{self._name} is read-only")


def lean_read(getter: Callable[[Any], R]) -> LeanRead[R]:
    """Make the method a member that is read like an attribute and counted."""
    return LeanRead(getter)


def lean_call(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make the method a member that is called; look-up and call are counted as one read."""
    name = method.__name__

    @wraps(method)
    def counted(self: S, /, *args: P.args, **named: P.kwargs) -> R:
        self._meter.read(self, name, *args)
        return method(self, *args, **named)

    return counted


def lean_members(kind: type[LeanObject] = LeanObject) -> Iterator[tuple[str, str]]:
    """Yield the LEAN name of every recorded class below `kind` with each member it declares."""
    for below in kind.__subclasses__():
        for base in below.__mro__:
            for name, member in vars(base).items():
                if isinstance(member, LeanRead | property) or hasattr(member, "__wrapped__"):
                    yield below._lean_name, name
        yield from lean_members(below)
