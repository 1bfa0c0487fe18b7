"""Marks that the stream gathers: one message for many, in which no client misses any."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workbench.desk.bells import Bell, Bells
from workbench.desk.stream import REST, RING, WAITING, Stream

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIST = "deployments"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now


def stream_of(clock: Clock, capacity: int = RING) -> Stream:
    """A stream that gathers the marks of the list, and that somebody listens to."""
    stream = Stream(dict.fromkeys, 1, capacity, clock, {LIST})
    stream.listen(lambda topic: None)
    return stream


def mark(stream: Stream, one: str, revision: int) -> None:
    """Let the list show another revision of a deployment."""
    data = {"id": one, "revision": revision}
    stream.publish(LIST, "mark", data, NOON + timedelta(seconds=revision))


def taken(stream: Stream, after: int, topics: tuple[str, ...] = (LIST,)) -> list[dict[str, Any]]:
    """What a client is given."""
    return [json.loads(each.text) for each in stream.take(topics, after).messages]


def rows(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The marks in a message."""
    several: list[dict[str, Any]] = message["data"].get("marks", [message["data"]])
    return several


def test_the_first_mark_goes_at_once_and_others_together() -> None:
    """One alone is a mark; those of the time after it are one message, of each the last."""
    clock = Clock()
    stream = stream_of(clock)
    mark(stream, "a", 1)
    assert stream.rest == 0.0
    stream.flush()
    (first,) = taken(stream, 0)
    assert (first["type"], first["data"]) == ("mark", {"id": "a", "revision": 1})
    for one, revision in (("a", 2), ("b", 3), ("a", 4)):
        mark(stream, one, revision)
    stream.flush()
    assert taken(stream, 1) == []
    assert stream.rest == REST
    clock.now = REST
    stream.flush()
    (second,) = taken(stream, 1)
    assert (second["seq"], second["topic"], second["type"]) == (2, LIST, "marks")
    assert second["time"] == (NOON + timedelta(seconds=4)).isoformat()
    assert rows(second) == [{"id": "a", "revision": 4}, {"id": "b", "revision": 3}]
    assert stream.rest is None


def test_marks_wait_for_nobody_where_nobody_listens() -> None:
    """They are numbered as they come, and no more often than else."""
    clock = Clock()
    stream = Stream(dict.fromkeys, 1, clock=clock, gathered={LIST})
    mark(stream, "a", 1)
    mark(stream, "b", 2)
    assert stream.newest == 1
    clock.now = REST
    mark(stream, "c", 3)
    assert [row["id"] for row in rows(taken(stream, 1)[0])] == ["b", "c"]


def test_all_that_waits_for_a_client_is_one_message() -> None:
    """In the place of the first, so that whoever is cut off behind any message misses nothing."""
    clock = Clock()
    stream = stream_of(clock)
    for revision in range(1, 6):
        mark(stream, "ab"[revision % 2], revision)
        stream.flush()
        stream.publish("deployment/a", "fill", {"order": revision}, NOON)
        clock.now += REST
    heard = taken(stream, 0, (LIST, "deployment/a"))
    assert [each["seq"] for each in heard] == [1, 2, 4, 6, 8, 10]
    assert {row["id"]: row["revision"] for row in rows(heard[0])} == {"b": 5, "a": 4}
    again = taken(stream, 4, (LIST, "deployment/a"))
    assert [each["seq"] for each in again] == [5, 6, 8, 10]
    assert {row["id"]: row["revision"] for row in rows(again[0])} == {"b": 5, "a": 4}


def test_no_number_of_gathered_marks_waits() -> None:
    """A client that is slow has all of them in one message, and is not sent away for them."""
    clock = Clock()
    stream = stream_of(clock)
    for revision in range(3 * WAITING):
        mark(stream, "a", revision)
        stream.flush()
        clock.now += REST
    given = stream.take({LIST}, 0)
    assert (len(given.messages), given.waiting, given.after) == (1, 0, stream.newest)


def test_of_a_mark_the_ring_keeps_the_newest() -> None:
    """A state of many kilobytes is kept once, and numbers stay what they are."""
    stream = stream_of(Clock(), capacity=8)
    for revision in range(20):
        stream.publish("deployment/a", "mark", {"id": "a", "revision": revision}, NOON)
        stream.publish("deployment/a", "fill", {"order": revision}, NOON)
    kept = [each for each in stream._ring if each is not None]
    assert [each.seq for each in kept if each.replaces] == [39]
    assert sorted(each.seq for each in kept) == [34, 36, 38, 39, 40]
    assert list(stream._newest.values()) == [39]
    for _ in range(8):
        stream.publish("deployment/a", "fill", {}, NOON)
    assert stream._newest == {}


# What happens, and after how many messages the client is cut off where it hears.
STEPS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "fill", "hear", "rest"]), st.integers(0, 5)), max_size=50
)


@given(STEPS)
def test_who_is_cut_off_anywhere_misses_nothing(steps: list[tuple[str, int]]) -> None:
    """It goes on behind the last message that it had: all fills once and in order, all marks."""
    clock = Clock()
    stream = stream_of(clock)
    now: dict[str, int] = {}
    topics = (LIST, "deployment/a")
    had: dict[str, int] = {}
    fills: list[int] = []
    after, told = 0, 0

    def hear(most: int) -> None:
        nonlocal after
        for each in taken(stream, after, topics)[:most]:
            assert each["seq"] > after
            after = each["seq"]
            if each["type"] == "fill":
                fills.append(each["data"]["order"])
            else:
                had.update({row["id"]: row["revision"] for row in rows(each)})

    for revision, (step, most) in enumerate(steps):
        if step == "fill":
            told += 1
            stream.publish("deployment/a", "fill", {"order": told}, NOON)
        elif step == "hear":
            stream.flush()
            hear(most)
        elif step == "rest":
            clock.now += REST
        else:
            now[step] = revision
            mark(stream, step, revision)
    clock.now += REST
    stream.flush()
    hear(len(steps) + 1)
    assert fills == [*range(1, told + 1)]
    assert had == now


async def _heard_of_two() -> list[int]:
    stream = Stream(dict.fromkeys, 1, gathered={LIST})
    bells, bell = Bells(stream, asyncio.get_running_loop()), Bell()
    bell.topics = frozenset({LIST})
    bells.add(bell)
    found = []
    for revision in (1, 2):
        mark(stream, "a", revision)
        await asyncio.wait_for(bell.rings(), 30.0)
        bell.hush()
        found += [row["revision"] for row in rows(taken(stream, revision - 1)[0])]
    bells.remove(bell)
    return found


def test_bells_ring_once_what_was_gathered_may_be_told() -> None:
    """For the first at once, for the next after a rest, though nothing comes behind it."""
    assert asyncio.run(_heard_of_two()) == [1, 2]
