"""Listeners: who hears of what, the notices that are on their way, and the calls themselves."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from models.errors import CallError
from models.ledger.effects import Effect
from models.tracker.guard import Guard
from models.tracker.notices import (
    OF_DRAWDOWNS,
    OF_FILLS,
    OF_RESULTS,
    OF_THE_UNEXPECTED,
    Notice,
    NoticeKind,
)

Listener = Callable[[Notice], object]
# It takes what an execution did and the ticker of what it traded, under the core's lock.
Teller = Callable[[Effect, str], object]


class Spared(NamedTuple):
    """The tracker's own listener where what happens as it should may be told it later.

    Attributes:
        lasts: Whether that is so at this moment: it then has no use for it but counts, in order.
        result: Takes the notice of a closed session or structure then, where what was left is
            booked: in order with the executions that the teller takes.
    """

    lasts: Callable[[], bool]
    result: Listener


class _Lane:
    """Notices on their way to some listeners, whom one thread calls at a time.

    Args:
        guard: Every listener is called through it: one that fails is counted and skipped.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._wanted: dict[Listener, frozenset[NoticeKind]] = {}
        self._queue: deque[Notice] = deque()
        self._caller: int | None = None  # the thread that calls the listeners
        self._left = 0  # how many notices it still has to deliver
        self._lock = threading.Lock()  # held for the two above only, never for a call outside
        self.kinds: frozenset[NoticeKind] = frozenset()

    def set(self, listener: Listener, kinds: frozenset[NoticeKind] | None) -> None:
        """Call a listener with notices of these kinds; None is never."""
        with self._lock:
            wanted = {one: its for one, its in self._wanted.items() if one != listener or kinds}
            self._wanted = {**wanted, listener: kinds} if kinds else wanted
            self.kinds = frozenset(chain.from_iterable(self._wanted.values()))

    def put(self, notice: Notice) -> None:
        """Queue a notice; one that a listener brought about is delivered with what it heard."""
        self._queue.append(notice)
        if self._caller == threading.get_ident():
            self._left += 1

    def hearing(self, kind: NoticeKind) -> frozenset[Listener]:
        """The listeners that hear of a kind."""
        return frozenset(one for one, kinds in self._wanted.items() if kind in kinds)

    @property
    def waiting(self) -> bool:
        """Whether a notice is on its way."""
        return bool(self._queue)

    def call(self) -> None:
        """Call the listeners with what was on its way when this call began, and what they added.

        What other threads add meanwhile is theirs to deliver, or the next call's.
        """
        with self._lock:
            if self._caller is not None:
                return
            self._caller, self._left = threading.get_ident(), len(self._queue)
        try:
            while self._left:
                self._left -= 1
                self._deliver(self._queue.popleft())
        finally:
            self._caller = None

    def _deliver(self, notice: Notice) -> None:
        for listener, kinds in self._wanted.items():
            if notice.kind in kinds:
                self._guard.attempt("listener", listener, notice)


class Listeners:
    """Who hears of what, and the notices that are on their way to them.

    The tracker's own listeners, which log and watch, do not wait for those of the user.

    Args:
        guard: Every listener is called through it: one that fails is counted and skipped.

    Attributes:
        kinds: The kinds of notice that somebody hears.
        hear_entries: Whether somebody hears of opened trades, whose records take time to make.
        hear_records: Whether somebody hears of any notice that fills bring.
        hear_trades: Whether somebody hears of those notices, or the teller of executions.
        late: Whether what was left is being booked, of which some are told under the core's lock.
        teller: Who is called with every execution at once; None where nobody is.
        hear_changes: Whether somebody hears of any other notice.
        hear_sessions: Whether somebody hears of closed sessions, which take time to merge.
        hear_strategies: Whether somebody hears of those of strategies too.
        hear_drawdowns: Whether somebody hears of new lows of drawdowns or of recoveries.
        hear_lows: Whether somebody hears of new lows of drawdowns, which any mark may bring.
    """

    def __init__(self, guard: Guard) -> None:
        self._own, self._users = self._lanes = _Lane(guard), _Lane(guard)
        self.teller: Teller | None = None
        self._spared: Spared | None = None
        self.late = False
        self._of_account: set[Listener] = set()  # of sessions these want the account's alone
        self._look()

    def add(
        self,
        listener: Listener,
        kinds: Iterable[NoticeKind | str],
        *,
        own: bool = False,
        of_account: bool = False,
    ) -> None:
        """Call a listener with each notice of the kinds, or with every notice where none is given.

        Args:
            listener: Who hears.
            kinds: Of what.
            own: Whether it is the tracker's own.
            of_account: Whether of closed sessions it needs none but the account's.

        Raises:
            CallError: A kind is unknown; the text names those there are.
        """
        try:
            wanted = frozenset(map(NoticeKind, kinds)) or frozenset(NoticeKind)
        except ValueError as problem:
            allowed = ", ".join(kind.value for kind in NoticeKind)
            raise CallError(f"{problem}; the kinds of notice are {allowed}") from None
        (self._of_account.add if of_account else self._of_account.discard)(listener)
        (self._own if own else self._users).set(listener, wanted)
        self._look()

    def remove(self, listener: Listener) -> None:
        """Call a listener no more; one that is not known is ignored."""
        self._of_account.discard(listener)
        for lane in self._lanes:
            lane.set(listener, None)
        self._look()

    def tell_effects(self, teller: Teller | None) -> None:
        """Call that one, and no other, with what every execution did; None calls nobody.

        It is called under the core's lock: it must neither fail nor wait, nor call LEAN.
        """
        self.teller = teller
        self._look()

    def spare(self, spared: Spared | None) -> None:
        """Spare the teller, and the tracker's own listener, what may be told later.

        Args:
            spared: When that is; None is never. It must neither fail nor wait, nor call LEAN.
        """
        self._spared = spared
        self._look()

    @property
    def spared(self) -> bool:
        """Whether all who hear of what happens as it should may be told later now."""
        return self._spared is not None and self._alone and self._spared.lasts()

    @property
    def hear_at_once(self) -> bool:
        """Whether somebody must be told at once of what happens as it should."""
        usual = self.hear_trades or not self.kinds <= OF_THE_UNEXPECTED
        return usual and not self.spared

    def _look(self) -> None:
        """Look anew at what is heard of."""
        self.kinds = self._own.kinds | self._users.kinds
        self.hear_entries = NoticeKind.TRADE_OPENED in self.kinds
        self.hear_records = not self.kinds.isdisjoint(OF_FILLS)
        self.hear_trades = self.hear_records or self.teller is not None
        self.hear_changes = not self.kinds <= OF_FILLS
        hearing = [lane.hearing(NoticeKind.SESSION_CLOSED) for lane in self._lanes]
        self.hear_sessions = any(hearing)
        self.hear_strategies = any(each - self._of_account for each in hearing)
        self.hear_drawdowns = not self.kinds.isdisjoint(OF_DRAWDOWNS)
        self.hear_lows = NoticeKind.NEW_LOW in self.kinds
        # but for the tracker's own, which tells of them
        unasked = self._own.kinds <= OF_THE_UNEXPECTED | OF_RESULTS
        self._alone = unasked and self._users.kinds <= OF_THE_UNEXPECTED

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
            if self.late and self._spared is not None and kind in OF_RESULTS and self.spared:
                self._spared.result(notice)
                return
            for lane in self._lanes:
                if kind in lane.kinds:
                    lane.put(notice)

    @property
    def waiting(self) -> bool:
        """Whether a notice is on its way."""
        return self._own.waiting or self._users.waiting

    def call(self) -> None:
        """Call the listeners with what is on its way, in the order it was put there.

        One thread calls at a time: what a listener itself brings about is left to the thread that
        calls already, and what other threads put meanwhile to them or to the next call, so that a
        hook delivers what was waiting when it came. No lock may be held.
        """
        for lane in self._lanes:
            if lane.waiting:
                lane.call()
