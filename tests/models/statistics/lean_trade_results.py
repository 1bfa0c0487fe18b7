"""LEAN's trades and their statistics, read from results or made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from models.statistics.lean_windows import lean_trade_statistics
from models.trades.lean_trade import LeanTrade
from workbench.recordings import recordings, result

RECORDINGS = recordings()
# LEAN writes neither closed trades nor their statistics into the result of a live run.
LIVE = {"live-paper", "live-redeploy-1", "live-redeploy-2", "live-redeploy-3"}
# The long run has no result file; the benchmarks play it.
NAMES = [name for name in RECORDINGS if name not in {*LIVE, "three-strategies-23y"}]


def lean_trade(values: dict[str, Any]) -> LeanTrade:
    """A closed trade of a result file."""
    return LeanTrade(
        symbols=tuple(symbol["id"] for symbol in values["symbols"]),
        entry_time=datetime.fromisoformat(values["entryTime"]),
        entry_price=values["entryPrice"],
        direction=("LONG", "SHORT")[values["direction"]],
        quantity=values["quantity"],
        exit_time=datetime.fromisoformat(values["exitTime"]),
        exit_price=values["exitPrice"],
        profit_loss=values["profitLoss"],
        total_fees=values["totalFees"],
        mae=values["mae"],
        mfe=values["mfe"],
        end_trade_drawdown=values["endTradeDrawdown"],
        is_win=values["isWin"],
        order_ids=tuple(values["orderIds"]),
    )


@cache
def lean_result(name: str) -> dict[str, Any]:
    """LEAN's own result of a recording."""
    found: dict[str, Any] = result(RECORDINGS[name].path, "result")
    return found


def lean_trades(name: str) -> list[LeanTrade]:
    """LEAN's own closed trades of a recording."""
    return [lean_trade(values) for values in lean_result(name)["totalPerformance"]["closedTrades"]]


def number(value: Any) -> Any:
    """A decimal without regard to its trailing zeros; anything else as it is."""
    try:
        return Decimal(value) if isinstance(value, str) else value
    except InvalidOperation:
        return value


def different(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The figures that are not the same, ours first."""
    assert ours.keys() == theirs.keys()
    return {
        name: (ours[name], value)
        for name, value in theirs.items()
        if number(ours[name]) != number(value)
    }


START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


def trade(profit: float, minutes: float = 1.0, start: float = 0.0, **said: Any) -> LeanTrade:
    """A trade of that gross profit; times in minutes from `START`."""
    entry = START + timedelta(minutes=start)
    made = LeanTrade(
        symbols=("A",),
        entry_time=entry,
        entry_price=100.0,
        direction="LONG",
        quantity=1.0,
        exit_time=entry + timedelta(minutes=minutes),
        exit_price=100.0 + profit,
        profit_loss=profit,
        total_fees=0.0,
        mae=min(profit, 0.0),
        mfe=max(profit, 0.0),
        end_trade_drawdown=0.0,
        is_win=profit > 0,
        order_ids=(1, 2),
    )
    return made._replace(**said)


def of(*trades: LeanTrade, **names: Any) -> None:
    """Assert some of the figures of these trades."""
    block = lean_trade_statistics(trades)
    assert {name: block[name] for name in names} == names
