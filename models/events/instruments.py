"""Instruments: what can be traded, described once at first sight and never changed.

The key is the Symbol's ID, for a ticker may change. Three valuations cover every security type:
what is bought with a premium, what is only marked to market until it closes, and a pair, which is a
swap of two cash balances.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from typing import Any

from models.errors import EventError, require


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


VALUATIONS: dict[SecurityType, Valuation] = {
    SecurityType.EQUITY: Valuation.PREMIUM,
    SecurityType.OPTION: Valuation.PREMIUM,
    SecurityType.INDEX_OPTION: Valuation.PREMIUM,
    SecurityType.FUTURE_OPTION: Valuation.PREMIUM,
    SecurityType.INDEX: Valuation.PREMIUM,
    SecurityType.COMMODITY: Valuation.PREMIUM,
    SecurityType.BASE: Valuation.PREMIUM,
    SecurityType.FUTURE: Valuation.MARGIN,
    SecurityType.CFD: Valuation.MARGIN,
    SecurityType.CRYPTO_FUTURE: Valuation.MARGIN,
    SecurityType.FOREX: Valuation.PAIR,
    SecurityType.CRYPTO: Valuation.PAIR,
}

# LEAN calls a crypto future coin-margined when its quote is none of these
# (CryptoFuture.IsCryptoCoinFuture); dYdX contracts are linear whatever the quote.
LINEAR_QUOTES = frozenset({"USDT", "BUSD", "USDC"})
LINEAR_MARKETS = frozenset({"dydx"})

# LEAN's settlement model that turns a CFD's profit into account currency at the closing fill.
SETTLES_IN_ACCOUNT = "AccountCurrencyImmediateSettlementModel"
NO_INTEREST = "NullMarginInterestRateModel"
SPLIT_NORMALIZATIONS = frozenset({"RAW"})
DIVIDEND_NORMALIZATIONS = frozenset({"RAW", "SPLIT_ADJUSTED"})


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable thing.

    Attributes:
        sid: LEAN's Symbol ID, the key everywhere; it survives a change of ticker.
        ticker: The name a person knows, at first sight.
        kind: LEAN's security type.
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
        valuation: How it stands in equity (derived).
        inverse: Whether its P&L is in the coin it is quoted against (derived).
        currency: The currency its P&L is made in (derived).
        settles_in_account: Whether what it realizes arrives in the account currency at the rate of
            the fill (derived).
    """

    sid: str
    ticker: str
    kind: SecurityType
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
    valuation: Valuation = field(init=False)
    inverse: bool = field(init=False)
    currency: str = field(init=False)
    settles_in_account: bool = field(init=False)

    def __post_init__(self) -> None:
        require(bool(self.sid), "an instrument needs the ID of its Symbol")
        require(bool(self.quote), f"{self.sid}: the quote currency is missing")
        require(self.multiplier > 0, f"{self.sid}: the multiplier is {self.multiplier}, not > 0")
        valuation = VALUATIONS[self.kind]
        if valuation is Valuation.PAIR and not self.base:
            raise EventError(f"{self.sid}: a {self.kind.value} needs its base currency")
        inverse = (
            self.kind is SecurityType.CRYPTO_FUTURE
            and self.quote not in LINEAR_QUOTES
            and self.market not in LINEAR_MARKETS
        )
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
        return self.kind is SecurityType.EQUITY and self.normalization in SPLIT_NORMALIZATIONS

    @property
    def pays_dividends(self) -> bool:
        """Whether a dividend moves cash in a backtest (LEAN: raw or split-adjusted data)."""
        return self.normalization in DIVIDEND_NORMALIZATIONS

    def worth(self, price: float) -> float:
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

    def to_dict(self) -> dict[str, Any]:
        """All given fields as JSON values; `from_dict` makes the same instrument again."""
        values = asdict(self)
        for derived in ("valuation", "inverse", "currency", "settles_in_account"):
            del values[derived]
        return {**values, "kind": self.kind.value}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Instrument:
        """The instrument that `to_dict` described."""
        return cls(**{**values, "kind": SecurityType(values["kind"])})
