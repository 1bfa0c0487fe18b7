"""What the numbers mean: pure Python and numpy, no LEAN, no files, no clock.

What a user names is here: `from models import PerformanceTracker, TradeRecord`.
"""

from __future__ import annotations

from models.equity import CurvePoint
from models.events import EventError, Logger, TrackerError
from models.performance_tracker import PerformanceTracker, create_performance_tracker
from models.recorder import Notice, NoticeKind
from models.records import (
    DrawdownRecord,
    Exposure,
    Flow,
    PerformanceSummary,
    PositionRecord,
    Positions,
    Sheet,
    Spell,
    StrategyMetrics,
    TradeRecord,
)
from models.sessions import SessionKind, SessionMetrics
from models.settings import Settings, SettingsError
from models.sharing import CallError, UnknownStrategyError
from models.trade_statistics import Archive

__all__ = [
    "Archive",
    "CallError",
    "CurvePoint",
    "DrawdownRecord",
    "EventError",
    "Exposure",
    "Flow",
    "Logger",
    "Notice",
    "NoticeKind",
    "PerformanceSummary",
    "PerformanceTracker",
    "PositionRecord",
    "Positions",
    "SessionKind",
    "SessionMetrics",
    "Settings",
    "SettingsError",
    "Sheet",
    "Spell",
    "StrategyMetrics",
    "TrackerError",
    "TradeRecord",
    "UnknownStrategyError",
    "create_performance_tracker",
]
