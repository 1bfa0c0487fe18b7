"""The book LEAN keeps of its trades: the same fills in, the same closed trades out.

One book covers the whole account, whoever traded, and groups fills as LEAN's trade builder does,
oddities included, so that anyone can tick our trades against LEAN's report. Its invariants: what is
open in a security is one signed quantity, the sum of its lots; a fill against it closes lots, and
what exceeds them opens the other way; an order's fee counts once, on its first fill. Where that is
not the truth (fees of partial fills, wins before fees, excursions from before a lot's entry), our
other books differ on purpose. The tracker calls it in LEAN's order, for splits only where LEAN
applies them (equities on raw prices, or live). LEAN's caps on live trades are left out.
"""

from __future__ import annotations

import enum
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from math import copysign, floor, nan
from typing import Any, NamedTuple

from models.ledger.lots import Matching, build
from models.statistics.lean_samples import Exercise

# How many order ids LEAN remembers as charged; an older one would pay its fee again.
_FEE_MEMORY = 1000

# Of a sum's operands: a part that is nothing, and a part that doubles may err by.
_DUST, _ERROR = 1e-11, 4e-16

# A coin's quantity has 8 decimals; the rest keeps rounding away from fractions without an end.
_DECIMALS = 10


class Grouping(enum.Enum):
    """Which fills make one trade."""

    FILL_TO_FILL = "fill-to-fill"
    FLAT_TO_FLAT = "flat-to-flat"
    FLAT_TO_REDUCED = "flat-to-reduced"


class LeanTrade(NamedTuple):
    """A closed trade as LEAN states it: money in account currency, prices in the quote currency.

    Profit, before fees, `mae`, `mfe` and drawdown are those of the whole quantity, in cents; the
    last three are zero in the flat groupings. LEAN's order ids are a set: here they ascend.
    """

    symbols: tuple[str, ...]
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
    end_trade_drawdown: float
    is_win: bool
    order_ids: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the trade as JSON values, times in ISO 8601, keys in the order of the fields."""
        values = self._asdict()
        times = {name: values[name].isoformat() for name in ("entry_time", "exit_time")}
        return values | times | {name: list(values[name]) for name in ("symbols", "order_ids")}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LeanTrade:
        """Read a trade back from what `to_dict` gave; a missing key raises KeyError."""
        fields = {name: values[name] for name in cls._fields}
        times = {name: datetime.fromisoformat(values[name]) for name in ("entry_time", "exit_time")}
        lists = {name: tuple(values[name]) for name in ("symbols", "order_ids")}
        return cls(**fields | times | lists)


@dataclass(slots=True)
class _Lot:
    """A fill, or what is left of it; `peak` and `drawdown` are its gains per unit since entry."""

    time: datetime
    price: float
    quantity: float
    order_id: int
    fee: float
    peak: float = 0.0
    drawdown: float = 0.0


class _Position:
    """What is open in one security: its lots in order of time, their signed sum, their extremes.

    `fees` are those that no trade of a flat grouping took yet, `filled` is the last fill's time,
    `seen` the last price that was marked.
    """

    __slots__ = ("fees", "filled", "high", "lots", "low", "net", "newest_first", "seen", "symbols")

    def __init__(self, sid: str, lots: Iterable[_Lot], newest_first: bool) -> None:
        self.symbols = (sid,)
        self.newest_first = newest_first
        self.lots = deque(lots)
        first = self.lots[0]
        self.net, self.fees, self.filled = first.quantity, first.fee, first.time
        self.low = self.high = self.seen = first.price

    def mark(self, price: float) -> None:
        """Take a price into the extremes and into the drawdown of every lot."""
        if price == self.seen:
            return  # every lot has seen it: one that came in since came in at it
        self.seen = price
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        long = self.net > 0
        for lot in self.lots:
            gain = price - lot.price if long else lot.price - price
            fall = lot.peak - gain
            if fall < 0:
                lot.peak = gain
            elif fall > lot.drawdown:
                lot.drawdown = fall

    def split(self, factor: float) -> None:
        """Scale prices by the factor and quantities against it, to fractions of a share."""
        self.low, self.high, self.seen = self.low * factor, self.high * factor, nan
        self.net = _sum(self.net / factor, 0.0)
        for lot in self.lots:
            lot.quantity = _sum(lot.quantity / factor, 0.0)
            lot.price *= factor
            lot.peak *= factor
            lot.drawdown *= factor

    def take(self, quantity: float) -> list[tuple[_Lot, float]]:
        """Take an unsigned quantity off; give the lots met, zero left if used up, and the parts."""
        lots = self.lots
        parts: list[tuple[_Lot, float]] = []
        while quantity and lots:
            lot = lots[-1] if self.newest_first else lots[0]
            size = abs(lot.quantity)
            rest = _sum(quantity, -size)
            if rest < 0:
                lot.quantity = copysign(rest, lot.quantity)
                return [*parts, (lot, quantity)]
            parts.append((lot, size))
            lot.quantity, quantity = 0.0, rest
            lots.pop() if self.newest_first else lots.popleft()
        return parts

    def state(self) -> dict[str, object]:
        """Give the position as JSON values."""
        sums = {name: getattr(self, name) for name in ("net", "fees", "low", "high")}
        lots = [[lot.time.isoformat(), *astuple(lot)[1:]] for lot in self.lots]
        return sums | {"filled": self.filled.isoformat(), "lots": lots}

    @classmethod
    def restored(cls, sid: str, state: Mapping[str, Any], newest_first: bool) -> _Position:
        """Read a position back from its state."""
        lots = [_Lot(datetime.fromisoformat(time), *rest) for time, *rest in state["lots"]]
        position = cls(sid, lots, newest_first)
        position.filled = datetime.fromisoformat(state["filled"])
        position.net, position.fees = state["net"], state["fees"]
        position.low, position.high, position.seen = state["low"], state["high"], nan
        return position


def _sum(a: float, b: float) -> float:
    """Add two quantities as LEAN's decimals would: 0.3 and -0.1 make 0.2, and none leaves dust.

    A sum within the doubles' error of a short decimal is that decimal. Fractions that a split made
    endless keep their digits, and whole numbers are exact anyway.
    """
    total = a + b
    if total.is_integer():
        return total
    size = abs(a) + abs(b)
    if abs(total) < size * _DUST:
        return 0.0
    short = round(total, _DECIMALS)
    return short if abs(short - total) < size * _ERROR else total


def _cents(amount: float) -> float:
    """Round money to cents, half a cent, which doubles only come near, to the even one as LEAN."""
    scaled = amount * 100.0
    cents = round(scaled)
    if not -0.499999 < scaled - cents < 0.499999:
        cents = floor(scaled) + (floor(scaled) & 1)
    return cents / 100.0


def _average(lots: Iterable[tuple[_Lot, float]]) -> tuple[float, float]:
    """Total the unsigned quantities taken of lots, and average their prices by quantity."""
    total = average = 0.0
    for lot, quantity in lots:
        total = _sum(total, quantity)
        average += (lot.price - average) * (quantity / total)
    return total, average


@dataclass(slots=True)
class _Exit:
    """How a trade ends: the fill, at what price, its worth per unit of price, its exercise."""

    fill: _Lot
    price: float
    value: float
    exercise: Exercise | None


def _trade(
    position: _Position,
    lot: _Lot,
    size: float,
    out: _Exit,
    low: float,
    high: float,
    ids: Iterable[int],
) -> LeanTrade:
    """Build the trade of a quantity that came in with a lot, whose fee is the trade's."""
    fill, price, paid, side, worth = out.fill, out.price, lot.price, "LONG", size * out.value
    drop = _cents(lot.drawdown * worth)
    if position.net < 0:
        side, worth, low, high = "SHORT", -worth, high, low
    gain = _cents((price - paid) * worth)
    mae, mfe = _cents((low - paid) * worth), _cents((high - paid) * worth)
    won = gain > 0 if out.exercise is None else out.exercise.is_win(fill.quantity, gain)
    values = (
        position.symbols,
        lot.time,
        paid,
        side,
        size,
        fill.time,
        price,
        gain,
        lot.fee,
        mae,
        mfe,
        drop,
        won,
        tuple(ids),
    )
    return build(LeanTrade, values)


def _fill_to_fill(position: _Position, out: _Exit, _: bool) -> list[LeanTrade]:
    """Close lot by lot: a trade for each lot met; both fees go to the first trade they meet."""
    low, high, closing, fee = position.low, position.high, out.fill.order_id, out.fill.fee
    trades = []
    for lot, part in position.take(abs(out.fill.quantity)):
        lot.fee += fee
        opening = lot.order_id
        ids = (opening, closing) if opening < closing else sorted({opening, closing})
        trades.append(_trade(position, lot, part, out, low, high, ids))
        lot.fee = fee = 0.0
    return trades


def _flat_to_flat(position: _Position, out: _Exit, to_zero: bool) -> list[LeanTrade]:
    """Gather fills until one takes the position to zero or past it, then make them one trade.

    A fill that turns the position counts in full in the average exit price, as in LEAN.
    """
    lots = position.lots
    lots.append(out.fill)
    position.fees += out.fill.fee
    if not to_zero:
        return []
    long = position.net > 0
    quantity, paid = _average((x, abs(x.quantity)) for x in lots if (x.quantity > 0) is long)
    _, out.price = _average((x, abs(x.quantity)) for x in lots if (x.quantity > 0) is not long)
    entry = _Lot(lots[0].time, paid, quantity, 0, position.fees)
    orders = sorted({lot.order_id for lot in lots})
    return [_trade(position, entry, quantity, out, paid, paid, orders)]


def _flat_to_reduced(position: _Position, out: _Exit, _: bool) -> list[LeanTrade]:
    """Make what one fill takes off the position one trade, with all fees so far."""
    fill, parts = out.fill, position.take(abs(out.fill.quantity))
    time = parts[0][0].time
    if position.newest_first:
        # LEAN dates the trade by the last lot used up, not by one met in part after it.
        time = next((lot.time for lot, _ in reversed(parts) if not lot.quantity), time)
    quantity, paid = _average(parts)
    entry = _Lot(time, paid, quantity, 0, position.fees + fill.fee)
    position.fees = 0.0
    orders = sorted({fill.order_id, *(lot.order_id for lot, _ in parts)})
    return [_trade(position, entry, quantity, out, paid, paid, orders)]


# How each grouping closes, told if the fill takes the position to zero or past it.
_GROUPINGS: dict[Grouping, Callable[[_Position, _Exit, bool], list[LeanTrade]]] = {
    Grouping.FILL_TO_FILL: _fill_to_fill,
    Grouping.FLAT_TO_FLAT: _flat_to_flat,
    Grouping.FLAT_TO_REDUCED: _flat_to_reduced,
}


class LeanBook:
    """The account's trades by LEAN's rules, its defaults too."""

    def __init__(
        self, grouping: Grouping = Grouping.FILL_TO_FILL, matching: Matching = Matching.FIFO
    ) -> None:
        self.grouping, self.matching = grouping, matching
        self._close = _GROUPINGS[grouping]
        # LEAN follows no excursions in its flat groupings.
        self._watches = grouping is Grouping.FILL_TO_FILL
        self._positions: dict[str, _Position] = {}
        self._charged: OrderedDict[int, None] = OrderedDict()

    def fill(
        self,
        sid: str,
        order_id: int,
        time: datetime,
        quantity: float,
        price: float,
        fee: float,
        rate: float,
        multiplier: float,
        exercise: Exercise | None = None,
    ) -> list[LeanTrade]:
        """Book a fill of signed `quantity` and give the trades it closed.

        `fee` is in account currency, `rate` turns the quote currency into it. Zero does nothing.
        """
        if not quantity:
            return []
        charged = self._charged
        if order_id in charged:
            fee = 0.0  # it was spent on the order's first fill
        else:
            charged[order_id] = None
            if len(charged) > _FEE_MEMORY:
                charged.popitem(last=False)
        lot = _Lot(time, price, quantity, order_id, fee)
        position = self._positions.get(sid)
        if position is None:
            self._positions[sid] = _Position(sid, (lot,), self.matching is Matching.LIFO)
            return []
        if self._watches:
            position.mark(price)
        position.filled = time
        net, after = position.net, _sum(position.net, quantity)
        if net * quantity > 0:
            position.lots.append(lot)
            position.fees += lot.fee
            position.net = after
            return []
        to_zero = net * after <= 0
        out = _Exit(lot, price, rate * multiplier, exercise)
        trades = self._close(position, out, to_zero)
        position.net = after
        if to_zero:
            del self._positions[sid]
        if to_zero and after:
            # What exceeds the position opens it the other way; the fee is spent.
            lot.quantity, lot.fee = after, 0.0
            self._positions[sid] = _Position(sid, (lot,), position.newest_first)
        return trades

    def mark(self, sid: str, price: float, time: datetime | None = None) -> None:
        """Show the book a market price, in the quote currency.

        LEAN sees an instant's price before its fills: a price with a time not later than that of
        the position's last fill is old to LEAN, and changes nothing.
        """
        position = self._positions.get(sid) if self._watches else None
        if position is not None and (time is None or time > position.filled):
            position.mark(price)

    def split(self, sid: str, factor: float) -> None:
        """Apply a split to what is open, to fractions of shares, which LEAN's portfolio drops."""
        if (position := self._positions.get(sid)) is not None:
            position.split(factor)

    def state(self) -> dict[str, object]:
        """Give all the book knows as JSON values."""
        return {
            "grouping": self.grouping.value,
            "matching": self.matching.value,
            "charged": list(self._charged),
            "positions": {sid: position.state() for sid, position in self._positions.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a saved state, whatever was here; one of another kind raises ValueError."""
        for name, own in (("grouping", self.grouping.value), ("matching", self.matching.value)):
            if state[name] != own:
                raise ValueError(f"the saved {name} is {state[name]}, this book's {own}")
        lifo, positions = self.matching is Matching.LIFO, state["positions"].items()
        self._positions = {sid: _Position.restored(sid, saved, lifo) for sid, saved in positions}
        self._charged = OrderedDict.fromkeys(state["charged"])
