"""The journal of a backtest: what its hooks saw, written down until somebody asks.

Booking a fill or a mark touches memory all over, which LEAN's own work between two hooks drives out
of the processor's caches: half of what a hook would take is waiting for it. So where nobody wants
to be told at once (`Core.quiet`) a hook only checks the law of the whole account, which takes one
multiplication a holding: LEAN's cash is what the fills make it, and with quantities times prices it
is LEAN's equity. What it saw goes into the journal: orders, fills and dividends as the events they
are, marks as columns, a day's first mark and a day's end. Most orders and fills are plain events of
a few values, behind the time of those of one moment. The tracker books it all in one go and in
order, by what books a single event (`BooksInStep.catch_up`), as soon as anybody asks for something,
when the journal is full, or when something comes that is not of the usual kind. That, and a slice
that does not close, goes the plain way, after all that was written before it.

The account that is kept here is no book. It is looked up in the books after a mark that was booked
the plain way, fills move it, and it is believed only as long as it closes with LEAN's: a fill that
came twice does not close, and costs time alone. One that LEAN made under an id that came before the
books refuse: the next mark that is booked whole shows it.

Where somebody does want to be told of fills or days, marks between two events go into columns all
the same, unless a new low or a recovery is heard of. Marks show what markouts wait for, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter, mul
from threading import get_ident
from typing import TYPE_CHECKING, Any

from models.errors import SMALLEST_FIGURE
from models.events.corporate_actions import Dividend
from models.events.event import Event
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.events.plain_events import PlainFill, Submission
from models.events.quantities import tidy
from models.ledger.cash_moved import CASH_TOLERANCE
from models.ledger.ledger import EQUITY_TOLERANCE
from models.ledger.lots import build
from models.ledger.mark_columns import CheckedMark, MarkColumns, priced_equity
from models.tracker.core import Core
from models.tracker.in_step import Left
from utils.lean.clock import AlgorithmClock
from utils.lean.conversions import all_utc
from utils.lean.securities import KeptSecurity
from utils.lean.waited_for import waited_for

if TYPE_CHECKING:
    from AlgorithmImports import Cash, QCAlgorithm, SecurityHolding, Slice

# By how much equity may differ here: additions in another order than the ledger's stay within.
CLOSES = EQUITY_TOLERANCE / 2

# Cash and holdings, account currency, up to which they do.
MOST_EXACT = 1e10

# Slices in a row that are kept, and events with what lies between them. Who holds what went flat is
# looked up by booking all, so that so many events wait for that; at the second number they do not.
SLICES_KEPT = 512
EVENTS_KEPT, MOST_EVENTS_KEPT = 512, 1024

# Reads in vain, of prices of what went flat, from which on it pays to look up who still holds it:
# booking what was written takes that long to begin. With nothing held a slice reads the equity in
# vain too, which counts as so many.
READS_IN_VAIN = 256
EQUITY_IN_VAIN = 8

# Mapped, they take half the time of a loop in Python.
PRICE_OF, QUANTITY_OF = attrgetter("price"), attrgetter("quantity")


class Journal:
    """Keeps what hooks saw until the tracker takes it.

    Args:
        algorithm: The running algorithm, whose clock and account are read.
        core: It says what is held, and takes what was written.
        clock: The algorithm's clock.
        by_sid: The securities seen so far.

    Attributes:
        ready: Whether the journal stands unless something moved (`Core.rest`).
        take: Returns what was written, in order, and begins anew; what `Core.behind` becomes.
    """

    def __init__(
        self,
        algorithm: QCAlgorithm,
        core: Core,
        clock: AlgorithmClock,
        by_sid: Mapping[str, KeptSecurity],
    ) -> None:
        self._algorithm, self._portfolio, self._clock = algorithm, algorithm.portfolio, clock
        self._core, self._by_sid = core, by_sid
        self._home = core.account_currency
        self.take = self._take  # a method is bound once
        # what is left, and the places of the times and marks in it that are by the clock of the day
        self._entries: list[Any] = []
        self._clocked: list[int] = []
        self._moment: datetime | None = None  # of the plain events that were written down last
        # the marks since the last event, by the algorithm's clock where it is steady
        self._times: list[datetime] = []
        self._equities: list[float] = []
        self._prices: list[float] = []
        # LEAN's account, as far as it is known
        self._known = False
        self.ready = False  # and nobody is to be told at once
        self._cash: Cash | None = None
        self._amount = 0.0
        self._beside = 0.0  # what equity is beside cash, and quantities times prices
        self._sids: Sequence[str] = ()
        self._places: dict[str, int] = {}
        self._holdings: list[SecurityHolding] = []
        self._quantities: list[float] = []
        self._sizes: list[float] = []
        self._flat: set[str] = set()  # what went flat: who still holds it is asked of the books
        self._vain = 0
        self._asks = False  # whether that is asked at the next mark, which books what was written

    def hold(self, cash: Cash | None) -> None:
        """Take note of a mark that was booked the plain way, after which the account is known.

        Args:
            cash: LEAN's cash at home, which is all there is; None where nothing is held.
        """
        self._cash, self._known, self.ready = cash, False, False

    def _look_up(self) -> bool:
        """Look up the account in the books; returns whether it can be known.

        Not where nothing is held, where a follower or a listener to lows and recoveries is told at
        once, or where additions would not be exact enough.
        """
        core = self._core
        if self._cash is None or core.follower is not None or core.listeners.hear_drawdowns:
            return False
        books = core.ledger.books
        if not books.held:
            core.rest = 0
            return False
        beside = waited_for(core, self._by_sid)
        if beside is None:
            return False
        sids = self._sids = (*books.held, *beside)
        fixed, sizes = priced_equity(books, sids)
        worth = sum(
            abs(size * books.holdings[sid].unit_value)
            for size, sid in zip(sizes, sids, strict=True)
        )
        if abs(fixed) + worth > MOST_EXACT:
            return False
        self._amount = books.cash.expected.get(self._home, 0.0)
        self._beside, self._sizes = fixed - self._amount, list(sizes)
        self._places = {sid: place for place, sid in enumerate(sids)}
        kept = [self._by_sid[sid] for sid in sids]
        self._holdings = [each.holding for each in kept]
        self._quantities = [books.holdings[sid].quantity for sid in sids]
        self._known, self.ready, core.fed_by = True, core.quiet, get_ident()
        self._flat.clear()
        self._vain, self._asks = 0, False
        return True

    def _look_again(self) -> bool:
        """Look up who still holds what went flat; returns whether the account can be known."""
        self._core.work_off()
        return self._core.rest > 0 and self._look_up()

    def _in_vain(self) -> bool:
        """Count what is read in vain; returns whether it was too much."""
        self._vain += len(self._flat)
        if not any(self._quantities):
            self._vain += EQUITY_IN_VAIN
        return self._vain > READS_IN_VAIN

    @property
    def stands(self) -> bool:
        """Whether events may be written down now."""
        return self._core.rest > 0 and (self._known or self._look_up()) and self.ready

    @property
    def time(self) -> datetime | None:
        """UTC of what was written down last; None where nothing is."""
        self._end_block()
        last = self._entries[-1] if self._entries else None
        if isinstance(last, PlainFill | Submission) and self._moment is not None:
            return self._clock.utc_of(self._moment)
        if isinstance(last, MarkColumns):
            clocked = self._clocked[-1:] == [len(self._entries) - 1]
            return all_utc(last.times[-1:], self._clock.ahead if clocked else timedelta())[0]
        return getattr(last, "time", None)

    # --- orders

    def keeps(self, event: Fill | OrderUpdate) -> bool:
        """Write down an order's event; returns False where it moves more than usual."""
        if isinstance(event, Fill):
            at_home = not event.rates and (not event.fee or event.fee_currency == self._home)
            sound = event.price >= SMALLEST_FIGURE and not event.message
            usual = at_home and sound and self._by_sid[event.sid].multiplier != 0.0
        else:
            usual = not event.fee and event.status is not OrderStatus.INVALID
        if not (usual and self.stands):
            return False
        self.write(event)
        if isinstance(event, Fill):
            self.move(self._by_sid[event.sid], event.quantity, event.price, event.fee)
        return True

    def write_plainly(self, event: PlainFill | Submission) -> None:
        """Write down a plain event of now; ask whether the journal `stands` before.

        A fill is of what has a `multiplier`, and `move` takes it too.
        """
        clock = self._clock
        time = self._algorithm.time if clock.local else clock.moment()
        if self._times or time != self._moment:
            self._begin_moment(time)
        self._entries.append(event)
        self._core.behind = self.take

    def _begin_moment(self, time: datetime) -> None:
        """Write down the time of the plain events that follow, by the clock of the day."""
        self._end_block()
        if time != self._moment:
            clock = self._clock
            self._moment = time = clock.moment() if clock.local and time > clock.last else time
            self._clocked.append(len(self._entries))
            self._entries.append(time)

    def move(self, kept: KeptSecurity, bought: float, price: float, fee: float) -> None:
        """Move the account by a fill that was written down."""
        sid, multiplier = kept.sid, kept.multiplier
        place = self._places.get(sid)
        if place is None:
            place = self._enter(kept)
        before = self._quantities[place]
        quantity = before + bought
        if quantity % 1:
            quantity = tidy(quantity, max(abs(before), abs(bought)))
        self._quantities[place] = quantity
        self._sizes[place] = quantity * multiplier
        self._amount = self._amount - bought * price * multiplier - fee
        if not quantity:
            self._flat.add(sid)
            self._asks = len(self._entries) >= EVENTS_KEPT
        elif not before:
            self._flat.discard(sid)

    def _enter(self, kept: KeptSecurity) -> int:
        """Value one more instrument from now on."""
        sid, place = kept.sid, len(self._sids)
        self._places[sid] = place
        self._sids = (*self._sids, sid)
        self._holdings.append(kept.holding)
        self._quantities.append(0.0)
        self._sizes.append(0.0)
        return place

    # --- marks

    def passes(self, _: Slice) -> bool:
        """Write down the mark of a slice, no day's first, at which the law closes."""
        if not self._closes():
            return False
        self._times.append(self._algorithm.time if self._clock.steady else self._algorithm.utc_time)
        return True

    def mark(self, time: datetime) -> bool:
        """Write down a mark at a time in UTC, if the law closes."""
        if not self._closes():
            return False
        self._times.append(time + self._clock.ahead)
        return True

    def _closes(self) -> bool:
        """Whether the law closes; where it does, all of the mark but its time is written down."""
        if len(self._times) >= SLICES_KEPT:
            self._core.work_off()
        if not (self._known or self._look_up()):
            return False
        if self._flat and (self._asks or self._in_vain()) and not self._look_again():
            return False
        amount = self._cash.amount  # type: ignore[union-attr]
        if amount != self._amount:
            if self._times or abs(amount - self._amount) > CASH_TOLERANCE:
                return False
            self._amount = amount
        prices = [*map(PRICE_OF, self._holdings)]
        equity = self._portfolio.total_portfolio_value
        off = equity - sum(map(mul, self._sizes, prices), amount + self._beside)
        if not (-CLOSES <= off <= CLOSES and all(prices)):
            return False
        self._equities.append(equity)
        self._prices += prices
        self._core.behind = self.take
        return True

    # --- days

    def begin_day(self, time: datetime, actions: Sequence[Event]) -> bool:
        """Write down a day's first mark, which shows LEAN's quantities, and the dividends before.

        Args:
            time: UTC.
            actions: The corporate actions of its slice; ask whether the journal `stands` before
                they are read.

        Returns:
            Whether it was written down. Nothing was where an action is no dividend or moves more
            than cash at home, the law does not close, or a quantity is not what the fills make it.
        """
        self._end_block()
        known = self._known or self._look_up()
        mark = self._checked_mark(time) if known and self._pay(actions) else None
        if mark is None:
            return False
        for event in (*actions, mark):
            self.write(event)
        return True

    def _pay(self, actions: Sequence[Event]) -> bool:
        """Move the account by dividends; returns False where more than the usual happened."""
        for action in actions:
            if not isinstance(action, Dividend):
                return False
            place = self._places.get(action.sid)
            if place is None:
                continue  # nobody holds it
            kept = self._by_sid[action.sid]
            if not kept.multiplier:
                return False
            if kept.instrument.pays_dividends:
                self._amount += self._quantities[place] * action.distribution
        return True

    def _checked_mark(self, time: datetime) -> CheckedMark | None:
        """The mark of a day's first slice; None where it does not show what it should."""
        if not self._closes():
            return None
        equity = self._equities.pop()  # it is no mark between events, and there is no other
        prices, self._prices = self._prices, []
        quantities = [*map(QUANTITY_OF, self._holdings)]
        if quantities != self._quantities:
            return None
        values = (time, equity, self._sids, prices, quantities, self._amount)
        return build(CheckedMark, values)

    # --- what was written

    def write(self, event: Event | CheckedMark) -> None:
        """Write an event down: an order's, a dividend, a day's first mark or a day's end."""
        self._end_block()
        self._entries.append(event)
        self._core.behind = self.take
        if len(self._entries) >= MOST_EVENTS_KEPT:
            self._core.work_off()

    def settle(self) -> None:
        """Tell in UTC when all was that was written, for the algorithm's clock is changed."""
        self._end_block()
        self._tell_times(self._entries, self._clocked)
        self._clocked = []
        if self._moment is not None:
            self._moment = self._clock.utc_of(self._moment)

    def _tell_times(self, entries: list[Any], clocked: Sequence[int]) -> None:
        """Put UTC in the place of times by the clock of the day, which these entries have."""
        clock = self._clock
        for place in clocked:
            entry = entries[place]
            if isinstance(entry, MarkColumns):
                entries[place] = entry._replace(times=all_utc(entry.times, clock.ahead))
            else:
                entries[place] = clock.utc_of(entry)

    def _end_block(self) -> None:
        """Put the marks since the last event into columns."""
        if self._times:
            columns = self._times, self._equities, self._sids, self._prices, self._amount
            self._clocked.append(len(self._entries))
            self._entries.append(build(MarkColumns, columns))
            self._times, self._equities, self._prices = [], [], []

    def _take(self) -> Sequence[Left]:
        self._end_block()
        # first, for what comes meanwhile is of the next go
        entries, clocked = self._entries, self._clocked
        self._entries, self._clocked, self._moment = [], [], None
        self._tell_times(entries, clocked)
        self._known = self.ready = False  # whoever asked may change the books
        return entries
