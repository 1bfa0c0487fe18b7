"""Recorded schedules: LEAN's date and time rules, every day at a time of day or at an interval.

An event is due at its time of day in the algorithm's time zone, on every day from the moment the
run's first line has, or from its registration if that is later. One at an interval is due that long
after midnight, and so on. One under a rule that asks for market hours or a calendar, which a tape
does not have, is taken and never due. The engine asks what is due and calls it; user code registers
through `algorithm.schedule`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from workbench.engine.reads import LeanObject, ReadMeter, lean_call, lean_read
from workbench.engine.set_up import DATE_RULES, STAND_IN, TIME_RULES, StandIn, passed

Callback = Callable[[], Any]


class DateRule(LeanObject):
    """On which days an event is due."""

    __slots__ = ()

    @lean_read
    def name(self) -> str:
        """The rule in a word."""
        return "EveryDay"


class TimeRule(LeanObject):
    """At which time of day an event is due, or how often from midnight on."""

    __slots__ = ("_every", "_time")

    def __init__(self, meter: ReadMeter, at: time, every: timedelta | None = None) -> None:
        super().__init__(meter)
        self._time = at
        self._every = every

    @lean_read
    def name(self) -> str:
        """The rule in a word."""
        if self._every is not None:
            return f"Every {self._every}"
        return "Midnight" if self._time == time() else f"At {self._time}"


class DateRules(LeanObject):
    """The rules for days that a recorded run knows."""

    __slots__ = ()

    @lean_call
    def every_day(self, symbol: object = None) -> DateRule:
        """Due on every day of the calendar; the tape does not tell on which a symbol trades."""
        return DateRule(self._meter)

    def __getattr__(self, name: str) -> StandIn:
        return passed(name, DATE_RULES)


class TimeRules(LeanObject):
    """The rules for times of day that a recorded run knows."""

    __slots__ = ()

    @lean_read
    def midnight(self) -> TimeRule:
        """Due at 00:00 of the algorithm's clock."""
        return TimeRule(self._meter, time())

    @lean_read
    def noon(self) -> TimeRule:
        """Due at 12:00 of the algorithm's clock."""
        return TimeRule(self._meter, time(12))

    def __getattr__(self, name: str) -> StandIn:
        return passed(name, TIME_RULES)

    @lean_call
    def at(self, hour: int, minute: int, second: int = 0) -> TimeRule:
        """Due at a time of the algorithm's clock; ValueError when it is none."""
        return TimeRule(self._meter, time(hour, minute, second))

    @lean_call
    def every(self, interval: timedelta) -> TimeRule:
        """Due each time an interval has passed since midnight; ValueError unless it is above 0."""
        if interval <= timedelta(0):
            raise ValueError(f"the interval is {interval}; it must be above 0")
        return TimeRule(self._meter, time(), interval)


class ScheduledEvent(LeanObject):
    """A callback and when it is due."""

    __slots__ = ("_at", "_callback", "_due", "_every", "_name")

    def __init__(self, meter: ReadMeter, name: str, rule: TimeRule, callback: Callback) -> None:
        super().__init__(meter)
        self._name = name
        self._at = rule._time
        self._every = rule._every
        self._callback = callback
        self._due: datetime | None = None

    @lean_read
    def name(self) -> str:
        """The name it was registered under."""
        return self._name


class Agenda:
    """All scheduled events of a run and when each is due next; the engine's side of schedules."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._events: list[ScheduledEvent] = []
        self._now: datetime | None = None

    def add(self, event: ScheduledEvent) -> None:
        """Take an event in; before the run's first line its first due time stays open."""
        self._events.append(event)
        if self._now is not None:
            event._due = self._first_due(event, self._now)

    def clear(self) -> None:
        """Forget every event."""
        self._events.clear()

    def begin(self, now: datetime) -> None:
        """Fix what is due from `now` on, the time of the run's first line."""
        self._now = now
        for event in self._events:
            event._due = self._first_due(event, now)

    def take_due(self, until: datetime, inclusive: bool) -> Iterator[tuple[datetime, Callback]]:
        """Yield what is due before `until`, or at it, in order of time; each is taken once."""
        while self._events:
            event = min(self._events, key=_due_of)
            due = _due_of(event)
            if due > until or (due == until and not inclusive):
                break
            self._now = due
            event._due = self._next_due(event, due)
            yield due, event._callback
        self._now = until

    def _first_due(self, event: ScheduledEvent, now: datetime) -> datetime:
        due = self._on(now.astimezone(self._zone).date(), event._at)
        if event._every is not None:
            return due - (due - now) // event._every * event._every
        return due if due >= now else self._next_due(event, due)

    def _next_due(self, event: ScheduledEvent, due: datetime) -> datetime:
        if event._every is not None:
            return due + event._every
        return self._on(due.astimezone(self._zone).date() + timedelta(days=1), event._at)

    def _on(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._zone).astimezone(UTC)


class ScheduleManager(LeanObject):
    """Where an algorithm registers what is to be called when."""

    __slots__ = ("_agenda",)

    def __init__(self, meter: ReadMeter, agenda: Agenda) -> None:
        super().__init__(meter)
        self._agenda = agenda

    @lean_call
    def on(self, *rules: Any) -> ScheduledEvent | StandIn:
        """Register `date_rule, time_rule, callback`, with a name before them or without.

        The callback is called without arguments; TypeError for anything else.
        """
        *named, days, times, callback = rules if len(rules) in (3, 4) else (None, None, None)
        if callable(callback) and STAND_IN in (days, times):
            return STAND_IN
        if not (isinstance(days, DateRule) and isinstance(times, TimeRule) and callable(callback)):
            raise TypeError("schedule.on takes [name,] date_rule, time_rule, callback")
        name = str(named[0]) if named else f"EveryDay: {times._every or times._time}"
        event = ScheduledEvent(self._meter, name, times, callback)
        self._agenda.add(event)
        return event


def _due_of(event: ScheduledEvent) -> datetime:
    assert event._due is not None, "begin has fixed it"
    return event._due
