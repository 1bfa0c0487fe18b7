"""The stream: what happens at the desk, numbered, for every browser and program that listens.

    stream = Stream(snapshot=fleet.snapshot)
    stream.publish("deployment/7", "fill", {"order": 12, "price": 101.5}, utc_now())

It keeps the last messages in a ring. A client says which number it had last and goes on behind
it; where that is too long ago it is given a snapshot and goes on from there.

Of a mark only the newest is kept. Marks of a topic that all listen to are gathered for a moment and
become one message, which is written out once for all.
"""

from __future__ import annotations

import enum
import threading
import time as clocks
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from models.errors import CallError
from workbench.json_text import json_text

RING = 10_000  # messages that are kept
WAITING = 64  # messages that a client is given at once, and that may wait for it
WINDOW = 1_024  # messages that are looked through at once
REST = 0.06  # seconds between two messages of gathered marks
GATHERING = ""  # the topic that listeners hear of while marks are gathered: nobody's

# Gives what topics are like now, as JSON values; a name may be of nothing that there is.
Snapshot = Callable[[Sequence[str]], Mapping[str, Any]]
# Hears the topic of a message, on the thread of whoever published it.
Listener = Callable[[str], None]


class Kind(enum.Enum):
    """What a message tells."""

    FILL = "fill"
    MARK = "mark"  # what something is worth now: the next of it takes its place
    MARKS = "marks"  # several of them in one
    TRADE = "trade"
    ALERT = "alert"
    GAP = "gap"
    EVENT = "event"
    RUN = "run"  # of the library
    HELLO = "hello"
    RESET = "reset"


# What the stream alone says.
OWN = frozenset({Kind.HELLO, Kind.RESET, Kind.MARKS})


Same = tuple[Any, ...]  # what a mark is the worth of: topic, deployment, id
Marks = Mapping[Same, tuple[str, str]]
NO_MARKS: Marks = MappingProxyType({})


class Message(NamedTuple):
    """A message as it is kept.

    Attributes:
        seq: Its number.
        topic: What it is about.
        replaces: Of a mark, what it is the worth of: an older one of the same says nothing more.
        text: The message as JSON.
        moment: When it was published, in seconds of the stream's clock.
        marks: Of gathered marks what each replaces, with its time and its data as JSON.
    """

    seq: int
    topic: str
    replaces: Same | None
    text: str
    moment: float
    marks: Marks = NO_MARKS


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
        gathered: The topics whose marks are gathered.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        first: int | None = None,
        capacity: int = RING,
        clock: Callable[[], float] = clocks.monotonic,
        gathered: Collection[str] = (),
    ) -> None:
        self.snapshot = snapshot
        self.clock = clock
        self._capacity = capacity
        self._first = clocks.time_ns() // 1_000 if first is None else first
        self._next = self._first
        # where a mark was that a newer one replaced there is nothing
        self._ring: list[Message | None] = []
        self._newest: dict[Same, int] = {}  # the numbers of the marks in the ring
        self._gathered = frozenset(gathered)
        self._waiting: dict[str, dict[Same, tuple[str, str]]] = {}  # marks, by topic
        self._due = clock()  # when what is gathered may become a message
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
            The message's number; of a mark that is gathered the newest number so far.

        Raises:
            CallError: There is no such kind.
            ValueError: The data has a number that JSON has not.
        """
        of = _kind(kind)
        same = (topic, data.get("deployment"), data.get("id")) if of is Kind.MARK else None
        if same is not None and topic in self._gathered:
            return self._gather(same, time.isoformat(), json_text(data))
        told = json_text({"topic": topic, "type": kind, "time": time.isoformat(), "data": data})
        with self._lock:
            seq = self._add(topic, same, told)
            listeners = self._listeners
        for listener in listeners:
            listener(topic)
        return seq

    def _add(self, topic: str, same: Same | None, told: str, marks: Marks = NO_MARKS) -> int:
        seq = self._next
        self._keep(Message(seq, topic, same, _numbered(seq, told), self.clock(), marks))
        self._next = seq + 1
        return seq

    def _keep(self, message: Message) -> None:
        if message.replaces is not None:
            older = self._newest.get(message.replaces)
            if older is not None:
                self._ring[self._place(older)] = None
            self._newest[message.replaces] = message.seq
        place = self._place(message.seq)
        if place == len(self._ring):
            self._ring.append(message)
            return
        gone, self._ring[place] = self._ring[place], message
        if gone is not None and gone.replaces is not None:
            del self._newest[gone.replaces]

    def _place(self, seq: int) -> int:
        return (seq - self._first) % self._capacity

    # --- marks that are gathered

    def _gather(self, same: Same, time: str, data: str) -> int:
        """Let a mark wait for others; where nobody listens, no longer than until the next."""
        with self._lock:
            self._waiting.setdefault(same[0], {})[same] = (time, data)
            listeners = self._listeners
        for listener in listeners:
            listener(GATHERING)
        if not listeners:
            self.flush()
        return self.newest

    @property
    def rest(self) -> float | None:
        """Seconds until what is gathered becomes a message; None where nothing is."""
        with self._lock:
            return max(0.0, self._due - self.clock()) if self._waiting else None

    def flush(self) -> None:
        """Make what is gathered a message, unless the last was a moment ago."""
        with self._lock:
            now = self.clock()
            if now < self._due or not self._waiting:
                return
            waiting, self._waiting, self._due = self._waiting, {}, now + REST
            for topic, marks in waiting.items():
                self._add(topic, None, _together(topic, marks), marks)
            listeners = self._listeners
        for listener in listeners:
            for topic in waiting:
                listener(topic)

    # --- what is taken

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
        left = _gathered(left)
        now, later = tuple(left[:WAITING]), left[WAITING:]
        if not later:
            return Taken(now, end)
        return Taken(now, now[-1].seq, len(later))

    def _window(self, topics: Collection[str], after: int) -> list[Message]:
        begin = after + 1 - self._first
        places = range(begin, min(begin + WINDOW, self._next - self._first))
        found = (self._ring[place % self._capacity] for place in places)
        return [each for each in found if each is not None and each.topic in topics]

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


def _together(topic: str, marks: Marks) -> str:
    """Marks of a topic as the JSON of one message, of the time of the last."""
    time = json_text(max(time for time, _ in marks.values()))
    data = ", ".join(data for _, data in marks.values())
    if len(marks) > 1:
        data = f'{{"marks": [{data}]}}'
    kind = Kind.MARK if len(marks) == 1 else Kind.MARKS
    head = f'{{"topic": {json_text(topic)}, "type": "{kind.value}", "time": {time}'
    return f'{head}, "data": {data}}}'


def _gathered(messages: list[Message]) -> list[Message]:
    """The messages, of which those of gathered marks are one of each topic.

    It takes the place and the number of the first of them: who goes on behind it is told the others
    again, and misses none. That of the last would pass over what lies between.
    """
    marks: dict[str, dict[Same, tuple[str, str]]] = {}
    times: Counter[str] = Counter(each.topic for each in messages if each.marks)
    if all(count == 1 for count in times.values()):
        return messages
    for each in messages:
        if each.marks:
            marks.setdefault(each.topic, {}).update(each.marks)
    found = []
    for each in messages:
        if not each.marks:
            found.append(each)
        elif each.topic in marks:
            text = _numbered(each.seq, _together(each.topic, marks.pop(each.topic)))
            found.append(each._replace(text=text))
    return found


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
