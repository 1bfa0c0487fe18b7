"""Marks in columns: many marks in a row on which nothing moved but prices, valued together.

Everything held is valued by its price in the account currency, so equity is what is fixed until the
next event, and a size times the price of each instrument. Additions are made in the order of a
single mark's, so that every figure is the same to the digit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.events.account import Mark
from models.ledger.books import Books

# MarkFigures of some marks, or one figure that all of them share.
MarkFigures = npt.NDArray[np.float64] | float


class MarkColumns(NamedTuple):
    """Marks between which nothing moved but prices, one at least.

    Attributes:
        times: UTC of each, never falling.
        equities: LEAN's total portfolio value at each, account currency.
        sids: The Symbol IDs of everything that is held, and of what no longer is.
        prices: The last price of each of them, mark by mark.
        cash: LEAN's cash in the account currency, where it has no other.
    """

    times: Sequence[datetime]
    equities: Sequence[float]
    sids: Sequence[str]
    prices: Sequence[float]
    cash: float

    def prices_at(self, row: int) -> dict[str, float]:
        """The prices of a mark by Symbol ID."""
        first, width = row * len(self.sids), len(self.sids)
        return dict(zip(self.sids, self.prices[first : first + width], strict=True))

    def among(self, held: Collection[str]) -> MarkColumns:
        """The same marks with the prices of what is held alone."""
        width = len(self.sids)
        places = [place for place, sid in enumerate(self.sids) if sid in held]
        rows = range(0, len(self.prices), width)
        prices = [self.prices[row + place] for row in rows for place in places]
        return self._replace(sids=[self.sids[place] for place in places], prices=prices)


class CheckedMark(NamedTuple):
    """A mark on which nothing moved but prices, with the quantities that LEAN shows.

    Attributes:
        time: UTC.
        equity: LEAN's total portfolio value, account currency.
        sids: As of `MarkColumns`.
        prices: The last price of each of them.
        quantities: The signed quantity that LEAN holds of each.
        cash: As of `MarkColumns`.
    """

    time: datetime
    equity: float
    sids: Sequence[str]
    prices: Sequence[float]
    quantities: Sequence[float]
    cash: float

    def agrees(self, books: Books) -> bool:
        """Whether the books hold what LEAN does."""
        holdings = books.holdings
        for sid, quantity in zip(self.sids, self.quantities, strict=True):
            holding = holdings.get(sid)
            if holding is None or holding.quantity != quantity:
                return False
        return True

    @property
    def columns(self) -> MarkColumns:
        """The same where the quantities are as in the books."""
        return MarkColumns((self.time,), (self.equity,), self.sids, self.prices, self.cash)

    def mark(self, home: str) -> Mark:
        """The same as a mark of any kind; `home` is the account currency."""
        held = zip(self.sids, self.quantities, strict=True)
        return Mark(
            self.time,
            self.equity,
            dict(zip(self.sids, self.prices, strict=True)),
            cash={home: self.cash},
            holdings={sid: (quantity, 0.0) for sid, quantity in held},
            partial=True,
        )


class PricedEquity(NamedTuple):
    """Equity as long as nothing but prices moves: `fixed` and the prices times `sizes`.

    Attributes:
        fixed: Cash less what was paid for all that is held, account currency.
        sizes: Of each instrument, by how much equity rises when its price rises by 1.
    """

    fixed: float
    sizes: tuple[float, ...]


def priced_equity(books: Books, sids: Sequence[str]) -> PricedEquity:
    """What equity is made of while nothing but the prices of these instruments moves."""
    sizes, fixed = dict.fromkeys(sids, 0.0), 0.0
    for account in books.accounts.values():
        fixed += account.cash_value(books.rates)
        for sid, position in account.open.items():
            multiplier = position.instrument.multiplier
            fixed -= position.cost * multiplier
            sizes[sid] += position.quantity * multiplier
    return PricedEquity(fixed, tuple(sizes.values()))


def revalue_columns(
    books: Books, marks: MarkColumns
) -> tuple[npt.NDArray[np.float64], Mapping[str, MarkFigures]]:
    """Value everything held at each of some marks, and leave what the lots saw to be worked out.

    Returns:
        The equity at each mark; by strategy the P&L of what it holds.
    """
    prices = np.array(marks.prices).reshape(-1, len(marks.sids))
    columns = dict(zip(marks.sids, prices.T, strict=True))
    lows, highs = prices.min(axis=0).tolist(), prices.max(axis=0).tolist()
    seen = dict(zip(marks.sids, zip(lows, highs, strict=True), strict=True))
    for sid, column in columns.items():
        books.holdings[sid].unit_value = float(column[-1])
    equities, opens = np.zeros(len(prices)), dict[str, MarkFigures]()
    for name, account in books.accounts.items():
        open_pnl: MarkFigures = 0.0
        for sid, position in account.open.items():
            gained = position.quantity * columns[sid] - position.cost
            gained = gained * position.instrument.multiplier
            position.open_pnl = float(gained[-1])
            open_pnl = open_pnl + gained
            low, high = seen[sid]
            position.low, position.high = min(position.low, low), max(position.high, high)
        opens[name] = open_pnl
        account.open_pnl = open_pnl if isinstance(open_pnl, float) else float(open_pnl[-1])
        equities = equities + (account.cash_value(books.rates) + open_pnl)
    return equities, opens
