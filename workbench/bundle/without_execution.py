"""Execution quality where nobody follows orders: it stands in for `models/execution/quality.py`.

It follows the orders of live accounts; a backtest has it by a setting alone. LEAN's free tier
trades nothing live, and has no room for it.
"""

from __future__ import annotations

from models.settings import SettingsError

NO_EXECUTION = (
    "tracker_execution is on, and this form of the tracker was exported for LEAN's free tier, "
    "which has no room for execution quality: set it to auto, or "
    "`tracker export --tier researcher` makes a form that has it"
)


class ExecutionQuality:
    """Follows nothing; as of the class that it stands in for."""

    def __init__(self, *_: object) -> None:
        """Raise `SettingsError`: it was asked for by a setting."""
        raise SettingsError(NO_EXECUTION)
