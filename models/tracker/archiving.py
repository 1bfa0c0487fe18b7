"""Archiving: closed trades on their way out of memory, and back when somebody asks for them."""

from __future__ import annotations

import threading
from itertools import islice

from models.errors import Failure, UnreadError
from models.later import Steps
from models.tracker.guard import Guard
from models.tracker.ports import Storage
from models.trades.log import EarlyArchive, TradeLog
from models.trades.record import TradeRecord


class Archiving:
    """Moves closed trades from the logs in memory to the archive, and reads them from it.

    Args:
        storage: The archives to write to and to read from.
        guard: Counts what the archives fail to take or to give.
        lock: The core's lock, which guards the logs; no archive is called while it is held.

    Attributes:
        waits: Whether a batch that is due waits for the next save, so that no hook waits for it.
        unread: Whether the archive did not give all trades at the last read, and may later.
    """

    def __init__(self, storage: Storage, guard: Guard, lock: threading.RLock) -> None:
        self.waits = self.unread = False
        self._archive = storage.archive
        self._older = storage.older
        self._guard = guard
        self._lock = lock

    def stop(self) -> None:
        """Write to no archive, and read from none, any more."""
        self._archive = self._older = None

    @property
    def keeps(self) -> bool:
        """Whether a trade that leaves memory goes to an archive; else it is forgotten."""
        return self._archive is not None

    def steps(self, log: TradeLog) -> Steps[None]:
        """Bring a log's trades to the archive before a state is saved, a batch at a time.

        An archive that takes trades ahead of time has those in memory too, whole batches of them,
        so that no state needs to say them again.
        """
        while log.due:
            self.shed(log)
            yield
        archive = self._archive
        while isinstance(archive, EarlyArchive):
            with self._lock:
                batch = log.ahead()
                known = log.forgotten + log.archived + log.written
            if not batch or archive.holds(batch[0].book) != known:
                return
            if not self._guard.attempt("archive", archive.store, batch):
                return
            with self._lock:
                log.written += len(batch)
            yield

    def shed(self, log: TradeLog) -> None:
        """Archive the batch that is due; one that the archive refuses stays in memory."""
        with self._lock:
            batch = log.leave()
        if not batch:
            return
        archive = self._archive
        stored = archive is None or self._guard.attempt("archive", archive.store, batch)
        with self._lock:
            log.left(stored)

    def read(self, book: str, first: int, count: int) -> list[TradeRecord]:
        """Trades of a book by their places in the archive, the oldest first.

        Trades that the archive fails to give are missing, and the failure is counted.

        Args:
            book: Which book's.
            first: The place of the first one, counted from 0 among the trades of the book.
            count: How many.
        """
        archive, trades, self.unread = self._older, list[TradeRecord](), False
        if archive is None or not count:
            return trades

        def read() -> None:
            if isinstance(archive, EarlyArchive):
                stored = archive.part(book, first, count)
            else:
                of_book = (trade for trade in archive.stored() if trade.book == book)
                stored = islice(of_book, first, first + count)
            for trade in stored:
                trades.append(trade)  # one by one: those before a failure are kept

        outcome = self._guard.call("read of the archive", read)
        if isinstance(outcome, Failure):
            self.unread = isinstance(outcome.error, UnreadError | OSError)
        return trades
