"""The ledger and the scopes, kept in step with what a feed has seen and left to be booked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from models.equity.scopes import Scopes
from models.equity.session_book import BEGINNING
from models.errors import Failure, guarded
from models.events.account import Mark
from models.events.event import Event
from models.events.plain_events import PlainFill, Submission
from models.ledger.books import Books
from models.ledger.effects import Effects
from models.ledger.ledger import Ledger
from models.ledger.mark_columns import CheckedMark, MarkColumns
from models.ledger.order_fees import book_submission

if TYPE_CHECKING:
    from models.execution.quality import ExecutionQuality


class PassedOver(NamedTuple):
    """Slices with nothing held, that would have brought the last mark again.

    Attributes:
        slices: How many there were, one at least.
        times: UTC of each of them, or of the last where no curve stores a point of the others.
    """

    slices: int
    times: Sequence[datetime]


# Marks from which on they are valued in columns; fewer are taken one by one.
BLOCK = 16

# What a feed saw and left to be booked; a time is UTC of the plain events that follow.
Left: TypeAlias = datetime | PlainFill | Submission | PassedOver | MarkColumns | CheckedMark | Event


class BooksInStep:
    """The ledger and the scopes, which whoever asks for them finds up to date.

    Where nobody must be told at once, a feed may keep what it sees for a while and hand it over all
    at once: it is booked in the order in which it came, by what books a single event.

    Attributes:
        lock: Whoever reads more than one figure, or books, holds it; LEAN, stores and listeners are
            never called while it is held.
        rest: How many marks in a row showed nothing but prices moved; 0 after any event that the
            feed did not leave to be booked later.
        behind: What a feed sets when it begins to leave something: it returns what it left, in
            order. None where it left nothing.
        failures: What failed while no lock could be released, by its place; not noted yet.
        fed_by: The thread of a feed that leaves something; another must not take it while it does.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.failures: list[tuple[str, Failure]] = []
        self.fed_by = 0
        self._restless = False  # somebody must be called once the lock is released
        self._moment = BEGINNING  # of the plain events that are taken
        self._execution: ExecutionQuality | None = None

    def _begin_books(self, ledger: Ledger, scopes: Scopes) -> None:
        """Take a new ledger and new scopes, of which no feed has left anything."""
        self._ledger, self._scopes = ledger, scopes
        self.rest = 0
        self.behind: Callable[[], Iterable[Left]] | None = None

    @property
    def ledger(self) -> Ledger:
        """The books and their law, with all until now; ask for it anew in each hook."""
        if self.behind is not None:
            self.catch_up()
        return self._ledger

    @property
    def scopes(self) -> Scopes:
        """NAV, drawdown and sessions of the account and of each strategy, with all until now."""
        if self.behind is not None:
            self.catch_up()
        return self._scopes

    @property
    def execution(self) -> ExecutionQuality | None:
        """What orders cost, with all until now; None where the setting `execution` is off."""
        if self.behind is not None:
            self.catch_up()
        return self._execution

    def catch_up(self) -> None:
        """Book what the feed left, as if each had been booked when it came.

        What cannot be booked is counted as a failure of its own, and costs nothing else.
        """
        left, self.behind = self.behind, None
        if left is None:
            return
        entries, rest = left(), self.rest
        each = iter(entries)
        with self.lock:
            while (failure := guarded(self._take, each)) is not None:  # it goes on with the next
                self.failures.append(("later", failure))
                rest = 0
        self._restless |= bool(self.failures)
        self.rest = rest

    def _take(self, left: Iterator[Left]) -> None:
        """Take what a feed left, until there is no more or something fails."""
        for each in left:
            if type(each) is PlainFill:  # most are of orders
                self._trade(each)
            elif type(each) is Submission:
                self._submit(each)
            elif isinstance(each, datetime):
                self._moment = each
            elif not isinstance(each, tuple):
                self._book(each)
            elif isinstance(each, MarkColumns):
                self._take_marks(each)
            elif isinstance(each, CheckedMark):
                self._take_checked(each)
            elif isinstance(each, PassedOver):
                self._ledger.repeat(each.slices, each.times[-1])
                self._scopes.repeat(each.slices, each.times)
            else:
                raise TypeError(f"{each!r} cannot be booked")

    def _trade(self, traded: PlainFill) -> None:
        """Book a plain fill, of which nobody but the books is told."""
        time = self._moment
        effects = self._ledger.trade(time, traded) if self._execution is None else None
        if effects is None:
            self._book(traded.fill(time, self._ledger.books.account_currency))
        else:
            self._note(effects)

    def _submit(self, submission: Submission) -> None:
        """Book an order's first event, of which nobody but the books is told."""
        if self._execution is None:
            book_submission(self._ledger.knowing(submission.sid), self._moment, submission)
        else:
            self._book(submission.update(self._moment))

    def _note(self, effects: Effects | None) -> None:
        """Count what an event did, and tell what came of it."""

    def _book(self, event: Event) -> Effects | None:
        """Book an event before which nothing is left; None where nothing was booked."""

    def _take_checked(self, checked: CheckedMark) -> None:
        """Take a mark, which closed when it came; it may show what nobody holds any more."""
        books = self._ledger.books
        if checked.agrees(books):
            self._take_marks(checked.columns)
            return
        mark, held, execution = checked.mark(books.account_currency), books.held, self._execution
        mark = mark.among(held, execution.due(mark.time) if execution is not None else ())
        if self._book(mark) is None:
            self._book(replace(mark, partial=False))

    def _take_marks(self, marks: MarkColumns) -> None:
        """Take marks on which nothing moved but prices; few of them one by one."""
        ledger, held, seen = self._ledger, self._ledger.books.held, marks
        if len(held) < len(marks.sids):
            marks = marks.among(held)
        times, equities, sids, prices, cash = marks
        if len(times) == 1:  # most are: fills lie between
            shown = dict(zip(sids, prices, strict=True))
            self._take_single(times[0], shown, cash, equities[0])
        elif len(times) >= BLOCK and sids and self._scopes.calm(times[-1], ledger):
            self._scopes.mark_all(times, ledger, *ledger.see_all(marks))
        else:
            left = iter(prices)
            for time, equity in zip(times, equities, strict=True):
                shown = dict(zip(sids, left, strict=False))  # its own, and no more of those left
                self._take_single(time, shown, cash, equity)
        if self._execution is not None:
            for sid, price in self._execution.mark_all(seen, tuple(held)).items():
                ledger.books.holdings[sid].unit_value = price  # as a single mark leaves it
        self._show_all(marks)

    def _take_single(
        self, time: datetime, prices: Mapping[str, float], cash: float, equity: float
    ) -> None:
        """Take a mark on which nothing moved but prices, which are its own."""
        ledger = self._ledger
        if not ledger.see(time, prices, cash, equity, for_good=True):
            ledger.mark(Mark(time, equity, prices))
        self._scopes.mark(time, ledger, drawdowns=False)
        if self._scopes.changes:
            self._tell(ledger.books)

    def _tell(self, books: Books) -> None:
        """Tell how the scopes changed."""

    def _show_all(self, marks: MarkColumns) -> None:
        """Show marks on which nothing moved but prices to whoever else follows them."""

    def move(self) -> None:
        """Something happens: the next mark must be worked out."""
        if self.behind is not None:
            self.catch_up()
        self.rest = 0
