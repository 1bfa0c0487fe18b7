"""Messages: within the console's characters and its pace, and no two of the file alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.utils.log.field_values import EVENT_NAMES, FIELDS
from tests.utils.log.logs import CLOCK, NOON, logger
from utils.log.entries import Entry
from utils.log.events import Category, Level
from utils.log.messages import (
    CONSOLE_CHARACTERS,
    STAMP_LENGTH,
    cut_text,
    least_bytes,
    message_bytes,
    render_message,
)
from utils.log.processors import route


@given(EVENT_NAMES, FIELDS, st.booleans())
def test_the_console_gets_at_most_its_characters(event: str, fields: Any, as_json: bool) -> None:
    """A message and LEAN's stamp fit in 200 UTF-16 units, whatever is logged, and are one line."""
    log, lean = logger(level="debug", budget=None, as_json=as_json)
    log.emit(event, level="debug", of=fields)
    log.flush()
    ((kind, text),) = lean.told
    assert kind == "debug"
    assert text.isprintable()
    assert len(text.encode("utf-16-le")) // 2 + STAMP_LENGTH <= CONSOLE_CHARACTERS


def test_messages_in_json() -> None:
    """In JSON a message is the entry; on the console a long one is cut text."""
    log, lean = logger(as_json=True, level="debug")
    log.emit("x", time=NOON, a=1)
    log.emit("x", level="debug", a=1)
    log.flush()
    CLOCK.seconds = 9.0
    log.emit("x", level="debug", a="y" * 300)
    log.flush()
    (_, first), (_, short), (_, long) = lean.told
    assert Entry.from_dict(json.loads(first)) == log.entries[0]
    assert Entry.from_dict(json.loads(short)) == log.entries[1]
    assert (long[:8], long[-1]) == ("x a=yyyy", "…")


def test_no_two_messages_of_the_file_are_alike() -> None:
    """The cloud writes a text once, so each has its number; a gap shows what was left out."""
    log, lean = logger(route("nowhere", "hidden"))
    for event in ("x", "x", "hidden", "x"):
        log.emit(event)
    log.flush()
    assert [text for _, text in lean.told] == ["x #1", "x #2", "x #4"]


def test_the_console_gets_one_message_a_second() -> None:
    """A message that comes too soon after the last is left out and counted."""
    log, lean = logger(level="debug")
    for CLOCK.seconds in (0.0, 0.9, 1.0, 1.5, 2.1):
        log.emit("x", level="debug", at=CLOCK.seconds)
        log.flush()
    assert [text for _, text in lean.told] == ["x at=0", "x at=1", "x at=2.1"]
    assert (log.written["x"], log.left_out) == (3, {"x": 2})


def test_the_console_never_gets_two_alike_in_a_row() -> None:
    """A message like the last is left out and counted; one like an earlier one is not."""
    log, lean = logger(level="debug")
    for CLOCK.seconds, number in enumerate((1, 1, 2, 1)):
        log.emit("x", level="debug", number=number)
        log.flush()
    assert [text for _, text in lean.told] == ["x number=1", "x number=2", "x number=1"]
    assert log.left_out == {"x": 1}


@pytest.mark.parametrize("size", [1, 2, 180, 181])
def test_a_cut_counts_as_lean_does(size: int) -> None:
    """A character beyond the first plane counts twice and is not cut in half."""
    text = "a" + "😀" * 90
    short = cut_text(text, size)
    assert len(short.encode("utf-16-le")) // 2 <= size
    assert (short == text) == (size >= 181)


@given(EVENT_NAMES, FIELDS, st.text(max_size=5), st.booleans())
def test_a_message_has_at_least_the_bytes_counted_without_rendering_it(
    event: str, fields: Any, correlation: str, as_json: bool
) -> None:
    """What is kept back for want of room without being rendered would not have had room either."""
    entry = Entry(NOON, Level.INFO, Category.STRATEGY, event, {"of": fields}, correlation)
    assert least_bytes(entry) <= message_bytes(render_message(entry, 1, as_json=as_json))
