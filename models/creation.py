"""A tracker without LEAN, made with its settings by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from models.performance_tracker import PerformanceTracker
from models.settings import read_settings
from models.tracker.hand_calls import fill_in
from models.tracker.ports import Logger, StructuredLog


def create_performance_tracker(
    starting_equity: float = 100_000.0,
    logger: Logger | StructuredLog | None = None,
    object_store: object = None,
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


def from_fills(
    rows: Iterable[Mapping[str, Any]], starting_equity: float = 100_000.0, **given: Any
) -> PerformanceTracker:
    """A tracker of the fills of a list, a file or a table, in any order.

    Args:
        rows: Mappings with symbol, time, quantity (signed: above 0 is bought) and price, and where
            they are known fee, strategy, tag and multiplier. Each fill closes what its strategy
            holds on the other side, and opens what is left.
        starting_equity: What the account held before the first of them, account currency.
        given: Further arguments of `create_performance_tracker`.

    Raises:
        CallError: A row lacks a key, has another, or holds what is not allowed; the text says which
            row.
        SettingsError: A setting is unknown or not allowed.
    """
    fills = [fill_in(row, number) for number, row in enumerate(rows, 1)]
    tracker = create_performance_tracker(starting_equity, **given)
    tracker.take_fills(fills)
    return tracker
