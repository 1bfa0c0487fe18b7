"""What wakes the sockets of the stream: once for all messages of a moment, whoever publishes them.

To wake each socket for each message from another thread costs more than to send it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from workbench.desk.stream import Stream

LOG = logging.getLogger("tracker.desk")
GATHERED = 0.02  # seconds in which messages are gathered before sockets are woken


class Bell:
    """Rings when there is something on some topics; it is of one event loop.

    Attributes:
        topics: Which.
    """

    def __init__(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Ring; it goes on until it is hushed."""
        self._event.set()

    def hush(self) -> None:
        """Be silent until it is rung again."""
        self._event.clear()

    async def rings(self) -> None:
        """Wait until it rings."""
        await self._event.wait()


class Bells:
    """The bells of one event loop at one stream.

    Args:
        stream: What is listened to, while there are bells.
        loop: The loop.
    """

    def __init__(self, stream: Stream, loop: asyncio.AbstractEventLoop) -> None:
        self._stream, self._loop = stream, loop
        self._bells: set[Bell] = set()
        self._lock = threading.Lock()
        self._topics: set[str] = set()  # of the messages since the bells were rung
        self._leave: Callable[[], None] = _do_nothing
        self._rests = False  # whether it is looked again after gathered marks

    def __len__(self) -> int:
        """How many bells there are."""
        return len(self._bells)

    def add(self, bell: Bell) -> None:
        """Ring a bell from now on."""
        if not self._bells:
            self._leave = self._stream.listen(self._hear)
        self._bells.add(bell)

    def remove(self, bell: Bell) -> None:
        """Ring it no longer."""
        self._bells.discard(bell)
        if not self._bells:
            self._leave()

    def _hear(self, topic: str) -> None:
        """Take note of a message, on the thread of whoever published it."""
        with self._lock:
            first = not self._topics
            self._topics.add(topic)
        if first:
            try:
                self._loop.call_soon_threadsafe(self._loop.call_later, GATHERED, self._ring)
            except RuntimeError:
                LOG.debug("the server has ended, and its sockets with it")

    def _ring(self) -> None:
        self._stream.flush()
        with self._lock:
            topics, self._topics = self._topics, set()
        for bell in self._bells:
            if not bell.topics.isdisjoint(topics):
                bell.ring()
        rest = self._stream.rest
        if rest is not None and not self._rests:
            self._rests = True
            self._loop.call_later(rest, self._ring_rested)

    def _ring_rested(self) -> None:
        self._rests = False
        self._ring()


def _do_nothing() -> None:
    """There is nothing to leave."""
