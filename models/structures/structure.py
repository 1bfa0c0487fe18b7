"""A structure while it is open: its legs, what it holds of which lot, and what it made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from models.events.instruments import Instrument, Valuation
from models.events.quantities import dust, tidy
from models.records import object_codec


@dataclass(slots=True, eq=False)
class LegStake:
    """What a structure holds of one lot.

    Attributes:
        sid: The instrument's Symbol ID.
        order_id: The order that opened the lot; with `time` it tells the lot.
        time: UTC of the lot's entry.
        quantity: Signed quantity that is open.
        unit_value: What a unit entered the structure at, `Instrument.unit_value` of the price.
        fee: Entry fee of the open quantity, account currency.
        rate: Account currency per unit of P&L currency at entry.
        owner: The structure (not saved).
        instrument: The instrument (not saved).
    """

    sid: str
    order_id: int
    time: datetime
    quantity: float
    unit_value: float
    fee: float
    rate: float
    owner: Structure = field(init=False, repr=False)
    instrument: Instrument = field(init=False, repr=False)

    def part(self, quantity: float) -> LegStake:
        """A part of it, taken off: the quantity is signed like its own."""
        fee = self.fee * (quantity / self.quantity)
        lot = self.sid, self.order_id, self.time
        taken = LegStake(*lot, quantity, self.unit_value, fee, self.rate)
        taken.owner, taken.instrument = self.owner, self.instrument
        self.quantity = tidy(self.quantity - quantity, self.quantity)
        self.fee -= fee
        return taken

    @property
    def cash(self) -> float:
        """What opening it brought, quote currency, negative when paid; 0 where nothing is paid."""
        if self.instrument.valuation is not Valuation.PREMIUM:
            return 0.0
        return -self.quantity * self.unit_value * self.instrument.multiplier


@dataclass(slots=True, eq=False)
class LegSums:
    """One instrument of a structure on one side.

    Attributes:
        sid: The instrument's Symbol ID.
        long: Its side.
        opened: UTC of its first entry.
        closed: UTC of its last exit; None before one.
        entered: Quantity opened, positive.
        exited: Quantity closed, positive.
        paid: Quantity times unit value of what was opened.
        received: The same of what was closed.
        gross: P&L before fees of what was closed, account currency.
        fees: Fees of entry and exit, account currency.
        reason: Why it was last closed.
        order_ids: The orders that opened and closed it.
    """

    sid: str
    long: bool
    opened: datetime
    closed: datetime | None = None
    entered: float = 0.0
    exited: float = 0.0
    paid: float = 0.0
    received: float = 0.0
    gross: float = 0.0
    fees: float = 0.0
    reason: str = ""
    order_ids: list[int] = field(default_factory=list)

    def by_order(self, order_id: int) -> None:
        """Note an order that opened or closed some of it."""
        if order_id and order_id not in self.order_ids:
            self.order_ids.append(order_id)


@dataclass(slots=True, eq=False)
class Structure:
    """Legs that are opened and closed as one trade.

    Money is in account currency unless it says otherwise. `name` to `max_profit` are as of when it
    was last formed (`models.structures.forming`).

    Attributes:
        number: Its number, in the order of opening.
        strategy: Whose it is.
        underlying: The underlying's Symbol ID; of legs without options the first leg's.
        group: As of `StructureRecord`.
        opened: UTC of its first entry.
        seeded: Whether what opened it was no fill.
        legs: The instruments, by side, in the order of opening.
        stakes: What is open.
        name: Its shape's name.
        quantity: How many of the shape.
        multiplier: Units of the underlying in a contract.
        entry: Net cash of the openings in quote currency, positive when received.
        net_entry: The same in account currency.
        exit: Net cash of the closings in quote currency, positive when received.
        gross: P&L before fees of what was closed.
        fees: Fees so far.
        low: Worst P&L before fees of the whole, at most 0.
        high: Best P&L before fees of the whole, at least 0.
        max_risk: What it can lose at most; None without a bound.
        max_profit: What it can make at most; None without a bound.
        formed: Symbol ID -> what was open when it was last formed.
        changed: Whether something was opened since it was last formed.
        joined: Whether an option joined stock here.
        last_exit: UTC of the last closing.
        reason: Why something was last closed.
        chain: The number of the first of the chain of rolls.
        rolled_from: The number of the one that the combo closed; 0 without one.
        rolls: How often a part was rolled.
        keys: The groups whose orders it takes: its own and those of what became part of it.
    """

    number: int
    strategy: str
    underlying: str
    group: str
    opened: datetime
    seeded: bool
    legs: list[LegSums] = field(default_factory=list)
    stakes: list[LegStake] = field(default_factory=list)
    name: str = ""
    quantity: float = 0.0
    multiplier: float = 1.0
    entry: float = 0.0
    net_entry: float = 0.0
    exit: float = 0.0
    gross: float = 0.0
    fees: float = 0.0
    low: float = 0.0
    high: float = 0.0
    max_risk: float | None = None
    max_profit: float | None = None
    formed: dict[str, float] = field(default_factory=dict)
    changed: bool = True
    joined: bool = False
    last_exit: datetime | None = None
    reason: str = ""
    chain: int = 0
    rolled_from: int = 0
    rolls: int = 0
    keys: list[str] = field(default_factory=list)

    def leg(self, sid: str, long: bool, opened: datetime) -> LegSums:
        """The sums of an instrument on one side, begun where there are none."""
        for leg in self.legs:
            if leg.sid == sid and leg.long is long:
                return leg
        leg = LegSums(sid, long, opened)
        self.legs.append(leg)
        return leg

    def held(self, sid: str) -> float:
        """The signed quantity of an instrument that is open."""
        return sum(stake.quantity for stake in self.stakes if stake.sid == sid)

    def holdings(self) -> dict[str, float]:
        """Symbol ID -> signed quantity of all that is open."""
        found: dict[str, float] = {}
        for stake in self.stakes:
            found[stake.sid] = found.get(stake.sid, 0.0) + stake.quantity
        return {sid: quantity for sid, quantity in found.items() if quantity}

    @property
    def untouched(self) -> bool:
        """Whether nothing of it was closed."""
        return self.last_exit is None

    def enter(self, stake: LegStake, *, delivered: bool = False) -> None:
        """Take a stake that was opened, joined or delivered.

        Args:
            stake: The stake; its instrument is set.
            delivered: Whether an exercise delivered it: it is no part of the net entry, and does
                not change the shape.
        """
        stake.owner = self
        self.stakes.append(stake)
        leg = self.leg(stake.sid, stake.quantity > 0, stake.time)
        size = abs(stake.quantity)
        leg.entered += size
        leg.paid += size * stake.unit_value
        leg.fees += stake.fee
        leg.by_order(stake.order_id)
        self.fees += stake.fee
        if delivered:
            self.exit += stake.cash
            return
        self.changed = True
        self.entry += stake.cash
        self.net_entry += stake.cash * stake.rate

    def undo(self, stake: LegStake, quantity: float) -> LegStake:
        """Give a part of a stake away as if it had never entered; nothing of it may be closed.

        Returns:
            The part, which belongs to nobody yet.
        """
        if abs(stake.quantity) - abs(quantity) <= dust(abs(stake.quantity)):
            self.stakes.remove(stake)
        else:
            stake = stake.part(quantity)
        leg = self.leg(stake.sid, stake.quantity > 0, stake.time)
        size = abs(stake.quantity)
        leg.entered -= size
        leg.paid -= size * stake.unit_value
        leg.fees -= stake.fee
        self.fees -= stake.fee
        self.entry -= stake.cash
        self.net_entry -= stake.cash * stake.rate
        if leg.entered <= dust(size):
            self.legs.remove(leg)
        return stake

    def leave(self, stake: LegStake, quantity: float, closing: Closing) -> None:
        """Close a part of a stake; one of which nothing is left is gone.

        Args:
            stake: One of its own.
            quantity: Signed like the stake, no more than it.
            closing: How.
        """
        left = abs(stake.quantity) - abs(quantity)
        whole = left <= dust(abs(stake.quantity))
        taken = stake if whole else stake.part(quantity)
        if whole:
            self.stakes.remove(stake)
        multiplier = taken.instrument.multiplier
        size = taken.quantity * multiplier
        gross = size * (closing.unit_value - taken.unit_value) * closing.rate
        gross += closing.settled * abs(taken.quantity)
        fee = closing.fee * abs(taken.quantity)
        leg = self.leg(taken.sid, taken.quantity > 0, taken.time)
        leg.exited += abs(taken.quantity)
        leg.received += abs(taken.quantity) * closing.unit_value
        leg.received += taken.quantity * closing.cash / multiplier
        leg.gross += gross
        leg.fees += fee
        leg.closed, leg.reason = closing.time, closing.reason
        leg.by_order(closing.order_id)
        self.fees += fee
        self.gross += gross
        if taken.instrument.valuation is Valuation.PREMIUM:
            self.exit += size * closing.unit_value
        self.exit += closing.cash * abs(taken.quantity)
        self.last_exit, self.reason = closing.time, closing.reason

    def charge(self, stake: LegStake, fee: float) -> None:
        """Take a fee of what a stake opened that came later; account currency."""
        stake.fee += fee
        self.fees += fee
        self.leg(stake.sid, stake.quantity > 0, stake.time).fees += fee

    def hand_over(
        self, instrument: Instrument, quantity: float, unit_value: float, closing: Closing
    ) -> None:
        """Get a quantity and give it away at once: what it holds another's opposite lots take.

        Args:
            instrument: What is delivered.
            quantity: Signed.
            unit_value: What a unit is delivered at.
            closing: How it is given away.
        """
        stake = LegStake(
            instrument.sid, closing.order_id, closing.time, quantity, unit_value, 0.0, 1.0
        )
        stake.instrument = instrument
        self.enter(stake, delivered=True)
        self.leave(stake, quantity, closing)

    def see(self, value: float) -> None:
        """Take the P&L before fees of the whole at a moment."""
        if value < self.low:
            self.low = value
        elif value > self.high:
            self.high = value


class Closing(NamedTuple):
    """How something of a structure is closed.

    Attributes:
        time: UTC.
        order_id: The order; 0 where it was none.
        unit_value: What a unit is closed at.
        rate: Account currency per unit of P&L currency.
        fee: Fee of a unit of quantity, account currency.
        reason: Why (`TradeRecord.exit_reason`).
        settled: What LEAN paid beside the price for a unit of quantity, account currency.
        cash: The same in quote currency.
    """

    time: datetime
    order_id: int
    unit_value: float
    rate: float
    fee: float
    reason: str
    settled: float = 0.0
    cash: float = 0.0


STRUCTURE = object_codec(Structure)
