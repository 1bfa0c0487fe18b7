"""The ready processors: what they keep, hide and send elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.utils.log.logs import logger
from utils.log.events import Category, Sink
from utils.log.processors import Processor, only, redact, route, sample


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
