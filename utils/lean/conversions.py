"""Conversions of single LEAN values into plain Python ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta


def utc(time: datetime) -> datetime:
    """Return the same moment as a plain datetime in UTC.

    LEAN's own datetimes are in UTC already, but their tzinfo is of a class of LEAN's.
    """
    return datetime.combine(time.date(), time.time(), UTC)


def all_utc(times: Iterable[datetime], ahead: timedelta = timedelta()) -> list[datetime]:
    """`utc` of many; a call for each would take as long as its conversion.

    Args:
        times: LEAN's datetimes.
        ahead: How far they are ahead of UTC.
    """
    combine = datetime.combine
    found = [combine(time.date(), time.time(), UTC) for time in times]
    return [time - ahead for time in found] if ahead else found


def class_name(model: object) -> str:
    """Return the name of the LEAN class of a model, such as `ImmediateSettlementModel`.

    Where LEAN hands out a model behind an interface, Python sees the interface's name; then the
    name of the class is read from the text of the object.
    """
    name = type(model).__name__
    if name.startswith("I") and name[1:2].isupper():
        return str(model).replace("+", ".").rsplit(".", 1)[-1]
    return name
