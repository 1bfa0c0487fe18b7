"""Positions: one strategy's open lots of one instrument, and what closing them realizes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import ClassVar

from models.codec import NUMBER, TEXT, deque_of, maybe
from models.errors import StateError
from models.events.instruments import Instrument
from models.events.quantities import DUST, SMALLEST, tidy
from models.fields import Field, Restorable, Restoring, Table
from models.ledger.extremes import EXTREMES, Extremes
from models.ledger.lots import LOT, Execution, Lot, Match, build, hand_id
from models.ledger.round_trips import ROUND_TRIP, RoundTrip
from models.ledger.terms import BALANCES, TERMS_ROW, Balance, Terms


def _check_position(position: Position) -> None:
    """Raise `StateError` where the extremes are not those of the lots."""
    position.extremes.check(len(position.lots))
    if position.lots and position.round_trip is None:
        raise StateError("is null, and lots are open", "round")


class Position(Restorable):
    """One strategy's open lots of one instrument with the terms it earned there.

    Args:
        strategy: Whose it is.
        instrument: What is held.

    Attributes:
        lots: The open lots, the oldest first.
        extremes: The lowest and the highest unit value that each of them saw.
        quantity: Signed quantity of all of them.
        terms: What the strategy earned there.
        balances: Currency -> the foreign cash that it earned there, with its exchange profit.
        cost: Sum of quantity times unit value, in units of the P&L currency.
        open_pnl: P&L of the open lots at the mark that `see` takes next, account currency.
        round_trip: The open round trip; None when flat.
        low, high: The lowest and the highest unit value at marks in the account currency that the
            extremes and the round trip have not taken yet; the low is above the high without one.
    """

    STATE: ClassVar[Table] = Table(
        Field("strategy", TEXT, restoring=Restoring.SAME),
        Field("sid", TEXT, "instrument.sid", Restoring.SAME),
        Field("quantity", NUMBER),
        Field("cost", NUMBER),
        Field("terms", TERMS_ROW),
        Field("balances", BALANCES),
        Field("lots", deque_of(LOT)),
        Field("lows", EXTREMES, "extremes.lows"),
        Field("highs", EXTREMES, "extremes.highs"),
        Field("round", maybe(ROUND_TRIP), "round_trip"),
        check=_check_position,
    )

    __slots__ = (
        "_extremes",
        "_round_trip",
        "balances",
        "cost",
        "high",
        "instrument",
        "lots",
        "low",
        "open_pnl",
        "quantity",
        "strategy",
        "terms",
    )

    def __init__(self, strategy: str, instrument: Instrument) -> None:
        self.strategy = strategy
        self.instrument = instrument
        self.lots: deque[Lot] = deque()
        self._extremes = Extremes()
        self.low, self.high = inf, -inf
        self.quantity = 0.0
        self.cost = 0.0
        self.open_pnl = 0.0
        self._round_trip: RoundTrip | None = None
        self.terms = Terms()
        self.balances: dict[str, Balance] = {}

    @property
    def extremes(self) -> Extremes:
        """The lowest and the highest unit value that each lot saw, that of the last mark too."""
        if self.low <= self.high:
            self._look()
        return self._extremes

    @property
    def round_trip(self) -> RoundTrip | None:
        """The open round trip, with the lowest and highest P&L at marks until the last one."""
        if self.low <= self.high:
            self._look()
        return self._round_trip

    @round_trip.setter
    def round_trip(self, held: RoundTrip | None) -> None:
        """Take the round trip of a saved state."""
        self._round_trip = held

    def _look(self) -> None:
        """Take the lowest and highest unit value of marks that were left until now."""
        self._extremes.see(self.low, self.high)
        self._look_back(self.low, self.high)

    def _look_back(self, low: float, high: float) -> None:
        """Let the round trip take what the lots took of the marks that were left until now.

        P&L rises or falls with the unit value, so it was lowest and highest at the two.
        """
        held = self._round_trip
        self.low, self.high = inf, -inf
        if held is None:
            return
        quantity, cost, multiplier = self.quantity, self.cost, self.instrument.multiplier
        least = most = held.gross + (quantity * low - cost) * multiplier  # `unrealized`
        if low != high:
            made = held.gross + (quantity * high - cost) * multiplier
            least, most = (made, most) if made < least else (least, made)
        if least < held.low:
            held.low = least
        if most > held.high:
            held.high = most

    def unrealized(self, unit_value: float) -> float:
        """P&L of the open lots in the instrument's P&L currency, at that value of a unit."""
        return (self.quantity * unit_value - self.cost) * self.instrument.multiplier

    @property
    def average_price(self) -> float:
        """Entry price of the open lots weighted by quantity, quote currency; 0 when flat."""
        return sum(lot.quantity * lot.price for lot in self.lots) / (self.quantity or 1.0)

    def see(self, unit_value: float) -> None:
        """Take a mark: what a unit is worth now; `open_pnl` is up to date."""
        extremes, held = self.extremes, self.round_trip
        if unit_value < extremes.lows[-1][0] or unit_value > extremes.highs[-1][0]:
            extremes.see(unit_value, unit_value)
        if held is not None:
            held.see(held.gross + self.open_pnl)

    def trade(
        self,
        execution: Execution,
        next_lot: int,
        told: bool = True,
        excursion: float | None = None,
    ) -> tuple[Sequence[Match], Lot | None, RoundTrip | None]:
        """Close what the execution closes, lot by lot, and open the rest.

        Args:
            execution: The signed quantity and its price.
            next_lot: Index of the lot to take first (`NEXT_LOT`).
            told: Whether what it closes is part of a trade's record.
            excursion: The price that MAE and MFE see where it is not the execution's: a split's
                fraction closes at 0 and is paid for.

        Returns:
            The matches with the lots that it closed, in their order; the lot that was opened, and
            the round trip that ended, each None where there is none.
        """
        left, price, instrument = execution[2], execution[3], self.instrument
        unit_value = instrument.unit_value(price) if instrument.inverse else price
        low, high = self.low, self.high
        if self.quantity * left >= 0:
            if low <= high:
                self._extremes.see(low, high)
                self._look_back(low, high)
            return (), self._open(execution, left, unit_value) if left else None, None
        seen = unit_value if excursion is None else instrument.unit_value(excursion)
        if low <= high:
            self._look_back(low, high)
        if seen < low:
            low = seen
        if seen > high:
            high = seen
        self._extremes.see(low, high)
        closed: list[Match] = []
        ended = None
        left = self._close(left, unit_value, execution, next_lot, closed)
        if closed and self._round_trip is not None:
            ended = self._reduce(self._round_trip, closed if told else (), execution, seen)
        lot = self._open(execution, left, unit_value) if left else None
        return closed, lot, ended

    def _open(self, execution: Execution, quantity: float, unit_value: float) -> Lot:
        """Open a lot with a quantity that closes nothing."""
        time, order_id, whole, price, rate, fee, arrival, tag, seeded, kind, risk = execution
        if quantity != whole:
            fee *= quantity / whole
        held = self._round_trip
        if held is None:
            held = self._round_trip = RoundTrip(time, order_id, tag, seeded, kind)
        size = abs(quantity)
        if risk:
            held.risk += size * risk
        held.entered += size
        held.paid += size * price
        held.entry_notional += abs(size * unit_value) * self.instrument.multiplier * rate
        total = self.quantity + quantity
        self.quantity = tidy(total, total) if total % 1 else total
        self.cost += quantity * unit_value
        lot = Lot(
            quantity, price, unit_value, fee, rate, arrival, time, order_id, tag, seeded, kind, risk
        )
        self.lots.append(lot)
        self._extremes.enter(unit_value)
        return lot

    def _close(
        self,
        left: float,
        unit_value: float,
        execution: Execution,
        next_lot: int,
        closed: list[Match],
    ) -> float:
        """Match a quantity with the lots it closes, adding the matches to `closed`.

        Args:
            left: The quantity, which is the execution's.
            unit_value: What a unit is closed at.
            execution: As of `trade`.
            next_lot: As of `trade`.
            closed: Where the matches go.

        Returns:
            What is left of it when no lot is.
        """
        whole, price, rate, fee, arrival = execution[2:7]
        lots, extremes, held = self.lots, self._extremes, self._round_trip
        multiplier, quantity, cost = self.instrument.multiplier, self.quantity, self.cost
        dust = (max(abs(quantity), abs(left)) if held is None else held.entered) * DUST
        if dust < SMALLEST:
            dust = SMALLEST
        size_left = abs(left)
        while size_left > dust and quantity * left < 0:
            lot = lots[next_lot]
            part, entry_fee, entry = lot.quantity, lot.fee, lot.unit_value
            if size_left > abs(part) - dust:
                del lots[next_lot]
                low, high = extremes.leave(next_lot)
            else:
                part = -left
                entry_fee = lot.take(part)
                low, high = extremes.lows[next_lot][0], extremes.highs[next_lot][0]
            quantity = quantity - part if lots else 0.0
            left += part
            if quantity % 1 or left % 1:
                size_before = max(abs(self.quantity), abs(whole))
                quantity, left = tidy(quantity, size_before), tidy(left, size_before)
            cost -= part * entry
            size = part * multiplier
            slippage = value = 0.0
            if arrival or lot.arrival:
                slippage, value = lot.slippage(size, price, rate, arrival)
            gross, exit_fee = size * (unit_value - entry), fee * (-part / whole)
            match = (lot, part, gross, entry_fee, exit_fee, low, high, slippage, value)
            closed.append(build(Match, match))
            size_left = abs(left)
        if lots and not quantity:  # what is left is too small for the digits of the sum
            quantity = sum(lot.quantity for lot in lots)
        self.quantity, self.cost = quantity, cost if lots else 0.0
        return left if size_left > dust else 0.0

    def _reduce(
        self, held: RoundTrip, told: Sequence[Match], execution: Execution, seen: float
    ) -> RoundTrip | None:
        """Add what was closed and is told to the round trip; returns it where it ended.

        Where a unit is closed at another price than it is seen at, the difference is paid beside
        the trade, so it is no excursion.
        """
        price, rate, made = execution[3], execution[4], held.gross
        for _, part, gross, entry_fee, exit_fee, _, _, slippage, value in told:
            size = abs(part)
            held.exited += size
            held.received += size * price
            made += gross * rate
            held.fees += entry_fee + exit_fee
            held.slippage += slippage
            held.arrival_value += value
        held.gross = made
        ended = None
        if self.lots:
            made += (self.quantity * seen - self.cost) * self.instrument.multiplier * rate
        else:
            ended, self._round_trip = held, None
        if made < held.low:
            held.low = made
        elif made > held.high:
            held.high = made
        return ended

    def move_lot(self, at: int, to: int) -> None:
        """Move a lot to another place among the lots, with what it saw."""
        lots, seen = list(self.lots), list(self.extremes.each())
        lots.insert(to, lots.pop(at))
        seen.insert(to, seen.pop(at))
        self.lots = deque(lots)
        self.extremes.take_over(seen)

    def held_in(self, trade_id: str) -> float:
        """The signed quantity of the lot that was opened by hand under an id; 0 without one."""
        return sum(lot.quantity for lot in self.lots if hand_id(lot.order_id) == trade_id)

    def protect(self, stop: float, rate: float) -> None:
        """Take the distance to a stop as the risk of the lots that have none.

        Args:
            stop: Its price, quote currency; one beyond the entry price protects a profit.
            rate: Account currency per unit of P&L currency.
        """
        instrument = self.instrument
        each, worth = instrument.multiplier * rate, instrument.unit_value(stop)
        for lot in self.lots:
            loss = (lot.unit_value - worth) * (each if lot.quantity > 0 else -each)
            if not lot.risk and loss > 0.0:
                lot.risk = loss
                if self.round_trip is not None:
                    self.round_trip.risk += abs(lot.quantity) * loss

    def burden(self, order_id: int, fee: float) -> None:
        """Add a fee that came after its fill to what its order holds open; account currency."""
        opened = [lot for lot in self.lots if lot.order_id == order_id]
        size = sum(abs(lot.quantity) for lot in opened)
        for lot in opened:
            lot.fee += fee * abs(lot.quantity) / size

    def scale(self, factor: float) -> None:
        """Apply a split: quantities are divided by the factor, prices multiplied by it."""
        held, extremes = self.round_trip, self.extremes  # what was seen is of the old quantity
        for lot in self.lots:
            lot.quantity /= factor
            lot.price *= factor
            lot.unit_value *= factor
            lot.arrival *= factor
            lot.risk *= factor
        self.quantity /= factor
        extremes.scale(factor)
        if held is not None:
            held.entered /= factor
            held.exited /= factor

    def grow(self, quantity: float) -> None:
        """Add a quantity that costs nothing to the newest lot (a share gained by rounding)."""
        lot = self.lots[-1]
        grown = lot.quantity + quantity
        self.extremes.scale_newest(lot.quantity / grown)
        lot.price *= lot.quantity / grown
        lot.unit_value *= lot.quantity / grown
        lot.quantity = grown
        self.quantity = tidy(self.quantity + quantity, self.quantity)
        if self.round_trip is not None:
            self.round_trip.entered += abs(quantity)

    def add_cost(self, cost: float, until: datetime) -> None:
        """Spread a cost over the lots opened until then by what each had cost; quantities stay."""
        if self.low <= self.high:
            self._look()  # what was seen is of the old cost
        lots = [lot for lot in self.lots if lot.time <= until]
        before = sum(lot.quantity * lot.unit_value for lot in lots)
        ratio = (before + cost) / before if before else 1.0
        for lot in lots:
            lot.price *= ratio
            lot.unit_value *= ratio
        self.cost += before * (ratio - 1.0)

    def amend_lot(self, time: datetime, price: float) -> None:
        """Enter the lot that no order opened at a time at another price."""
        held = self.round_trip  # what was seen is of the old cost
        for lot in self.lots:
            if lot.time == time and not lot.order_id:
                unit_value = self.instrument.unit_value(price)
                self.cost += lot.quantity * (unit_value - lot.unit_value)
                if held is not None:
                    held.paid += abs(lot.quantity) * (price - lot.price)
                lot.price, lot.unit_value = price, unit_value

    def amend_closed(self, time: datetime, made: float, received: float) -> None:
        """Count in the open round trip what a closing made more, and received more.

        Args:
            time: UTC of the closing; a round trip that began later has nothing of it.
            made: Account currency.
            received: Quote currency.
        """
        if self.round_trip is not None and self.round_trip.time <= time:
            self.round_trip.gross += made
            self.round_trip.received += received
