"""The recorded instruments as LEAN's securities: prices, terms, models, and the list of them all.

A Security is LEAN's class for its kind, with the members that kind has in LEAN: only options have a
strike, only pairs a base currency. Built when the tape describes the instrument, and never before;
values are read from the state at each call. Called by user code through `algorithm.securities`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from workbench.engine.enums import (
    DataNormalizationMode,
    OptionRight,
    OptionStyle,
    SecurityType,
    constant,
)
from workbench.engine.objects import DateTimeZone, LeanDictionary, naive_clr
from workbench.engine.portfolio import Cash, SecurityHolding
from workbench.engine.reads import LeanObject, ReadMeter, lean_read
from workbench.engine.state import Line, SecurityState
from workbench.engine.symbols import Symbol


@dataclass(frozen=True, slots=True)
class SecurityParts:
    """What a security is put together from.

    Attributes:
        state: The instrument's terms, prices and holding.
        symbol: Its symbol.
        holding: What is held of it.
        quote: The balance of the currency that its prices are in.
        base: The balance of the currency bought and sold; None for all but pairs.
        underlying: The underlying's symbol; None for all but options.
        listed: All securities so far; the engine adds to it.
    """

    state: SecurityState
    symbol: Symbol
    holding: SecurityHolding
    quote: Cash
    base: Cash | None
    underlying: Symbol | None
    listed: Mapping[Symbol, Security]


class SymbolProperties(LeanObject):
    """The terms an instrument trades on."""

    __slots__ = ("_facts",)

    def __init__(self, meter: ReadMeter, facts: Line) -> None:
        super().__init__(meter)
        self._facts = facts

    @lean_read
    def contract_multiplier(self) -> float:
        """Units of the underlying per contract."""
        return float(self._facts["multiplier"])

    @lean_read
    def lot_size(self) -> float:
        """The smallest quantity an order can have."""
        return float(self._facts["lot"])

    @lean_read
    def minimum_price_variation(self) -> float:
        """The tick, in the quote currency."""
        return float(self._facts["tick"])

    @lean_read
    def price_magnifier(self) -> float:
        """What prices are divided by to be in the quote currency."""
        return float(self._facts["magnifier"])

    @lean_read
    def quote_currency(self) -> str:
        """The currency prices are in."""
        return str(self._facts["quote"])


class SecurityExchangeHours(LeanObject):
    """An exchange's hours, of which the tape knows the time zone."""

    __slots__ = ("_zone",)

    def __init__(self, meter: ReadMeter, zone: DateTimeZone) -> None:
        super().__init__(meter)
        self._zone = zone

    @lean_read
    def time_zone(self) -> DateTimeZone:
        """The exchange's time zone."""
        return self._zone


class SecurityExchange(LeanObject):
    """Where an instrument trades."""

    __slots__ = ("_hours", "_zone")

    def __init__(self, meter: ReadMeter, zone: str) -> None:
        super().__init__(meter)
        self._zone = DateTimeZone(meter, zone)
        self._hours = SecurityExchangeHours(meter, self._zone)

    @lean_read
    def hours(self) -> SecurityExchangeHours:
        """The exchange's hours."""
        return self._hours

    @lean_read
    def time_zone(self) -> DateTimeZone:
        """The exchange's time zone."""
        return self._zone


class Security(LeanObject):
    """An instrument: its present prices in the quote currency, and what goes with it."""

    __slots__ = ("_exchange", "_parts", "_properties", "_state")

    def __init__(self, meter: ReadMeter, parts: SecurityParts) -> None:
        super().__init__(meter)
        self._parts = parts
        self._state = parts.state
        self._properties = SymbolProperties(meter, parts.state.facts)
        self._exchange = SecurityExchange(meter, parts.state.facts["exchange_tz"])

    @lean_read
    def symbol(self) -> Symbol:
        """The instrument's symbol."""
        return self._parts.symbol._again()

    @lean_read
    def type(self) -> SecurityType:
        """The kind of the instrument."""
        return constant(SecurityType, self._state.facts["kind"])

    @lean_read
    def price(self) -> float:
        """The last price; 0 before the first."""
        return self._state.price

    @lean_read
    def bid_price(self) -> float:
        """The bid at the latest order line: the tape has no others; 0 before the first."""
        return self._state.bid

    @lean_read
    def ask_price(self) -> float:
        """The ask at the latest order line: the tape has no others; 0 before the first."""
        return self._state.ask

    @lean_read
    def holdings(self) -> SecurityHolding:
        """What is held of it."""
        return self._parts.holding

    @lean_read
    def invested(self) -> bool:
        """Whether anything is held of it."""
        return self._state.quantity != 0.0

    @lean_read
    def quote_currency(self) -> Cash:
        """The balance of the currency its prices are in."""
        return self._parts.quote

    @lean_read
    def symbol_properties(self) -> SymbolProperties:
        """The terms it trades on."""
        return self._properties

    @lean_read
    def data_normalization_mode(self) -> DataNormalizationMode:
        """How its prices are adjusted."""
        return constant(DataNormalizationMode, self._state.facts["normalization"])

    @lean_read
    def leverage(self) -> float:
        """How many times its value can be held."""
        return float(self._state.facts["leverage"])

    @lean_read
    def exchange(self) -> SecurityExchange:
        """Where it trades."""
        return self._exchange

    @lean_read
    def margin_interest_rate_model(self) -> object:
        """The model that books interest or funding: of it the tape knows the class's name."""
        return _model(self._state.facts["interest_model"])

    @lean_read
    def settlement_model(self) -> object:
        """The model that settles its cash: of it the tape knows the class's name."""
        return _model(self._state.facts["settlement_model"])


class Equity(Security):
    """A stock."""

    __slots__ = ()


class Index(Security):
    """An index."""

    __slots__ = ()


class Future(Security):
    """A futures contract."""

    __slots__ = ()

    @lean_read
    def expiry(self) -> datetime:
        """When the contract expires, local to the exchange."""
        return naive_clr(self._state.facts["expiry"])


class Option(Security):
    """An option contract."""

    __slots__ = ()

    @lean_read
    def strike_price(self) -> float:
        """The price the underlying changes hands at."""
        return float(self._state.facts["strike"])

    @lean_read
    def right(self) -> OptionRight:
        """Call or put."""
        return constant(OptionRight, self._state.facts["right"])

    @lean_read
    def style(self) -> OptionStyle:
        """American or European."""
        return constant(OptionStyle, self._state.facts["style"])

    @lean_read
    def expiry(self) -> datetime:
        """When the option expires, local to the exchange."""
        return naive_clr(self._state.facts["expiry"])

    @lean_read
    def underlying(self) -> Security | None:
        """The underlying; None until the tape has described it."""
        below = self._parts.underlying
        return None if below is None else self._parts.listed.get(below)


class FutureOption(Option):
    """An option on a future."""

    __slots__ = ()


class IndexOption(Option):
    """An option on an index, settled in cash."""

    __slots__ = ()


class Cfd(Security):
    """A contract for difference."""

    __slots__ = ()


class _Pair(Security):
    """What is bought and sold in a currency of its own."""

    __slots__ = ()

    @lean_read
    def base_currency(self) -> Cash | None:
        """The balance of the currency bought and sold."""
        return self._parts.base


class Forex(_Pair):
    """A currency pair."""

    __slots__ = ()


class Crypto(_Pair):
    """A coin against a currency."""

    __slots__ = ()


class CryptoFuture(_Pair):
    """A future on a coin."""

    __slots__ = ()


_CLASSES: Final[Mapping[str, type[Security]]] = {
    "EQUITY": Equity,
    "INDEX": Index,
    "FUTURE": Future,
    "OPTION": Option,
    "FUTURE_OPTION": FutureOption,
    "INDEX_OPTION": IndexOption,
    "CFD": Cfd,
    "FOREX": Forex,
    "CRYPTO": Crypto,
    "CRYPTO_FUTURE": CryptoFuture,
}


def security_of(meter: ReadMeter, parts: SecurityParts) -> Security:
    """Build the security of LEAN's class for the instrument's kind."""
    return _CLASSES.get(parts.state.facts["kind"], Security)(meter, parts)


class SecurityManager(LeanDictionary[Symbol, Security]):
    """All instruments the run has described so far."""

    __slots__ = ()

    def _missing(self, key: Symbol) -> str:
        return f"This asset symbol ({key!r}) was not found in your security list"


@cache
def _model(name: str) -> object:
    model: object = type(name, (), {"__slots__": ()})()
    return model
