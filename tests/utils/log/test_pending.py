"""Entries that are made when somebody wants them: what is seen of them, and what is never made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.utils.log.logs import logger
from utils.log.entries import Entry
from utils.log.messages import message_bytes, render_message
from utils.log.pending import PendingEntry, ToldEvent, made
from utils.log.processors import only

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
NAMES = {"entry": 1, "exit": 1}


class Describing:
    """Makes an entry's fields, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, entry: float, exit_price: float) -> dict[str, Any]:
        """Return the fields."""
        self.made += 1
        return {"entry": entry, "exit": exit_price}


def pending(describe: Callable[..., dict[str, Any]], entry: float = 9.5) -> PendingEntry:
    """A closed trade that waits to be told."""
    told = ToldEvent("trade closed", describe, NAMES)
    return PendingEntry(told, NOON, "o1", (entry, 12.25))


def test_a_line_that_has_no_room_is_never_made() -> None:
    """Once the budget is used up entries are counted and kept, and made for who reads them."""
    log, lean = logger(budget=0)
    describe = Describing()
    log.put(pending(describe))
    log.flush()
    assert (lean.told, log.left_out, describe.made) == ([], {"trade closed": 1}, 0)
    (entry,) = log.entries
    assert entry.text() == "trade closed id=o1 entry=9.5 exit=12.25"
    assert describe.made == 1


def test_it_is_left_out_at_once_but_after_what_waits() -> None:
    """A hook that logs nothing else has nothing to flush; entries keep their order."""
    log, _ = logger(budget=0)
    log.put(pending(Describing(), 1.0))
    assert not log.queued
    log.emit("mine")
    log.put(pending(Describing(), 2.0))
    assert len(log.queued) == 2
    log.flush()
    texts = [entry.text().partition(" exit")[0] for entry in log.entries]
    assert texts == ["trade closed id=o1 entry=1", "mine", "trade closed id=o1 entry=2"]
    assert log.left_out == {"trade closed": 2, "mine": 1}


def test_a_line_with_room_is_written_as_any_other() -> None:
    """Where there is room, an entry that waits reads as one that was made at once."""
    log, lean = logger()
    log.put(pending(Describing()))
    log.ready("trade closed", {"entry": 9.5, "exit": 12.25}, None, NOON, "o1")
    log.flush()
    first, second = (text.rpartition(" #") for _, text in lean.told)
    assert first[0] == second[0]
    assert [first[2], second[2]] == ["1", "2"]
    assert log.entries[0] == log.entries[1]


@pytest.mark.parametrize("asks", ["processor", "listener", "capture", "store"])
def test_it_is_made_for_everybody_who_gets_entries(asks: str) -> None:
    """Processors, listeners, captures and the store get it though it is shown nowhere."""
    stored: list[str] = []
    log, lean = logger(budget=0, **({"store": stored.append} if asks == "store" else {}))
    heard: list[Entry] = []
    if asks == "processor":
        log.processors.append(only("risk"))
    if asks == "listener":
        log.listeners.append(heard.append)
    describe = Describing()
    if asks == "capture":
        with log.capture() as heard:
            log.put(pending(describe))
    else:
        log.put(pending(describe))
        log.flush()
    log.save()
    assert (lean.told, describe.made) == ([], 1)
    assert len(log.entries) == (asks != "processor")
    assert len(heard) == (asks in ("listener", "capture"))
    assert len(stored) == (asks == "store")


@pytest.mark.parametrize("as_json", [True, False])
def test_no_line_is_shorter_than_what_it_surely_takes(as_json: bool) -> None:
    """The least that is reckoned with never leaves out a line that had room."""
    waiting = pending(Describing(), 1.0)
    line = render_message(made(waiting), 1, as_json=as_json)
    assert waiting.told.least <= message_bytes(line)
