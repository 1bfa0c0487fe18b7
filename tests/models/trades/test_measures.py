"""Measures of closed trades: each figure by its formula, and the traps others are caught in."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from models.trades.metrics import Durations, TradeMetrics
from tests.closed_trades import Deal, deal, metrics, taken
from tests.models.trades.five_trades import DAY, EVEN, FIVE, HOUR, LOSS, WIN

FIGURES: dict[str, Any] = {
    "trades": 5,
    "wins": 2,
    "losses": 2,
    "breakevens": 1,
    "win_rate": 2 / 4,
    "loss_rate": 2 / 4,
    "breakeven_rate": 1 / 5,
    "net_pnl": 35.0,
    "gross_pnl": 41.0,
    "gross_profit": 50.0,
    "gross_loss": -15.0,
    "fees": 6.0,
    "fee_share": 6 / 41,
    "profit_factor": 50 / 15,
    "expectancy": 7.0,
    "expectancy_pct": 100 * 35 / 700,
    "expectancy_r": (3 - 1 + 0 - 0.25 + 2) / 5,
    "r_trades": 5,
    "median_pnl": 0.0,
    "average_win": 25.0,
    "average_loss": -7.5,
    "median_win": 25.0,
    "median_loss": -7.5,
    "largest_win": 30.0,
    "largest_loss": -10.0,
    "payoff": 25 / 7.5,
    "win_loss_ratio": 1.0,
    "longest_wins": 1,
    "longest_losses": 1,
    "streak": 1,
    "duration": Durations(7.4 * HOUR, 4 * HOUR, HOUR, DAY),
    "duration_wins": Durations(12.5 * HOUR, 12.5 * HOUR, HOUR, DAY),
    "duration_losses": Durations(4 * HOUR, 4 * HOUR, 2 * HOUR, 6 * HOUR),
    "duration_breakevens": Durations(4 * HOUR, 4 * HOUR, 4 * HOUR, 4 * HOUR),
    "average_mae": -6.4,
    "average_mfe": 14.8,
    "worst_mae": -12.0,
    "best_mfe": 40.0,
    "average_mae_wins": -5.0,
    "average_mfe_losses": 4.0,
    "capture": 35 / 74,
    "average_end_drawdown": (8 + 15 + 4 + 6 + 0) / 5,
    "worst_end_drawdown": 15.0,
    "sqn": 5**0.5 * 0.75 / 2.8125**0.5,
    "sqn_of": "R",
    "kelly": 0.5 - 0.5 / (25 / 7.5),
    "best_1_pct": 30 / 50,
    "best_5_pct": 30 / 50,
    "first_entry": FIVE[0].record.entry_time,
    "last_exit": FIVE[4].record.exit_time,
    "trades_per_day": 5 / 7,
    "trades_per_week": 5.0,
    "trades_per_month": 5 / 7 * 365.2425 / 12,
    "time_in_market": (1 + 4 + 6 + 24) / (7 * 24),
    "value_traded": 2 * 700 + 41.0,
    "turnover": (2 * 700 + 41) / 1000,
}
# Without a trade there is none, but for what counts or sums; SQN says what it would be of.
ZERO = {
    "trades",
    "wins",
    "losses",
    "breakevens",
    "net_pnl",
    "gross_pnl",
    "gross_profit",
    "gross_loss",
    "fees",
    "r_trades",
    "longest_wins",
    "longest_losses",
    "streak",
    "value_traded",
    "turnover",
}
NAMES = [each.name for each in fields(TradeMetrics)]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_by_its_formula(name: str) -> None:
    """Each figure of five trades is what its documentation says, worked out by hand."""
    value = getattr(taken(FIVE).metrics(equity=1000.0), name)
    expected = FIGURES[name]
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_needs_a_trade(name: str) -> None:
    """Without a trade a count or sum is 0 and everything else is undefined."""
    value = getattr(taken([]).metrics(equity=1000.0), name)
    if name in ZERO:
        assert value == 0
    elif name.startswith("duration"):
        assert value == Durations(None, None, None, None)
    else:
        assert value == ("P&L" if name == "sqn_of" else None)


@pytest.mark.parametrize(
    ("deals", "names"),
    [
        ([WIN], ["average_loss", "median_loss", "largest_loss", "average_mfe_losses"]),
        ([WIN], ["profit_factor", "payoff", "win_loss_ratio", "kelly"]),
        ([LOSS], ["average_win", "median_win", "largest_win", "average_mae_wins"]),
        ([LOSS], ["payoff", "kelly", "best_1_pct", "best_5_pct", "fee_share", "capture"]),
        ([EVEN], ["win_rate", "loss_rate", "profit_factor", "payoff", "kelly", "best_1_pct"]),
        ([EVEN, EVEN], ["sqn"]),
        ([WIN], ["sqn"]),
        ([WIN, WIN, WIN], ["sqn"]),
        ([deal(0.1), deal(0.1), deal(0.1)], ["sqn"]),
        ([deal(1.0, stake=0.0)], ["expectancy_pct"]),
        ([WIN, LOSS], ["expectancy_r", "turnover"]),
        ([deal(1.0, lasts=0.0)], ["trades_per_day", "trades_per_week", "trades_per_month"]),
        ([deal(1.0, lasts=0.0), deal(2.0, lasts=0.0)], ["time_in_market"]),
        ([deal(-5.0, fees=9.0, mfe=0.0)], ["capture"]),
        ([deal(-5.0, fees=5.0)], ["fee_share"]),
    ],
)
def test_what_is_undefined_is_none(deals: list[Deal], names: list[str]) -> None:
    """A ratio without its denominator, and a mean of nothing, is None: no 0, 10 or infinity."""
    found = metrics(*deals)
    assert {name: getattr(found, name) for name in names} == dict.fromkeys(names)


def test_a_loss_alone_has_defined_zeros() -> None:
    """Where the denominator exists and the numerator is nothing, the ratio is 0."""
    found = metrics(LOSS)
    assert (found.profit_factor, found.win_rate, found.win_loss_ratio) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("equity", [0.0, -5.0, None])
def test_there_is_no_turnover_of_no_equity(equity: float | None) -> None:
    """Turnover needs a positive equity."""
    assert taken([WIN]).metrics(equity=equity).turnover is None


def test_a_breakeven_is_neither_a_win_nor_a_loss() -> None:
    """{0, +5} is a win rate of 1 without a loss, where LEAN sees a loss and a rate of a half."""
    found = metrics(deal(0.0), deal(5.0))
    assert (found.wins, found.losses, found.breakevens) == (1, 0, 1)
    assert (found.win_rate, found.profit_factor) == (1.0, None)


@pytest.mark.parametrize(("net", "outcome"), [(9e-10, 0), (-9e-10, 0), (1e-9, 1), (-1e-9, -1)])
def test_less_than_a_billionth_is_nothing(net: float, outcome: int) -> None:
    """Float dust does not make a win: the tracker's one limit holds here too."""
    found = metrics(deal(net))
    assert found.wins - found.losses == outcome
    assert found.breakevens == (outcome == 0)


def test_fees_can_turn_a_win_into_a_loss() -> None:
    """A gross profit of 1 with fees of 2 is a loss of 1; LEAN calls it a win."""
    found = metrics(deal(-1.0, fees=2.0))
    assert (found.losses, found.net_pnl, found.gross_pnl, found.gross_profit) == (1, -1.0, 1.0, 0)
    assert found.fee_share == 2.0


def test_an_option_that_expired_worthless_is_a_loss() -> None:
    """A premium lost at an exercise is a loss, though LEAN counts one in the money as a win."""
    found = metrics(deal(-384.5, exit_reason="exercise"))
    assert (found.wins, found.losses) == (0, 1)


def test_a_profit_factor_without_a_loss_is_not_ten() -> None:
    """LEAN's caps of 10 are not ours."""
    found = metrics(deal(5.0), deal(6.0))
    assert (found.profit_factor, found.win_loss_ratio) == (None, None)


def test_percents_of_unequal_stakes_are_not_added_up() -> None:
    """A large loss and a small win of the same percent lose: the percent has the money's sign."""
    found = metrics(deal(-100.0, stake=1000.0), deal(2.0, stake=10.0), deal(50.0, stake=0.0))
    assert found.expectancy_pct == pytest.approx(-100 * 98 / 1010)


def test_risk_counts_where_it_is_known() -> None:
    """R is a mean of the trades that have a risk; SQN is of R only if all of them have."""
    found = metrics(deal(30.0, risk=10.0), deal(-5.0), deal(-10.0, risk=10.0))
    assert (found.expectancy_r, found.r_trades, found.sqn_of) == (1.0, 2, "P&L")


@pytest.mark.parametrize(
    ("nets", "wins", "losses", "streak"),
    [
        ([1, 1, -1, 1], 2, 1, 1),
        ([1, 1, -1, -1], 2, 2, -2),
        ([1, 0, 1], 1, 0, 1),
        ([-1, -1, 0], 0, 2, 0),
        ([1, 1, 1], 3, 0, 3),
        ([-1, -1], 0, 2, -2),
        ([0, 0], 0, 0, 0),
    ],
)
def test_streaks_follow_the_order_of_closing(
    nets: list[int], wins: int, losses: int, streak: int
) -> None:
    """Runs are counted as trades closed; a breakeven ends a run and is none itself."""
    found = metrics(*map(deal, nets))
    assert (found.longest_wins, found.longest_losses, found.streak) == (wins, losses, streak)


def test_time_in_market_counts_an_hour_once() -> None:
    """Trades that are open together, one inside another too, take no more time than the longest."""
    hours = [(0, 10), (2, 3), (4, 12), (20, 24), (24, 30), (35, 40)]
    deals = [deal(1.0, start=a * HOUR, lasts=(b - a) * HOUR) for a, b in hours]
    assert metrics(*deals).time_in_market == pytest.approx((12 + 10 + 5) / 40)
    assert metrics(*reversed(deals)).time_in_market == pytest.approx((12 + 10 + 5) / 40)


def test_a_median_of_an_even_number_is_between_the_middle_two() -> None:
    """It is their mean, whatever the order."""
    deals = [deal(net, lasts=net) for net in (8.0, 1.0, 2.0, 100.0)]
    found = metrics(*deals)
    assert (found.median_pnl, found.median_win, found.duration.median) == (5.0, 5.0, 5.0)


def test_the_best_hundredth_is_one_trade_at_least() -> None:
    """Of 101 trades the best hundredth are two, the best twentieth six; of one it is that one."""
    deals = [deal(float(net)) for net in (*range(1, 101), -3)]
    found = metrics(*deals)
    assert found.best_1_pct == pytest.approx((100 + 99) / 5050)
    assert found.best_5_pct == pytest.approx(sum(range(95, 101)) / 5050)
    assert metrics(WIN).best_1_pct == 1.0


def test_the_best_trades_share_no_losses() -> None:
    """Where fewer trades won than the share asks for, theirs is all of the profit."""
    assert metrics(WIN, *[LOSS] * 59).best_5_pct == 1.0


def test_a_short_gives_back_less_than_it_took() -> None:
    """Value traded is the entry's and the exit's: a short that gained bought back for less."""
    assert metrics(deal(9.0, fees=1.0, direction="short")).value_traded == 100.0 + 90.0
    assert metrics(deal(9.0, fees=1.0)).value_traded == 100.0 + 110.0


def test_microseconds_are_kept() -> None:
    """A live trade's duration and times come back to the microsecond, decades on too."""
    entry = FIVE[0].record.entry_time.replace(year=2077, microsecond=123457)
    found = metrics(deal(1.0, entry_time=entry, exit_time=entry.replace(microsecond=123460)))
    assert found.duration.longest == 3e-6
    assert found.first_entry == entry
    assert found.last_exit == entry.replace(microsecond=123460)
