"""Listeners: who hears of what, the notices that are on their way, and the calls themselves."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain

from models.errors import CallError
from models.ledger.effects import Effect
from models.tracker.guard import Guard
from models.tracker.notices import OF_DRAWDOWNS, OF_FILLS, Notice, NoticeKind

Listener = Callable[[Notice], object]


class Listeners:
    """Who hears of what, and the notices that are on their way to them.

    Args:
        guard: Every listener is called through it: one that fails is counted and skipped.

    Attributes:
        kinds: The kinds of notice that somebody hears.
        hear_entries: Whether somebody hears of opened trades, whose records take time to make.
        hear_trades: Whether somebody hears of any notice that fills bring.
        hear_changes: Whether somebody hears of any other notice.
        hear_sessions: Whether somebody hears of closed sessions, which take time to merge.
        hear_drawdowns: Whether somebody hears of new lows of drawdowns or of recoveries.
        hear_lows: Whether somebody hears of new lows of drawdowns, which any mark may bring.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._wanted: dict[Listener, frozenset[NoticeKind]] = {}
        self._queue: deque[Notice] = deque()
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

    def _set(self, wanted: dict[Listener, frozenset[NoticeKind]]) -> None:
        self._wanted = wanted
        self.kinds = frozenset(chain.from_iterable(wanted.values()))
        self.hear_entries = NoticeKind.TRADE_OPENED in self.kinds
        self.hear_trades = not self.kinds.isdisjoint(OF_FILLS)
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
                for listener, notice in self._take():
                    self._guard.attempt("listener", listener, notice)
                with self._lock:
                    mine = self._calling = self.waiting
        finally:
            if mine:  # interrupted
                self._calling = False

    def _take(self) -> Iterator[tuple[Listener, Notice]]:
        """Whom to call with what, until nothing is queued."""
        while self._queue:
            notice = self._queue.popleft()
            for listener, kinds in self._wanted.items():
                if notice.kind in kinds:
                    yield listener, notice
