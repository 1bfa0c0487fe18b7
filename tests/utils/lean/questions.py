"""What is asked of a tracker between its hooks, and all that is compared of it in the end."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from utils.tracking import LeanTracker

Read = Callable[[LeanTracker], object]


def all_of(tracker: LeanTracker) -> dict[str, Any]:
    """Everything that is known, to the last digit."""
    return {
        **tracker.state(),
        "summary": tracker.summary(),
        "curves": [tracker.equity_curve(name) for name in (None, *tracker.scopes.strategies)],
        "drawdowns": [tracker.drawdown(name) for name in (None, *tracker.scopes.strategies)],
        "positions": tracker.positions(),
        "open": tracker.open_trades(),
    }


def at_random(seed: int) -> Read:
    """Something read now and then."""
    dice = random.Random(seed)
    questions: list[Read] = [
        lambda tracker: tracker.summary(),
        lambda tracker: tracker.ledger.equity,
        lambda tracker: tracker.scopes.account.track.time,
        lambda tracker: tracker.drawdown(),
        lambda tracker: tracker.open_trades(),
        lambda tracker: tracker.equity_curve(),
        lambda tracker: tracker.sessions(),
        lambda tracker: tracker.execution_quality(),
        lambda tracker: tracker.execution_quality("symbol"),
        lambda tracker: tracker.state(),
    ]
    return lambda tracker: dice.random() < 0.03 and dice.choice(questions)(tracker)
