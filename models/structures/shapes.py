"""The shapes of structures: which legs, at which strikes and expiries, have which name.

A shape is written as its legs: a sign, a ratio where it is not 1, `C`, `P` or `S` for calls, puts
and the underlying, the rank of the strike from the lowest on, and after `@` the rank of the expiry
from the first on where there are several. `-C1@1 +C1@2` sells a call and buys the same strike with
a later expiry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from math import gcd
from typing import NamedTuple

CUSTOM = "custom"

# A whole number of contracts may be off by so much.
WHOLE_CONTRACTS = 1e-9


class ShapeLeg(NamedTuple):
    """One leg of a structure, as its shape sees it.

    Attributes:
        kind: "C" for calls, "P" for puts, "S" for the underlying.
        quantity: Signed contracts; of the underlying what so many contracts deliver.
        strike: Quote currency; 0 of the underlying.
        expiry: None of the underlying, and where it is unknown.
    """

    kind: str
    quantity: float
    strike: float = 0.0
    expiry: date | None = None


class ShapeRow(NamedTuple):
    """A name and the legs that have it.

    Attributes:
        name: The name.
        legs: The legs; either all as written or, where `turns`, all with the opposite sign.
        turns: Whether the opposite signs have the name too: who sold it closes what who bought it
            opened, and the net debit or credit tells them apart.
    """

    name: str
    legs: str
    turns: bool = True


SHAPES: tuple[ShapeRow, ...] = (
    ShapeRow("long call", "+C1", turns=False),
    ShapeRow("short call", "-C1", turns=False),
    ShapeRow("long put", "+P1", turns=False),
    ShapeRow("short put", "-P1", turns=False),
    ShapeRow("vertical", "+C1 -C2"),
    ShapeRow("vertical", "+P1 -P2"),
    ShapeRow("calendar", "-C1@1 +C1@2"),
    ShapeRow("calendar", "-P1@1 +P1@2"),
    ShapeRow("diagonal", "-C1@1 +C2@2"),
    ShapeRow("diagonal", "-C2@1 +C1@2"),
    ShapeRow("diagonal", "-P1@1 +P2@2"),
    ShapeRow("diagonal", "-P2@1 +P1@2"),
    ShapeRow("straddle", "+P1 +C1"),
    ShapeRow("strangle", "+P1 +C2"),
    ShapeRow("guts", "+C1 +P2"),
    ShapeRow("butterfly", "+C1 -2C2 +C3"),
    ShapeRow("butterfly", "+P1 -2P2 +P3"),
    ShapeRow("iron butterfly", "+P1 -P2 -C2 +C3"),
    ShapeRow("condor", "+C1 -C2 -C3 +C4"),
    ShapeRow("condor", "+P1 -P2 -P3 +P4"),
    ShapeRow("iron condor", "+P1 -P2 -C3 +C4"),
    ShapeRow("box", "+C1 -P1 -C2 +P2"),
    ShapeRow("jelly roll", "-C1@1 +P1@1 +C1@2 -P1@2"),
    ShapeRow("covered call", "+S -C1", turns=False),
    ShapeRow("covered put", "-S -P1", turns=False),
    ShapeRow("protective put", "+S +P1", turns=False),
    ShapeRow("protective call", "-S +C1", turns=False),
    ShapeRow("collar", "+S +P1 -C2"),
    ShapeRow("conversion", "+S +P1 -C1"),
)
# Two strikes of one expiry in any ratio but one to one, whichever side has more.
RATIO = "ratio"
RATIO_LEGS = ("+C1 -C2", "+P1 -P2")

_LEG = re.compile(r"([+-])(\d*)([CPS])(\d*)(?:@(\d))?")

# The legs of a shape by rank: (expiry, kind, strike, quantity) of each, in order.
Signature = tuple[tuple[int, str, int, int], ...]


def _signature(legs: str) -> Signature:
    """The signature of legs as the table writes them."""
    found = [
        (int(expiry or kind != "S"), kind, int(strike or 0), int(f"{sign}{ratio or 1}"))
        for sign, ratio, kind, strike, expiry in _LEG.findall(legs)
    ]
    return tuple(sorted(found))


def _turned(signature: Signature) -> Signature:
    """The same legs with the opposite signs."""
    return tuple(sorted((expiry, kind, at, -size) for expiry, kind, at, size in signature))


def _names() -> dict[Signature, str]:
    names = {_signature(row.legs): row.name for row in SHAPES}
    for row in SHAPES:
        if row.turns:
            names.setdefault(_turned(_signature(row.legs)), row.name)
    return names


_NAMES = _names()
_RATIOS = {each for legs in RATIO_LEGS for each in (_signature(legs), _turned(_signature(legs)))}


def in_units(quantities: Iterable[float]) -> tuple[int, list[int]]:
    """How many units quantities are of, and the quantity of each in one; (0, []) for fractions."""
    whole: list[int] = []
    for quantity in quantities:
        rounded = round(quantity)
        if not rounded or abs(quantity - rounded) > WHOLE_CONTRACTS:
            return 0, []
        whole.append(rounded)
    units = gcd(*whole)
    return units, [each // units for each in whole]


def _ranked(legs: Sequence[ShapeLeg], sizes: Sequence[int]) -> Signature:
    """The signature of legs with so many contracts in a unit."""
    options = [leg for leg in legs if leg.kind != "S"]
    strikes = sorted({leg.strike for leg in options})
    expiries = sorted({leg.expiry or date.min for leg in options})
    found = [
        (0, "S", 0, size)
        if leg.kind == "S"
        else (
            expiries.index(leg.expiry or date.min) + 1,
            leg.kind,
            strikes.index(leg.strike) + 1,
            size,
        )
        for leg, size in zip(legs, sizes, strict=True)
    ]
    return tuple(sorted(found))


def shape_name(legs: Sequence[ShapeLeg]) -> str:
    """The name of legs of one underlying, each instrument once; `CUSTOM` where they have none."""
    units, sizes = in_units(leg.quantity for leg in legs)
    if not units:
        return CUSTOM
    signature = _ranked(legs, sizes)
    name = _NAMES.get(signature)
    if name is None and len(legs) == len(RATIO_LEGS):
        signs = tuple(
            (expiry, kind, at, 1 if size > 0 else -1) for expiry, kind, at, size in signature
        )
        name = RATIO if tuple(sorted(signs)) in _RATIOS else None
    return name or CUSTOM
