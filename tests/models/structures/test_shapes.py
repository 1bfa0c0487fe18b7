"""The shapes of structures by their legs."""

from __future__ import annotations

from datetime import date

import pytest

from models.structures.shapes import CUSTOM, SHAPES, ShapeLeg, shape_name

FIRST, SECOND = date(2024, 1, 19), date(2024, 2, 16)

# legs as kind, quantity, strike, expiry; the underlying in contracts
CASES: dict[str, list[tuple[str, float, float, date | None]]] = {
    "long call": [("C", 3, 100, FIRST)],
    "short call": [("C", -3, 100, FIRST)],
    "long put": [("P", 1, 100, FIRST)],
    "short put": [("P", -1, 100, FIRST)],
    "vertical": [("P", 1, 95, FIRST), ("P", -1, 100, FIRST)],
    "calendar": [("C", -2, 100, FIRST), ("C", 2, 100, SECOND)],
    "diagonal": [("P", -1, 100, FIRST), ("P", 1, 95, SECOND)],
    "straddle": [("C", -1, 100, FIRST), ("P", -1, 100, FIRST)],
    "strangle": [("C", -1, 105, FIRST), ("P", -1, 95, FIRST)],
    "guts": [("C", 1, 95, FIRST), ("P", 1, 105, FIRST)],
    "butterfly": [("C", 1, 95, FIRST), ("C", -2, 100, FIRST), ("C", 1, 105, FIRST)],
    "iron butterfly": [
        ("P", 1, 95, FIRST), ("P", -1, 100, FIRST), ("C", -1, 100, FIRST), ("C", 1, 105, FIRST),
    ],
    "condor": [
        ("P", -1, 90, FIRST), ("P", 1, 95, FIRST), ("P", 1, 100, FIRST), ("P", -1, 105, FIRST),
    ],
    "iron condor": [
        ("P", 2, 90, FIRST), ("P", -2, 95, FIRST), ("C", -2, 105, FIRST), ("C", 2, 110, FIRST),
    ],
    "box": [("C", 1, 95, FIRST), ("P", -1, 95, FIRST), ("C", -1, 105, FIRST), ("P", 1, 105, FIRST)],
    "ratio": [("C", 2, 100, FIRST), ("C", -3, 105, FIRST)],
    "jelly roll": [
        ("C", -1, 100, FIRST), ("P", 1, 100, FIRST), ("C", 1, 100, SECOND), ("P", -1, 100, SECOND),
    ],
    "covered call": [("S", 2, 0, None), ("C", -2, 100, FIRST)],
    "covered put": [("S", -1, 0, None), ("P", -1, 100, FIRST)],
    "protective put": [("S", 1, 0, None), ("P", 1, 100, FIRST)],
    "protective call": [("S", -1, 0, None), ("C", 1, 100, FIRST)],
    "collar": [("S", 1, 0, None), ("P", 1, 95, FIRST), ("C", -1, 105, FIRST)],
    "conversion": [("S", 1, 0, None), ("P", 1, 100, FIRST), ("C", -1, 100, FIRST)],
}  # fmt: skip


def legs_of(name: str, sign: int = 1) -> list[ShapeLeg]:
    """The legs of a case, or the other side of them."""
    return [ShapeLeg(kind, sign * size, at, day) for kind, size, at, day in CASES[name]]


def test_every_shape_has_a_case() -> None:
    """Each name of the table, and the ratio, is tried."""
    assert {row.name for row in SHAPES} | {"ratio"} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_legs_have_their_name_in_any_order(name: str) -> None:
    """The name does not depend on the order of the legs nor on how many of the structure it is."""
    legs = legs_of(name)
    assert shape_name(legs) == name
    assert shape_name(legs[::-1]) == name
    assert shape_name([leg._replace(quantity=leg.quantity * 5) for leg in legs]) == name


@pytest.mark.parametrize("name", sorted({row.name for row in SHAPES if row.turns} | {"ratio"}))
def test_the_other_side_has_the_same_name(name: str) -> None:
    """Whoever sold what another bought has the same structure."""
    assert shape_name(legs_of(name, -1)) == name


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: f"{row.name} {row.legs}")
def test_each_row_names_its_own_legs(row: object) -> None:
    """No row of the table hides another."""
    names = [each.name for each in SHAPES if each.legs == row.legs]  # type: ignore[attr-defined]
    assert len(names) == 1


@pytest.mark.parametrize(
    "legs",
    [
        [("C", 1, 100, FIRST), ("C", 1, 105, FIRST)],
        [("C", 1, 100, FIRST), ("P", -1, 100, FIRST)],
        [("C", 1, 95, FIRST), ("C", -2, 100, FIRST), ("C", 2, 105, FIRST)],
        [("S", 1, 0, None), ("C", -2, 100, FIRST)],
        [("C", 0.5, 100, FIRST), ("C", -0.5, 105, FIRST)],
        [("S", 1, 0, None)],
    ],
)
def test_other_legs_are_custom(legs: list[tuple[str, float, float, date | None]]) -> None:
    """What no row has is custom."""
    assert shape_name([ShapeLeg(*leg) for leg in legs]) == CUSTOM
