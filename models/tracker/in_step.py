"""The ledger and the scopes, kept in step with the slices that a feed passes over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from models.equity.scopes import Scopes
from models.ledger.ledger import Ledger


class BooksInStep:
    """The ledger and the scopes, which whoever asks for them finds up to date.

    While nothing is held and no cash moves, every slice would bring the last mark again. A feed may
    pass over such slices and say so later, all at once.

    Attributes:
        lock: Whoever reads more than one figure, or books, holds it; LEAN, stores and listeners are
            never called while it is held.
        rest: How many marks in a row showed nothing held and nothing moved; 0 after any event.
        behind: What a feed sets when it begins to pass over slices: it returns how many there were,
            and the times of the last of them, UTC. None where there was none.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()

    def _begin_books(self, ledger: Ledger, scopes: Scopes) -> None:
        """Take a new ledger and new scopes, of which no feed has passed over anything."""
        self._ledger, self._scopes = ledger, scopes
        self.rest = 0
        self.behind: Callable[[], tuple[int, list[datetime]]] | None = None

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
        count, times = passed_over()
        with self.lock:
            self._ledger.repeat(count, times[-1])
            self._scopes.repeat(count, times)

    def move(self) -> None:
        """Something happens: the next mark must be worked out."""
        if self.behind is not None:
            self.catch_up()
        self.rest = 0
