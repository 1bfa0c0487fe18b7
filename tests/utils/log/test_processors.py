"""The ready processors: what they keep, hide and send elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.utils.log.logs import guard, logger
from utils.log.entries import Entry
from utils.log.events import Category, Sink
from utils.log.processors import Processor, only, redact, route, sample


@pytest.mark.parametrize(
    ("processor", "kept"),
    [
        (redact("A", "C"), ['x a=*** b={"a":"***","d":[{"c":"***"}]}', "y a=***"]),
        (redact("a", "c"), ['x a=*** b={"a":"***","d":[{"c":"***"}]}', "y a=***"]),
        (only("strategy"), ['x a=1 b={"a":2,"d":[{"c":3}]}']),
        (only(Category.RISK, "audit"), ["y a=1"]),
        (sample("x", every=2), ['x a=1 b={"a":2,"d":[{"c":3}]}', "y a=1"]),
    ],
)
def test_ready_processors(processor: Processor, kept: list[str]) -> None:
    """Redaction reaches into nested values; the others keep what they say."""
    log, _ = logger(processor)
    log.emit("x", a=1, b={"a": 2, "d": [{"c": 3}]})
    log.emit("y", a=1, category="risk")
    log.flush()
    assert [made.text() for made in log.entries] == kept


def test_a_sample_keeps_the_first_of_each_few() -> None:
    """Every third entry of the event is kept, and all others."""
    log, _ = logger(sample("x", every=3))
    for number in range(7):
        log.emit("x", number=number)
        log.emit("y")
    log.flush()
    numbers = [made.fields["number"] for made in log.entries if made.event == "x"]
    assert (numbers, len(log.entries)) == ([0, 3, 6], 10)


def test_a_route_sends_events_elsewhere() -> None:
    """A routed event goes to its new sink, to nobody when that is nowhere."""
    log, lean = logger(route("error", "x"), route(Sink.NOWHERE, "y"))
    for event in ("x", "y", "z"):
        log.emit(event)
    log.flush()
    assert [kind for kind, _ in lean.told] == ["error", "log"]
    assert [made.event for made in log.entries] == ["x", "y", "z"]


def test_processors_may_be_added_later() -> None:
    """A processor that joins sees what the others before it made."""
    log, _ = logger(lambda made: replace(made, event="first"))
    log.processors.append(lambda made: replace(made, event=f"{made.event} second"))
    log.emit("x")
    log.flush()
    assert log.entries[0].event == "first second"


def changing(made: Entry) -> None:
    """A processor that changes what it is given, and returns nothing."""
    fields: Any = made.fields
    fields["a"] = 2


ANSWERS: dict[str, tuple[Any, int]] = {
    "True": (True, 1),
    "False": (False, 0),
    "None": (None, 1),
    "numpy's true": (np.bool_(True), 1),
    "numpy's false": (np.bool_(False), 0),
    "a text": ("x", 1),
    "a number": (0, 1),
    "a mapping": ({}, 1),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("as_json", [False, True])
def test_whatever_a_processor_returns_nothing_is_raised(answer: str, as_json: bool) -> None:
    """True and None keep the entry, False drops it, and what is no answer counts as a failure."""
    returned, kept = ANSWERS[answer]
    caught = guard()
    log, lean = logger(lambda _: returned, attempt=caught.attempt, as_json=as_json, store=len)
    log.emit("x", a=1)
    log.close()
    assert [entry.event for entry in log.entries] == ["x"] * kept
    assert len(lean.told) == kept
    wrong = (
        {}
        if answer in {*ANSWERS} - {"a text", "a number", "a mapping"}
        else {"log processor: CallError": 1}
    )
    assert caught.errors == wrong


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "loud"},
        {"category": None},
        {"sink": 7},
        {"fields": 7},
        {"event": ""},
        {"time": "noon"},
    ],
)
def test_an_entry_that_is_none_is_not_taken(changes: dict[str, Any]) -> None:
    """A processor that makes an entry of wrong parts fails; the entry goes on as it was."""
    caught = guard()
    log, lean = logger(lambda made: replace(made, **changes), attempt=caught.attempt, store=len)
    log.emit("x", a=1)
    log.close()
    assert [entry.text() for entry in log.entries] == ["x a=1"]
    assert [text for _, text in lean.told] == ["x a=1 #1"]
    assert sum(caught.errors.values()) == 1


def test_fields_that_are_no_json_become_text() -> None:
    """Whether a processor puts them into a new entry or into the one that it was given."""
    odd: Any = {"a": object(), 1: {2}}
    log, lean = logger(
        lambda made: replace(made, fields=odd),
        changing,
        as_json=True,
        store=len,
    )
    log.emit("x")
    log.flush()
    ((_, line),) = lean.told
    assert json.loads(line)["fields"] == {"a": 2, "1": [2]}


def test_a_listener_changes_its_own_entry_alone() -> None:
    """What listeners do to the fields reaches no other listener, no line and no store."""
    heard: list[Entry] = []
    lines: list[str] = []
    log, lean = logger(as_json=True, store=lines.append)

    def spoil(made: Entry) -> object:
        fields: Any = made.fields
        fields["a"] = object()
        return object()

    log.listeners += [spoil, heard.append]
    log.emit("x", a=1)
    log.close()
    assert [made.fields for made in (*heard, *log.entries)] == [{"a": 1}] * 2
    assert all(json.loads(line)["fields"] == {"a": 1} for line in (lean.told[0][1], *lines))


def test_a_listener_that_ends_the_program_does_not_end_the_run() -> None:
    """It is counted as any other failure."""
    caught = guard()
    log, lean = logger(attempt=caught.attempt)

    def leave(_: Entry) -> None:
        raise SystemExit(1)

    log.listeners.append(leave)
    log.emit("x")
    log.flush()
    assert len(lean.told) == 1
    assert caught.errors == {"log listener: SystemExit": 1}
