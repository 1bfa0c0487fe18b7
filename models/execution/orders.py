"""An order that is followed for its execution quality, from its submission to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from models.codec import NUMBER, Codec, maybe
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderType
from models.execution.order_quality import HORIZONS, LATENCIES, Arrival, OrderQuality, Outcome
from models.execution.sums import GroupSums, OrderFigures, basis_points, ratio
from models.records import Saved, row_codec
from models.rows import row_of

# A price outside the spread by less than this part of itself is within it.
SPREAD_TOLERANCE = 1e-9

# Orders that take the market's price at once; LEAN's slippage models set what that costs.
FILLED, REJECTED = Outcome.FILLED, Outcome.REJECTED  # read at every order's end
TAKES_MARKET = frozenset({OrderType.MARKET, OrderType.COMBO_MARKET})


def unit_value(instrument: Instrument, price: float) -> float:
    """What a unit is worth to its buyer at a price, before the multiplier.

    Of an inverse contract that is -1 / price, which rises with the price.
    """
    return -instrument.unit_value(price) if instrument.inverse else price


def seconds_between(start: datetime, end: datetime) -> float | None:
    """The seconds from start to end; None unless above 0, as a backtest's clock stands still."""
    return (end - start).total_seconds() if end > start else None


@dataclass(slots=True, eq=False)
class FollowedOrder:
    """An order from its first event on. Amounts and values are in account currency.

    Attributes:
        order_id: LEAN's order id.
        strategy: The strategy that sent it.
        instrument: What it trades.
        order_type: LEAN's order type.
        submitted: UTC of the submission.
        groups: The sums of its groups, one for each kind in the order of `OrderGroup`.
        quantity: Signed quantity ordered.
        rate: Account currency per unit of P&L currency at the last event that told it.
        value: Quantity ordered at the price at submission; 0 where unknown.
        bid: Best bid at submission, quote currency; 0 where unknown.
        ask: Best ask at submission, quote currency; 0 where unknown.
        arrival: Arrival price, quote currency; 0 where unknown.
        half_spread: Half of what a unit's spread at submission is worth; None where no spread was
            quoted.
        limit: The limit in force, quote currency; None without one.
        filled: Signed quantity filled.
        paid: Sum of filled quantity times price, quote currency.
        acknowledged: Seconds from submission to LEAN's first event; None where not measured.
        first_fill: Seconds from submission to the first fill; None where not measured.
        last_fill: Seconds from submission to the last fill; None where not measured.
        reason: LEAN's message where it was not filled.
        shortfall: Implementation shortfall; None where unknown.
        outcome: How it ended; None while open.
        ended: UTC of its end; None while open.
        markouts: For each horizon the money that the price made for the fills; None until known.
        figures: What it adds to the sums of its groups.
    """

    order_id: int
    strategy: str
    instrument: Instrument
    order_type: OrderType
    submitted: datetime
    groups: tuple[GroupSums, ...]
    quantity: float
    rate: float
    value: float = 0.0
    bid: float = 0.0
    ask: float = 0.0
    arrival: float = 0.0
    half_spread: float | None = None
    limit: float | None = None
    filled: float = 0.0
    paid: float = 0.0
    acknowledged: float | None = None
    first_fill: float | None = None
    last_fill: float | None = None
    reason: str = ""
    shortfall: float | None = None
    outcome: Outcome | None = None
    ended: datetime | None = None
    markouts: list[float | None] = field(default_factory=lambda: [None] * len(HORIZONS))
    figures: OrderFigures = field(default_factory=OrderFigures)

    def arrive(self, bid: float, ask: float, price: float) -> None:
        """Take the prices at submission, quote currency; 0 where unknown."""
        self.bid, self.ask = bid, ask
        self.arrival = (bid + ask) / 2 if bid and ask else price
        if bid and ask > bid:
            spread = unit_value(self.instrument, ask) - unit_value(self.instrument, bid)
            self.half_spread = spread / 2

    @property
    def slippage_bps(self) -> float | None:
        """Slippage in basis points of the filled quantity's value at arrival."""
        return basis_points(self.figures.slippage, self.figures.arrived)

    def size(self, quantity: float) -> float:
        """Account currency that a signed quantity gains when `unit_value` rises by 1."""
        return quantity * self.instrument.multiplier * self.rate

    def trade(self, fill: Fill, fee: float) -> None:
        """Take a fill; the fee is in account currency."""
        figures, price, instrument = self.figures, fill.price, self.instrument
        size = fill.quantity * instrument.multiplier * self.rate  # as `size` has it
        worth = unit_value(instrument, price) if instrument.inverse else price
        figures.fills += 1
        figures.traded += abs(size) * abs(worth)
        figures.fees += fee
        self.filled += fill.quantity
        self.paid += fill.quantity * price
        self.last_fill = seconds_between(self.submitted, fill.time)
        if figures.fills == 1:
            self.first_fill = self.last_fill
        if self.arrival:
            self._add_slippage(size, worth)
        if self.half_spread is not None:
            self._compare_with_spread(size, price)
        if self.limit is not None:
            limit = unit_value(self.instrument, self.limit)
            figures.limited += abs(size) * abs(limit)
            figures.versus_limit += size * (limit - worth)

    def _compare_with_spread(self, size: float, price: float) -> None:
        """Count a fill of a quoted order, and whether it is outside the spread."""
        figures, tolerance = self.figures, SPREAD_TOLERANCE * abs(price)
        above, below = price > self.ask + tolerance, price < self.bid - tolerance
        figures.quoted_fills += 1
        figures.outside += above or below
        figures.worse += above if size > 0 else below

    def _add_slippage(self, size: float, worth: float) -> None:
        """Add what a fill cost against arrival, split into half-spread and rest where quoted."""
        figures, arrival = self.figures, self.arrival
        if self.instrument.inverse:
            arrival = unit_value(self.instrument, arrival)
        value, slippage = abs(size * arrival), size * (arrival - worth)
        takes = self.order_type in TAKES_MARKET
        figures.arrived += value
        figures.slippage += slippage
        if self.half_spread is None:
            figures.unquoted += slippage
        else:
            half_spread = -abs(size) * self.half_spread
            figures.quoted += value
            figures.half_spread += half_spread
            figures.rest += slippage - half_spread
            if takes:
                figures.taken_quoted += value
                figures.taken_rest += slippage - half_spread
        if takes:
            figures.taken_orders = 1
            figures.taken += value
            figures.taken_slippage += slippage

    def end(self, outcome: Outcome, time: datetime, message: str, price: float) -> None:
        """End the order.

        Args:
            outcome: How it ended.
            time: UTC.
            message: LEAN's message.
            price: The instrument's price then, quote currency; 0 where unknown.
        """
        self.outcome, self.ended, figures = outcome, time, self.figures
        figures.touched = 1 if figures.fills else 0
        left = self.quantity - self.filled
        if outcome is FILLED:
            figures.filled, figures.partial, left = 1, 0, 0.0
        else:
            self.reason, figures.partial = message, figures.touched
            if left * self.quantity <= 0:
                left = 0.0
            setattr(figures, outcome.value, 1)
        if outcome is not REJECTED:
            figures.ordered = self.value
            figures.done = self.value * (1.0 - left / self.quantity) if left else self.value
            if self.arrival and (price or not left):
                self._add_shortfall(left, price)
        if not (self.last_fill is self.first_fill is self.acknowledged is None):
            self._add_latencies()

    def _add_shortfall(self, left: float, price: float) -> None:
        """Set the shortfall: slippage, and what the price moved on the quantity not filled."""
        figures, arrival, missed = self.figures, self.arrival, 0.0
        if self.instrument.inverse:
            arrival = unit_value(self.instrument, arrival)
        if left:
            missed = self.size(left) * (arrival - unit_value(self.instrument, price))
        self.shortfall = figures.shortfall = figures.slippage + missed
        figures.ordered_at_arrival = abs(self.size(self.quantity) * arrival)

    def _add_latencies(self) -> None:
        """Add the latencies that were measured: in a backtest that fills at once none is."""
        for name in LATENCIES:
            seconds = getattr(self, name)
            if seconds is not None:
                setattr(self.figures, name, seconds)
                setattr(self.figures, f"{name}_orders", 1)

    def scale(self, factor: float) -> None:
        """Apply a split as LEAN does to its open orders: the factor is new price over old."""
        self.quantity /= factor
        self.filled /= factor
        self.bid, self.ask, self.arrival = (
            price * factor for price in (self.bid, self.ask, self.arrival)
        )
        self.half_spread = None if self.half_spread is None else self.half_spread * factor
        self.limit = None if self.limit is None else self.limit * factor

    def quality(self) -> OrderQuality:
        """The order as users see it, once it has ended."""
        figures, known = self.figures, self.figures.arrived > 0
        quoted = known and self.half_spread is not None
        return OrderQuality(
            order_id=self.order_id,
            strategy=self.strategy,
            sid=self.instrument.sid,
            symbol=self.instrument.ticker,
            order_type=self.order_type.name,
            submitted=self.submitted,
            ended=self.ended or self.submitted,
            outcome=self.outcome or Outcome.UNKNOWN,
            reason=self.reason,
            quantity=self.quantity,
            filled=self.filled,
            fills=round(figures.fills),
            price=ratio(self.paid, self.filled),
            arrival=self.arrival or None,
            arrival_price=self._arrival_price(),
            bid=self.bid or None,
            ask=self.ask or None,
            limit_price=self.limit,
            value=self.value or None,
            slippage=figures.slippage if known else None,
            slippage_bps=self.slippage_bps,
            half_spread=figures.half_spread if quoted else None,
            rest=figures.rest if quoted else None,
            versus_limit=figures.versus_limit if figures.limited else None,
            shortfall=self.shortfall,
            fees=figures.fees,
            outside=round(figures.outside),
            acknowledged=self.acknowledged,
            first_fill=self.first_fill,
            last_fill=self.last_fill,
            markouts={
                name: money for (name, *_), money in zip(HORIZONS, self.markouts, strict=True)
            },
        )

    def _arrival_price(self) -> Arrival:
        if not self.arrival:
            return Arrival.NONE
        return Arrival.MID if self.bid and self.ask and self.bid != self.ask else Arrival.LAST


def followed_row(
    instruments: Mapping[str, Instrument], groups: Sequence[Mapping[str, GroupSums]]
) -> Codec[FollowedOrder]:
    """The codec of followed orders as rows; their instruments and groups are saved as their keys.

    Args:
        instruments: By sid; only reading needs them.
        groups: For each kind in the order of `OrderGroup` the groups by key.
    """
    group_keys = [Codec((str,), attrgetter("key"), found.__getitem__) for found in groups]
    codecs: dict[str, Codec[object]] = {
        "instrument": Codec((str,), attrgetter("sid"), instruments.__getitem__),
        "groups": row_of(*group_keys),
        "markouts": row_of(*[maybe(NUMBER)] * len(HORIZONS), make=list),
        "figures": row_codec(OrderFigures),
    }
    return row_codec(FollowedOrder, Saved(codecs=codecs))
