"""Scopes: the account and each strategy as time series and in numbers.

A strategy shares the account's money, so its capital is a choice: its share of the account's base,
or all of it. The base is the starting equity with what seeded holdings had gained before. A scope's
equity is its capital and what it made; deposits reach the account's capital only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, tzinfo
from math import sqrt
from typing import Any

from models.books import Payment
from models.equity import Change, Spell, Track
from models.ledger import Ledger
from models.records import Exposure, TradeRecord
from models.sessions import BREAKEVEN
from models.sharing import UNASSIGNED, UnknownStrategyError

ACCOUNT = ""  # the account's own scope in messages and states
SUMS = ("base", "flows", "seeded")


@dataclass(frozen=True, slots=True)
class StrategyMetrics:
    """A strategy in figures; money in account currency, None where undefined.

    Attributes:
        strategy_name: Its name.
        trades: Closed trades.
        winning_trades: Trades that made something net of fees.
        losing_trades: Trades that lost something net of fees; the rest broke even.
        net_pnl: Everything it made, open positions included, net of fees; without fx.
        avg_pnl: Mean net P&L of a closed trade.
        win_rate: Wins over wins and losses, as a fraction.
        profit_factor: Sum of the wins over sum of the losses; None without a loss.
        max_drawdown: Deepest fall of its NAV from a peak at any mark, as a positive fraction.
        sharpe_ratio: Mean over sample deviation of its NAV's trading-day returns, times the root
            of the trading days a year; no risk-free rate is taken off.
        capital: What its NAV starts from.
        trading_days: Days with a mark, the n of the ratio.
    """

    strategy_name: str
    trades: int
    winning_trades: int
    losing_trades: int
    net_pnl: float
    avg_pnl: float | None
    win_rate: float | None
    profit_factor: float | None
    max_drawdown: float | None
    sharpe_ratio: float | None
    capital: float
    trading_days: int

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> StrategyMetrics:
        """The record that `to_dict` described."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class DrawdownRecord:
    """How far a scope's NAV is below its peak, at the last mark.

    Attributes:
        depth: The fall now, as a positive fraction of the peak; None without a NAV.
        amount: The same in account currency.
        max_depth: The deepest so far, the open spell included.
        open: The spell that has not recovered, or None.
        spells: The last 100 that have, the oldest first.
    """

    depth: float | None
    amount: float | None
    max_depth: float | None
    open: Spell | None
    spells: tuple[Spell, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "depth": self.depth,
            "amount": self.amount,
            "max_depth": self.max_depth,
            "open": self.open.to_dict() if self.open else None,
            "spells": [spell.to_dict() for spell in self.spells],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DrawdownRecord:
        """The record that `to_dict` described."""
        spell = values["open"]
        return cls(
            values["depth"],
            values["amount"],
            values["max_depth"],
            Spell.from_dict(spell) if spell else None,
            tuple(Spell.from_dict(row) for row in values["spells"]),
        )


@dataclass(frozen=True, slots=True)
class PerformanceSummary:
    """The account at the last mark; money in account currency, None where undefined.

    Attributes:
        time: UTC of the last event; None before the first.
        account_currency: The currency of every amount.
        starting_equity: When the tracker first saw the account.
        equity: Now.
        net_pnl: Everything made since, open positions included, net of fees; without fx and flows.
        total_return: Growth of the NAV since the start, as a fraction.
        nav: Value of a unit of capital that was 1 at the start; flows taken out.
        drawdown: How far the NAV is below its peak, as a positive fraction of it.
        drawdown_amount: The same in money.
        account: The account in the figures that a strategy has; its name is empty.
        strategies: Strategy -> its figures.
        balance: The law: each term by name, with `unexplained` and its largest size so far.
        exposure: Of LEAN's net holdings.
        open_trades: Open lots.
        fills: Fills booked.
        marks: Marks booked.
        anomalies: Kind -> how often something was seen that should not be.
        errors: Where and what -> how often it failed: hooks, listeners, storage.
    """

    time: datetime | None
    account_currency: str
    starting_equity: float
    equity: float
    net_pnl: float
    total_return: float | None
    nav: float | None
    drawdown: float | None
    drawdown_amount: float | None
    account: StrategyMetrics
    strategies: Mapping[str, StrategyMetrics]
    balance: Mapping[str, float | None]
    exposure: Exposure
    open_trades: int
    fills: int
    marks: int
    anomalies: Mapping[str, int]
    errors: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """JSON values; the time in ISO 8601."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            **values,
            "time": self.time.isoformat() if self.time else None,
            "account": self.account.to_dict(),
            "strategies": {name: each.to_dict() for name, each in self.strategies.items()},
            "exposure": self.exposure._asdict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> PerformanceSummary:
        """The summary that `to_dict` described."""
        strategies = values["strategies"].items()
        given = {
            **values,
            "time": datetime.fromisoformat(values["time"]) if values["time"] else None,
            "account": StrategyMetrics.from_dict(values["account"]),
            "strategies": {name: StrategyMetrics.from_dict(each) for name, each in strategies},
            "exposure": Exposure(**values["exposure"]),
        }
        return cls(**given)


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

    def add(self, net: float) -> None:
        """Count a trade."""
        self.trades += 1
        self.net += net
        if net >= BREAKEVEN:
            self.wins += 1
            self.won += net
        elif net <= -BREAKEVEN:
            self.losses += 1
            self.lost += net

    def state(self) -> list[Any]:
        """JSON-able and exact, in the order of the arguments."""
        return [self.trades, self.wins, self.losses, self.net, self.won, self.lost]


class Scope:
    """One of them.

    Attributes:
        name: The strategy's name, or `ACCOUNT`.
        share: Its part of the account's base.
        capital: What its equity starts from, account currency.
        track: Its NAV, drawdown, curve and sessions.
        tally: Its closed trades.
    """

    __slots__ = ("capital", "name", "share", "tally", "track")

    def __init__(self, name: str, share: float, base: float, zone: tzinfo) -> None:
        self.name = name
        self.share = share
        self.capital = share * base
        self.track = Track(self.capital, zone)
        self.tally = Tally()

    def metrics(self, net_pnl: float, days_per_year: float) -> StrategyMetrics:
        """The strategy in figures; what is undefined is None."""
        tally, moments = self.tally, self.track.book.daily_returns_moments()
        decided = tally.wins + tally.losses
        deviation = sqrt(moments.variance or 0.0)
        return StrategyMetrics(
            strategy_name=self.name,
            trades=tally.trades,
            winning_trades=tally.wins,
            losing_trades=tally.losses,
            net_pnl=net_pnl,
            avg_pnl=tally.net / tally.trades if tally.trades else None,
            win_rate=tally.wins / decided if decided else None,
            profit_factor=tally.won / -tally.lost if tally.lost else None,
            max_drawdown=self.track.max_depth,
            sharpe_ratio=moments.mean / deviation * sqrt(days_per_year) if deviation else None,
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
        self._note(self.account, self.account.track.mark(time, ledger.equity, flow))
        for name, account in books.accounts.items():
            scope = self.strategies.get(name)
            if scope is None:
                if name == UNASSIGNED and not account.open:
                    continue
                scope = self.strategy(name)
            equity = scope.capital + account.terms.net + account.open_pnl
            self._note(scope, scope.track.mark(time, equity))

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

    def count(self, payments: Sequence[Payment], trades: Sequence[TradeRecord]) -> None:
        """Count what fills paid and turned over, and what closed, for those whose it was."""
        account = self.account
        for name, time, fees, volume in payments:
            for scope in (account, self.strategies.get(name) or self.strategy(name)):
                book = scope.track.book
                if book.since <= time < book.until:
                    book.day.fees += fees
                    book.day.volume += volume
                else:
                    self._note(scope, scope.track.fill(time, fees, volume))
        for trade in trades:
            name, time, net = trade.strategy, trade.exit_time, trade.pnl
            for scope in (account, self.strategies.get(name) or self.strategy(name)):
                scope.tally.add(net)
                book = scope.track.book
                if book.since <= time < book.until:
                    day = book.day
                    day.trades += 1
                    if net >= BREAKEVEN:
                        day.wins += 1
                    elif net <= -BREAKEVEN:
                        day.losses += 1
                else:
                    self._note(scope, scope.track.trade(time, net))

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
                    "tally": scope.tally.state(),
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
            scope.tally = Tally(*values["tally"])
            if scope.name == ACCOUNT:
                self.account = scope
            else:
                self.strategies[scope.name] = scope
