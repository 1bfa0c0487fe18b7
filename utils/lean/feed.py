"""The feed: LEAN's hooks and slices as events of `models`. Nothing outside this folder reads LEAN.

Each read of a LEAN object costs a microsecond or more, so every value is read once: what does not
change is kept by symbol id (instruments, securities, holdings, cash), what an order trades by its
id, prices are read only of what is held, and a closer look is taken only on the first slice of a
day or when the books do not close.
Reads an event: 10 a fill and 6 more when it is its order's first, 14 any other first event or 12
of a market order that is booked later (13 where orders are followed), 4 any later one and 1 more
when it changes the order; a bar 3, 1 for each held instrument (2 for futures, CFDs and crypto
futures), 1 for each markout due that has no price yet, or in the journal for each instrument that
one waits for, and 2 for each foreign currency; a bar on which nothing is held and nothing moved
2 at most; a daily sample 7. Live a bar takes 2 more, and what may move is read twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from models.equity.session_book import ONE_DAY, ends_of
from models.events.account import Mark, Opening
from models.tracker.core import Core
from utils.lean.account import AccountReader
from utils.lean.cash import KeptCash
from utils.lean.clock import AlgorithmClock
from utils.lean.conversions import utc
from utils.lean.corporate_actions import CorporateActionReader
from utils.lean.open_orders import OpenOrderReader
from utils.lean.orders import OrderEventReader
from utils.lean.securities import Securities
from utils.lean.standstill import Standstill

if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm


class LeanFeed:
    """Turns what LEAN shows into events.

    Args:
        algorithm: The running algorithm.
        core: It is told of instruments at their first sight, and asked which orders are known
            and what is held.

    Attributes:
        order_event: Reads an order event (`OrderEventReader.read`).
        order_event_later: Writes most of them into the journal (`OrderEventReader.read_later`).
        actions: Reads the corporate actions of a slice (`CorporateActionReader.read`).
        clock: The algorithm's clock.
        standstill: The slices on which nothing moved but prices.
        journal: What was seen and is booked later.
        open_orders: Reads LEAN's open orders.
    """

    def __init__(self, algorithm: QCAlgorithm, core: Core) -> None:
        self._algorithm = algorithm
        self._portfolio = algorithm.portfolio
        self._books = core.ledger.books
        self._zone, self._live = core.zone, core.live
        self._cash = KeptCash(self._portfolio)
        self._securities = Securities(algorithm, self._portfolio, core, self._cash)
        self.clock = AlgorithmClock(algorithm)
        self.standstill = Standstill(algorithm, core, self.clock, self._securities.by_sid)
        self.journal = self.standstill.journal
        orders = OrderEventReader(
            algorithm, self.clock, core, self._securities, self._cash, self.journal
        )
        self.order_event, self.order_event_later = orders.read, orders.read_later
        self.open_orders = OpenOrderReader(algorithm.transactions, core, self._securities)
        self.actions = CorporateActionReader(self._securities).read
        self._account = AccountReader(
            self._portfolio, core, self._securities, self._cash, self.standstill
        )
        self._next_day: datetime | None = None

    @property
    def names_all(self) -> bool:
        """Whether every order that was booked named its strategy."""
        return not self._books.orders.unnamed

    def time(self) -> datetime:
        """Return the algorithm's time in UTC."""
        return utc(self._algorithm.utc_time)

    def is_new_day(self, time: datetime) -> bool:
        """Tell whether a slice is the first of a day of the algorithm's clock.

        Args:
            time: The time of the slice, UTC; of successive calls it never decreases.
        """
        if self._next_day is not None and time < self._next_day:
            return False
        begins, self._next_day = ends_of(time.astimezone(self._zone).date(), self._zone)
        if not self._live:
            steady = self._next_day - begins == ONE_DAY  # else the clocks are changed
            self.standstill.set_clock(time, self._next_day, steady=steady)
        return True

    def opening(self, time: datetime) -> Opening:
        """Return every balance and holding of the account before the first event, at a UTC time."""
        return self._account.opening(time)

    def resume(self) -> None:
        """Look up in LEAN the instruments and currencies that a restored tracker knows."""
        self._securities.see_again(set(self._books.instruments))
        self._cash.keep_all()

    def underlying_prices(self, options: Iterable[str]) -> dict[str, float]:
        """Return the prices of the underlyings of some options by the underlyings' symbol ids."""
        return self._securities.underlying_prices(options)

    def mark(self, time: datetime, *, check: bool = False) -> Mark:
        """Value what the tracker holds.

        Args:
            time: UTC.
            check: Whether to read LEAN's quantities of what is held too, to compare them.
        """
        return self._account.mark(time, check=check)

    @property
    def steady(self) -> bool:
        """Whether the last mark is of one instant; one that is not must not be booked."""
        return self._account.steady

    def see(self, time: datetime) -> Mark | None:
        """Book a mark the short way where nothing but prices moved; else return it.

        Args:
            time: UTC.
        """
        return self._account.see(time)

    def whole_mark(self, time: datetime) -> Mark:
        """Value every holding and currency that LEAN has, known to the tracker or not.

        Args:
            time: UTC.
        """
        return self._account.whole_mark(time)

    def equity(self) -> float:
        """Return LEAN's total portfolio value, account currency."""
        return self._portfolio.total_portfolio_value

    def market(self, time: datetime) -> tuple[float, float, float]:
        """Return what LEAN samples daily beside the equity.

        Args:
            time: UTC; LEAN's models take it without a zone.

        Returns:
            The benchmark's value, the yearly risk-free rate as a fraction, and the total sale
            volume so far in account currency, in the order of `DayEnd`'s fields.
        """
        moment = time.replace(tzinfo=None)
        algorithm = self._algorithm
        return (
            algorithm.benchmark.evaluate(moment),
            algorithm.risk_free_interest_rate_model.get_interest_rate(moment),
            self._portfolio.total_sale_volume,
        )
