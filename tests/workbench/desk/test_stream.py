"""The stream's ring: numbers, replays, marks that give way, and who listens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CallError
from workbench.desk.stream import WAITING, WINDOW, Kind, Stream, Taken, own_message

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def stream_of(capacity: int = 10_000, first: int = 1) -> Stream:
    """A stream whose numbers begin at 1."""
    return Stream(dict.fromkeys, first, capacity, clock=lambda: 0.0)


def said(taken: Taken) -> list[dict[str, Any]]:
    """What a client is sent."""
    return [json.loads(message.text) for message in taken.messages]


def drained(stream: Stream, topics: set[str], after: int) -> Iterator[dict[str, Any]]:
    """All that a client is sent that never waits."""
    while True:
        taken = stream.take(topics, after)
        assert not taken.lost
        yield from said(taken)
        if taken.after == stream.newest:
            return
        assert taken.after > after
        after = taken.after


def test_a_message_has_what_the_protocol_names() -> None:
    """Number, topic, type, time and data, and the number is returned."""
    stream = stream_of()
    assert stream.publish("deployment/7", "fill", {"price": 1.5}, NOON) == 1
    assert said(stream.take({"deployment/7"}, 0)) == [
        {
            "seq": 1,
            "topic": "deployment/7",
            "type": "fill",
            "time": "2026-01-01T12:00:00+00:00",
            "data": {"price": 1.5},
        }
    ]


def test_a_client_goes_on_behind_its_last() -> None:
    """What it had is not sent again, and what came since is."""
    stream = stream_of()
    for order in range(5):
        stream.publish("a", "fill", {"order": order}, NOON)
    taken = stream.take({"a"}, 3)
    assert [each["data"]["order"] for each in said(taken)] == [3, 4]
    assert taken.after == stream.newest == 5


def test_other_topics_are_not_heard() -> None:
    """A client is sent its topics and still moves on behind the others."""
    stream = stream_of()
    for topic in "abab":
        stream.publish(topic, "fill", {}, NOON)
    taken = stream.take({"a"}, 0)
    assert [each["seq"] for each in said(taken)] == [1, 3]
    assert taken.after == 4
    assert stream.take(set(), 0).after == 4


def test_marks_give_way_to_the_next_of_the_same() -> None:
    """The last of each deployment is left, in its place; fills all are."""
    stream = stream_of()
    for deployment, kind in (("A", "mark"), ("B", "mark"), ("A", "fill"), ("A", "mark")):
        stream.publish("deployments", kind, {"deployment": deployment}, NOON)
    stream.publish("other", "mark", {"deployment": "B"}, NOON)
    stream.publish("deployments", "fill", {"deployment": "A"}, NOON)
    taken = stream.take({"deployments", "other"}, 0)
    assert [each["seq"] for each in said(taken)] == [2, 3, 4, 5, 6]


def test_so_many_are_given_and_the_others_counted() -> None:
    """What waits comes with the next call, and each message knows since when it waits."""
    stream = stream_of()
    for order in range(WAITING + 10):
        stream.clock = lambda order=order: float(order)  # type: ignore[misc]
        stream.publish("a", "fill", {"order": order}, NOON)
    first = stream.take({"a"}, 0)
    assert (len(first.messages), first.waiting) == (WAITING, 10)
    rest = stream.take({"a"}, first.after)
    assert (len(rest.messages), rest.waiting) == (10, 0)
    assert rest.messages[0].moment == float(WAITING)


def test_what_left_the_ring_is_lost() -> None:
    """A client that had the last message before the oldest that is kept goes on, others cannot."""
    stream = stream_of(capacity=4)
    for order in range(10):
        stream.publish("a", "fill", {"order": order}, NOON)
    assert stream.oldest == 6
    assert [each["seq"] for each in said(stream.take({"a"}, 6))] == [7, 8, 9, 10]
    assert stream.take({"a"}, 5).lost
    assert stream.take({"a"}, -1).lost


def test_a_number_of_the_future_is_lost() -> None:
    """It is of another stream, so nothing is known of what that client has."""
    assert stream_of().take({"a"}, 1).lost
    assert not stream_of().take({"a"}, 0).lost


def test_numbers_of_a_new_desk_are_above_those_before() -> None:
    """A client of a desk that was started anew is reset and not led on from another message."""
    before = Stream(lambda topics: {})
    last = before.publish("a", "fill", {}, NOON)
    after = Stream(lambda topics: {})
    after.publish("a", "fill", {}, NOON)
    assert after.take({"a"}, last).lost or after.oldest >= last
    assert after.newest < 2**53


@pytest.mark.parametrize("kind", ["hello", "reset", "Fill", ""])
def test_only_kinds_of_the_protocol_are_published(kind: str) -> None:
    """The error names those there are; nothing is kept, and what the desk says is not forged."""
    stream = stream_of()
    with pytest.raises(CallError, match=r"there is no kind .*'alert', .*'fill', .*'mark'"):
        stream.publish("a", kind, {}, NOON)
    assert stream.newest == 0


def test_a_number_that_json_has_not_is_refused() -> None:
    """It leaves no hole in the numbers."""
    stream = stream_of()
    with pytest.raises(ValueError, match="JSON"):
        stream.publish("a", "fill", {"price": float("nan")}, NOON)
    assert stream.publish("a", "fill", {}, NOON) == 1


def test_listeners_hear_topics_until_they_leave() -> None:
    """Each hears every topic once a message."""
    stream, heard = stream_of(), list[str]()
    leave = stream.listen(heard.append)
    stream.publish("a", "fill", {}, NOON)
    assert stream.listeners == 1
    leave()
    leave()
    stream.publish("b", "fill", {}, NOON)
    assert heard == ["a"]
    assert stream.listeners == 0


def test_threads_publish_at_once() -> None:
    """Every message has its own number, and none is lost."""
    stream = stream_of()

    def publish(name: int) -> None:
        for order in range(300):
            stream.publish("a", "fill", {"id": f"{name}-{order}"}, NOON)

    threads = [threading.Thread(target=publish, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = [*drained(stream, {"a"}, 0)]
    assert [each["seq"] for each in heard] == [*range(1, 1201)]
    assert len({each["data"]["id"] for each in heard}) == 1200


MESSAGES = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["fill", "mark", "alert"])), max_size=200
)


@given(MESSAGES, st.integers(1, 60), st.data())
def test_what_is_told_is_never_lost(
    messages: list[tuple[str, str]], capacity: int, data: st.DataObject
) -> None:
    """From any number the ring has on, a client gets each message of its topics in order.

    But for marks: of these the last, and any that is left out has a later one of the same.
    """
    stream = stream_of(capacity)
    for topic, kind in messages:
        stream.publish(topic, kind, {}, NOON)
    after = data.draw(st.integers(stream.oldest, stream.newest))
    topics = data.draw(st.sets(st.sampled_from("ab")))
    got = [each["seq"] for each in drained(stream, topics, after)]
    wanted = [
        (seq, topic, kind)
        for seq, (topic, kind) in enumerate(messages, 1)
        if seq > after and topic in topics
    ]
    latest = {topic: seq for seq, topic, kind in wanted if kind == "mark"}
    assert got == sorted(got)
    assert {seq for seq, _, kind in wanted if kind != "mark"} <= set(got)
    assert set(latest.values()) <= set(got) <= {seq for seq, *_ in wanted}
    if len(wanted) <= WAITING:  # what comes at once has no mark that another replaces
        marks = {seq for seq, _, kind in wanted if kind == "mark"}
        assert set(got) & marks == set(latest.values())


def test_long_replays_come_window_by_window() -> None:
    """A topic that is rare in a full ring is found, however far apart its messages are."""
    stream = stream_of()
    for order in range(3 * WINDOW):
        stream.publish("rare" if order % WINDOW == 7 else "much", "fill", {}, NOON)
    assert [each["seq"] for each in drained(stream, {"rare"}, 0)] == [8, 8 + WINDOW, 8 + 2 * WINDOW]
    assert len([*drained(stream, {"rare", "much"}, 0)]) == 3 * WINDOW


def test_the_desk_says_hello() -> None:
    """What it says itself has the same members."""
    text = own_message(Kind.HELLO, 0, {"newest": 3}, NOON)
    assert json.loads(text) == {
        "seq": 0,
        "topic": "",
        "type": "hello",
        "time": "2026-01-01T12:00:00+00:00",
        "data": {"newest": 3},
    }
