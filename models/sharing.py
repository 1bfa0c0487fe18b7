"""Whose is it: orders and their strategies, and how what LEAN does on its own is shared.

An order belongs to one strategy, fixed at its first event. An order that LEAN made itself belongs
to nobody: each of its fills falls on the strategies that hold the instrument.

`Holding` and `LeanCash` mirror what LEAN keeps after every event seen: the net quantity at LEAN's
average price, and the cash LEAN must show. Where LEAN's cash differs from the mirror, money moved
without an event: who bears it has a `Stake`.
"""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from models.events import (
    DUST,
    Fill,
    Instrument,
    Kind,
    OrderType,
    OrderUpdate,
    TrackerError,
    Valuation,
    packed,
    tidy,
    unpacked,
)
from models.lots import Account

UNASSIGNED = "unassigned"
HOUR = timedelta(hours=1)
MARGIN, PAIR = Valuation.MARGIN, Valuation.PAIR


class CallError(TrackerError, ValueError):
    """A call asks for what cannot be; the text says what is wrong and what is allowed."""


class UnknownStrategyError(TrackerError, KeyError):
    """There is no such strategy; the text names those there are."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no strategy {name!r}; there are {sorted(known)}")

    def __str__(self) -> str:
        return str(self.args[0])


# (ticker, tag, order type) -> the strategy's name, or None for the default strategy.
Resolver = Callable[[str, str, OrderType], str | None]

# The whole tag of an order that `liquidate()` sends; a user's own text may begin with it.
LIQUIDATED = "Liquidated"
# How LEAN tags the orders it makes itself, and why such an order closes a trade.
LEAN_TAGS: tuple[tuple[str, str], ...] = (
    ("Liquidate from delisting", "delisting"),
    ("Liquidated due to impending split", "liquidation"),
    ("Simulated option assignment", "assignment"),
    ("Margin Call", "margin call"),
)

# How LEAN's message begins when an option expires worthless.
OUT_OF_THE_MONEY = "OTM"

COMBOS = frozenset({OrderType.COMBO_MARKET, OrderType.COMBO_LIMIT, OrderType.COMBO_LEG_LIMIT})

# Finished orders kept for what may still come under their id: an exercise's other leg, late events.
FINISHED_KEPT = 1_000
# Order ids above this are not LEAN's own counting from 1 and are kept in a dictionary.
COUNTED_IDS = 50_000_000
# Event ids from here on do not fit into two bytes.
IDS = 65_535

_UNDERLYING = re.compile(r"Underlying: (-?\d+(?:\.\d+)?)")
# A comma inside the number is refused: no risk is better than a thousandth of it.
_RISK = re.compile(r"(?:^|[\s,;|])risk=(\d+(?:\.\d+)?)(?![^\s,;|]|,\d)")
_STRATEGY = re.compile(r"(?:^|[\s,;|])strategy=([^\s,;|=]+)(?![^\s,;|])")


def strategy_in_tag(ticker: str, tag: str, order_type: OrderType) -> str | None:
    """The NAME of `strategy=NAME` in the tag, or None: the default resolver."""
    found = _STRATEGY.search(tag)
    return found[1] if found else None


def risk_in_tag(tag: str) -> float | None:
    """The AMOUNT of `risk=AMOUNT` in an order's tag, account currency; None without a positive."""
    found = _RISK.search(tag)
    return float(found[1]) or None if found else None


def risk_each(tag: str, quantity: float) -> float:
    """What a unit of an order could lose as its tag says; 0 where it does not."""
    risk = risk_in_tag(tag)
    return risk / abs(quantity) if risk and quantity else 0.0


def whole_tag(ticker: str, tag: str, order_type: OrderType) -> str | None:
    """The whole tag as the strategy's name, or None when it is empty."""
    return tag.strip() or None


def lean_reason(tag: str) -> str | None:
    """Why LEAN made an order with that tag, or None when the tag is not one of LEAN's own."""
    if tag == LIQUIDATED:
        return "liquidation"
    for prefix, reason in LEAN_TAGS:
        if tag.startswith(prefix):
            return reason
    return None


class Order:
    """What must be remembered of an order between its events.

    Attributes:
        strategy: Whose it is; None when it is LEAN's own and shared among the holders.
        order_type: LEAN's order type.
        tag: The tag at its first event.
        arrival: Mid (or last) price at submission, quote currency; 0 where unknown.
        reason: Why it closes a trade, as a TradeRecord says it.
        shares: Of LEAN's own order: how its last fill was shared, summing to 1.
        finished: Whether it is filled, cancelled or rejected.
        risk: What a unit could lose as its tag says, account currency; 0 where it does not.
    """

    __slots__ = ("arrival", "finished", "order_type", "reason", "risk", "shares", "strategy", "tag")

    def __init__(
        self,
        strategy: str | None,
        order_type: OrderType,
        tag: str,
        arrival: float = 0.0,
        reason: str = "order",
        shares: dict[str, float] | None = None,
        finished: bool = False,
        risk: float = 0.0,
    ) -> None:
        self.strategy = strategy
        self.order_type = order_type
        self.tag = tag
        self.arrival = arrival
        self.reason = reason
        self.shares = shares
        self.finished = finished
        self.risk = risk

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        return [
            self.strategy,
            int(self.order_type),
            self.tag,
            self.arrival,
            self.reason,
            self.shares,
            self.finished,
            self.risk,
        ]


class SeenEvents:
    """Which (order id, event id) came already: two bytes an order, as LEAN counts both from 1."""

    def __init__(self) -> None:
        self._through = array("H")  # by order id: all event ids up to this one were seen
        self._ahead: dict[int, set[int]] = {}
        self.lowest = 0  # orders by hand are numbered downwards, with one event each

    def add(self, order_id: int, event_id: int) -> bool:
        """Remember the event; False when it was seen before."""
        through = self._through
        if not (0 <= order_id < len(through) and event_id == through[order_id] + 1 < IDS):
            return self._add_out_of_turn(order_id, event_id)
        through[order_id] = event_id
        if order_id in self._ahead:
            self._catch_up(order_id)
        return True

    def _add_out_of_turn(self, order_id: int, event_id: int) -> bool:
        """Remember an event that is not the next one of an order within the array."""
        if order_id < 0:
            new, self.lowest = order_id < self.lowest, min(order_id, self.lowest)
            return new
        if order_id >= COUNTED_IDS or not 0 < event_id < IDS:
            return self._add_ahead(order_id, event_id)
        through = self._through
        if order_id >= len(through):
            through.extend([0] * (order_id + 256 - len(through)))
            return self.add(order_id, event_id)
        return event_id > through[order_id] and self._add_ahead(order_id, event_id)

    def contains(self, order_id: int, event_id: int) -> bool:
        """Whether the event was seen."""
        if order_id < 0:
            return order_id >= self.lowest
        if event_id in self._ahead.get(order_id, ()):
            return True
        return 0 <= order_id < len(self._through) and 0 < event_id <= self._through[order_id]

    def _add_ahead(self, order_id: int, event_id: int) -> bool:
        ahead = self._ahead.setdefault(order_id, set())
        if event_id in ahead:
            return False
        ahead.add(event_id)
        return True

    def _catch_up(self, order_id: int) -> None:
        ahead = self._ahead[order_id]
        while self._through[order_id] + 1 in ahead:
            self._through[order_id] += 1
            ahead.remove(self._through[order_id])
        if not ahead:
            del self._ahead[order_id]

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        through = self._through[: len(self._through)]
        while through and not through[-1]:
            through.pop()
        return {
            "through": packed(through),
            "ahead": [[key, sorted(ids)] for key, ids in self._ahead.items()],
            "lowest": self.lowest,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._through = unpacked("H", state["through"])
        self._ahead = {key: set(ids) for key, ids in state["ahead"]}
        self.lowest = state["lowest"]


class Orders:
    """The orders seen so far: their strategies, and which of their events were booked.

    Attributes:
        known: Those that are open or finished not long ago, by id.
        seen: Which of their events came already.
    """

    def __init__(self, default_strategy: str, resolver: Resolver = strategy_in_tag) -> None:
        self._default = default_strategy
        self._resolver = resolver
        self.known: dict[int, Order] = {}
        self._finished: deque[int] = deque()
        self.seen = SeenEvents()

    def find(self, order_id: int) -> Order | None:
        """The order, unless it is unknown or was finished long ago."""
        return self.known.get(order_id)

    def order_of(self, event: Fill | OrderUpdate, ticker: str) -> Order:
        """The order of an event; made, and its strategy fixed, when the event is its first."""
        order = self.known.get(event.order_id)
        if order is None:
            order = self.known[event.order_id] = self._new(event, ticker)
        return order

    def by_hand(self, strategy: str, tag: str, quantity: float) -> int:
        """A new order of a strategy's that no feed brought: its id, negative."""
        order_id = self.seen.lowest - 1
        risk = risk_each(tag, quantity)
        self.known[order_id] = Order(strategy, OrderType.MARKET, tag, risk=risk)
        return order_id

    def _new(self, event: Fill | OrderUpdate, ticker: str) -> Order:
        tag = event.tag or ""
        order_type = OrderType.MARKET if event.order_type is None else event.order_type
        arrival = 0.0
        if isinstance(event, OrderUpdate):
            both = event.bid and event.ask
            arrival = (event.bid + event.ask) / 2 if both else event.price
        reason = lean_reason(tag)
        if reason is not None:
            # a strategy named in the tag as well says that the user tagged it
            strategy = strategy_in_tag(ticker, tag, order_type)
        else:
            strategy = self._resolver(ticker, tag, order_type) or None
            if strategy == UNASSIGNED:  # a name that is the ledger's own
                strategy = None
            if strategy is None and order_type is not OrderType.OPTION_EXERCISE:
                strategy = self._default
        whole = "risk=" in tag and order_type not in COMBOS  # a leg's risk is in no tag
        risk = risk_each(tag, event.quantity) if whole else 0.0
        return Order(strategy, order_type, tag, arrival, reason or "order", risk=risk)

    def forget(self) -> None:
        """Forget LEAN's orders: it counts them anew. Those by hand stay."""
        lowest = self.seen.lowest
        self.known = {key: order for key, order in self.known.items() if key < 0}
        self._finished = deque(key for key in self._finished if key < 0)
        self.seen = SeenEvents()
        self.seen.lowest = lowest

    def finish(self, order_id: int) -> None:
        """Note that the order is filled, cancelled or rejected."""
        order = self.known.get(order_id)
        if order is None or order.finished:
            return
        order.finished = True
        self._finished.append(order_id)
        if len(self._finished) > FINISHED_KEPT:
            del self.known[self._finished.popleft()]

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "orders": [[key, order.state()] for key, order in self.known.items()],
            "finished": list(self._finished),
            "seen": self.seen.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.known = {key: _order(values) for key, values in state["orders"]}
        self._finished = deque(state["finished"])
        self.seen.restore(state["seen"])


def _order(values: list[Any]) -> Order:
    strategy, order_type, *rest = values
    return Order(strategy, OrderType(order_type), *rest)


def largest_remainder(total: float, weights: Sequence[float], unit: float) -> list[float]:
    """Split a total in proportion to weights, in whole units, by largest remainder.

    What is left when the total itself is no whole number of units goes with the last unit.

    Args:
        total: What to split, of either sign.
        weights: Not negative, not all 0.
        unit: The smallest part, such as the instrument's lot.

    Returns:
        One part a weight; they sum to the total.
    """
    scale = sum(weights)
    exact = [total * weight / scale for weight in weights]
    whole = [int(part / unit + (1e-9 if part > 0 else -1e-9)) * unit for part in exact]
    order = sorted(range(len(exact)), key=lambda at: -abs(exact[at] - whole[at]))
    left = total - sum(whole)
    for at in order:
        step = unit if left > 0 else -unit
        if abs(left) < unit * (1 - 1e-9):
            break
        whole[at] += step
        left -= step
    whole[order[0]] += left if abs(left) > unit * 1e-9 else 0.0
    return whole


def share_fill(
    quantity: float, holders: Sequence[tuple[str, float]], flattens: bool, lot: float
) -> list[tuple[str, float]]:
    """Share a fill that LEAN made itself.

    Args:
        quantity: The fill's signed quantity.
        holders: (strategy, signed quantity) of those who hold the instrument.
        flattens: Whether LEAN holds none of it after the fill.
        lot: The instrument's lot size.

    Returns:
        (strategy, signed quantity) parts that sum to the quantity: everybody flat when LEAN is
        flat, else by the shares of the side being closed; what exceeds it is `UNASSIGNED`.
    """
    if flattens and holders:
        return [(name, -held) for name, held in holders]
    closing = [(name, held) for name, held in holders if held * quantity < 0]
    available = sum(abs(held) for _, held in closing)
    taken = min(abs(quantity), available) * (1 if quantity > 0 else -1)
    parts: list[tuple[str, float]] = []
    if taken:
        shares = largest_remainder(taken, [abs(held) for _, held in closing], lot)
        parts = [(name, part) for (name, _), part in zip(closing, shares, strict=True) if part]
    if abs(quantity) > available:
        parts.append((UNASSIGNED, quantity - taken))
    return parts


def exit_reason(order: Order, fill: Fill, instrument: Instrument) -> str:
    """Why a fill closes what it closes, in the words of `TradeRecord.exit_reason`."""
    if order.order_type is not OrderType.OPTION_EXERCISE:
        return order.reason
    if fill.message.startswith(OUT_OF_THE_MONEY):
        return "expiry"
    # the option's leg goes against its holder: who is short buys back, who is long gives up
    assigned = fill.quantity > 0 if instrument.strike is not None else order.reason == "assignment"
    if assigned:
        order.reason = "assignment"
    return "assignment" if assigned else "exercise"


def underlying_price(fill: Fill) -> float | None:
    """The underlying's price that LEAN states in an exercise's message, or None."""
    found = _UNDERLYING.search(fill.message)
    return float(found[1]) if found else None


class Holding:
    """LEAN's net holding of an instrument, as every fill left it, and its last worth.

    Attributes:
        quantity: Signed net quantity.
        average: LEAN's average price, quote currency; 0 when flat.
        worth: What a unit is worth now (`Instrument.worth`).
        settled: LEAN's settled profit of a future, in LEAN's units.
    """

    __slots__ = ("average", "instrument", "quantity", "settled", "worth")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.quantity = 0.0
        self.average = 0.0
        self.worth = 0.0
        self.settled = 0.0

    def fill(self, quantity: float, price: float) -> float:
        """Book a fill as LEAN's portfolio does.

        Returns:
            The profit of the closed part at LEAN's average price, in the P&L currency.
        """
        instrument, before = self.instrument, self.quantity
        after = before + quantity
        if after % 1:
            after = tidy(after)
        if abs(after) < instrument.lot * DUST:
            after = 0.0
        profit = 0.0
        if before * quantity < 0:
            closed = -quantity if abs(quantity) < abs(before) else before
            if instrument.inverse:
                gain = instrument.worth(price) - instrument.worth(self.average)
            else:
                gain = price - self.average
            profit = closed * gain * instrument.multiplier
            if after * before <= 0:
                self.average = price if after else 0.0
        elif before:
            self.average = (self.average * before + price * quantity) / (before + quantity)
        else:
            self.average = price
        self.quantity = after
        if not after:
            self.settled = 0.0
        if not self.worth:
            self.worth = instrument.worth(price)
        return profit

    @property
    def cost(self) -> float:
        """What the quantity is worth at LEAN's average price, P&L currency."""
        return self.quantity * self.instrument.worth(self.average) * self.instrument.multiplier

    @property
    def price(self) -> float:
        """The last price in quote currency, from the worth; 0 where none was seen."""
        return self.instrument.worth(self.worth)

    def close_out(self, profit: float, rate: float) -> None:
        """Set the worth from LEAN's unrealized profit: what closing would bring now."""
        instrument = self.instrument
        if self.quantity and rate:
            size = self.quantity * instrument.multiplier * rate
            self.worth = instrument.worth(self.average) + profit / size

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        return [self.instrument.sid, self.quantity, self.average, self.worth, self.settled]

    def restore(self, state: list[Any]) -> None:
        """Take over what `state` returned."""
        _, self.quantity, self.average, self.worth, self.settled = state


class LeanCash:
    """The cash that LEAN must show if every event was seen.

    Settled and unsettled amounts count together; a future's settled profit, which LEAN moves into
    cash every day without an event, is taken out of what LEAN shows before the two are compared.
    """

    def __init__(self) -> None:
        self.expected: dict[str, float] = {}
        self._announced: list[tuple[str, float, str]] = []
        self.next_scan: datetime | None = None

    def move(self, currency: str, amount: float) -> None:
        """An event moved an amount."""
        self.expected[currency] = self.expected.get(currency, 0.0) + amount

    def fill(self, instrument: Instrument, quantity: float, price: float, profit: float) -> None:
        """Move what LEAN moves at a fill, the fee apart.

        Args:
            instrument: What was traded.
            quantity: Signed.
            price: Quote currency.
            profit: The closed part's profit at LEAN's average price, P&L currency.
        """
        valuation = instrument.valuation
        if valuation is MARGIN:
            if profit:
                self.move(instrument.currency, profit)
            return
        expected, quote = self.expected, instrument.quote
        paid = quantity * price * instrument.multiplier
        expected[quote] = expected.get(quote, 0.0) - paid
        if valuation is PAIR:
            self.move(instrument.base, quantity)

    def announce(self, currency: str, amount: float, note: str) -> None:
        """The user says that a deposit or withdrawal will come."""
        self._announced.append((currency, amount, note))

    def announced(self, currency: str, amount: float, tolerance: float) -> str | None:
        """Take back the announcement of that amount: its cause, or None when there is none."""
        for entry in self._announced:
            if entry[0] == currency and abs(entry[1] - amount) <= tolerance:
                self._announced.remove(entry)
                return f"announced: {entry[2]}" if entry[2] else "announced"
        return None

    def scanned(self, time: datetime) -> bool:
        """Whether LEAN's hourly scan, which books funding and interest, ran since the last mark."""
        if self.next_scan is not None and time < self.next_scan:
            return False
        self.next_scan = time.replace(minute=0, second=0, microsecond=0) + HOUR
        return True

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "expected": dict(self.expected),
            "announced": [list(entry) for entry in self._announced],
            "next_scan": self.next_scan.isoformat() if self.next_scan else None,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.expected = dict(state["expected"])
        self._announced = [(entry[0], entry[1], entry[2]) for entry in state["announced"]]
        scan = state["next_scan"]
        self.next_scan = datetime.fromisoformat(scan) if scan else None


class Mirrored(NamedTuple):
    """What a trade in LEAN's mirror brought beside its cash, P&L currency.

    Attributes:
        landed: Profit of the closed part at LEAN's average price, where it is turned into account
            currency at once (`Books.lands`); 0 for all else.
        averaged: What appears by LEAN's averaging. Of an inverse contract LEAN averages the prices
            as of any other, and 1 / average is less than the average of 1 / price: the difference
            is in LEAN's equity and in no lot. 0 for all else.
    """

    landed: float
    averaged: float


PLAIN = Mirrored(0.0, 0.0)


def mirror(
    cash: LeanCash,
    holding: Holding,
    quantity: float,
    price: float,
    account: tuple[str, float] | None = None,
) -> Mirrored:
    """Trade in LEAN's mirror, the fee apart.

    Args:
        cash: LEAN's cash.
        holding: LEAN's holding.
        quantity: Signed.
        price: Quote currency.
        account: Account currency and rate, where the profit lands in it (`Books.lands`).
    """
    instrument = holding.instrument
    if account is None and not instrument.inverse:
        cash.fill(instrument, quantity, price, holding.fill(quantity, price))
        return PLAIN
    before = holding.cost if instrument.inverse else 0.0
    profit = holding.fill(quantity, price)
    if account is None:
        cash.fill(instrument, quantity, price, profit)
    else:
        cash.move(account[0], profit * account[1])
    averaged = 0.0
    if instrument.inverse:
        traded = quantity * instrument.worth(price) * instrument.multiplier
        averaged = before + traded + profit - holding.cost
    return Mirrored(0.0 if account is None else profit, averaged)


class Stake(NamedTuple):
    """A strategy's part in what holding an instrument may cost or bring.

    Attributes:
        strategy: Its name.
        sid: The instrument.
        size: Absolute value of LEAN's net holding, P&L currency.
        share: Its signed quantity over the net one.
    """

    strategy: str
    sid: str
    size: float
    share: float


def stakes(holdings: Iterable[Holding], accounts: Iterable[Account]) -> list[Stake]:
    """Who holds what bears interest or funding now."""
    bearing = [held for held in holdings if held.quantity and held.instrument.bears_interest]
    if not bearing:
        return []
    strategies = list(accounts)
    return [
        Stake(
            account.name,
            held.instrument.sid,
            abs(held.quantity * held.worth) * held.instrument.multiplier,
            account.open[held.instrument.sid].quantity / held.quantity,
        )
        for held in bearing
        for account in strategies
        if held.instrument.sid in account.open
    ]


def bearers(
    held: Sequence[Stake], instruments: Mapping[str, Instrument], currency: str
) -> list[tuple[Stake, float]]:
    """Who pays or receives the funding or interest that moved cash in a currency.

    Args:
        held: The stakes when LEAN's scan ran.
        instruments: By sid.
        currency: Where the cash moved. Instruments with their P&L in it bear it. When there are
            none, all others do but crypto futures, whose funding is paid in that currency only.

    Returns:
        (stake, part of the cash) with parts that sum to 1: instruments by their value, strategies
        in each by signed quantity. Empty when nobody does.
    """
    same = [stake for stake in held if instruments[stake.sid].currency == currency]
    chosen = same or [
        stake for stake in held if instruments[stake.sid].kind is not Kind.CRYPTO_FUTURE
    ]
    total = sum({stake.sid: stake.size for stake in chosen}.values())
    if not total:
        return []
    return [(stake, stake.size / total * stake.share) for stake in chosen]
