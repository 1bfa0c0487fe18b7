"""Instruments: what can be traded, described once at first sight and never changed.

The key is the Symbol's ID, for a ticker may change. Three valuations cover every security type:
what is bought with a premium, what is only marked to market until it closes, and a pair, which is a
swap of two cash balances.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from models.errors import SMALLEST_FIGURE, EventError, require, require_finite
from models.records import Record, Saved


class SecurityType(enum.Enum):
    """LEAN's security types."""

    EQUITY = "EQUITY"
    OPTION = "OPTION"
    FUTURE = "FUTURE"
    FUTURE_OPTION = "FUTURE_OPTION"
    INDEX_OPTION = "INDEX_OPTION"
    FOREX = "FOREX"
    CFD = "CFD"
    CRYPTO = "CRYPTO"
    CRYPTO_FUTURE = "CRYPTO_FUTURE"
    INDEX = "INDEX"
    COMMODITY = "COMMODITY"
    BASE = "BASE"


class Valuation(enum.Enum):
    """How a holding stands in LEAN's equity."""

    PREMIUM = "premium"  # cash pays for it; worth its price
    MARGIN = "margin"  # cash moves only with its profit; worth what closing would bring
    PAIR = "pair"  # a swap of base cash for quote cash; worth the rates of the two


@dataclass(frozen=True, slots=True)
class SecurityRules:
    """What is true of every instrument of a security type.

    A new kind of security is one row of `SECURITY_RULES` and a test of it.
    """

    # How a holding stands in LEAN's equity.
    valuation: Valuation
    # It is an option: its Symbol has a strike, a right and an underlying.
    has_strike: bool = False
    # It is traded as units of a base currency, which LEAN names.
    has_base: bool = False
    # LEAN moves its open profit into the cash every day.
    settles_daily: bool = False
    # Its exercise pays the intrinsic value in cash and delivers nothing.
    settles_in_cash: bool = False
    # A buy may be charged in the base currency: LEAN then delivers less of it.
    fee_in_base: bool = False
    # It is inverse, with its profit in the coin, unless its quote or market says otherwise.
    coin_margined: bool = False
    # Its funding is paid in the currency of its profit and in no other.
    own_funding: bool = False
    # A split changes the quantity held.
    splits: bool = False
    # A cash dividend is paid on it.
    pays_dividends: bool = False


SECURITY_RULES: dict[SecurityType, SecurityRules] = {
    SecurityType.EQUITY: SecurityRules(Valuation.PREMIUM, splits=True, pays_dividends=True),
    SecurityType.OPTION: SecurityRules(Valuation.PREMIUM, has_strike=True),
    SecurityType.FUTURE: SecurityRules(Valuation.MARGIN, settles_daily=True),
    SecurityType.FUTURE_OPTION: SecurityRules(Valuation.PREMIUM, has_strike=True),
    SecurityType.INDEX_OPTION: SecurityRules(
        Valuation.PREMIUM, has_strike=True, settles_in_cash=True
    ),
    SecurityType.FOREX: SecurityRules(Valuation.PAIR, has_base=True),
    SecurityType.CFD: SecurityRules(Valuation.MARGIN),
    SecurityType.CRYPTO: SecurityRules(Valuation.PAIR, has_base=True, fee_in_base=True),
    SecurityType.CRYPTO_FUTURE: SecurityRules(
        Valuation.MARGIN, has_base=True, coin_margined=True, own_funding=True
    ),
    SecurityType.INDEX: SecurityRules(Valuation.PREMIUM),
    SecurityType.COMMODITY: SecurityRules(Valuation.PREMIUM),
    SecurityType.BASE: SecurityRules(Valuation.PREMIUM),
}

# LEAN calls a crypto future coin-margined when its quote is none of these
# (CryptoFuture.IsCryptoCoinFuture); contracts on dYdX are linear whatever the quote.
LINEAR_QUOTES = frozenset({"USDT", "BUSD", "USDC"})
LINEAR_MARKETS = frozenset({"dydx"})

# LEAN's settlement model that turns a CFD's profit into account currency at the closing fill.
SETTLES_IN_ACCOUNT = "AccountCurrencyImmediateSettlementModel"
NO_INTEREST = "NullMarginInterestRateModel"
SPLIT_NORMALIZATIONS = frozenset({"RAW"})
DIVIDEND_NORMALIZATIONS = frozenset({"RAW", "SPLIT_ADJUSTED"})


@dataclass(frozen=True, slots=True)
class Instrument(Record):
    """One tradable thing.

    Attributes:
        sid: LEAN's Symbol ID, the key everywhere; it survives a change of ticker.
        ticker: The name a person knows, at first sight.
        security_type: LEAN's security type.
        quote: The currency of its prices.
        multiplier: Units of the underlying in a contract.
        lot: The smallest quantity LEAN trades.
        base: The currency bought by a pair or a crypto future, else empty.
        market: LEAN's market code, in lower case.
        normalization: LEAN's data normalization mode; splits and dividends follow it.
        interest_model: The class name of LEAN's margin interest rate model.
        settlement_model: The class name of LEAN's settlement model.
        underlying: The sid of an option's underlying, else empty.
        strike: An option's strike in quote currency, else None.
        right: "CALL" or "PUT" for an option, else empty.
        expiry: UTC midnight of its last day; None of what has none.
        rules: What is true of its security type (derived).
        valuation: How it stands in equity: `rules.valuation` (derived).
        inverse: Whether its P&L is in the coin it is quoted against (derived).
        currency: The currency its P&L is made in (derived).
        settles_in_account: Whether what it realizes arrives in the account currency at the rate of
            the fill (derived).
    """

    SAVED: ClassVar[Saved] = Saved(keys={"security_type": "kind"}, absent={"expiry": None})

    sid: str
    ticker: str
    security_type: SecurityType
    quote: str
    multiplier: float = 1.0
    lot: float = 1.0
    base: str = ""
    market: str = ""
    normalization: str = "RAW"
    interest_model: str = NO_INTEREST
    settlement_model: str = ""
    underlying: str = ""
    strike: float | None = None
    right: str = ""
    expiry: datetime | None = None
    rules: SecurityRules = field(init=False)
    valuation: Valuation = field(init=False)
    inverse: bool = field(init=False)
    currency: str = field(init=False)
    settles_in_account: bool = field(init=False)

    def __post_init__(self) -> None:
        require(bool(self.sid), "an instrument needs the ID of its Symbol")
        require(bool(self.quote), f"{self.sid}: the quote currency is missing")
        units = self.multiplier
        require(units >= SMALLEST_FIGURE, f"{self.sid}: the multiplier is {units}, not > 0")
        for name in ("multiplier", "lot", "strike"):
            require_finite(getattr(self, name) or 0.0, f"{self.sid}: the {name}")
        rules = SECURITY_RULES[self.security_type]
        valuation = rules.valuation
        if valuation is Valuation.PAIR and not self.base:
            raise EventError(f"{self.sid}: a {self.security_type.value} needs its base currency")
        linear = self.quote in LINEAR_QUOTES or self.market in LINEAR_MARKETS
        inverse = rules.coin_margined and not linear
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "valuation", valuation)
        object.__setattr__(self, "inverse", inverse)
        object.__setattr__(self, "currency", self.base if inverse else self.quote)
        settles = valuation is Valuation.MARGIN and self.settlement_model == SETTLES_IN_ACCOUNT
        object.__setattr__(self, "settles_in_account", settles)

    @property
    def bears_interest(self) -> bool:
        """Whether LEAN may book funding or interest for holding it."""
        return self.interest_model != NO_INTEREST

    @property
    def scales_on_split(self) -> bool:
        """Whether a split changes its quantity in a backtest (LEAN: raw equities only)."""
        return self.rules.splits and self.normalization in SPLIT_NORMALIZATIONS

    @property
    def pays_dividends(self) -> bool:
        """Whether a dividend moves cash in a backtest (LEAN: raw or split-adjusted data)."""
        return self.rules.pays_dividends and self.normalization in DIVIDEND_NORMALIZATIONS

    def unit_value(self, price: float) -> float:
        """What one contract unit is worth at a price, in `currency`, before the multiplier.

        An inverse contract counts 1 / price in LEAN's sign (a long loses when the price rises).
        """
        if not self.inverse:
            return price
        return 1.0 / price if price else 0.0

    def intrinsic(self, underlying_price: float) -> float:
        """An option's intrinsic value a unit at that price of its underlying, in quote currency."""
        if self.strike is None:
            return 0.0
        gain = underlying_price - self.strike
        return max(0.0, gain if self.right == "CALL" else -gain)
