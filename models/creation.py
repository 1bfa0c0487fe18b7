"""A tracker without LEAN, made with its settings by name."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any

from models.performance_tracker import PerformanceTracker
from models.settings import read_settings
from models.tracker.ports import Logger
from models.trades.log import Archive


def create_performance_tracker(
    starting_equity: float = 100_000.0,
    logger: Logger | None = None,
    object_store: Archive | None = None,
    *,
    account_currency: str = "USD",
    zone: tzinfo = UTC,
    days_per_year: float = 252.0,
    **settings: Any,
) -> PerformanceTracker:
    """A tracker without LEAN, its settings given by name as `matching="lifo"`.

    Inside LEAN use `utils.tracking.track(algorithm)` instead. The arguments are those of
    `PerformanceTracker`.

    Raises:
        SettingsError: A setting is unknown or not allowed; the text says what is.
    """
    return PerformanceTracker(
        starting_equity,
        logger,
        object_store,
        settings=read_settings({}, settings),
        account_currency=account_currency,
        zone=zone,
        days_per_year=days_per_year,
    )
