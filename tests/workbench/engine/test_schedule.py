"""Schedules: what is due when, on the algorithm's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workbench.engine.reads import ReadMeter
from workbench.engine.schedule import Agenda, DateRules, ScheduleManager, TimeRules

NEW_YORK = ZoneInfo("America/New_York")


class Desk:
    """A schedule and its agenda in one time zone."""

    def __init__(self) -> None:
        self.meter = ReadMeter()
        self.agenda = Agenda(NEW_YORK)
        self.schedule = ScheduleManager(self.meter, self.agenda)
        self.days = DateRules(self.meter)
        self.times = TimeRules(self.meter)

    def due(self, until: datetime, inclusive: bool = True) -> list[tuple[str, datetime]]:
        """Take what is due, each called for its answer."""
        return [(call(), time) for time, call in self.agenda.take_due(until, inclusive)]


def says(word: str) -> Callable[[], Any]:
    """A callback that answers with a word."""
    return lambda: word


def moment(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    """A UTC time in 2020."""
    return datetime(2020, month, day, hour, minute, tzinfo=UTC)


def test_midnight_is_due_on_every_day() -> None:
    """Each midnight of the algorithm's clock, in UTC, once."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.midnight, says("m"))
    desk.agenda.begin(moment(2, 5))
    assert desk.due(moment(4, 6)) == [("m", moment(d, 5)) for d in (2, 3, 4)]
    assert desk.due(moment(4, 7)) == []


def test_the_clock_follows_summer_time() -> None:
    """A time of day keeps its hour on the local clock."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.at(9, 30), says("open"))
    desk.agenda.begin(moment(7, 12, month=3))
    times = [time for _, time in desk.due(moment(9, 20, month=3))]
    assert times == [moment(7, 14, 30, 3), moment(8, 13, 30, 3), moment(9, 13, 30, 3)]


def test_an_hour_the_clock_skips_is_due_all_the_same() -> None:
    """On the day summer time begins, 02:30 is due once, and the day after as always."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.at(2, 30), says("x"))
    desk.agenda.begin(moment(8, 5, month=3))
    assert [time.day for _, time in desk.due(moment(9, 23, month=3))] == [8, 9]


def test_events_come_in_the_order_of_their_times() -> None:
    """Those of one time in the order of registration."""
    desk = Desk()
    for hour, word in ((12, "noon"), (0, "first"), (0, "second")):
        desk.schedule.on(desk.days.every_day(), desk.times.at(hour, 0), says(word))
    desk.agenda.begin(moment(2, 5))
    words = [word for word, _ in desk.due(moment(3, 5))]
    assert words == ["first", "second", "noon", "first", "second"]


def test_a_bound_is_inclusive_only_when_asked() -> None:
    """What is due at the very time can be left for later."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.midnight, says("m"))
    desk.agenda.begin(moment(2, 5))
    assert desk.due(moment(2, 5), inclusive=False) == []
    assert len(desk.due(moment(2, 5))) == 1
    assert desk.due(moment(2, 5)) == []


def test_an_event_is_not_due_before_its_registration() -> None:
    """One registered at noon is due at the next midnight, one for noon at once."""
    desk = Desk()
    desk.agenda.begin(moment(2, 5))
    assert desk.due(moment(2, 17)) == []
    desk.schedule.on(desk.days.every_day(), desk.times.midnight, says("m"))
    desk.schedule.on(desk.days.every_day(), desk.times.at(12, 0), says("noon"))
    assert desk.due(moment(3, 5)) == [("noon", moment(2, 17)), ("m", moment(3, 5))]


def test_what_is_forgotten_is_not_due() -> None:
    """A cleared agenda has no events, and takes new ones."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.midnight, says("old"))
    desk.agenda.begin(moment(2, 5))
    desk.agenda.clear()
    desk.schedule.on(desk.days.every_day(), desk.times.midnight, says("new"))
    assert desk.due(moment(3, 5)) == [("new", moment(2, 5)), ("new", moment(3, 5))]


def test_a_callback_may_register_another() -> None:
    """The new one is due from the moment of the callback on."""
    desk = Desk()

    def add() -> str:
        desk.schedule.on(desk.days.every_day(), desk.times.at(1, 0), says("added"))
        return "adds"

    desk.schedule.on(desk.days.every_day(), desk.times.midnight, add)
    desk.agenda.begin(moment(2, 5))
    assert desk.due(moment(2, 7)) == [("adds", moment(2, 5)), ("added", moment(2, 6))]


def test_an_interval_counts_from_midnight() -> None:
    """Registered at 17:05 local of the clock, every quarter of an hour is due at 17:15 first."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.every(timedelta(minutes=15)), says("q"))
    desk.agenda.begin(moment(2, 17, 5))
    times = [time for _, time in desk.due(moment(2, 17, 45))]
    assert times == [moment(2, 17, minute) for minute in (15, 30, 45)]
    assert desk.times.every(timedelta(minutes=15)).name == "Every 0:15:00"
    with pytest.raises(ValueError, match="above 0"):
        desk.times.every(timedelta(0))


def test_an_event_may_have_a_name() -> None:
    """The name comes first; without one the rules make it."""
    desk = Desk()
    rules = (desk.days.every_day(), desk.times.midnight)
    assert desk.schedule.on("mine", *rules, says("m")).name == "mine"
    assert desk.schedule.on(*rules, says("m")).name == "EveryDay: 00:00:00"
    assert desk.days.every_day().name == "EveryDay"
    assert desk.times.midnight.name == "Midnight"
    assert desk.times.at(9, 30).name == "At 09:30:00"


@pytest.mark.parametrize("given", [0, 1, 2, 5])
def test_anything_else_is_an_error(given: int) -> None:
    """Too few or too many arguments are a TypeError, and so is no callback."""
    desk = Desk()
    rules = ["name", desk.days.every_day(), desk.times.midnight, says("m"), "more"]
    with pytest.raises(TypeError, match=r"schedule\.on takes"):
        desk.schedule.on(*rules[:given])
    with pytest.raises(TypeError, match=r"schedule\.on takes"):
        desk.schedule.on(desk.days.every_day(), desk.times.midnight, "no callback")
    with pytest.raises(TypeError, match=r"schedule\.on takes"):
        desk.schedule.on(desk.times.midnight, desk.days.every_day(), says("m"))


def test_what_a_registration_costs() -> None:
    """Each rule and the registration are one read."""
    desk = Desk()
    desk.schedule.on(desk.days.every_day(), desk.times.midnight, says("m"))
    assert desk.meter.total == 3
