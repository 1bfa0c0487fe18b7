"""LEAN's account: the opening balance, and the marks that value what is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, cast

from models.events.account import Mark, Opening
from models.events.instruments import Valuation
from models.tracker.core import Core
from utils.lean.cash import KeptCash
from utils.lean.securities import KeptSecurity, Securities
from utils.lean.standstill import Standstill

if TYPE_CHECKING:
    from AlgorithmImports import SecurityHolding, SecurityPortfolioManager
    from QuantConnect.Securities.Future import FutureHolding

# Symbol id -> (signed quantity, LEAN's average price in quote currency).
ShownHoldings = Mapping[str, tuple[float, float]]


# How often a mark is read at most, live, until nothing moves meanwhile.
MOST_READINGS = 3


def settled_profit(holding: SecurityHolding) -> float:
    """Return how much of a future's profit LEAN has settled in cash, account currency."""
    return cast("FutureHolding", holding).settled_profit


class AccountReader:
    """Reads LEAN's account with no more reads than an answer needs.

    Args:
        portfolio: The algorithm's portfolio.
        core: It knows what is held and which prices its markouts wait for.
        securities: The securities seen so far.
        cash: The cash objects.
        standstill: It is told of marks on which nothing moved but prices.

    Attributes:
        steady: Whether nothing moved while the last mark was read; a backtest's market never does.
    """

    def __init__(
        self,
        portfolio: SecurityPortfolioManager,
        core: Core,
        securities: Securities,
        cash: KeptCash,
        standstill: Standstill,
    ) -> None:
        self._portfolio = portfolio
        self._core = core
        self._books = core.ledger.books
        self._account_currency = self._books.account_currency
        self._has_follower = core.follower is not None  # it wants prices the ledger does not
        self._securities = securities
        self._by_sid = securities.by_sid
        self._cash = cash
        self._standstill = standstill
        self._live = core.live
        self.steady = True
        self._seen: set[str] = set()  # live, of what is valued by its profit: it has a price
        self._held: list[str] | None = []  # by Symbol ID, all of it worth its price
        self._holdings: list[SecurityHolding] = []

    # --- the opening

    def opening(self, time: datetime) -> Opening:
        """Return every balance and holding of the account at a time in UTC."""
        self._cash.keep_all()
        holdings = dict(self._all_holdings())
        cash: dict[str, float] = {}
        for currency, kept in self._cash.settled.items():
            cash[currency] = kept.amount
        for currency, kept in self._cash.unsettled.items():
            cash[currency] = cash.get(currency, 0.0) + kept.amount
        for sid in holdings:
            future = self._by_sid[sid]
            if future.instrument.rules.settles_daily:
                cash[future.instrument.quote] -= settled_profit(future.holding)
        rates = {currency: kept.conversion_rate for currency, kept in self._cash.settled.items()}
        return Opening(time, cash, rates, holdings)

    def _all_holdings(self) -> Iterator[tuple[str, tuple[float, float]]]:
        """Yield the symbol id, quantity and average price of everything that LEAN holds."""
        for symbol, holding in self._portfolio.items():
            quantity = holding.quantity
            if quantity:
                yield self._securities.of(symbol).instrument.sid, (quantity, holding.average_price)

    # --- marks

    def mark(self, time: datetime, *, check: bool) -> Mark:
        """Value what the tracker holds.

        Args:
            time: UTC.
            check: Whether to read LEAN's quantities of what is held too, to compare them.
        """
        return self._settled_mark(
            lambda: self._mark(time, self._held_quantities() if check else None, partial=True)
        )

    def see(self, time: datetime) -> Mark | None:
        """Book a mark of what the tracker holds the short way, where nothing but prices moved.

        Args:
            time: UTC.

        Returns:
            The mark where it was not booked and must be applied; None where it was.
        """
        settled, core = self._cash.settled, self._core
        if self._live:
            return self.mark(time, check=False)
        if len(settled) > 1 or self._cash.unsettled or self._account_currency not in settled:
            return self.mark(time, check=False)
        held = list(self._books.held)
        if held != self._held and not self._hold(held):
            return self.mark(time, check=False)
        prices = dict(zip(held, [holding.price for holding in self._holdings], strict=True))
        if core.execution is not None:
            self._add_due(prices, time)
        home = settled[self._account_currency]
        cash, equity = home.amount, self._portfolio.total_portfolio_value
        if not core.see(time, prices, cash, equity):
            return Mark(time, equity, prices, {}, {self._account_currency: cash}, partial=True)
        self._standstill.rest(home, cash, held)
        return None

    def _hold(self, held: list[str]) -> bool:
        """Keep what is held, where each of it is worth its price; returns whether it is."""
        kept = [self._by_sid.get(sid) for sid in held]
        self._holdings = [each.holding for each in kept if each is not None and each.by_price]
        alike = len(self._holdings) == len(held)
        self._held = held if alike else None
        return alike

    def whole_mark(self, time: datetime) -> Mark:
        """Value every holding and currency that LEAN has, known to the tracker or not.

        Args:
            time: UTC.
        """
        self._cash.keep_all()
        return self._settled_mark(
            lambda: self._mark(time, dict(self._all_holdings()), partial=False)
        )

    def _settled_mark(self, read: Callable[[], Mark]) -> Mark:
        """Read a mark of one instant, which `steady` says it is.

        Live, LEAN sets prices while the algorithm runs, and keeps the equity of the time when it
        was read first: it is made anew, and what moved beside it is read again.
        """
        if not self._live:
            return read()
        for _ in range(MOST_READINGS):
            self._portfolio.invalidate_total_portfolio_value()
            mark = read()
            self.steady = self._shows(mark)
            if self.steady:
                break
        return mark

    def _shows(self, mark: Mark) -> bool:
        """Whether LEAN still shows what a mark was made of before the equity was read."""
        prices, profits = self._values(mark.holdings or {}, partial=mark.partial)
        cash, rates = self._balances()
        same = all(mark.prices.get(sid) == price for sid, price in prices.items())
        return same and (profits, cash, rates) == (mark.profits, mark.cash, mark.rates)

    def _held_quantities(self) -> dict[str, tuple[float, float]]:
        """Read LEAN's quantities of what is held, and the average price where one differs."""
        holdings: dict[str, tuple[float, float]] = {}
        for sid in list(self._books.held):
            kept = self._by_sid.get(sid)
            if kept is None:
                continue
            quantity = kept.holding.quantity
            same = quantity == self._books.holdings[sid].quantity
            holdings[sid] = (quantity, 0.0 if same else kept.holding.average_price)
        return holdings

    def _mark(self, time: datetime, holdings: ShownHoldings | None, *, partial: bool) -> Mark:
        """Build a mark; a partial one may show fewer holdings than LEAN has."""
        prices, profits = self._values(holdings or {}, partial=partial)
        self._add_due(prices, time)
        cash, rates = self._balances()
        return Mark(
            time=time,
            prices=prices,
            profits=profits,
            cash=cash,
            unsettled={name: kept.amount for name, kept in self._cash.unsettled.items()},
            rates=rates,
            equity=self._portfolio.total_portfolio_value,
            holdings=holdings,
            partial=partial,
        )

    def _add_due(self, prices: dict[str, float], time: datetime) -> None:
        """Read the prices that markouts wait for and that were not read yet."""
        execution = self._core.execution
        if execution is None or execution.watched <= prices.keys():
            return
        for sid in self._core.due(time) - prices.keys():
            kept = self._by_sid.get(sid)
            if kept is not None:
                prices[sid] = kept.security.price

    def _values(
        self, shown: ShownHoldings, *, partial: bool
    ) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
        """Read the prices, and the profits of what is valued by its profit, by symbol id."""
        books, followed = self._books, self._has_follower
        prices: dict[str, float] = {}
        profits: dict[str, tuple[float, float]] = {}
        for sid in dict.fromkeys([*books.held, *shown]) if shown else list(books.held):
            kept = self._by_sid.get(sid)
            if kept is None:
                continue  # LEAN has dropped the security: its last worth stands
            by_profit = kept.instrument.valuation is Valuation.MARGIN
            if by_profit and sid in shown:
                by_profit = bool(shown[sid][0])
            elif by_profit:
                # a whole mark shows everything that LEAN holds
                by_profit = partial and bool(books.holdings[sid].quantity)
            if by_profit:
                profits[sid] = _open_profit(kept)
            if not by_profit or followed or self._unseen(sid):
                prices[sid] = price = kept.holding.price
                if price and by_profit:
                    self._seen.add(sid)
        return prices, profits

    def _unseen(self, sid: str) -> bool:
        """Whether the profit of what was held from before may be reckoned with no price yet."""
        return (self._live or self._books.holdings[sid].unpriced) and sid not in self._seen

    def _balances(self) -> tuple[dict[str, float], dict[str, float]]:
        """Read the settled cash, and the rates of the currencies whose rate may have moved."""
        cash: dict[str, float] = {}
        rates: dict[str, float] = {}
        known = self._books.rates
        for currency, kept in self._cash.settled.items():
            cash[currency] = kept.amount
            if currency != self._account_currency or not known[currency]:
                rates[currency] = kept.conversion_rate
        return cash, rates


def _open_profit(kept: KeptSecurity) -> tuple[float, float]:
    """Read the unrealized profit of a holding and the part of it that LEAN has settled."""
    profit = kept.holding.unrealized_profit
    if kept.instrument.rules.settles_daily:
        return profit, settled_profit(kept.holding)
    return profit, 0.0
