"""Notices: what the tracker tells of and to whom, and the closed trades it keeps to be asked for.

Listeners are called outside the tracker's lock, in the order things happened, so they may ask it
anything and trade. Trades beyond those kept leave memory through the archive, in batches; one that
the archive refuses stays until it takes it, so nothing is lost. Whoever is called may fail: the one
guard for that is here.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple, Protocol, TypeVar

from models.equity import Spell
from models.events import Anomaly
from models.lean_book import LeanTrade
from models.records import TradeRecord
from models.sessions import SessionMetrics
from models.sharing import CallError

T = TypeVar("T")

BATCH = 250  # trades beyond those kept that leave memory at once


class Failure(NamedTuple):
    """What a guarded call raised."""

    error: Exception

    @property
    def kind(self) -> str:
        """The name of the error's class; .NET's exceptions come under their own names."""
        return type(self.error).__name__

    def __str__(self) -> str:
        return f"{self.kind}: {self.error}"


def guarded(call: Callable[..., T], *arguments: Any) -> T | Failure:
    """Call what may fail for reasons that are not the tracker's, and hand a failure back.

    It is the one place that catches everything: LEAN stops the algorithm on any error that leaves a
    hook, and what LEAN and listeners raise has no common class below `Exception`.
    """
    try:
        return call(*arguments)
    except Exception as error:  # noqa: BLE001 - the boundary
        return Failure(error)


class NoticeKind(enum.Enum):
    """What may be heard of."""

    TRADE_OPENED = "trade opened"
    TRADE_CLOSED = "trade closed"
    POSITION_CLOSED = "position closed"
    LEAN_TRADE_CLOSED = "LEAN trade closed"
    SESSION_CLOSED = "session closed"
    NEW_LOW = "new drawdown low"
    RECOVERY = "recovery"
    ANOMALY = "anomaly"


class Notice(NamedTuple):
    """Something that happened.

    Attributes:
        kind: What.
        time: UTC.
        strategy: Whose it is; empty for the account's and for what is nobody's.
        record: The trade, the closed session, the drawdown's spell, or the anomaly.
    """

    kind: NoticeKind
    time: datetime
    strategy: str
    record: TradeRecord | LeanTrade | SessionMetrics | Spell | Anomaly


Listener = Callable[[Notice], object]


class Logger(Protocol):
    """Where the tracker says what went wrong; `logging.Logger` is one."""

    def warning(self, message: str, /) -> object:
        """Say it."""


class Archive(Protocol):
    """Where closed trades go that are not kept in memory."""

    def store(self, trades: Sequence[TradeRecord]) -> object:
        """Take them, the oldest first; an exception leaves them where they were."""

    def stored(self) -> Iterable[TradeRecord]:
        """All that were taken, the oldest first."""


class Listeners:
    """Who hears of what, and the notices that are on their way."""

    def __init__(self) -> None:
        self._wanted: dict[Listener, frozenset[NoticeKind]] = {}
        self._queue: deque[Notice] = deque()
        self.kinds: frozenset[NoticeKind] = frozenset()

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

    def put(self, kind: NoticeKind, time: datetime, strategy: str, record: object) -> None:
        """Queue a notice for those who want its kind."""
        if kind in self.kinds:
            self._queue.append(Notice(kind, time, strategy, record))  # type: ignore[arg-type]

    @property
    def waiting(self) -> bool:
        """Whether a notice is on its way."""
        return bool(self._queue)

    def take(self) -> Iterator[tuple[Listener, Notice]]:
        """Whom to call with what, until nothing is queued; a notice is taken by one thread."""
        while self._queue:
            try:
                notice = self._queue.popleft()
            except IndexError:  # another thread was quicker
                return
            for listener, kinds in self._wanted.items():
                if notice.kind in kinds:
                    yield listener, notice


class TradeLog:
    """The closed trades of one book: the last ones in memory, the others in the archive.

    Args:
        keep: Trades kept in memory at least; up to a batch more are.

    Attributes:
        trades: Those in memory, the oldest first, without those that are leaving.
        archived: How many left it.
    """

    def __init__(self, keep: int) -> None:
        self.trades: deque[TradeRecord] = deque()
        self.archived = 0
        self._leaving: list[TradeRecord] = []
        self._keep = keep
        self._most = keep + BATCH

    @property
    def due(self) -> bool:
        """Whether a batch must leave."""
        return len(self.trades) > self._most and not self._leaving

    def all(self) -> list[TradeRecord]:
        """Those in memory, the oldest first."""
        return [*self._leaving, *self.trades]

    def leave(self) -> list[TradeRecord]:
        """A batch to archive, the oldest first; empty when none is due or one is on its way."""
        if not self.due:
            return []
        self._leaving = [self.trades.popleft() for _ in range(len(self.trades) - self._keep)]
        return self._leaving

    def left(self, stored: bool) -> None:
        """The batch was stored; or it was not, and stays until another one is due."""
        if stored:
            self.archived += len(self._leaving)
        else:
            self.trades.extendleft(reversed(self._leaving))
        self._leaving = []
        self._most = (self._keep if stored else len(self.trades)) + BATCH

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {"archived": self.archived, "trades": [trade.to_dict() for trade in self.all()]}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.archived = state["archived"]
        self.trades = deque(map(TradeRecord.from_dict, state["trades"]))
