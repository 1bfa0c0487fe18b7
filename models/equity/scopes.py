"""Scopes: the account as a whole and each strategy, with NAV, sessions and closed trades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from operator import itemgetter
from typing import Any, ClassVar

import numpy as np

from models.codec import NUMBER, TIME, list_of, maybe
from models.equity.nav_series import NEW_LOW, NOTHING, RECOVERED, Change, Counted
from models.equity.scope import ACCOUNT, Scope
from models.equity.session_book import BEGINNING
from models.errors import StateError, UnknownStrategyError
from models.fields import Field, Restorable, Table, restored, saved_value
from models.ledger.accounts import Account
from models.ledger.books import Books
from models.ledger.effects import Effects
from models.ledger.ledger import EQUITY_TOLERANCE, Ledger
from models.ledger.mark_columns import MarkFigures
from models.ledger.tags import UNASSIGNED
from models.rows import row_of
from models.trades.record import TradeRecord

# What any mark may bring, and is no change to those who do not follow drawdowns.
UNTOLD = (NEW_LOW, RECOVERED)

# What a closed trade made net of fees, by its place: asking for it by its name takes longer.
_NET_OF = itemgetter(TradeRecord._fields.index("pnl"))

# Marks of a scope that are left to be worked out together, at most.
MOST_LEFT = 512


class Scopes(Restorable):
    """The account's scope and every strategy's, in step with the ledger.

    The base is the account's starting equity, and what was gained on holdings from before it.

    Args:
        shares: Strategy -> its part of the account's base; 1 for a strategy that is not named.
        zone: The algorithm's time zone.
        named: The strategies that exist from the start.

    Attributes:
        account: The account's scope.
        strategies: Strategy -> its scope: those named, then others in the order of their first use.
        changes: What happened to which scope, until the tracker takes it from here.
    """

    STATE: ClassVar[Table] = Table(
        Field("base", NUMBER, "_base"),
        Field("flows", NUMBER, "_flows"),
        Field("seeded", maybe(NUMBER), "_seeded"),
        Field("sampled", maybe(row_of(TIME, NUMBER)), "_sampled", absent=None),
    )

    def __init__(
        self, shares: Mapping[str, float], zone: tzinfo, named: Iterable[str] = ()
    ) -> None:
        self.account = Scope(ACCOUNT, 1.0, 0.0, zone)
        self.strategies: dict[str, Scope] = {}
        self._shares = shares
        self._zone = zone
        self._named = tuple(named)
        self._base = 0.0
        self._flows = 0.0
        self._seeded: float | None = None  # gained before the start; None before the first mark
        self._sampled: tuple[datetime, float] | None = None  # LEAN's equity at the last midnight
        self.changes: list[tuple[Scope, Change]] = []
        self._until = BEGINNING  # the end of the day that every scope is in
        self._left = 0  # marks since all that were left were worked out
        self._begin_named()

    def _begin_named(self) -> None:
        """Make the scopes of the named strategies that have none yet."""
        for name in self._named:
            self.strategy(name)

    def open(self, ledger: Ledger) -> None:
        """Begin with the account as it opened."""
        self._base, self._until = ledger.books.starting_equity, BEGINNING
        self.account = Scope(ACCOUNT, 1.0, self._base, self._zone)
        self.strategies.clear()
        self._begin_named()

    def mark(self, time: datetime, ledger: Ledger, *, drawdowns: bool = True) -> None:
        """Take the mark that the ledger took just before.

        Args:
            time: UTC.
            ledger: It has valued the mark.
            drawdowns: Whether a new low or a recovery alone is put among the changes. Where it is
                not, a mark that closes no session may be left to be worked out with others.
        """
        books, flow = ledger.books, ledger.flow_total - self._flows
        base = books.starting_equity + (self._seeded or 0.0) + books.joined  # `_base_of`
        if drawdowns or flow or time >= self._until or base != self._base:
            self._mark_now(time, ledger, flow, drawdowns)
            return
        own = self.account
        own.times.append(time)
        own.equities.append(ledger.equity)
        for name, account in books.accounts.items():
            scope = self.strategies.get(name)
            if scope is not None:
                scope.times.append(time)
                scope.equities.append(scope.capital + account.terms.net + account.open_pnl)
            elif account.open or name != UNASSIGNED:
                self._mark_strategy(name, account, time, drawdowns)
        self._left += 1
        if self._left >= MOST_LEFT:
            self._work_out()

    def _mark_now(self, time: datetime, ledger: Ledger, flow: float, drawdowns: bool) -> None:
        """Work a mark out for every scope."""
        books, self._flows = ledger.books, ledger.flow_total
        if self._seeded is None:
            self._seeded = self._gained_before(books) - books.joined
        base = self._base_of(books)
        if base != self._base:
            self._rebase(time, base)
        self._tell(self.account, self.account.track.mark(time, ledger.equity, flow), drawdowns)
        for name, account in books.accounts.items():
            if account.open or name != UNASSIGNED or name in self.strategies:
                self._mark_strategy(name, account, time, drawdowns)
        book = self.account.series.book
        closing = not book.settled and self._settle_days(time, ledger)
        self._until = BEGINNING if closing else book.until  # all are in the same day now

    def _mark_strategy(self, name: str, account: Account, time: datetime, drawdowns: bool) -> None:
        """Work a mark out for a strategy."""
        scope = self.strategy(name)
        equity = scope.capital + account.terms.net + account.open_pnl
        self._tell(scope, scope.track.mark(time, equity), drawdowns)

    def _tell(self, scope: Scope, change: Change, drawdowns: bool) -> None:
        """Note what a mark changed, where somebody wants to know it."""
        if change is not NOTHING and (drawdowns or change not in UNTOLD):
            self.changes.append((scope, change))

    def _work_out(self) -> None:
        """Work out the marks that were left."""
        self._left = 0
        for scope in (self.account, *self.strategies.values()):
            _ = scope.track

    def mark_all(
        self,
        times: Sequence[datetime],
        ledger: Ledger,
        equities: Sequence[float],
        opens: Mapping[str, MarkFigures],
    ) -> None:
        """Leave marks to be worked out, on which nothing moved but prices; none closes a session.

        Args:
            times: UTC of each.
            ledger: It has valued them.
            equities: The account's at each, account currency.
            opens: By strategy, the P&L of what it holds at each.
        """
        own = self.account
        own.times += times
        own.equities += equities
        for name, account in ledger.books.accounts.items():
            scope = self.strategies.get(name)
            if scope is not None:
                before = scope.capital + account.terms.net
                scope.times += times
                scope.equities += np.broadcast_to(before + opens[name], len(times)).tolist()
        self._left += len(times)
        if self._left >= MOST_LEFT:
            self._work_out()

    def calm(self, time: datetime, ledger: Ledger) -> bool:
        """Whether a mark at that time closes no session, and no money joined since the last one."""
        joined = ledger.flow_total - self._flows
        return time < self._until and not joined and self._base_of(ledger.books) == self._base

    def _base_of(self, books: Books) -> float:
        """The account's base as it is now."""
        return books.starting_equity + (self._seeded or 0.0) + books.joined

    def _settle_days(self, time: datetime, ledger: Ledger) -> bool:
        """Take note of a mark for the closes of the days; returns whether it is a day's close.

        It shows the close of the day before where LEAN's sample of the same time does: a dividend
        that is paid at midnight is of the new day.
        """
        sampled, shown = self._sampled, ledger.lean_equity
        closing = (
            sampled is not None
            and shown is not None
            and sampled[0] == time
            and abs(shown - sampled[1]) <= EQUITY_TOLERANCE
        )
        self.account.track.book.settle(held=bool(ledger.books.held), closing=closing)
        for name, scope in self.strategies.items():
            account = ledger.books.accounts.get(name)
            scope.track.book.settle(held=bool(account and account.open), closing=closing)
        return closing

    @property
    def room(self) -> int:
        """How many marks with the last equity no curve stores a point of but for the last one."""
        return min(scope.track.room for scope in (self.account, *self.strategies.values()))

    def repeat(self, count: int, times: Sequence[datetime]) -> None:
        """Take the last mark so many times more.

        Args:
            count: How many times.
            times: UTC of each of them, or of the last where there are no more of them than `room`.
        """
        for scope in (self.account, *self.strategies.values()):
            scope.track.repeat(count, times)

    def _gained_before(self, books: Books) -> float:
        """What the holdings from before the start had gained; a strategy that has them starts so.

        Its equity counts their P&L from the entry on, so its capital begins without it.
        """
        found = books.account(books.seed_strategy)
        gained = found.open_pnl if found.open else 0.0
        if found.name != UNASSIGNED:
            self.strategy(found.name).capital -= gained
        return gained

    def _note(self, scope: Scope, change: Change) -> None:
        if change:
            self.changes.append((scope, change))

    def _rebase(self, time: datetime, base: float) -> None:
        """Give every scope its share of what the base changed by."""
        for scope in (self.account, *self.strategies.values()):
            amount = scope.share * (base - self._base)
            scope.capital += amount
            self._note(scope, scope.track.rebase(time, amount))
        self._base = base

    def strategy(self, name: str) -> Scope:
        """A strategy's scope; it is made at its first use."""
        scope = self.strategies.get(name)
        if scope is None:
            self._until = BEGINNING
            share = self._shares.get(name, 1.0)
            scope = self.strategies[name] = Scope(name, share, self._base, self._zone)
        return scope

    def count(self, effects: Effects) -> None:
        """Count what executions paid, traded and closed, for the account and whose it was.

        An adjustment that closes nothing trades nothing: it is not counted.
        """
        own, known = self.account, self.strategies
        book = own.series.book
        if not book.settled:
            self._until = BEGINNING  # a day counts by what is held
        for _, position, execution, _, trades, _, value in effects:
            if execution.seeded and not trades:
                continue
            name, time = position.strategy, execution.time
            scope = known.get(name) or self.strategy(name)
            count = execution.fee, value, [*map(_NET_OF, trades)] if trades else ()
            theirs = scope.series.book
            same_day = theirs.until is book.until and theirs.since is book.since
            if same_day and book.since <= time < book.until:
                own.counts.append(count)
                scope.counts.append(count)
            else:
                self._count(own, time, count)
                self._count(scope, time, count)

    def _count(self, scope: Scope, time: datetime, count: Counted) -> None:
        """Count what an execution paid, traded and closed, whatever day a scope is in."""
        book = scope.series.book
        if book.since <= time < book.until:
            scope.counts.append(count)
        else:  # what was left is of the day before
            self._note(scope, scope.track.count(time, *count))

    def end_day(self, time: datetime, equity: float) -> None:
        """Close the sessions that ended before a time, at which there may be a mark already.

        Args:
            time: UTC of LEAN's sample.
            equity: LEAN's equity then, account currency.
        """
        self._sampled, self._until = (time, equity), BEGINNING
        for scope in (self.account, *self.strategies.values()):
            track = scope.track
            self._note(scope, track.roll(time))
            if track.time == time:
                track.book.end_day(time)

    def find(self, strategy: str | None) -> Scope:
        """A strategy's scope, or the account's for None.

        Raises:
            UnknownStrategyError: There is no strategy of that name.
        """
        if strategy is None:
            return self.account
        scope = self.strategies.get(strategy)
        if scope is None:
            raise UnknownStrategyError(strategy, self.strategies)
        return scope

    def state(self) -> dict[str, Any]:
        """JSON-able and exact; the account's scope is the first."""
        everyone = (self.account, *self.strategies.values())
        return {**super().state(), "scopes": [scope.state() for scope in everyone]}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned; `StateError` where something is missing or mistyped."""
        super().restore(state)
        self._until = BEGINNING
        new = restored(lambda: Scope(ACCOUNT, 1.0, 0.0, self._zone))
        self.strategies.clear()
        found = saved_value(state, "scopes", list_of(new))
        if ACCOUNT not in [scope.name for scope in found]:
            raise StateError("has no account", "scopes")
        for scope in found:
            if scope.name == ACCOUNT:
                self.account = scope
            else:
                self.strategies[scope.name] = scope
        self._begin_named()
