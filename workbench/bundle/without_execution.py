"""Following no orders: it stands in for `models/execution/following.py`.

Execution quality is of live accounts; a backtest has it by a setting alone. LEAN's free tier trades
nothing live, and has no room for it.
"""

from __future__ import annotations

from models.settings import Settings, SettingsError, Switch

NO_EXECUTION = (
    "tracker_execution is on, and this form of the tracker was exported for LEAN's free tier, "
    "which has no room for execution quality: set it to auto, or "
    "`tracker export --tier researcher` makes a form that has it"
)


def orders_followed(settings: Settings, *_: object, live: bool) -> None:
    """Raise `SettingsError` where it was asked for; live or not, nobody follows orders."""
    if settings.execution is Switch.ON:
        raise SettingsError(NO_EXECUTION)
