"""The queue of the log: entries that wait for a flush, the more important ones to the last."""

from __future__ import annotations

import threading
from collections import deque

from utils.log.entries import Entry
from utils.log.events import Level
from utils.log.pending import PendingEntry


class EntryQueue(deque[Entry | PendingEntry]):
    """Entries in the order in which they were put; any thread may put and take.

    In a full queue the least important go first, of them the oldest; an entry that matters no more
    than any that waits is not taken.

    Args:
        most: How many it takes.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._least = Level.DEBUG  # nothing that waits matters less
        self._searched = 0  # what stands before this place matters more
        self._lock = threading.Lock()

    def put(self, entry: Entry | PendingEntry) -> Entry | PendingEntry | None:
        """Queue an entry; returns the one that is left out for it, or itself where it is that."""
        if len(self) < self._most:
            self.append(entry)
            self._least, self._searched = Level.DEBUG, 0
            return None
        with self._lock:
            gone = self._without_least(entry.level)
            if gone is not None:
                self.append(entry)
        return gone or entry

    def take(self) -> Entry | PendingEntry:
        """Take the oldest entry out."""
        with self._lock:
            return self.popleft()

    def _without_least(self, level: Level) -> Entry | PendingEntry | None:
        """Take out the oldest of those that matter least, if they matter less than the level."""
        while self._least < level:
            for at in range(self._searched, len(self)):
                if self[at].level <= self._least:
                    gone = self[at]
                    del self[at]
                    self._searched = at
                    return gone
            self._searched = 0
            self._least = next(each for each in Level if each > self._least)
        return None
