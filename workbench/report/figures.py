"""Figures as text, in the same words as `page/numbers.js`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


def grouped(value: float, decimals: int) -> str:
    """A number with commas between thousands; nothing has the sign of a loss that shows as 0."""
    text = f"{abs(value):,.{decimals}f}"
    lost = value < 0 and float(text.replace(",", "")) != 0.0
    return f"{MINUS if lost else ''}{text}"


def signed(value: float) -> str:
    """An amount with its sign."""
    return f"{'+' if value > 0 else ''}{grouped(value, 2)}"


def change(value: float) -> str:
    """A fraction in percent with its sign."""
    return f"{'+' if value > 0 else ''}{grouped(100 * value, 2)} %"


def span(seconds: float) -> str:
    """A time in the largest unit that it fills."""
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            return f"{grouped(seconds / unit, 1)} {name}"
    return f"{grouped(seconds, 2 if 0 < seconds < 10 else 0)} s"


def price(value: float) -> str:
    """A price: two decimals from a thousand on, else four without zeros beyond the second."""
    if abs(value) >= 1_000:
        return grouped(value, 2)
    whole, _, rest = grouped(value, 4).partition(".")
    return f"{whole}.{rest[:2]}{rest[2:].rstrip('0')}"


def quantity(value: float) -> str:
    """A quantity with as many decimals as it has, at most eight."""
    return grouped(value, 8).rstrip("0").rstrip(".")


FORMATS: Mapping[str, Callable[[float], str]] = {
    "money": lambda value: grouped(value, 2),
    "signed": signed,
    "whole": lambda value: grouped(value, 0),
    "ratio": lambda value: grouped(value, 2),
    "bps": lambda value: grouped(value, 2),
    "percent": lambda value: f"{grouped(100 * value, 2)} %",
    "change": change,
    "span": span,
    "price": price,
    "quantity": quantity,
}


def shown(value: Any, form: str = "ratio") -> str:
    """A figure as text; a dash where there is none, texts as they are."""
    if isinstance(value, str):
        return value
    if value is None or not math.isfinite(value):
        return DASH
    return FORMATS[form](value)


def between(low: float | None, high: float | None, form: str) -> str:
    """The ends of an interval; empty where it has neither."""
    if low is None and high is None:
        return ""
    return f"[{shown(low, form)} .. {shown(high, form)}]"


def moment(time: datetime | None) -> str:
    """A time to the minute."""
    return DASH if time is None else f"{time:%Y-%m-%d %H:%M}"
