"""Tests of reading LEAN's JSON objects with care."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.runs.lean.fields import Fields, ResultError, time_of


@pytest.mark.parametrize("name", ["orderFeeAmount", "OrderFeeAmount", "order-fee-amount"])
def test_names_are_the_same_in_every_spelling(name: str) -> None:
    """LEAN's old ones and its new ones."""
    assert Fields({name: "1.5"}, "an event").number("orderFeeAmount") == 1.5


@pytest.mark.parametrize("value", [None, "x", True, [], {}, "nan", "inf", 10**400])
def test_what_is_no_number_is_refused(value: Any) -> None:
    """With what it is of."""
    with pytest.raises(ResultError, match="order 7: price is"):
        Fields({"price": value}, "order 7").number("price")


def test_what_may_be_absent_is_what_is_said() -> None:
    """Null is absent; a whole number is no part of one."""
    fields = Fields({"id": 7.0, "part": 7.5, "none": None}, "order")
    assert (fields.number("none", 2.0), fields.maybe("none"), fields.whole("id")) == (2.0, None, 7)
    with pytest.raises(ResultError, match="no whole number"):
        fields.whole("part")


@pytest.mark.parametrize("value", [[], "text", 7])
def test_what_is_no_object_is_refused(value: Any) -> None:
    """Neither where one is read, nor where a list is wanted."""
    with pytest.raises(ResultError, match="is no object"):
        Fields(value, "the result")
    for read in ("object", "mapping"):
        with pytest.raises(ResultError, match="is no object"):
            getattr(Fields({"part": value}, "the result"), read)("part")
    if not isinstance(value, list):
        with pytest.raises(ResultError, match="is no list"):
            Fields({"part": value}, "the result").listed("part")


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1450881060.0, datetime(2015, 12, 23, 14, 31, tzinfo=UTC)),
        ("2015-12-23T14:31:00Z", datetime(2015, 12, 23, 14, 31, tzinfo=UTC)),
        ("2015-12-23T14:31:00.0012345Z", datetime(2015, 12, 23, 14, 31, 0, 1234, tzinfo=UTC)),
        ("2015-12-23T09:31:00.5-05:00", datetime(2015, 12, 23, 14, 31, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_times_are_utc(value: Any, time: datetime) -> None:
    """Seconds of Unix, and LEAN's texts with seven digits of a second."""
    assert time_of(value, "a time") == time


@pytest.mark.parametrize("value", ["yesterday", "", None, 1e300, -1e300, "2015-13-01T00:00:00Z"])
def test_what_is_no_time_of_a_run_is_refused(value: Any) -> None:
    """Nor is one of no calendar."""
    with pytest.raises(ResultError):
        time_of(value, "a time")
