"""The recorder: one lock around the ledger, the scopes, the trades and LEAN's samples.

Events go in through `apply`. What came of them is counted in the scopes, kept, and told to the
listeners once the lock is released, in the order things happened, so they may ask the tracker
anything and trade. Trades beyond those kept leave memory through the archive, in batches; one that
the archive refuses stays until it takes it, so nothing is lost. `PerformanceTracker` adds what can
be asked, and trades by hand.
"""

from __future__ import annotations

import enum
import threading
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import chain
from typing import Any, NamedTuple, Protocol, runtime_checkable

from models.books import Books, before, happens
from models.equity import Change, Scope, Scopes
from models.events import (
    Anomaly,
    CashFlow,
    DayEnd,
    Delisting,
    Dividend,
    Event,
    Failure,
    Fill,
    Instrument,
    Mark,
    Opening,
    OrderUpdate,
    Split,
    SymbolChange,
    TrackerError,
    guarded,
)
from models.ledger import Ledger
from models.portfolio_statistics import Samples
from models.records import (
    LOTS,
    POSITIONS,
    Alert,
    Deployment,
    Quote,
    Spell,
    TradeRecord,
    newest_record,
)
from models.sessions import BEGINNING, SessionMetrics
from models.settings import Settings, TagMeans
from models.sharing import (
    CallError,
    Resolver,
    packed,
    strategy_in_tag,
    unpacked,
    whole_tag,
)

RESOLVERS: dict[TagMeans, Resolver] = {TagMeans.NAME: strategy_in_tag, TagMeans.WHOLE: whole_tag}

STATE_VERSION = 3


BATCH = 1_000  # trades beyond those kept that leave memory at once


class NoticeKind(enum.Enum):
    """What may be heard of."""

    TRADE_OPENED = "trade opened"
    TRADE_CLOSED = "trade closed"
    POSITION_CLOSED = "position closed"
    SESSION_CLOSED = "session closed"
    NEW_LOW = "new drawdown low"
    RECOVERY = "recovery"
    ANOMALY = "anomaly"
    ALERT = "alert"


OF_FILLS = frozenset({NoticeKind.TRADE_OPENED, NoticeKind.TRADE_CLOSED, NoticeKind.POSITION_CLOSED})


class Notice(NamedTuple):
    """Something that happened.

    Attributes:
        kind: What.
        time: UTC.
        strategy: Whose it is; empty for the account's and for what is nobody's.
        record: The trade, the closed session, the drawdown's spell, the anomaly or the alert.
    """

    kind: NoticeKind
    time: datetime
    strategy: str
    record: TradeRecord | SessionMetrics | Spell | Anomaly | Alert


Listener = Callable[[Notice], object]


class Logger(Protocol):
    """Where the tracker says what went wrong; `logging.Logger` is one."""

    def warning(self, message: str, /) -> object:
        """Say it."""


@runtime_checkable
class Archive(Protocol):
    """Where closed trades go that are not kept in memory."""

    def store(self, trades: Sequence[TradeRecord]) -> object:
        """Take them, the oldest first; an exception leaves them where they were."""

    def stored(self) -> Iterable[TradeRecord]:
        """All that were taken, the oldest first."""


class Follower(Protocol):
    """What is told of the same events beside the books, under the tracker's lock.

    It hears of what was booked only, changes nothing, and tells whom it likes itself.
    """

    def fill(self, fill: Fill, books: Books) -> None:
        """A fill was booked."""

    def mark(self, mark: Mark, books: Books) -> None:
        """A mark was booked."""

    def split(self, split: Split) -> None:
        """A split is about to change quantities."""

    def reset(self) -> None:
        """Forget all that was told."""

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""


class Listeners:
    """Who hears of what, and the notices that are on their way.

    Attributes:
        kinds: What somebody hears of.
        hear_entries: Whether that is opened trades; making their records takes time.
        hear_trades: Whether that is anything of fills.
        hear_changes: Whether that is anything else.
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

    def take(self, trades: Sequence[TradeRecord]) -> bool:
        """Keep trades that closed; returns whether a batch must leave."""
        self.trades.extend(trades)
        return len(self.trades) > self._most and self.due

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
        return {"archived": self.archived, "trades": [trade.to_row() for trade in self.all()]}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.archived = state["archived"]
        self.trades = deque(map(TradeRecord.from_row, state["trades"]))


class SampleLog:
    """What LEAN samples once a day, 40 bytes each."""

    def __init__(self) -> None:
        self._columns: list[array[float]] = [array("d") for _ in Samples._fields]

    def add(self, taken: DayEnd) -> None:
        """Keep a sample.

        One of the last one's instant tells only what was traded since, one before it nothing.
        """
        time, (times, *_, volumes) = taken.time.timestamp(), self._columns
        if times and time <= times[-1]:
            if time == times[-1]:
                volumes[-1] = taken.sale_volume
            return
        values = (time, taken.equity, taken.benchmark, taken.risk_free, taken.sale_volume)
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)

    def samples(self) -> Samples:
        """Those so far; they do not grow."""
        return Samples(*(column[:] for column in self._columns))

    def state(self) -> dict[str, str]:
        """JSON-able and exact."""
        return dict(zip(Samples._fields, map(packed, self._columns), strict=True))

    def restore(self, state: Mapping[str, str]) -> None:
        """Take over what `state` returned."""
        self._columns = [unpacked("d", state[name]) for name in Samples._fields]


class Recorder:
    """Everything that is known, kept in step event by event.

    Args:
        settings: What the user chose.
        logger: Where warnings go.
        archive: Where closed trades go beyond those kept in memory.
        account_currency: The currency of every amount.
        zone: The time zone of the sessions.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.
        follower: What is told of the same events beside the books.

    Attributes:
        errors: What went wrong around the tracker, by place and kind: how often.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        logger: Logger | None = None,
        archive: Archive | None = None,
        account_currency: str = "USD",
        zone: tzinfo = UTC,
        live: bool = False,
        resolver: Resolver | None = None,
        follower: Follower | None = None,
    ) -> None:
        self.settings = settings
        self.account_currency = account_currency
        self.zone = zone
        self.live = live
        self.follower = follower
        self.errors: Counter[str] = Counter()
        self._logger = logger
        self._archive = archive
        self._resolver = resolver or RESOLVERS[settings.strategy_tag]
        self._listeners = Listeners()
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        settings = self.settings
        books = Books(
            self.account_currency,
            live=self.live,
            default_strategy=settings.default_strategy,
            resolver=self._resolver,
            matching=settings.matching,
        )
        self.ledger = Ledger(books)
        self.scopes = Scopes(settings.capital, self.zone)
        self.days = 0
        self.deployments: list[Deployment] = []
        self._logs = {book: TradeLog(settings.keep_trades) for book in (LOTS, POSITIONS)}
        self._last_day: datetime | None = None
        self._samples = SampleLog()
        self._anomalies_told = 0
        self._restless = False  # somebody must be called once the lock is released

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        with self._lock:
            self._begin()
            if self.follower is not None:
                self.follower.reset()

    # --- events in

    def apply(self, event: Event | Instrument) -> bool:
        """Book an event, then tell what came of it.

        Returns:
            False when nothing was booked: a fill seen before or of nothing known, or a `partial`
            mark that does not close, which the feed must send again, complete.
        """
        with self._lock:
            booked = self._record(event)
        if self._restless:
            self._settle()
        return booked

    def _record(self, event: Event | Instrument) -> bool:
        """Book an event under the lock; whoever does must `_settle` once it is released."""
        booked = _BOOKING[type(event)](self, event)
        books = self.ledger.books
        if books.paid or books.entered:
            self._count(books)
        if self.scopes.changes or len(books.anomalies) != self._anomalies_told:
            self._tell(books)
        return booked

    def open_before(self, opening: Opening, fill: Fill) -> None:
        """Open the account as it stood before a fill that the opening shows already."""
        with self._lock:
            self._open(before(self.ledger.books, opening, fill))

    def deploy(self, time: datetime, name: str = "") -> Deployment:
        """Begin a deployment: LEAN counts its orders anew, what was made so far stays.

        The first one begins with the opening by itself. An order that is still open comes back
        under another id, with its tag, as a new one.
        """
        with self._lock:
            track = self.scopes.account.track
            made = self.ledger.total().net_pnl
            trades = self.scopes.account.tally.trades
            number = len(self.deployments) + 1
            equity = self.ledger.equity_now()
            begun = Deployment(number, name, time, equity, track.nav, made, trades)
            self.deployments.append(begun)
            if number > 1:
                self.ledger.books.orders.forget()
            return begun

    def resume(self, mark: Mark) -> None:
        """Take a deployment's first mark, and with it all that changed while LEAN was stopped."""
        with self._lock:
            self.ledger.resume(mark)
            self.scopes.mark(mark.time, self.ledger)
            self._count(self.ledger.books)
            self._tell(self.ledger.books)
        self._settle()

    def take_rates(self, rates: Mapping[str, float]) -> None:
        """Take exchange rates ahead of the events of their moment."""
        with self._lock:
            self.ledger.books.set_rates(rates)

    def reject(self, time: datetime, kind: str, detail: str, sid: str = "") -> None:
        """Record an event that could not be built, so that nothing is lost."""
        with self._lock:
            self.ledger.books.anomaly(time, kind, detail, sid)
            self._tell(self.ledger.books)
        self._settle()

    def tell(self, kind: NoticeKind, time: datetime, strategy: str, record: object) -> None:
        """Tell the listeners of something that somebody else found."""
        with self._lock:
            self._listeners.put(kind, time, strategy, record)
        self._settle()

    def sample(self, taken: DayEnd) -> None:
        """Keep a sample of LEAN's that ends no day: that of the start or of the end."""
        with self._lock:
            self._samples.add(taken)

    @property
    def samples(self) -> Samples:
        """LEAN's daily samples so far, as its own statistics take them."""
        with self._lock:
            return self._samples.samples()

    def knows_order(self, order_id: int) -> bool:
        """Whether an event of the order was seen, so that the next one is not its first."""
        return self.ledger.books.orders.find(order_id) is not None

    def _open(self, opening: Opening) -> bool:
        self._last_day = opening.time  # a midnight before the account opened ends no day
        self.ledger.apply(opening)
        self.scopes.open(self.ledger)
        self.deploy(opening.time)
        return True

    def _fill(self, fill: Fill) -> bool:
        if not self.ledger.fill(fill):
            return False
        if self.follower is not None:
            self.follower.fill(fill, self.ledger.books)
        return True

    def _mark(self, mark: Mark) -> bool:
        if not self.ledger.mark(mark):
            return False
        self.scopes.mark(mark.time, self.ledger)
        if self.follower is not None:
            self.follower.mark(mark, self.ledger.books)
        return True

    def _split(self, split: Split) -> bool:
        if self.follower is not None and happens(self.ledger.books, split):
            self.follower.split(split)
        return self.ledger.apply(split)

    def _end_day(self, event: DayEnd) -> bool:
        if self._last_day is not None and event.time < self._last_day:
            return False
        self._samples.add(event)
        if event.time == self._last_day:
            return False
        self._last_day = event.time
        self.days += 1
        self.scopes.roll(event.time)
        return True

    # --- what came of it

    def _count(self, books: Books) -> None:
        """Count, keep and tell what fills paid, opened and closed."""
        self.scopes.count(books.paid)
        if books.closed and self._logs[LOTS].take(books.closed):
            self._restless = True
        if books.rounds and self._logs[POSITIONS].take(books.rounds):
            self._restless = True
        if self._listeners.hear_trades:
            self._tell_trades(books)
        books.forget()

    def _tell_trades(self, books: Books) -> None:
        put = self._listeners.put
        for position in books.entered if self._listeners.hear_entries else ():
            quote = self._quote(position.instrument.sid)
            trade = newest_record(position, quote)
            put(NoticeKind.TRADE_OPENED, trade.entry_time, position.strategy, trade)
        for trade in books.closed:
            put(NoticeKind.TRADE_CLOSED, trade.exit_time, trade.strategy, trade)
        for trade in books.rounds:
            put(NoticeKind.POSITION_CLOSED, trade.exit_time, trade.strategy, trade)
        self._restless = True

    def _tell(self, books: Books) -> None:
        """Tell how the scopes changed and what should not have been seen."""
        changes, put = self.scopes.changes, self._listeners.put
        if self._listeners.hear_changes:
            for scope, change in changes:
                self._tell_change(books.time or BEGINNING, scope, change)
            for anomaly in books.anomalies[self._anomalies_told :]:
                put(NoticeKind.ANOMALY, anomaly.time, "", anomaly)
            self._restless = True
        self._anomalies_told = len(books.anomalies)
        changes.clear()

    def _tell_change(self, time: datetime, scope: Scope, change: Change) -> None:
        put, track = self._listeners.put, scope.track
        for session in track.book.closed() if change & Change.SESSION_CLOSED else ():
            put(NoticeKind.SESSION_CLOSED, track.book.since, scope.name, session)
        if change & Change.NEW_LOW:
            put(NoticeKind.NEW_LOW, time, scope.name, track.spell)
        if change & Change.RECOVERED:
            put(NoticeKind.RECOVERY, time, scope.name, track.spells[-1])

    def _quote(self, sid: str) -> Quote:
        books = self.ledger.books
        holding = books.holdings[sid]
        rate = books.rates[holding.instrument.currency]
        time = books.time or BEGINNING
        return Quote(time, books.tickers[sid], holding.price, holding.worth, rate)

    def _settle(self) -> None:
        """Outside the lock: archive a batch that is due, and call the listeners."""
        self._restless = False
        for log in self._logs.values():
            if log.due:
                self._shed(log)
        if self._listeners.waiting:
            for listener, notice in self._listeners.take():
                self.attempt("listener", listener, notice)

    def _shed(self, log: TradeLog) -> None:
        with self._lock:
            batch = log.leave()
        if not batch:
            return
        stored = self._archive is None or self.attempt("archive", self._archive.store, batch)
        with self._lock:
            log.left(stored)

    def attempt(self, place: str, call: Callable[..., object], *arguments: Any) -> bool:
        """Call what may fail around the tracker; a failure is counted and each kind told once.

        Returns:
            Whether it succeeded.
        """
        outcome = guarded(call, *arguments)
        if not isinstance(outcome, Failure):
            return True
        kind = f"{place}: {outcome.kind}"
        with self._lock:
            self.errors[kind] += 1
            first = self.errors[kind] == 1
        if first:
            self.warn(f"{place}: {outcome}")
        return False

    def warn(self, message: str) -> None:
        """Say what went wrong, where somebody listens."""
        if self._logger is not None:
            self._logger.warning(f"tracker: {message}")

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        with self._lock:
            return {
                "version": STATE_VERSION,
                "days": self.days,
                "last_day": self._last_day.isoformat() if self._last_day else None,
                "deployments": [each.to_dict() for each in self.deployments],
                "ledger": self.ledger.state(),
                "scopes": self.scopes.state(),
                "samples": self._samples.state(),
                "follower": self.follower.state() if self.follower else None,
                "trades": {book: log.state() for book, log in self._logs.items()},
                "errors": dict(self.errors),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; the settings are this tracker's own.

        Raises:
            TrackerError: The state is of another version; the tracker is as it was.
        """
        if state["version"] != STATE_VERSION:
            found = state["version"]
            raise TrackerError(f"the state is of version {found}; this reads {STATE_VERSION}")
        with self._lock:
            self.days = state["days"]
            last_day = state["last_day"]
            self._last_day = datetime.fromisoformat(last_day) if last_day else None
            self.deployments = [Deployment.from_dict(each) for each in state["deployments"]]
            self.ledger.restore(state["ledger"])
            self.scopes.restore(state["scopes"])
            self._samples.restore(state["samples"])
            if self.follower is not None and state["follower"] is not None:
                self.follower.restore(state["follower"])
            for book, log in self._logs.items():
                log.restore(state["trades"][book])
            self.errors = Counter(state["errors"])
            self._anomalies_told = len(self.ledger.books.anomalies)


_BOOKING: dict[type, Callable[[Recorder, Any], bool]] = {
    Opening: Recorder._open,
    Fill: Recorder._fill,
    Mark: Recorder._mark,
    Split: Recorder._split,
    DayEnd: Recorder._end_day,
    **dict.fromkeys(
        (Instrument, OrderUpdate, Dividend, CashFlow, Delisting, SymbolChange),
        lambda recorder, event: recorder.ledger.apply(event),
    ),
}
