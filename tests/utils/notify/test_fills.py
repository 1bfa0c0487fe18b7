"""What fills did to positions, on a tracker and on the recordings."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from models.events.orders import Fill, OrderType
from tests.utils.notify.story import (
    NOON,
    Silence,
    Story,
    narrator_of,
)
from utils.log.entries import Entry
from utils.log.logger import StructuredLogger
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay


def test_a_position_from_entry_to_exit() -> None:
    """A position is opened, increased, reduced and closed; a trade has the id of its opening."""
    story = Story()
    story.fill(1, 5.0, 10.0, fee=1.0, fee_currency="USD")
    story.fill(2, 5.0, 11.0)
    story.fill(3, -7.0, 12.0)
    story.fill(4, -3.0, 12.0)
    held = "symbol=STOCK strategy=trend direction=long"
    third, fourth = "reason=order closed_by=o3", "reason=order closed_by=o4"
    assert story.told() == [
        f'position opened id=o1 {held} quantity=5 price=10 tag="strategy=trend"',
        f'position increased id=o2 {held} quantity=5 price=11 tag="strategy=trend"',
        f"trade closed id=o1 entry=10 {held} quantity=5 exit=12 pnl=9 fees=1 {third}",
        f"trade closed id=o2 entry=11 {held} quantity=2 exit=12 pnl=2 fees=0 {third}",
        f"position reduced id=o1 {held} quantity=7 exit=12 pnl=11 fees=1 {third}",
        f"trade closed id=o2 entry=11 {held} quantity=3 exit=12 pnl=3 fees=0 {fourth}",
        f"position closed id=o1 {held} quantity=10 exit=12 pnl=14 fees=1 {fourth}",
    ]


def test_a_flip_is_one_event_of_the_position() -> None:
    """A fill that closes a round and opens the other side says both; the new side goes on."""
    story = Story()
    story.fill(1, 5.0, 10.0)
    story.fill(2, -8.0, 12.0)
    story.fill(3, -1.0, 12.0)
    story.fill(4, 4.0, 11.0)
    events = [made.event for made in story.entries if made.event.startswith("position")]
    assert events == [f"position {did}" for did in ("opened", "flipped", "increased", "closed")]
    (flip,) = story.told("position flipped")
    assert "id=o1 symbol=STOCK strategy=trend direction=long quantity=5 exit=12 pnl=10" in flip
    assert flip.endswith("closed_by=o2 opened=3")


def test_strategies_are_told_apart() -> None:
    """A position of one strategy is none of another's."""
    story = Story()
    story.fill(1, 5.0, 10.0)
    story.fill(2, 5.0, 10.0, tag="strategy=other")
    assert [text.partition(" id")[0] for text in story.told()] == ["position opened"] * 2


@pytest.mark.parametrize(
    ("quantity", "message", "event"),
    [
        (-1.0, "Automatic Exercise. Underlying: 160", "position exercised"),
        (1.0, "Assigned. Underlying: 160", "position assigned"),
        (-1.0, "OTM. Underlying: 140", "position expired"),
    ],
)
def test_the_reason_names_the_event(quantity: float, message: str, event: str) -> None:
    """Exercise, assignment and expiry are told as such, in whole or in part."""
    story = Story()
    story.fill(1, -2 * quantity, 3.0, sid="C")
    given = {"sid": "C", "order_type": OrderType.OPTION_EXERCISE, "tag": "", "message": message}
    story.fill(2, quantity, 0.0, **given)
    story.fill(3, quantity, 0.0, **given)
    assert [text.partition(" id")[0] for text in story.told()] == [
        "position opened",
        *["trade closed", event] * 2,
    ]
    assert [text.rpartition(" ")[2] for text in story.told(event)] == ["flat=false", "flat=true"]


def test_what_was_held_before_is_increased() -> None:
    """An entry adds to what is held also where the narrator saw nothing of the position before."""
    story = Story()
    story.fill(1, 5.0, 10.0)
    after = narrator_of(story.log)
    story.listen(after)
    story.fill(2, 5.0, 10.0)
    after.flush()
    assert story.told()[-1].startswith("position increased id=o2")


def test_holdings_at_the_start_are_told() -> None:
    """What the account held when the tracker opened it is a position that no order opened."""
    (told,) = Story(holdings={"S": (5.0, 10.0)}).told()
    held = "symbol=STOCK strategy=unassigned direction=long"
    assert told == f"position opened {held} quantity=5 price=10"


def test_fills_of_one_moment_are_told_when_the_next_comes() -> None:
    """Without a flush a fill is told with the next one's notices, in order."""
    story = Story()
    for order_id, quantity in enumerate((5.0, -2.0, -3.0), 1):
        time = NOON + timedelta(minutes=order_id)
        story.tracker.apply(Fill(time, order_id, 1, "S", quantity, 10.0, tag="strategy=trend"))
    events = [made.event for made in story.entries if "book" not in made.fields]
    assert events == [
        "position opened",
        *("trade closed", "position reduced"),
        *("trade closed", "position closed"),
    ]


# Positions that flip, are shared, assigned, rolled, split and expire.
RUNS = ["opposed-options", "shared-options", "futures-roll", "splits-and-shorts"]

RUNS += ["index-option-expiry", "delisting"]


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("each_hook", [True, False])
def test_a_recordings_positions_are_told_without_a_gap(name: str, each_hook: bool) -> None:
    """On real runs each position is opened before it changes, and closed when nothing is held."""
    replay = Replay(read_tape(recordings()[name].path), lean_book=False)
    log = StructuredLogger(Silence(), lambda: NOON, level="debug", budget=0)
    narrator = narrator_of(log)
    replay.tracker.add_listener(narrator.hear)
    replay.tracker.core.listeners.tell_effects(narrator.effect)
    told: list[Entry] = []
    log.listeners.append(told.append)
    for _ in replay.play():
        if each_hook:
            narrator.flush()
    narrator.flush()
    held: set[tuple[str, str]] = set()
    for made in told:
        if made.event.startswith("position"):
            key = (made.fields["strategy"], made.fields["symbol"])
            assert (key in held) == (made.event != "position opened")
            held.add(key)
            if made.event == "position closed" or made.fields.get("flat"):
                held.remove(key)
    assert Counter(made.event for made in told)["trade closed"] == len(replay.trades) > 0
    positions = replay.tracker.positions().strategies.values()
    assert held == {(each.strategy, each.symbol) for records in positions for each in records}
