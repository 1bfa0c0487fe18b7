"""Numbers, durations and times as LEAN writes them into a result file."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

TICKS_A_SECOND = 10_000_000  # of LEAN's clock
_DECIMAL_UNIT = 10_000  # LEAN prints four decimals


def decimal_text(value: Fraction, least: int) -> str:
    """A number with at most four decimals, half rounded to even, and at least so many decimals."""
    scaled = round(value * _DECIMAL_UNIT)
    if not scaled:
        return "0"
    whole, part = divmod(abs(scaled), _DECIMAL_UNIT)
    digits = f"{part:04}".rstrip("0").ljust(least, "0")
    return f"{'-' * (scaled < 0)}{whole}{'.' * bool(digits)}{digits}"


def timespan_text(ticks: int) -> str:
    """A duration as .NET writes it: with days if there are any, and 7 decimals if there are any."""
    seconds, part = divmod(abs(ticks), TICKS_A_SECOND)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    fraction = f".{part:07}" if part else ""
    return f"{'-' * (ticks < 0)}{f'{days}.' if days else ''}{clock}{fraction}"


def utc_text(moment: datetime | None) -> str | None:
    """A time as LEAN writes it, without trailing zeros in its fraction; None of None."""
    if moment is None:
        return None
    text = moment.astimezone(UTC).isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if moment.microsecond else text}Z"
