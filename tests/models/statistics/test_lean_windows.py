"""LEAN's rolling windows of trades: one for each month's end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models.statistics.lean_windows import rolling_statistics
from tests.models.statistics.lean_trade_results import (
    NAMES,
    different,
    lean_result,
    lean_trades,
    trade,
)


@pytest.mark.parametrize("name", NAMES)
def test_every_rolling_window_is_leans(name: str) -> None:
    """LEAN's windows are found under LEAN's names and in its order, with every figure of each."""
    equity = lean_result(name)["charts"]["Strategy Equity"]["series"]["Equity"]["values"]
    first, last = (datetime.fromtimestamp(equity[at][0], UTC).date() for at in (0, -1))
    ours = rolling_statistics(lean_trades(name), first, last)
    theirs = lean_result(name)["rollingWindow"]
    assert list(ours) == list(theirs)
    for window, block in ours.items():
        assert different(block, theirs[window]["tradeStatistics"]) == {}


def test_the_first_and_last_window_are_cut() -> None:
    """No window starts before the run or ends after it; a trade belongs to its exit's date."""
    trades = [
        trade(1.0, exit_time=datetime(2024, 1, 31, 23, 59, tzinfo=UTC)),
        trade(2.0, exit_time=datetime(2024, 2, 1, tzinfo=UTC)),
        trade(4.0, exit_time=datetime(2024, 3, 15, 23, 59, tzinfo=UTC)),
    ]
    blocks = rolling_statistics(trades, date(2024, 1, 10), date(2024, 3, 15))
    totals = {name: block["totalProfitLoss"] for name, block in blocks.items()}
    assert {name: total for name, total in totals.items() if name[:3] in {"M1_", "M12"}} == {
        "M1_20240131": "1.00",
        "M1_20240229": "2.00",
        "M1_20240315": "4.00",
        "M12_20240131": "1.00",
        "M12_20240229": "3.00",
        "M12_20240315": "7.00",
    }


def test_the_run_of_one_day_is_one_window() -> None:
    """A run within a month has one window of each length, under its last date."""
    blocks = rolling_statistics([], date(2024, 1, 2), date(2024, 1, 2))
    assert list(blocks) == ["M1_20240102", "M3_20240102", "M6_20240102", "M12_20240102"]
