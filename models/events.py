"""What the core is fed: immutable events, checked once when built, in the order they came.

Time comes with the event and is aware UTC. Money is in the currency named, prices in the quote
currency, quantities are signed. A value that cannot be booked (NaN, a naive time) raises
`EventError` when the event is built; whoever feeds the core turns that into an `Anomaly`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import Any


class TrackerError(Exception):
    """The root of every error this project raises."""


class EventError(TrackerError, ValueError):
    """An event holds what cannot be booked; the text says which value and why."""


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
        limit_price: The limit after an update, else None.
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


@dataclass(frozen=True, slots=True)
class Mark:
    """What everything is worth at a moment.

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
        total = self.equity or 0.0
        for figures in (self.prices, self.cash, self.unsettled, self.rates):
            total += sum(figures.values())
        for profit, settled in self.profits.values():
            total += profit + settled
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
    """

    time: datetime
    equity: float

    def __post_init__(self) -> None:
        require_utc(self.time, "day end")
        require_finite(self.equity, "day end: the equity")


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
