"""Statistics of the account or of a strategy, from the NAV of a unit on the closes of trading days.

A unit's NAV does not see deposits and withdrawals, so no figure does. What is undefined is None:
nothing here is 0, infinite or capped for want of data. Each figure carries how many returns it was
taken of, the days a year it was annualized with and the key of its formula in `OWN`, which is the
whole list. Invariants: no figure needs a trade or a full day, and only those of "benchmark" need a
benchmark; a NAV of another scale has the same statistics; the rungs of the ladder compound. Pure
functions; `models.statistics.lean_portfolio` has LEAN's own figures, of its own samples.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.equity.samples import Column

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

# Days of a year of growth, as in LEAN.
YEAR = 365.0
EPOCH = date(1970, 1, 1).toordinal()
NORMAL = NormalDist()

# A NAV less than this part of the peak below it is at the peak (`models.equity.nav_series`).
DUST = 1e-12

# A return, or a spread of returns, below this is what rounding left of none.
NOISE = 1e-15


def quotient(part: Floats, whole: Floats) -> Floats:
    """A quotient that is 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole != 0.0)


def months_before(day: int, months: int) -> int:
    """The day of that many months earlier, the month's last where it is shorter; since 1970."""
    here = date.fromordinal(day + EPOCH)
    year, month = divmod(here.year * 12 + here.month - 1 - months, 12)
    return date(year, month + 1, min(here.day, monthrange(year, month + 1)[1])).toordinal() - EPOCH


def shape(off: Floats) -> tuple[float, float] | None:
    """Skewness and excess kurtosis of deviations from their mean, corrected for the sample's size.

    Of the samples as estimates of a population (G1 and G2 of Joanes and Gill, 1998), as pandas and
    MathNet give them. None below four samples, and where they are all the same.
    """
    n, square = off.size, off * off
    second = float(square.sum())
    if n < 4 or second == 0.0:
        return None
    third, fourth = float(square @ off), float(square @ square)
    skew = n * third * math.sqrt((n - 1) / second) / second / (n - 2)
    raw = n * fourth / second**2 - 3.0
    return skew, (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * raw + 6.0)


class Closes(NamedTuple):
    """The NAV of a unit at the close of each trading day, with the start before them all.

    Attributes:
        day: `date.toordinal()` of the local date, rising strictly; the first is the date before the
            first trading day, so that a year of trading is a year.
        nav: NAV; the first is that at the start, which is the first peak.
        benchmark: The benchmark on these days, not above 0 where it has no value; None without one.
    """

    day: Column
    nav: Column
    benchmark: Column | None = None


class Figure(NamedTuple):
    """One statistic and what it is of.

    Attributes:
        value: None where undefined.
        n: Returns it was taken of: days, weeks, months, or days on which the benchmark moved too.
        days_a_year: What it was annualized with.
        definition: Key of its formula, "own." and the name in `OWN`.
    """

    value: float | None
    n: int
    days_a_year: int
    definition: str


class _Daily:
    """The arrays that the formulas are written in (`Metric.formula`).

    A day has no return where the NAV before it is not above 0, as after a ruin.
    """

    def __init__(self, closes: Closes, days_a_year: int, risk_free: float) -> None:
        self.year, self.rate = days_a_year, risk_free
        self.day, self.nav = np.asarray(closes.day, np.int64), np.asarray(closes.nav, float)
        self.daily_rate: float = (1.0 + risk_free) ** (1.0 / days_a_year) - 1.0
        defined = self.nav[:-1] > 0.0
        change = _clean(quotient(np.diff(self.nav), self.nav[:-1]))
        self.r = change[defined]
        self.x = _clean(self.r - self.daily_rate)
        worth = np.zeros(self.nav.size) if closes.benchmark is None else closes.benchmark
        values = np.asarray(worth, float)
        both = defined & (values[:-1] > 0.0) & (values[1:] > 0.0)
        self.beside = change[both]
        self.b = _clean(quotient(np.diff(values), values[:-1])[both])
        peaks = np.maximum.accumulate(self.nav)
        self.depths = (1.0 - self.nav / peaks)[1:]
        self.depths[self.depths < DUST] = 0.0
        self.weeks = self._returns_of((self.day - 1) // 7)
        dates = (self.day - EPOCH).astype("datetime64[D]")
        self.months = self._returns_of(dates.astype("datetime64[M]").astype(np.int64))

    def _returns_of(self, period: Days) -> Floats:
        """Returns from close to close of the periods that days belong to, the open one included."""
        last = np.append(period[1:-1] != period[2:], True)
        navs = np.concatenate((self.nav[:1], self.nav[1:][last]))
        defined = navs[:-1] > 0.0
        return _clean(quotient(np.diff(navs), navs[:-1])[defined])

    def total(self) -> float:
        """Return since the start."""
        return float(self.nav[-1] / self.nav[0]) - 1.0

    def cagr(self) -> float | None:
        """Growth a calendar year; None below a NAV of 0."""
        years = float(self.day[-1] - self.day[0]) / YEAR
        return _growth(self.total() + 1.0, 1.0 / years)

    def max_drawdown(self) -> float:
        """The deepest close below the peak."""
        return float(self.depths.max())

    def ulcer(self) -> float | None:
        """The ulcer index."""
        n = self.depths.size
        return math.sqrt(float(self.depths @ self.depths) / (n - 1)) if n > 1 else None

    def downside(self) -> float:
        """Root mean square of the returns below the risk-free one, over all days."""
        below = np.minimum(self.x, 0.0)
        return math.sqrt(float(below @ below) / self.r.size)

    def beta(self) -> float | None:
        """Slope of the returns on the benchmark's."""
        if not _spread(self.b):
            return None
        apart = self.b - self.b.mean()
        return float(apart @ self.beside) / float(apart @ apart)

    def active(self) -> Floats:
        """Returns less the benchmark's."""
        return _clean(self.beside - self.b)


def _clean(values: Floats) -> Floats:
    """Returns without those that rounding left of none."""
    values[np.abs(values) < NOISE] = 0.0
    return values


def _spread(values: Floats) -> float | None:
    """Sample standard deviation; 0 where only rounding tells the values apart; None below two."""
    if values.size < 2:
        return None
    deviation = float(values.std(ddof=1))
    return deviation if deviation > NOISE * (1.0 + float(np.abs(values).max())) else 0.0


def _over(part: float | None, whole: float | None) -> float | None:
    """A quotient that is None where it is not defined."""
    return part / whole if part is not None and whole else None


def _yearly(s: _Daily, spread: float | None) -> float | None:
    """A deviation of a day, or a ratio to one, as that of a year."""
    return None if spread is None else spread * math.sqrt(s.year)


def _growth(factor: float, power: float) -> float | None:
    """Compounded growth by a factor; None where it is below 0 or the result out of all bounds."""
    try:
        return math.pow(factor, power) - 1.0
    except (OverflowError, ValueError):
        return None


def _excess(s: _Daily) -> float | None:
    cagr = s.cagr()
    return None if cagr is None else cagr - s.rate


def _best(values: Floats) -> float:
    return float(values.max())


def _worst(values: Floats) -> float:
    return float(values.min())


def _positive(values: Floats) -> float:
    return float((values > 0.0).mean())


def _gains_to_losses(values: Floats) -> tuple[float, float]:
    return float(np.maximum(values, 0.0).sum()), -float(np.minimum(values, 0.0).sum())


def _gain_to_pain(s: _Daily) -> float | None:
    gains, losses = _gains_to_losses(s.r)
    return _over(gains - losses, losses)


def _tail_ratio(s: _Daily) -> float | None:
    low, high = np.percentile(s.r, (5.0, 95.0))
    return _over(abs(float(high)), abs(float(low)))


def _moment(s: _Daily, which: int) -> float | None:
    found = shape(s.r - s.r.mean()) if _spread(s.r) else None
    return found[which] if found else None


def _cvar(s: _Daily, part: float) -> float:
    worst = int((s.r.size - 1) * part) + 1
    return float(np.partition(s.r, worst - 1)[:worst].mean())


def _normal(s: _Daily, deviations: float) -> float | None:
    spread = _spread(s.r)
    return None if spread is None else float(s.r.mean()) - spread * deviations


def _stability(s: _Daily) -> float | None:
    if float(s.nav.min()) <= 0.0:
        return None
    logs = np.log(s.nav[1:] / s.nav[1])
    return float(np.corrcoef(np.arange(logs.size), logs)[0, 1]) ** 2 if _spread(logs) else None


def _correlation(s: _Daily) -> float | None:
    moved = _spread(s.beside) and _spread(s.b)
    return float(np.corrcoef(s.beside, s.b)[0, 1]) if moved else None


def _alpha(s: _Daily) -> float | None:
    beta = s.beta()
    if beta is None:
        return None
    ours, theirs = (float(x.mean()) - s.daily_rate for x in (s.beside, s.b))
    return (ours - beta * theirs) * s.year


def _information_ratio(s: _Daily) -> float | None:
    spread = _spread(s.active())
    return _yearly(s, float(s.active().mean()) / spread) if spread else None


def _capture(s: _Daily, chosen: npt.NDArray[np.bool_]) -> float | None:
    n = int(chosen.sum())
    if not n:
        return None
    grown = (float((1.0 + x[chosen]).prod()) for x in (s.beside, s.b))
    ours, theirs = (_growth(factor, s.year / n) for factor in grown)
    return _over(ours, theirs)


class Metric(NamedTuple):
    """A statistic of `OWN`.

    Attributes:
        of: What its n counts: the returns r of days, those of weeks or months, or the returns b of
            the benchmark on days that have both.
        formula: x is r less that of the risk-free rate, (1 + rate)^(1/N) - 1; N the days a year, D
            the depth of a close below the peak, n the number of r; std that of a sample; z normal
            quantiles. What is lost is negative, a drawdown positive; fractions, not percent.
        value: The function; None where undefined.
    """

    of: str
    formula: str
    value: Callable[[_Daily], float | None]


# Below which the worst 5 % and 1 % of a normal distribution are, and where they are on average.
_QUANTILES = {part: -NORMAL.inv_cdf(part) for part in (0.05, 0.01)}
_TAILS = {part: NORMAL.pdf(z) / part for part, z in _QUANTILES.items()}
OWN: dict[str, Metric] = {
    "total_return": Metric("r", "last NAV / first - 1", _Daily.total),
    "cagr": Metric("r", "(last NAV / first)^(365 / calendar days) - 1", _Daily.cagr),
    "volatility": Metric("r", "std(r) sqrt(N)", lambda s: _yearly(s, _spread(s.r))),
    "downside_deviation": Metric(
        "r", "sqrt(sum(min(x, 0)^2) / n) sqrt(N)", lambda s: _yearly(s, s.downside())
    ),
    "sharpe": Metric(
        "r",
        "mean(x) / std(x) sqrt(N), arithmetic",
        lambda s: _yearly(s, _over(float(s.x.mean()), _spread(s.x))),
    ),
    "sortino": Metric(
        "r",
        "mean(x) N / downside_deviation, all days in n",
        lambda s: _yearly(s, _over(float(s.x.mean()), s.downside())),
    ),
    "max_drawdown": Metric("r", "max(D)", _Daily.max_drawdown),
    "calmar": Metric(
        "r", "cagr / max_drawdown, since start", lambda s: _over(s.cagr(), s.max_drawdown())
    ),
    "omega": Metric(
        "r", "sum(max(x, 0)) / sum(max(-x, 0))", lambda s: _over(*_gains_to_losses(s.x))
    ),
    "ulcer_index": Metric("r", "sqrt(sum(D^2) / (n - 1))", _Daily.ulcer),
    "martin_ratio": Metric(
        "r", "(cagr - rate) / ulcer_index", lambda s: _over(_excess(s), s.ulcer())
    ),
    "recovery_factor": Metric(
        "r", "total_return / max_drawdown", lambda s: _over(s.total(), s.max_drawdown())
    ),
    "tail_ratio": Metric("r", "|95th percentile of r / 5th|", _tail_ratio),
    "skew": Metric("r", "of r, corrected for n (G1)", lambda s: _moment(s, 0)),
    "kurtosis": Metric("r", "of r, excess, corrected for n (G2)", lambda s: _moment(s, 1)),
    "var_95": Metric(
        "r", "5th percentile of r, interpolated", lambda s: float(np.percentile(s.r, 5.0))
    ),
    "var_99": Metric(
        "r", "1st percentile of r, interpolated", lambda s: float(np.percentile(s.r, 1.0))
    ),
    "cvar_95": Metric("r", "mean of the r not above var_95", lambda s: _cvar(s, 0.05)),
    "cvar_99": Metric("r", "mean of the r not above var_99", lambda s: _cvar(s, 0.01)),
    "normal_var_95": Metric(
        "r", "mean(r) + z(0.05) std(r)", lambda s: _normal(s, _QUANTILES[0.05])
    ),
    "normal_var_99": Metric(
        "r", "mean(r) + z(0.01) std(r)", lambda s: _normal(s, _QUANTILES[0.01])
    ),
    "normal_cvar_95": Metric(
        "r", "mean(r) - pdf(z(0.05)) / 0.05 std(r)", lambda s: _normal(s, _TAILS[0.05])
    ),
    "normal_cvar_99": Metric(
        "r", "mean(r) - pdf(z(0.01)) / 0.01 std(r)", lambda s: _normal(s, _TAILS[0.01])
    ),
    "best_day": Metric("r", "max(r)", lambda s: _best(s.r)),
    "worst_day": Metric("r", "min(r)", lambda s: _worst(s.r)),
    "positive_days": Metric("r", "share of r above 0", lambda s: _positive(s.r)),
    "best_week": Metric("weeks", "best from Monday to Sunday", lambda s: _best(s.weeks)),
    "worst_week": Metric("weeks", "worst from Monday to Sunday", lambda s: _worst(s.weeks)),
    "positive_weeks": Metric("weeks", "share of weeks above 0", lambda s: _positive(s.weeks)),
    "best_month": Metric("months", "best calendar month", lambda s: _best(s.months)),
    "worst_month": Metric("months", "worst calendar month", lambda s: _worst(s.months)),
    "positive_months": Metric("months", "share of months above 0", lambda s: _positive(s.months)),
    "gain_to_pain": Metric("r", "sum(r) / sum(max(-r, 0))", _gain_to_pain),
    "time_under_water": Metric("r", "share of D above 0", lambda s: _positive(s.depths)),
    "stability": Metric("r", "R^2 of log(NAV) on the number of the day", _stability),
    "alpha": Metric("b", "(mean(x) - beta (mean(b) less that of the rate)) N", _alpha),
    "beta": Metric("b", "cov(r, b) / var(b)", _Daily.beta),
    "correlation": Metric("b", "of r and b", _correlation),
    "up_capture": Metric(
        "b", "growth a year of r / that of b, where b > 0", lambda s: _capture(s, s.b > 0.0)
    ),
    "down_capture": Metric(
        "b", "growth a year of r / that of b, where b < 0", lambda s: _capture(s, s.b < 0.0)
    ),
    "tracking_error": Metric("b", "std(r - b) sqrt(N)", lambda s: _yearly(s, _spread(s.active()))),
    "information_ratio": Metric("b", "mean(r - b) / std(r - b) sqrt(N)", _information_ratio),
    "treynor_ratio": Metric("b", "(cagr - rate) / beta", lambda s: _over(_excess(s), s.beta())),
}


def own_statistics(
    closes: Closes, *, days_a_year: int, risk_free: float = 0.0
) -> dict[str, Figure]:
    """Every figure of `OWN`, for the account or a strategy.

    Args:
        closes: The start and the closes after it; all is None and n 0 without a close, or where
            the NAV at the start is not above 0.
        days_a_year: `settings.trading_days_per_year`.
        risk_free: Mean annual rate of the time, e.g. 0.02.
    """
    begun = len(closes.nav) > 1 and closes.nav[0] > 0.0
    series = _Daily(closes, days_a_year, risk_free) if begun else None
    figures = {}
    for name, metric in OWN.items():
        value = None if series is None else metric.value(series)
        n = 0 if series is None else getattr(series, metric.of).size
        figures[name] = Figure(value, n, days_a_year, f"own.{name}")
    return figures
