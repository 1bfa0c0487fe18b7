"""Plain copies of LEAN's objects: whatever a hook reads is laid out before the hook begins.

The recorded engine's objects count each read, in Python, and make new objects on the way. Inside a
timed hook that would be taken for the tracker's own time. A copy has its members as plain slots, a
symbol compares by identity, an id is a text: a read costs what an attribute of Python's costs.
Which members are to be laid out is learnt: what a hook asks for the first time is fetched then,
with the clock stopped, and laid out ever after. A call always goes to the engine, with the clock
stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import thread_time_ns
from typing import Any, Final

from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.enums import LeanEnum
from workbench.engine.events import CashAmount, OrderEvent, OrderFee, OrderTicket
from workbench.engine.objects import ClrDatetime, KeyValuePair, LeanDictionary
from workbench.engine.portfolio import Cash, SecurityHolding
from workbench.engine.reads import (
    InvalidOperationException,
    KeyNotFoundException,
    LeanObject,
    LeanRead,
)
from workbench.engine.securities import Security
from workbench.engine.slices import (
    Delisting,
    Delistings,
    Dividend,
    Dividends,
    Slice,
    Split,
    Splits,
    SymbolChangedEvent,
    SymbolChangedEvents,
)
from workbench.engine.surroundings import AlgorithmSettings
from workbench.engine.symbols import SecurityIdentifier, Symbol

PLAIN = frozenset({float, int, str, bool, type(None), ClrDatetime})
# Objects of one moment, of which no hook keeps one.
PASSING = (
    OrderEvent, OrderTicket, OrderFee, CashAmount, KeyValuePair, Slice, Dividend, Dividends, Split,
    Splits, Delisting, Delistings, SymbolChangedEvent, SymbolChangedEvents,
)  # fmt: skip
# Objects that last, and show something else after every step.
CHANGING = (
    RecordedAlgorithm, AlgorithmSettings, LeanDictionary, Security, SecurityHolding, Cash, Symbol,
)  # fmt: skip
# A list of what lies on a disk is not made unless it is asked for.
UNLISTED = frozenset({("ObjectStore", "keys")})


def _look() -> int:
    """Nanoseconds that a look at the clock takes."""
    least = 10**9
    for _ in range(1_000):
        began = thread_time_ns()
        least = min(least, thread_time_ns() - began)
    return least


LOOK: Final = _look()
"""What two looks at the clock add to what is between them, nanoseconds."""


class StopClock:
    """Adds up the processor time in which the clock of the hooks stands.

    It is this thread's: what other processes take of the machine is in no figure.

    Args:
        stop: Nanoseconds that stopping it takes beside what is done meanwhile.

    Attributes:
        lost: Nanoseconds.
    """

    def __init__(self, stop: int) -> None:
        self.lost = 0
        self._stop = stop

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let the clock stand meanwhile."""
        began = thread_time_ns()
        try:
            yield
        finally:
            self.lost += thread_time_ns() - began + self._stop


def _stop() -> int:
    """Nanoseconds that it takes to stop a clock and let it go on, beside what is done meanwhile."""
    least = 10**9
    for _ in range(1_000):
        clock, began = StopClock(0), thread_time_ns()
        with clock.stopped():
            pass
        least = min(least, thread_time_ns() - began - LOOK - clock.lost)
    return least


STOP: Final = _stop()


class Copy:
    """A plain copy of an object of LEAN's; the classes below it have the members as slots."""

    __slots__ = ("_copies", "_source")
    _copies: Copies
    _source: LeanObject

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        with self._copies.clock.stopped():
            return self._copies.learn(self, name)


class _Sample(Copy):
    """A copy with one member."""

    __slots__ = ("member",)


def _read() -> int:
    """Nanoseconds that reading a member of a copy takes."""
    sample: Any = _Sample()
    sample.member = 1.0
    least, many = 10**9, range(1_000)
    for _ in range(20):
        began = thread_time_ns()
        for _ in many:
            _ = sample.member
        read = thread_time_ns()
        for _ in many:
            _ = sample
        least = min(least, 2 * read - began - thread_time_ns())
    return max(least, 0) // len(many)


READ: Final = _read()
"""What reading a member of a copy takes, nanoseconds; a read's price has it all in it."""


class PlainDictionary(dict[Any, Any]):
    """A plain copy of a dictionary of LEAN's."""

    __slots__ = ("_copies", "_source")
    _source: LeanObject

    __getattr__ = Copy.__getattr__

    def __missing__(self, key: object) -> Any:
        raise KeyNotFoundException(str(key))

    def contains_key(self, key: object) -> bool:
        """Whether there is an entry of that key."""
        return key in self


class PlainIdentifier(str):
    """A plain copy of a security's identifier: the text that it prints."""

    __slots__ = ("_copies", "_source")
    _source: LeanObject

    __getattr__ = Copy.__getattr__


class PlainConstant(int):
    """A plain copy of a constant of LEAN's enumerations: its number, hashed as fast as one."""

    _source: LeanEnum

    def __str__(self) -> str:
        return self._source._name


class Copies:
    """Makes plain copies, keeps those of lasting objects, and brings up to date what changes.

    Args:
        learnt: By class of LEAN's, the members that hooks have asked for so far; added to.
        hook: Wraps a callback that user code hands to LEAN, such as a schedule's.

    Attributes:
        clock: What stops while copies are made.
    """

    def __init__(
        self,
        learnt: defaultdict[str, dict[str, None]],
        hook: Callable[[Callable[[], object]], Callable[[], object]],
    ) -> None:
        self.clock = StopClock(STOP)
        self._learnt = learnt
        self._hook = hook
        self._kinds: dict[type, type] = {}
        self._kept: dict[object, tuple[LeanObject, Any]] = {}
        self._changing: list[tuple[LeanObject, Any]] = []
        self._constants: dict[int, PlainConstant] = {}

    def of(self, value: Any) -> Any:
        """The plain copy of a value; the value itself where it is none of LEAN's objects."""
        if isinstance(value, list | tuple):
            return type(value)(map(self.of, value))
        if isinstance(value, LeanEnum):
            return self._constant(value)
        if not isinstance(value, LeanObject):
            return value
        if isinstance(value, PASSING):
            return self._made(value)
        key = value._sid if isinstance(value, Symbol) else id(value)
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = value, self._new(value)
            self._lay_out(*kept)
            if isinstance(value, CHANGING):
                self._changing.append(kept)
        return kept[1]

    def _constant(self, source: LeanEnum) -> PlainConstant:
        found = self._constants.get(id(source))
        if found is None:
            found = self._constants[id(source)] = PlainConstant(source._number)
            found._source = source
        return found

    def refresh(self) -> None:
        """Lay out again, as LEAN shows it now, all that lasts and changes."""
        for source, copy in list(self._changing):
            self._lay_out(source, copy)

    def learn(self, copy: Any, name: str) -> Any:
        """Fetch a member that was not laid out, or a method; raises what LEAN raises."""
        source = copy._source
        declared = getattr(type(source), name)  # an AttributeError names the class
        if not isinstance(declared, LeanRead | property):
            return self._method(getattr(source, name))
        value = self.of(getattr(source, name))
        if (source._lean_name, name) not in UNLISTED:
            self._learnt[source._lean_name][name] = None
            setattr(copy, name, value)
        return value

    def _made(self, source: LeanObject) -> Any:
        copy = self._new(source)
        self._lay_out(source, copy)
        return copy

    def _new(self, source: LeanObject) -> Any:
        kind = self._kind(type(source))
        text = (str(source),) if isinstance(source, SecurityIdentifier) else ()
        copy: Any = kind(*text)
        copy._copies, copy._source = self, source
        return copy

    def _kind(self, source: type[LeanObject]) -> type:
        """The class of the copies of a class: a slot for each member that is read."""
        if source not in self._kinds:
            base: type = Copy
            if issubclass(source, LeanDictionary):
                base = PlainDictionary
            elif issubclass(source, SecurityIdentifier):
                base = PlainIdentifier
            members = {
                name
                for kind in source.__mro__
                for name, member in vars(kind).items()
                if isinstance(member, LeanRead | property) and not name.startswith("_")
            }
            slots = tuple(sorted(members - set(base.__slots__)))  # type: ignore[attr-defined]
            named: dict[str, Any] = {"__slots__": slots}
            if issubclass(source, Symbol):
                named["__str__"] = lambda copy: copy.value
            self._kinds[source] = type(source._lean_name, (base,), named)
        return self._kinds[source]

    def _lay_out(self, source: LeanObject, copy: Any) -> None:
        if isinstance(source, LeanDictionary) and len(copy) != len(source._entries):
            copy.update((self.of(key), self.of(value)) for key, value in source.items())
        for name in self._learnt[source._lean_name]:
            try:
                value = getattr(source, name)
            except InvalidOperationException:
                continue  # a stock's id has no strike: whoever asks is told
            setattr(copy, name, value if type(value) in PLAIN else self.of(value))

    def _method(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            with self.clock.stopped():
                given = [self._source(argument) for argument in arguments]
                return self.of(method(*given, **named))

        return call

    def _source(self, value: Any) -> Any:
        """What LEAN is given for an argument of user code's."""
        if isinstance(value, Copy | PlainDictionary | PlainIdentifier | PlainConstant):
            return value._source
        return self._hook(value) if callable(value) else value
