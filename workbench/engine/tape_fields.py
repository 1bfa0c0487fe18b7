"""What a tape's lines are made of: by type, the fields a line must have, and the kind of each.

The table is the tape's format, in one place. A line is judged by `line_fault` before anything reads
it, so that all others may take every listed field for granted: a listed number is finite and at
most LARGEST in size, so that no product of four overflows. Called by the tape reader only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workbench.engine.enums import (
    DataNormalizationMode,
    DelistingType,
    LeanEnum,
    OptionRight,
    OptionStyle,
    OrderDirection,
    OrderStatus,
    OrderType,
    SecurityType,
    SplitType,
    names_of,
)

LARGEST: Final = 1e15
"""The largest size of a price, a quantity or an amount; beyond it no run is real."""
SMALLEST: Final = 1e-18
"""The smallest multiplier, lot or split factor: what is divided by one stays finite."""
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""The years of a tape's times: sums of them and of the longest pauses are times too."""
_NOTHING: Final = type(None)
_LONGEST_SHOWN: Final = 80  # characters of a wrong value in a message


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what to call it, the JSON types it may have, and what else must hold."""

    name: str
    types: frozenset[type]
    accepts: Callable[[Any], bool] | None = None


def _kind(name: str, *types: type, accepts: Callable[[Any], bool] | None = None) -> Kind:
    return Kind(name, frozenset(types), accepts)


def _one_of(words: type[LeanEnum]) -> Kind:
    names = names_of(words)
    return _kind(f"one of {', '.join(names)}", str, accepts=frozenset(names).__contains__)


@lru_cache(maxsize=256)
def instant(text: str) -> datetime | None:
    """Read an ISO time as an aware UTC datetime, UTC without an offset; None if it is no time."""
    try:
        time = datetime.fromisoformat(text)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time if FIRST_YEAR <= time.year <= LAST_YEAR else None


def utc_of(text: str) -> datetime:
    """Read one of the tape's times, all of which were checked, as aware UTC."""
    time = instant(text)
    assert time is not None, "line_fault has seen to it"
    return time


def _is_time(text: str) -> bool:
    return instant(text) is not None


def _is_local(text: str) -> bool:
    return _is_time(text) and datetime.fromisoformat(text).tzinfo is None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def _is_named(text: str) -> bool:
    return bool(text.strip())


def _is_sane(number: float | None) -> bool:
    # neither NaN nor an infinite number is between any two
    return number is None or -LARGEST <= number <= LARGEST


def _is_positive(number: float) -> bool:
    return SMALLEST <= number <= LARGEST


def _are_sane(values: Iterable[Any]) -> bool:
    return all(type(value) in _NUMBER.types and _is_sane(value) for value in values)


def _are_numbers(values: Any, *lengths: int) -> bool:
    return type(values) is list and len(values) in lengths and _are_sane(values)


def _are_balances(cash: Mapping[str, Any]) -> bool:
    return all(map(_is_named, cash)) and all(_are_numbers(pair, 2) for pair in cash.values())


def _are_holdings(holdings: Mapping[str, Any]) -> bool:
    return all(_are_numbers(figures, 5, 6) for figures in holdings.values())


def _are_amounts(amounts: Mapping[str, Any]) -> bool:
    return all(map(_is_named, amounts)) and _are_sane(amounts.values())


_RANGE: Final = f"of at most {LARGEST:g} in size"
_TEXT: Final = _kind("a text", str)
_NAME: Final = _kind("a text that is not empty", str, accepts=_is_named)
_FLAG: Final = _kind("true or false", bool)
_WHOLE: Final = _kind("a whole number", int)
_WHOLE_OR_NULL: Final = _kind("a whole number or null", int, _NOTHING)
_NUMBER: Final = _kind(f"a number {_RANGE}", float, int, accepts=_is_sane)
_NUMBER_OR_NULL: Final = _kind(
    f"a number {_RANGE}, or null", float, int, _NOTHING, accepts=_is_sane
)
_POSITIVE: Final = _kind(
    f"a number from {SMALLEST:g} to {LARGEST:g}", float, int, accepts=_is_positive
)
_LIST: Final = _kind("a list", list)
_INSTANT: Final = _kind("an ISO time", str, accepts=_is_time)
_LOCAL_TIME: Final = _kind("an ISO time without an offset", str, accepts=_is_local)
_ZONE: Final = _kind("the name of a time zone", str, accepts=_is_zone)
_BALANCES: Final = _kind(
    f"{{currency: [amount, rate]}}, each number {_RANGE}", dict, accepts=_are_balances
)
_AMOUNTS: Final = _kind(f"{{currency: amount}}, each number {_RANGE}", dict, accepts=_are_amounts)
_HOLDINGS: Final = _kind(
    f"{{sid: five or six numbers}}, each {_RANGE}", dict, accepts=_are_holdings
)
Fields = Mapping[str, Kind]
_OWN: Final[Mapping[str, Fields]] = {
    "start": {
        "algorithm": _TEXT, "live": _FLAG, "account_currency": _NAME, "cash": _BALANCES,
        "tpv": _NUMBER, "time_zone": _ZONE, "start": _LOCAL_TIME, "end": _LOCAL_TIME,
    },
    "security": {
        "sid": _NAME, "ticker": _NAME, "kind": _one_of(SecurityType), "market": _NAME,
        "multiplier": _POSITIVE, "lot": _POSITIVE, "tick": _NUMBER, "magnifier": _NUMBER,
        "quote": _NAME, "normalization": _one_of(DataNormalizationMode), "leverage": _NUMBER,
        "exchange_tz": _NAME, "interest_model": _TEXT, "settlement_model": _TEXT,
    },
    "order": {
        "sid": _NAME, "order": _WHOLE, "event": _WHOLE, "t": _INSTANT,
        "status": _one_of(OrderStatus), "direction": _one_of(OrderDirection),
        "fill_price": _NUMBER, "fill_currency": _TEXT, "fill_qty": _NUMBER, "qty": _NUMBER,
        "fee": _NUMBER, "fee_currency": _NAME, "fee_account": _NUMBER, "limit": _NUMBER_OR_NULL,
        "stop": _NUMBER_OR_NULL, "trigger": _NUMBER_OR_NULL, "assignment": _FLAG, "itm": _FLAG,
        "message": _TEXT, "order_type": _one_of(OrderType), "tag": _TEXT, "order_qty": _NUMBER,
        "created": _INSTANT, "bid": _NUMBER_OR_NULL, "ask": _NUMBER_OR_NULL,
        "last": _NUMBER_OR_NULL, "group": _WHOLE_OR_NULL, "group_count": _WHOLE_OR_NULL,
        "rate": _NUMBER, "price": _NUMBER, "position": _NUMBER, "tpv": _NUMBER, "cash": _BALANCES,
    },
    "mark": {},
    "day": {
        "time": _LOCAL_TIME, "tpv": _NUMBER, "benchmark": _NUMBER, "risk_free": _NUMBER,
        "sale_volume": _NUMBER,
    },
    "split": {"sid": _NAME, "kind": _one_of(SplitType), "factor": _POSITIVE, "reference": _NUMBER},
    "dividend": {"sid": _NAME, "distribution": _NUMBER, "reference": _NUMBER},
    "delisting": {"sid": _NAME, "kind": _one_of(DelistingType)},
    "symbol_changed": {"sid": _NAME, "old": _NAME, "new": _NAME},
    "end": {
        "tpv": _NUMBER, "cash": _BALANCES, "total_fees": _NUMBER, "total_profit": _NUMBER,
        "total_net_profit": _NUMBER, "unrealized": _NUMBER, "sale_volume": _NUMBER,
        "trading_days_per_year": _NUMBER, "risk_free": _NUMBER, "benchmark": _NUMBER,
        "closed_trades": _LIST,
    },
}  # fmt: skip
_REQUIRED: Final[Mapping[str, Fields]] = {
    name: {"utc": _INSTANT, **own} for name, own in _OWN.items()
}
_OPTIONAL: Final[Mapping[str, Fields]] = {
    "mark": {"tpv": _NUMBER, "cash": _BALANCES, "unsettled": _AMOUNTS, "h": _HOLDINGS},
}
_OPTION_FIELDS: Final[Fields] = {
    "strike": _NUMBER, "right": _one_of(OptionRight), "style": _one_of(OptionStyle),
    "expiry": _LOCAL_TIME, "underlying": _NAME,
}  # fmt: skip
_DERIVATIVE: Final[Mapping[str, Fields]] = {
    "OPTION": _OPTION_FIELDS,
    "INDEX_OPTION": _OPTION_FIELDS,
    "FUTURE_OPTION": _OPTION_FIELDS,
    "FUTURE": {"expiry": _LOCAL_TIME},
}
_USES_SID: Final = frozenset({"order", "split", "dividend", "delisting", "symbol_changed"})


def line_fault(fields: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a line's own fields, or return None when all it needs is there."""
    name = fields.get("type")
    if not isinstance(name, str) or name not in _REQUIRED:
        return f"unknown type {name!r} (known: {', '.join(_REQUIRED)})"
    wrong = _first_fault(fields, _REQUIRED[name], name)
    if wrong is None and name == "security":
        wrong = _first_fault(fields, _DERIVATIVE.get(fields["kind"], {}), fields["kind"])
    if wrong is None and name in _OPTIONAL:
        present = {key: kind for key, kind in _OPTIONAL[name].items() if key in fields}
        wrong = _first_fault(fields, present, name)
    return wrong


def named_sids(fields: Mapping[str, Any]) -> Iterable[str]:
    """Return the instruments a sound line speaks of, which must have been described before it."""
    name = fields["type"]
    if name in _USES_SID:
        return (fields["sid"],)
    if name == "mark":
        holdings: Mapping[str, Any] = fields.get("h", {})
        return holdings
    return ()


def _first_fault(fields: Mapping[str, Any], needed: Fields, owner: str) -> str | None:
    for key, kind in needed.items():
        if key not in fields:
            return f"field {key!r} is missing, which a line of type {owner} needs"
        value = fields[key]
        if type(value) not in kind.types or (kind.accepts is not None and not kind.accepts(value)):
            return f"field {key!r} should be {kind.name} but is {_shown(value)}"
    return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."
