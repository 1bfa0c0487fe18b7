"""Listeners: who hears of what, and the notices that are on their way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain

from models.errors import CallError
from models.ledger.effects import Effect
from models.tracker.notices import OF_FILLS, Notice, NoticeKind

Listener = Callable[[Notice], object]


class Listeners:
    """Who hears of what, and the notices that are on their way.

    Attributes:
        kinds: What somebody hears of.
        hear_entries: Whether that is opened trades; making their records takes time.
        hear_trades: Whether that is anything of fills.
        hear_changes: Whether that is anything else.
        hear_lows: Whether that is new lows of drawdowns, which any mark may bring.
    """

    def __init__(self) -> None:
        self._wanted: dict[Listener, frozenset[NoticeKind]] = {}
        self._queue: deque[Notice] = deque()
        self._set({})

    def add(self, listener: Listener, kinds: Iterable[NoticeKind | str]) -> None:
        """Call it with each notice of the kinds, or of all when none is given.

        Raises:
            CallError: A kind is unknown; the text names those there are.
        """
        try:
            wanted = frozenset(map(NoticeKind, kinds)) or frozenset(NoticeKind)
        except ValueError as problem:
            allowed = ", ".join(kind.value for kind in NoticeKind)
            raise CallError(f"{problem}; the kinds of notice are {allowed}") from None
        self._set({**self._wanted, listener: wanted})

    def remove(self, listener: Listener) -> None:
        """Call it no more; unknown ones are ignored."""
        self._set({one: kinds for one, kinds in self._wanted.items() if one != listener})

    def _set(self, wanted: dict[Listener, frozenset[NoticeKind]]) -> None:
        self._wanted = wanted
        self.kinds = frozenset(chain.from_iterable(wanted.values()))
        self.hear_entries = NoticeKind.TRADE_OPENED in self.kinds
        self.hear_trades = not self.kinds.isdisjoint(OF_FILLS)
        self.hear_changes = not self.kinds <= OF_FILLS
        self.hear_lows = NoticeKind.NEW_LOW in self.kinds

    def put(
        self,
        kind: NoticeKind,
        time: datetime,
        strategy: str,
        record: object,
        effect: Effect | None = None,
    ) -> None:
        """Queue a notice for those who want its kind."""
        if kind in self.kinds:
            notice = Notice(kind, time, strategy, record, effect)  # type: ignore[arg-type]
            self._queue.append(notice)

    @property
    def waiting(self) -> bool:
        """Whether a notice is on its way."""
        return bool(self._queue)

    def take(self) -> Iterator[tuple[Listener, Notice]]:
        """Whom to call with what, until nothing is queued; for one thread at a time."""
        while self._queue:
            notice = self._queue.popleft()
            for listener, kinds in self._wanted.items():
                if notice.kind in kinds:
                    yield listener, notice
