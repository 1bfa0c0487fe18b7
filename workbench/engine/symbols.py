"""A recorded instrument's Symbol and its SecurityIdentifier, as LEAN shows them.

A symbol is known by its identifier alone: two are equal, and hash alike, when their ids print the
same, whatever the ticker has become. As in LEAN, each read of a symbol gives a new object, so a
dictionary keyed by symbols compares them at every look-up, unless one that was kept is looked up;
their ticker is always the instrument's present one. Made for each security line of the tape; called
by user code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from workbench.engine.enums import OptionRight, OptionStyle, SecurityType, constant
from workbench.engine.objects import ClrDatetime, naive_clr
from workbench.engine.reads import (
    InvalidOperationException,
    LeanObject,
    ReadMeter,
    lean_call,
    lean_read,
    tell_of_conversion,
)
from workbench.engine.state import Line, SecurityState

# LEAN packs an id's facts into one number in base 36; the day is its decimal digits 15 to 19.
_DAY_PLACE: Final = 10**14
_DAY_WIDTH: Final = 10**5
V = TypeVar("V")
_DAY_ZERO: Final = datetime(1899, 12, 30)
_UNDATED: Final = frozenset({"FOREX", "CFD", "CRYPTO", "COMMODITY"})
_UNDERLYING_KIND: Final = {
    "OPTION": "EQUITY",
    "INDEX_OPTION": "INDEX",
    "FUTURE_OPTION": "FUTURE",
}


class SecurityIdentifier(LeanObject):
    """What an instrument is, in one printable code."""

    __slots__ = ("_facts", "_underlying")

    def __init__(
        self, meter: ReadMeter, facts: Line, underlying: SecurityIdentifier | None
    ) -> None:
        super().__init__(meter)
        self._facts = facts
        self._underlying = underlying

    @lean_read
    def symbol(self) -> str:
        """The ticker the id was made with; it never changes."""
        return str(self._facts["sid"]).partition(" ")[0]

    @lean_read
    def market(self) -> str:
        """The market's code, e.g. usa."""
        return str(self._facts["market"])

    @lean_read
    def security_type(self) -> SecurityType:
        """The kind of the instrument."""
        return constant(SecurityType, self._facts["kind"])

    @lean_read
    def date(self) -> datetime:
        """A derivative's expiry, else the first listing; InvalidOperationException for pairs."""
        if self._facts["kind"] in _UNDATED:
            raise InvalidOperationException("Date is not defined for this security type")
        if "expiry" in self._facts:
            return naive_clr(self._facts["expiry"])
        return _packed_date(self._facts["sid"])

    @lean_read
    def strike_price(self) -> float:
        """An option's strike; InvalidOperationException for other kinds."""
        return float(self._of_option("strike"))

    @lean_read
    def option_right(self) -> OptionRight:
        """An option's right; InvalidOperationException for other kinds."""
        return constant(OptionRight, self._of_option("right"))

    @lean_read
    def option_style(self) -> OptionStyle:
        """An option's style; InvalidOperationException for other kinds."""
        return constant(OptionStyle, self._of_option("style"))

    @lean_read
    def has_underlying(self) -> bool:
        """Whether it is an option's."""
        return self._underlying is not None

    @lean_read
    def underlying(self) -> SecurityIdentifier:
        """The underlying's id; InvalidOperationException where there is none."""
        if self._underlying is None:
            raise InvalidOperationException("there is no underlying specified for this identifier")
        return self._underlying

    @lean_call
    def __str__(self) -> str:
        return str(self._facts["sid"])

    def __eq__(self, other: object) -> bool:
        tell_of_conversion(self, "__eq__")
        if not isinstance(other, SecurityIdentifier):
            return NotImplemented
        return bool(self._facts["sid"] == other._facts["sid"])

    def __hash__(self) -> int:
        tell_of_conversion(self, "__hash__")
        return hash(self._facts["sid"])

    def _of_option(self, field: str) -> str:
        if field not in self._facts:
            raise InvalidOperationException(f"only the id of an option has a {field}")
        return str(self._facts[field])


class Symbol(LeanObject):
    """An instrument's name: it prints as its present ticker and is equal by its id."""

    __slots__ = ("_sid", "_security", "_id", "_underlying")

    def __init__(
        self, meter: ReadMeter, security: SecurityState, underlying: Symbol | None = None
    ) -> None:
        super().__init__(meter)
        self._sid: str = security.facts["sid"]
        self._security = security
        self._underlying = underlying
        below: SecurityIdentifier | None = None if underlying is None else underlying._id
        self._id: SecurityIdentifier = SecurityIdentifier(meter, security.facts, below)

    @lean_read
    def id(self) -> SecurityIdentifier:
        """What identifies the instrument."""
        return self._id

    @lean_read
    def value(self) -> str:
        """The present ticker."""
        return self._security.ticker

    @lean_read
    def security_type(self) -> SecurityType:
        """The kind of the instrument."""
        return self._kind()

    @lean_read
    def has_underlying(self) -> bool:
        """Whether it is an option's."""
        return self._underlying is not None

    @lean_read
    def underlying(self) -> Symbol | None:
        """An option's underlying, None for other kinds."""
        return self._underlying

    @lean_call
    def __str__(self) -> str:
        return self._security.ticker

    def __repr__(self) -> str:
        return f"<Symbol {self._sid}>"

    def __eq__(self, other: object) -> bool:
        tell_of_conversion(self, "__eq__")
        if not isinstance(other, Symbol):
            return NotImplemented
        return self._sid == other._sid

    def __hash__(self) -> int:
        tell_of_conversion(self, "__hash__")
        return hash(self._sid)

    def _kind(self) -> SecurityType:
        return constant(SecurityType, self._security.facts["kind"])

    def _again(self) -> Symbol:
        """The same symbol as a new object, as every read of LEAN's gives one."""
        return Symbol(self._meter, self._security, self._underlying)


class BySymbol(Mapping[Symbol, V]):
    """The engine's own dictionary by symbol, whose look-ups are no conversions of user code's."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, tuple[Symbol, V]] = {}

    def add(self, symbol: Symbol, value: V) -> None:
        """Put an entry in, in the place of one of the same symbol."""
        self._values[symbol._sid] = (symbol, value)

    def __getitem__(self, symbol: object) -> V:
        if not isinstance(symbol, Symbol):
            raise KeyError(symbol)
        return self._values[symbol._sid][1]

    def __iter__(self) -> Iterator[Symbol]:
        return (symbol._again() for symbol, _ in list(self._values.values()))

    def __len__(self) -> int:
        return len(self._values)


def underlying_facts(option: Line) -> Line | None:
    """Return what an option's own line tells of its underlying; None for other kinds."""
    kind = _UNDERLYING_KIND.get(option["kind"])
    if kind is None:
        return None
    ticker = str(option["ticker"]).split(" ")[0]
    return {"sid": option["underlying"], "ticker": ticker, "kind": kind, "market": option["market"]}


def _packed_date(sid: str) -> ClrDatetime:
    code = sid.partition("|")[0].rpartition(" ")[2]
    packed = int(code, 36) if code.isalnum() and code.isascii() else 0
    day = _DAY_ZERO + timedelta(days=packed // _DAY_PLACE % _DAY_WIDTH)
    return ClrDatetime(day.year, day.month, day.day)
