"""LEAN's `TradeStatistics` by LEAN's definitions, so that anyone can tick them against its report.

Its winners made a profit before fees, a breakeven is a loss, and an option's exercise may be won by
what it gave though it cost money; a missing ratio is 0 or 10. The figures are running ones: whole
cents, as LEAN rounds a trade's money, and ticks where LEAN has them; of each trade its duration
alone stays. `models.trades.metrics` has ours.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import sqrt
from typing import Any

from models.trades.lean_trade import LeanTrade

_TICKS = 10_000_000  # of LEAN's clock, a second
_TICK, _DAY = timedelta(microseconds=1), timedelta(days=1)
_DIGITS = 10_000  # LEAN prints four decimals

# LEAN's names, in its order.
FIELDS = (
    "startDateTime", "endDateTime", "totalNumberOfTrades", "numberOfWinningTrades",
    "numberOfLosingTrades", "totalProfitLoss", "totalProfit", "totalLoss", "largestProfit",
    "largestLoss", "averageProfitLoss", "averageProfit", "averageLoss", "averageTradeDuration",
    "averageWinningTradeDuration", "averageLosingTradeDuration", "medianTradeDuration",
    "medianWinningTradeDuration", "medianLosingTradeDuration", "maxConsecutiveWinningTrades",
    "maxConsecutiveLosingTrades", "profitLossRatio", "winLossRatio", "winRate", "lossRate",
    "averageMAE", "averageMFE", "largestMAE", "largestMFE", "maximumClosedTradeDrawdown",
    "maximumIntraTradeDrawdown", "profitLossStandardDeviation", "profitLossDownsideDeviation",
    "profitFactor", "sharpeRatio", "sortinoRatio", "profitToMaxDrawdownRatio",
    "maximumEndTradeDrawdown", "averageEndTradeDrawdown", "maximumDrawdownDuration", "totalFees",
)  # fmt: skip


@dataclass(slots=True)
class _Running:
    """LEAN's running figures of all trades, of the winning or of the losing ones.

    Attributes:
        count: How many.
        cents: Sum of their profits before fees.
        squares: Sum of the squares.
        ticks: Average duration.
    """

    count: int = 0
    cents: int = 0
    squares: int = 0
    ticks: int = 0

    def add(self, cents: int, seconds: float) -> None:
        """Take a trade."""
        self.count += 1
        self.cents += cents
        self.squares += cents * cents
        # LEAN cuts every step to whole ticks, and the cuts add up
        self.ticks += int((seconds - self.ticks / _TICKS) / self.count * _TICKS)

    @property
    def average(self) -> Fraction:
        """Mean profit, account currency; 0 without a trade."""
        return Fraction(self.cents, 100 * self.count) if self.count else Fraction(0)

    @property
    def deviation(self) -> Fraction:
        """Sample deviation, account currency; 0 below two trades. LEAN makes 15 digits of it."""
        spread = self.count * self.squares - self.cents * self.cents
        pairs = self.count * (self.count - 1)
        return Fraction(f"{sqrt(spread / pairs) / 100:.15g}") if pairs else Fraction(0)


@dataclass(slots=True, eq=False)
class LeanTradeStatistics:
    """LEAN's `TradeStatistics` of trades in the order of closing, by LEAN's definitions.

    What LEAN prints comes out to the last digit; where a digit hangs on half a unit of it, or on
    an average's 28th decimal, it may be the next. Amounts are in cents, durations in ticks.

    Attributes:
        every: All trades; `wins` are those with a profit, `losses` the rest.
        exercised: Losses that were won by what an exercise gave.
        first: The first entry; `last` the last exit.
        streak: Wins in a row so far, or losses as a negative number.
        peak: Highest total profit; `peak_time` the exit that made it, at first the first entry.
        peak_mfe: Highest total profit with the open trade's best.
        fall: Deepest total below the peak; `fall_mae` of the open trade's worst below `peak_mfe`.
        below: Whether a loss came since the peak; `below_for` the longest way from peak to peak.
    """

    every: _Running = field(default_factory=_Running)
    wins: _Running = field(default_factory=_Running)
    losses: _Running = field(default_factory=_Running)
    exercised: int = 0
    first: datetime | None = None
    last: datetime | None = None
    largest_profit: int = 0
    largest_loss: int = 0
    mae: int = 0
    mfe: int = 0
    largest_mae: int = 0
    largest_mfe: int = 0
    largest_end: int = 0
    fees: float = 0.0
    streak: int = 0
    longest_wins: int = 0
    longest_losses: int = 0
    peak: int = 0
    peak_time: datetime | None = None
    peak_mfe: int = 0
    fall: int = 0
    fall_mae: int = 0
    below: bool = False
    below_for: int = 0
    win_ticks: array[int] = field(default_factory=lambda: array("q"))
    loss_ticks: array[int] = field(default_factory=lambda: array("q"))

    def add(self, trade: LeanTrade) -> None:
        """Take a trade, after those that closed before it."""
        cents = _cents(trade.profit_loss)
        ticks = (trade.exit_time - trade.entry_time) // _TICK * 10
        self.first = min(self.first or trade.entry_time, trade.entry_time)
        self.last = max(self.last or trade.exit_time, trade.exit_time)
        self.peak_time = self.peak_time or trade.entry_time
        self._excursions(trade)
        self.every.add(cents, ticks / _TICKS)
        self.fees += trade.total_fees
        if cents > 0:
            self.wins.add(cents, ticks / _TICKS)
            self.win_ticks.append(ticks)
            self.largest_profit = max(self.largest_profit, cents)
            self._rise(trade.exit_time)
        else:
            self.losses.add(cents, ticks / _TICKS)
            self.loss_ticks.append(ticks)
            self.largest_loss = min(self.largest_loss, cents)
            self.exercised += trade.is_win
            self.fall = min(self.fall, self.every.cents - self.peak)
            self.below = True
        self._count(cents > 0 or trade.is_win)

    def _excursions(self, trade: LeanTrade) -> None:
        """Take the trade's extremes, on top of the profit of those before it."""
        mae, mfe, total = _cents(trade.mae), _cents(trade.mfe), self.every.cents
        self.mae += mae
        self.mfe += mfe
        self.largest_mae = min(self.largest_mae, mae)
        self.largest_mfe = max(self.largest_mfe, mfe)
        self.largest_end = max(self.largest_end, _cents(trade.end_trade_drawdown))
        self.peak_mfe = max(self.peak_mfe, total + mfe)
        self.fall_mae = min(self.fall_mae, total + mae - self.peak_mfe)

    def _rise(self, exit_time: datetime) -> None:
        """Note a new peak of the total profit, if it is one; only then a way back up has ended."""
        if self.every.cents > self.peak and self.peak_time is not None:
            self.peak = self.every.cents
            if self.below:
                self.below_for = max(self.below_for, (exit_time - self.peak_time) // _TICK * 10)
            self.peak_time, self.below = exit_time, False

    def _count(self, won: bool) -> None:
        if won:
            self.streak = max(self.streak, 0) + 1
            self.longest_wins = max(self.longest_wins, self.streak)
        else:
            self.streak = min(self.streak, 0) - 1
            self.longest_losses = max(self.longest_losses, -self.streak)

    def block(self) -> dict[str, Any]:
        """The figures under LEAN's names, as a result file has them: decimals are strings.

        LEAN's decimals keep trailing zeros by the digits of the data, which doubles do not: here
        money has two decimals at least unless it is 0, a ratio has no such zeros.
        """
        found = {**self._counts(), **self._money(), **self._times(), **self._ratios()}
        return {name: found[name] for name in FIELDS}

    def _counts(self) -> dict[str, Any]:
        return {
            "startDateTime": _utc(self.first),
            "endDateTime": _utc(self.last),
            "totalNumberOfTrades": self.every.count,
            "numberOfWinningTrades": self.wins.count + self.exercised,
            "numberOfLosingTrades": self.losses.count - self.exercised,
            "maxConsecutiveWinningTrades": self.longest_wins,
            "maxConsecutiveLosingTrades": self.longest_losses,
        }

    def _money(self) -> dict[str, str]:
        count = self.every.count or 1
        mfe = Fraction(self.mfe, 100 * count)
        figures = {
            "totalProfitLoss": Fraction(self.every.cents, 100),
            "totalProfit": Fraction(self.wins.cents, 100),
            "totalLoss": Fraction(self.losses.cents, 100),
            "largestProfit": Fraction(self.largest_profit, 100),
            "largestLoss": Fraction(self.largest_loss, 100),
            "averageProfitLoss": self.every.average,
            "averageProfit": self.wins.average,
            "averageLoss": self.losses.average,
            "averageMAE": Fraction(self.mae, 100 * count),
            "averageMFE": mfe,
            "largestMAE": Fraction(self.largest_mae, 100),
            "largestMFE": Fraction(self.largest_mfe, 100),
            "maximumClosedTradeDrawdown": Fraction(self.fall, 100),
            "maximumIntraTradeDrawdown": Fraction(self.fall_mae, 100),
            "profitLossStandardDeviation": self.every.deviation,
            "profitLossDownsideDeviation": self.losses.deviation,
            "maximumEndTradeDrawdown": Fraction(self.largest_end, 100),
            "averageEndTradeDrawdown": self.every.average - mfe,
            "totalFees": Fraction(f"{self.fees:.10f}"),
        }
        return {name: _decimal(value, 2) for name, value in figures.items()}

    def _times(self) -> dict[str, str]:
        both = self.win_ticks + self.loss_ticks
        ticks = {
            "averageTradeDuration": self.every.ticks,
            "averageWinningTradeDuration": self.wins.ticks,
            "averageLosingTradeDuration": self.losses.ticks,
            "medianTradeDuration": _median(both),
            "medianWinningTradeDuration": _median(self.win_ticks),
            "medianLosingTradeDuration": _median(self.loss_ticks),
            "maximumDrawdownDuration": self.below_for,
        }
        return {name: _timespan(value) for name, value in ticks.items()}

    def _ratios(self) -> dict[str, str]:
        every, wins, losses, fall = self.every, self.wins, self.losses, -self.fall
        won, lost = wins.count + self.exercised, losses.count - self.exercised
        win_rate = Fraction(won, every.count or 1)
        ratios = {
            "profitLossRatio": _ratio(wins.average, -losses.average, 0),
            "winLossRatio": _ratio(won, lost, 10 if every.count else 0),
            "winRate": win_rate,
            "lossRate": 1 - win_rate if every.count else Fraction(0),
            "profitFactor": _ratio(wins.cents, -losses.cents, 10 if wins.cents else 0),
            "sharpeRatio": _ratio(every.average, every.deviation, 0),
            "sortinoRatio": _ratio(every.average, losses.deviation, 0),
            "profitToMaxDrawdownRatio": _ratio(every.cents, fall, 10 if every.cents else 0),
        }
        return {name: _decimal(value, 0) for name, value in ratios.items()}

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {each.name: _saved(getattr(self, each.name)) for each in fields(self)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""
        for name, value in state.items():
            old = getattr(self, name)
            if isinstance(old, _Running):
                setattr(self, name, _Running(*value))
            elif isinstance(old, array):
                setattr(self, name, array("q", value))
            else:
                dated = value is not None and name in _DATES
                setattr(self, name, datetime.fromisoformat(value) if dated else value)


_DATES = frozenset({"first", "last", "peak_time"})


def _saved(value: Any) -> Any:
    if isinstance(value, _Running):
        return list(astuple(value))
    if isinstance(value, array):
        return value.tolist()
    return value.isoformat() if isinstance(value, datetime) else value


def _cents(amount: float) -> int:
    return round(amount * 100.0)


def _ratio(part: Fraction | int, whole: Fraction | int, otherwise: int) -> Fraction:
    return Fraction(part) / whole if whole else Fraction(otherwise)


def _median(ticks: Sequence[int]) -> int:
    """LEAN's median: of an even number the upper of the middle two; 0 of none."""
    return sorted(ticks)[len(ticks) // 2] if ticks else 0


def _decimal(value: Fraction, least: int) -> str:
    """A number to four decimals, half to even, without trailing zeros past the least decimals."""
    scaled = round(value * _DIGITS)
    if not scaled:
        return "0"
    whole, part = divmod(abs(scaled), _DIGITS)
    digits = f"{part:04}".rstrip("0").ljust(least, "0")
    return f"{'-' * (scaled < 0)}{whole}{'.' * bool(digits)}{digits}"


def _timespan(ticks: int) -> str:
    """A duration as .NET writes it: days, if any, and 7 digits of a second, if any."""
    seconds, part = divmod(abs(ticks), _TICKS)
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    fraction = f".{part:07}" if part else ""
    return f"{'-' * (ticks < 0)}{f'{days}.' if days else ''}{clock}{fraction}"


def _utc(moment: datetime | None) -> str | None:
    """A time as LEAN writes it, without the zeros at the end of its fraction."""
    if moment is None:
        return None
    text = moment.astimezone(UTC).isoformat().removesuffix("+00:00")
    return f"{text.rstrip('0') if moment.microsecond else text}Z"


def lean_statistics(trades: Iterable[LeanTrade]) -> dict[str, Any]:
    """LEAN's block of some trades in the order of closing."""
    statistics = LeanTradeStatistics()
    for trade in trades:
        statistics.add(trade)
    return statistics.block()


def rolling_statistics(
    trades: Sequence[LeanTrade], first: date, last: date
) -> dict[str, dict[str, Any]]:
    """LEAN's blocks of its rolling windows: 1, 3, 6 and 12 months to each month's end.

    Args:
        trades: In the order of closing.
        first: The run's first date, UTC: no window starts before it.
        last: Its last date, where the last month ends.

    Returns:
        Blocks by LEAN's names, such as `M3_20130628`; a trade is in the windows of its exit's date.
    """
    blocks = {}
    exits = [trade.exit_time for trade in trades]
    for months in (1, 3, 6, 12):
        for start, end in _windows(months, first, last):
            low, high = (bisect_left(exits, _midnight(day)) for day in (start, end + _DAY))
            blocks[f"M{months}_{end:%Y%m%d}"] = lean_statistics(trades[low:high])
    return blocks


def _windows(months: int, first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last date of each window, from the oldest."""
    ends = [last]
    while (end := ends[-1].replace(day=1) - _DAY) >= first:
        ends.append(end)
    for end in reversed(ends):
        month = end.year * 12 + end.month - months
        yield max(first, date(month // 12, month % 12 + 1, 1)), end


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
