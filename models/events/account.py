"""What happens to the whole account: its opening, marks, cash flows and the ends of its days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from models.errors import LARGEST_FIGURE, require_all_finite, require_finite, require_utc
from models.events.causes import FlowCause


@dataclass(frozen=True, slots=True)
class Opening:
    """The account as the tracker first sees it.

    Attributes:
        time: UTC.
        cash: Settled and unsettled amount by currency.
        rates: Account currency per unit of each currency; 0 where LEAN has no price yet.
        holdings: Symbol ID -> (quantity, average price) of what is held already.
    """

    time: datetime
    cash: Mapping[str, float]
    rates: Mapping[str, float]
    holdings: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_utc(self.time, "opening")
        for currency, amount in self.cash.items():
            require_finite(amount, f"opening: the cash in {currency}")
        for currency, rate in self.rates.items():
            require_finite(rate, f"opening: the rate of {currency}")
        for sid, holding in self.holdings.items():
            require_all_finite(holding, f"opening: the holding of {sid}")


@dataclass(slots=True)
class Mark:
    """What everything is worth at a moment; as immutable as every event.

    It is not frozen because one is built at every bar, and writing nine frozen fields takes longer
    than checking them.

    Attributes:
        time: UTC.
        equity: LEAN's total portfolio value, account currency; None from a feed without one.
        prices: Symbol ID -> last price in quote currency, of what is held.
        profits: Symbol ID -> (LEAN's unrealized profit, settled profit) of futures, CFDs and crypto
            futures, account currency.
        cash: Settled amount by currency; empty from a feed without a cash book.
        unsettled: Amount sold but not yet settled, by currency.
        rates: Account currency per unit of each foreign currency.
        holdings: Symbol ID -> (quantity, LEAN's average price) of everything LEAN holds; None
            where it was not read.
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
        total = abs(self.equity or 0.0) + sum(map(abs, self.prices.values()))
        total += sum(map(abs, self.cash.values()))
        if self.unsettled or self.rates:
            total += sum(map(abs, self.unsettled.values())) + sum(map(abs, self.rates.values()))
        if self.profits:
            total += sum(abs(profit) + abs(settled) for profit, settled in self.profits.values())
        if self.holdings:
            total += sum(abs(held) + abs(average) for held, average in self.holdings.values())
        if not -LARGEST_FIGURE <= total <= LARGEST_FIGURE:
            self._explain()

    def among(self, held: Collection[str], due: Collection[str] = ()) -> Mark:
        """The same mark with the prices and quantities of what is held alone.

        Args:
            held: Their Symbol IDs, in the order in which the mark has their prices.
            due: Those whose price is wanted though they may not be held.
        """
        prices, holdings = self.prices, self.holdings or {}
        shown = dict.fromkeys((*held, *due))
        return replace(
            self,
            prices={sid: prices[sid] for sid in shown if sid in prices},
            holdings={sid: holding for sid, holding in holdings.items() if sid in held},
        )

    def _explain(self) -> None:
        """Raise the `EventError` that names the figure which is no number."""
        require_finite(self.equity or 0.0, "mark: the equity")
        named = {"price of": self.prices, "cash in": self.cash, "rate of": self.rates}
        for what, figures in (*named.items(), ("unsettled cash in", self.unsettled)):
            for name, figure in figures.items():
                require_finite(figure, f"mark: the {what} {name}")
        for sid, profits in self.profits.items():
            require_all_finite(profits, f"mark: the profit of {sid}")
        for sid, holding in (self.holdings or {}).items():
            require_all_finite(holding, f"mark: the holding of {sid}")


@dataclass(frozen=True, slots=True)
class CashFlow:
    """A deposit (positive) or withdrawal that the user announces; it is booked when cash shows it.

    Attributes:
        time: UTC of the announcement.
        currency: The currency of the amount.
        amount: Units of that currency.
        note: The user's words.
        cause: What it is: interest, dividends and fees are P&L and no flow.
        strategy: Whose P&L it is; empty for the account's alone.
    """

    time: datetime
    currency: str
    amount: float
    note: str = ""
    cause: FlowCause = FlowCause.OTHER
    strategy: str = ""

    def __post_init__(self) -> None:
        require_utc(self.time, "cash flow")
        require_finite(self.amount, "cash flow: the amount")


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
        total = abs(self.equity) + abs(self.benchmark) + abs(self.risk_free) + abs(self.sale_volume)
        if self.time.tzinfo is not UTC or not total <= LARGEST_FIGURE:
            self._explain()

    def _explain(self) -> None:
        """Raise the `EventError` that names what cannot be booked, if anything cannot."""
        require_utc(self.time, "day end")
        require_finite(self.equity, "day end: the equity")
        require_finite(self.benchmark, "day end: the benchmark")
        require_finite(self.risk_free, "day end: the risk-free rate")
        require_finite(self.sale_volume, "day end: the sale volume")
