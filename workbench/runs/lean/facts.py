"""What LEAN's result files state, in the types of this project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from models.events.orders import OrderStatus, OrderType

# LEAN's DataNormalizationMode by its numbers, in the words of `Instrument.normalization`.
NORMALIZATIONS = (
    *("RAW", "ADJUSTED", "SPLIT_ADJUSTED", "TOTAL_RETURN", "FORWARD_PANAMA_CANAL"),
    *("BACKWARDS_PANAMA_CANAL", "BACKWARDS_RATIO", "SCALED_RAW"),
)
UNKNOWN_MODE = ""  # of a result that does not say how prices were adjusted


class LeanOrder(NamedTuple):
    """An order as it stood at the end.

    Attributes:
        order_id: LEAN's id, from 1 in each deployment.
        sid: The instrument's Symbol ID.
        ticker: Its ticker.
        order_type: LEAN's order type.
        tag: The tag it had last.
        status: LEAN's status.
        quantity: Signed.
        price: What it was filled at, in the mean; quote currency.
        currency: The currency of its prices; empty where it does not say.
        created: UTC.
        filled: UTC of the last fill; None without one.
        bid: Best bid at submission, quote currency; 0 where unknown.
        ask: Best ask; likewise.
        last: Last price; likewise.
        group: LEAN's id of the combo it is a leg of; 0 for none.
        mode: How prices were adjusted, one of `NORMALIZATIONS`; `UNKNOWN_MODE` where it is silent.
    """

    order_id: int
    sid: str
    ticker: str
    order_type: OrderType
    tag: str
    status: OrderStatus
    quantity: float
    price: float
    currency: str
    created: datetime
    filled: datetime | None
    bid: float
    ask: float
    last: float
    group: int
    mode: str


class LeanEvent(NamedTuple):
    """An event of an order.

    Attributes:
        order_id: LEAN's id of the order.
        event_id: LEAN's id of the event within its order.
        sid: The instrument's Symbol ID: at an exercise not always the order's.
        ticker: Its ticker.
        time: UTC.
        status: LEAN's status.
        quantity: Signed quantity filled.
        price: Fill price, quote currency.
        currency: The currency of the price; empty where it does not say.
        fee: Positive when paid, in `fee_currency`.
        fee_currency: Its currency.
        ordered: The order's quantity then.
        limit: Its limit; None for none.
        stop: Its stop; likewise.
        message: LEAN's message.
        assignment: Whether it is an assignment.
    """

    order_id: int
    event_id: int
    sid: str
    ticker: str
    time: datetime
    status: OrderStatus
    quantity: float
    price: float
    currency: str
    fee: float
    fee_currency: str
    ordered: float
    limit: float | None
    stop: float | None
    message: str
    assignment: bool

    @property
    def fills(self) -> bool:
        """Whether it traded something."""
        return bool(self.quantity) and self.status in FILLING


FILLING = frozenset({OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED})


class ClosedTrade(NamedTuple):
    """A trade as LEAN's trade builder states it; the fields are those of `LeanTrade`."""

    sid: str
    entry_time: datetime
    entry_price: float
    direction: str
    quantity: float
    exit_time: datetime
    exit_price: float
    profit_loss: float
    total_fees: float
    mae: float
    mfe: float
    order_ids: tuple[int, ...]


class Sample(NamedTuple):
    """A point of a chart.

    Attributes:
        time: UTC.
        value: Its value; of a candle the close.
    """

    time: datetime
    value: float


class ShownHolding(NamedTuple):
    """What a live result says is held; prices are rounded to cents."""

    quantity: float
    average: float
    price: float
    unrealized: float


class ShownCash(NamedTuple):
    """A balance of a live result: units of the currency, and account currency per unit."""

    amount: float
    rate: float


@dataclass(frozen=True, slots=True)
class LeanFacts:
    """What the files of one deployment or backtest state.

    Attributes:
        name: LEAN's id of the run: a number, a hash, or the algorithm's name.
        live: Whether it traded live.
        currency: The account's; empty where nothing says.
        start: The run's first day as the algorithm's clock has it, a naive midnight; None where it
            is not said.
        end: Its last moment, likewise.
        days_per_year: Trading days a year, for ratios.
        parameters: What the algorithm was run with, without secrets.
        orders: By id.
        events: In the order in which LEAN delivered them.
        has_events: Whether they are LEAN's own; else each order is taken for one fill.
        profits: What LEAN recorded of each closing fill, in order: UTC, account currency.
        trades: LEAN's closed trades; None where the files have none.
        equity: LEAN's equity at the points of its chart.
        second_open: What the equity was at the begin of the chart's second candle; None where
            nothing says.
        benchmark: The benchmark's value at the end of each day.
        volumes: Name of a series -> what was traded of an instrument so far, account currency.
        statistics: LEAN's statistics by name.
        runtime: LEAN's banner by name.
        performance: LEAN's own statistics as its result has them: `portfolioStatistics`,
            `tradeStatistics`, `rollingWindow`.
        holdings: Of a live result, by Symbol ID; None of a backtest's.
        cash: Of a live result, by currency.
        begun: When LEAN was started, UTC; None where it is not said.
        problems: What could not be read.
    """

    name: str
    live: bool
    currency: str
    start: datetime | None
    end: datetime | None
    days_per_year: float
    parameters: Mapping[str, str]
    orders: Mapping[int, LeanOrder]
    events: Sequence[LeanEvent]
    has_events: bool
    profits: Sequence[Sample]
    trades: Sequence[ClosedTrade] | None
    equity: Sequence[Sample]
    second_open: float | None
    benchmark: Sequence[Sample]
    volumes: Mapping[str, float]
    statistics: Mapping[str, str]
    runtime: Mapping[str, str]
    performance: Mapping[str, Any]
    holdings: Mapping[str, ShownHolding] | None = None
    cash: Mapping[str, ShownCash] = field(default_factory=dict)
    begun: datetime | None = None
    problems: tuple[str, ...] = ()
