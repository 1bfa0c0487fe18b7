"""The members of LEAN's enumerations, looked up as those of `models`."""

from __future__ import annotations

import enum
from typing import Any, TypeVar

OwnMember = TypeVar("OwnMember", bound=enum.IntEnum)


class Members(dict[Any, OwnMember]):
    """LEAN's members of an enumeration -> ours of the same number.

    Each of LEAN's is converted at its first sight and kept: LEAN hands out the same object for a
    member every time, and looking it up takes a tenth of what converting it takes.

    Args:
        kind: Our enumeration.
    """

    def __init__(self, kind: type[OwnMember]) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, member: Any) -> OwnMember:
        """Convert a member that was not seen before; ValueError where ours has none like it."""
        ours = self[member] = self._kind(int(member))
        return ours
