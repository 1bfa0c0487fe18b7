"""Listeners: who hears of what, the notices that are on their way, and the calls themselves."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from models.errors import CallError
from models.ledger.effects import Effect
from models.tracker.guard import Guard
from models.tracker.notices import OF_DRAWDOWNS, OF_FILLS, Dealt, Notice, NoticeKind

Listener = Callable[[Notice], object]
Teller = Callable[[Dealt], object]


class Listeners:
    """Who hears of what, and the notices that are on their way to them.

    Args:
        guard: Every listener is called through it: one that fails is counted and skipped.

    Attributes:
        kinds: The kinds of notice that somebody hears.
        hear_entries: Whether somebody hears of opened trades, whose records take time to make.
        hear_records: Whether somebody hears of any notice that fills bring.
        hear_trades: Whether somebody hears of those notices, or the teller of executions.
        teller: Who hears of every execution, among the notices; None where nobody does.
        hear_changes: Whether somebody hears of any other notice.
        hear_sessions: Whether somebody hears of closed sessions, which take time to merge.
        hear_drawdowns: Whether somebody hears of new lows of drawdowns or of recoveries.
        hear_lows: Whether somebody hears of new lows of drawdowns, which any mark may bring.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._wanted: dict[Listener, frozenset[NoticeKind]] = {}
        self._queue: deque[Notice | Dealt] = deque()
        self.teller: Teller | None = None
        self._calling = False  # some thread calls the listeners
        self._lock = threading.Lock()  # held for the two above only, never for a call outside
        self._set({})

    def add(self, listener: Listener, kinds: Iterable[NoticeKind | str]) -> None:
        """Call a listener with each notice of the kinds, or with every notice where none is given.

        Raises:
            CallError: A kind is unknown; the text names those there are.
        """
        try:
            wanted = frozenset(map(NoticeKind, kinds)) or frozenset(NoticeKind)
        except ValueError as problem:
            allowed = ", ".join(kind.value for kind in NoticeKind)
            raise CallError(f"{problem}; the kinds of notice are {allowed}") from None
        with self._lock:
            self._set({**self._wanted, listener: wanted})

    def remove(self, listener: Listener) -> None:
        """Call a listener no more; one that is not known is ignored."""
        with self._lock:
            self._set({one: kinds for one, kinds in self._wanted.items() if one != listener})

    def tell_dealings(self, teller: Teller | None) -> None:
        """Call that one, and no other, with what every execution did; None calls nobody."""
        with self._lock:
            self.teller = teller
            self._set(self._wanted)

    def _set(self, wanted: dict[Listener, frozenset[NoticeKind]]) -> None:
        self._wanted = wanted
        self.kinds = frozenset(chain.from_iterable(wanted.values()))
        self.hear_entries = NoticeKind.TRADE_OPENED in self.kinds
        self.hear_records = not self.kinds.isdisjoint(OF_FILLS)
        self.hear_trades = self.hear_records or self.teller is not None
        self.hear_changes = not self.kinds <= OF_FILLS
        self.hear_sessions = NoticeKind.SESSION_CLOSED in self.kinds
        self.hear_drawdowns = not self.kinds.isdisjoint(OF_DRAWDOWNS)
        self.hear_lows = NoticeKind.NEW_LOW in self.kinds

    def put(
        self,
        kind: NoticeKind,
        time: datetime,
        strategy: str,
        record: object,
        effect: Effect | None = None,
    ) -> None:
        """Queue a notice for those who want its kind; call it under the core's lock."""
        if kind in self.kinds:
            notice = Notice(kind, time, strategy, record, effect)  # type: ignore[arg-type]
            self._queue.append(notice)

    def put_dealt(self, dealt: Dealt) -> None:
        """Queue what an execution did for who tells of it; call it under the core's lock."""
        self._queue.append(dealt)

    @property
    def waiting(self) -> bool:
        """Whether a notice is on its way."""
        return bool(self._queue)

    def call(self) -> None:
        """Call the listeners with all that is on its way, in the order it was put there.

        One thread calls at a time: what others put meanwhile, and what a listener itself brings
        about, is left to the thread that calls already. No lock may be held.
        """
        with self._lock:
            mine, self._calling = not self._calling, True
        try:
            while mine:
                for listener, told in self._take():
                    self._guard.attempt("listener", listener, told)
                with self._lock:
                    mine = self._calling = self.waiting
        finally:
            if mine:  # interrupted
                self._calling = False

    def _take(self) -> Iterator[tuple[Callable[[Any], object], Notice | Dealt]]:
        """Whom to call with what, until nothing is queued."""
        while self._queue:
            told = self._queue.popleft()
            if isinstance(told, Dealt):
                if self.teller is not None:
                    yield self.teller, told
                continue
            for listener, kinds in self._wanted.items():
                if told.kind in kinds:
                    yield listener, told
