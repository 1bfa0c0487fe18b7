"""Lots: what one strategy holds of one instrument, and what it made with it.

Invariants, after every change: the lots of a position all lie on one side; their quantities sum to
the position's quantity and their costs to its cost; what is realized is the sum of its closed
pieces. The ledger calls `trade` for every fill and `scale` for a split, and reads `unrealized`.
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from models.instruments import Instrument

# A remainder below this part of the instrument's lot size is float dust, not a holding.
DUST = 1e-3
# Quantities are kept to so many decimals: rounding keeps 0.3 - 0.1 at 0.2. A satoshi has 8, and a
# coin buy less its fee in coins a few more.
DECIMALS = 12
SMALLEST = 10.0**-DECIMALS


class Matching(enum.Enum):
    """Which open lot a closing quantity takes first."""

    FIFO = "fifo"
    LIFO = "lifo"


NEXT_LOT: dict[Matching, int] = {Matching.FIFO: 0, Matching.LIFO: -1}


def tidy(quantity: float) -> float:
    """The quantity without the float dust of a sum or difference."""
    return round(quantity, DECIMALS) if quantity % 1 else quantity


class Balance:
    """A strategy's cash in one currency, and the exchange profit it made by being there.

    The law's fx is `amount * (rate - old rate)`. It is accrued when the amount changes or is read:
    the steps between telescope to the same sum.
    """

    __slots__ = ("amount", "fx", "rate")

    def __init__(self, rate: float, amount: float = 0.0, fx: float = 0.0) -> None:
        self.rate = rate
        self.amount = amount
        self.fx = fx

    def add(self, amount: float, rate: float) -> None:
        """Accrue fx to the rate, then add an amount at it."""
        if rate != self.rate:
            self.fx += self.amount * (rate - self.rate)
            self.rate = rate
        self.amount += amount

    def fx_at(self, rate: float) -> float:
        """Exchange profit so far in account currency, valued at that rate."""
        return self.fx + self.amount * (rate - self.rate)

    def state(self) -> list[float]:
        """JSON-able and exact."""
        return [self.rate, self.amount, self.fx]


@dataclass(slots=True)
class Terms:
    """The law's terms that a strategy earns, in account currency; fees are positive when paid."""

    realized: float = 0.0
    fees: float = 0.0
    dividends: float = 0.0
    financing: float = 0.0
    settlement: float = 0.0

    @property
    def net(self) -> float:
        """Their sum, as the law signs them."""
        return self.realized - self.fees + self.dividends + self.financing + self.settlement


class Payment(NamedTuple):
    """What a strategy's part of a fill cost and turned over.

    Attributes:
        strategy: Whose part it was.
        time: UTC.
        fee: Account currency, positive when paid.
        volume: Value traded, account currency, positive.
    """

    strategy: str
    time: datetime
    fee: float
    volume: float


class Execution(NamedTuple):
    """One strategy's part of a fill, as its position books it.

    Attributes:
        time: UTC.
        order_id: The order; 0 for a holding that no order explains.
        quantity: Signed.
        price: Quote currency.
        rate: Account currency per unit of P&L currency.
        fee: Account currency.
        arrival: Mid (or last) price at the order's submission; 0 where unknown.
        tag: The order's tag.
        seeded: Not a fill but a holding that the tracker found.
    """

    time: datetime
    order_id: int
    quantity: float
    price: float
    rate: float
    fee: float = 0.0
    arrival: float = 0.0
    tag: str = ""
    seeded: bool = False


@dataclass(slots=True, eq=False)
class Lot:
    """One opening execution, or what is left of it.

    Attributes:
        quantity: Signed quantity still open.
        price: Entry price, quote currency, split-adjusted.
        worth: The instrument's `worth` at that price.
        fee: Entry fee of the open quantity, account currency.
        rate: Account currency per unit of P&L currency at entry.
        arrival: Arrival price of the opening order, split-adjusted; 0 where unknown.
        time: UTC of entry.
        order_id: The order that opened it.
        tag: That order's tag.
        seeded: Held before the tracker started, or adopted: no fill opened it.
    """

    quantity: float
    price: float
    worth: float
    fee: float
    rate: float
    arrival: float
    time: datetime
    order_id: int
    tag: str
    seeded: bool


class Closed(NamedTuple):
    """A quantity matched against the lot that opened it.

    Attributes:
        lot: The lot; its quantity may have shrunk since.
        quantity: Signed like the lot, the part closed.
        gross: P&L before fees, in the instrument's P&L currency.
        entry_fee: The lot's fee for that part, account currency.
        exit_fee: The closing execution's fee for that part, account currency.
    """

    lot: Lot
    quantity: float
    gross: float
    entry_fee: float
    exit_fee: float


class Position:
    """One strategy's open lots of one instrument with the terms it earned there."""

    __slots__ = ("balances", "cost", "instrument", "lots", "quantity", "strategy", "terms")

    def __init__(self, strategy: str, instrument: Instrument) -> None:
        self.strategy = strategy
        self.instrument = instrument
        self.lots: deque[Lot] = deque()
        self.quantity = 0.0
        self.cost = 0.0  # sum of quantity * worth, in units of the P&L currency
        self.terms = Terms()
        self.balances: dict[str, Balance] = {}

    def unrealized(self, worth: float) -> float:
        """P&L of the open lots in the instrument's P&L currency, at that worth of a unit."""
        return (self.quantity * worth - self.cost) * self.instrument.multiplier

    @property
    def average_price(self) -> float:
        """Entry price of the open lots weighted by quantity, quote currency; 0 when flat."""
        if not self.quantity:
            return 0.0
        return sum(lot.quantity * lot.price for lot in self.lots) / self.quantity

    def trade(self, execution: Execution, next_lot: int) -> list[Closed]:
        """Close what the execution closes, lot by lot, and open the rest.

        Args:
            execution: The signed quantity and its price.
            next_lot: Index of the lot to take first (`NEXT_LOT`).

        Returns:
            The closed pieces, in the order they were matched.
        """
        # a split makes fractions of a share, and lots, that are less than dust and are meant
        dust = min(self.instrument.lot * DUST, abs(execution.quantity) * DUST * DUST)
        dust = max(dust, SMALLEST)
        worth = self.instrument.worth(execution.price)
        left = execution.quantity
        closed: list[Closed] = []
        while self.quantity * left < 0 and abs(left) > dust:
            lot = self.lots[next_lot]
            part = lot.quantity if abs(left) > abs(lot.quantity) - dust else -left
            closed.append(self._close(lot, part, worth, execution, next_lot))
            left = tidy(left + part)
        if abs(left) > dust:
            self._open(execution, left, worth)
        return closed

    def _open(self, execution: Execution, quantity: float, worth: float) -> None:
        fee = execution.fee
        if quantity != execution.quantity:
            fee *= quantity / execution.quantity
        time, order_id, _, price, rate, _, arrival, tag, seeded = execution
        self.quantity = tidy(self.quantity + quantity)
        self.cost += quantity * worth
        self.lots.append(
            Lot(quantity, price, worth, fee, rate, arrival, time, order_id, tag, seeded)
        )

    def _close(
        self, lot: Lot, part: float, worth: float, execution: Execution, next_lot: int
    ) -> Closed:
        gross = part * (worth - lot.worth) * self.instrument.multiplier
        exit_fee = execution.fee * (-part / execution.quantity)
        entry_fee = lot.fee * (part / lot.quantity)
        self.cost -= part * lot.worth
        self.quantity = tidy(self.quantity - part)
        if part == lot.quantity:
            self._drop(next_lot)
        else:
            lot.quantity = tidy(lot.quantity - part)
            lot.fee -= entry_fee
        return Closed(lot, part, gross, entry_fee, exit_fee)

    def _drop(self, index: int) -> None:
        del self.lots[index]
        if not self.lots:
            self.quantity = self.cost = 0.0

    def scale(self, factor: float) -> None:
        """Apply a split: quantities are divided by the factor, prices multiplied by it."""
        for lot in self.lots:
            lot.quantity /= factor
            lot.price *= factor
            lot.worth *= factor
            lot.arrival *= factor
        self.quantity /= factor

    def grow(self, quantity: float) -> None:
        """Add a quantity that costs nothing to the newest lot (a share gained by rounding)."""
        lot = self.lots[-1]
        grown = lot.quantity + quantity
        lot.price *= lot.quantity / grown
        lot.worth *= lot.quantity / grown
        lot.quantity = grown
        self.quantity = tidy(self.quantity + quantity)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; `restore` on a fresh position brings it back."""
        return {
            "strategy": self.strategy,
            "sid": self.instrument.sid,
            "quantity": self.quantity,
            "cost": self.cost,
            "terms": list(astuple(self.terms)),
            "balances": {name: balance.state() for name, balance in self.balances.items()},
            "lots": [_lot_state(lot) for lot in self.lots],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.quantity = state["quantity"]
        self.cost = state["cost"]
        self.terms = Terms(*state["terms"])
        self.balances = {name: Balance(*values) for name, values in state["balances"].items()}
        self.lots = deque(_lot_from(values) for values in state["lots"])


LOT_FIELDS = tuple(field.name for field in fields(Lot))


def _lot_state(lot: Lot) -> list[Any]:
    values = [getattr(lot, name) for name in LOT_FIELDS]
    values[LOT_FIELDS.index("time")] = lot.time.isoformat()
    return values


def _lot_from(values: list[Any]) -> Lot:
    given = dict(zip(LOT_FIELDS, values, strict=True))
    given["time"] = datetime.fromisoformat(given["time"])
    return Lot(**given)
