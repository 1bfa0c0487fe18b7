"""The logger: what it takes, when and whom it calls, and what it does where something fails."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.errors import CallError
from tests.utils.log.logs import NOON, Lean, fail, full, guard, logger
from utils.log.counts import UNSTORED_LINES
from utils.log.entries import Entry
from utils.log.events import Level
from utils.log.logger import (
    KEPT_ENTRIES,
    MOST_QUEUED,
    StructuredLogger,
)
from utils.log.processors import only, redact, route, sample


@pytest.mark.parametrize(
    ("level", "category", "kind"),
    [
        ("debug", "strategy", "debug"),
        ("info", "risk", "log"),
        ("warning", "error", "log"),
        ("error", "system", "error"),
        ("debug", "audit", "log"),
    ],
)
def test_level_and_category_decide_the_sink(level: str, category: str, kind: str) -> None:
    """An entry goes where the table of routes says."""
    log, lean = logger(level="debug")
    log.emit("signal", category=category, level=level)
    log.flush()
    assert [told for told, _ in lean.told] == [kind]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda log: log.emit("x", category="fun"), "'fun' is no category; there are execution"),
        (lambda log: log.emit("x", level="debug", category="fun"), "no category"),
        (lambda log: log.emit("x", level="loud"), "'loud' is no level; there are debug, info"),
        (lambda log: log.emit("x", level=[]), r"\[\] is no level"),
        (lambda log: log.emit("x", level=20), "20 is no level"),
        (lambda log: log.set_level("loud"), "no level"),
        (lambda log: log.event("lunch"), "'lunch' is no ready event; there are order submitted"),
        (lambda log: log.event("anomaly", level="loud"), "no level"),
        (lambda log: route("paper", "x"), "'paper' is no sink; there are debug, log, error"),
        (lambda log: only("fun"), "no category"),
        (lambda log: sample("x", every=0), "1 or more"),
    ],
)
def test_a_wrong_call_says_what_is_allowed(
    call: Callable[[StructuredLogger], object], said: str
) -> None:
    """A name that is not known raises, also where its level is off, and names the choices."""
    log, _ = logger()
    with pytest.raises(CallError, match=said):
        call(log)


def test_the_threshold_changes_at_run_time() -> None:
    """What matters less than the level is not logged; off lets nothing through."""
    log, lean = logger()
    for level in ("info", "debug", "off", "error"):
        log.set_level(level)
        log.event("order submitted", number=level)
        log.event("anomaly", number=level)
        log.event("anomaly", number=level, level="error")
        log.flush()
    assert [made.fields["number"] for made in log.entries] == ["info"] * 2 + ["debug"] * 3 + [
        "error"
    ]
    assert len(lean.told) == 6


def test_a_level_that_is_off_costs_no_question() -> None:
    """Nothing is asked or built of what is not logged."""
    log = StructuredLogger(Lean(), lambda: pytest.fail("asked"), level="error")
    log.emit("signal")
    log.event("trade closed")
    log.flush()
    assert log.entries == []


def test_any_field_name_but_the_calls_own_is_free() -> None:
    """Fields may be named like the first argument, or as no Python name can be."""
    log, _ = logger()
    odd: dict[str, Any] = {"event": 1, "self": 2, "a b": 3}
    log.emit("x", **odd)
    log.event("saved", level="info", name=4)
    log.flush()
    assert [made.text() for made in log.entries] == ['x event=1 self=2 "a b"=3', "saved name=4"]


def test_a_redeploy_goes_on() -> None:
    """Level, bytes used, numbers and counts survive as JSON."""
    log, _ = full(level="debug")
    log.emit("x", level="debug")
    log.flush()
    after, lean = logger()
    after.restore(json.loads(json.dumps(log.state())))
    assert after.state() == log.state()
    assert (after.level, after.used) == (Level.DEBUG, log.used)
    after.emit("tick")
    after.event("save failed")
    after.flush()
    assert lean.told == [("error", "save failed #1003")]
    assert after.left_out["tick"] == log.left_out["tick"] + 1


def test_nobody_is_called_before_the_flush() -> None:
    """Logging only queues: neither LEAN nor a listener nor a processor hears of it."""
    heard: list[Entry] = []
    log, lean = logger(lambda made: pytest.fail("called"))
    log.listeners.append(heard.append)
    log.emit("x")
    assert (lean.told, heard, log.entries) == ([], [], [])


def test_everybody_is_called_outside_the_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever the log calls may have another thread use the log meanwhile."""
    used: list[str] = []

    def look(place: str) -> None:
        log.state()
        used.append(place)

    def use(place: str) -> None:
        thread = threading.Thread(target=look, args=(place,), daemon=True)
        thread.start()
        thread.join(60.0)

    class Busy(Lean):
        def log(self, message: str) -> None:
            use("sink")

    def clock() -> float:
        use("clock")
        return 0.0

    def attempt(place: str, call: Callable[..., object], *arguments: Any) -> bool:
        use("guard")
        call(*arguments)
        return True

    def processor(made: Entry) -> Entry:
        use("processor")
        return made

    def now() -> datetime:
        use("now")
        return NOON

    monkeypatch.setattr("utils.log.logger.monotonic", clock)
    log = StructuredLogger(Busy(), now, store=lambda lines: use("store"), attempt=attempt)
    log.processors.append(processor)
    log.listeners.append(lambda made: use("listener"))
    log.emit("x")
    log.close()
    called = [place for place in used if place != "guard"]
    assert called == ["now", "processor", "listener", "clock", "sink", "store"]
    assert used.count("guard") == 4


def test_listeners_get_every_entry_as_processed() -> None:
    """A listener hears of what LEAN is not told, and of nothing that was dropped or hidden."""
    heard: list[Entry] = []
    log, lean = logger(redact("key"), only("risk"), budget=0)
    log.listeners.append(heard.append)
    log.emit("x", category="risk", key="secret")
    log.emit("y", category="audit")
    log.flush()
    assert [made.text() for made in heard] == ["x key=***"]
    assert lean.told == []


def test_the_last_thousand_entries_are_kept() -> None:
    """Older entries leave memory."""
    log, _ = logger()
    for number in range(KEPT_ENTRIES + 5):
        log.emit("x", number=number)
    log.flush()
    assert [made.fields["number"] for made in log.entries] == list(range(5, KEPT_ENTRIES + 5))


def test_what_nobody_flushes_is_bounded() -> None:
    """A full queue takes no more, and what it refused is counted."""
    log, _ = logger()
    for _ in range(MOST_QUEUED + 3):
        log.emit("x")
    assert log.left_out == {"x": 3}


def test_a_listener_that_logs_does_not_keep_a_flush_from_ending() -> None:
    """What listeners log is written in the same flush, but not without end."""
    log, _ = logger(budget=None)
    log.listeners.append(lambda made: log.emit("echo"))
    log.emit("x")
    log.flush()
    assert [made.event for made in log.entries][:2] == ["x", "echo"]


def test_a_flush_within_a_flush_does_nothing() -> None:
    """A listener whose hook flushes does not write what is being written."""
    log, lean = logger()
    log.listeners.append(lambda made: log.flush())
    log.emit("x")
    log.emit("y")
    log.flush()
    assert [text for _, text in lean.told] == ["x #1", "y #2"]


def test_many_threads_lose_nothing() -> None:
    """Entries of threads that log and flush at once are all written, each once."""
    log, lean = logger(budget=None)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def work(thread: int) -> None:
        for number in range(200):
            log.emit("x", thread=thread, number=number)
            log.flush()

    try:
        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    log.close()
    assert len(lean.told) == log.written["x"] == 800
    assert len({text.partition(" #")[0] for _, text in lean.told}) == 800


def test_what_fails_is_counted_and_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing processor, listener, store or sink costs no entry, and the guard counts each."""
    recorder = guard()
    log, lean = logger(fail, redact("a"), attempt=recorder.attempt, store=fail)
    monkeypatch.setattr(lean, "error", fail)
    heard: list[Entry] = []
    log.listeners += [fail, heard.append]
    log.emit("x", a=1)
    log.event("save failed")
    log.close()
    assert [made.text() for made in heard] == ["x a=***", "save failed"]
    assert lean.told[0] == ("log", "x a=*** #1")
    assert recorder.errors == {
        "log processor: OSError": 2,
        "log listener: OSError": 2,
        "log store: OSError": 1,
        "log: OSError": 1,
    }
    assert log.left_out == {UNSTORED_LINES: 2}


def test_without_a_guard_failures_show() -> None:
    """In tests and notebooks a failure goes through, and the next flush goes on."""
    log, lean = logger()
    log.listeners.append(fail)
    log.emit("x")
    log.emit("y")
    with pytest.raises(OSError, match="broken"):
        log.flush()
    log.listeners.clear()
    log.flush()
    assert [text for _, text in lean.told] == ["y #2"]


def test_a_naive_time_is_one_of_the_algorithms_clock() -> None:
    """LEAN's `self.time` has no zone: it is taken for one of the log's."""
    log, _ = logger(zone=ZoneInfo("America/New_York"))
    log.emit("x", time=datetime(2024, 1, 2, 9, 30))
    log.emit("y", time=NOON)
    log.flush()
    assert [made.time for made in log.entries] == [datetime(2024, 1, 2, 14, 30, tzinfo=UTC), NOON]


def test_a_time_beyond_the_calendar_is_refused_by_name() -> None:
    """No time zone has the first instant of all."""
    log, _ = logger(zone=ZoneInfo("Asia/Tokyo"))
    with pytest.raises(CallError, match="a time of the calendar"):
        log.emit("x", time=datetime.min)


def test_json_lines_never_repeat() -> None:
    """LEAN takes a text once: each line has its number, on the console and in the store too."""
    lines: list[str] = []
    log, lean = logger(as_json=True, budget=None, store=lines.append, level="debug")
    for _ in range(3):
        log.emit("x", a=1)
    log.emit("x", a=1, level="debug")
    log.close()
    told = [json.loads(text) for _, text in lean.told]
    assert [line.pop("number") for line in told] == [1, 2, 3, 4]
    stored = "".join(lines).splitlines()
    assert len({*stored}) == 4
    assert [Entry.from_dict(json.loads(line)) for line in stored] == log.entries


def test_the_least_important_leave_a_full_queue() -> None:
    """An error that comes last is logged, and what it pushed out is counted."""
    log, _ = logger()
    for _ in range(MOST_QUEUED):
        log.emit("tick")
    log.emit("broken", level="error")
    assert log.left_out == {"tick": 1}
    assert log.queued[-1].event == "broken"
