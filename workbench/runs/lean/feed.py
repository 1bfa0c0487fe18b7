"""A result's events, fed to the project's own ledger in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from models.events.account import CashFlow, DayEnd, Mark, Opening
from models.events.causes import FlowCause
from models.events.corporate_actions import (
    Delisting,
    DelistingKind,
    Dividend,
    Split,
    SplitKind,
)
from models.events.instruments import Instrument, Valuation
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.trades.lean_follower import LeanDesk
from models.trades.lean_trade import LeanTrade
from workbench.frames.hearing import Hearing
from workbench.runs.lean.facts import LeanEvent, LeanFacts, Sample
from workbench.runs.lean.fills import FoundSplit
from workbench.runs.lean.order_events import OrderReader
from workbench.runs.lean.prices import PriceLine, equity_at, fitted_prices
from workbench.runs.lean.rates import Rates
from workbench.runs.lean.timeline import Between, Timeline

# What LEAN's chart of equity may be off by: it is of four decimals.
ROUNDING = 6e-5
YEAR = timedelta(days=365)
# The most that holdings pay or cost, as a part of what was traded: at once, and in a year.
LEAST_YIELD, MOST_YIELD = 0.02, 0.15
# A balance in a foreign currency below this, its units, tells nothing of its rate; and the most
# that a rate is taken to move.
SOME_CASH, MOST_RATE_MOVE = 1.0, 0.2


@dataclass(slots=True)
class FlatTests:
    """What the moments at which nothing was held show of the terms that no file states.

    Attributes:
        points: How many there were.
        worst: The most that LEAN's equity differed from ours at one of them, account currency.
        booked: What of it was booked as P&L, in all.
        taken: What was taken for deposits less withdrawals, in all.
        last: UTC of the last of them; None without one.
    """

    points: int = 0
    worst: float = 0.0
    booked: float = 0.0
    taken: float = 0.0
    last: datetime | None = None


class ResultFeed:
    """Feeds a result to a tracker of its own.

    Args:
        facts: The result.
        instruments: By Symbol ID.
        rates: The foreign rates, as far as they are known.
        lines: The known prices.
        zone: The algorithm's time zone.
        cause: What money is taken for that LEAN's equity has more of while nothing is held.

    Attributes:
        tracker: The tracker.
        hearing: What it told on the way.
        lean_trades: LEAN's trades, rebuilt.
        flat: What flat moments showed.
        opposed: Whether strategies held something against each other when it expired.
        begun: UTC of the opening; None before it.
        guessed: How many fills of foreign instruments have a rate that lies between known ones.
    """

    def __init__(
        self,
        facts: LeanFacts,
        instruments: Mapping[str, Instrument],
        rates: Rates,
        lines: Mapping[str, PriceLine],
        zone: tzinfo,
        cause: FlowCause,
    ) -> None:
        self._facts, self._instruments = facts, instruments
        self._rates, self._lines, self._cause = rates, lines, cause
        self.lean_trades: list[LeanTrade] = []
        self.desk = LeanDesk(self.lean_trades.append)
        self.tracker = PerformanceTracker(
            None,
            settings=Settings(execution=Switch.ON),
            account_currency=facts.currency,
            zone=zone,
            days_per_year=facts.days_per_year,
            live=facts.live,
            follower=self.desk,
        )
        self.hearing = Hearing(self.tracker)
        self.flat = FlatTests()
        self._reader = OrderReader(facts, instruments, rates)
        self._guessed = 0  # of the deployments before
        self.opposed = False
        self.begun: datetime | None = None
        self._described: set[str] = set()
        self._gross = 0.0  # the most that was traded in one fill since the last flat moment
        self._since: datetime | None = None

    @property
    def guessed(self) -> int:
        """How many fills of foreign instruments have a rate that lies between known ones."""
        return self._guessed + self._reader.guessed

    # --- what is fed

    def open(self, opening: Opening) -> None:
        """Open the account."""
        for sid in opening.holdings:
            self._describe(sid)
        self.begun = opening.time
        self.tracker.apply(opening)

    def redeploy(
        self,
        facts: LeanFacts,
        instruments: Mapping[str, Instrument],
        rates: Rates,
        lines: Mapping[str, PriceLine],
        opening: Opening | None,
    ) -> None:
        """Go on with another deployment: LEAN counts its orders anew.

        Args:
            facts: Its result.
            instruments: By Symbol ID.
            rates: The foreign rates, as far as they are known.
            lines: The known prices.
            opening: The account as LEAN took it over; None where nothing says.
        """
        time = facts.events[0].time if opening is None else opening.time
        last = self.tracker.ledger.books.time
        time = time if last is None else max(time, last)
        self._facts, self._instruments = facts, {**self._instruments, **instruments}
        self._rates, self._lines = rates, lines
        self._guessed = self.guessed
        self._reader = OrderReader(facts, self._instruments, rates)
        core = self.tracker.core
        core.deploy(time, facts.name)
        self.desk.reset()  # LEAN's own trades begin anew
        if opening is None:
            return
        for sid in opening.holdings:
            self._describe(sid)
        held = {*opening.holdings, *self.tracker.ledger.books.held}
        prices = {sid: self._price(sid, time) for sid in held}
        core.resume(
            Mark(
                time,
                prices={sid: price for sid, price in prices.items() if price},
                cash=opening.cash,
                rates=opening.rates,
                holdings=opening.holdings,
            )
        )

    def play(self, events: Iterable[LeanEvent], timeline: Timeline) -> None:
        """Feed the events of orders, and what happens between them."""
        between = Between(timeline)
        for event in events:
            for happened in between.until(event.time):
                self._happen(happened)
            self._order(event)
        for happened in between.rest():
            self._happen(happened)

    def end(self, time: datetime, equity: float | None, prices: Mapping[str, float]) -> None:
        """Value what is held at the end.

        Args:
            time: UTC.
            equity: LEAN's, account currency.
            prices: Of what is held, where they are better known than by LEAN's equity.
        """
        self._mark(time, equity, prices)

    # --- orders

    def _order(self, event: LeanEvent) -> None:
        first = self.tracker.ledger.books.orders.find(event.order_id) is None
        self._describe(event.sid)
        booked = self._reader.read(event, first=first)
        if isinstance(booked, Fill):
            self._gross += abs(self._reader.value(event))
        self.tracker.apply(booked)
        self.hearing.order(self._reader.line(event))

    def _describe(self, sid: str) -> None:
        """Describe an instrument before its first event, and what it is on."""
        if sid in self._described:
            return
        self._described.add(sid)
        instrument = self._instruments[sid]
        if instrument.underlying in self._instruments:
            self._describe(instrument.underlying)
        self.tracker.apply(instrument)

    # --- what happens besides

    def _happen(self, happened: Any) -> None:
        if isinstance(happened, Sample):
            self._mark(happened.time, happened.value, {})
        elif isinstance(happened, DayEnd | Dividend):
            self.tracker.apply(happened)
        elif isinstance(happened, FoundSplit):
            self._describe(happened.sid)
            split = SplitKind.SPLIT_OCCURRED
            self.tracker.apply(
                Split(
                    happened.time,
                    happened.sid,
                    split,
                    happened.factor,
                    happened.reference or self._price(happened.sid, happened.time),
                )
            )
        else:
            time, sid = happened
            if sid in self._described:
                books = self.tracker.ledger.books
                self.opposed |= sid in books.held and not books.holdings[sid].quantity
                self.tracker.apply(Delisting(time, sid, DelistingKind.DELISTED))

    def _price(self, sid: str, time: datetime) -> float:
        line = self._lines.get(sid)
        return line.at(time) if line is not None else 0.0

    def _mark(self, time: datetime, equity: float | None, prices: Mapping[str, float]) -> None:
        """Value everything at LEAN's equity; while nothing is held, look at what it has more."""
        books = self.tracker.ledger.books
        if books.time is not None and time < books.time:
            return
        rates = {**books.rates, **self._known_rates(time)}
        if not books.held and equity is not None:
            self._test_flat(time, equity, rates)
        fixed = {sid: price for sid, price in prices.items() if sid in books.held}
        lines = {**self._lines, **{sid: PriceLine([(time, p)]) for sid, p in fixed.items()}}
        wanted = None if fixed and len(fixed) == len(books.held) else equity
        live = self._facts.live  # its cash is known: what came or went is in it
        shown = fitted_prices(books, lines, time, wanted, rates, bounded=not live)
        self.tracker.core.take_rates(rates)
        if wanted is not None and books.held and not live:
            self._book_far(time, wanted - equity_at(books, shown, books.rates))
        first = self._first_values(shown)
        self.tracker.apply(Mark(time, equity, shown, *first[:1], rates=first[1]))
        sheets = {name: sheet.net_pnl for name, sheet in self.tracker.sheets().items()}
        self.hearing.mark(time, sheets, equity, None)

    def _first_values(
        self, prices: Mapping[str, float]
    ) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
        """Profits and rates of what was held from the start and is valued for the first time."""
        books = self.tracker.ledger.books
        profits: dict[str, tuple[float, float]] = {}
        rates: dict[str, float] = {}
        for sid, price in prices.items():
            holding = books.holdings[sid]
            instrument = holding.instrument
            if not holding.unpriced or not price:
                continue
            if instrument.valuation is Valuation.MARGIN:
                worth = holding.quantity * instrument.unit_value(price) * instrument.multiplier
                rate = books.rates[instrument.currency]
                profits[sid] = (worth - holding.cost) * rate, 0.0
            elif instrument.valuation is Valuation.PAIR:
                rates[instrument.base] = price * books.rates[instrument.quote]
        return profits, rates

    def _book_far(self, time: datetime, gap: float) -> None:
        """Book money that no move of prices can have made."""
        if abs(gap) > ROUNDING * 10:
            self.flat.taken += gap
            self._book(time, gap, _flow(gap))

    def _known_rates(self, time: datetime) -> dict[str, float]:
        found: dict[str, float] = {}
        for currency in self._rates.currencies:
            rate = self._rates.at(currency, time)
            if rate is not None and currency in self.tracker.ledger.books.rates:
                found[currency] = rate
        return found

    def _test_flat(self, time: datetime, equity: float, rates: dict[str, float]) -> None:
        """Compare LEAN's equity with ours while nothing is held, and book what it has more."""
        books, flat = self.tracker.ledger.books, self.flat
        gap = equity - equity_at(books, {}, rates)
        flat.points += 1
        if abs(gap) > ROUNDING:
            gap = self._exchanged(time, gap, rates)
        flat.worst = max(flat.worst, abs(gap))
        if abs(gap) > ROUNDING and not self._facts.live:
            self._book_flat(time, gap)
        self._gross, self._since, flat.last = 0.0, time, time

    def _exchanged(self, time: datetime, gap: float, rates: dict[str, float]) -> float:
        """Take the rate of the one foreign currency that there is cash of to be what closes a gap.

        Returns:
            What of the gap it does not explain.
        """
        accounts = self.tracker.ledger.books.accounts.values()
        cash: dict[str, float] = {}
        for account in accounts:
            for name, balance in account.balances.items():
                if name != self._facts.currency:
                    cash[name] = cash.get(name, 0.0) + balance.amount
        owned = [(name, amount) for name, amount in cash.items() if abs(amount) > SOME_CASH]
        if len(owned) != 1:
            return gap
        name, amount = owned[0]
        rate = rates[name] + gap / amount
        if not abs(rate - rates[name]) <= MOST_RATE_MOVE * rates[name]:
            return gap
        rates[name] = rate
        self._rates.tell(name, time, rate)
        return 0.0

    def _book_flat(self, time: datetime, gap: float) -> None:
        """Book what LEAN's equity has more: P&L of what was held, or else a flow.

        Holdings yield so much a year and no more: what is beyond it was paid in or out.
        """
        held = (time - self._since) / YEAR if self._since is not None else 0.0
        most = self._gross * (LEAST_YIELD + MOST_YIELD * held)
        if abs(gap) <= most:
            self.flat.booked += gap
            self._book(time, gap, self._cause)
        else:
            self.flat.taken += gap
            self._book(time, gap, _flow(gap))

    def _book(self, time: datetime, amount: float, cause: FlowCause) -> None:
        """Book money of the account alone, at a mark whose cash shows it."""
        home, books = self._facts.currency, self.tracker.ledger.books
        shown = books.cash.expected.get(home, 0.0) + amount
        self.tracker.apply(CashFlow(time, home, amount, "", cause))
        self.tracker.apply(Mark(time, cash={home: shown}))


def _flow(amount: float) -> FlowCause:
    return FlowCause.DEPOSIT if amount > 0 else FlowCause.WITHDRAWAL
