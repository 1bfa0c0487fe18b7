"""Every question that a tracker answers, asked at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from models.equity.session_metrics import SessionKind
from models.execution.group_metrics import OrderGroup
from models.performance_tracker import PerformanceTracker
from models.structures.record import STRUCTURES
from models.trades.record import LOTS, POSITIONS
from models.trades.statistics import GroupBy

BOOKS = (LOTS, POSITIONS, STRUCTURES)


def answers(tracker: PerformanceTracker) -> dict[str, Any]:
    """What it answers to everything, by question."""
    strategies = [*tracker.strategies()]
    return {
        "account": [
            tracker.balance(),
            tracker.sheets(),
            tracker.summary(),
            tracker.positions(),
            tracker.current_equity,
            tracker.peak_equity,
            tracker.flows(),
            tracker.anomalies(),
            tracker.deployments,
            tracker.days,
            dict(tracker.errors),
        ],
        "strategies": tracker.strategies(),
        "trades": [tracker.trades(book=book) for book in BOOKS],
        "open": [tracker.open_trades(), tracker.structures()],
        "orders": [tracker.orders(), tracker.suggested_slippage()],
        "quality": [tracker.execution_quality(by) for by in OrderGroup],
        "sessions": [tracker.sessions(kind) for kind in SessionKind],
        "figures": [tracker.trade_statistics(book=book) for book in BOOKS],
        "groups": [tracker.trade_groups(by, book=book) for by in GroupBy for book in BOOKS],
        "scopes": [_of_scope(tracker, name) for name in (None, *strategies)],
    }


def _of_scope(tracker: PerformanceTracker, strategy: str | None) -> list[Any]:
    days, navs = tracker.daily_nav(strategy)
    return [
        tracker.open_day(strategy),
        tracker.drawdown(strategy),
        tracker.equity_curve(strategy),
        [*days],
        [*map(float, navs)],
        [*map(float, tracker.daily_returns(strategy)[1])],
        dict(tracker.portfolio_statistics(strategy)),
        tracker.sessions(SessionKind.WEEKLY, strategy),
        tracker.trades(strategy, limit=3),
        tracker.trade_statistics(strategy),
    ]


def plain(value: Any) -> Any:
    """What JSON has of an answer: records as objects, times as texts."""
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [*map(plain, value)]
    return value


def check_answers(tracker: PerformanceTracker) -> None:
    """Ask everything; JSON has all that is answered, and its state is one to go on from."""
    json.dumps(plain(answers(tracker)), allow_nan=False)
    json.dumps(tracker.state(), allow_nan=False)
