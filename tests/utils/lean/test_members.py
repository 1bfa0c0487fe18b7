"""LEAN's members of enumerations, looked up as ours."""

from __future__ import annotations

import pytest

from models.events.orders import OrderStatus
from utils.lean.members import Members


class LeanMember:
    """A member of one of LEAN's enumerations, that counts how often it is converted."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.converted = 0

    def __int__(self) -> int:
        self.converted += 1
        return self.number


def test_a_member_is_converted_once() -> None:
    """A member of LEAN's is ours of the same number, and no second look-up converts it."""
    members, filled = Members(OrderStatus), LeanMember(3)
    assert [members[filled], members[filled]] == [OrderStatus.FILLED, OrderStatus.FILLED]
    assert filled.converted == 1


def test_a_member_that_is_not_ours_is_refused() -> None:
    """A number that our enumeration does not have is a ValueError, each time."""
    members, strange = Members(OrderStatus), LeanMember(4)
    for _ in range(2):
        with pytest.raises(ValueError, match="4 is not a valid OrderStatus"):
            members[strange]
