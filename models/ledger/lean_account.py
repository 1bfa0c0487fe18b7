"""The shadow of LEAN's account: the holdings and the cash LEAN must show if every event was seen.

Where LEAN's cash differs from the expected cash, money moved without an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from models.codec import FLAG, NUMBER, TEXT, TIME, dict_of, list_of, maybe
from models.events.causes import FlowCause
from models.events.instruments import Instrument, Valuation
from models.events.quantities import dust, tidy
from models.fields import Field, Restorable, Restoring, Table
from models.records import Saved, row_codec

HOUR = timedelta(hours=1)
AVERAGE_PART = 1e-9  # average prices that differ by less than this part of them are the same
# Read at every fill: a name of a module is found faster than a member of its enum.
PREMIUM, MARGIN, PAIR = Valuation.PREMIUM, Valuation.MARGIN, Valuation.PAIR


class Holding:
    """LEAN's net holding of an instrument, as every fill left it, and its last unit value.

    Attributes:
        quantity: Signed net quantity.
        average: LEAN's average price, quote currency; 0 when flat.
        unit_value: What a unit is worth now (`Instrument.unit_value`).
        settled: LEAN's settled profit of a future, in LEAN's units.
        unpriced: Whether it was held from the start and had no price at any mark since.
        traded: Sum of the quantities traded, without sign, since it was last opened from flat.
    """

    __slots__ = ("average", "instrument", "quantity", "settled", "traded", "unit_value", "unpriced")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.quantity = 0.0
        self.average = 0.0
        self.unit_value = 0.0
        self.settled = 0.0
        self.traded = 0.0
        self.unpriced = False

    def fill(self, quantity: float, price: float) -> float:
        """Book a fill as LEAN's portfolio does.

        Returns:
            The profit of the closed part at LEAN's average price, in the P&L currency.
        """
        instrument, before = self.instrument, self.quantity
        after = before + quantity
        self.traded = abs(quantity) + (self.traded if before else 0.0)
        if after % 1:
            after = tidy(after, max(abs(before), abs(quantity)))
            if abs(after) <= dust(self.traded):
                after = 0.0
        profit = 0.0
        if before * quantity < 0:
            closed = -quantity if abs(quantity) < abs(before) else before
            if instrument.inverse:
                gain = instrument.unit_value(price) - instrument.unit_value(self.average)
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
        if not self.unit_value:
            self.unit_value = instrument.unit_value(price)
        return profit

    @property
    def cost(self) -> float:
        """What the quantity is worth at LEAN's average price, P&L currency."""
        return self.quantity * self.instrument.unit_value(self.average) * self.instrument.multiplier

    @property
    def price(self) -> float:
        """The last price in quote currency, from the unit value; 0 where none was seen."""
        return self.instrument.unit_value(self.unit_value)

    def close_out(
        self, profit: float, rate: float, shown: tuple[float, float] | None = None
    ) -> None:
        """Set the unit value from LEAN's unrealized profit: what closing would bring now.

        Args:
            profit: Account currency.
            rate: Account currency per unit of P&L currency.
            shown: The quantity and average price that LEAN reckoned it for; None is what the fills
                seen make. LEAN may be ahead of them.
        """
        instrument, quantity, average = self.instrument, self.quantity, self.average
        if shown is not None and (shown[0] != quantity or averaged_otherwise(self, shown[1])):
            quantity, average = shown
        if quantity and rate:
            size = quantity * instrument.multiplier * rate
            self.unit_value = instrument.unit_value(average) + profit / size

    def state(self) -> list[Any]:
        """JSON-able and exact."""
        return _HOLDING_FIELDS.to_row(self)

    def restore(self, state: Sequence[Any]) -> None:
        """Take over what `state` returned of a holding of the same instrument.

        Raises:
            StateError: Something in it is missing or of another type.
        """
        _HOLDING_FIELDS.restore_row(self, state)

    @property
    def _saved_traded(self) -> float | None:
        return self.traded

    @_saved_traded.setter
    def _saved_traded(self, traded: float | None) -> None:
        self.traded = abs(self.quantity) if traded is None else traded


def averaged_otherwise(holding: Holding, average: float) -> bool:
    """Whether LEAN's average price is another than the fills seen make.

    Live, events overtake each other, and what closes at an average price depends on their order.

    Args:
        holding: LEAN's holding as the fills seen left it, valued by its profit.
        average: What LEAN has; 0 where it was not read.
    """
    if not average or holding.instrument.valuation is not MARGIN:
        return False
    before = holding.average
    return abs(average - before) > AVERAGE_PART * (abs(average) + abs(before))


_HOLDING_FIELDS = Table(
    Field("sid", TEXT, "instrument.sid", Restoring.SAME),
    Field("quantity", NUMBER),
    Field("average", NUMBER),
    Field("unit_value", NUMBER),
    Field("settled", NUMBER),
    Field("traded", maybe(NUMBER), "_saved_traded", absent=None),
    Field("unpriced", FLAG, absent=False),
)


class Announced(NamedTuple):
    """An amount that the user says will come.

    Attributes:
        currency: Its currency.
        amount: Units of the currency.
        note: The user's words.
        cause: What it is.
        strategy: Whose P&L it is where it is any; empty for the account's alone.
    """

    currency: str
    amount: float
    note: str
    cause: FlowCause = FlowCause.OTHER
    strategy: str = ""

    @property
    def text(self) -> str:
        """The cause of the flow that it becomes."""
        return f"announced: {self.note}" if self.note else "announced"


class Due(NamedTuple):
    """A dividend whose cash has not come.

    Attributes:
        time: UTC of LEAN's word of it.
        sid: The share's Symbol ID.
        parts: Strategy -> what it has a right to, or owes where it was short, quote currency.
    """

    time: datetime
    sid: str
    parts: Mapping[str, float]

    @property
    def amount(self) -> float:
        """What is due in all, quote currency."""
        return sum(self.parts.values())


_ANNOUNCED = row_codec(Announced, Saved(absent={"cause": FlowCause.OTHER.value, "strategy": ""}))


class ShadowCash(Restorable):
    """The expected cash: what LEAN must show if every event was seen.

    Settled and unsettled amounts count together; a future's settled profit, which LEAN moves into
    cash every day without an event, is taken out of what LEAN shows before the two are compared.

    Attributes:
        expected: The cash by currency.
        next_scan: UTC of LEAN's next hourly scan, which books funding and interest.
        opening: The cash that the account opened with, by currency; empty where it held something.
        due: Live, the dividends whose cash has not come (`models.ledger.dues`).
    """

    STATE: ClassVar[Table] = Table(
        Field("expected", dict_of(NUMBER)),
        Field("announced", list_of(_ANNOUNCED), "_announced"),
        Field("next_scan", maybe(TIME)),
        Field("opening", dict_of(NUMBER), absent={}),
        Field("due", list_of(row_codec(Due)), absent=[]),
    )

    def __init__(self) -> None:
        self.expected: dict[str, float] = {}
        self._announced: list[Announced] = []
        self.next_scan: datetime | None = None
        self.opening: dict[str, float] = {}
        self.due: list[Due] = []

    def move(self, currency: str, amount: float) -> None:
        """Add an amount that an event moved to the expected cash."""
        self.expected[currency] = self.expected.get(currency, 0.0) + amount

    def fill(self, instrument: Instrument, quantity: float, price: float, profit: float) -> None:
        """Move what LEAN moves at a fill, without its fee.

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

    def announce(self, announced: Announced) -> None:
        """Note an amount that the user says will come."""
        self._announced.append(announced)

    def announced(self, currency: str, amount: float, tolerance: float) -> Announced | None:
        """Take back the announcement of that amount, or None when there is none."""
        for entry in self._announced:
            if entry.currency == currency and abs(entry.amount - amount) <= tolerance:
                self._announced.remove(entry)
                return entry
        return None

    def scanned(self, time: datetime) -> bool:
        """Whether LEAN's hourly scan, which books funding and interest, ran since the last mark."""
        hour = self.next_scan
        if hour is None or time >= hour + HOUR:
            day = time.year, time.month, time.day
            hour = datetime(*day, time.hour, 0, 0, 0, time.tzinfo)  # faster than `replace`
        elif time < hour:
            return False
        self.next_scan = hour + HOUR
        return True


class ShadowFill(NamedTuple):
    """What a fill brought in the shadow account beside the cash that paid for it, P&L currency.

    Attributes:
        landed: Profit of the closed part at LEAN's average price, where it is turned into account
            currency at once (`Books.account_settlement`); 0 for all else.
        averaged: What appears by LEAN's averaging. Of an inverse contract LEAN averages the prices
            as of any other, and 1 / average is less than the average of 1 / price: the difference
            is in LEAN's equity and in no lot. 0 for all else.
    """

    landed: float
    averaged: float


# What a fill brings where its cash is all.
CASH_ALONE = ShadowFill(0.0, 0.0)


def fill_shadow(
    cash: ShadowCash,
    holding: Holding,
    quantity: float,
    price: float,
    account: tuple[str, float] | None = None,
) -> ShadowFill:
    """Book a fill in the shadow account as LEAN does, without its fee.

    Args:
        cash: LEAN's cash.
        holding: LEAN's holding.
        quantity: Signed.
        price: Quote currency.
        account: Account currency and rate where the profit is turned into it at once
            (`Books.account_settlement`); None where it stays in its own.
    """
    instrument = holding.instrument
    if instrument.valuation is PREMIUM:  # what most fills are of, in one step
        holding.fill(quantity, price)
        expected, quote = cash.expected, instrument.quote
        paid = quantity * price * instrument.multiplier
        expected[quote] = expected.get(quote, 0.0) - paid
        return CASH_ALONE
    if account is None and not instrument.inverse:
        cash.fill(instrument, quantity, price, holding.fill(quantity, price))
        return CASH_ALONE
    before = holding.cost if instrument.inverse else 0.0
    profit = holding.fill(quantity, price)
    if account is None:
        cash.fill(instrument, quantity, price, profit)
    else:
        cash.move(account[0], profit * account[1])
    averaged = 0.0
    if instrument.inverse:
        traded = quantity * instrument.unit_value(price) * instrument.multiplier
        averaged = before + traded + profit - holding.cost
    return ShadowFill(0.0 if account is None else profit, averaged)
