"""Entries: they render on one line, keep their own values and come back from JSON."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CallError
from tests.utils.log.field_values import EVENT_NAMES, FIELDS
from tests.utils.log.logs import NOON, entry
from utils.log.entries import Entry
from utils.log.events import Category, Level
from utils.log.values import LONGEST_TEXT, MOST_ITEMS


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


def test_an_entry_in_text() -> None:
    """Text is the event, the correlation id and the fields, in the order given."""
    made = replace(entry("position opened", symbol="SPY", price=1.5), correlation="o12")
    assert made.text() == "position opened id=o12 symbol=SPY price=1.5"


def test_large_values_are_cut_and_say_so() -> None:
    """Text, lists and mappings beyond their measure end with a mark."""
    made = entry(text="x" * 5000, list=list(range(5000)), map={str(n): n for n in range(5000)})
    text, numbers, pairs = (made.fields[name] for name in ("text", "list", "map"))
    assert (len(text), text[-1]) == (LONGEST_TEXT, "…")
    assert (len(numbers), numbers[-1]) == (MOST_ITEMS, "…")
    assert (len(pairs), pairs["…"]) == (MOST_ITEMS, "…")


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
