"""LEAN's statistics: equal to LEAN's result files, and LEAN's way out where there is nothing."""

from __future__ import annotations

import math
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.equity.samples import Samples
from models.statistics.lean_portfolio import (
    PORTFOLIO_FIELDS,
    LeanStatistics,
    lean_portfolio_statistics,
)
from models.statistics.lean_samples import Closings, Points
from tests.models.statistics.lean_portfolio_results import (
    CHARTED,
    CURVES,
    DAY,
    FINISHED,
    NEW_YEAR,
    RECORDINGS,
    Differs,
    daily,
    differences,
    lean_result,
    leans,
    sampled,
    statistics,
    total,
)
from tests.recordings.played import slow_if_large

# LEAN charts equity at steps that its own feeds make too (hourly bars of the benchmark, minutes of
# a future or of a currency), which no algorithm sees and no tape has a line for. Where these are
# the fewer lines, other steps are charted: the drawdown sees other equities, a window begins and
# ends with another one, and the risk-free rate is averaged over other dates. With the chart of
# LEAN's own result in place of the tape's there is no difference at all (tested below).
DIFFERENCES = {
    "cash-flows": Differs(
        total={},
        windows={
            "endEquity": (76, 1556.0),
            "compoundingAnnualReturn": (96, 0.1737),
            "totalNetProfit": (76, 0.0123),
            "drawdownRecovery": (76, 12.0),
            "drawdown": (15, 0.008),
        },
    ),
    "euro-account": Differs(
        total={"drawdown": (0.012, 0.013)},
        windows={
            "drawdown": (43, 0.001),
            "startEquity": (42, 42.0369),
            "endEquity": (64, 1082.8632),
            "compoundingAnnualReturn": (47, 0.0135),
            "totalNetProfit": (31, 0.0011),
            "drawdownRecovery": (45, 3.0),
        },
    ),
    "future-option-exercise": Differs(
        total={
            "drawdown": (0.053, 0.055),
            "sharpeRatio": (-1.163, -1.1679),
            "alpha": (-0.0742, -0.0746),
            "treynorRatio": (-21.8414, -21.9334),
        },
        windows={
            "compoundingAnnualReturn": (9, 0.0025),
            "drawdown": (16, 0.002),
            "sharpeRatio": (9, 0.0582),
            "probabilisticSharpeRatio": (7, 0.0084),
            "alpha": (9, 0.0006),
            "treynorRatio": (9, 1.7777),
        },
    ),
    "futures-roll": Differs(total={}, windows={"compoundingAnnualReturn": (1, 0.0009)}),
    "macd-eleven-years": Differs(
        total={
            "sharpeRatio": (0.0294, 0.029),
            "sortinoRatio": (0.0223, 0.022),
            "treynorRatio": (0.0073, 0.0072),
        },
        windows={
            "endEquity": (148, 3247.0111),
            "compoundingAnnualReturn": (308, 0.4004),
            "drawdown": (13, 0.009),
            "totalNetProfit": (148, 0.0276),
            "sharpeRatio": (182, 0.0142),
            "probabilisticSharpeRatio": (139, 0.0036),
            "sortinoRatio": (178, 0.0117),
            "alpha": (111, 0.0006),
            "treynorRatio": (156, 0.0562),
            "drawdownRecovery": (180, 76.0),
        },
    ),
}
NOTHING = Differs(total={}, windows={})


@pytest.mark.parametrize("name", slow_if_large(*FINISHED, large=1_000_000))
def test_recordings_come_out_as_lean_prints_them(name: str) -> None:
    """Every field of every recording is LEAN's to its last digit, but for those in the table."""
    given = sampled(name)
    found = differences(statistics(given, given.points), leans(name))
    assert found == DIFFERENCES.get(name, NOTHING)


@pytest.mark.parametrize("name", CHARTED)
def test_with_leans_own_chart_nothing_differs(name: str) -> None:
    """The formulas are LEAN's: given the chart LEAN had, no field of any window differs."""
    values = lean_result(name)["charts"]["Strategy Equity"]["series"]["Equity"]["values"]
    chart = Points([value[0] for value in values], [value[4] for value in values])
    ours, theirs = statistics(sampled(name), chart), leans(name)
    assert differences(ours, theirs) == NOTHING
    assert list(ours.windows) == list(theirs.windows)
    assert set(ours.total) == set(theirs.total) == set(PORTFOLIO_FIELDS)


@pytest.mark.parametrize("name", [name for name in RECORDINGS if "profitLoss" in lean_result(name)])
def test_closing_fills_are_leans_profit_and_loss(name: str) -> None:
    """Each closing fill books what LEAN's `profitLoss` says: net of twice its fee."""
    theirs = list(lean_result(name)["profitLoss"].values())
    assert sampled(name).closings.profit == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_the_live_run_is_too_short_for_all_but_equity_and_turnover() -> None:
    """A live run is sampled at its end first, and what that gives is what LEAN showed."""
    given, shown = sampled("live-paper"), lean_result("live-paper")["statistics"]
    found = lean_portfolio_statistics(
        given.samples,
        given.closings,
        given.points,
        capital=given.capital,
        days_a_year=given.days_a_year,
        sampled_at_start=False,
    ).total
    assert found["startEquity"] == float(shown["Start Equity"])
    assert round(found["endEquity"], 2) == float(shown["End Equity"])
    assert f"{found['portfolioTurnover']:.2%}" == shown["Portfolio Turnover"]
    assert {name for name in PORTFOLIO_FIELDS if found[name]} == {
        "startEquity",
        "endEquity",
        "portfolioTurnover",
    }


def test_a_start_in_warm_up_counts_from_its_end() -> None:
    """Samples of the warm-up are none of the run's: LEAN's first one is the start's."""
    given = sampled("splits-and-shorts")
    assert given.samples.time[0] == 1_388_638_800.0  # 2 January 2014, midnight in New York
    assert given.samples.equity[0] == given.capital


def test_without_a_sample_there_is_nothing() -> None:
    """LEAN's empty statistics are zeros and no window."""
    found = lean_portfolio_statistics(daily([]), capital=100.0, days_a_year=252)
    assert found == LeanStatistics(dict.fromkeys(PORTFOLIO_FIELDS, 0.0), {})


def test_without_a_chart_there_is_nothing() -> None:
    """LEAN dates all by its chart of equity, and gives up where that is empty."""
    found = lean_portfolio_statistics(
        daily([100.0] * 9), points=Points((), ()), capital=100.0, days_a_year=252
    )
    assert found.windows == {}


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_samples_give_equity_and_turnover_alone(n: int) -> None:
    """Two of the samples are dropped, and a variance takes two more."""
    found = total(daily([100.0, 101.0, 103.0][:n], sale_volume=[0.0, 50.5, 50.5][:n]))
    assert found["startEquity"] == 100.0
    assert found["endEquity"] == [100.0, 101.0, 103.0][n - 1]
    assert found["portfolioTurnover"] == [0.0, 0.5, 0.25][n - 1]
    assert {name for name in PORTFOLIO_FIELDS if found[name]} <= {
        "startEquity",
        "endEquity",
        "portfolioTurnover",
    }


def test_four_samples_give_a_ratio() -> None:
    """From two returns on LEAN annualizes; those of the first two days are not among them."""
    found = total(daily([100.0, 150.0, 151.5, 151.5]))
    assert found["annualVariance"] == round(0.01**2 / 2.0 * 252, 4)
    assert found["sharpeRatio"] == round((1.005**252 - 1.0) / math.sqrt(0.00005 * 252), 4)


def test_no_benchmark_leaves_its_figures_zero() -> None:
    """Without a benchmark there is no beta, alpha or Treynor ratio, and the rest is there."""
    found = total(daily([100.0, 101.0, 100.0, 102.0, 101.0, 103.0]))
    assert found["beta"] == found["alpha"] == found["treynorRatio"] == 0.0
    assert found["trackingError"] == found["annualStandardDeviation"] != 0.0
    assert found["sharpeRatio"]
    assert found["informationRatio"]


def test_a_benchmark_of_itself_is_followed_exactly() -> None:
    """Beta is 1, alpha 0, and nothing is tracked wrongly, so that there is no information ratio."""
    curve = [100.0, 110.0, 99.0, 108.9, 98.01, 107.811]
    found = total(daily(curve, curve))
    assert (found["beta"], found["alpha"], found["trackingError"]) == (1.0, 0.0, 0.0)
    assert found["informationRatio"] == 0.0


def test_equity_that_stands_still_has_no_ratio() -> None:
    """Where nothing varies LEAN's ratios are 0; half of a normal distribution is below its mean."""
    found = total(daily([100.0] * 10, risk_free=[0.05] * 10))
    assert {name for name in PORTFOLIO_FIELDS if found[name]} == {"startEquity", "endEquity"}


def test_no_negative_return_has_no_sortino_ratio() -> None:
    """LEAN's downside deviation is that of the negative returns among themselves."""
    assert total(daily([100.0, 101.0, 102.0, 104.0, 105.0]))["sortinoRatio"] == 0.0
    one = total(daily([100.0, 101.0, 102.0, 104.0, 103.0]))
    assert one["sharpeRatio"] != 0.0
    assert one["sortinoRatio"] == 0.0


def test_weekends_count_as_days_without_a_return() -> None:
    """Seven samples a week are annualized as if all were trading days (peers D2.9)."""
    week = [100.0, 101.0, 102.0, 101.0, 103.0, 103.0, 103.0]
    found = total(daily([x * 1.03**week_ for week_ in range(8) for x in week]))
    moved = daily([x * 1.03**week_ for week_ in range(8) for x in week[:5]])
    assert found["annualStandardDeviation"] < total(moved)["annualStandardDeviation"]


def test_a_deposit_is_a_gain() -> None:
    """LEAN takes cash that came in for profit, of a day and in all."""
    found = total(daily([100.0, 100.0, 100.0, 200.0, 200.0, 200.0]))
    assert found["totalNetProfit"] == 1.0
    assert found["sharpeRatio"] > 0.0


def test_ruin_ends_the_capital() -> None:
    """Equity of 0 loses all; the days after it have no return, and no turnover is taken of it."""
    found = total(daily([100.0, 90.0, 80.0, 0.0, 0.0], sale_volume=[0.0, 9.0, 17.0, 20.0, 20.0]))
    assert found["totalNetProfit"] == found["compoundingAnnualReturn"] == -1.0
    assert found["drawdown"] == 1.0
    assert found["portfolioTurnover"] == 0.1


def test_debt_has_no_growth() -> None:
    """Negative equity falls by more than all; a root of it is no number, so LEAN has 0."""
    found = total(daily([100.0, 90.0, 80.0, -20.0, -30.0]))
    assert found["totalNetProfit"] == -1.3
    assert found["compoundingAnnualReturn"] == 0.0
    assert found["drawdown"] == 1.3


def test_no_capital_ends_it_all() -> None:
    """With a starting capital of 0 LEAN goes no further than the equity."""
    found = total(daily([0.0, 10.0, 20.0, 30.0, 40.0, 50.0]), capital=0.0)
    assert {name for name in PORTFOLIO_FIELDS if found[name]} == {"endEquity"}


def test_a_drawdown_from_nothing_is_none() -> None:
    """LEAN cannot divide by a peak of 0 and then has neither depth nor recovery."""
    found = total(daily([0.0, 10.0, 5.0, 30.0, 40.0, 50.0]))
    assert found["drawdown"] == found["drawdownRecovery"] == 0.0
    assert found["totalNetProfit"] == -0.5


def test_growth_beyond_a_decimal_is_cut() -> None:
    """A hundredfold in five days is more a year than LEAN's numbers hold."""
    found = total(daily([100.0, 200.0, 1e3, 5e3, 1e4]))
    assert found["compoundingAnnualReturn"] == pytest.approx(7.9228162514264337e28)


def test_one_figure_that_is_no_number_takes_all() -> None:
    """Where an average return cannot be annualized LEAN throws, and prints nothing at all."""
    found = lean_portfolio_statistics(
        daily([1.0, 1.0, 1.0, 1e3, 1e6]), capital=1.0, days_a_year=252
    )
    assert found == LeanStatistics(dict.fromkeys(PORTFOLIO_FIELDS, 0.0), {})


def test_an_alpha_that_is_no_decimal_takes_all() -> None:
    """Growth is cut at the largest decimal, but beta times the benchmark's is not."""
    benchmark = [1.0, 1.0, 2.0, 2.0, 4.0]
    found = total(daily([1.0, 1.0, 3.0, 3.0, 9.0], benchmark), capital=1.0)
    assert found == dict.fromkeys(PORTFOLIO_FIELDS, 0.0)


def test_an_open_drawdown_does_not_recover() -> None:
    """LEAN counts the longest drawdown period that ended, not one that goes on (peers D2.6)."""
    assert total(daily([100.0, 110.0, 99.0, 100.0, 99.0]))["drawdownRecovery"] == 0.0
    ended = total(daily([100.0, 110.0, 99.0, 105.0, 110.0, 99.0]))
    assert ended["drawdownRecovery"] == 3.0
    assert ended["drawdown"] == 0.1


def test_a_peak_that_is_reached_again_starts_anew() -> None:
    """A drawdown period begins at the last point on its peak, and touching the peak ends it."""
    found = total(daily([110.0, 110.0, 110.0, 100.0, 110.0, 100.0, 120.0]), capital=110.0)
    assert found["drawdownRecovery"] == 2.0


def test_the_chart_sees_within_the_day() -> None:
    """Drawdown is of the chart's points, not only of midnights, and days are cut."""
    samples = daily([100.0] * 5)
    noon = NEW_YEAR + DAY / 2
    times = sorted([*samples.time, noon])
    points = Points(times, [50.0 if time == noon else 100.0 for time in times])
    found = total(samples, Closings((), (), ()), points)
    assert (found["drawdown"], found["drawdownRecovery"]) == (0.5, 1.0)
    assert total(samples)["drawdown"] == 0.0


def test_the_risk_free_rate_is_averaged_over_the_charts_dates() -> None:
    """A date that is charted twice counts twice, one before the samples as the first."""
    samples = daily([100.0, 101.0, 100.0, 102.0], risk_free=[0.0, 0.0, 0.0, 0.06])
    last = samples.time[-1]
    twice = Points([NEW_YEAR - DAY, last, last + 60.0], [100.0, 102.0, 102.0])
    by_days, by_points = total(samples), total(samples, Closings((), (), ()), twice)
    gap = by_days["sharpeRatio"] - by_points["sharpeRatio"]
    assert gap == pytest.approx((0.04 - 0.015) / by_days["annualStandardDeviation"], abs=2e-3)


def test_closing_fills_make_the_win_rates() -> None:
    """Rates are of the capital as it runs; a win that LEAN says is one need not be above 0."""
    fills = Closings([NEW_YEAR] * 4, [10.0, -11.0, 0.0, 9.9], [1.0, 0.0, 1.0, 1.0])
    found = total(daily([100.0] * 5), fills)
    assert found["averageWinRate"] == 0.1
    assert found["averageLossRate"] == -0.05
    assert found["profitLossRatio"] == 2.0
    assert (found["winRate"], found["lossRate"]) == (0.75, 0.25)
    assert found["expectancy"] == 1.25


def test_only_wins_have_no_ratio_to_losses() -> None:
    """Where the average loss is 0 LEAN's ratio is, and with it the gain one expects."""
    found = total(daily([100.0] * 5), Closings([NEW_YEAR], [10.0], [1.0]))
    assert (found["winRate"], found["profitLossRatio"], found["expectancy"]) == (1.0, 0.0, 0.0)


def test_capital_used_up_to_the_cent_takes_all() -> None:
    """LEAN divides the next closing by what is left, and throws where that is 0."""
    used_up = Closings([NEW_YEAR] * 2, [-100.0, 5.0], [0.0, 1.0])
    assert total(daily([100.0] * 5), used_up) == dict.fromkeys(PORTFOLIO_FIELDS, 0.0)


def test_windows_are_leans_months() -> None:
    """Each month's end has windows of 1, 3, 6 and 12 months; the last and first are cut."""
    samples = daily([100.0 + day for day in range(75)])
    found = lean_portfolio_statistics(samples, capital=100.0, days_a_year=252).windows
    ends = "20200131", "20200229", "20200315"
    assert list(found) == [f"M{months}_{end}" for months in (1, 3, 6, 12) for end in ends]
    march = found["M1_20200315"]
    assert (march["startEquity"], march["endEquity"]) == (160.0, 174.0)
    assert found["M12_20200315"]["startEquity"] == 100.0


def test_a_window_without_a_point_is_empty() -> None:
    """A month in which LEAN charted nothing has LEAN's empty statistics."""
    samples = daily([100.0] * 80)
    points = Points([NEW_YEAR, NEW_YEAR + 79 * DAY], [100.0, 100.0])
    found = lean_portfolio_statistics(samples, points=points, capital=100.0, days_a_year=252)
    assert found.windows["M1_20200229"] == dict.fromkeys(PORTFOLIO_FIELDS, 0.0)


@pytest.mark.parametrize(
    ("wins", "of", "rate"),
    [(1, 32, 0.0312), (3, 160, 0.0188), (1, 160, 0.0062), (1, 3, 0.3333), (2, 3, 0.6667)],
)
def test_halves_round_to_even_as_decimals(wins: int, of: int, rate: float) -> None:
    """A half of the last digit goes to the even one, also where its double is no half."""
    fills = Closings([NEW_YEAR] * of, [1.0] * of, [1.0] * wins + [0.0] * (of - wins))
    assert total(daily([100.0] * 5), fills)["winRate"] == rate


@given(CURVES, st.sampled_from([2.0, 0.5, 1024.0]))
def test_a_scale_of_money_changes_no_ratio(curve: list[float], scale: float) -> None:
    """Twice the money has the same statistics but for the equity itself."""
    whole = [float(round(equity * 1e4)) for equity in curve]
    one = total(daily(whole), capital=whole[0])
    scaled = [equity * scale for equity in whole]
    many = total(daily(scaled), capital=scaled[0])
    for name in PORTFOLIO_FIELDS:
        times = scale if name in {"startEquity", "endEquity"} else 1.0
        assert many[name] == pytest.approx(one[name] * times, rel=1e-6, abs=2e-4), name


@given(CURVES, CURVES, st.floats(0.0, 0.1))
def test_every_figure_is_finite(curve: list[float], benchmark: list[float], rate: float) -> None:
    """Whatever the samples, each field of each window is a number."""
    n = min(len(curve), len(benchmark))
    samples = daily(curve[:n], benchmark[:n], risk_free=[rate] * n)
    found = lean_portfolio_statistics(samples, capital=curve[0], days_a_year=365)
    for figures in (found.total, *found.windows.values()):
        assert tuple(figures) == PORTFOLIO_FIELDS
        assert all(math.isfinite(value) for value in figures.values())


def test_columns_may_be_arrays_of_any_kind() -> None:
    """Lists, the tracker's compact arrays and numpy's give the same."""
    curve = [100.0, 101.0, 99.0, 102.0, 104.0, 103.0]
    samples = daily(curve, curve[::-1])
    kept = Samples(*(array("d", column) for column in samples))
    numpy = Samples(*(np.array(column) for column in samples))
    assert total(samples) == total(kept) == total(numpy)
