"""One scope: the account or a strategy, with its NAV, sessions and closed trades."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from math import sqrt
from typing import ClassVar

from models.codec import NUMBER, TEXT
from models.equity.daily import days_a_year
from models.equity.moments import Moments
from models.equity.nav_series import Counted, NavSeries
from models.equity.strategy_metrics import StrategyMetrics
from models.equity.tally import Tally
from models.fields import PART, Field, Restorable, Table
from models.ledger.statement import Sheet

ACCOUNT = ""  # the name of the account's own scope in notices and states


class Scope(Restorable):
    """The account or a strategy, as far as it has equity.

    Marks and what fills count may be left to be worked out together: whoever asks for the track
    finds them worked out.

    Attributes:
        name: The strategy's name, or `ACCOUNT`.
        share: The part of the account's base that is the strategy's capital; 1 for the account.
        capital: The equity it starts from, account currency.
        series: The track as of what was worked out.
        times: UTC of the marks that were not, all of the series' open day.
        equities: The equity of each, account currency.
        counts: What fills of the open day count that was not.
    """

    STATE: ClassVar[Table] = Table(
        Field("name", TEXT), Field("share", NUMBER), Field("capital", NUMBER), Field("track", PART)
    )

    __slots__ = ("capital", "counts", "equities", "name", "series", "share", "times")

    def __init__(self, name: str, share: float, base: float, zone: tzinfo) -> None:
        self.name = name
        self.share = share
        self.capital = share * base
        self.series = NavSeries(self.capital, zone)
        self.times: list[datetime] = []
        self.equities: list[float] = []
        self.counts: list[Counted] = []

    @property
    def track(self) -> NavSeries:
        """Its NAV, drawdown, curve, sessions and closed trades, as of the last mark."""
        if self.counts:
            counts, self.counts = self.counts, []
            self.series.count_all(counts)
        if self.times:
            times, equities = self.times, self.equities
            self.times, self.equities = [], []
            self.series.mark_all(times, equities)
        return self.series

    @property
    def tally(self) -> Tally:
        """The closed trades in numbers."""
        return self.track.tally

    def metrics(
        self, sheet: Sheet, days_per_year: float, span: tuple[date, date] | None
    ) -> StrategyMetrics:
        """The strategy in figures; what is undefined is None.

        Args:
            sheet: Its terms.
            days_per_year: Trading days a year.
            span: The first and the last day of the account; None before the first.
        """
        tally, book = self.tally, self.track.book
        moments, year = Moments(), days_per_year
        if span is not None:
            days = book.days_between(*span)
            moments = book.daily_returns_moments().among(days)
            year = days_a_year(days, *span, days_per_year)
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
            sharpe_ratio=moments.mean / deviation * sqrt(year) if deviation else None,
            sortino_ratio=moments.mean / down * sqrt(year) if down else None,
            capital=self.capital,
            trading_days=moments.n,
        )
