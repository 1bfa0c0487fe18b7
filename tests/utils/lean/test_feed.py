"""The feed: when a day begins, and how few reads of LEAN its answers take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from models.events.instruments import SecurityType
from tests.utils.lean.wired import RECORDED_NAMES, tracked, wired
from tests.workbench.engine import tapes
from utils.lean.feed import LeanFeed
from utils.tracking import LeanTracker
from workbench.engine.engine import Played, RecordedEngine
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import TrackedAlgorithm

TWICE = (SecurityType.FUTURE, SecurityType.CFD, SecurityType.CRYPTO_FUTURE)

CENT = 0.01
FILL_READS = 10
FIRST_READS = 6
EXERCISE_READS = 4  # the symbol at each fill, and the message
FIRST_UPDATE_READS = 15
COMBO_READS = 3  # the ticket's request, the group and its id
LATER_UPDATE_READS = 4
ACTION_READS = 8


def test_a_new_day_is_one_of_the_algorithms_clock(tmp_path: Path) -> None:
    """The first slice after midnight in New York is a new day, also where the clock changes."""
    engine, tracker = tracked(tmp_path)
    algorithm: Any = engine.algorithm
    feed = LeanFeed(algorithm, tracker.core)
    times = [
        ("2020-03-07T15:00", True),
        ("2020-03-08T04:59", False),  # 23:59 in New York
        ("2020-03-08T05:00", True),  # midnight, EST
        ("2020-03-09T03:59", False),  # the day has 23 hours
        ("2020-03-09T04:00", True),  # midnight, EDT
        ("2020-11-01T04:00", True),
        ("2020-11-02T04:59", False),  # the day has 25 hours
        ("2020-11-02T05:00", True),
    ]
    for text, new in times:
        assert feed.is_new_day(datetime.fromisoformat(f"{text}:00+00:00")) is new, text


def reads(engine: RecordedEngine, tracker: LeanTracker) -> Iterator[tuple[Played, int]]:
    """Each order and mark played, with the reads its hook took, what it logged apart."""
    logged = 0
    for played in engine.play():
        lines = len(engine.messages) - logged
        logged += lines
        hook = {"order": "on_order_event", "mark": "on_data"}.get(played.type)
        if hook is not None and played.utc >= datetime.fromisoformat(engine.tape.start["utc"]):
            yield played, engine.reads_by_hook[hook][-1] - lines


@dataclass(frozen=True)
class Hook:
    """One call of a hook.

    Attributes:
        line: The tape's line that it was called for.
        reads: How many reads of LEAN it took, what it logged apart.
        allowed: Of a mark, how many it may take; None where it may look closer.
        foreign: How many foreign currencies the account knows.
    """

    line: Mapping[str, Any]
    reads: int
    allowed: int | None = None
    foreign: int = 0


@lru_cache(maxsize=1)
def observed(name: str) -> list[Hook]:
    """Play a recording, once for all the tests that look at it: what each of its hooks read."""
    engine, tracker = wired(RecordedEngine(read_tape(recordings()[name].path), TrackedAlgorithm))
    days, hooks = Counter[str](), list[Hook]()
    moved = 0.0
    for played, count in reads(engine, tracker):
        allowed = None
        if played.type == "mark":
            day = f"{played.utc.astimezone(tracker.zone):%Y-%m-%d}"
            days[day] += 1
            terms = tracker.ledger.total()
            before, moved = moved, terms.dividends + terms.financing + len(tracker.ledger.flows)
            explained = abs(tracker.ledger.unexplained) <= CENT and not tracker.ledger.doubt.looks
            if days[day] > 1 and moved == before and explained:
                allowed = _allowed(tracker)
        hooks.append(Hook(played.line, count, allowed, len(tracker.ledger.books.rates) - 1))
    return hooks


def _allowed(tracker: LeanTracker) -> int:
    """The reads of a bar on which nothing special happened."""
    books = tracker.ledger.books
    held = sum(2 if books.instruments[sid].security_type in TWICE else 1 for sid in books.held)
    moving = held + 2 * (len(books.rates) - 1)
    # live the equity is made anew, and what may move is read once more after it, with the cash
    return 4 + moving + (2 + moving if tracker.live else 0)


@pytest.mark.parametrize("name", RECORDED_NAMES)
def test_order_events_take_few_reads(name: str) -> None:
    """No order event takes more reads than its kind may, an instrument's first sight apart."""
    orders: set[int] = set()
    sids: set[str] = set()
    for hook in observed(name):
        line = hook.line
        if line["type"] != "order":
            sids.update(line.get("h", {}))
            continue
        first, new = line["order"] not in orders, line["sid"] not in sids
        orders.add(line["order"])
        sids.add(line["sid"])
        if line["fill_qty"]:
            allowed = FILL_READS + FIRST_READS * first + hook.foreign
            allowed += EXERCISE_READS * (line["order_type"] == "OPTION_EXERCISE")
        else:
            allowed = FIRST_UPDATE_READS if first else LATER_UPDATE_READS
            allowed += 2 * (not first and line["status"] == "UPDATE_SUBMITTED")
            allowed += COMBO_READS * (first and line["order_type"].startswith("COMBO"))
        assert new or hook.reads <= allowed, line


@pytest.mark.parametrize("name", RECORDED_NAMES)
def test_bars_take_few_reads(name: str) -> None:
    """A bar takes 4 reads, 1 or 2 for each instrument held and 2 for each foreign currency.

    Live it takes these twice, so that a mark is of one instant.

    The first bar of a day, and one whose cash or value no event explains, may look closer.
    """
    for hook in observed(name):
        assert hook.allowed is None or hook.reads <= hook.allowed, hook.line


def test_a_quiet_first_bar_of_a_day_reads_the_actions_and_the_quantities(tmp_path: Path) -> None:
    """A day's first bar reads the actions (8), each holding's quantity and the local clock."""
    held = {tapes.STOCK: [10.0, 50.0, 50.0, 0.0, 500.0]}
    engine, tracker = tracked(
        tmp_path,
        tapes.security(),
        tapes.order(),
        tapes.mark("14:32", h=held, tpv=999.0),
        tapes.mark("14:33", tpv=999.0),
        tapes.mark("14:34", tpv=999.0) | {"utc": tapes.utc("14:34", "2020-01-03")},
        tapes.end() | {"utc": tapes.utc("21:00", "2020-01-03")},
    )
    counts = [count for played, count in reads(engine, tracker) if played.type == "mark"]
    assert counts[1] <= 4 + 1
    assert counts[2] <= counts[1] + ACTION_READS + 1 + 1
    assert tracker.ledger.max_abs_unexplained == 0.0
