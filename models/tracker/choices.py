"""Choices that a caller may name by their text."""

from __future__ import annotations

import enum
from typing import TypeVar

from models.errors import CallError

Member = TypeVar("Member", bound=enum.Enum)


def picked(choices: type[Member], value: Member | str, what: str) -> Member:
    """The member of an enum that a value is or names.

    Args:
        choices: The enum.
        value: A member or its value.
        what: How the error's text begins: what has these choices.

    Raises:
        CallError: There is no such member; the text names those there are.
    """
    try:
        return choices(value)
    except ValueError:
        allowed = ", ".join(choice.value for choice in choices)
        raise CallError(f"{what} {allowed}; {value!r} is none of them") from None
