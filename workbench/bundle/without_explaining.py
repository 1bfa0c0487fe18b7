"""Explaining by hand: it stands in for `models/tracker/explaining.py`.

What the user says of a change without an order is for live accounts, where brokers bring splits,
mergers and transfers. LEAN's free tier trades nothing live, and has no room for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from models.errors import CallError
from models.tracker.core import Core
from models.trades.record import LOTS, TradeRecord
from models.trades.statistics import TradeStatistics

NO_EXPLAINING = (
    "this form of the tracker was exported for LEAN's free tier, which has no room for explain; "
    "`tracker export --tier researcher` makes one that has it"
)


def explain(*_: Any) -> NoReturn:
    """Raise `CallError`: nothing is explained."""
    raise CallError(NO_EXPLAINING)


def count_anew(core: Core, older: Iterable[TradeRecord]) -> None:
    """Count all closed lots again; call it under the core's lock.

    Args:
        core: Whose statistics they are.
        older: Those that left memory.
    """
    core.count_later(TradeStatistics(core.zone), [*older, *core.logs[LOTS].all()])
    core.uncounted = core.archiving.unread
