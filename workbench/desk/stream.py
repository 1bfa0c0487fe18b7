"""The stream: what happens at the desk, numbered, for every browser and program that listens.

    stream = Stream(snapshot=fleet.snapshot)
    stream.publish("deployment/7", "fill", {"order": 12, "price": 101.5}, utc_now())

It keeps the last messages in a ring. A client says which number it had last and goes on behind
it; where that is too long ago it is given a snapshot and goes on from there.
"""

from __future__ import annotations

import enum
import threading
import time as clocks
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from models.errors import CallError
from workbench.json_text import json_text

RING = 10_000  # messages that are kept
WAITING = 64  # messages that a client is given at once, and that may wait for it
WINDOW = 1_024  # messages that are looked through at once

# Gives what topics are like now, as JSON values; a name may be of nothing that there is.
Snapshot = Callable[[Sequence[str]], Mapping[str, Any]]
# Hears the topic of a message, on the thread of whoever published it.
Listener = Callable[[str], None]


class Kind(enum.Enum):
    """What a message tells."""

    FILL = "fill"
    MARK = "mark"  # what something is worth now: the next of it takes its place
    TRADE = "trade"
    ALERT = "alert"
    GAP = "gap"
    EVENT = "event"
    RUN = "run"  # of the library
    HELLO = "hello"
    RESET = "reset"


# What the stream alone says, to one client.
OWN = frozenset({Kind.HELLO, Kind.RESET})


class Message(NamedTuple):
    """A message as it is kept.

    Attributes:
        seq: Its number.
        topic: What it is about.
        replaces: Of a mark, what it is the worth of: an older one of the same says nothing more.
        text: The message as JSON.
        moment: When it was published, in seconds of the stream's clock.
    """

    seq: int
    topic: str
    replaces: tuple[Any, ...] | None
    text: str
    moment: float


@dataclass(frozen=True, slots=True)
class Taken:
    """The messages for a client.

    Attributes:
        messages: Those to send now, in the order of their numbers.
        after: The number behind which to go on.
        waiting: How many are left of those that were looked through.
        lost: Whether the ring has no longer what was asked for.
    """

    messages: tuple[Message, ...]
    after: int
    waiting: int = 0
    lost: bool = False


class Stream:
    """The messages of the desk; every call may be made on any thread.

    Args:
        snapshot: What topics are like now; it is called on a thread.
        first: The number of the first message. By default the microseconds since 1970, so that
            the numbers of a desk that was started anew are above all that it gave before, and
            nobody goes on behind a number that means another message now.
        capacity: How many messages are kept.
        clock: Seconds, for how long messages wait.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        first: int | None = None,
        capacity: int = RING,
        clock: Callable[[], float] = clocks.monotonic,
    ) -> None:
        self.snapshot = snapshot
        self.clock = clock
        self._capacity = capacity
        self._first = clocks.time_ns() // 1_000 if first is None else first
        self._next = self._first
        self._ring: list[Message] = []
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()

    @property
    def newest(self) -> int:
        """The number of the last message; before the first one the number below it."""
        return self._next - 1

    @property
    def oldest(self) -> int:
        """The lowest number behind which a client can go on."""
        return max(self._first, self._next - self._capacity) - 1

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def publish(self, topic: str, kind: str, data: Mapping[str, Any], time: datetime) -> int:
        """Tell everybody who listens to a topic.

        Args:
            topic: What it is about: `deployment/<id>`, `deployments` or `library`.
            kind: One of `Kind`. A mark takes the place of one that still waits, of the same topic
                and the same `deployment` and `id` in its data.
            data: JSON values.
            time: When it happened, aware.

        Returns:
            The message's number.

        Raises:
            CallError: There is no such kind.
            ValueError: The data has a number that JSON has not.
        """
        of = _kind(kind)
        told = json_text({"topic": topic, "type": kind, "time": time.isoformat(), "data": data})
        same = (topic, data.get("deployment"), data.get("id")) if of is Kind.MARK else None
        with self._lock:
            seq = self._next
            self._keep(Message(seq, topic, same, _numbered(seq, told), self.clock()))
            self._next = seq + 1
            listeners = self._listeners
        for listener in listeners:
            listener(topic)
        return seq

    def _keep(self, message: Message) -> None:
        place = (message.seq - self._first) % self._capacity
        if place == len(self._ring):
            self._ring.append(message)
        else:
            self._ring[place] = message

    def take(self, topics: Collection[str], after: int) -> Taken:
        """The next messages of some topics, without marks that a later one replaces.

        Args:
            topics: Which.
            after: The number of the last message that the client had.
        """
        with self._lock:
            if not self.oldest <= after <= self.newest:
                return Taken((), after, lost=True)
            window = self._window(topics, after)
            end = min(after + WINDOW, self.newest)
        latest = {each.replaces: each.seq for each in window if each.replaces}
        left = [each for each in window if not each.replaces or latest[each.replaces] == each.seq]
        now, later = tuple(left[:WAITING]), left[WAITING:]
        if not later:
            return Taken(now, end)
        return Taken(now, now[-1].seq, len(later))

    def _window(self, topics: Collection[str], after: int) -> list[Message]:
        begin = after + 1 - self._first
        places = range(begin, min(begin + WINDOW, self._next - self._first))
        found = (self._ring[place % self._capacity] for place in places)
        return [each for each in found if each.topic in topics]

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call somebody with the topic of each message that is published from now on.

        Returns:
            What ends it.
        """
        with self._lock:
            self._listeners = (*self._listeners, listener)
        return lambda: self._leave(listener)

    def _leave(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each is not listener)


def _kind(kind: str) -> Kind:
    allowed = {each.value: each for each in Kind if each not in OWN}
    if kind not in allowed:
        raise CallError(f"there is no kind {kind!r} of message; there are {sorted(allowed)}")
    return allowed[kind]


def _numbered(seq: int, told: str) -> str:
    """A message's JSON with its number before what it tells, which is written out once."""
    return f'{{"seq": {seq}, {told[1:]}'


def own_message(kind: Kind, seq: int, data: Mapping[str, Any], time: datetime) -> str:
    """What the stream itself says to one client, as JSON.

    Args:
        kind: Hello or a reset.
        seq: Behind which number to go on; 0 where it changes nothing.
        data: JSON values.
        time: When.
    """
    told = {"topic": "", "type": kind.value, "time": time.isoformat(), "data": data}
    return _numbered(seq, json_text(told))
