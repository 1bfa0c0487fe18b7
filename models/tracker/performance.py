"""How the account and its strategies perform: figures, sessions, drawdowns and curves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from models.equity.curve import CurvePoint
from models.equity.daily import daily_series_of
from models.equity.drawdown import DrawdownRecord
from models.equity.samples import Floats
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.strategy_metrics import StrategyMetrics
from models.errors import CallError, UnknownStrategyError
from models.statistics.own_block import BlockInputs, OwnBlock
from models.tracker.core import Core

MOMENT = timedelta.resolution


class StrategiesByName(dict[str, StrategyMetrics]):
    """Each strategy in figures; who asks for another is told of those there are."""

    def __missing__(self, name: str) -> StrategyMetrics:
        raise UnknownStrategyError(name, self)


class Performance:
    """Answers how the account, or a strategy, performs; None as a name means the account.

    Every question about a strategy that does not exist raises `UnknownStrategyError`.

    Args:
        core: Whose scopes are asked.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def account(self) -> StrategyMetrics:
        """The account in the figures that a strategy has; its name is empty."""
        with self._core.lock:
            return replace(self.headline(), portfolio=self.block(None))

    def headline(self) -> StrategyMetrics:
        """The same without the block of portfolio figures, which takes time to compute."""
        core = self._core
        with core.lock:
            figures = core.scopes.account.metrics
            return figures(core.ledger.total(), core.days_per_year, self._span())

    def block(self, strategy: str | None) -> OwnBlock:
        """Every portfolio figure of daily closes, computed when one is read."""
        core = self._core
        with core.lock:
            return OwnBlock(
                BlockInputs(
                    closes=core.scopes.find(strategy).track.book.closes_now(),
                    span=self._span(),
                    samples=core.days.log.samples_now(),
                    zone=core.zone,
                    days_per_year=core.days_per_year,
                )
            )

    def strategies(self) -> dict[str, StrategyMetrics]:
        """Each strategy in figures; `unassigned` among them where it ever held something."""
        core = self._core
        with core.lock:
            span = self._span()
            return StrategiesByName(
                (
                    name,
                    replace(
                        scope.metrics(core.ledger.sheet(name), core.days_per_year, span),
                        portfolio=self.block(name),
                    ),
                )
                for name, scope in core.scopes.strategies.items()
            )

    def sessions(self, kind: SessionKind | str, strategy: str | None) -> list[SessionMetrics]:
        """Sessions of a kind, the oldest first, the open one last.

        Raises:
            CallError: There is no such kind.
        """
        try:
            wanted = SessionKind(kind)
        except ValueError:
            kinds = ", ".join(each.value for each in SessionKind)
            raise CallError(f"there are no {kind!r} sessions; the kinds are {kinds}") from None
        with self._core.lock:
            return self._core.scopes.find(strategy).track.book.sessions(wanted)

    def open_day(self, strategy: str | None) -> SessionMetrics | None:
        """The open day; None before the first event."""
        with self._core.lock:
            return self._core.scopes.find(strategy).track.book.open_day()

    def drawdown(self, strategy: str | None) -> DrawdownRecord:
        """How far it is below its peak, and its deepest drawdowns."""
        with self._core.lock:
            track = self._core.scopes.find(strategy).track
            return DrawdownRecord(
                depth=track.depth,
                amount=track.amount,
                max_depth=track.max_depth,
                open=track.open_period,
                periods=tuple(track.periods),
            )

    def daily_nav(self, strategy: str | None) -> tuple[list[date], Floats]:
        """The days since the opening, and the NAV at the end of each."""
        with self._core.lock:
            days, navs = self._core.scopes.find(strategy).track.book.daily_closes()
            span = self._span()
        return ([], np.empty(0)) if span is None else daily_series_of(days, navs, *span)

    def _span(self) -> tuple[date, date] | None:
        """The first and the last day of the account; None before it opened."""
        core = self._core
        last = core.ledger.books.time
        if not core.deployments or last is None:
            return None
        begun, sampled = core.deployments[0].time, core.days.log.first
        if sampled is not None:  # LEAN samples a backtest's start before its first slice
            begun = min(begun, datetime.fromtimestamp(sampled, UTC))
        # without a mark of its own a midnight is of the day that it ends
        first, until = (each.astimezone(core.zone).date() for each in (begun, last - MOMENT))
        return first, max(first, until, core.scopes.account.track.book.last_close or first)

    def equity_curve(self, strategy: str | None) -> list[CurvePoint]:
        """Its equity over time, in at most 4,000 marks with the extremes among them."""
        with self._core.lock:
            return self._core.scopes.find(strategy).track.curve()
