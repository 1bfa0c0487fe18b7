"""A result's events, fed to the project's own ledger in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.trades.lean_follower import LeanDesk
from models.trades.lean_trade import LeanTrade
from workbench.frames.hearing import Hearing
from workbench.runs.lean.facts import LeanEvent, LeanFacts, LeanOrder, Sample
from workbench.runs.lean.fills import FoundSplit
from workbench.runs.lean.prices import PriceLine, equity_at, fitted_prices
from workbench.runs.lean.rates import Rates

# What LEAN's chart of equity may be off by: it is of four decimals.
ROUNDING = 6e-5
YEAR = timedelta(days=365)
# The most that holdings pay or cost, as a part of what was traded: at once, and in a year.
LEAST_YIELD, MOST_YIELD = 0.02, 0.15
# A balance in a foreign currency below this, its units, tells nothing of its rate; and the most
# that a rate is taken to move.
SOME_CASH, MOST_RATE_MOVE = 1.0, 0.2
LIMITS = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
STOPS = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
NEVER_SENT = frozenset({OrderStatus.INVALID, OrderStatus.CANCELED})


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happens besides orders, each part in the order of time.

    Attributes:
        samples: LEAN's equity.
        days: LEAN's daily samples.
        splits: What was split.
        dividends: Dividends that LEAN's data state.
        expiries: When instruments leave the market, by Symbol ID.
    """

    samples: tuple[Sample, ...]
    days: tuple[DayEnd, ...] = ()
    splits: tuple[FoundSplit, ...] = ()
    dividends: tuple[Dividend, ...] = ()
    expiries: tuple[tuple[datetime, str], ...] = ()


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
        self.guessed = 0
        self.opposed = False
        self.begun: datetime | None = None
        self._described: set[str] = set()
        self._gross = 0.0  # the most that was traded in one fill since the last flat moment
        self._since: datetime | None = None

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
        core = self.tracker.core
        core.deploy(time, facts.name)
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
        between = _Between(timeline)
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
        books = self.tracker.ledger.books
        order = self._facts.orders.get(event.order_id)
        first = books.orders.find(event.order_id) is None
        self._describe(event.sid)
        fee = event.fee * self._rate(event.fee_currency, event) if event.fee else 0.0
        booked: Fill | OrderUpdate
        if event.fills:
            booked = self._fill(event, order, first=first)
            self._gross += abs(self._value(event))
        else:
            booked = self._update(event, order, first=first)
        self.tracker.apply(booked)
        self.hearing.order(_line(event, order, fee))

    def _fill(self, event: LeanEvent, order: LeanOrder | None, *, first: bool) -> Fill:
        instrument = self._instruments[event.sid]
        kind = _type_of(order)
        at_once = order is not None and order.created == event.time and order.sid == event.sid
        return Fill(
            time=event.time,
            order_id=event.order_id,
            event_id=event.event_id,
            sid=event.sid,
            quantity=event.quantity,
            price=event.price,
            fee=event.fee,
            fee_currency=event.fee_currency,
            rates=self._rates_at(instrument, event),
            tag=(order.tag if order else "") if first else None,
            order_type=kind if first else None,
            message=event.message if kind is OrderType.OPTION_EXERCISE else "",
            final=event.status is OrderStatus.FILLED,
            market=order.last if order is not None and at_once else 0.0,
            ordered=event.ordered if first else 0.0,
            group=order.group if order is not None and first else 0,
        )

    def _update(self, event: LeanEvent, order: LeanOrder | None, *, first: bool) -> OrderUpdate:
        kind, sent = _type_of(order), event.status not in NEVER_SENT
        rates = self._rates_at(self._instruments[event.sid], event) if event.fee else {}
        update = OrderUpdate(
            event.time,
            event.order_id,
            event.event_id,
            event.sid,
            event.status,
            message=event.message if not first or not sent else "",
            fee=event.fee,
            fee_currency=event.fee_currency,
            rates=rates,
        )
        if event.status is OrderStatus.UPDATE_SUBMITTED:
            update.limit_price, update.quantity = event.limit, event.ordered
        if first:
            update.tag, update.order_type = order.tag if order else "", kind
            update.quantity = event.ordered
            update.group = order.group if order else 0
        if first and sent and order is not None:
            update.bid, update.ask = order.bid, order.ask
            update.price = 0.0 if order.bid and order.ask else order.last
            update.limit_price = event.limit if kind in LIMITS else None
            update.stop_price = event.stop if kind in STOPS else None
            update.created = order.created if self._facts.live else event.time
        return update

    def _value(self, event: LeanEvent) -> float:
        """What a fill traded, account currency."""
        instrument = self._instruments[event.sid]
        each = instrument.multiplier * self._rate(instrument.quote, event)
        return event.quantity * event.price * each

    def _describe(self, sid: str) -> None:
        """Describe an instrument before its first event, and what it is on."""
        if sid in self._described:
            return
        self._described.add(sid)
        instrument = self._instruments[sid]
        if instrument.underlying in self._instruments:
            self._describe(instrument.underlying)
        self.tracker.apply(instrument)

    def _rates_at(self, instrument: Instrument, event: LeanEvent) -> dict[str, float]:
        """The rates that an event touches."""
        home = self._facts.currency
        named = dict.fromkeys((instrument.quote, instrument.currency, event.fee_currency))
        if instrument.quote != home and not self._rates.knows(instrument.quote, event.time):
            self.guessed += 1
        return {name: self._rate(name, event) for name in named if name and name != home}

    def _rate(self, currency: str, event: LeanEvent) -> float:
        """The rate of a currency at an event: of a pair's coin its price tells it."""
        instrument, time = self._instruments[event.sid], event.time
        coin = currency == instrument.base and event.price and currency != self._facts.currency
        if coin and not self._rates.knows(currency, time):
            return (self._rates.at(instrument.quote, time) or 1.0) * event.price
        return self._rates.at(currency, time) or 1.0

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
                self.opposed |= sid in self.tracker.ledger.books.held
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
            gap = self._exchanged(gap, rates)
        flat.worst = max(flat.worst, abs(gap))
        if abs(gap) > ROUNDING and not self._facts.live:
            self._book_flat(time, gap)
        self._gross, self._since, flat.last = 0.0, time, time

    def _exchanged(self, gap: float, rates: dict[str, float]) -> float:
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
        self._rates.tell(name, self.tracker.ledger.books.time or self._since, rates[name])
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


class _Between:
    """What happens between the events of orders, merged in the order of time."""

    def __init__(self, timeline: Timeline) -> None:
        ranked: list[tuple[datetime, int, int, Any]] = []
        parts: tuple[Iterable[Any], ...] = (
            timeline.splits,
            timeline.dividends,
            timeline.expiries,
            timeline.samples,
            timeline.days,
        )
        for rank, part in enumerate(parts):
            ranked += [(_time(each), rank, at, each) for at, each in enumerate(part)]
        self._happening = sorted(ranked, key=lambda each: each[:3])
        self._next = 0

    def until(self, time: datetime) -> Iterator[Any]:
        """What comes before an event of an order at that time: samples of it come after."""
        while self._next < len(self._happening):
            moment, rank, _, happened = self._happening[self._next]
            if moment > time or (moment == time and rank > 1):
                return
            self._next += 1
            yield happened

    def rest(self) -> Iterator[Any]:
        """What comes after the last event."""
        for *_, happened in self._happening[self._next :]:
            yield happened


def _time(happened: Any) -> datetime:
    time: datetime = happened[0] if isinstance(happened, tuple) else happened.time
    return time


def _flow(amount: float) -> FlowCause:
    return FlowCause.DEPOSIT if amount > 0 else FlowCause.WITHDRAWAL


def _type_of(order: LeanOrder | None) -> OrderType:
    return OrderType.MARKET if order is None else order.order_type


def _line(event: LeanEvent, order: LeanOrder | None, fee: float) -> dict[str, Any]:
    """An event by the names of a tape's line, of which the table of orders is made."""
    exercise = order is not None and order.sid != event.sid
    return {
        "order": event.order_id,
        "sid": event.sid,
        "t": event.time.isoformat(),
        "status": event.status.name,
        "fill_qty": event.quantity,
        "fill_price": event.price,
        "fee_account": fee,
        "qty": 0.0 if exercise else event.ordered,
        "limit": event.limit,
        "stop": event.stop,
        "message": event.message,
        "order_type": _type_of(order).name,
        "tag": order.tag if order else "",
        "order_qty": order.quantity if order else event.ordered,
        "created": order.created.isoformat() if order else "",
        "group": order.group if order else 0,
    }
