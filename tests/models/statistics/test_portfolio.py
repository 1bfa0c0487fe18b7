"""The project's statistics: each by hand once, what is undefined, and what always holds."""

from __future__ import annotations

import math
from array import array
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.statistics.closes import Closes
from models.statistics.periods import drawdown_periods, period_ladder
from models.statistics.portfolio import OWN, own_statistics
from tests.models.statistics.nav_closes import STEPS, SUNDAY, closes, curve, values

RELATIVE = {
    "alpha",
    "beta",
    "correlation",
    "up_capture",
    "down_capture",
    "tracking_error",
    "information_ratio",
    "treynor_ratio",
}
# Returns of 10 %, -10 %, 20 % and -5 %.
NAVS = [1.0, 1.1, 0.99, 1.188, 1.1286]
BENCHMARK = [100.0, 105.0, 99.75, 109.725, 109.725]


def test_each_statistic_is_what_its_formula_says() -> None:
    """Worked out by hand on four days and their benchmark, which stood still on the last."""
    found = values(NAVS, BENCHMARK)
    root = math.sqrt(252.0)
    deviation = math.sqrt((0.0625**2 + 0.1375**2 + 0.1625**2 + 0.0875**2) / 3.0)
    below = math.sqrt((0.1**2 + 0.05**2) / 4.0)
    cagr = 1.1286 ** (365.0 / 4.0) - 1.0
    ulcer = math.sqrt((0.1**2 + 0.05**2) / 3.0)
    # The benchmark made 5 %, -5 %, 10 % and 0: 2.5 % on average.
    off = [0.025, -0.075, 0.075, -0.025]
    ours = [0.0625, -0.1375, 0.1625, -0.0875]
    beta = sum(a * b for a, b in zip(ours, off, strict=True)) / sum(b * b for b in off)
    active = [0.05, -0.05, 0.1, -0.05]
    tracking = math.sqrt(sum((a - 0.0125) ** 2 for a in active) / 3.0)
    expected = {
        "total_return": 0.1286,
        "cagr": cagr,
        "volatility": deviation * root,
        "downside_deviation": below * root,
        "sharpe": 0.0375 / deviation * root,
        "sortino": 0.0375 / below * root,
        "max_drawdown": 0.1,
        "calmar": cagr / 0.1,
        "omega": 2.0,
        "ulcer_index": ulcer,
        "martin_ratio": cagr / ulcer,
        "recovery_factor": 1.286,
        "tail_ratio": 0.185 / 0.0925,
        "var_95": -0.0925,
        "var_99": -0.0985,
        "cvar_95": -0.1,
        "cvar_99": -0.1,
        "normal_var_95": 0.0375 - 1.6448536269514722 * deviation,
        "normal_var_99": 0.0375 - 2.3263478740408408 * deviation,
        "normal_cvar_95": 0.0375 - 2.0627128075074253 * deviation,
        "normal_cvar_99": 0.0375 - 2.6652142203457600 * deviation,
        "best_day": 0.2,
        "worst_day": -0.1,
        "positive_days": 0.5,
        "best_week": 0.1286,
        "worst_week": 0.1286,
        "positive_weeks": 1.0,
        "best_month": 0.1286,
        "worst_month": 0.1286,
        "positive_months": 1.0,
        "gain_to_pain": 1.0,
        "time_under_water": 0.5,
        "beta": beta,
        "alpha": (0.0375 - beta * 0.025) * 252.0,
        "correlation": beta * math.sqrt(sum(b * b for b in off) / sum(a * a for a in ours)),
        "up_capture": (1.32**126 - 1.0) / (1.155**126 - 1.0),
        "down_capture": (0.9**252 - 1.0) / (0.95**252 - 1.0),
        "tracking_error": tracking * root,
        "information_ratio": 0.0125 / tracking * root,
        "treynor_ratio": cagr / beta,
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-9), name
    assert set(OWN) - set(expected) == {"skew", "kurtosis", "stability"}  # the oracles have these


def test_the_risk_free_rate_is_taken_off_each_day() -> None:
    """Compounded over the days of a year, and only where a return is in excess of something."""
    rate = 1.02 ** (1.0 / 252.0) - 1.0
    without, found = values(NAVS, BENCHMARK), values(NAVS, BENCHMARK, risk_free=0.02)
    spread = without["volatility"]
    assert spread is not None
    assert found["sharpe"] == pytest.approx((0.0375 - rate) * 252.0 / spread, rel=1e-12)
    assert found["omega"] == pytest.approx((0.3 - 2 * rate) / (0.15 + 2 * rate), rel=1e-12)
    changed = {name for name in OWN if found[name] != without[name]}
    assert changed == {
        "sharpe",
        "sortino",
        "downside_deviation",
        "omega",
        "martin_ratio",
        "alpha",
        "treynor_ratio",
    }


def test_the_days_a_year_are_the_accounts() -> None:
    """365 days scale what is a year's and nothing else; growth is by the calendar in any case."""
    stock, coin = values(NAVS, BENCHMARK), values(NAVS, BENCHMARK, days_a_year=365)
    changed = {name for name in OWN if stock[name] != coin[name]}
    assert changed == {
        "volatility",
        "downside_deviation",
        "sharpe",
        "sortino",
        "alpha",
        "up_capture",
        "down_capture",
        "tracking_error",
        "information_ratio",
    }
    for name in changed - {"alpha", "up_capture", "down_capture"}:
        ratio = (coin[name] or 0.0) / (stock[name] or 1.0)
        assert ratio == pytest.approx(math.sqrt(365.0 / 252.0), rel=1e-12), name


def test_growth_is_by_the_calendar() -> None:
    """A year in which few days were traded is a year."""
    two = Closes([SUNDAY.toordinal(), SUNDAY.toordinal() + 365], [1.0, 1.21])
    found = own_statistics(two, days_a_year=252)
    assert found["cagr"].value == pytest.approx(0.21, rel=1e-12)


def test_each_figure_says_what_it_is_of() -> None:
    """Days, weeks, months and days with a benchmark are counted apart; the formula is named."""
    start = date(2020, 1, 30)
    given_ = closes([1.0, 1.1, 1.0, 1.2, 1.3], [0.0, 5.0, 6.0, 0.0, 7.0], start)
    found = own_statistics(given_, days_a_year=365)
    counted = {name: found[name].n for name in ("sharpe", "best_week", "best_month", "beta")}
    assert counted == {"sharpe": 4, "best_week": 2, "best_month": 2, "beta": 1}
    for name, figure in found.items():
        assert (figure.days_a_year, figure.definition) == (365, f"own.{name}")
        assert OWN[name].formula


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    """A period's return is from the close before it to its last one, the open one included."""
    friday = date(2020, 1, 30)
    navs = [1.0, 1.1, 1.21, 1.0, 0.9]  # Friday 31 January, Saturday, Sunday, Monday
    found = own_statistics(closes(navs, start=friday), days_a_year=365)
    assert found["best_week"].value == pytest.approx(0.0, abs=1e-12)
    assert found["worst_week"].value == pytest.approx(-0.1, rel=1e-12)
    assert found["best_month"].value == pytest.approx(0.1, rel=1e-12)
    assert found["worst_month"].value == pytest.approx(0.9 / 1.1 - 1.0, rel=1e-12)


@pytest.mark.parametrize("navs", [[], [1.0], [0.0, 1.0], [-1.0, 1.0, 2.0]])
def test_without_a_return_nothing_is_defined(navs: list[float]) -> None:
    """No sample, the start alone, or a start without value: all is None and counts nothing."""
    found = own_statistics(closes(navs), days_a_year=252)
    assert set(found) == set(OWN)
    assert {(figure.value, figure.n) for figure in found.values()} == {(None, 0)}


def test_one_day_has_a_return_and_no_spread() -> None:
    """What needs two days is None after the first; what does not is there."""
    found = values([1.0, 0.9], [100.0, 90.0])
    assert {name for name in OWN if found[name] is None} == {
        "volatility",
        "sharpe",
        "ulcer_index",
        "martin_ratio",
        "skew",
        "kurtosis",
        "normal_var_95",
        "normal_var_99",
        "normal_cvar_95",
        "normal_cvar_99",
        "stability",
        "alpha",
        "beta",
        "correlation",
        "up_capture",
        "tracking_error",
        "information_ratio",
        "treynor_ratio",
    }
    assert found["total_return"] == pytest.approx(-0.1)
    assert found["down_capture"] == pytest.approx(1.0)


def test_without_a_benchmark_only_what_compares_is_none() -> None:
    """No benchmark takes only the relative figures, and a constant one those with its spread."""
    navs = [1.0, 1.1, 1.0, 1.2, 1.1, 1.3]
    without = values(navs)
    assert {name for name in OWN if without[name] is None} == RELATIVE
    constant = values(navs, [5.0] * 6)
    undefined = RELATIVE - {"tracking_error", "information_ratio"}
    assert {name for name in OWN if constant[name] is None} == undefined


def test_a_benchmark_that_comes_late_counts_from_there() -> None:
    """Days on which it has no value count for everything else only."""
    navs = [1.0, 1.1, 1.0, 1.2, 1.1, 1.3]
    late = own_statistics(closes(navs, [0.0, 0.0, 5.0, 6.0, 5.0, 6.0]), days_a_year=252)
    rest = own_statistics(
        closes(navs[2:], [5.0, 6.0, 5.0, 6.0], SUNDAY + timedelta(days=2)), days_a_year=252
    )
    for name in RELATIVE - {"treynor_ratio"}:
        assert late[name] == rest[name], name


def test_days_without_a_move_have_no_ratio() -> None:
    """All returns 0: the spreads are 0, what divides by them is None, and no day is positive."""
    found = values([1.0] * 9, [100.0, 101.0] * 4 + [100.0])
    zero = {name for name in OWN if found[name] == 0.0}
    none = {name for name in OWN if found[name] is None}
    assert none == {
        *("sharpe", "sortino", "calmar", "omega", "martin_ratio", "recovery_factor"),
        *("tail_ratio", "skew", "kurtosis", "gain_to_pain", "stability", "correlation"),
        "treynor_ratio",
    }
    assert set(OWN) - zero - none == {"tracking_error", "information_ratio"}


def test_a_steady_gain_has_no_spread() -> None:
    """Interest of the same rate each day is no risk, whatever rounding leaves of it."""
    found = values([1.0001**day for day in range(200)])
    assert found["volatility"] == 0.0
    assert [found[name] for name in ("sharpe", "sortino", "omega", "skew", "gain_to_pain")] == [
        None
    ] * 5
    assert found["max_drawdown"] == found["time_under_water"] == 0.0
    assert found["stability"] == pytest.approx(1.0)


def test_the_risk_free_rate_itself_earns_nothing() -> None:
    """A NAV that only grows at the risk-free rate has no excess to divide or be divided by."""
    daily = 1.05 ** (1.0 / 252.0)
    found = values([daily**day for day in range(300)], risk_free=0.05)
    assert [found[name] for name in ("sharpe", "sortino", "omega")] == [None] * 3


def test_ruin_is_the_last_return() -> None:
    """A NAV of 0 has lost all; no day after it has a return, and its logarithm is none."""
    found = own_statistics(closes([1.0, 1.1, 0.0, 0.0, 0.0]), days_a_year=252)
    assert found["total_return"].value == found["cagr"].value == -1.0
    assert found["worst_day"].value == -1.0
    assert found["max_drawdown"].value == 1.0
    assert found["stability"].value is None
    assert found["sharpe"].n == 2


def test_debt_has_no_growth() -> None:
    """Below 0 there is a total and a depth beyond all, but no compounded growth."""
    found = values([1.0, 0.5, -0.5, -0.2])
    assert found["total_return"] == pytest.approx(-1.2)
    assert found["max_drawdown"] == pytest.approx(1.5)
    assert [found[name] for name in ("cagr", "calmar", "martin_ratio", "stability")] == [None] * 4


def test_growth_beyond_all_bounds_is_none() -> None:
    """What no double can hold is undefined and not infinite."""
    found = values([1.0, 1e6], [1.0, 1.1])
    assert found["cagr"] is None
    assert found["up_capture"] is None


@given(STEPS, st.sampled_from([0.5, 2.0, 1024.0]))
def test_a_scale_of_the_nav_changes_nothing(steps: list[float], scale: float) -> None:
    """Only returns count: for statistics, ladder and periods alike."""
    navs = curve(steps)
    scaled = [nav * scale for nav in navs]
    assert values(navs, navs[::-1]) == values(scaled, navs[::-1])
    assert period_ladder(closes(navs), SUNDAY) == period_ladder(closes(scaled), SUNDAY)
    assert drawdown_periods(closes(navs)) == drawdown_periods(closes(scaled))


@given(STEPS, st.floats(0.0, 0.2), st.sampled_from([252, 365]))
def test_every_value_is_a_finite_number_or_none(steps: list[float], rate: float, days: int) -> None:
    """Nothing is infinite or no number, whatever the returns."""
    navs = curve(steps)
    for name, value in values(navs, navs[::-1], days, rate).items():
        assert value is None or (type(value) is float and math.isfinite(value)), name


@given(STEPS)
def test_statistics_agree_with_each_other(steps: list[float]) -> None:
    """Orders between figures that every definition of them keeps."""
    found = values(curve(steps), curve(steps[::-1]))
    figures = {name: 0.0 if value is None else value for name, value in found.items()}
    assert figures["cvar_99"] <= figures["cvar_95"] + 1e-15 <= figures["var_95"] + 1e-14
    assert figures["var_99"] <= figures["var_95"]
    assert figures["normal_cvar_95"] <= figures["normal_var_95"]
    assert figures["worst_day"] <= figures["var_99"]
    assert figures["worst_week"] <= figures["best_week"]
    assert 0.0 <= figures["max_drawdown"] <= 1.0
    assert figures["downside_deviation"] >= 0.0
    assert -1.0 - 1e-9 <= figures["correlation"] <= 1.0 + 1e-9
    assert 0.0 <= figures["stability"] <= 1.0 + 1e-9
    assert 0.0 <= figures["time_under_water"] <= 1.0


@given(STEPS)
def test_a_portfolio_that_is_its_benchmark_moves_with_it(steps: list[float]) -> None:
    """Beta, correlation and capture are 1, alpha and tracking error 0."""
    navs = curve(steps)
    assume(np.std(steps) > 1e-3)
    found = values(navs, [nav * 100.0 for nav in navs])
    for name in ("beta", "correlation", "up_capture", "down_capture"):
        assert found[name] is None or found[name] == pytest.approx(1.0, rel=1e-6), name
    assert found["alpha"] == pytest.approx(0.0, abs=1e-9)
    assert found["tracking_error"] == pytest.approx(0.0, abs=1e-9)


def test_columns_may_be_arrays_of_any_kind() -> None:
    """Lists, the tracker's compact arrays and numpy's give the same."""
    listed = closes(NAVS, BENCHMARK)
    assert listed.benchmark is not None
    kept = Closes(*(array("d", column) for column in (listed.day, listed.nav, listed.benchmark)))
    numpy = Closes(np.array(listed.day), np.array(listed.nav), np.array(listed.benchmark))
    for other in (kept, numpy):
        assert own_statistics(other, days_a_year=252) == own_statistics(listed, days_a_year=252)
        assert period_ladder(other, SUNDAY) == period_ladder(listed, SUNDAY)
        assert drawdown_periods(other) == drawdown_periods(listed)


def test_normal_tails_are_those_of_a_normal_distribution() -> None:
    """The mean beyond a quantile, against the integral of the quantiles themselves."""
    parts = (np.arange(20_000) + 0.5) / 20_000 * 0.05
    beyond = float(np.mean([NormalDist().inv_cdf(part) for part in parts]))
    found = values(NAVS)
    spread, var, cvar = found["volatility"], found["normal_var_95"], found["normal_cvar_95"]
    assert spread is not None
    assert var is not None
    assert cvar is not None
    deviations = (cvar - var) / (spread / math.sqrt(252.0))
    assert deviations == pytest.approx(beyond - NormalDist().inv_cdf(0.05), abs=1e-4)
