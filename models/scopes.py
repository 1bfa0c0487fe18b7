"""Scopes: the account and each strategy as time series, with their trades in numbers.

A strategy shares the account's money, so its capital is a choice: its share of the account's base,
or all of it. The base is the starting equity with what seeded holdings had gained before. A scope's
equity is its capital and what it made; deposits reach the account's capital only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from math import sqrt
from typing import Any

from models.equity import Track
from models.ledger import Ledger
from models.lots import Payment
from models.records import TradeRecord
from models.sessions import BREAKEVEN
from models.sharing import UNASSIGNED
from models.summaries import StrategyMetrics

ACCOUNT = ""  # the account's own scope in messages and states


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
        self.account.track.mark(time, ledger.equity, flow)
        for name, account in books.accounts.items():
            scope = self.strategies.get(name)
            if scope is None:
                if name == UNASSIGNED and not account.open:
                    continue
                scope = self.strategy(name)
            scope.track.mark(time, scope.capital + account.terms.net + account.open_pnl)

    def _rebase(self, time: datetime, base: float) -> None:
        for scope in (self.account, *self.strategies.values()):
            amount = scope.share * (base - self._base)
            scope.capital += amount
            scope.track.rebase(time, amount)
        self._base = base

    def strategy(self, name: str) -> Scope:
        """A strategy's scope, made at its first use."""
        scope = self.strategies.get(name)
        if scope is None:
            share = self._shares.get(name, 1.0)
            scope = self.strategies[name] = Scope(name, share, self._base, self._zone)
        return scope

    def pay(self, payments: Iterable[Payment]) -> None:
        """Count what fills paid in fees and turned over, for whom they were."""
        for payment in payments:
            for scope in (self.account, self.strategy(payment.strategy)):
                scope.track.fill(payment.time, payment.fee, payment.volume)

    def close(self, trade: TradeRecord) -> None:
        """Count a closed trade."""
        for scope in (self.account, self.strategy(trade.strategy)):
            scope.tally.add(trade.pnl)
            scope.track.trade(trade.exit_time, trade.pnl)

    def roll(self, time: datetime) -> None:
        """Close the sessions that end at a time which no mark opens."""
        for scope in (self.account, *self.strategies.values()):
            scope.track.roll(time)

    def find(self, strategy: str | None) -> Scope:
        """A strategy's scope, or the account's for None.

        Raises:
            KeyError: There is no such strategy; the text names those there are.
        """
        if strategy is None:
            return self.account
        scope = self.strategies.get(strategy)
        if scope is None:
            raise KeyError(f"no strategy {strategy!r}; there are {sorted(self.strategies)}")
        return scope

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "base": self._base,
            "flows": self._flows,
            "seeded": self._seeded,
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
        self._base, self._flows = state["base"], state["flows"]
        self._seeded = state["seeded"]
        for values in state["scopes"]:
            scope = Scope(values["name"], values["share"], 0.0, self._zone)
            scope.capital = values["capital"]
            scope.track.restore(values["track"])
            scope.tally = Tally(*values["tally"])
            if scope.name == ACCOUNT:
                self.account = scope
            else:
                self.strategies[scope.name] = scope
