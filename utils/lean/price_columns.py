"""Price columns: the slices of a backtest on which nothing moved but the prices of what is held.

The law is checked at each of them with one multiplication a holding. Where it closes, time, equity
and prices go into columns, and the tracker works them out together as soon as anybody asks for
something or anything happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import mul
from typing import TYPE_CHECKING

from models.ledger.ledger import EQUITY_TOLERANCE
from models.ledger.mark_columns import MarkColumns, priced_equity
from models.tracker.core import Core
from utils.lean.conversions import all_utc
from utils.lean.securities import KeptSecurity

if TYPE_CHECKING:
    from AlgorithmImports import Cash, QCAlgorithm, SecurityHolding, Slice

# Marks in a row that must show that nothing else moved before slices are passed over: after a
# deposit the first one buys units, and the second one is valued by them.
MARKS_ALIKE = 2

# By how much equity may differ here: additions in another order than the ledger's stay within.
CLOSES = EQUITY_TOLERANCE / 2

# Cash and holdings, account currency, up to which they do.
MOST_EXACT = 1e10

# Slices that are kept at most.
SLICES_KEPT = 512


class PriceColumns:
    """Keeps what slices showed until the tracker takes it.

    Args:
        algorithm: The running algorithm, whose clock and account are read.
        core: It says what is held, and takes the columns.
        by_sid: The securities seen so far.
    """

    def __init__(
        self, algorithm: QCAlgorithm, core: Core, by_sid: Mapping[str, KeptSecurity]
    ) -> None:
        self._algorithm, self._portfolio = algorithm, algorithm.portfolio
        self._core, self._by_sid = core, by_sid
        self._cash: Cash | None = None
        self._amount = 0.0
        self._sids: Sequence[str] = ()
        self._holdings: list[SecurityHolding] = []
        self._sizes: Sequence[float] = ()
        self._fixed = 0.0
        self._times: list[datetime] = []
        self._equities: list[float] = []
        self._prices: list[float] = []

    def hold(self, cash: Cash, amount: float, sids: Sequence[str]) -> None:
        """Take note of a mark, after which only prices may move.

        Args:
            cash: LEAN's cash in the account currency, which is all there is.
            amount: What it showed.
            sids: The Symbol IDs of all that is held.
        """
        self._cash, self._amount, self._sids = cash, amount, sids

    def passes(self, _: Slice) -> bool:
        """Whether no cash moved and the law closes at the prices of a slice, no day's first."""
        cash = self._cash
        if cash is None or cash.amount != self._amount:
            return False
        if not self._times and not self._begin():
            return False
        prices = [holding.price for holding in self._holdings]
        equity = self._portfolio.total_portfolio_value
        off = equity - sum(map(mul, self._sizes, prices), self._fixed)
        if not -CLOSES <= off <= CLOSES or not all(prices):
            return False
        times = self._times
        if not times:
            self._core.behind = self._take
        times.append(self._algorithm.utc_time)
        self._equities.append(equity)
        self._prices += prices
        if len(times) >= SLICES_KEPT:
            self._core.catch_up()
        return True

    def _begin(self) -> bool:
        """Look up what is read at each slice; returns whether they may go into columns.

        Not where a follower or a listener to lows and recoveries is told at once, or where
        additions would not be exact enough.
        """
        core = self._core
        if core.follower is not None or core.listeners.hear_drawdowns:
            return False
        books = core.ledger.books
        self._holdings = [self._by_sid[sid].holding for sid in self._sids]
        self._fixed, self._sizes = priced_equity(books, self._sids)
        worth = (
            size * books.holdings[sid].unit_value
            for size, sid in zip(self._sizes, self._sids, strict=True)
        )
        return abs(self._fixed) + sum(map(abs, worth)) < MOST_EXACT

    def _take(self) -> MarkColumns:
        """Return the columns, and begin new ones."""
        times = all_utc(self._times)
        columns = MarkColumns(times, self._equities, self._sids, self._prices, self._amount)
        self._times, self._equities, self._prices = [], [], []
        return columns
