"""The fills of a run as LEAN's portfolio took them: what each closed, and what LEAN recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models.events.instruments import Instrument
from models.events.quantities import dust, tidy
from models.ledger.corporate_actions import PLACES
from workbench.runs.lean.facts import LeanEvent, Sample

# How much later than its fill LEAN may date a record: each one more at a time a millisecond.
LATER = timedelta(seconds=2)
SOONER = timedelta(milliseconds=1)


@dataclass(slots=True)
class Closing:
    """What a fill took off LEAN's net position.

    Attributes:
        at: Which fill it is, by its place among the fills.
        gain: P&L at LEAN's average price with a multiplier of 1, in the P&L currency.
        recorded: What LEAN recorded of it, less twice the fee; None where no record is found.
    """

    at: int
    gain: float
    recorded: float | None = None


@dataclass(slots=True)
class NetHolding:
    """LEAN's net quantity and average price of an instrument."""

    quantity: float = 0.0
    average: float = 0.0
    traded: float = 0.0

    def fill(self, instrument: Instrument, quantity: float, price: float) -> float | None:
        """Trade a quantity; returns what closing gained with a multiplier of 1, None of opening."""
        before = self.quantity
        after = tidy(before + quantity, max(abs(before), abs(quantity)))
        self.traded = abs(quantity) + (self.traded if before else 0.0)
        if abs(after) <= dust(self.traded):
            after = 0.0
        gain = None
        if before * quantity < 0:
            closed = -quantity if abs(quantity) < abs(before) else before
            gain = closed * (instrument.unit_value(price) - instrument.unit_value(self.average))
            if after * before <= 0:
                self.average = price if after else 0.0
        elif before:
            self.average = (self.average * before + price * quantity) / (before + quantity)
        else:
            self.average = price
        self.quantity = after
        return gain

    def split(self, factor: float) -> None:
        """Split it as LEAN does: whole shares stay."""
        self.quantity = float(int(round(self.quantity / factor, PLACES)))
        self.average *= factor
        self.traded /= factor


@dataclass(frozen=True, slots=True)
class FoundSplit:
    """A split: it happens before the fill at a place, or at a time.

    Attributes:
        sid: What was split.
        time: UTC.
        factor: New price over old price.
        before: The place of the first fill after it.
        exact: Whether LEAN's data say so; else the trades tell.
        reference: The last price before it, quote currency; 0 where it is not known.
    """

    sid: str
    time: datetime
    factor: float
    before: int
    exact: bool = False
    reference: float = 0.0


@dataclass(slots=True)
class Portfolio:
    """The net holdings after all fills, and the closings on the way."""

    holdings: dict[str, NetHolding] = field(default_factory=dict)
    closings: list[Closing] = field(default_factory=list)


def play(
    fills: Sequence[LeanEvent],
    instruments: Mapping[str, Instrument],
    splits: Iterable[FoundSplit] = (),
    opening: Mapping[str, tuple[float, float]] | None = None,
) -> Portfolio:
    """Trade the fills as LEAN's portfolio does.

    Args:
        fills: In LEAN's order.
        instruments: By Symbol ID; multipliers do not matter.
        splits: What was split.
        opening: Symbol ID -> (quantity, average price) of what was held before.
    """
    found, due = Portfolio(), sorted(splits, key=lambda each: each.before)
    for sid, (quantity, average) in (opening or {}).items():
        found.holdings[sid] = NetHolding(quantity, average, abs(quantity))
    for at, fill in enumerate(fills):
        while due and due[0].before <= at:
            split = due.pop(0)
            found.holdings.setdefault(split.sid, NetHolding()).split(split.factor)
        held = found.holdings.setdefault(fill.sid, NetHolding())
        gain = held.fill(instruments[fill.sid], fill.quantity, fill.price)
        if gain is not None:
            found.closings.append(Closing(at, gain))
    return found


def match(
    closings: Sequence[Closing], fills: Sequence[LeanEvent], profits: Sequence[Sample]
) -> int:
    """Give each closing what LEAN recorded of it; returns how many found none.

    LEAN records closings in order, and dates one that is of the same time as another a millisecond
    later.
    """
    ordered = sorted(closings, key=lambda closing: (fills[closing.at].time, closing.at))
    place, missing = 0, 0
    for closing in ordered:
        time = fills[closing.at].time
        while place < len(profits) and profits[place].time < time - SOONER:
            place += 1
        if place < len(profits) and profits[place].time <= time + LATER:
            closing.recorded = profits[place].value
            place += 1
        else:
            missing += 1
    return missing
