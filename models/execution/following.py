"""Whether orders are followed: as a setting says, or in live trading."""

from __future__ import annotations

from datetime import tzinfo

from models.errors import Failure
from models.execution.quality import ExecutionQuality
from models.settings import Settings, chosen


def orders_followed(
    settings: Settings, zone: tzinfo, failures: list[tuple[str, Failure]], *, live: bool
) -> ExecutionQuality | None:
    """What follows the orders from now on; None where nobody does.

    Args:
        settings: What the user chose.
        zone: The time zone of the days.
        failures: Where it puts what fails.
        live: Whether LEAN trades live.
    """
    if not chosen(settings.execution, live):
        return None
    return ExecutionQuality(zone, settings.execution_limits, failures)
