"""The statistics against QuantStats 0.0.77 and empyrical-reloaded 0.7.1, on the same returns.

What they share is equal to 1e-9. Where a definition differs on purpose, the test says how and
checks both. The last part has the traps that other trackers fell into, one test each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import empyrical
import numpy as np
import pandas as pd
import pytest
import quantstats.stats as quantstats

from models.equity.samples import Floats, Samples
from models.statistics.closes import Closes
from models.statistics.lean_portfolio import lean_portfolio_statistics
from models.statistics.lean_samples import Closings, closing
from models.statistics.periods import DailyDrawdownPeriod, drawdown_periods, period_ladder
from models.statistics.portfolio import own_statistics

START = date(2018, 12, 31)


@dataclass(frozen=True)
class Market:
    """Returns of a portfolio and its benchmark on business days, and how they are judged."""

    seed: int
    n: int
    mean: float
    days_a_year: int
    rate: float

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Returns with fat tails, in part the benchmark's, as both libraries take them."""
        random = np.random.default_rng(self.seed)
        benchmark = random.normal(3e-4, 0.011, self.n)
        own = 0.006 * random.standard_t(4, self.n) + self.mean
        columns = {"r": 0.6 * benchmark + own, "b": benchmark}
        return pd.DataFrame(columns, index=pd.bdate_range("2019-01-01", periods=self.n))

    @property
    def r(self) -> pd.Series:
        """The portfolio's returns."""
        return self.frame["r"]

    @property
    def b(self) -> pd.Series:
        """The benchmark's returns."""
        return self.frame["b"]

    @property
    def daily_rate(self) -> float:
        """The risk-free rate of a day."""
        return float((1.0 + self.rate) ** (1.0 / self.days_a_year) - 1.0)

    def closes(self) -> Closes:
        """The same as NAVs, the start before them."""
        days = [START.toordinal(), *(day.toordinal() for day in self.frame.index.date)]
        return Closes(days, compounded(self.r), compounded(self.b) * 300.0)

    def own(self) -> dict[str, float]:
        """The values of our statistics, all of them defined."""
        found = own_statistics(self.closes(), days_a_year=self.days_a_year, risk_free=self.rate)
        return {name: math.nan if f.value is None else f.value for name, f in found.items()}


def compounded(returns: Any) -> Floats:
    """NAVs from 1."""
    return np.cumprod(np.concatenate(([1.0], 1.0 + np.asarray(returns, float))))


def of_returns(
    returns: list[float], days_a_year: int = 252, rate: float = 0.0
) -> dict[str, float | None]:
    """Our statistics of daily returns."""
    navs = compounded(returns)
    found = own_statistics(
        Closes(np.arange(navs.size) + START.toordinal(), navs),
        days_a_year=days_a_year,
        risk_free=rate,
    )
    return {name: figure.value for name, figure in found.items()}


def series(returns: list[float]) -> pd.Series:
    """The same as the libraries take them."""
    return pd.Series(returns, index=pd.bdate_range("2019-01-01", periods=len(returns)))


MARKETS = [
    Market(1, 600, 4e-4, 252, 0.0),
    Market(2, 600, 4e-4, 252, 0.03),
    Market(3, 900, -8e-4, 365, 0.0),
    Market(4, 45, 1e-3, 365, 0.05),
    Market(5, 2500, 1e-4, 252, 0.01),
]
market = pytest.mark.parametrize("market", MARKETS, ids=lambda market: f"seed {market.seed}")


def check(found: dict[str, float], **expected: Any) -> None:
    """Assert that each of our figures is the library's."""
    for name, value in expected.items():
        assert found[name] == pytest.approx(float(value), rel=1e-9, abs=1e-12), name


# --- equal


@market
def test_quantstats_has_the_same(market: Market) -> None:
    """What QuantStats defines as we do."""
    r, n, rate = market.r, market.days_a_year, market.rate
    check(
        market.own(),
        total_return=quantstats.comp(r),
        volatility=quantstats.volatility(r, periods=n),
        sharpe=quantstats.sharpe(r, rf=rate, periods=n),
        sortino=quantstats.sortino(r, rf=rate, periods=n),
        omega=quantstats.omega(r, rf=rate, periods=n),
        max_drawdown=-quantstats.max_drawdown(r),
        ulcer_index=quantstats.ulcer_index(r),
        tail_ratio=quantstats.tail_ratio(r),
        skew=quantstats.skew(r),
        kurtosis=quantstats.kurtosis(r),
        normal_var_95=quantstats.value_at_risk(r),
        normal_var_99=quantstats.value_at_risk(r, confidence=0.99),
        best_day=quantstats.best(r),
        worst_day=quantstats.worst(r),
        best_month=quantstats.best(r, aggregate="ME"),
        worst_month=quantstats.worst(r, aggregate="ME"),
        gain_to_pain=quantstats.gain_to_pain_ratio(r),
        beta=quantstats.greeks(r, market.b, periods=n)["beta"],
        correlation=math.sqrt(quantstats.r_squared(r, market.b)),
    )


@market
def test_empyrical_has_the_same(market: Market) -> None:
    """What empyrical defines as we do; its risk-free rate is that of a day."""
    r, b, n, rate = market.r, market.b, market.days_a_year, market.daily_rate
    found = market.own()
    check(
        found,
        total_return=empyrical.cum_returns_final(r),
        volatility=empyrical.annual_volatility(r, annualization=n),
        downside_deviation=empyrical.downside_risk(r, rate, annualization=n),
        sharpe=empyrical.sharpe_ratio(r, rate, annualization=n),
        sortino=empyrical.sortino_ratio(r, rate, annualization=n),
        omega=empyrical.omega_ratio(r, rate),
        max_drawdown=-empyrical.max_drawdown(r),
        tail_ratio=empyrical.tail_ratio(r),
        var_95=empyrical.value_at_risk(r),
        var_99=empyrical.value_at_risk(r, 0.01),
        cvar_95=empyrical.conditional_value_at_risk(r),
        cvar_99=empyrical.conditional_value_at_risk(r, 0.01),
        stability=empyrical.stability_of_timeseries(r),
        beta=empyrical.beta(r, b, rate),
        tracking_error=empyrical.annual_volatility(r - b, annualization=n),
    )
    months = empyrical.aggregate_returns(r, "monthly")
    check(found, best_month=months.max(), worst_month=months.min())
    check(found, positive_months=(months > 0.0).mean())


def test_empyrical_has_the_same_weeks_within_a_year() -> None:
    """It numbers weeks within the year, so that one over New Year falls apart."""
    market = Market(1, 200, 4e-4, 252, 0.0)
    weeks = empyrical.aggregate_returns(market.r, "weekly")
    check(
        market.own(),
        best_week=weeks.max(),
        worst_week=weeks.min(),
        positive_weeks=(weeks > 0.0).mean(),
    )


@market
def test_empyrical_has_the_same_capture_of_252_days(market: Market) -> None:
    """Its capture ratios know of no other year."""
    r, b = market.r, market.b
    check(
        replace(market, days_a_year=252).own(),
        up_capture=empyrical.up_capture(r, b),
        down_capture=empyrical.down_capture(r, b),
    )


@market
def test_quantstats_has_the_same_drawdown_periods(market: Market) -> None:
    """Each drawdown's depth and lowest day; its first day below and its last, not the peak's."""
    details = quantstats.drawdown_details(quantstats.to_drawdown_series(market.r))
    closes = market.closes()
    periods = drawdown_periods(closes)
    assert len(periods) == len(details)
    days = [date.fromordinal(int(day)) for day in closes.day]
    for period, (start, valley, end, _, depth, _) in zip(periods, details.values, strict=True):
        assert period.depth == pytest.approx(-depth / 100.0, rel=1e-9)
        assert period.trough.isoformat() == str(valley)
        assert days[days.index(period.start) + 1].isoformat() == str(start)
        last = days[-1] if period.end is None else days[days.index(period.end) - 1]
        assert last.isoformat() == str(end)


# --- different on purpose


@market
def test_growth_is_of_calendar_years_not_of_periods(market: Market) -> None:
    """Both libraries divide the number of returns by N, whatever time they took."""
    r, n = market.r, market.days_a_year
    found = market.own()
    closes = market.closes()
    days = int(closes.day[-1] - closes.day[0])
    check(found, cagr=(1.0 + found["total_return"]) ** (365.0 / days) - 1.0)
    theirs = (1.0 + found["total_return"]) ** (n / market.n) - 1.0
    assert quantstats.cagr(r, periods=n) == pytest.approx(theirs, rel=1e-9)
    assert empyrical.annual_return(r, annualization=n) == pytest.approx(theirs, rel=1e-9)
    # What is a growth a year over something else differs by no more than that.
    depth = found["max_drawdown"]
    check(found, calmar=found["cagr"] / depth)
    assert quantstats.calmar(r, periods=n) == pytest.approx(theirs / depth, rel=1e-9)
    assert empyrical.calmar_ratio(r, annualization=n) == pytest.approx(theirs / depth, rel=1e-9)


@market
def test_martin_and_treynor_are_of_a_year_not_of_all_time(market: Market) -> None:
    """QuantStats puts the total return over the index and over beta, less a rate of one year."""
    r, rate, found = market.r, market.rate, market.own()
    excess, total = found["cagr"] - rate, found["total_return"] - rate
    check(found, martin_ratio=excess / found["ulcer_index"], treynor_ratio=excess / found["beta"])
    upi = quantstats.ulcer_performance_index(r, rf=rate)
    assert upi == pytest.approx(total / found["ulcer_index"], rel=1e-9)
    treynor = quantstats.treynor_ratio(r, market.b, rf=rate)
    assert treynor == pytest.approx(total / found["beta"], rel=1e-9)


@market
def test_recovery_is_of_the_total_return_with_its_sign(market: Market) -> None:
    """QuantStats adds up returns, which do not add, and drops the sign of a loss."""
    found = market.own()
    check(found, recovery_factor=found["total_return"] / found["max_drawdown"])
    theirs = abs(float(market.r.sum())) / found["max_drawdown"]
    assert quantstats.recovery_factor(market.r) == pytest.approx(theirs, rel=1e-9)


@market
def test_information_is_of_a_year(market: Market) -> None:
    """Neither library annualizes the information ratio."""
    r, b, year = market.r, market.b, math.sqrt(market.days_a_year)
    check(market.own(), information_ratio=quantstats.information_ratio(r, b) * year)
    check(market.own(), information_ratio=empyrical.excess_sharpe(r, b) * year)


@market
def test_alpha_is_in_excess_of_the_rate_and_does_not_compound(market: Market) -> None:
    """QuantStats leaves the risk-free rate out of alpha, empyrical compounds a day's."""
    r, b, n, found = market.r, market.b, market.days_a_year, market.own()
    beta = found["beta"]
    check(
        found,
        alpha=quantstats.greeks(r, b, periods=n)["alpha"] - n * market.daily_rate * (1.0 - beta),
        beta=beta,
    )
    theirs = empyrical.alpha(r, b, market.daily_rate, annualization=n)
    assert theirs == pytest.approx((1.0 + found["alpha"] / n) ** n - 1.0, rel=1e-9)


@market
def test_the_normal_cvar_is_the_distributions(market: Market) -> None:
    """QuantStats averages the returns below the normal quantile: part normal, part historical."""
    r, found = market.r, market.own()
    theirs = float(r[r < found["normal_var_95"]].mean())
    assert quantstats.conditional_value_at_risk(r) == pytest.approx(theirs, rel=1e-9)
    spread = (found["normal_var_95"] - float(r.mean())) / -1.6448536269514722
    check(found, normal_cvar_95=float(r.mean()) - 2.0627128075074253 * spread)


def test_positive_days_are_of_all_days() -> None:
    """QuantStats leaves days without a move out of the whole."""
    returns = [0.01, 0.0, 0.0, -0.01]
    assert of_returns(returns)["positive_days"] == 0.25
    assert quantstats.win_rate(series(returns)) == 0.5


# --- traps (peers C and D): what a figure must not do


def test_trap_the_sharpe_ratio_is_arithmetic() -> None:
    """LEAN's has the geometric mean of a year on top: of the same returns it is a tenth more."""
    returns = [0.02, -0.01] * 30
    found = of_returns(returns)["sharpe"]
    leans = lean_of([0.0, 0.0, *returns])["sharpeRatio"]
    spread = float(np.std(returns, ddof=1)) * math.sqrt(252.0)
    assert found == pytest.approx(0.005 * 252 / spread, rel=1e-9)
    assert leans == round((1.005**252 - 1.0) / spread, 4)


def lean_of(returns: list[float], rate: float = 0.0, days: int = 252) -> dict[str, float]:
    """LEAN's figures of samples with these returns; it drops the second and, as 0, the first."""
    equity = 1e6 * np.cumprod(1.0 + np.asarray(returns, float))
    n = equity.size
    samples = Samples(np.arange(n) * 86_400.0, equity, np.zeros(n), np.full(n, rate), np.zeros(n))
    return lean_portfolio_statistics(samples, capital=1e6, days_a_year=days).total


def test_trap_a_year_has_the_days_of_settings() -> None:
    """Coins trade 365 days; 252 there understates spread and return a year."""
    returns = [0.02, -0.01] * 30
    stock, coin = of_returns(returns)["sharpe"], of_returns(returns, days_a_year=365)["sharpe"]
    assert stock is not None
    assert coin == pytest.approx(stock * math.sqrt(365.0 / 252.0), rel=1e-12)


def test_trap_the_risk_free_rate_is_annual() -> None:
    """Given to empyrical as it is, 2 % a year are 2 % a day and the ratio is absurd."""
    market = Market(1, 600, 4e-4, 252, 0.02)
    assert market.own()["sharpe"] > 0.0
    assert empyrical.sharpe_ratio(market.r, 0.02) < -20.0


def test_trap_weekends_are_no_trading_days() -> None:
    """LEAN annualizes zeros of 365 days as if there were 252, so its spread is too small (D2.9)."""
    returns = [0.01, -0.008, 0.012, -0.006, 0.002] * 52
    with_weekends = [r for week in range(52) for r in [*returns[week * 5 : week * 5 + 5], 0.0, 0.0]]
    ours, leans = of_returns(returns), lean_of([0.0, 0.0, *with_weekends])
    assert ours["volatility"] is not None
    assert leans["annualStandardDeviation"] / ours["volatility"] == pytest.approx(
        math.sqrt(252.0 / 352.8), abs=0.02
    )


def test_trap_no_spread_is_no_ratio() -> None:
    """None, where LEAN has 0, empyrical nothing and others infinity or -100."""
    assert of_returns([0.0] * 9)["sharpe"] is None
    assert of_returns([0.001] * 9)["sharpe"] is None
    assert lean_of([0.0] * 9)["sharpeRatio"] == 0.0
    assert math.isnan(empyrical.sharpe_ratio(np.zeros(9)))


def test_trap_downside_is_of_all_days_against_the_rate() -> None:
    """LEAN takes the sample deviation of the negative returns, which steady losses do not have."""
    returns = [0.03, -0.01, -0.01, 0.02] * 10
    below = math.sqrt(0.01**2 / 2.0)
    assert of_returns(returns)["sortino"] == pytest.approx(0.0075 / below * math.sqrt(252.0))
    assert lean_of([0.0, 0.0, *returns])["sortinoRatio"] == 0.0


def test_trap_leans_probabilistic_ratio_has_the_excess_kurtosis() -> None:
    """The textbook has the raw one, 3 more; LEAN's block does as LEAN does (D2.8)."""
    returns = [round(float(r), 5) for r in Market(7, 60, 6e-3, 252, 0.0).r]
    n, sharpe = len(returns), float(np.mean(returns) / np.std(returns, ddof=1))
    skew, kurtosis = series(returns).skew(), series(returns).kurt()

    def probability(kurtosis: float) -> float:
        error = math.sqrt((1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2) / (n - 1))
        score = (sharpe - 1.0 / math.sqrt(252.0)) / error
        return round(math.erfc(-score / math.sqrt(2.0)) / 2.0, 4)

    assert lean_of([0.0, 0.0, *returns])["probabilisticSharpeRatio"] == probability(kurtosis)
    assert probability(kurtosis) != probability(kurtosis + 3.0)


def test_trap_wealth_below_nothing_does_not_grow() -> None:
    """QuantStats takes the absolute value, and debt of the whole capital looks like a gain."""
    returns = [0.1, -2.5]
    assert of_returns(returns)["cagr"] is None
    assert quantstats.cagr(series(returns)) > 0.0


def test_trap_the_first_days_loss_is_a_drawdown() -> None:
    """The peak starts at the capital, not at the first close."""
    assert of_returns([-0.1, 0.05])["max_drawdown"] == pytest.approx(0.1)


def test_trap_an_open_drawdown_counts() -> None:
    """LEAN's recovery leaves a period out that has no end yet (D2.6); ours is there, and open."""
    navs = [1.0, 1.1, 0.99, 0.99]
    (period,) = drawdown_periods(Closes(range(737_000, 737_004), navs))
    first = date.fromordinal(737_000)
    day = timedelta(days=1)
    assert period == DailyDrawdownPeriod(
        first + day, first + 2 * day, None, 1.0 - 0.99 / 1.1, 2, None
    )
    assert lean_of([0.0, 0.1, -0.1, 0.0, 0.0])["drawdownRecovery"] == 0.0


def test_trap_no_drawdown_is_no_crash() -> None:
    """A NAV that only rose has no period, depth 0, and nothing that divides by it."""
    found = of_returns([0.01, 0.02, 0.01])
    assert found["max_drawdown"] == found["ulcer_index"] == found["time_under_water"] == 0.0
    assert found["calmar"] is found["martin_ratio"] is found["recovery_factor"] is None


def test_trap_a_series_kind_is_never_guessed() -> None:
    """QuantStats takes returns that are never negative and once above 1 for prices."""
    returns = [0.5, 1.5, 0.0]
    assert of_returns(returns)["total_return"] == pytest.approx(2.75)
    assert of_returns(returns)["best_day"] == pytest.approx(1.5)
    assert quantstats.best(series(returns)) == pytest.approx(2.0)


def test_trap_a_nav_of_any_scale_has_the_same_drawdown() -> None:
    """QuantStats guesses the capital from the first price: from 2,000 down to 1,900 is 98 %."""
    closes = Closes([737_000, 737_001, 737_002], [2000.0, 1900.0, 1950.0])
    found = own_statistics(closes, days_a_year=252)
    assert found["max_drawdown"].value == pytest.approx(0.05)
    assert quantstats.max_drawdown(series([2000.0, 1900.0, 1950.0])) < -0.9


def test_trap_a_deposit_is_no_return() -> None:
    """The unit's NAV does not move by it; LEAN's equity does, and so do LEAN's ratios."""
    flat = of_returns([0.0] * 6)
    assert flat["total_return"] == flat["volatility"] == 0.0
    assert lean_of([0.0, 0.0, 0.0, 1.0, 0.0, 0.0])["totalNetProfit"] == 1.0


def test_trap_a_win_before_fees_is_a_loss_after_them() -> None:
    """Gross +1 with a fee of 2 is no win; LEAN's closing fills pay the exit's fee twice (D2.4)."""
    assert closing(1.0, 1.0, -10.0) == (-1.0, 0.0)
    samples = Samples([0.0, 8.64e4, 1.728e5, 2.592e5], [100.0] * 4, [0.0] * 4, [0.0] * 4, [0.0] * 4)
    fills = Closings([0.0], *([value] for value in closing(1.0, 1.0, -10.0)))
    found = lean_portfolio_statistics(samples, fills, capital=100.0, days_a_year=252).total
    assert (found["winRate"], found["lossRate"]) == (0.0, 1.0)


def test_trap_breaking_even_is_leans_loss() -> None:
    """Of closings that made 0 and 5 LEAN counts one lost, and has no ratio of the two (D2.7)."""
    fills = Closings([0.0, 0.0], [0.0, 5.0], [0.0, 1.0])
    samples = Samples([0.0, 8.64e4, 1.728e5, 2.592e5], [100.0] * 4, [0.0] * 4, [0.0] * 4, [0.0] * 4)
    found = lean_portfolio_statistics(samples, fills, capital=100.0, days_a_year=252).total
    assert (found["winRate"], found["profitLossRatio"]) == (0.5, 0.0)


def test_trap_leans_value_at_risk_is_of_a_year_at_most() -> None:
    """Normal, of the last N returns, to 3 decimals; ours is of all days and historical too."""
    returns = [0.2, -0.2] * 10 + [0.01, -0.01] * 126
    assert lean_of([0.0, 0.0, *returns])["valueAtRisk95"] == -0.016
    assert of_returns(returns)["normal_var_95"] == pytest.approx(-0.0908, abs=1e-4)
    assert of_returns(returns)["var_95"] == pytest.approx(-0.01)


def test_trap_the_day_one_needs_no_benchmark_and_no_full_day() -> None:
    """LEAN's summary is empty on a first day; ours has what one return gives."""
    closes = Closes([737_000, 737_001], [1.0, 1.01])
    found = own_statistics(closes, days_a_year=252)
    assert found["total_return"].value == pytest.approx(0.01)
    assert period_ladder(closes)["day"] == pytest.approx(0.01)
    assert lean_of([0.0, 0.01])["totalNetProfit"] == 0.0
