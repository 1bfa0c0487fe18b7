"""What the core is fed: instruments and immutable events, checked once when built, in their order.

Time comes with the event and is aware UTC. Money is in the currency named, prices in the quote
currency, quantities are signed. An instrument is described once, at its first sight, and never
changes (its ticker may; the key is the Symbol's ID). Three valuations cover every kind: what is
bought with a premium, what is only marked to market until it closes, and a pair, which is a swap
of two cash balances. A value that cannot be booked (NaN, a naive time) raises
`EventError` when the event is built; whoever feeds the core turns that into an `Anomaly`.
"""

from __future__ import annotations

import enum
import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, NamedTuple, Protocol, TypeVar

T = TypeVar("T")


class Logger(Protocol):
    """Where the tracker says what went wrong; `logging.Logger` is one."""

    def warning(self, message: str, /) -> object:
        """Say it."""


class TrackerError(Exception):
    """The root of every error this project raises."""


class EventError(TrackerError, ValueError):
    """An event holds what cannot be booked; the text says which value and why."""


class Failure(NamedTuple):
    """What a guarded call raised."""

    error: Exception

    @property
    def kind(self) -> str:
        """The name of the error's class; .NET's exceptions come under their own names."""
        return type(self.error).__name__

    def __str__(self) -> str:
        return f"{self.kind}: {self.error}"


def guarded(call: Callable[..., T], *arguments: Any) -> T | Failure:
    """Call what may fail for reasons that are not the tracker's, and hand a failure back.

    It is the one place that catches everything: LEAN stops the algorithm on any error that leaves a
    hook, and what LEAN and listeners raise has no common class below `Exception`.
    """
    try:
        return call(*arguments)
    except Exception as error:  # noqa: BLE001 - the boundary
        return Failure(error)


def packed(column: array[Any]) -> str:
    """A column's bytes as text, exact whichever end the machine's numbers start with."""
    numbers = column[:]
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode("ascii")


def unpacked(typecode: str, text: str) -> array[Any]:
    """The column of that type that `packed` made the text of."""
    numbers = array(typecode, b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def require(condition: bool, problem: str) -> None:
    """Raise `EventError(problem)` unless the condition holds."""
    if not condition:
        raise EventError(problem)


def require_utc(time: datetime, what: str) -> None:
    """Raise `EventError` unless the time is aware and UTC."""
    if time.tzinfo is None or time.utcoffset() != timedelta(0):
        raise EventError(f"{what}: the time {time!r} is not aware UTC")


def require_finite(value: float, what: str) -> None:
    """Raise `EventError` when the number is NaN or infinite."""
    if not isfinite(value):
        raise EventError(f"{what} is {value}")


class OrderStatus(enum.IntEnum):
    """LEAN's order status, by LEAN's numbers."""

    NEW = 0
    SUBMITTED = 1
    PARTIALLY_FILLED = 2
    FILLED = 3
    CANCELED = 5
    NONE = 6
    INVALID = 7
    CANCEL_PENDING = 8
    UPDATE_SUBMITTED = 9


class OrderType(enum.IntEnum):
    """LEAN's order types, by LEAN's numbers."""

    MARKET = 0
    LIMIT = 1
    STOP_MARKET = 2
    STOP_LIMIT = 3
    MARKET_ON_OPEN = 4
    MARKET_ON_CLOSE = 5
    OPTION_EXERCISE = 6
    LIMIT_IF_TOUCHED = 7
    COMBO_MARKET = 8
    COMBO_LIMIT = 9
    COMBO_LEG_LIMIT = 10
    TRAILING_STOP = 11


class SplitKind(enum.Enum):
    """Whether a split is announced or has happened."""

    WARNING = "WARNING"
    SPLIT_OCCURRED = "SPLIT_OCCURRED"


class DelistingKind(enum.Enum):
    """Whether a delisting is announced or has happened."""

    WARNING = "WARNING"
    DELISTED = "DELISTED"


class Kind(enum.Enum):
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


VALUATIONS: dict[Kind, Valuation] = {
    Kind.EQUITY: Valuation.PREMIUM,
    Kind.OPTION: Valuation.PREMIUM,
    Kind.INDEX_OPTION: Valuation.PREMIUM,
    Kind.FUTURE_OPTION: Valuation.PREMIUM,
    Kind.INDEX: Valuation.PREMIUM,
    Kind.COMMODITY: Valuation.PREMIUM,
    Kind.BASE: Valuation.PREMIUM,
    Kind.FUTURE: Valuation.MARGIN,
    Kind.CFD: Valuation.MARGIN,
    Kind.CRYPTO_FUTURE: Valuation.MARGIN,
    Kind.FOREX: Valuation.PAIR,
    Kind.CRYPTO: Valuation.PAIR,
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


# A remainder below this part of the instrument's lot size is float dust, not a holding.
DUST = 1e-3
# Quantities are kept to so many decimals: rounding keeps 0.3 - 0.1 at 0.2. A satoshi has 8, and a
# coin buy less its fee in coins a few more.
DECIMALS = 12
SMALLEST = 10.0**-DECIMALS


def tidy(quantity: float) -> float:
    """The quantity without the float dust of a sum or difference."""
    return round(quantity, DECIMALS) if quantity % 1 else quantity


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
    kind: Kind
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
            self.kind is Kind.CRYPTO_FUTURE
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
        return self.kind is Kind.EQUITY and self.normalization in SPLIT_NORMALIZATIONS

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
        return cls(**{**values, "kind": Kind(values["kind"])})


@dataclass(frozen=True, slots=True)
class Opening:
    """The account as the tracker first sees it.

    Attributes:
        time: UTC.
        cash: Settled and unsettled amount by currency.
        rates: Account currency per unit of each currency; 0 where LEAN has no price yet.
        holdings: sid -> (quantity, average price) of what is held already.
    """

    time: datetime
    cash: Mapping[str, float]
    rates: Mapping[str, float]
    holdings: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_utc(self.time, "opening")
        for currency, amount in self.cash.items():
            require_finite(amount, f"opening: the cash in {currency}")


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """An order's event that fills nothing.

    Attributes:
        time: UTC of the event.
        order_id: LEAN's order id.
        event_id: LEAN's id of the event within its order.
        sid: The instrument.
        status: LEAN's status.
        tag: The order's tag; None when it is not its first event.
        order_type: LEAN's order type; None when it is not its first event.
        quantity: The order's signed quantity; 0 where it was not read.
        bid: Best bid at submission, quote currency; 0 where unknown.
        ask: Best ask at submission; 0 where unknown.
        price: Last price at submission; 0 where unknown.
        limit_price: The limit of a new order or after an update; None where there is none.
        stop_price: The stop of a new order; None where there is none.
        created: UTC when the order was made, where LEAN says so; else None.
        message: LEAN's message, the reason of a reject or cancel.
    """

    time: datetime
    order_id: int
    event_id: int
    sid: str
    status: OrderStatus
    tag: str | None = None
    order_type: OrderType | None = None
    quantity: float = 0.0
    bid: float = 0.0
    ask: float = 0.0
    price: float = 0.0
    limit_price: float | None = None
    message: str = ""
    stop_price: float | None = None
    created: datetime | None = None

    def __post_init__(self) -> None:
        require_utc(self.time, f"order {self.order_id}")


@dataclass(frozen=True, slots=True)
class Fill:
    """A quantity traded.

    Attributes:
        time: UTC of the fill.
        order_id: LEAN's order id.
        event_id: LEAN's id of the event within its order.
        sid: The instrument.
        quantity: Signed quantity filled, contracts or shares or units of base currency.
        price: Fill price in quote currency.
        fee: Fee in `fee_currency`, positive when paid.
        fee_currency: Its currency.
        rates: Account currency per unit of each foreign currency the fill touches.
        tag: The order's tag; None when it is not its first event.
        order_type: LEAN's order type; None when it is not its first event.
        message: LEAN's message; an index option's exercise states the underlying's price in it.
        final: Whether the order is filled with it.
        market: The instrument's price at that moment, quote currency; 0 where it was not read.
    """

    time: datetime
    order_id: int
    event_id: int
    sid: str
    quantity: float
    price: float
    fee: float = 0.0
    fee_currency: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    tag: str | None = None
    order_type: OrderType | None = None
    message: str = ""
    final: bool = True
    market: float = 0.0

    def __post_init__(self) -> None:
        if self.time.tzinfo is None or not isfinite(self.quantity + self.price + self.fee):
            self._explain()
        if self.quantity == 0.0:
            raise EventError(f"fill of order {self.order_id}: the quantity is 0")

    def _explain(self) -> None:
        what = f"fill of order {self.order_id}"
        require_utc(self.time, what)
        for name in ("quantity", "price", "fee"):
            require_finite(getattr(self, name), f"{what}: the {name}")


@dataclass(slots=True)
class Mark:
    """What everything is worth at a moment; as immutable as every event.

    It is not frozen because one is built at every bar, and writing nine frozen fields takes longer
    than checking them.

    Attributes:
        time: UTC.
        equity: LEAN's total portfolio value, account currency; None from a feed without one.
        prices: sid -> last price in quote currency, of what is held.
        profits: sid -> (LEAN's unrealized profit, settled profit) of futures, CFDs and crypto
            futures, account currency.
        cash: Settled amount by currency; empty from a feed without a cash book.
        unsettled: Amount sold but not yet settled, by currency.
        rates: Account currency per unit of each foreign currency.
        holdings: sid -> (quantity, LEAN's average price) of everything LEAN holds; None where it
            was not read.
        partial: Whether the feed can read `holdings` and the slice's events if asked to.
    """

    time: datetime
    equity: float | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    profits: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    cash: Mapping[str, float] = field(default_factory=dict)
    unsettled: Mapping[str, float] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    holdings: Mapping[str, tuple[float, float]] | None = None
    partial: bool = False

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            require_utc(self.time, "mark")
        total = (self.equity or 0.0) + sum(self.prices.values()) + sum(self.cash.values())
        if self.unsettled or self.rates:
            total += sum(self.unsettled.values()) + sum(self.rates.values())
        if self.profits:
            total += sum(profit + settled for profit, settled in self.profits.values())
        if not isfinite(total):
            self._explain()

    def _explain(self) -> None:
        require_finite(self.equity or 0.0, "mark: the equity")
        named = {"price of": self.prices, "cash in": self.cash, "rate of": self.rates}
        for what, figures in (*named.items(), ("unsettled cash in", self.unsettled)):
            for name, figure in figures.items():
                require_finite(figure, f"mark: the {what} {name}")
        for sid, profits in self.profits.items():
            require_finite(sum(profits), f"mark: the profit of {sid}")


@dataclass(frozen=True, slots=True)
class Split:
    """A split of raw-priced shares: quantities are divided by the factor, prices multiplied.

    Attributes:
        time: UTC.
        sid: The instrument.
        kind: Announced or happened; only the second moves anything.
        factor: New price over old price (a 7:1 split: 0.142857).
        reference: The last price before it, quote currency.
        price: LEAN's last price, scaled already; 0 where it was not read.
    """

    time: datetime
    sid: str
    kind: SplitKind
    factor: float
    reference: float
    price: float = 0.0

    def __post_init__(self) -> None:
        require_utc(self.time, f"split of {self.sid}")
        require(
            isfinite(self.factor) and self.factor > 0,
            f"split of {self.sid}: the factor is {self.factor}",
        )
        require_finite(self.reference, f"split of {self.sid}: the reference price")


@dataclass(frozen=True, slots=True)
class Dividend:
    """A cash dividend: longs receive it, shorts pay it.

    Attributes:
        time: UTC.
        sid: The instrument.
        distribution: Quote currency a share.
    """

    time: datetime
    sid: str
    distribution: float

    def __post_init__(self) -> None:
        require_utc(self.time, f"dividend of {self.sid}")
        require_finite(self.distribution, f"dividend of {self.sid}: the distribution")


@dataclass(frozen=True, slots=True)
class CashFlow:
    """A deposit (positive) or withdrawal that the user announces; it is booked when cash shows it.

    Attributes:
        time: UTC of the announcement.
        currency: Its currency.
        amount: Units of that currency.
        note: The user's words.
    """

    time: datetime
    currency: str
    amount: float
    note: str = ""

    def __post_init__(self) -> None:
        require_utc(self.time, "cash flow")
        require_finite(self.amount, "cash flow: the amount")


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A ticker changed; the instrument, its sid and its lots stay.

    Attributes:
        time: UTC.
        sid: The instrument.
        old: The ticker before.
        new: The ticker from now on.
    """

    time: datetime
    sid: str
    old: str
    new: str

    def __post_init__(self) -> None:
        require_utc(self.time, f"symbol change of {self.sid}")


@dataclass(frozen=True, slots=True)
class Delisting:
    """An instrument leaves the market or expires.

    Attributes:
        time: UTC.
        sid: The instrument.
        kind: Announced or happened; only the second moves anything.
    """

    time: datetime
    sid: str
    kind: DelistingKind

    def __post_init__(self) -> None:
        require_utc(self.time, f"delisting of {self.sid}")


@dataclass(frozen=True, slots=True)
class DayEnd:
    """Midnight of the algorithm's clock, when LEAN takes its daily sample.

    Attributes:
        time: UTC.
        equity: LEAN's total portfolio value then, account currency.
        benchmark: The benchmark's value; 0 where there is none.
        risk_free: The annual rate of return without risk.
        sale_volume: The value of everything traded so far, account currency.
    """

    time: datetime
    equity: float
    benchmark: float = 0.0
    risk_free: float = 0.0
    sale_volume: float = 0.0

    def __post_init__(self) -> None:
        require_utc(self.time, "day end")
        require_finite(self.equity, "day end: the equity")
        require_finite(self.benchmark, "day end: the benchmark")
        require_finite(self.risk_free, "day end: the risk-free rate")
        require_finite(self.sale_volume, "day end: the sale volume")


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something in the feed that should not be, kept so that nothing is lost.

    Attributes:
        time: UTC.
        kind: A short name, one for each way it can go wrong.
        detail: What was seen, in words and figures.
        sid: The instrument, where there is one.
        amount: Money involved, account currency, where there is any.
    """

    time: datetime
    kind: str
    detail: str
    sid: str = ""
    amount: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**asdict(self), "time": self.time.isoformat()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Anomaly:
        """The anomaly that `to_dict` described."""
        return cls(**{**values, "time": datetime.fromisoformat(values["time"])})


CorporateAction = Split | Dividend | SymbolChange | Delisting
Event = Opening | OrderUpdate | Fill | Mark | CorporateAction | CashFlow | DayEnd
