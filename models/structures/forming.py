"""Forming: what a structure is called, what it cost, and what it can lose and make at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from models.events.instruments import Instrument
from models.ledger.books import Books
from models.structures.payoff import Bounds, PayoffLeg, payoff_bounds
from models.structures.shapes import CUSTOM, ShapeLeg, in_units, shape_name
from models.structures.structure import Structure

# A number, or an array of numbers.
ManyOrOne = TypeVar("ManyOrOne", float, npt.NDArray[np.float64])

NO_BOUNDS = Bounds(None, None)


def is_option(instrument: Instrument) -> bool:
    """Whether it has a strike."""
    return instrument.strike is not None


def delivered_by(option: Instrument, instruments: Mapping[str, Instrument]) -> float:
    """The quantity of its underlying that a contract delivers."""
    underlying = instruments.get(option.underlying)
    return option.multiplier / (underlying.multiplier if underlying else 1.0)


def last_day(option: Instrument) -> date | None:
    """The day it expires; None where that is not known."""
    return option.expiry.date() if option.expiry else None


def shape_of(
    holdings: Mapping[str, float], underlying: str, instruments: Mapping[str, Instrument]
) -> str:
    """The name of some holdings; `CUSTOM` where they have none, or are of several underlyings.

    Args:
        holdings: Symbol ID -> signed quantity.
        underlying: The underlying's Symbol ID.
        instruments: By Symbol ID.
    """
    options = [instruments[sid] for sid in holdings if is_option(instruments[sid])]
    if not options:
        return CUSTOM
    each = delivered_by(options[0], instruments)
    legs: list[ShapeLeg] = []
    for sid, quantity in holdings.items():
        instrument = instruments[sid]
        if instrument.strike is not None and instrument.underlying == underlying:
            kind, strike = instrument.right[:1], instrument.strike
            legs.append(ShapeLeg(kind, quantity, strike, last_day(instrument)))
        elif sid == underlying:
            legs.append(ShapeLeg("S", quantity / each))
        else:
            return CUSTOM
    return shape_name(legs)


class OpenFigures(NamedTuple):
    """What is open of a structure, in the fields of the same names."""

    name: str
    quantity: float
    multiplier: float
    max_risk: float | None
    max_profit: float | None


def figures_of(structure: Structure, books: Books) -> OpenFigures:
    """What is open of a structure: its name, and what it can lose and make at most."""
    holdings, instruments = structure.holdings(), books.instruments
    options = {sid: size for sid, size in holdings.items() if is_option(instruments[sid])}
    counted = options or holdings
    units, _ = in_units(counted.values())
    first = next(iter(counted), None)
    name = shape_of(holdings, structure.underlying, instruments)
    if name == CUSTOM and structure.joined and structure.underlying in holdings:
        name = _over_covered(holdings, options, structure.underlying, instruments)
    worst, best = bounds_of(structure, books)
    return OpenFigures(
        name,
        float(units) or min(map(abs, counted.values()), default=0.0),
        instruments[first].multiplier if first else 1.0,
        None if worst is None else max(0.0, -worst),
        None if best is None else max(0.0, best),
    )


def form(structure: Structure, books: Books) -> None:
    """Name a structure after what is open of it, and say what that can lose and make at most."""
    structure.changed = False
    structure.formed = structure.holdings()
    found = figures_of(structure, books)
    structure.name, structure.quantity, structure.multiplier = found[:3]
    structure.max_risk, structure.max_profit = found[3:]


def _over_covered(
    holdings: Mapping[str, float],
    options: Mapping[str, float],
    underlying: str,
    instruments: Mapping[str, Instrument],
) -> str:
    """The name of options with as much of the stock as they need, where there is more of it."""
    if not options:
        return CUSTOM
    option = instruments[next(iter(options))]
    needed = delivered_by(option, instruments) * max(map(abs, options.values()))
    stock = holdings[underlying]
    if abs(stock) < needed:
        return CUSTOM
    return shape_of(
        {**holdings, underlying: needed if stock > 0 else -needed}, underlying, instruments
    )


def bounds_of(structure: Structure, books: Books) -> Bounds:
    """The worst and the best P&L before fees at which a structure can end, account currency."""
    legs: list[PayoffLeg] = []
    rate, has_option = 1.0, False
    for stake in structure.stakes:
        instrument = stake.instrument
        size = stake.quantity * instrument.multiplier
        own = instrument.underlying == structure.underlying and instrument.right
        if instrument.strike is not None and own:
            has_option, rate = True, books.rates[instrument.currency]
            kind, strike = instrument.right[:1], instrument.strike
            legs.append(PayoffLeg(kind, size, stake.unit_value, strike, last_day(instrument)))
        elif stake.sid == structure.underlying:
            legs.append(PayoffLeg("S", size, stake.unit_value))
        else:
            return NO_BOUNDS
    if not has_option:
        return NO_BOUNDS
    return Bounds(
        *(None if end is None else end * rate + structure.gross for end in payoff_bounds(legs))
    )


def structure_value(structure: Structure, books: Books) -> float:
    """P&L before fees of the whole at the last mark, account currency."""
    holdings = books.holdings
    values = {stake.sid: holdings[stake.sid].unit_value for stake in structure.stakes}
    return structure_values(structure, books.rates, values)


def structure_values(
    structure: Structure, rates: Mapping[str, float], unit_values: Mapping[str, ManyOrOne]
) -> ManyOrOne:
    """The same by what a unit of everything is worth, one number each or one for each mark."""
    value: Any = structure.gross
    for stake in structure.stakes:
        instrument = stake.instrument
        gained = stake.quantity * (unit_values[stake.sid] - stake.unit_value)
        value = value + gained * instrument.multiplier * rates[instrument.currency]
    figures: ManyOrOne = value
    return figures
