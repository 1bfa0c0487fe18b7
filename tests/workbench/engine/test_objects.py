"""LEAN's dictionaries, pairs and times, and what reading them counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workbench.engine.objects import (
    GMT,
    ClrDatetime,
    DateTimeZone,
    KeyValuePair,
    LeanDictionary,
    local_clr,
    naive_clr,
    utc_clr,
)
from workbench.engine.reads import KeyNotFoundException, ReadMeter

NOON = datetime(2020, 7, 1, 12, 0, 0, 5, UTC)


@pytest.fixture
def meter() -> ReadMeter:
    """A meter that has counted nothing."""
    return ReadMeter()


@pytest.fixture
def pets(meter: ReadMeter) -> LeanDictionary[str, int]:
    """Two entries."""
    return LeanDictionary(meter, {"cat": 4, "bird": 2})


def test_a_utc_time_is_aware_in_a_zone_of_leans() -> None:
    """It is the same moment, its zone is of a class called GMT and not Python's own."""
    time = utc_clr(NOON)
    assert time == NOON
    assert time.tzinfo is not UTC
    assert type(time.tzinfo) is GMT
    assert time.utcoffset() == time.dst() == timedelta(0)
    assert time.tzname() == "GMT"
    assert time.isoformat() == "2020-07-01T12:00:00.000005+00:00"


def test_a_local_time_is_naive() -> None:
    """It shows the clock of the zone, summer time included, and no zone."""
    time = local_clr(NOON, ZoneInfo("America/New_York"))
    assert time == datetime(2020, 7, 1, 8, 0, 0, 5)
    assert time.tzinfo is None
    assert naive_clr("2020-07-01T08:00:00.000005") == time


def test_times_are_a_subclass_of_datetime() -> None:
    """As in LEAN, so that code which asks for the very class is found out."""
    for time in (utc_clr(NOON), local_clr(NOON, UTC), naive_clr("2020-07-01")):
        assert type(time) is ClrDatetime
        assert isinstance(time, datetime)


def test_a_time_zone_prints_as_its_id(meter: ReadMeter) -> None:
    """Its id is one read, printing it none."""
    zone = DateTimeZone(meter, "America/New_York")
    assert str(zone) == zone.id == "America/New_York"
    assert meter.total == 1


def test_a_dictionary_answers_with_one_read_each(
    meter: ReadMeter, pets: LeanDictionary[str, int]
) -> None:
    """An item, a look for a key and a count are one read each."""
    assert pets["cat"] == 4
    assert meter.total == 1
    assert pets.contains_key("bird")
    assert not pets.contains_key("dog")
    assert "bird" in pets
    assert "dog" not in pets
    assert pets.count == 2
    assert len(pets) == 2
    assert meter.total == 7


def test_a_missing_key_is_leans_error(pets: LeanDictionary[str, int]) -> None:
    """It is no KeyError, which LEAN does not raise."""
    with pytest.raises(KeyNotFoundException, match="'dog' was not found") as caught:
        _ = pets["dog"]
    assert not isinstance(caught.value, KeyError)


def test_lists_count_one_read_an_item(meter: ReadMeter, pets: LeanDictionary[str, int]) -> None:
    """The call is one read and every item another; items are tuples."""
    assert pets.keys() == ["cat", "bird"]
    assert meter.total == 3
    assert pets.values() == [4, 2]
    assert meter.total == 6
    assert pets.items() == [("cat", 4), ("bird", 2)]
    assert meter.total == 9


def test_iteration_gives_pairs_that_do_not_unpack(
    meter: ReadMeter, pets: LeanDictionary[str, int]
) -> None:
    """Plain iteration costs a read, one an item, and one for each look at a key or value."""
    pairs = [pair for pair in pets]  # noqa: C416 - list() would ask for the length too
    assert meter.total == 3
    assert [(pair.key, pair.value) for pair in pairs] == [("cat", 4), ("bird", 2)]
    assert meter.total == 7
    with pytest.raises(TypeError):
        _, _ = pairs[0]  # type: ignore[misc]


def test_an_iteration_that_stops_pays_for_what_it_took(
    meter: ReadMeter, pets: LeanDictionary[str, int]
) -> None:
    """Items that were not asked for are not counted."""
    assert isinstance(next(iter(pets)), KeyValuePair)
    assert meter.total == 2


def test_an_empty_dictionary_is_false(meter: ReadMeter) -> None:
    """Truth is a look at the length, and costs as much."""
    assert not LeanDictionary[str, int](meter, {})
    assert meter.total == 1


def test_a_dictionary_follows_what_it_looks_at(meter: ReadMeter) -> None:
    """One that is kept shows later entries, and an iteration under way is not disturbed."""
    entries = {"cat": 4}
    pets = LeanDictionary(meter, entries)
    running = iter(pets)
    next(running)
    entries["bird"] = 2
    assert list(running) == []
    assert pets.count == 2
