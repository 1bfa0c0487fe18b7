"""The core: one lock around the ledger, the scopes, the trades and LEAN's samples.

Events go in through `apply`. What came of them is counted in the scopes, kept, and told to the
listeners once the lock is released, in the order things happened, so they may ask the tracker
anything and trade.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from models.equity.nav_series import Change
from models.equity.samples import SampleLog, Samples
from models.equity.scopes import Scope, Scopes
from models.equity.session_book import BEGINNING
from models.errors import CallError, Failure, TrackerError, guarded
from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.corporate_actions import Delisting, Dividend, Split, SymbolChange
from models.events.event import Event
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderUpdate
from models.execution.quality import ExecutionQuality
from models.ledger.books import Books
from models.ledger.corporate_actions import delist, dividend, rename, split, split_happens
from models.ledger.effects import NO_EFFECTS, Effects
from models.ledger.ledger import Ledger
from models.ledger.opening import open_account, opening_before
from models.ledger.tags import Resolver, strategy_in_tag, whole_tag
from models.settings import Settings, TagMeans, chosen
from models.tracker.deployments import Deployment
from models.tracker.listeners import Listeners
from models.tracker.notices import NoticeKind
from models.tracker.ports import Follower, Logger, StateStore
from models.trades.builders import Quote, newest_record
from models.trades.log import Archive, TradeLog
from models.trades.record import LOTS, POSITIONS
from models.trades.statistics import TradeFacts, TradeStatistics

RESOLVERS: dict[TagMeans, Resolver] = {TagMeans.NAME: strategy_in_tag, TagMeans.WHOLE: whole_tag}
STATE_VERSION = 3
_FLAGS = (Change.SESSION_CLOSED, Change.NEW_LOW, Change.RECOVERED)

# Whether a change closed a session, made a new low or recovered: asking a flag is slow.
_PARTS = {change: tuple(bool(change & each) for each in _FLAGS) for change in map(Change, range(8))}


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
        self._told: set[str] = set()  # the kinds of them that this run was told of
        self._logger = logger
        self._archive = self._older = archive
        self._states = archive if isinstance(archive, StateStore) else None
        self._saving = threading.RLock()  # of two states the older one must not be saved last
        self._resolver = resolver or RESOLVERS[settings.strategy_tag]
        self._listeners = Listeners()
        self._calling = False
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
        self.statistics = TradeStatistics(self.zone)
        self._facts: dict[str, TradeFacts] = {}  # by sid
        self.execution: ExecutionQuality | None = None
        if chosen(settings.execution, self.live):
            self.execution = ExecutionQuality(self.zone, settings.execution_limits)
        self._anomalies_told = 0
        self._restless = False  # somebody must be called once the lock is released

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        with self._lock:
            before = self._logs
            self._begin()
            for book, log in self._logs.items() if self._archive is not None else ():
                log.forgotten = before[book].forgotten + before[book].archived
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
        effects = _BOOKING[type(event)](self, event)
        books = self.ledger.books
        if effects:
            self._count(effects)
        if self.scopes.changes or len(books.anomalies) != self._anomalies_told:
            self._tell(books)
        return effects is not None

    def open_before(self, opening: Opening, fill: Fill) -> None:
        """Open the account as it stood before a fill that the opening shows already."""
        with self._lock:
            self._count(self._open(opening_before(self.ledger.books, opening, fill)))

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
                if self.execution is not None:
                    self.execution.deploy(time)
            return begun

    def resume(self, mark: Mark) -> None:
        """Take a deployment's first mark, and with it all that changed while LEAN was stopped."""
        with self._lock:
            adopted = self.ledger.resume(mark)
            self._see(mark)
            self._count(adopted or NO_EFFECTS)
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

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time should show: for markouts."""
        with self._lock:
            return self.execution.due(time) if self.execution is not None else set()

    def knows_order(self, order_id: int) -> bool:
        """Whether an event of the order was seen, so that the next one is not its first."""
        return self.ledger.books.orders.find(order_id) is not None

    def _open(self, opening: Opening) -> Effects:
        self._last_day = opening.time  # a midnight before the account opened ends no day
        effects = open_account(self.ledger.books, opening)
        self.scopes.open(self.ledger)
        self.deploy(opening.time)
        return effects

    def _update(self, update: OrderUpdate) -> Effects:
        books, execution = self.ledger.books, self.execution
        first = execution is not None and books.orders.find(update.order_id) is None
        books.update_order(update)
        instrument = books.instruments.get(update.sid)
        order = books.orders.find(update.order_id)
        if execution is None or order is None:
            return NO_EFFECTS
        if not first:
            execution.update(update)
        elif instrument is not None:
            rate = books.rates[instrument.currency]
            execution.submit(update, order, instrument, rate, update.created)
        return NO_EFFECTS

    def _fill(self, fill: Fill) -> Effects | None:
        effects = self.ledger.fill(fill)
        if effects is None:
            return None
        if self.execution is not None:
            books = self.ledger.books
            order, instrument = books.orders.find(fill.order_id), books.instruments[fill.sid]
            fee = fill.fee * books.rates[fill.fee_currency] if fill.fee else 0.0
            if order is not None:
                rate = books.rates[instrument.currency]
                self.execution.fill(fill, order, instrument, rate, fee)
        if self.follower is not None:
            self.follower.fill(fill, self.ledger.books)
        return effects

    def _mark(self, mark: Mark) -> Effects | None:
        adopted = self.ledger.mark(mark)
        if adopted is not None:
            self._see(mark)
        return adopted

    def _see(self, mark: Mark) -> None:
        self.scopes.mark(mark.time, self.ledger)
        if self.execution is not None:
            self.execution.mark(mark.time, mark.prices)
        if self.follower is not None:
            self.follower.mark(mark, self.ledger.books)

    def _split(self, event: Split) -> Effects:
        if split_happens(self.ledger.books, event):
            if self.execution is not None:
                self.execution.split(event.sid, event.factor)
            if self.follower is not None:
                self.follower.split(event)
        return split(self.ledger.books, event)

    def _end_day(self, event: DayEnd) -> Effects | None:
        if self._last_day is not None and event.time < self._last_day:
            return None
        self._samples.add(event)
        if event.time == self._last_day:
            return None
        self._last_day = event.time
        self.days += 1
        self.scopes.roll(event.time)
        return NO_EFFECTS

    # --- what came of it

    def _count(self, effects: Effects) -> None:
        """Count, keep and tell what executions paid, opened and closed."""
        self.scopes.count(effects)
        for _, _, _, _, trades, round_trip, _ in effects:
            if trades:
                self._restless |= self._logs[LOTS].take(trades)
                for trade in trades:
                    facts = self._facts.get(trade.sid) or self._facts_of(trade.sid)
                    self.statistics.add(trade, facts)
            if round_trip is not None and self._logs[POSITIONS].take((round_trip,)):
                self._restless = True
        if self._listeners.hear_trades:
            self._tell_trades(effects)

    def _facts_of(self, sid: str) -> TradeFacts:
        """What the statistics must know of an instrument; its underlying's ticker may change."""
        books = self.ledger.books
        instrument = books.instruments[sid]
        underlying = instrument.underlying or sid
        ticker = books.tickers.get(underlying, underlying.partition(" ")[0])
        facts = self._facts[sid] = TradeFacts(instrument.security_type, ticker)
        return facts

    def _tell_trades(self, effects: Effects) -> None:
        """Tell of the trades opened, then of those closed, then of the round trips ended."""
        put = self._listeners.put
        for effect in effects if self._listeners.hear_entries else ():
            if effect.lot is not None:
                position = effect.position
                trade = newest_record(position, self._quote(position.instrument.sid))
                put(NoticeKind.TRADE_OPENED, trade.entry_time, position.strategy, trade, effect)
        for effect in effects:
            for trade in effect.trades:
                put(NoticeKind.TRADE_CLOSED, trade.exit_time, trade.strategy, trade, effect)
        for effect in effects:
            ended = effect.round_trip
            if ended is not None:
                put(NoticeKind.POSITION_CLOSED, ended.exit_time, ended.strategy, ended, effect)
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
        closed, low, recovered = _PARTS[change]
        for session in track.book.closed() if closed else ():
            put(NoticeKind.SESSION_CLOSED, track.book.since, scope.name, session)
        if low and self._listeners.hear_lows:
            put(NoticeKind.NEW_LOW, time, scope.name, track.spell)
        if recovered:
            put(NoticeKind.RECOVERY, time, scope.name, track.spells[-1])

    def _quote(self, sid: str) -> Quote:
        books = self.ledger.books
        holding = books.holdings[sid]
        rate = books.rates[holding.instrument.currency]
        time = books.time or BEGINNING
        return Quote(time, books.tickers[sid], holding.price, holding.unit_value, rate)

    def _settle(self) -> None:
        """Outside the lock: archive a batch that is due, and call the listeners."""
        self._restless = False
        for log in self._logs.values():
            if log.due:
                self._shed(log)
        if self._listeners.waiting:
            self._call_listeners()

    def _call_listeners(self) -> None:
        """In order: who calls already, be it another thread or further up, goes on with these."""
        with self._lock:
            mine, self._calling = not self._calling, True
        try:
            while mine:
                for listener, notice in self._listeners.take():
                    self.attempt("listener", listener, notice)
                with self._lock:
                    mine = self._calling = self._listeners.waiting
        finally:
            if mine:  # interrupted
                self._calling = False

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
        self._warn_once(kind, f"{place}: {outcome}")
        return False

    def _warn_once(self, kind: str, message: str) -> None:
        """Say it unless this run said so before; `errors` has the kinds of former runs too."""
        with self._lock:
            first = kind not in self._told
            self._told.add(kind)
        if first:
            self.warn(message)

    def warn(self, message: str) -> None:
        """Say what went wrong, where somebody listens."""
        if self._logger is not None:
            self._logger.warning(f"tracker: {message}")

    # --- what is saved

    def save_to_object_store(self, prefix: str = "", *, force: bool = True) -> bool:
        """Save everything the tracker knows.

        Args:
            prefix: The name to save it under; one tracker may save under several.
            force: Whether to save even though the last save was a moment ago.

        Returns:
            False where it was too soon, or the store refused: that is counted in `errors` and told
            of once, and the state saved before is still there.

        Raises:
            CallError: The tracker has no store that keeps states, or the prefix makes no name.
        """
        store = self._state_store(prefix)
        saved: list[bool] = []

        def save() -> None:
            with self._lock:
                state, time = self.state(), self.ledger.books.time
            saved.append(store.save_state(state, time, prefix, force=force))

        with self._saving:
            return self.attempt("save", save) and saved[0]

    def load_from_object_store(self, prefix: str = "") -> bool:
        """Take over what was saved; what is damaged is told of, and the copy before it taken.

        Args:
            prefix: The name it was saved under.

        Returns:
            Whether there was a state that could be used; else the tracker is as it was.

        Raises:
            CallError: As of `save_to_object_store`.
        """
        return bool(self._load(prefix))

    def _load(self, prefix: str) -> bool | None:
        """As `load_from_object_store`; None where there is, or may be, a state that is no use."""
        store = self._state_store(prefix)
        found: list[tuple[Mapping[str, Any] | None, Sequence[str]]] = []
        if not self.attempt("load", lambda: found.append(store.load_state(prefix))):
            return None
        state, problems = found[0]
        restored = state is not None and (self.attempt("restore", self._take_over, state) or None)
        if problems:
            with self._lock:  # after the restore, which brings the errors of former runs
                self.errors["load: damaged"] += len(problems)
            self._warn_once("load: damaged", f"load: {'; '.join(problems)}")
        return restored

    def _take_over(self, state: Mapping[str, Any]) -> None:
        """Restore a state; where that fails halfway, go back to what was known."""
        before, taken = self.state(), False
        try:
            self.restore(state)
            taken = True
        finally:
            if not taken:
                self.restore(before)

    def _state_store(self, prefix: str) -> StateStore:
        if self._states is None:
            raise CallError("the tracker has no store: give it object_store=SnapshotStore(...)")
        self._states.check_prefix(prefix)
        return self._states

    # --- state

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        with self._lock:
            return {
                "version": STATE_VERSION,
                "account_currency": self.account_currency,
                "zone": str(self.zone),
                "live": self.live,
                "days": self.days,
                "last_day": self._last_day.isoformat() if self._last_day else None,
                "deployments": [each.to_dict() for each in self.deployments],
                "ledger": self.ledger.state(),
                "scopes": self.scopes.state(),
                "samples": self._samples.state(),
                "statistics": self.statistics.state() if self._archive is None else None,
                "execution": self.execution.state() if self.execution else None,
                "follower": self.follower.state() if self.follower else None,
                "trades": {book: log.state() for book, log in self._logs.items()},
                "errors": dict(self.errors),
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned in place of what is known; the settings stay our own.

        Raises:
            TrackerError: The state is of another version or in another currency; the tracker is as
                it was.
        """
        if state["version"] != STATE_VERSION:
            found = state["version"]
            raise TrackerError(f"the state is of version {found}; this reads {STATE_VERSION}")
        currency, own = state["account_currency"], self.account_currency
        if currency != own:
            raise TrackerError(
                f"the state's amounts are in {currency}; this tracker's are in {own}"
            )
        with self._lock:
            self._begin()
            self.days = state["days"]
            last_day = state["last_day"]
            self._last_day = datetime.fromisoformat(last_day) if last_day else None
            self.deployments = [Deployment.from_dict(each) for each in state["deployments"]]
            self.ledger.restore(state["ledger"])
            self.scopes.restore(state["scopes"])
            self._samples.restore(state["samples"])
            if self.execution is not None and state["execution"] is not None:
                self.execution.restore(state["execution"], self.ledger.books.instruments)
                if len(self.deployments) > 1:
                    self.execution.since = self.deployments[-1].time
            if self.follower is not None:
                self.follower.reset()
                if state["follower"] is not None:
                    self.follower.restore(state["follower"])
            for book, log in self._logs.items():
                log.restore(state["trades"][book])
            self.errors = Counter(state["errors"])
            self._anomalies_told = len(self.ledger.books.anomalies)
            if state["statistics"] is not None:
                self.statistics.restore(state["statistics"])


# How each kind of event is booked; None says that it was not.
_BOOKING: dict[type, Callable[[Recorder, Any], Effects | None]] = {
    Instrument: lambda recorder, event: recorder.ledger.books.add_instrument(event),
    Opening: Recorder._open,
    OrderUpdate: Recorder._update,
    Fill: Recorder._fill,
    Mark: Recorder._mark,
    CashFlow: lambda recorder, event: recorder.ledger.announce(event),
    Split: Recorder._split,
    Dividend: lambda recorder, event: dividend(recorder.ledger.books, event),
    Delisting: lambda recorder, event: delist(recorder.ledger.books, event),
    SymbolChange: lambda recorder, event: rename(recorder.ledger.books, event),
    DayEnd: Recorder._end_day,
}
