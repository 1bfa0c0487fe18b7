"""LEAN's enumerations as Python sees them: constants that print their name and have LEAN's number.

They are neither Python Enums nor strings: `str(x)` gives the name, `int(x)` the number, and two are
equal when type and number are. Names and numbers are LEAN's own. Used by the tape reader as the
closed sets of a tape's words, and by the recorded objects as the values of their members.
Converting or comparing a constant crosses into .NET; observers are told of it.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from workbench.engine.reads import tell_of_conversion


class LeanEnumType(type):
    """Makes the members of an enumeration readable as attributes: `OrderStatus.FILLED`."""

    _members: dict[str, Any]

    def __getattr__(cls, name: str) -> Any:
        members = cls.__dict__.get("_members", {})
        if name not in members:
            known = ", ".join(members)
            raise AttributeError(f"{cls.__name__} has no member {name}; it has {known}")
        return members[name]


class LeanEnum(metaclass=LeanEnumType):
    """One constant of an enumeration; a subclass lists its members' numbers in `_numbers`."""

    __slots__ = ("_name", "_number")

    _numbers: ClassVar[dict[str, int]] = {}

    def __init__(self, name: str, number: int) -> None:
        self._name = name
        self._number = number

    def __init_subclass__(cls) -> None:
        cls._members = {name: cls(name, number) for name, number in cls._numbers.items()}

    def __int__(self) -> int:
        tell_of_conversion(self, "__int__")
        return self._number

    def __str__(self) -> str:
        tell_of_conversion(self, "__str__")
        return self._name

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self._name}: {self._number}>"

    def __eq__(self, other: object) -> bool:
        tell_of_conversion(self, "__eq__")
        if not isinstance(other, LeanEnum):
            return NotImplemented
        return type(self) is type(other) and self._number == other._number

    def __hash__(self) -> int:
        tell_of_conversion(self, "__hash__")
        return hash((type(self).__name__, self._number))


E = TypeVar("E", bound=LeanEnum)


def constant(kind: type[E], name: str) -> E:
    """Return the member of `kind` called `name`; AttributeError lists the names there are."""
    member: E = getattr(kind, name)
    return member


def names_of(kind: type[LeanEnum]) -> tuple[str, ...]:
    """Return the names of all members, in LEAN's order."""
    return tuple(kind._numbers)


def _counted(*names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


class SecurityType(LeanEnum):
    """The kind of an instrument."""

    __slots__ = ()
    _numbers = _counted(
        "BASE", "EQUITY", "OPTION", "COMMODITY", "FOREX", "FUTURE",
        "CFD", "CRYPTO", "FUTURE_OPTION", "INDEX", "INDEX_OPTION", "CRYPTO_FUTURE",
    )  # fmt: skip


class OrderStatus(LeanEnum):
    """Where an order stands; LEAN leaves 4 out."""

    __slots__ = ()
    _numbers: ClassVar[dict[str, int]] = {
        "NEW": 0,
        "SUBMITTED": 1,
        "PARTIALLY_FILLED": 2,
        "FILLED": 3,
        "CANCELED": 5,
        "NONE": 6,
        "INVALID": 7,
        "CANCEL_PENDING": 8,
        "UPDATE_SUBMITTED": 9,
    }


class OrderDirection(LeanEnum):
    """Which way an order goes."""

    __slots__ = ()
    _numbers = _counted("BUY", "SELL", "HOLD")


class OrderType(LeanEnum):
    """How an order is to be filled."""

    __slots__ = ()
    _numbers = _counted(
        "MARKET", "LIMIT", "STOP_MARKET", "STOP_LIMIT", "MARKET_ON_OPEN", "MARKET_ON_CLOSE",
        "OPTION_EXERCISE", "LIMIT_IF_TOUCHED", "COMBO_MARKET", "COMBO_LIMIT", "COMBO_LEG_LIMIT",
        "TRAILING_STOP",
    )  # fmt: skip


class AlgorithmMode(LeanEnum):
    """How an algorithm runs."""

    __slots__ = ()
    _numbers = _counted("LIVE", "OPTIMIZATION", "BACKTESTING", "RESEARCH")


class SplitType(LeanEnum):
    """Whether a split is announced for the next day or has happened."""

    __slots__ = ()
    _numbers = _counted("WARNING", "SPLIT_OCCURRED")


class DelistingType(LeanEnum):
    """Whether a delisting is announced or has happened."""

    __slots__ = ()
    _numbers = _counted("WARNING", "DELISTED")


class OptionRight(LeanEnum):
    """The right an option gives."""

    __slots__ = ()
    _numbers = _counted("CALL", "PUT")


class OptionStyle(LeanEnum):
    """When an option may be exercised."""

    __slots__ = ()
    _numbers = _counted("AMERICAN", "EUROPEAN")


class DataNormalizationMode(LeanEnum):
    """How prices are adjusted for splits, dividends and rolls."""

    __slots__ = ()
    _numbers = _counted(
        "RAW", "ADJUSTED", "SPLIT_ADJUSTED", "TOTAL_RETURN", "FORWARD_PANAMA_CANAL",
        "BACKWARDS_PANAMA_CANAL", "BACKWARDS_RATIO", "SCALED_RAW",
    )  # fmt: skip
