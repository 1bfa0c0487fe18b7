"""The structured log: what it renders, what it keeps back, and whom it calls under no lock."""

from __future__ import annotations

import json
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CallError
from models.events.orders import OrderType
from models.tracker.guard import Guard, warnings_to
from utils import structured_logger
from utils.log.entries import Entry
from utils.log.events import EVENTS, ROUTES, Category, Level, Sink, pick
from utils.log.processors import Processor, only, redact, route, sample
from utils.log.values import LONGEST, NAMES, OTHERS, UNSTORED, WIDEST, cut, plain, shown
from utils.structured_logger import (
    BUDGET,
    DEBUG_MOST,
    FOR_ERRORS,
    FOR_SUMMARY,
    KEPT,
    QUEUED,
    STAMP,
    StructuredLogger,
)

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)

# What the issue names.
READY = """
order submitted, order updated, order rejected, order cancelled, position opened,
position increased, position reduced, position closed, position flipped, position assigned,
position exercised, position expired, trade closed, session closed, drawdown alert,
drawdown recovery, restored, adopted, saved, save failed, anomaly
"""


class Lean:
    """What LEAN was told, with the clock that its console goes by."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.seconds = 0.0

    def debug(self, message: str) -> None:
        """Take a message for the console."""
        self.told.append(("debug", message))

    def log(self, message: str) -> None:
        """Take a message for the log file."""
        self.told.append(("log", message))

    def error(self, message: str) -> None:
        """Take a message for the console, in red."""
        self.told.append(("error", message))

    def clock(self) -> float:
        """The seconds that a test says."""
        return self.seconds

    @property
    def size(self) -> int:
        """The bytes of a log file with all of it: a stamp before and a newline after each."""
        return sum(len(f"2024-01-02 12:00:00 {text}\n".encode()) for _, text in self.told)


def logger(**given: Any) -> tuple[StructuredLogger, Lean]:
    """A log and the LEAN it tells."""
    lean = Lean()
    return StructuredLogger(lean, lambda: NOON, clock=lean.clock, **given), lean


def guard() -> Guard:
    """A guard that counts, and warns nobody."""
    return Guard(warnings_to(None))


def entry(event: str = "signal", /, **fields: Any) -> Entry:
    """An entry of a strategy's."""
    return Entry(NOON, Level.INFO, Category.STRATEGY, event, fields)


class Stubborn:
    """An object that fails when it is asked for its text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


# --- entries

KEYS = st.text(max_size=12)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None)),
    st.decimals(),
    st.datetimes(),
    st.sampled_from([Stubborn(), b"bytes", 10**200, OrderType.LIMIT, Sink.LOG, 1j, object]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(KEYS, st.integers(), st.none()), inner, max_size=4),
        st.tuples(inner, inner),
    ),
    max_leaves=12,
)
FIELDS = st.dictionaries(KEYS, VALUES, max_size=6)
EVENT_NAMES = st.text(st.characters(codec=None), min_size=1, max_size=300)


@given(EVENT_NAMES, FIELDS, st.text(st.characters(codec=None), max_size=8))
def test_whatever_is_logged_renders_on_one_line(event: str, fields: Any, correlation: str) -> None:
    """Text and JSON never raise, hold nothing unprintable, and JSON reads back as it was."""
    made = Entry(NOON, Level.INFO, Category.RISK, event, fields, correlation)
    assert made.text().isprintable()
    assert made.json().isprintable()
    assert made.json().encode()
    read = json.loads(made.json(), parse_constant=pytest.fail)
    assert read == made.to_dict()
    assert Entry.from_dict(read) == made


@given(EVENT_NAMES, FIELDS, st.booleans())
def test_the_console_gets_at_most_its_characters(event: str, fields: Any, as_json: bool) -> None:
    """A message and LEAN's stamp fit in 200 UTF-16 units, whatever is logged, and are one line."""
    log, lean = logger(level="debug", budget=None, as_json=as_json)
    log.emit(event, level="debug", of=fields)
    log.flush()
    ((kind, text),) = lean.told
    assert kind == "debug"
    assert text.isprintable()
    assert len(text.encode("utf-16-le")) // 2 + STAMP <= DEBUG_MOST


@given(VALUES)
def test_plain_values_stay_as_they_are(value: Any) -> None:
    """Making a value plain once more changes nothing."""
    once = plain(value)
    assert plain(once) == once


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_short_and_close(value: float) -> None:
    """A float's text has 12 digits, which read back as nearly the same; JSON is exact."""
    assert float(shown(plain(value))) == pytest.approx(value, rel=1e-11, abs=0)
    assert json.loads(entry(x=value).json())["fields"]["x"] == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("SPY", "SPY"),
        ("two words", '"two words"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ('say "x"', '"say \\"x\\""'),
        ("line\nbreak\t\x00", '"line\\nbreak\\t\\u0000"'),
        ("\u2028\x85\x7f", '"\\u2028\\u0085\\u007f"'),
        ("\ud800", '"\\ud800"'),
        ("café", '"café"'),
        ("600000", '"600000"'),
        ("1e5", '"1e5"'),
        ("null", '"null"'),
        ("2024-01-02", '"2024-01-02"'),
        ("2024-01-02T12:00:00+00:00", "2024-01-02T12:00:00+00:00"),
        (None, "null"),
        (True, "true"),
        (5, "5"),
        (5.0, "5"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1234567890.12, "1234567890.12"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ([1, "a", None], '[1,"a",null]'),
        ({"a": {1: 2.5}}, '{"a":{"1":2.5}}'),
        ({2, 1}, "[1,2]"),
        (date(2024, 1, 2), '"2024-01-02"'),
        (Decimal("1.10"), '"1.10"'),
        (OrderType.LIMIT, "LIMIT"),
        (Category.RISK, "risk"),
        (np.float32(0.5), "0.5"),
        (np.int64(7), "7"),
        (np.bool_(True), "true"),
        (10**200, '"<int of 665 bits>"'),
        (Stubborn(), "<Stubborn>"),
        ([[[[[1]]]]], '[[[[["…"]]]]]'),
    ],
)
def test_values_are_shown_without_doubt(value: Any, text: str) -> None:
    """Numbers, words and strings cannot be taken for one another, and nothing breaks the line."""
    assert shown(plain(value)) == text


def test_an_entry_in_text() -> None:
    """Text is the event, the correlation id and the fields, in the order given."""
    made = replace(entry("position opened", symbol="SPY", price=1.5), correlation="o12")
    assert made.text() == "position opened id=o12 symbol=SPY price=1.5"


def test_large_values_are_cut_and_say_so() -> None:
    """Text, lists and mappings beyond their measure end with a mark."""
    made = entry(text="x" * 5000, list=list(range(5000)), map={str(n): n for n in range(5000)})
    text, numbers, pairs = (made.fields[name] for name in ("text", "list", "map"))
    assert (len(text), text[-1]) == (LONGEST, "…")
    assert (len(numbers), numbers[-1]) == (WIDEST, "…")
    assert (len(pairs), pairs["…"]) == (WIDEST, "…")


def test_subclasses_of_plain_types_become_plain() -> None:
    """A field's text is the string's own, whatever its class says of itself."""

    class Loud(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise RuntimeError("no text")

    made = entry(word=Loud("SPY"), pairs=OrderedDict(a=np.float64(1.5)))
    assert [type(value) for value in made.fields.values()] == [str, dict]
    assert made.text() == 'signal word=SPY pairs={"a":1.5}'


def test_an_entry_keeps_its_own_values() -> None:
    """What changes after it was logged does not change the entry."""
    held = {"SPY": 1}
    made = entry(held=held)
    held["SPY"] = 2
    assert made.fields == {"held": {"SPY": 1}}


def test_an_entrys_time_is_utc() -> None:
    """Any aware time becomes UTC; a naive one, or no name, is a wrong call."""
    there = NOON.astimezone(timezone(timedelta(hours=-5)))
    made = replace(entry(), time=there)
    assert (made.time, made.time.tzinfo) == (NOON, UTC)
    with pytest.raises(CallError, match="aware"):
        replace(entry(), time=NOON.replace(tzinfo=None))
    with pytest.raises(CallError, match="name"):
        replace(entry(), event="")


# --- what goes where


def test_the_ready_events_are_those_of_the_issue() -> None:
    """Every event that the issue names is ready."""
    assert {name.strip() for name in READY.split(",")} <= set(EVENTS)


def test_every_level_and_ready_event_has_a_sink() -> None:
    """No entry is without a route, and ready events all show somewhere."""
    assert set(Level) <= set(ROUTES)
    assert all(spec.sink is not Sink.NOWHERE for spec in EVENTS.values())


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


def test_choices_go_by_name_or_by_member() -> None:
    """A level may be given as its member or its name."""
    assert pick(Level, "error") is pick(Level, Level.ERROR) is Level.ERROR


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


def test_messages_in_json() -> None:
    """In JSON a message is the entry; on the console a long one is cut text."""
    log, lean = logger(as_json=True, level="debug")
    log.emit("x", time=NOON, a=1)
    log.emit("x", level="debug", a=1)
    log.flush()
    lean.seconds = 9.0
    log.emit("x", level="debug", a="y" * 300)
    log.flush()
    (_, first), (_, short), (_, long) = lean.told
    assert Entry.from_dict(json.loads(first)) == log.entries[0]
    assert Entry.from_dict(json.loads(short)) == log.entries[1]
    assert (long[:8], long[-1]) == ("x a=yyyy", "…")


def test_no_two_messages_of_the_file_are_alike() -> None:
    """The cloud writes a text once, so each has its number; a gap shows what was left out."""
    log, lean = logger(processors=[route("nowhere", "hidden")])
    for event in ("x", "x", "hidden", "x"):
        log.emit(event)
    log.flush()
    assert [text for _, text in lean.told] == ["x #1", "x #2", "x #4"]


# --- the console's limits


def test_the_console_gets_one_message_a_second() -> None:
    """A message that comes too soon after the last is left out and counted."""
    log, lean = logger(level="debug")
    for lean.seconds in (0.0, 0.9, 1.0, 1.5, 2.1):
        log.emit("x", level="debug", at=lean.seconds)
        log.flush()
    assert [text for _, text in lean.told] == ["x at=0", "x at=1", "x at=2.1"]
    assert (log.written["x"], log.left_out) == (3, {"x": 2})


def test_the_console_never_gets_two_alike_in_a_row() -> None:
    """A message like the last is left out and counted; one like an earlier one is not."""
    log, lean = logger(level="debug")
    for lean.seconds, number in enumerate((1, 1, 2, 1)):
        log.emit("x", level="debug", number=number)
        log.flush()
    assert [text for _, text in lean.told] == ["x number=1", "x number=2", "x number=1"]
    assert log.left_out == {"x": 1}


@pytest.mark.parametrize("size", [1, 2, 180, 181])
def test_a_cut_counts_as_lean_does(size: int) -> None:
    """A character beyond the first plane counts twice and is not cut in half."""
    text = "a" + "😀" * 90
    short = cut(text, size)
    assert len(short.encode("utf-16-le")) // 2 <= size
    assert (short == text) == (size >= 181)


# --- the budget

CALLS = st.lists(
    st.tuples(
        st.sampled_from(["x", "größe", "signal of mine"]),
        st.sampled_from(["debug", "info", "warning", "error"]),
        st.text(max_size=120),
    ),
    max_size=60,
)


@given(CALLS, st.integers(0, 3_000), st.booleans())
def test_the_budget_is_never_exceeded(calls: Any, budget: int, as_json: bool) -> None:
    """Whatever is logged takes no more bytes than allowed, the summary included; all is counted."""
    log, lean = logger(level="debug", budget=budget, as_json=as_json)
    for event, level, text in calls:
        log.emit(event, level=level, text=text)
        lean.seconds += 0.7
        log.flush()
    counted = log.written.total() + log.left_out.total()
    log.close()
    assert lean.size == log.used <= budget
    assert counted == len(calls)


def full(**given: Any) -> tuple[StructuredLogger, Lean]:
    """A log whose budget other entries than errors have used up."""
    log, lean = logger(**given)
    for number in range(1_000):
        log.emit("tick", number=number)
    log.flush()
    return log, lean


def test_some_of_the_budget_is_kept_for_errors() -> None:
    """Once the rest is used up there is room for errors, and then still for the summary."""
    log, lean = full()
    line = STAMP + len("tick number=100 #101\n")
    assert 0 <= BUDGET * (1 - FOR_ERRORS - FOR_SUMMARY) - log.used < line
    log.event("save failed", reason="quota")
    log.flush()
    assert lean.told[-1] == ("error", "save failed reason=quota #1001")
    for number in range(1_000):
        log.event("save failed", reason=number)
    log.flush()
    assert 0 <= BUDGET * (1 - FOR_SUMMARY) - log.used < 60


def test_the_end_says_what_was_left_out() -> None:
    """The last message counts what was written and what was not, by event, within the budget."""
    log, lean = full()
    written = len(lean.told)
    log.close()
    left = 1_000 - written
    events = f'events={{"tick":{left}}}'
    assert lean.told[-1] == ("log", f"log closed written={written} left_out={left} {events} #1000")
    assert log.used == lean.size <= BUDGET


def test_many_events_are_named_as_far_as_there_is_room() -> None:
    """The summary names the most frequent events and counts them all."""
    log, lean = logger(budget=1_000)
    for number in range(300):
        for _ in range(1 + (number == 7)):
            log.emit(f"event number {number}", level="warning")
    log.flush()
    assert len(log.left_out) <= NAMES + 1
    assert log.left_out[OTHERS] > 100
    total = log.left_out.total()
    log.close()
    assert f"left_out={total} " in lean.told[-1][1]
    assert '"others":' in lean.told[-1][1]
    assert lean.size <= 1_000


def test_nothing_is_said_at_the_end_when_nothing_was_left_out() -> None:
    """A log that was written whole closes in silence."""
    log, lean = logger()
    log.emit("x")
    log.close()
    assert [text for _, text in lean.told] == ["x #1"]
    assert log.summary_line() == ""


def test_without_a_budget_all_is_written() -> None:
    """Live there is no limit."""
    log, lean = full(budget=None)
    assert len(lean.told) == 1_000
    assert not log.left_out
    assert log.used == lean.size > BUDGET


def test_without_a_budget_the_end_says_what_the_console_left_out() -> None:
    """The console's limits hold live too, and are told of at the end."""
    log, lean = logger(budget=None, level="debug")
    for number in range(3):
        log.emit("x", level="debug", number=number)
    log.close()
    assert lean.told[-1] == ("log", 'log closed written=1 left_out=2 events={"x":2} #3')


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


# --- who gets entries


def test_nobody_is_called_before_the_flush() -> None:
    """Logging only queues: neither LEAN nor a listener nor a processor hears of it."""
    heard: list[Entry] = []
    log, lean = logger(processors=[lambda made: pytest.fail("called")])
    log.listeners.append(heard.append)
    log.emit("x")
    assert (lean.told, heard, log.entries) == ([], [], [])


def test_everybody_is_called_outside_the_locks() -> None:
    """Whoever the log calls may have another thread use the log meanwhile."""
    used: list[str] = []

    def look(place: str) -> None:
        log.state()
        used.append(place)

    def use(place: str) -> None:
        thread = threading.Thread(target=look, args=(place,), daemon=True)
        thread.start()
        thread.join(5.0)

    class Busy(Lean):
        def log(self, message: str) -> None:
            use("sink")

        def clock(self) -> float:
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

    lean = Busy()
    log = StructuredLogger(
        lean,
        now,
        store=lambda lines: use("store"),
        processors=[processor],
        attempt=attempt,
        clock=lean.clock,
    )
    log.listeners.append(lambda made: use("listener"))
    log.emit("x")
    log.close()
    called = [place for place in used if place != "guard"]
    assert called == ["now", "processor", "listener", "clock", "sink", "store"]
    assert used.count("guard") == 4


def test_listeners_get_every_entry_as_processed() -> None:
    """A listener hears of what LEAN is not told, and of nothing that was dropped or hidden."""
    heard: list[Entry] = []
    log, lean = logger(budget=0, processors=[redact("key"), only("risk")])
    log.listeners.append(heard.append)
    log.emit("x", category="risk", key="secret")
    log.emit("y", category="audit")
    log.flush()
    assert [made.text() for made in heard] == ["x key=***"]
    assert lean.told == []


def test_the_last_thousand_entries_are_kept() -> None:
    """Older entries leave memory."""
    log, _ = logger()
    for number in range(KEPT + 5):
        log.emit("x", number=number)
    log.flush()
    assert [made.fields["number"] for made in log.entries] == list(range(5, KEPT + 5))


def test_what_nobody_flushes_is_bounded() -> None:
    """A full queue takes no more, and what it refused is counted."""
    log, _ = logger()
    for _ in range(QUEUED + 3):
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


# --- processors


@pytest.mark.parametrize(
    ("processor", "kept"),
    [
        (redact("a", "c"), ['x a=*** b={"a":"***","d":[{"c":"***"}]}', "y a=***"]),
        (only("strategy"), ['x a=1 b={"a":2,"d":[{"c":3}]}']),
        (only(Category.RISK, "audit"), ["y a=1"]),
        (sample("x", every=2), ['x a=1 b={"a":2,"d":[{"c":3}]}', "y a=1"]),
    ],
)
def test_ready_processors(processor: Processor, kept: list[str]) -> None:
    """Redaction reaches into nested values; the others keep what they say."""
    log, _ = logger(processors=[processor])
    log.emit("x", a=1, b={"a": 2, "d": [{"c": 3}]})
    log.emit("y", a=1, category="risk")
    log.flush()
    assert [made.text() for made in log.entries] == kept


def test_a_sample_keeps_the_first_of_each_few() -> None:
    """Every third entry of the event is kept, and all others."""
    log, _ = logger(processors=[sample("x", every=3)])
    for number in range(7):
        log.emit("x", number=number)
        log.emit("y")
    log.flush()
    numbers = [made.fields["number"] for made in log.entries if made.event == "x"]
    assert (numbers, len(log.entries)) == ([0, 3, 6], 10)


def test_a_route_sends_events_elsewhere() -> None:
    """A routed event goes to its new sink, to nobody when that is nowhere."""
    log, lean = logger(processors=[route("error", "x"), route(Sink.NOWHERE, "y")])
    for event in ("x", "y", "z"):
        log.emit(event)
    log.flush()
    assert [kind for kind, _ in lean.told] == ["error", "log"]
    assert [made.event for made in log.entries] == ["x", "y", "z"]


def test_processors_may_be_added_later() -> None:
    """A processor that joins sees what the others before it made."""
    log, _ = logger(processors=[lambda made: replace(made, event="first")])
    log.processors.append(lambda made: replace(made, event=f"{made.event} second"))
    log.emit("x")
    log.flush()
    assert log.entries[0].event == "first second"


def fail(*_: object) -> Any:
    """Fail."""
    raise OSError("broken")


def test_what_fails_is_counted_and_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing processor, listener, store or sink costs no entry, and the guard counts each."""
    recorder = guard()
    log, lean = logger(processors=[fail, redact("a")], attempt=recorder.attempt, store=fail)
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
    assert log.left_out == {UNSTORED: 2}


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


# --- the store


def test_the_store_gets_the_whole_log_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """All entries arrive as lines of JSON, whatever LEAN was told, a chunk at a time."""
    monkeypatch.setattr(structured_logger, "CHUNK", 1_000)
    chunks: list[str] = []
    log, _ = logger(budget=0, store=chunks.append)
    for number in range(50):
        log.emit("x", number=number)
    log.flush()
    assert len(chunks) > 1
    assert all(1_000 <= len(chunk) < 1_300 for chunk in chunks)
    log.close()
    lines = "".join(chunks).splitlines()
    assert [json.loads(line)["fields"]["number"] for line in lines] == list(range(50))


def test_the_store_is_not_asked_for_nothing() -> None:
    """Saving when nothing is new writes nothing."""
    chunks: list[str] = []
    log, _ = logger(store=chunks.append)
    log.emit("x")
    log.flush()
    log.save()
    log.save()
    log.close()
    assert len(chunks) == 1


# --- capture


def test_capture_collects_what_is_logged_inside() -> None:
    """Entries from before and after are not collected, and LEAN is told as ever."""
    log, lean = logger()
    log.emit("before")
    with log.capture() as entries:
        log.emit("inside", a=1)
    log.emit("after")
    log.flush()
    assert [made.text() for made in entries] == ["inside a=1"]
    assert len(lean.told) == 3


def test_a_silent_capture_writes_nowhere() -> None:
    """Neither LEAN nor the store gets what is captured in silence; it is not left out either."""
    chunks: list[str] = []
    log, lean = logger(store=chunks.append)
    with log.capture(silent=True) as entries:
        log.emit("inside")
    log.close()
    assert [made.event for made in entries] == ["inside"]
    assert (lean.told, chunks, log.used, log.left_out) == ([], [], 0, {})


def test_captures_nest_and_end_with_their_block() -> None:
    """Each capture collects its own block, also one that raises."""
    log, lean = logger()
    with log.capture() as outer:
        try:
            with log.capture(silent=True) as inner:
                log.emit("x")
                fail()
        except OSError:
            log.emit("y")
    log.emit("z")
    log.flush()
    assert [made.event for made in inner] == ["x"]
    assert [made.event for made in outer] == ["x", "y"]
    assert [text for _, text in lean.told] == ["y #2", "z #3"]
