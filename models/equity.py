"""Equity of each scope, the account and the strategies, at every mark: NAV, drawdown, sessions.

The NAV is the value of one unit of capital: 1 at the start, when units equal the capital. Capital
that joins or leaves changes the units at the NAV of that moment, so neither NAV nor drawdown sees
it. Invariants: equity is units times NAV while there are units; the first peak is the starting
capital; a spell of drawdown opens below the peak, deepens only, and ends at the peak; the open day
of the book holds the latest equity and NAV. There is one `Track` a scope, and its `mark` is called
at every bar, so it calls nothing where nothing is new.

A strategy shares the account's money, so its capital is a choice: its share of the account's base,
or all of it. The base is the starting equity with what seeded holdings had gained before. A scope's
equity is its capital and what it made; deposits reach the account's capital only.
"""

from __future__ import annotations

import enum
from array import array
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from math import inf, sqrt
from typing import Any, NamedTuple

from models.books import Payment
from models.ledger import Ledger
from models.records import Sheet, Spell, StrategyMetrics
from models.sessions import BEGINNING, BREAKEVEN, SessionBook
from models.sharing import UNASSIGNED, UnknownStrategyError

# A NAV less than this part of the peak below it is at the peak, and below the trough no new low.
DUST = 1e-12
# Equity below this part of a withdrawal is what rounding left: everything was withdrawn.
WITHDRAWN = 1e-9
# Closed spells kept.
SPELLS_KEPT = 100
# Points of a curve, and of its store: two come at once, the open bucket and the last mark add 3.
CURVE_POINTS = 4_000
CURVE_FULL = CURVE_POINTS - 4


class Change(enum.IntFlag):
    """What an event brought that somebody may want to hear of."""

    NOTHING = 0
    NEW_LOW = 1
    RECOVERED = 2
    SESSION_CLOSED = 4


# What a mark returns, at hand; and the same when it closes a session: joining flags is slow.
NOTHING, NEW_LOW, RECOVERED = Change.NOTHING, Change.NEW_LOW, Change.RECOVERED
AFTER_CLOSE = tuple(change | Change.SESSION_CLOSED for change in (NOTHING, NEW_LOW, RECOVERED))


class CurvePoint(NamedTuple):
    """The mark of a curve: UTC, equity in account currency, NAV or None where undefined."""

    time: datetime
    equity: float
    nav: float | None


class Curve:
    """Marks thinned out to at most 4,000 points, the first, the last and the extremes among them.

    Marks gather in a bucket, of which the highest and the lowest are stored. When the store is
    full, each four points leave their extremes, and buckets take more marks from then on. Units do
    not change within a bucket, so its extremes of equity are those of the NAV.

    Attributes:
        high: Highest equity in the bucket, at `high_time`.
        low: Lowest equity in the bucket, at `low_time`.
        left: Marks until the bucket is full.
    """

    __slots__ = ("_columns", "_stride", "high", "high_time", "left", "low", "low_time")

    def __init__(self) -> None:
        # Unix times, equities, units; the NAV is their quotient.
        self._columns = (array("d"), array("d"), array("d"))
        self._stride = 1
        self._begin()

    def _begin(self) -> None:
        self.high, self.low = -inf, inf
        self.high_time = self.low_time = BEGINNING
        self.left = self._stride

    def stretch(self, time: datetime, equity: float) -> None:
        """Take a mark that is the bucket's highest or lowest."""
        if equity > self.high:
            self.high, self.high_time = equity, time
        if equity < self.low:
            self.low, self.low_time = equity, time

    def flush(self, units: float) -> None:
        """Store the bucket's extremes, valued by its units, and begin the next bucket."""
        times, equities, all_units = self._columns
        for time, equity in self._extremes():
            times.append(time.timestamp())
            equities.append(equity)
            all_units.append(units)
        if len(times) >= CURVE_FULL:
            self._thin_out()
        self._begin()

    def _extremes(self) -> list[tuple[datetime, float]]:
        """The bucket's low and high in order of time; once where they are one."""
        if self.low >= self.high:
            return [(self.low_time, self.low)][: self.low == self.high]
        ends = [(self.low_time, self.low), (self.high_time, self.high)]
        return ends if self.low_time <= self.high_time else ends[::-1]

    def _thin_out(self) -> None:
        times, equities, units = self._columns
        keys = (lambda i: equities[i], lambda i: equities[i] / (units[i] or inf))
        size = 4
        while len(times) > CURVE_FULL * 3 // 4:
            kept = [0]
            for start in range(1, len(times), size):
                group = range(start, min(start + size, len(times)))
                kept += sorted({pick(group, key=key) for pick in (min, max) for key in keys})
            for column in self._columns:
                column[:] = array("d", [column[index] for index in kept])
            size *= 2  # where flows part the extremes of equity and NAV, all four may be kept
        self._stride = max(4, 2 * self._stride)

    def points(self, units: float) -> list[CurvePoint]:
        """The stored points, then the bucket's, valued by its units."""
        points = [
            CurvePoint(datetime.fromtimestamp(time, UTC), equity, equity / held if held else None)
            for time, equity, held in zip(*self._columns, strict=True)
        ]
        for time, equity in self._extremes():
            points.append(CurvePoint(time, equity, equity / units if units else None))
        return points

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "columns": [list(column) for column in self._columns],
            "bucket": [[time.isoformat(), equity] for time, equity in self._extremes()],
            "left": self.left,
            "stride": self._stride,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        times, equities, units = (array("d", column) for column in state["columns"])
        self._columns = (times, equities, units)
        self._stride = state["stride"]
        self._begin()
        for time, equity in state["bucket"]:
            self.stretch(datetime.fromisoformat(time), equity)
        self.left = state["left"]


class Tally:
    """Closed trades in numbers, by what each made net of fees; O(1) a trade.

    Attributes:
        trades: All of them.
        wins: Those that made something.
        losses: Those that lost something; what is neither broke even.
        net: Their sum, account currency.
        won: The sum of the wins.
        lost: The sum of the losses, negative.
    """

    __slots__ = ("lost", "losses", "net", "trades", "wins", "won")

    def __init__(
        self,
        trades: int = 0,
        wins: int = 0,
        losses: int = 0,
        net: float = 0.0,
        won: float = 0.0,
        lost: float = 0.0,
    ) -> None:
        self.trades = trades
        self.wins = wins
        self.losses = losses
        self.net = net
        self.won = won
        self.lost = lost

    def add(self, nets: Sequence[float]) -> tuple[int, int]:
        """Count trades by what each made; returns how many of them won and lost."""
        wins = losses = 0
        for net in nets:
            self.net += net
            if net >= BREAKEVEN:
                wins += 1
                self.won += net
            elif net <= -BREAKEVEN:
                losses += 1
                self.lost += net
        self.trades += len(nets)
        self.wins += wins
        self.losses += losses
        return wins, losses

    def state(self) -> list[Any]:
        """JSON-able and exact, in the order of the arguments."""
        return [self.trades, self.wins, self.losses, self.net, self.won, self.lost]


class Track:
    """The time series of one scope.

    Args:
        capital: Equity at the start, account currency; the NAV is undefined unless it is positive.
        zone: The algorithm's time zone.

    Attributes:
        time: UTC of the last mark; None before the first.
        book: Its sessions, as of the last event.
        max_depth: Deepest drawdown so far, the open spell included, as a positive fraction of the
            peak; None where there never was a NAV.
        spells: The last closed spells, the oldest first.
        tally: Its closed trades.
    """

    __slots__ = (
        "_curve",
        "_edge",
        "_floor",
        "_peak",
        "_peak_time",
        "_trough",
        "_trough_time",
        "_trough_units",
        "_units",
        "book",
        "max_depth",
        "spells",
        "tally",
        "time",
    )

    def __init__(self, capital: float, zone: tzinfo) -> None:
        self.time: datetime | None = None
        self.book = SessionBook(capital, zone)
        self.spells: deque[Spell] = deque(maxlen=SPELLS_KEPT)
        self.tally = Tally()
        self._curve = Curve()
        self._units = max(capital, 0.0)
        self.max_depth = 0.0 if capital > 0.0 else None
        self._peak = self._trough = 1.0  # the same while there is no spell
        self._edge = self._floor = 1.0 - DUST
        self._peak_time = self._trough_time = BEGINNING
        self._trough_units = 0.0

    def mark(self, time: datetime, equity: float, flow: float = 0.0) -> Change:
        """Take the equity of a mark, account currency.

        Args:
            time: UTC, with `datetime.UTC` itself as its zone, or comparing it is slow.
            equity: Finite.
            flow: Deposits less withdrawals since the last mark, contained in `equity`.
        """
        book = self.book
        if time >= book.until:
            closed = self.roll(time)
            change = self.mark(time, equity, flow)
            return AFTER_CLOSE[change] if closed else change
        day = book.day
        units = self._units
        nav = (equity - flow) / units if units else day.end_nav
        if flow:
            self._join(nav, equity, flow)
        self.time = time
        day.marked = True
        day.end_equity = equity
        day.end_nav = nav
        if not day.low_equity <= equity <= day.high_equity:
            day.stretch(equity)
        if not day.floor_nav <= nav <= day.high_nav:
            day.move(nav)
        curve = self._curve
        if not curve.low <= equity <= curve.high:
            curve.stretch(time, equity)
        curve.left -= 1
        if not curve.left:
            curve.flush(self._units)
        if nav < self._floor:
            self._trough = nav
            self._floor = nav - DUST * self._peak
            self._trough_time = time
            self._trough_units = self._units
            self.max_depth = max(self.max_depth or 0.0, 1.0 - nav / self._peak)
            return NEW_LOW
        if nav < self._edge:
            return NOTHING
        if nav > self._peak or self._trough < self._peak:
            return self._rise(time, nav)
        self._peak_time = time
        return NOTHING

    def _join(self, nav: float, equity: float, flow: float) -> None:
        """Buy or sell units for a flow at the NAV; equity contains it."""
        self._curve.flush(self._units)
        self.book.day.flows += flow
        # Units of no value cannot be bought; and a withdrawal does not make any.
        bought = nav > 0.0 and equity > WITHDRAWN * abs(flow) and (self._units or flow > 0.0)
        self._units = equity / nav if bought else 0.0
        if bought:
            self.book.day.valued = True
            self.max_depth = self.max_depth or 0.0

    def _rise(self, time: datetime, nav: float) -> Change:
        """Take a NAV at the peak that is a new one, or ends a spell."""
        change = NOTHING
        if self._trough < self._peak:
            self.spells.append(self._spell(time))
            change = RECOVERED
        self._peak = self._trough = max(self._peak, nav)
        self._edge = self._floor = self._peak - DUST * self._peak
        self._peak_time = time
        return change

    def rebase(self, time: datetime, amount: float) -> Change:
        """Take capital, account currency, that joins apart from a mark: the next equity has it."""
        change = self.roll(time)
        if not amount:
            return change
        day = self.book.day
        equity = day.end_equity + amount
        self._join(day.end_nav, equity, amount)
        day.end_equity = equity
        day.stretch(equity)
        return change

    def roll(self, time: datetime) -> Change:
        """Close the day and open that of the time, where it is another; midnight is the new day."""
        if time < self.book.until:
            return NOTHING
        if self.book.roll(time, self._units > 0.0):
            return Change.SESSION_CLOSED
        self._peak_time = time
        return NOTHING

    def count(self, time: datetime, fees: float, volume: float, nets: Sequence[float]) -> Change:
        """Count what fills of a moment paid and closed.

        Args:
            time: UTC.
            fees: Account currency, positive when paid.
            volume: Value of what was bought and sold, account currency, positive.
            nets: What each trade that closed made net of fees, account currency.
        """
        book, change = self.book, NOTHING
        if book.since <= time < book.until:
            session = book.day
        else:
            change = self.roll(time)
            session = book.at(time)
        session.fees += fees
        session.volume += volume
        if nets:
            wins, losses = self.tally.add(nets)
            session.trades += len(nets)
            session.wins += wins
            session.losses += losses
        return change

    @property
    def equity(self) -> float:
        """Equity at the last mark, with what joined since; account currency."""
        return self.book.day.end_equity

    @property
    def nav(self) -> float | None:
        """NAV of a unit at the last mark; None while there are no units."""
        return self.book.day.end_nav if self._units else None

    @property
    def depth(self) -> float | None:
        """How far the NAV is below its peak, as a positive fraction; None without a NAV."""
        depth = 1.0 - self.book.day.end_nav / self._peak if self._trough < self._peak else 0.0
        return depth if self._units else None

    @property
    def amount(self) -> float | None:
        """The same in account currency, for the units there are; None without a NAV."""
        return None if self.depth is None else self.depth * self._peak * self._units

    @property
    def spell(self) -> Spell | None:
        """The open spell; None at the peak."""
        return self._spell(None) if self._trough < self._peak else None

    def _spell(self, end: datetime | None) -> Spell:
        depth = 1.0 - self._trough / self._peak
        amount = (self._peak - self._trough) * self._trough_units
        return Spell(
            self._peak_time, self._trough_time, end, self._peak, self._trough, depth, amount
        )

    def curve(self) -> list[CurvePoint]:
        """At most 4,000 marks in order, the first, the last and the extremes among them."""
        points = self._curve.points(self._units)
        if self.time is not None:
            last = CurvePoint(self.time, self.equity, self.nav)
            if not points or points[-1][:2] != last[:2]:
                points.append(last)
        return points

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; a new track of the same zone that restores it goes on from there."""
        return {
            "time": self.time.isoformat() if self.time else None,
            "units": self._units,
            "peak": [self._peak_time.isoformat(), self._peak],
            "trough": [self._trough_time.isoformat(), self._trough, self._trough_units],
            "max_depth": self.max_depth,
            "spells": [spell.to_dict() for spell in self.spells],
            "curve": self._curve.state(),
            "book": self.book.state(),
            "tally": self.tally.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self.time = datetime.fromisoformat(state["time"]) if state["time"] else None
        self._units = state["units"]
        peak_time, self._peak = state["peak"]
        trough_time, self._trough, self._trough_units = state["trough"]
        self._peak_time = datetime.fromisoformat(peak_time)
        self._trough_time = datetime.fromisoformat(trough_time)
        self._edge = self._peak - DUST * self._peak
        self._floor = self._trough - DUST * self._peak
        self.max_depth = state["max_depth"]
        self.spells = deque(map(Spell.from_dict, state["spells"]), SPELLS_KEPT)
        self._curve.restore(state["curve"])
        self.book.restore(state["book"])
        self.tally = Tally(*state["tally"])


ACCOUNT = ""  # the account's own scope in messages and states
SUMS = ("base", "flows", "seeded")


class Scope:
    """One of them.

    Attributes:
        name: The strategy's name, or `ACCOUNT`.
        share: Its part of the account's base.
        capital: What its equity starts from, account currency.
        track: Its NAV, drawdown, curve, sessions and closed trades.
    """

    __slots__ = ("capital", "name", "share", "track")

    def __init__(self, name: str, share: float, base: float, zone: tzinfo) -> None:
        self.name = name
        self.share = share
        self.capital = share * base
        self.track = Track(self.capital, zone)

    @property
    def tally(self) -> Tally:
        """Its closed trades."""
        return self.track.tally

    def metrics(self, sheet: Sheet, days_per_year: float) -> StrategyMetrics:
        """The strategy in figures; what is undefined is None."""
        tally, moments = self.tally, self.track.book.daily_returns_moments()
        decided = tally.wins + tally.losses
        deviation, down = (
            sqrt(each or 0.0) for each in (moments.variance, moments.downside_variance)
        )
        return StrategyMetrics(
            strategy_name=self.name,
            trades=tally.trades,
            winning_trades=tally.wins,
            losing_trades=tally.losses,
            net_pnl=sheet.net_pnl,
            fees=sheet.fees,
            avg_pnl=tally.net / tally.trades if tally.trades else None,
            win_rate=tally.wins / decided if decided else None,
            profit_factor=tally.won / -tally.lost if tally.lost else None,
            max_drawdown=self.track.max_depth,
            sharpe_ratio=moments.mean / deviation * sqrt(days_per_year) if deviation else None,
            sortino_ratio=moments.mean / down * sqrt(days_per_year) if down else None,
            capital=self.capital,
            trading_days=moments.n,
        )


class Scopes:
    """The account's scope and every strategy's, in step with the ledger.

    Args:
        shares: Strategy -> its part of the account's base; all of it where nothing is said.
        zone: The algorithm's time zone.
    """

    def __init__(self, shares: Mapping[str, float], zone: tzinfo) -> None:
        self.account = Scope(ACCOUNT, 1.0, 0.0, zone)
        self.strategies: dict[str, Scope] = {}
        self._shares = shares
        self._zone = zone
        self._base = 0.0
        self._flows = 0.0
        self._seeded: float | None = None  # what was gained before the start; None until a mark
        self.changes: list[tuple[Scope, Change]] = []  # until somebody takes them

    def open(self, ledger: Ledger) -> None:
        """Begin with the account as it opened."""
        self._base = ledger.books.starting_equity
        self.account = Scope(ACCOUNT, 1.0, self._base, self._zone)

    def mark(self, time: datetime, ledger: Ledger) -> None:
        """Take the mark that the ledger just took."""
        books = ledger.books
        if self._seeded is None:
            found = books.accounts[UNASSIGNED]
            self._seeded = found.open_pnl if found.open else 0.0
        base = books.starting_equity + self._seeded
        if base != self._base:
            self._rebase(time, base)
        flow, self._flows = ledger.flow_total - self._flows, ledger.flow_total
        change = self.account.track.mark(time, ledger.equity, flow)
        if change:
            self._note(self.account, change)
        for name, account in books.accounts.items():
            scope = self.strategies.get(name)
            if scope is None:
                if name == UNASSIGNED and not account.open:
                    continue
                scope = self.strategy(name)
            change = scope.track.mark(time, scope.capital + account.terms.net + account.open_pnl)
            if change:
                self._note(scope, change)

    def _note(self, scope: Scope, change: Change) -> None:
        if change:
            self.changes.append((scope, change))

    def _rebase(self, time: datetime, base: float) -> None:
        for scope in (self.account, *self.strategies.values()):
            amount = scope.share * (base - self._base)
            scope.capital += amount
            self._note(scope, scope.track.rebase(time, amount))
        self._base = base

    def strategy(self, name: str) -> Scope:
        """A strategy's scope, made at its first use."""
        scope = self.strategies.get(name)
        if scope is None:
            share = self._shares.get(name, 1.0)
            scope = self.strategies[name] = Scope(name, share, self._base, self._zone)
        return scope

    def count(self, payments: Sequence[Payment]) -> None:
        """Count what fills paid, turned over and closed, for the account and whose it was."""
        for name, time, fees, volume, nets in payments:
            for scope in (self.account, self.strategies.get(name) or self.strategy(name)):
                change = scope.track.count(time, fees, volume, nets)
                if change:
                    self._note(scope, change)

    def roll(self, time: datetime) -> None:
        """Close the sessions that end at a time which no mark opens."""
        for scope in (self.account, *self.strategies.values()):
            self._note(scope, scope.track.roll(time))

    def find(self, strategy: str | None) -> Scope:
        """A strategy's scope, or the account's for None.

        Raises:
            UnknownStrategyError: There is none of the name.
        """
        if strategy is None:
            return self.account
        scope = self.strategies.get(strategy)
        if scope is None:
            raise UnknownStrategyError(strategy, self.strategies)
        return scope

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            **dict(zip(SUMS, (self._base, self._flows, self._seeded), strict=True)),
            "scopes": [
                {
                    "name": scope.name,
                    "share": scope.share,
                    "capital": scope.capital,
                    "track": scope.track.state(),
                }
                for scope in (self.account, *self.strategies.values())
            ],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._base, self._flows, self._seeded = (state[name] for name in SUMS)
        for values in state["scopes"]:
            scope = Scope(values["name"], values["share"], 0.0, self._zone)
            scope.capital = values["capital"]
            scope.track.restore(values["track"])
            if scope.name == ACCOUNT:
                self.account = scope
            else:
                self.strategies[scope.name] = scope
