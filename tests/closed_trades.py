"""Closed trades made for tests, and the same figures of them worked out the plain way.

`deal` makes one trade with the figures that a test is about; all else is the same for all of them.
`plain_metrics` is the oracle: loops over records, nothing shared with the code it judges.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from models.events.instruments import SecurityType
from models.trades.metrics import TradeMetrics
from models.trades.record import TradeRecord
from models.trades.statistics import TradeFacts, TradeStatistics

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)  # a Tuesday
TINY = 1e-9  # what breaks even


class Deal(NamedTuple):
    """A trade as the statistics are given it."""

    record: TradeRecord
    facts: TradeFacts


def deal(
    net: float,
    *,
    fees: float = 0.0,
    stake: float = 100.0,
    risk: float | None = None,
    start: float = 0.0,
    lasts: float = 60.0,
    **said: Any,
) -> Deal:
    """A trade that made so much net of fees; it starts so many seconds after `START`."""
    entry = START + timedelta(seconds=start)
    gross = net + fees
    values: dict[str, Any] = {
        "trade_id": "1",
        "symbol": "AAPL",
        "strategy": "main",
        "direction": "long",
        "entry_time": entry,
        "exit_time": entry + timedelta(seconds=lasts),
        "entry_price": stake,
        "exit_price": stake + gross,
        "quantity": 1.0,
        "pnl": net,
        "pnl_pct": 100.0 * net / stake if stake else None,
        "commission": fees,
        "slippage_bps": None,
        "is_closed": True,
        "sid": "AAPL R735QTJ8XC9X",
        "gross_pnl": gross,
        "slippage": None,
        "multiplier": 1.0,
        "order_ids": (1, 2),
        "tag": "",
        "exit_reason": "order",
        "seeded": False,
        "mae": min(gross, 0.0),
        "mfe": max(gross, 0.0),
        "book": "lots",
        "entry_notional": stake,
        "risk": risk,
    }
    facts: dict[str, Any] = {
        "security_type": SecurityType.EQUITY,
        "underlying": "AAPL",
    }
    for name, value in said.items():
        (facts if name in facts else values)[name] = value
    return Deal(TradeRecord(**values), TradeFacts(**facts))


def taken(deals: Iterable[Deal], zone: tzinfo = UTC) -> TradeStatistics:
    """The statistics of some trades, in this order."""
    found = TradeStatistics(zone)
    for each in deals:
        found.add(*each)
    return found


def metrics(*deals: Deal) -> TradeMetrics:
    """The figures of some trades, in this order."""
    return taken(deals).metrics()


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _picked(pick: Callable[[Sequence[float]], float], values: Sequence[float]) -> float | None:
    return pick(values) if values else None


def _over(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole


def _durations(deals: Sequence[Deal]) -> dict[str, float | None]:
    seconds = [trade.record.duration for trade in deals]
    return {
        "average": _mean(seconds),
        "median": _picked(statistics.median, seconds),
        "shortest": _picked(min, seconds),
        "longest": _picked(max, seconds),
    }


def _runs(outcomes: Sequence[str]) -> dict[str, int]:
    longest, run, before = {"won": 0, "lost": 0, "even": 0}, 0, ""
    for outcome in outcomes:
        run = run + 1 if outcome == before else 1
        longest[outcome] = max(longest[outcome], run)
        before = outcome
    streak = {"won": run, "lost": -run}.get(before, 0)
    return {"longest_wins": longest["won"], "longest_losses": longest["lost"], "streak": streak}


def _open_time(records: Sequence[TradeRecord]) -> float:
    """Between each two moments at which something happens, whether a trade is open."""
    moments = sorted({time for each in records for time in (each.entry_time, each.exit_time)})
    return sum(
        (end - start).total_seconds()
        for start, end in itertools.pairwise(moments)
        if any(each.entry_time <= start and end <= each.exit_time for each in records)
    )


def _quality(values: Sequence[float]) -> float | None:
    if len(values) < 2 or len(set(values)) == 1:
        return None
    return math.sqrt(len(values)) * statistics.fmean(values) / statistics.stdev(values)


def _activity(deals: Sequence[Deal], equity: float | None) -> dict[str, Any]:
    records = [trade.record for trade in deals]
    first = min((each.entry_time for each in records), default=None)
    last = max((each.exit_time for each in records), default=None)
    days = (last - first) / timedelta(days=1) if first and last else 0.0
    traded = math.fsum(
        each.entry_notional
        + each.entry_notional
        + each.gross_pnl * (1 if each.direction == "long" else -1)
        for each, _ in deals
    )
    return {
        "first_entry": first and first.isoformat(),
        "last_exit": last and last.isoformat(),
        "trades_per_day": _over(len(deals), days),
        "trades_per_week": _over(len(deals), days / 7),
        "trades_per_month": _over(len(deals), days / (365.2425 / 12)),
        "time_in_market": _over(_open_time(records) / 86400, days),
        "value_traded": traded,
        "turnover": _over(traded, equity),
    }


def _outcome(net: float) -> str:
    return "even" if abs(net) < TINY else "won" if net > 0 else "lost"


def plain_metrics(deals: Sequence[Deal], equity: float | None = None) -> dict[str, Any]:
    """`TradeMetrics.to_dict` of some trades, by definition."""
    records = [trade.record for trade in deals]
    outcomes = [_outcome(each.pnl) for each in records]
    nets = [each.pnl for each in records]
    by = {
        outcome: [trade for trade, each in zip(deals, outcomes, strict=True) if each == outcome]
        for outcome in ("won", "lost", "even")
    }
    won, lost = ([each.record.pnl for each in by[name]] for name in ("won", "lost"))
    net, fees = math.fsum(nets), math.fsum(each.commission for each in records)
    staked = [trade for trade in deals if trade.record.entry_notional > 0]
    multiples = [each.pnl / each.risk for each, _ in deals if each.risk]
    whole = bool(deals) and len(multiples) == len(deals)
    decided, average_win, average_loss = len(won) + len(lost), _mean(won), _mean(lost)
    payoff = None if average_loss is None else _over(average_win, -average_loss)
    win_rate = _over(len(won), decided)
    given_back = [each.mfe - each.gross_pnl for each in records]
    best = {
        part: _over(math.fsum(sorted(won)[-math.ceil(len(deals) / part) :]), math.fsum(won))
        for part in (100, 20)
    }
    return {
        "trades": len(deals),
        "wins": len(won),
        "losses": len(lost),
        "breakevens": len(by["even"]),
        "win_rate": win_rate,
        "loss_rate": _over(len(lost), decided),
        "breakeven_rate": _over(len(by["even"]), len(deals)),
        "net_pnl": net,
        "gross_pnl": math.fsum(each.gross_pnl for each in records),
        "gross_profit": math.fsum(won),
        "gross_loss": math.fsum(lost),
        "fees": fees,
        "fee_share": fees / (net + fees) if net + fees > 0 else None,
        "profit_factor": _over(math.fsum(won), -math.fsum(lost)),
        "expectancy": _mean(nets),
        "expectancy_pct": _over(
            100 * math.fsum(each.pnl for each, _ in staked),
            math.fsum(each.entry_notional for each, _ in staked),
        ),
        "expectancy_r": _mean(multiples),
        "r_trades": len(multiples),
        "median_pnl": _picked(statistics.median, nets),
        "average_win": average_win,
        "average_loss": average_loss,
        "median_win": _picked(statistics.median, won),
        "median_loss": _picked(statistics.median, lost),
        "largest_win": _picked(max, won),
        "largest_loss": _picked(min, lost),
        "payoff": payoff,
        "win_loss_ratio": _over(len(won), len(lost)),
        **_runs(outcomes),
        "duration": _durations(deals),
        "duration_wins": _durations(by["won"]),
        "duration_losses": _durations(by["lost"]),
        "duration_breakevens": _durations(by["even"]),
        "average_mae": _mean([each.mae for each in records]),
        "average_mfe": _mean([each.mfe for each in records]),
        "worst_mae": _picked(min, [each.mae for each in records]),
        "best_mfe": _picked(max, [each.mfe for each in records]),
        "average_mae_wins": _mean([trade.record.mae for trade in by["won"]]),
        "average_mfe_losses": _mean([trade.record.mfe for trade in by["lost"]]),
        "capture": _over(net, math.fsum(each.mfe for each in records)),
        "average_end_drawdown": _mean(given_back),
        "worst_end_drawdown": _picked(max, given_back),
        "sqn": _quality(multiples if whole else nets),
        "sqn_of": "R" if whole else "P&L",
        "kelly": win_rate - (1 - win_rate) / payoff if win_rate and payoff else None,
        "best_1_pct": best[100],
        "best_5_pct": best[20],
        **_activity(deals, equity),
    }
