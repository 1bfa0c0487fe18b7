"""LEAN's trade statistics against LEAN's own, on every recording, and by their definitions.

LEAN's result files have its closed trades, their statistics, and the same for its rolling windows.
Fed LEAN's trades, every figure is LEAN's. Fed the trades of a replay, those of excursions can be
narrower where LEAN's trade builder saw prices that no mark shows (see recordings/README.md).
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.statistics.lean_trades import LeanTradeStatistics
from models.statistics.lean_windows import lean_trade_statistics
from models.trades.lean_trade import LeanTrade
from tests.models.statistics.lean_trade_results import (
    LIVE,
    NAMES,
    RECORDINGS,
    different,
    lean_result,
    lean_trades,
    of,
    trade,
)
from tests.recordings.played import played

# Recording -> figure -> what the replayed book gives, and what LEAN says.
NARROWER: dict[str, dict[str, tuple[str, str]]] = {
    "cash-account": {
        "averageMAE": ("-341.5789", "-2052.8297"),
        "largestMAE": ("-4264.00", "-6418.70"),
        "maximumIntraTradeDrawdown": ("-7902.00", "-11212.12"),
        "maximumEndTradeDrawdown": ("4336.00", "6638.64"),
    },
    "cash-flows": {
        "averageMAE": ("-527.8788", "-9579.3270"),
        "largestMAE": ("-2236.00", "-11438.56"),
        "maximumIntraTradeDrawdown": ("-5112.00", "-14690.86"),
        "maximumEndTradeDrawdown": ("2672.00", "12161.36"),
    },
    "crypto-future-funding": {
        "averageMAE": ("-3855.875", "-3855.90"),
        "averageMFE": ("16233.725", "16236.25"),
        "largestMFE": ("32465.00", "32470.0"),
        "maximumIntraTradeDrawdown": ("-40170.00", "-40175.00"),
        "averageEndTradeDrawdown": ("-3628.125", "-3630.65"),
    },
    "euro-futures": {
        "averageMFE": ("1175.0633", "1182.740"),
        "largestMFE": ("2036.84", "2046.05"),
        "maximumIntraTradeDrawdown": ("-3336.36", "-3345.57"),
        "maximumEndTradeDrawdown": ("2433.14", "2442.36"),
        "averageEndTradeDrawdown": ("-105.99", "-113.6667"),
    },
    "futures-2700-fills": {
        "averageMAE": ("-33.9204", "-37.1194"),
        "averageMFE": ("9.3037", "10.2426"),
        "largestMFE": ("340.00", "462.50"),
        "averageEndTradeDrawdown": ("-37.4981", "-38.4370"),
    },
    "futures-roll": {
        "averageMAE": ("-443.75", "-450.00"),
        "largestMAE": ("-443.75", "-450.00"),
        "maximumIntraTradeDrawdown": ("-3150.00", "-3156.25"),
    },
    "macd-eleven-years": {
        "averageMAE": ("-2926.5274", "-3190.9440"),
        "averageMFE": ("5775.4336", "6059.1481"),
        "largestMFE": ("19995.75", "20018.50"),
        "maximumIntraTradeDrawdown": ("-45639.15", "-46555.96"),
        "maximumEndTradeDrawdown": ("30842.80", "31134.36"),
        "averageEndTradeDrawdown": ("-4865.4436", "-5149.1581"),
    },
    "opposed-futures": {
        "averageMFE": ("1593.75", "1604.1667"),
        "largestMFE": ("2762.50", "2775.00"),
        "maximumIntraTradeDrawdown": ("-4525.00", "-4537.50"),
        "maximumEndTradeDrawdown": ("3300.00", "3312.50"),
        "averageEndTradeDrawdown": ("-143.75", "-154.1667"),
    },
    "option-combos": {
        "averageMAE": ("-64.5833", "-74.8167"),
        "averageMFE": ("29.6667", "85.3333"),
        "largestMFE": ("215.00", "440.00"),
        "maximumIntraTradeDrawdown": ("-1220.00", "-1460.00"),
        "maximumEndTradeDrawdown": ("300.00", "350.00"),
        "averageEndTradeDrawdown": ("-65.1667", "-120.8333"),
    },
    "splits-and-shorts": {
        "averageMFE": ("2740.0119", "2968.4586"),
        "maximumEndTradeDrawdown": ("6729.38", "10903.72"),
        "averageEndTradeDrawdown": ("-592.9843", "-821.4310"),
    },
    "three-strategies": {
        "averageMAE": ("-220.152", "-329.7674"),
        "averageMFE": ("270.1302", "378.4497"),
        "largestMFE": ("35037.80", "54569.91"),
        "maximumIntraTradeDrawdown": ("-114743.72", "-134407.41"),
        "maximumEndTradeDrawdown": ("36943.94", "53452.47"),
        "averageEndTradeDrawdown": ("-269.908", "-378.2275"),
    },
}


@pytest.mark.parametrize("name", sorted(LIVE))
def test_a_live_result_has_no_statistics_of_trades(name: str) -> None:
    """The recordings left out below are live ones, in whose results LEAN states no trades."""
    assert RECORDINGS[name].start()["live"]
    assert "totalPerformance" not in lean_result(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_leans(name: str) -> None:
    """Of LEAN's closed trades every figure is LEAN's to the last printed digit."""
    theirs = lean_result(name)["totalPerformance"]["tradeStatistics"]
    assert different(lean_trade_statistics(lean_trades(name)), theirs) == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_gives_leans_figures(name: str) -> None:
    """Of the replayed book's trades only figures of excursions differ, by what is listed here."""
    ours = lean_trade_statistics(played(name).replay.lean_trades)
    theirs = lean_result(name)["totalPerformance"]["tradeStatistics"]
    assert different(ours, theirs) == NARROWER.get(name, {})


def test_only_figures_of_excursions_are_listed() -> None:
    """What a replay may differ in is MAE, MFE and what LEAN derives from them."""
    listed = {figure for figures in NARROWER.values() for figure in figures}
    assert all(
        "MAE" in name or "MFE" in name or "EndTrade" in name or "IntraTrade" in name
        for name in listed
    )


def test_no_trade_is_leans_empty_block() -> None:
    """Without a trade the block is LEAN's own, string by string."""
    theirs = lean_result("no-trades")["totalPerformance"]["tradeStatistics"]
    assert lean_trade_statistics([]) == theirs


def test_a_breakeven_is_a_loss() -> None:
    """{0, +5} is one win and one loss with a profit factor of 10 and a payoff of 0."""
    of(
        trade(0.0),
        trade(5.0),
        numberOfLosingTrades=1,
        winRate="0.5",
        lossRate="0.5",
        profitFactor="10",
        profitLossRatio="0",
        winLossRatio="1",
    )


def test_a_missing_denominator_is_ten_or_nothing() -> None:
    """Without a loss LEAN says 10; without a profit 0."""
    of(trade(5.0), profitFactor="10", winLossRatio="10", profitToMaxDrawdownRatio="10")
    of(trade(-5.0), profitFactor="0", winLossRatio="0", profitToMaxDrawdownRatio="-1")


def test_fees_do_not_count_against_a_win() -> None:
    """A gross profit of 1 with fees of 2 is a win, and the fees stand apart."""
    of(trade(1.0, total_fees=2.0), numberOfWinningTrades=1, totalProfit="1.00", totalFees="2.00")


def test_an_exercise_can_win_at_a_loss() -> None:
    """An option that gave more than it cost counts as a win, though its premium is a loss."""
    of(
        trade(-5.0, is_win=True),
        numberOfWinningTrades=1,
        numberOfLosingTrades=0,
        maxConsecutiveWinningTrades=1,
        maxConsecutiveLosingTrades=0,
        totalLoss="-5.00",
        averageLoss="-5.00",
        winRate="1",
        winLossRatio="10",
        profitFactor="0",
    )


def test_a_profit_is_won_whatever_the_exercise_says() -> None:
    """A writer's profit that LEAN's rule calls a loss still counts among the winning trades."""
    of(trade(5.0, is_win=False), numberOfWinningTrades=1, maxConsecutiveWinningTrades=1)


def test_streaks_follow_the_order() -> None:
    """Wins and losses in a row are counted as the trades closed; a breakeven goes on losing."""
    trades = [trade(profit) for profit in (1, 1, 1, -1, 0, 1, -1)]
    of(*trades, maxConsecutiveWinningTrades=3, maxConsecutiveLosingTrades=2)


def test_a_drawdown_lasts_until_a_new_high() -> None:
    """A drawdown's duration counts once it ended, from peak to peak; before one, from the entry."""
    first = trade(-5.0, start=0, minutes=10)
    of(first, maximumDrawdownDuration="00:00:00", maximumClosedTradeDrawdown="-5.00")
    higher = trade(6.0, start=20, minutes=5)
    of(first, higher, maximumDrawdownDuration="00:25:00")
    even = trade(5.0, start=20, minutes=5)
    of(first, even, maximumDrawdownDuration="00:00:00")
    again = trade(2.0, start=40, minutes=60 * 48)
    of(first, higher, again, maximumDrawdownDuration="00:25:00")
    later = [trade(-1.0, start=30), trade(2.0, start=40, minutes=60 * 48)]
    of(first, higher, *later, maximumDrawdownDuration="2.00:15:00")


def test_the_intra_trade_drawdown_sees_excursions() -> None:
    """The worst of an open trade counts from the best total before it, its own best included."""
    of(
        trade(10.0, mfe=30.0, mae=-5.0),
        trade(-10.0, mfe=0.0, mae=-40.0),
        maximumIntraTradeDrawdown="-60.00",
        maximumClosedTradeDrawdown="-10.00",
    )


def test_a_median_is_the_upper_of_two() -> None:
    """Of an even number of durations LEAN takes the upper one in the middle."""
    trades = [trade(1.0, minutes=minutes) for minutes in (5, 1, 3, 2)]
    of(
        *trades,
        medianTradeDuration="00:03:00",
        medianWinningTradeDuration="00:03:00",
        medianLosingTradeDuration="00:00:00",
    )


def test_equal_profits_have_no_deviation() -> None:
    """Where all are equal the deviation is 0 to the last bit, and so are the ratios over it."""
    of(*[trade(0.1)] * 3, profitLossStandardDeviation="0", sharpeRatio="0", sortinoRatio="0")


def test_deviations_are_of_samples() -> None:
    """Deviations divide by one less than the count; the downside takes the losing trades alone."""
    of(
        *(trade(profit) for profit in (4.0, -2.0, -6.0)),
        profitLossStandardDeviation="5.0332",
        profitLossDownsideDeviation="2.8284",
        sharpeRatio="-0.2649",
        sortinoRatio="-0.4714",
    )


def test_average_durations_lose_ticks_as_leans_do() -> None:
    """LEAN cuts the average to whole ticks at each trade: thirds of a second come out too short."""
    trades = [trade(1.0, minutes=seconds / 60) for seconds in (1, 1, 2)]
    of(*trades, averageTradeDuration="00:00:01.3333333")


TRADES = st.lists(
    st.builds(
        trade,
        st.integers(-500, 500).map(lambda cents: cents / 100),
        st.integers(0, 5_000).map(float),
        st.integers(0, 50_000).map(float),
        is_win=st.booleans(),
        total_fees=st.sampled_from([0.0, 0.35, 1.0]),
    ),
    max_size=20,
)


@given(TRADES, TRADES)
def test_restored_is_as_never_stopped(early: list[LeanTrade], late: list[LeanTrade]) -> None:
    """Saved as JSON after any trade and restored, the figures go on as if never stopped."""
    statistics = LeanTradeStatistics()
    for each in early:
        statistics.add(each)
    saved = json.loads(json.dumps(statistics.state()))
    restored = LeanTradeStatistics()
    restored.add(trade(77.0))
    restored.restore(saved)
    assert restored.state() == saved
    for each in late:
        restored.add(each)
    assert restored.block() == lean_trade_statistics([*early, *late])


@given(TRADES)
def test_counts_and_sums_hang_together(trades: list[LeanTrade]) -> None:
    """Winners and losers are all trades, profit and loss the total, and drawdowns never rise."""
    block = lean_trade_statistics(trades)
    assert block["numberOfWinningTrades"] + block["numberOfLosingTrades"] == len(trades)
    total = Decimal(block["totalProfit"]) + Decimal(block["totalLoss"])
    assert total == Decimal(block["totalProfitLoss"])
    closed, inside = (Decimal(block[f"maximum{name}TradeDrawdown"]) for name in ("Closed", "Intra"))
    assert inside <= closed <= 0
