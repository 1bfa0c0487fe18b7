"""LEAN's securities: each is described once, at first sight, and its objects are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from models.events.instruments import (
    SECURITY_RULES,
    SETTLES_IN_ACCOUNT,
    Instrument,
    SecurityType,
    Valuation,
)
from models.tracker.core import Core
from utils.lean.cash import KeptCash
from utils.lean.conversions import class_name, utc

if TYPE_CHECKING:
    from AlgorithmImports import (
        QCAlgorithm,
        Security,
        SecurityHolding,
        SecurityIdentifier,
        SecurityPortfolioManager,
    )

# The settlement models whose money is settled at once, so that nothing unsettled is read.
SETTLED_AT_ONCE = frozenset(
    {"ImmediateSettlementModel", "FutureSettlementModel", SETTLES_IN_ACCOUNT}
)

# SecurityIdentifier.DefaultDate: the date of a symbol that has none of its own.
NO_DATE = datetime(1899, 12, 30, tzinfo=UTC)


# Securities that are kept beyond those in the books before the others are let go.
MOST_KEPT = 256


@dataclass(slots=True)
class KeptSecurity:
    """What is kept of a security so that LEAN need not be asked for it again."""

    instrument: Instrument  # the description, which never changes
    security: Security  # LEAN's object with the security's prices
    holding: SecurityHolding  # LEAN's object with the quantity held and its profit
    foreign: tuple[str, ...]  # its currencies of prices and profit but the account's own
    by_price: bool  # whether its price alone tells what a unit is worth
    # the multiplier where a fill moves nothing but a quantity, and cash at home at once; else 0
    multiplier: float = field(init=False)
    sid: str = field(init=False)  # its Symbol ID

    def __post_init__(self) -> None:
        instrument = self.instrument
        self.sid = instrument.sid
        usual = (
            self.by_price
            and not self.foreign
            and instrument.strike is None
            and not instrument.settles_in_account
            and not instrument.rules.fee_in_base
            and instrument.settlement_model in SETTLED_AT_ONCE
        )
        self.multiplier = instrument.multiplier if usual else 0.0


class Securities:
    """The securities that were seen so far.

    Args:
        algorithm: The running algorithm.
        portfolio: Its portfolio.
        core: It is told of each instrument at its first sight.
        cash: It keeps the cash objects of each instrument's currencies.

    Attributes:
        by_sid: What is kept, by symbol id.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        portfolio: SecurityPortfolioManager,
        core: Core,
        cash: KeptCash,
    ) -> None:
        self._algorithm = algorithm
        self._portfolio = portfolio
        self._core = core
        self._cash = cash
        self.by_sid: dict[str, KeptSecurity] = {}

    def of(self, symbol: Any) -> KeptSecurity:
        """Return what is kept of a LEAN Symbol; at first sight it is read and told the tracker.

        It is looked up by the text of its id: LEAN takes six times as long to compare two Symbols.
        """
        return self.by_sid.get(str(symbol.id)) or self.see(symbol)

    def sid_of(self, symbol: Any) -> str:
        """Return the symbol id of a LEAN Symbol, of an instrument that was never seen too."""
        return str(symbol.id)

    def underlying_prices(self, options: Iterable[str]) -> dict[str, float]:
        """Return the prices of the underlyings of some options by the underlyings' symbol ids."""
        found: dict[str, float] = {}
        for sid in options:
            kept = self.by_sid.get(sid)
            if kept is not None and kept.instrument.underlying not in found:
                option: Any = kept.security
                underlying = option.underlying
                if underlying is not None:
                    found[kept.instrument.underlying] = underlying.price
        return found

    def see_again(self, sids: Collection[str]) -> None:
        """Look up those of the algorithm's securities that a restored tracker knows by id."""
        for symbol in self._algorithm.securities.keys():  # noqa: SIM118 - LEAN's iterates pairs
            if str(symbol.id) in sids:
                self.of(symbol)

    def see(self, symbol: Any) -> KeptSecurity:
        """Describe a security to the tracker and keep its objects and its currencies' cash."""
        instruments = self._core.ledger.books.instruments
        if len(self.by_sid) > MOST_KEPT + len(instruments):
            gone = self.by_sid.keys() - instruments.keys()
            for sid in gone:  # finished contracts: LEAN's objects of them are let go
                del self.by_sid[sid]
        security = self._algorithm.securities[symbol]
        instrument = describe_instrument(symbol, security)
        self._core.apply(instrument)
        for currency in (instrument.quote, instrument.base):
            if currency:
                self._cash.of(currency)
        if instrument.settlement_model not in SETTLED_AT_ONCE:
            self._cash.keep_unsettled(instrument.quote)
        currencies = dict.fromkeys((instrument.quote, instrument.currency))
        kept = KeptSecurity(
            instrument,
            security,
            self._portfolio[symbol],
            foreign=tuple(name for name in currencies if name != self._core.account_currency),
            by_price=instrument.valuation is Valuation.PREMIUM and not instrument.inverse,
        )
        self.by_sid[instrument.sid] = kept
        return kept


def describe_instrument(symbol: Any, security: Security) -> Instrument:
    """Read from LEAN what never changes of a security."""
    identifier = symbol.id
    security_type = SecurityType(str(security.type))
    rules = SECURITY_RULES[security_type]
    properties = security.symbol_properties
    return Instrument(
        sid=str(identifier),
        ticker=symbol.value,
        security_type=security_type,
        quote=security.quote_currency.symbol,
        multiplier=properties.contract_multiplier,
        lot=properties.lot_size,
        base=security.base_currency.symbol if rules.has_base else "",
        market=str(identifier.market).lower(),
        normalization=str(security.data_normalization_mode),
        interest_model=class_name(security.margin_interest_rate_model),
        settlement_model=class_name(security.settlement_model),
        underlying=str(symbol.underlying.id) if rules.has_strike else "",
        strike=identifier.strike_price if rules.has_strike else None,
        right=str(identifier.option_right) if rules.has_strike else "",
        expiry=_expiry(identifier) if rules.has_strike or rules.settles_daily else None,
    )


def _expiry(identifier: SecurityIdentifier) -> datetime | None:
    """Read the last day of a contract; a canonical symbol has none but LEAN's first date."""
    date = utc(identifier.date)
    return date if date.year > NO_DATE.year else None
