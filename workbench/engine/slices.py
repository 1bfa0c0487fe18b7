"""Recorded slices: what LEAN hands to on_data; a tape knows their time and corporate events.

A slice holds at most one split, dividend, delisting and symbol change per instrument, as LEAN's.
Built by the engine for each mark line, or for corporate lines without a mark; read by user code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any, Final, TypeVar

from workbench.engine.enums import DelistingType, SplitType, constant
from workbench.engine.objects import LeanDictionary, local_clr, utc_clr
from workbench.engine.reads import LeanObject, ReadMeter, lean_read
from workbench.engine.state import Line, SecurityState
from workbench.engine.symbols import BySymbol, Symbol


class _Corporate(LeanObject):
    """What befell an instrument, from one line of the tape."""

    __slots__ = ("_line", "_price", "_symbol")

    def __init__(
        self, meter: ReadMeter, line: Line, symbol: Symbol, security: SecurityState
    ) -> None:
        super().__init__(meter)
        self._line = line
        self._symbol = symbol
        self._price = security.price

    @lean_read
    def symbol(self) -> Symbol:
        """The instrument it befell."""
        return self._symbol._again()


class Split(_Corporate):
    """A split, announced or done."""

    __slots__ = ()

    @lean_read
    def type(self) -> SplitType:
        """Whether it is announced or has occurred."""
        return constant(SplitType, self._line["kind"])

    @lean_read
    def split_factor(self) -> float:
        """What prices are multiplied by: 0.5 for two shares out of one."""
        return float(self._line["factor"])

    @lean_read
    def reference_price(self) -> float:
        """The price before the split."""
        return float(self._line["reference"])


class Dividend(_Corporate):
    """A dividend on its ex-date."""

    __slots__ = ()

    @lean_read
    def distribution(self) -> float:
        """The amount per share, in the quote currency."""
        return float(self._line["distribution"])

    @lean_read
    def reference_price(self) -> float:
        """The price before the dividend."""
        return float(self._line["reference"])


class Delisting(_Corporate):
    """A delisting or expiry, announced or done."""

    __slots__ = ()

    @lean_read
    def type(self) -> DelistingType:
        """Whether it is announced or has happened."""
        return constant(DelistingType, self._line["kind"])

    @lean_read
    def price(self) -> float:
        """The instrument's last price when the slice was made."""
        return self._price


class SymbolChangedEvent(_Corporate):
    """A change of ticker."""

    __slots__ = ()

    @lean_read
    def old_symbol(self) -> str:
        """The ticker it had; an option's event names its underlying's."""
        return str(self._line["old"])

    @lean_read
    def new_symbol(self) -> str:
        """The ticker it has now."""
        return str(self._line["new"])


class Splits(LeanDictionary[Symbol, Split]):
    """A slice's splits."""

    __slots__ = ()


class Dividends(LeanDictionary[Symbol, Dividend]):
    """A slice's dividends."""

    __slots__ = ()


class Delistings(LeanDictionary[Symbol, Delisting]):
    """A slice's delistings."""

    __slots__ = ()


class SymbolChangedEvents(LeanDictionary[Symbol, SymbolChangedEvent]):
    """A slice's changes of ticker."""

    __slots__ = ()


Corporate = Split | Dividend | Delisting | SymbolChangedEvent
_CLASSES: dict[str, type[Split] | type[Dividend] | type[Delisting] | type[SymbolChangedEvent]] = {
    "split": Split,
    "dividend": Dividend,
    "delisting": Delisting,
    "symbol_changed": SymbolChangedEvent,
}
CORPORATE_LINES = frozenset(_CLASSES)
"""The types of line that reach user code inside a slice."""
C = TypeVar("C", Split, Dividend, Delisting, SymbolChangedEvent)


def corporate_of(
    meter: ReadMeter, line: Line, symbol: Symbol, security: SecurityState
) -> Corporate:
    """Build the corporate event of a line."""
    return _CLASSES[line["type"]](meter, line, symbol, security)


class Slice(LeanObject):
    """One moment's data: its time, and the corporate events that fell on it."""

    __slots__ = ("_events", "_utc", "_zone")

    def __init__(
        self, meter: ReadMeter, utc: datetime, zone: tzinfo, events: Iterable[Corporate] = ()
    ) -> None:
        super().__init__(meter)
        self._utc = utc
        self._zone = zone
        self._events = tuple(events)

    @lean_read
    def time(self) -> datetime:
        """The moment, naive in the algorithm's time zone."""
        return local_clr(self._utc, self._zone)

    @lean_read
    def utc_time(self) -> datetime:
        """The moment, aware UTC."""
        return utc_clr(self._utc)

    @lean_read
    def has_data(self) -> bool:
        """True: LEAN calls on_data with nothing else."""
        return True

    @lean_read
    def splits(self) -> Splits:
        """The splits that fell on it."""
        return Splits(self._meter, self._of(Split))

    @lean_read
    def dividends(self) -> Dividends:
        """The dividends that fell on it."""
        return Dividends(self._meter, self._of(Dividend))

    @lean_read
    def delistings(self) -> Delistings:
        """The delistings that fell on it."""
        return Delistings(self._meter, self._of(Delisting))

    @lean_read
    def symbol_changed_events(self) -> SymbolChangedEvents:
        """The changes of ticker that fell on it."""
        return SymbolChangedEvents(self._meter, self._of(SymbolChangedEvent))

    def _of(self, kind: type[C]) -> BySymbol[C]:
        found = BySymbol[C]()
        for event in self._events:
            if isinstance(event, kind):
                found.add(event._symbol, event)
        return found


_HOOKS: Final[tuple[tuple[str, type[Any], type[LeanDictionary[Symbol, Any]]], ...]] = (
    ("on_symbol_changed_events", SymbolChangedEvent, SymbolChangedEvents),
    ("on_splits", Split, Splits),
    ("on_dividends", Dividend, Dividends),
    ("on_delistings", Delisting, Delistings),
)
CORPORATE_HOOKS: Final = tuple(hook for hook, _, _ in _HOOKS)
"""The hooks that are told of corporate events before on_data, in LEAN's order."""


def hooks_of(data: Slice) -> Iterator[tuple[str, LeanDictionary[Symbol, Any]]]:
    """Yield the corporate hooks that a slice calls, in LEAN's order, each with what it is given."""
    for hook, kind, dictionary in _HOOKS:
        events = data._of(kind)
        if events:
            yield hook, dictionary(data._meter, events)
