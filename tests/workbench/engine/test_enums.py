"""Enumerations: how LEAN's constants print, compare and convert."""

from __future__ import annotations

import pytest

from workbench.engine.enums import (
    DelistingType,
    LeanEnum,
    OptionRight,
    OrderDirection,
    OrderStatus,
    OrderType,
    SecurityType,
    SplitType,
    constant,
    names_of,
)
from workbench.engine.reads import observed


@pytest.mark.parametrize(
    ("member", "name", "number"),
    [
        (OrderStatus.FILLED, "FILLED", 3),
        (OrderStatus.CANCELED, "CANCELED", 5),
        (OrderStatus.UPDATE_SUBMITTED, "UPDATE_SUBMITTED", 9),
        (OrderType.MARKET, "MARKET", 0),
        (OrderType.OPTION_EXERCISE, "OPTION_EXERCISE", 6),
        (OrderType.TRAILING_STOP, "TRAILING_STOP", 11),
        (OrderDirection.SELL, "SELL", 1),
        (SecurityType.EQUITY, "EQUITY", 1),
        (SecurityType.CRYPTO_FUTURE, "CRYPTO_FUTURE", 11),
        (OptionRight.PUT, "PUT", 1),
        (SplitType.SPLIT_OCCURRED, "SPLIT_OCCURRED", 1),
        (DelistingType.DELISTED, "DELISTED", 1),
    ],
)
def test_a_member_prints_its_name_and_has_leans_number(
    member: LeanEnum, name: str, number: int
) -> None:
    """`str` gives the name, `int` the number LEAN has for it."""
    assert str(member) == name
    assert int(member) == number


def test_members_are_equal_by_type_and_number() -> None:
    """A constant equals itself however it was reached, and nothing of another enumeration."""
    assert constant(OrderStatus, "FILLED") == OrderStatus.FILLED
    assert hash(constant(OrderStatus, "FILLED")) == hash(OrderStatus.FILLED)
    assert OrderStatus.FILLED != OrderStatus.CANCELED
    assert OrderDirection.BUY != OptionRight.CALL
    assert OrderStatus.FILLED != "FILLED"
    assert OrderStatus.FILLED != 3


class Conversions:
    """An observer of conversions."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def hook(self, kind: str) -> None:
        """No hook runs here."""

    def read(self, owner: object, member: str, arguments: tuple[object, ...]) -> None:
        """Note the conversion."""
        self.told.append(member)


def test_conversions_and_comparisons_are_told_of() -> None:
    """`int`, `str`, `==` and a dictionary's look-up cross into LEAN, `is` does not."""
    seen = Conversions()
    names = {OrderStatus.FILLED: "filled"}
    with observed(seen):
        assert (int(OrderStatus.FILLED), str(OrderStatus.FILLED)) == (3, "FILLED")
        assert constant(OrderStatus, "FILLED") == OrderStatus.FILLED
        assert names[OrderStatus.FILLED] == "filled"
        assert OrderStatus.FILLED is constant(OrderStatus, "FILLED")
    assert seen.told == ["__int__", "__str__", "__eq__", "__hash__"]


def test_a_member_is_no_string() -> None:
    """Code that treats a constant as text fails here as it would in LEAN."""
    assert not isinstance(OrderStatus.FILLED, str | int)
    assert repr(OrderStatus.FILLED) == "<OrderStatus.FILLED: 3>"
    with pytest.raises(AttributeError):
        _ = OrderStatus.FILLED.name


def test_an_unknown_name_is_an_error_that_lists_the_names() -> None:
    """A misspelt constant does not pass silently."""
    with pytest.raises(AttributeError, match="OrderDirection has no member LONG; it has BUY, SELL"):
        _ = OrderDirection.LONG
    with pytest.raises(AttributeError, match="it has CALL, PUT"):
        constant(OptionRight, "BOTH")


def test_the_names_come_in_leans_order() -> None:
    """The names of an enumeration are its closed set."""
    assert names_of(OrderDirection) == ("BUY", "SELL", "HOLD")
    assert "PARTIALLY_FILLED" in names_of(OrderStatus)
