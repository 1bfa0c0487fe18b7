"""The book that LEAN keeps of its trades: the same fills in, the same closed trades out.

One book covers the whole account, whoever traded, and groups fills as LEAN's trade builder does,
oddities included, so that our trades can be ticked against LEAN's report. Its invariants: what is
open in a security is one signed quantity, the sum of its lots; a fill against it closes lots, and
what exceeds them opens the other way; an order's fee counts once, on its first fill. Where LEAN's
way is not the truth (fees of partial fills, wins before fees, excursions from before a lot's
entry), our other books differ on purpose. The tracker calls the book in LEAN's order, for splits
only where LEAN applies them (equities on raw prices, or live). LEAN's caps on the number of trades
in live trading are left out. Source: Common/Statistics/TradeBuilder.cs of LEAN.
"""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from models.codec import WHOLE, dict_of, list_of, value_of
from models.fields import PART, Field, Restorable, Restoring, Table, restored, saved_value
from models.ledger.lots import Matching, build
from models.statistics.lean_samples import Exercise
from models.trades.lean_position import LeanLot, LeanPosition, add_decimals, round_to_cents
from models.trades.lean_trade import LeanTrade

# How many order ids LEAN remembers as charged; an older order would pay its fee again.
_FEE_MEMORY = 1000


class Grouping(enum.Enum):
    """Which fills LEAN's trade builder makes one trade of."""

    FILL_TO_FILL = "fill-to-fill"
    FLAT_TO_FLAT = "flat-to-flat"
    FLAT_TO_REDUCED = "flat-to-reduced"


def _average(lots: Iterable[tuple[LeanLot, float]]) -> tuple[float, float]:
    """The sum of unsigned quantities taken of lots, and the mean of the lots' prices by them."""
    total = average = 0.0
    for lot, quantity in lots:
        total = add_decimals(total, quantity)
        average += (lot.price - average) * (quantity / total)
    return total, average


@dataclass(slots=True)
class LeanExit:
    """How trades end.

    Attributes:
        fill: The fill that ends them.
        price: The exit price, quote currency.
        value: Account currency that a unit gains when the price rises by 1.
        exercise: The exercise that the fill is the option's leg of; None for other fills.
    """

    fill: LeanLot
    price: float
    value: float
    exercise: Exercise | None


def _trade(
    position: LeanPosition,
    lot: LeanLot,
    size: float,
    out: LeanExit,
    low: float,
    high: float,
    ids: Iterable[int],
) -> LeanTrade:
    """Build the trade of a quantity that was entered with a lot.

    It is built from the tuple of its values, in the order of its fields, as a backtest with LEAN's
    book builds one for each closing fill.

    Args:
        position: The position, with its direction before the fill.
        lot: The entry; its fee is the trade's.
        size: Unsigned quantity.
        out: How the trade ends.
        low: Lowest price while it was open, quote currency.
        high: Highest price while it was open, quote currency.
        ids: The orders, in rising order.
    """
    fill, price, paid, side, worth = out.fill, out.price, lot.price, "LONG", size * out.value
    drop = round_to_cents(lot.drawdown * worth)
    if position.net < 0:
        side, worth, low, high = "SHORT", -worth, high, low
    gain = round_to_cents((price - paid) * worth)
    mae, mfe = round_to_cents((low - paid) * worth), round_to_cents((high - paid) * worth)
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


def _fill_to_fill(position: LeanPosition, out: LeanExit, _: bool) -> list[LeanTrade]:
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


def _flat_to_flat(position: LeanPosition, out: LeanExit, to_zero: bool) -> list[LeanTrade]:
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
    entry = LeanLot(lots[0].time, paid, quantity, 0, position.fees)
    orders = sorted({lot.order_id for lot in lots})
    return [_trade(position, entry, quantity, out, paid, paid, orders)]


def _flat_to_reduced(position: LeanPosition, out: LeanExit, _: bool) -> list[LeanTrade]:
    """Make what one fill takes off the position one trade, with all fees so far."""
    fill, parts = out.fill, position.take(abs(out.fill.quantity))
    time = parts[0][0].time
    if position.newest_first:
        # LEAN dates the trade by the last lot that was used up, not by one met in part after it
        time = next((lot.time for lot, _ in reversed(parts) if not lot.quantity), time)
    quantity, paid = _average(parts)
    entry = LeanLot(time, paid, quantity, 0, position.fees + fill.fee)
    position.fees = 0.0
    orders = sorted({fill.order_id, *(lot.order_id for lot, _ in parts)})
    return [_trade(position, entry, quantity, out, paid, paid, orders)]


# How each grouping closes lots; the flag is whether the fill takes the position to zero or past it.
_GROUPINGS: dict[Grouping, Callable[[LeanPosition, LeanExit, bool], list[LeanTrade]]] = {
    Grouping.FILL_TO_FILL: _fill_to_fill,
    Grouping.FLAT_TO_FLAT: _flat_to_flat,
    Grouping.FLAT_TO_REDUCED: _flat_to_reduced,
}


class LeanBook(Restorable):
    """The account's trades by LEAN's rules.

    Args:
        grouping: Which fills make one trade; the default is LEAN's.
        matching: Which lot a closing quantity takes first; the default is LEAN's.
    """

    STATE: ClassVar[Table] = Table(
        Field("grouping", value_of(Grouping), restoring=Restoring.SAME),
        Field("matching", value_of(Matching), restoring=Restoring.SAME),
        Field("charged", list_of(WHOLE), "_charged", Restoring.LEAVE),
        Field("positions", dict_of(PART), "_positions", Restoring.LEAVE),
    )

    def __init__(
        self, grouping: Grouping = Grouping.FILL_TO_FILL, matching: Matching = Matching.FIFO
    ) -> None:
        self.grouping, self.matching = grouping, matching
        self._close = _GROUPINGS[grouping]
        # LEAN follows no excursions in its flat groupings
        self._watches = grouping is Grouping.FILL_TO_FILL
        self._newest_first = matching is Matching.LIFO
        self._positions: dict[str, LeanPosition] = {}
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
        """Book a fill.

        Args:
            sid: The Symbol's ID.
            order_id: LEAN's order id.
            time: UTC.
            quantity: Signed; a fill of 0 changes nothing.
            price: Quote currency.
            fee: Account currency, positive when paid.
            rate: Account currency per unit of quote currency.
            multiplier: Units of the underlying in a contract.
            exercise: The exercise that the fill is the option's own leg of; None for other fills.

        Returns:
            The trades that the fill closed.
        """
        if not quantity:
            return []
        lot = LeanLot(time, price, quantity, order_id, self._fee_counted(order_id, fee))
        position = self._positions.get(sid)
        if position is None:
            self._positions[sid] = LeanPosition.opened(sid, lot, self._newest_first)
            return []
        if self._watches:
            position.mark(price)
        position.filled = time
        net, after = position.net, add_decimals(position.net, quantity)
        if net * quantity > 0:
            position.lots.append(lot)
            position.fees += lot.fee
            position.net = after
            return []
        to_zero = net * after <= 0
        out = LeanExit(lot, price, rate * multiplier, exercise)
        trades = self._close(position, out, to_zero)
        position.net = after
        if to_zero:
            del self._positions[sid]
        if to_zero and after:
            # what exceeds the position opens it the other way; the trades closed have the fee
            lot.quantity, lot.fee = after, 0.0
            self._positions[sid] = LeanPosition.opened(sid, lot, self._newest_first)
        return trades

    def _fee_counted(self, order_id: int, fee: float) -> float:
        """The fee that LEAN's trade builder counts of a fill: that of the order's first one."""
        charged = self._charged
        if order_id in charged:
            return 0.0
        charged[order_id] = None
        if len(charged) > _FEE_MEMORY:
            charged.popitem(last=False)
        return fee

    def mark(self, sid: str, price: float, time: datetime | None = None) -> None:
        """Show the book a market price, quote currency.

        LEAN sees an instant's price before its fills, so a price that is not later than the
        position's last fill is old to LEAN and changes nothing.
        """
        position = self._positions.get(sid) if self._watches else None
        if position is not None and (time is None or time > position.filled):
            position.mark(price)

    def split(self, sid: str, factor: float) -> None:
        """Apply a split to what is open, keeping the fractions of shares that a portfolio drops."""
        if (position := self._positions.get(sid)) is not None:
            position.split(factor)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: It is of another grouping or matching, or something in it is missing or of
                another type.
        """
        super().restore(state)
        position = restored(lambda: LeanPosition(self._newest_first))
        self._positions = saved_value(state, "positions", dict_of(position))
        for sid, each in self._positions.items():
            each.symbols = (sid,)
        self._charged = OrderedDict.fromkeys(saved_value(state, "charged", list_of(WHOLE)))
