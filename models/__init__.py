"""What the numbers mean: pure Python and numpy, no LEAN, no files, no clock.

What a user names is here: `from models import PerformanceTracker, TradeRecord`.
"""

from __future__ import annotations

from models.creation import create_performance_tracker, from_fills
from models.equity.curve import CurvePoint
from models.equity.drawdown import DrawdownPeriod, DrawdownRecord
from models.equity.session_metrics import SessionKind, SessionMetrics
from models.equity.strategy_metrics import StrategyMetrics
from models.errors import CallError, EventError, TrackerError, UnknownStrategyError
from models.events.anomalies import Anomaly
from models.events.causes import FlowCause
from models.ledger.holdings import Exposure, PositionRecord, Positions
from models.ledger.statement import Flow, Sheet
from models.performance_tracker import PerformanceTracker
from models.settings import Alarm, Settings, SettingsError
from models.structures.record import StructureLeg, StructureRecord
from models.tracker.notices import Notice, NoticeKind
from models.tracker.ports import Logger
from models.tracker.summary import PerformanceSummary
from models.trades.log import Archive
from models.trades.record import TradeRecord

__version__ = "0.2.0"

__all__ = [
    "Alarm",
    "Anomaly",
    "Archive",
    "CallError",
    "CurvePoint",
    "DrawdownPeriod",
    "DrawdownRecord",
    "EventError",
    "Exposure",
    "Flow",
    "FlowCause",
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
    "StrategyMetrics",
    "StructureLeg",
    "StructureRecord",
    "TrackerError",
    "TradeRecord",
    "UnknownStrategyError",
    "__version__",
    "create_performance_tracker",
    "from_fills",
]
