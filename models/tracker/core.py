"""The core: one lock around the ledger, the scopes, the trades and LEAN's samples.

Events go in through `apply`. What came of them is counted in the scopes, kept, and told to the
listeners once the lock is released, in the order things happened, so they may ask the tracker
anything and trade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from models.equity.samples import Samples
from models.equity.scopes import Scopes
from models.equity.session_book import BEGINNING
from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.corporate_actions import Delisting, Dividend, Split, SymbolChange
from models.events.event import Event
from models.events.instruments import Instrument
from models.events.orders import Fill, OrderUpdate
from models.execution.following import orders_followed
from models.ledger.books import Books
from models.ledger.corporate_actions import delist, dividend, rename, split, split_happens
from models.ledger.effects import NO_EFFECTS, Effects, fees_of
from models.ledger.ledger import Ledger
from models.ledger.opening import open_account, opening_before
from models.ledger.order_fees import book_update
from models.ledger.tags import UNASSIGNED, Resolver
from models.settings import Settings
from models.tracker.archiving import Archiving
from models.tracker.closing import ClosingBooks
from models.tracker.deployments import Deployment, begin_deployment
from models.tracker.guard import Guard
from models.tracker.listeners import Listeners
from models.tracker.notices import NoticeKind
from models.tracker.ports import Follower, Storage
from models.tracker.resolvers import RESOLVERS, CarefulResolver
from models.tracker.telling import tell_change, tell_flows


class Core(ClosingBooks):
    """Everything that is known, kept in step event by event.

    Args:
        settings: What the user chose.
        guard: What fails around the tracker is counted and warned of there.
        storage: Where closed trades go beyond those kept in memory.
        account_currency: The currency of every amount.
        zone: The time zone of the sessions.
        days_per_year: Trading days a year, for ratios.
        live: Whether LEAN trades live.
        resolver: The strategy of an order from its ticker, tag and type; by default what the
            setting `strategy_tag` says.
        follower: What is told of the same events beside the books.

    Attributes:
        named: The strategies that the settings name; they exist from the start.
        listeners: Who hears of what.
        archiving: The way of closed trades out of memory and back.
        deployments: Each start of LEAN that the books went through, the oldest first.
        on_begin: Called under the lock when empty books take the place of those so far.
    """

    def __init__(
        self,
        settings: Settings,
        guard: Guard,
        storage: Storage,
        *,
        account_currency: str = "USD",
        zone: tzinfo = UTC,
        days_per_year: float = 252.0,
        live: bool = False,
        resolver: Resolver | None = None,
        follower: Follower | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.account_currency, self.zone = account_currency, zone
        self.days_per_year = days_per_year
        self.live, self.follower = live, follower
        self.guard = guard
        self.archiving = Archiving(storage, guard, self.lock)
        self.listeners = Listeners(guard)
        self.on_begin: Callable[[], object] | None = None
        self._careful = None if resolver is None else CarefulResolver(resolver, guard)
        self._resolver = self._careful or RESOLVERS[settings.strategy_tag]
        self.named = tuple(dict.fromkeys((*settings.capital, *settings.strategies)))
        self.begin()

    def begin(self) -> None:
        """Begin with empty books; settings, listeners and failures counted so far stay."""
        settings = self.settings
        books = Books(
            self.account_currency,
            live=self.live,
            default_strategy=settings.default_strategy,
            resolver=self._resolver,
            matching=settings.matching,
            seed_strategy=settings.seed_strategy or UNASSIGNED,
        )
        self._begin_books(Ledger(books), Scopes(settings.capital, self.zone, self.named))
        for name in self.named:
            books.account(name)
        self.deployments: list[Deployment] = []
        self._begin_closing(settings, self.zone, self._ledger)
        self._execution = orders_followed(settings, self.zone, self.failures, live=self.live)
        self._anomalies_told = self._flows_told = 0
        if self.on_begin is not None:
            self.on_begin()

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        with self.lock:
            before = self.logs
            self.begin()
            for book, log in self.logs.items() if self.archiving.keeps else ():
                old = before[book]
                log.forgotten = old.forgotten + old.archived + old.written
            if self.follower is not None:
                self.follower.reset()

    @property
    def quiet(self) -> bool:
        """Whether nobody wants to be told at once of what happens as it should."""
        told = self.live or self.follower is not None or self._careful is not None
        return not (told or self.listeners.hear_at_once)

    # --- events in

    def apply(self, event: Event | Instrument) -> bool:
        """Book an event, then tell what came of it.

        Returns:
            False when nothing was booked: a fill seen before or of nothing known, or a `partial`
            mark that does not close, which the feed must send again, complete.
        """
        if self.behind is not None:
            self.catch_up()  # before the lock is held, for it reads LEAN
        with self.lock:
            effects = self.record(event)
        careful = self._careful
        if self._restless or self.failures or (careful is not None and careful.failed):
            self.settle()
        return effects is not None

    def see(self, time: datetime, prices: Mapping[str, float], cash: float, equity: float) -> bool:
        """Book a mark on which nothing moved but prices (`Ledger.see`), then tell what came of it.

        Returns:
            False where nothing was booked: a `Mark` of the same figures must be applied.
        """
        with self.lock:
            if not self.ledger.see(time, prices, cash, equity):
                return False
            self._show(time, prices)
            if self.follower is not None:
                self.follower.mark(Mark(time, equity, prices), self._ledger.books)
            if self._scopes.changes:
                self._tell(self._ledger.books)
        if self._restless:
            self.settle()
        return True

    def work_off(self) -> None:
        """Book what the feed left, then tell what came of it; the lock must not be held."""
        self.catch_up()
        if self._restless:
            self.settle()

    def record(self, event: Event | Instrument) -> Effects | None:
        """Book an event under the lock; whoever does must `settle` once it is released.

        Returns:
            What executions did; None when nothing was booked.
        """
        if self.behind is not None:
            self.catch_up()
        self.rest = 0
        return self._book(event)

    def _book(self, event: Event | Instrument) -> Effects | None:
        effects = _BOOKING[type(event)](self, event)
        self._note(effects)
        return effects

    def _note(self, effects: Effects | None) -> None:
        if effects:
            self.count(effects)
        books = self._ledger.books
        if self._scopes.changes or len(books.anomalies) != self._anomalies_told:
            self._tell(books)

    def open_before(self, opening: Opening, fill: Fill) -> None:
        """Open the account as it stood before a fill that the opening shows already."""
        self.move()
        with self.lock:
            self.count(self._open(opening_before(self.ledger.books, opening, fill)))

    def deploy(self, time: datetime, name: str = "") -> Deployment:
        """Begin a deployment: LEAN counts its orders anew, what was made so far stays."""
        with self.lock:
            number = len(self.deployments) + 1
            begun = begin_deployment(number, name, time, self.ledger, self.scopes)
            self.deployments.append(begun)
            if number > 1:
                self.ledger.books.orders.forget(number)
                self._structures.deploy()
                if self._execution is not None:
                    self._execution.deploy(time)
            return begun

    def resume(self, mark: Mark) -> None:
        """Take a deployment's first mark, and with it all that changed while LEAN was stopped."""
        self.move()
        with self.lock:
            adopted = self.ledger.resume(mark)
            self._see(mark)
            self.count(adopted or NO_EFFECTS)
            self._tell(self.ledger.books)
        self.settle()

    def take_rates(self, rates: Mapping[str, float]) -> None:
        """Take exchange rates ahead of the events of their moment."""
        with self.lock:
            self.ledger.books.set_rates(rates)

    def reject(self, time: datetime, kind: str, detail: str, sid: str = "") -> None:
        """Record an event that could not be built, so that nothing is lost."""
        with self.lock:
            self.ledger.books.anomaly(time, kind, detail, sid)
            self._tell(self.ledger.books)
        self.settle()

    def tell(self, kind: NoticeKind, time: datetime, strategy: str, record: object) -> None:
        """Tell the listeners of something that somebody else found."""
        with self.lock:
            self.listeners.put(kind, time, strategy, record)
        self.settle()

    def sample(self, taken: DayEnd) -> None:
        """Keep a sample of LEAN's that ends no day: that of the start or of the end."""
        with self.lock:
            self.days.log.add(taken)

    @property
    def samples(self) -> Samples:
        """LEAN's daily samples so far, as its own statistics take them."""
        with self.lock:
            return self.days.log.samples()

    def due(self, time: datetime) -> set[str]:
        """The sids whose price a mark at that time should show: for markouts."""
        with self.lock:
            return self._execution.due(time) if self._execution is not None else set()

    def _open(self, opening: Opening) -> Effects:
        self._days.open(opening.time)
        effects = open_account(self.ledger.books, opening)
        self.scopes.open(self.ledger)
        self.deploy(opening.time)
        return effects

    def _describe(self, instrument: Instrument) -> Effects:
        if instrument.strike is not None:
            self._ledger.books.orders.legs = True
        return self.ledger.describe(instrument)

    def _update(self, update: OrderUpdate) -> Effects:
        books, execution = self._ledger.knowing(update.sid), self._execution
        if execution is None:
            return book_update(books, update)
        first = books.orders.find(update.order_id) is None
        effects = book_update(books, update)
        instrument = books.instruments.get(update.sid)
        order = books.orders.find(update.order_id)
        if order is None:
            return effects
        if effects:
            execution.charge(update.order_id, fees_of(effects))
        if not first:
            execution.update(update)
        elif instrument is not None:
            rate = books.rates[instrument.currency]
            execution.submit(update, order, instrument, rate, update.created)
        return effects

    def _fill(self, fill: Fill) -> Effects | None:
        effects = self._ledger.fill(fill)
        if effects is None:
            return None
        if self._execution is not None:
            books = self._ledger.books
            order, instrument = books.orders.find(fill.order_id), books.instruments[fill.sid]
            if order is not None:
                rate = books.rates[instrument.currency]
                self._execution.fill(fill, order, instrument, rate, fees_of(effects))
        if self.follower is not None:
            self.follower.fill(fill, self._ledger.books)
        return effects

    def _mark(self, mark: Mark) -> Effects | None:
        if not self.ledger.in_time(mark):
            return NO_EFFECTS
        adopted = self.ledger.mark(mark)
        if adopted is not None:
            self._see(mark)
        return adopted

    def _show(self, time: datetime, prices: Mapping[str, float]) -> None:
        at_once = self.live or self.listeners.hear_drawdowns
        self._scopes.mark(time, self._ledger, drawdowns=at_once)
        if self._execution is not None:
            self._execution.mark(time, prices)
        if self._structures.open:
            self._structured(self._structures.mark, time)

    def _see(self, mark: Mark) -> None:
        if len(self.ledger.flows) != self._flows_told:
            self._flows_told = tell_flows(self.listeners, self.ledger.flows, self._flows_told)
            self._restless = True
        self._show(mark.time, mark.prices)
        if self.follower is not None:
            self.follower.mark(mark, self.ledger.books)

    def _split(self, event: Split) -> Effects:
        if split_happens(self.ledger.knowing(event.sid), event):
            self._structures.split(event.sid, event.factor)
            if self._execution is not None:
                self._execution.split(event.sid, event.factor)
            if self.follower is not None:
                self.follower.split(event)
        return split(self.ledger.books, event)

    def _rename(self, event: SymbolChange) -> Effects:
        self._facts.clear()  # the trades from now on are counted under the new ticker
        return rename(self.ledger.knowing(event.sid), event)

    def _end_day(self, event: DayEnd) -> Effects | None:
        if not self._days.end(event):
            return None
        self.scopes.end_day(event.time, event.equity)
        return NO_EFFECTS

    # --- what came of it

    def _tell(self, books: Books) -> None:
        """Tell how the scopes changed and what should not have been seen."""
        changes, put = self._scopes.changes, self.listeners.put
        if self.listeners.hear_changes:
            for scope, change in changes:
                tell_change(self.listeners, books.time or BEGINNING, scope, change)
            for anomaly in books.anomalies[self._anomalies_told :]:
                put(NoticeKind.ANOMALY, anomaly.time, "", anomaly)
            self._restless = True
        self._anomalies_told = len(books.anomalies)
        changes.clear()

    def settle(self) -> None:
        """Archive a batch that is due, and call the listeners; the lock must not be held."""
        self.catch_up()
        self._restless = False
        if self._careful is not None:
            self._careful.note()
        while self.failures:
            self.guard.note_failure(*self.failures.pop(0))
        for log in self._logs.values() if not self.archiving.waits else ():
            if log.due:
                self.archiving.shed(log)
        if self.listeners.waiting:
            self.listeners.call()

    def pass_over_anomalies(self) -> None:
        """Tell nobody of the anomalies that a restored state brought along."""
        self._anomalies_told = len(self.ledger.books.anomalies)
        self._flows_told = len(self.ledger.flows)


# How each kind of event is booked; None says that it was not.
_BOOKING: dict[type, Callable[[Core, Any], Effects | None]] = {
    Instrument: Core._describe,
    Opening: Core._open,
    OrderUpdate: Core._update,
    Fill: Core._fill,
    Mark: Core._mark,
    CashFlow: lambda core, event: core.ledger.announce(event),
    Split: Core._split,
    Dividend: lambda core, event: dividend(core.ledger.knowing(event.sid), event),
    Delisting: lambda core, event: delist(core.ledger.knowing(event.sid), event),
    SymbolChange: Core._rename,
    DayEnd: Core._end_day,
}
