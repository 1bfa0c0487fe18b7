"""The ledger and the scopes, kept in step with the slices that a feed passes over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from models.equity.scopes import Scopes
from models.equity.sessions import BLOCK
from models.execution.quality import ExecutionQuality
from models.ledger.ledger import Ledger
from models.ledger.mark_columns import MarkColumns


class PassedOver(NamedTuple):
    """Slices with nothing held, that would have brought the last mark again.

    Attributes:
        slices: How many there were, one at least.
        times: UTC of each of them, or of the last where no curve stores a point of the others.
    """

    slices: int
    times: Sequence[datetime]


class BooksInStep:
    """The ledger and the scopes, which whoever asks for them finds up to date.

    While nothing moves but the prices of what is held, slices bring no news but figures. A feed may
    pass over such slices and say so later, all at once.

    Attributes:
        lock: Whoever reads more than one figure, or books, holds it; LEAN, stores and listeners are
            never called while it is held.
        rest: How many marks in a row showed nothing but prices moved; 0 after any event.
        behind: What a feed sets when it begins to pass over slices: it returns those there were.
            None where there was none.
        execution: What orders cost; None where nobody follows them.
    """

    execution: ExecutionQuality | None

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def _begin_books(self, ledger: Ledger, scopes: Scopes) -> None:
        """Take a new ledger and new scopes, of which no feed has passed over anything."""
        self._ledger, self._scopes = ledger, scopes
        self.rest = 0
        self.behind: Callable[[], PassedOver | MarkColumns] | None = None

    @property
    def ledger(self) -> Ledger:
        """The books and their law, with every slice until now; ask for it anew in each slice."""
        if self.behind is not None:
            self.catch_up()
        return self._ledger

    @property
    def scopes(self) -> Scopes:
        """NAV, drawdown and sessions of the account and of each strategy, with every slice."""
        if self.behind is not None:
            self.catch_up()
        return self._scopes

    def catch_up(self) -> None:
        """Take the marks of the slices that the feed passed over, as if each had come in time."""
        passed_over, self.behind = self.behind, None
        if passed_over is None:
            return
        passed = passed_over()
        with self.lock:
            if isinstance(passed, PassedOver):
                self._ledger.repeat(passed.slices, passed.times[-1])
                self._scopes.repeat(passed.slices, passed.times)
            else:
                self._take(passed)

    def _take(self, marks: MarkColumns) -> None:
        """Take marks on which nothing moved but prices; few of them one by one."""
        ledger, scopes, times = self._ledger, self._scopes, marks.times
        if len(times) >= BLOCK and scopes.same_day(times[-1]):
            scopes.mark_all(times, ledger, *ledger.see_all(marks))
        else:
            for time, prices, equity in marks.rows():
                ledger.see(time, prices, marks.cash, equity)
                scopes.mark(time, ledger, drawdowns=False)
        if self.execution is not None:
            self.execution.mark(times[-1], marks.last_prices)
        self._show_all(marks)

    def _show_all(self, marks: MarkColumns) -> None:
        """Show marks on which nothing moved but prices to whoever else follows them."""

    def move(self) -> None:
        """Something happens: the next mark must be worked out."""
        if self.behind is not None:
            self.catch_up()
        self.rest = 0
