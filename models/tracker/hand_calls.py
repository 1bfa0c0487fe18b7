"""What a call by hand may be given: each check raises a `CallError` that says what is allowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, tzinfo
from numbers import Real
from typing import Any, NamedTuple

from models.errors import LARGEST_FIGURE, SMALLEST_FIGURE, TOO_LARGE, CallError
from models.events.causes import TERM_OF, FlowCause
from models.tracker.choices import picked


class HandOrder(NamedTuple):
    """What a call says of a trade by hand.

    Attributes:
        symbol: Its ticker; the first trade in it describes it as a stock.
        price: Of a unit, 0 or more.
        time: When; naive is in the tracker's zone. None is the time of the last event.
        strategy: Whose it is; None is the one that the setting `default_strategy` names, or at a
            close the only one that holds the symbol.
        commission: Account currency, positive when paid.
        tag: Any note.
    """

    symbol: str
    price: float
    time: datetime | None = None
    strategy: str | None = None
    commission: float = 0.0
    tag: str = ""

    def check(self) -> None:
        """Raise `CallError` where a value is missing or of a kind that is not allowed."""
        a_ticker(self.symbol)
        not_below_zero(self.price, "price")
        a_number(self.commission, "commission")
        a_time(self.time)
        a_name(self.strategy)
        a_text(self.tag, "tag")


def checked_cause(
    amount: float, cause: FlowCause | str, strategy: str | None, known: Collection[str]
) -> FlowCause:
    """What an amount is that is said to move.

    Args:
        amount: Positive where it comes in.
        cause: What it is said to be.
        strategy: Whose P&L it is said to be; None is nobody's.
        known: The strategies there are.

    Raises:
        CallError: The amount is 0 or no number, or has the wrong sign; the cause is unknown; or a
            strategy is named that is unknown, or of what is no P&L.
    """
    if not a_number(amount, "amount"):
        raise CallError(f"the amount is {amount}; it must be a number other than 0")
    named = picked(FlowCause, cause, "the causes are")
    a_name(strategy)
    sign = {FlowCause.DEPOSIT: 1, FlowCause.WITHDRAWAL: -1}.get(named, 0)
    if amount * sign < 0:
        wanted = "above 0" if sign > 0 else "below 0"
        raise CallError(f"the amount is {amount:g}; that of a {named.value} must be {wanted}")
    if strategy is not None and named not in TERM_OF:
        raise CallError(f"a {named.value} is no P&L, so that it is of no strategy")
    if strategy is not None and strategy not in known:
        raise CallError(f"there is no strategy {strategy!r}; there are {', '.join(sorted(known))}")
    return named


def check_account(currency: object, zone: object, days_per_year: object) -> None:
    """Raise `CallError` where a tracker cannot be made for such an account."""
    if not isinstance(currency, str) or not currency:
        raise CallError(f"the account_currency is {currency!r}; it must be a code, as 'USD'")
    if not isinstance(zone, tzinfo):
        raise CallError(f"the zone is {zone!r}; it must be a tzinfo, as ZoneInfo(...) makes")
    above_zero(days_per_year, "days_per_year")


def a_number(value: object, what: str) -> float:
    """The value; a `CallError` names it unless it is a number that is not too large."""
    if isinstance(value, bool) or not isinstance(value, Real) or value != value:
        raise CallError(f"the {what} is {value!r}; it must be a number")
    size: Any = abs(value)  # of an integer of any length
    if not size <= LARGEST_FIGURE:
        raise CallError(f"the {what} is {TOO_LARGE}; it must be a number that is not")
    if 0.0 < size < SMALLEST_FIGURE:
        raise CallError(f"the {what} is smaller in size than {SMALLEST_FIGURE:g}, and not 0")
    return float(value)


def not_below_zero(value: object, what: str) -> float:
    """The value; a `CallError` names it unless it is a finite number of 0 or more."""
    number = a_number(value, what)
    if number < 0.0:
        raise CallError(f"the {what} is {value!r}; it must be 0 or more")
    return number


def above_zero(value: object, what: str) -> float:
    """The value; a `CallError` names it unless it is a number above 0 that is not too large."""
    number: Any = value  # of an integer of any length
    if isinstance(value, bool) or not isinstance(value, Real) or not number > 0.0:
        raise CallError(f"the {what} is {value!r}; it must be above 0")
    return a_number(value, what)


def a_ticker(value: object) -> str:
    """The value; a `CallError` says so unless it is a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise CallError(f"the symbol is {value!r}; give the ticker")
    return value


def a_text(value: object, what: str) -> None:
    """Raise `CallError`, which names the value, unless it is a text."""
    if not isinstance(value, str):
        raise CallError(f"the {what} is {value!r}; it must be a text")


def a_name(value: object) -> None:
    """Raise `CallError` unless the value names a strategy or is None."""
    if value is not None and not (isinstance(value, str) and value):
        raise CallError(f"the strategy is {value!r}; it must be a name or None")


def a_mapping(value: object, what: str) -> None:
    """Raise `CallError`, which names the value, unless it is a mapping."""
    if not isinstance(value, Mapping):
        raise CallError(f"{what}: {value!r} is no mapping")


def a_time(value: object) -> None:
    """Raise `CallError` unless the value is a time or None."""
    if value is not None and not isinstance(value, datetime):
        raise CallError(f"the time is {value!r}; it must be a datetime")


def in_utc(time: datetime, zone: tzinfo) -> datetime:
    """A time in UTC; a naive one is in the zone."""
    return (time.replace(tzinfo=zone) if time.tzinfo is None else time).astimezone(UTC)


class HandFill(NamedTuple):
    """One row of a list of fills.

    Attributes:
        order: What was traded, when and for whom.
        quantity: Signed: above 0 is bought.
        multiplier: Units of the underlying in a contract; None is 1, or what the symbol has.
    """

    order: HandOrder
    quantity: float
    multiplier: float | None


ROW_NEEDS = ("symbol", "time", "quantity", "price")
# The key of a row that is optional -> what it is without it.
ROW_MAY = {"fee": 0.0, "strategy": None, "tag": "", "multiplier": None}


def fill_in(row: Mapping[str, Any], number: int) -> HandFill:
    """The fill that a row describes.

    Args:
        row: Symbol, time, signed quantity and price; and where they are known a fee, a strategy,
            a tag and a multiplier.
        number: The row's number, for the error.

    Raises:
        CallError: It is no mapping, a key is missing or unknown, or a value is not allowed.
    """
    a_mapping(row, f"row {number}")
    unknown = sorted(map(str, row.keys() - {*ROW_NEEDS, *ROW_MAY}))
    missing = [key for key in ROW_NEEDS if row.get(key) is None]
    if unknown or missing:
        allowed = ", ".join((*ROW_NEEDS, *ROW_MAY))
        raise CallError(f"row {number} lacks {missing} and has {unknown}; its keys are {allowed}")
    symbol, time, quantity, price = (row[key] for key in ROW_NEEDS)
    fee, strategy, tag, multiplier = (row.get(key, other) for key, other in ROW_MAY.items())
    try:
        if not a_number(quantity, "quantity"):
            raise CallError("the quantity is 0; it must be above or below 0")
        order = HandOrder(symbol, price, time, strategy, fee, tag)
        order.check()
    except CallError as problem:
        raise CallError(f"row {number}: {problem}") from None
    return HandFill(order, float(quantity), multiplier)
