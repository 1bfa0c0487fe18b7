"""Lots: what one strategy holds of one instrument, what it made with it, and in which terms.

Invariants, after every change: the lots of a position all lie on one side; their quantities sum to
the position's quantity and their costs to its cost; what is realized is the sum of its closed
pieces; a round goes from flat to flat and has what its pieces made. The books call `trade` for
every fill and `scale` for a split; the ledger reads what the open lots made and calls `see` at
marks.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models.events import DUST, SMALLEST, Instrument, OrderType, tidy


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


@dataclass(slots=True, eq=False)
class Round:
    """A position from flat to flat; money in account currency, quantities unsigned.

    Attributes:
        time: UTC of its first entry.
        order_id: The order that opened it.
        tag: That order's tag.
        seeded: Held before the tracker started, or adopted.
        order_type: That order's type.
        risk: What all that came in could lose as planned; 0 where unsaid.
        entered: Quantity that came in, split-adjusted; `exited` what went out.
        paid: Sum of entered quantity times price, quote currency; `received` of the exited.
        stake: Value at entry.
        gross: P&L before fees of what was closed; `fees` are those of what was closed.
        slippage: As of `Closed`, summed; so is `arrival_value`.
        low: Lowest P&L before fees at any mark or fill, 0 at the start included; `high` highest.
    """

    time: datetime
    order_id: int
    tag: str
    seeded: bool
    order_type: OrderType
    entered: float = 0.0
    exited: float = 0.0
    paid: float = 0.0
    received: float = 0.0
    stake: float = 0.0
    gross: float = 0.0
    fees: float = 0.0
    slippage: float = 0.0
    arrival_value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    risk: float = 0.0


class Matching(enum.Enum):
    """Which open lot a closing quantity takes first."""

    FIFO = "fifo"
    LIFO = "lifo"


NEXT_LOT: dict[Matching, int] = {Matching.FIFO: 0, Matching.LIFO: -1}


class Execution(NamedTuple):
    """One strategy's part of a fill, as its position books it.

    Attributes:
        time: UTC.
        order_id: The order; 0 for a holding that no order explains.
        quantity: Signed.
        price: Quote currency.
        rate: Account currency per unit of P&L currency; `fee` is in account currency.
        arrival: Mid (or last) price at the order's submission; 0 where unknown.
        tag: The order's tag.
        seeded: Not a fill but a holding that the tracker found.
        order_type: The order's type.
        risk: What a unit could lose as the order planned, account currency; 0 where unsaid.
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
    order_type: OrderType = OrderType.MARKET
    risk: float = 0.0


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
        order_id: The order that opened it; `tag` is its tag, `order_type` its type.
        seeded: Held before the tracker started, or adopted: no fill opened it.
        risk: What a unit could lose as planned, by the order's tag or else by the first stop that
            was set against it, account currency; 0 where unsaid.
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
    order_type: OrderType
    risk: float

    def take(self, part: float) -> float:
        """Take a part of the quantity off; returns its part of the fee."""
        fee = self.fee * (part / self.quantity)
        self.quantity = tidy(self.quantity - part)
        self.fee -= fee
        return fee

    def slippage(
        self, size: float, price: float, rate: float, arrival: float
    ) -> tuple[float, float]:
        """Slippage of a part and its exit: money, negative is cost, and the value on arrival.

        Args:
            size: The part's signed quantity times the multiplier.
            price: Exit price, quote currency.
            rate: Account currency per unit of P&L currency at the exit.
            arrival: The exit's arrival price; 0 where unknown.
        """
        cash = value = 0.0
        if self.arrival:
            cash = size * (self.arrival - self.price) * self.rate
            value = abs(size * self.arrival) * self.rate
        if arrival:
            cash += size * (price - arrival) * rate
            value += abs(size * arrival) * rate
        return cash, value


# A NamedTuple from the tuple of its values: its own constructor takes three times as long.
build = tuple.__new__


class Closed(NamedTuple):
    """A quantity matched against the lot that opened it.

    Attributes:
        lot: The lot; its quantity may have shrunk since.
        quantity: The part closed, signed like the lot.
        gross: P&L before fees, in the instrument's P&L currency.
        entry_fee: The lot's fee for that part, account currency.
        exit_fee: The closing execution's fee for that part, account currency.
        low: Lowest `worth` since the lot's entry, the exit's included; `high` is the highest.
        slippage: `Lot.slippage`, account currency; `arrival_value` is the value on arrival.
    """

    lot: Lot
    quantity: float
    gross: float
    entry_fee: float
    exit_fee: float
    low: float
    high: float
    slippage: float
    arrival_value: float


class Extremes:
    """The lowest and the highest worth since each lot's entry, O(1) amortized a mark or fill.

    Two stacks of [worth, lots], from the oldest lot to the newest: how far it went since any lot
    of the group came in. A lot that came later saw less, so lows rise strictly and highs fall, and
    a new extreme merges the groups that it goes beyond.
    """

    __slots__ = ("highs", "lows")

    def __init__(self) -> None:
        self.lows: deque[list[Any]] = deque()
        self.highs: deque[list[Any]] = deque()

    def see(self, worth: float, entering: int = 0) -> None:
        """Take what a unit is worth now, when so many lots come in."""
        lows, highs, lots = self.lows, self.highs, entering
        while lows and lows[-1][0] >= worth:
            lots += lows.pop()[1]
        if lots:
            lows.append([worth, lots])
        lots = entering
        while highs and highs[-1][0] <= worth:
            lots += highs.pop()[1]
        if lots:
            highs.append([worth, lots])

    def each(self) -> Iterator[tuple[float, float]]:
        """The lowest and the highest since each lot came in, the oldest lot's first."""
        lows = (low for low, lots in self.lows for _ in range(lots))
        return zip(lows, (high for high, lots in self.highs for _ in range(lots)), strict=True)

    def leave(self, index: int) -> tuple[float, float]:
        """The oldest lot (0) or the newest (-1) goes, with the lowest and the highest it saw."""
        low, high = self.lows[index], self.highs[index]
        if low[1] == 1:
            del self.lows[index]
        else:
            low[1] -= 1
        if high[1] == 1:
            del self.highs[index]
        else:
            high[1] -= 1
        return low[0], high[0]

    def scale(self, factor: float) -> None:
        """Apply a split."""
        for group in (*self.lows, *self.highs):
            group[0] *= factor


class Position:
    """One strategy's open lots of one instrument with the terms it earned there.

    Attributes:
        cost: Sum of quantity times worth, in units of the P&L currency.
        open_pnl: P&L of the open lots at the last mark, account currency.
        round: The open round; None when flat.
        ended: The round that the last `trade` ended, else None; `entered` the lot that it opened.
    """

    __slots__ = (
        "balances",
        "cost",
        "ended",
        "entered",
        "extremes",
        "instrument",
        "lots",
        "open_pnl",
        "quantity",
        "round",
        "strategy",
        "terms",
    )

    def __init__(self, strategy: str, instrument: Instrument) -> None:
        self.strategy = strategy
        self.instrument = instrument
        self.lots: deque[Lot] = deque()
        self.extremes = Extremes()
        self.quantity = 0.0
        self.cost = 0.0
        self.open_pnl = 0.0
        self.round: Round | None = None
        self.ended: Round | None = None
        self.entered: Lot | None = None
        self.terms = Terms()
        self.balances: dict[str, Balance] = {}

    def unrealized(self, worth: float) -> float:
        """P&L of the open lots in the instrument's P&L currency, at that worth of a unit."""
        return (self.quantity * worth - self.cost) * self.instrument.multiplier

    @property
    def average_price(self) -> float:
        """Entry price of the open lots weighted by quantity, quote currency; 0 when flat."""
        return sum(lot.quantity * lot.price for lot in self.lots) / (self.quantity or 1.0)

    def see(self, worth: float) -> None:
        """Take a mark: what a unit is worth now; `open_pnl` is up to date."""
        extremes, held = self.extremes, self.round
        if worth < extremes.lows[-1][0] or worth > extremes.highs[-1][0]:
            extremes.see(worth)
        if held is not None:
            value = held.gross + self.open_pnl
            if value < held.low:
                held.low = value
            elif value > held.high:
                held.high = value

    def trade(self, execution: Execution, next_lot: int, told: bool = True) -> list[Closed]:
        """Close what the execution closes, lot by lot, and open the rest.

        Args:
            execution: The signed quantity and its price.
            next_lot: Index of the lot to take first (`NEXT_LOT`).
            told: Whether what it closes is part of a trade's record.

        Returns:
            The closed pieces, in the order they were matched.
        """
        left, price, instrument = execution[2], execution[3], self.instrument
        worth = instrument.worth(price) if instrument.inverse else price
        closed: list[Closed] = []
        self.ended = self.entered = None
        if self.quantity * left < 0:
            left = self._close(left, worth, execution, next_lot, closed)
            if closed and self.round is not None:
                self._reduce(self.round, closed if told else (), execution)
        if left:
            self._open(execution, left, worth)
        return closed

    def _open(self, execution: Execution, quantity: float, worth: float) -> None:
        time, order_id, whole, price, rate, fee, arrival, tag, seeded, kind, risk = execution
        if quantity != whole:
            fee *= quantity / whole
        held = self.round
        if held is None:
            held = self.round = Round(time, order_id, tag, seeded, kind)
        size = abs(quantity)
        if risk:
            held.risk += size * risk
        held.entered += size
        held.paid += size * price
        held.stake += abs(size * worth) * self.instrument.multiplier * rate
        total = self.quantity + quantity
        self.quantity = tidy(total) if total % 1 else total
        self.cost += quantity * worth
        lot = Lot(
            quantity, price, worth, fee, rate, arrival, time, order_id, tag, seeded, kind, risk
        )
        self.entered = lot
        self.lots.append(lot)
        self.extremes.see(worth, 1)

    def _close(
        self, left: float, worth: float, execution: Execution, next_lot: int, closed: list[Closed]
    ) -> float:
        """Match a quantity with the lots it closes, adding the pieces to `closed`.

        Returns:
            What is left of it when no lot is.
        """
        _, _, whole, price, rate, fee, arrival, _, _, _, _ = execution
        instrument, lots, extremes = self.instrument, self.lots, self.extremes
        multiplier, quantity, cost = instrument.multiplier, self.quantity, self.cost
        # a split makes fractions of a share, and lots, that are less than dust and are meant
        dust = min(instrument.lot * DUST, abs(left) * DUST * DUST)
        if dust < SMALLEST:
            dust = SMALLEST
        if not extremes.lows[-1][0] < worth < extremes.highs[-1][0]:
            extremes.see(worth)
        while abs(left) > dust and quantity * left < 0:
            lot = lots[next_lot]
            part, entry_fee = lot.quantity, lot.fee
            if abs(left) > abs(part) - dust:
                del lots[next_lot]
                low, high = extremes.leave(next_lot)
            else:
                part = -left
                entry_fee = lot.take(part)
                low, high = extremes.lows[next_lot][0], extremes.highs[next_lot][0]
            quantity = quantity - part if lots else 0.0
            if quantity % 1:
                quantity = tidy(quantity)
            left += part
            if left % 1:
                left = tidy(left)
            cost -= part * lot.worth
            size, slippage, value = part * multiplier, 0.0, 0.0
            if arrival or lot.arrival:
                slippage, value = lot.slippage(size, price, rate, arrival)
            gross, exit_fee = size * (worth - lot.worth), fee * (-part / whole)
            piece = (lot, part, gross, entry_fee, exit_fee, low, high, slippage, value)
            closed.append(build(Closed, piece))
        self.quantity, self.cost = quantity, cost if lots else 0.0
        return left if abs(left) > dust else 0.0

    def _reduce(self, held: Round, told: Sequence[Closed], execution: Execution) -> None:
        """Add what was closed and is told to the round; end it where nothing is left."""
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
        if self.lots:
            made += self.unrealized(self.instrument.worth(price)) * rate
        else:
            self.ended, self.round = held, None
        if made < held.low:
            held.low = made
        elif made > held.high:
            held.high = made

    def protect(self, stop: float, rate: float) -> None:
        """Take the distance to a stop as the risk of the lots that have none.

        Args:
            stop: Its price, quote currency; one beyond the entry price protects a profit.
            rate: Account currency per unit of P&L currency.
        """
        instrument = self.instrument
        each = instrument.multiplier * rate
        for lot in self.lots:
            loss = (lot.worth - instrument.worth(stop)) * (each if lot.quantity > 0 else -each)
            if not lot.risk and loss > 0.0:
                lot.risk = loss
                if self.round is not None:
                    self.round.risk += abs(lot.quantity) * loss

    def scale(self, factor: float) -> None:
        """Apply a split: quantities are divided by the factor, prices multiplied by it."""
        for lot in self.lots:
            lot.quantity /= factor
            lot.price *= factor
            lot.worth *= factor
            lot.arrival *= factor
            lot.risk *= factor
        self.quantity /= factor
        self.extremes.scale(factor)
        if self.round is not None:
            self.round.entered /= factor
            self.round.exited /= factor

    def grow(self, quantity: float) -> None:
        """Add a quantity that costs nothing to the newest lot (a share gained by rounding)."""
        lot = self.lots[-1]
        grown = lot.quantity + quantity
        lot.price *= lot.quantity / grown
        lot.worth *= lot.quantity / grown
        lot.quantity = grown
        self.quantity = tidy(self.quantity + quantity)
        if self.round is not None:
            self.round.entered += abs(quantity)

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; `restore` on a fresh position brings it back."""
        return {
            "strategy": self.strategy,
            "sid": self.instrument.sid,
            "quantity": self.quantity,
            "cost": self.cost,
            "terms": list(astuple(self.terms)),
            "balances": {name: balance.state() for name, balance in self.balances.items()},
            "lots": [_values(lot) for lot in self.lots],
            "lows": [list(group) for group in self.extremes.lows],
            "highs": [list(group) for group in self.extremes.highs],
            "round": _values(self.round) if self.round else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.quantity = state["quantity"]
        self.cost = state["cost"]
        self.terms = Terms(*state["terms"])
        self.balances = {name: Balance(*values) for name, values in state["balances"].items()}
        self.lots = deque(Lot(**_given(values)) for values in state["lots"])
        self.extremes.lows = deque(state["lows"])
        self.extremes.highs = deque(state["highs"])
        self.round = Round(**_given(state["round"])) if state["round"] else None


def _values(record: Lot | Round) -> dict[str, Any]:
    return {**asdict(record), "time": record.time.isoformat()}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    kind = OrderType(values["order_type"])
    return {**values, "time": datetime.fromisoformat(values["time"]), "order_type": kind}


class Account:
    """What one strategy made and holds: its terms, its cash by currency, its positions.

    Args:
        name: The strategy's.
        home: The account currency, whose rate is 1: cash in it needs no exchange.
    """

    __slots__ = ("balances", "cash", "home", "name", "open", "open_pnl", "positions", "terms")

    def __init__(self, name: str, home: str) -> None:
        self.name = name
        self.home = home
        self.terms = Terms()
        self.cash = Balance(1.0)
        self.balances: dict[str, Balance] = {home: self.cash}
        self.positions: dict[str, Position] = {}
        self.open: dict[str, Position] = {}  # those with a quantity
        self.open_pnl = 0.0  # their P&L at the last mark, account currency

    def position(self, instrument: Instrument) -> Position:
        """The position in an instrument, made when there was none."""
        found = self.positions.get(instrument.sid)
        if found is None:
            found = self.positions[instrument.sid] = Position(self.name, instrument)
        return found

    def balance(self, currency: str, rate: float) -> Balance:
        """The cash in a currency, made when there was none."""
        found = self.balances.get(currency)
        if found is None:
            found = self.balances[currency] = Balance(rate)
        return found

    def book(
        self, position: Position | None, term: str, amount: float, currency: str, rate: float
    ) -> None:
        """Add an amount to a term, here and at the position that earned it, and to the cash.

        Args:
            position: Where it was earned; None for what no instrument earned.
            term: A field of `Terms`; fees are given positive and taken from the cash.
            amount: Units of the currency.
            currency: Its currency.
            rate: Account currency per unit.
        """
        value = amount * rate
        for terms in (self.terms,) if position is None else (self.terms, position.terms):
            setattr(terms, term, getattr(terms, term) + value)
        self.move(position, -amount if term == "fees" else amount, currency, rate)

    def move(self, position: Position | None, amount: float, currency: str, rate: float) -> None:
        """Add an amount to the cash, here and at the position; cash at home has no exchange."""
        if currency == self.home:
            self.cash.amount += amount
            return
        self.balance(currency, rate).add(amount, rate)
        if position is not None:
            balance = position.balances.get(currency)
            if balance is None:
                balance = position.balances[currency] = Balance(rate)
            balance.add(amount, rate)

    def swap(
        self, position: Position, amount: float, currency: str, rate: float, other: str, at: float
    ) -> None:
        """Turn an amount of one currency into another at their rates; nobody gains by it."""
        self.move(position, -amount, currency, rate)
        self.move(position, amount * rate / at, other, at)

    def cash_value(self, rates: Mapping[str, float]) -> float:
        """All balances at the rates, account currency."""
        if len(self.balances) == 1:
            return self.cash.amount
        return sum(balance.amount * rates[name] for name, balance in self.balances.items())

    def fx(self, rates: Mapping[str, float]) -> float:
        """Exchange profit so far, account currency."""
        return sum(balance.fx_at(rates[name]) for name, balance in self.balances.items())

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; positions keep their order."""
        return {
            "name": self.name,
            "terms": list(astuple(self.terms)),
            "balances": {name: balance.state() for name, balance in self.balances.items()},
            "positions": [position.state() for position in self.positions.values()],
            "open": list(self.open),
            "open_pnl": self.open_pnl,
        }

    def restore(self, state: dict[str, Any], instruments: Mapping[str, Instrument]) -> None:
        """Take over what `state` returned."""
        self.terms = Terms(*state["terms"])
        self.balances = {name: Balance(*values) for name, values in state["balances"].items()}
        self.cash = self.balances.get(self.home, self.cash)
        for values in state["positions"]:
            self.position(instruments[values["sid"]]).restore(values)
        self.open = {sid: self.positions[sid] for sid in state["open"]}
        self.open_pnl = state["open_pnl"]
