"""The algorithm's clock: its time in UTC at any moment, by the cheaper of two reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.lean.clock import AlgorithmClock

NEW_YORK = ZoneInfo("America/New_York")
# Clocks that change at two in the morning, at midnight, at one and by half an hour.
ZONES = ("America/New_York", "America/Sao_Paulo", "Atlantic/Azores", "Australia/Lord_Howe")
FIRST = datetime(2018, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clocks:
    """An algorithm with nothing but its clocks, which writes down what is read of it."""

    def __init__(self, zone: ZoneInfo = NEW_YORK) -> None:
        self.now, self._zone = FIRST, zone
        self.reads: list[str] = []

    @property
    def time(self) -> datetime:
        """The local time, without a zone as LEAN hands it out."""
        self.reads.append("time")
        return self.now.astimezone(self._zone).replace(tzinfo=None)

    @property
    def utc_time(self) -> datetime:
        """The time in UTC."""
        self.reads.append("utc_time")
        return self.now


def begun(algorithm: Clocks, zone: ZoneInfo = NEW_YORK) -> tuple[AlgorithmClock, datetime]:
    """The clock on a day that begins now, and the day's end."""
    algorithm_of_lean: Any = algorithm
    clock = AlgorithmClock(algorithm_of_lean)
    return clock, begin(clock, algorithm.now, zone)


def begin(clock: AlgorithmClock, now: datetime, zone: ZoneInfo) -> datetime:
    """Begin a day with its first slice, as the feed does; returns the day's end."""
    local = now.astimezone(zone)
    tomorrow = local.date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, datetime.min.time(), zone)
    until = midnight.astimezone(UTC)
    steady = local.utcoffset() == midnight.utcoffset()
    ahead = clock.ahead_of(now) if steady else timedelta()
    clock.begin_day(until, ahead, steady=steady)
    return until


def test_a_local_time_that_has_a_zone_stands_for_nothing() -> None:
    """It cannot be compared with the day's end: the time is asked for in UTC."""

    class Zoned(Clocks):
        @property
        def time(self) -> datetime:
            return self.now

    algorithm = Zoned()
    clock, _ = begun(algorithm)
    algorithm.now += HOUR
    assert clock.utc() == algorithm.now
    assert algorithm.reads == ["utc_time"]
    assert not clock.local


def test_before_the_first_day_the_time_is_asked_for_in_utc() -> None:
    """Nothing is known of the local time yet."""
    algorithm: Any = Clocks()
    assert AlgorithmClock(algorithm).utc() == FIRST
    assert algorithm.reads == ["utc_time"]


def test_within_a_day_the_local_time_tells() -> None:
    """It is the cheaper read; what comes out is UTC itself."""
    algorithm = Clocks()
    clock, _ = begun(algorithm)
    algorithm.reads.clear()
    algorithm.now += 3 * HOUR
    assert (clock.utc(), clock.utc().tzinfo) == (algorithm.now, UTC)
    assert algorithm.reads == ["time", "time"]


def test_from_midnight_on_utc_is_asked_for_until_the_next_days_first_slice() -> None:
    """The clocks may change before that slice."""
    algorithm = Clocks()
    clock, until = begun(algorithm)
    algorithm.now = until
    assert clock.utc() == until
    clock.end_day()
    algorithm.reads.clear()
    assert clock.utc() == until
    assert algorithm.reads == ["utc_time"]


@pytest.mark.parametrize("changed", [datetime(2018, 3, 10, 20), datetime(2018, 11, 3, 20)])
def test_a_midnight_that_was_not_heard_of_does_no_harm(changed: datetime) -> None:
    """What lies beyond the day's end by the local time is asked for in UTC."""
    algorithm = Clocks()
    algorithm.now = changed.replace(tzinfo=UTC)
    clock, _ = begun(algorithm)
    algorithm.now += timedelta(hours=20)
    assert clock.utc() == algorithm.now


@given(
    st.sampled_from(ZONES),
    st.lists(st.integers(min_value=0, max_value=4_000), min_size=1, max_size=60),
    st.booleans(),
)
def test_at_any_moment_of_a_year_it_is_the_time(name: str, steps: list[int], slices: bool) -> None:
    """Whatever clocks do, and whether a day has slices or not."""
    zone = ZoneInfo(name)
    algorithm = Clocks(zone)
    clock, until = begun(algorithm, zone)
    for minutes in steps:
        now = algorithm.now + timedelta(minutes=minutes)
        if now >= until:
            algorithm.now = until
            assert clock.utc() == until
            clock.end_day()
            algorithm.now = now
            assert clock.utc() == now
            if slices or now > until + timedelta(days=1):
                until = begin(clock, now, zone)
        algorithm.now = now
        assert clock.utc() == now
