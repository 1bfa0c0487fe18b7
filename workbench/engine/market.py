"""The fault *moving market*: prices move while hooks read them, as LEAN's live feed moves them.

LEAN works the equity out when it is read first in a step, and keeps it: an algorithm that reads
prices after they moved finds them beside the equity of before, unless it makes the equity invalid.
"""

from __future__ import annotations

from typing import Final

from workbench.engine.midnights import exposed, move, worth
from workbench.engine.reads import LeanObject
from workbench.engine.state import AccountState

# What one move makes of what is exposed, as a fraction; moves differ, so that none undoes another.
STEP: Final = 1e-4


class MovingMarket:
    """A watcher of reads that moves what is held at every n-th of them.

    Args:
        account: The account whose prices move.
        every: The reads from one move to the next.
    """

    def __init__(self, account: AccountState, every: int) -> None:
        self._account = account
        self._every = every
        self._reads = 0
        self._moves = 0
        self._moved = False  # since the tape told the prices
        self._known = False  # the equity was read in this step

    def step(self, *, told: bool) -> None:
        """Begin a step: LEAN works the equity out anew at its next read.

        Args:
            told: Whether the step has told every price.
        """
        self._known = False
        self._moved = self._moved and not told

    def __call__(self, owner: LeanObject, member: str) -> None:
        """Take note of a read; the market moves before some of them."""
        self._reads += 1
        if self._reads % self._every == 0:
            self._moves += 1
            money = exposed(self._account) * STEP * (1.0 + self._moves % 7)
            if move(self._account, -money if self._moves % 2 else money):
                self._moved = True
                self._account.wander()
        if member == "invalidate_total_portfolio_value":
            self._known = False
        elif member == "total_portfolio_value" and not self._known:
            self._known = True
            if self._moved:
                self._account.total_value = worth(self._account)
