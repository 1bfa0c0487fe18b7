"""What is saved of a tracker: the state of its parts as JSON, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.errors import TrackerError
from models.tracker.core import Core
from models.tracker.deployments import Deployment
from models.tracker.manual import ManualTrading
from models.tracker.performance import Performance
from models.tracker.trades import ClosedTrades, TradeFilter
from models.trades.record import LOTS

STATE_VERSION = 3


class TrackerState:
    """Saves, restores and resets the parts of one tracker together.

    Args:
        core: All that was booked.
        manual: Whether the account is one by hand.
        performance: The headline figures, for whoever reads a saved state.
        trades: The closed trades, out of memory and out of the archive.
    """

    def __init__(
        self, core: Core, manual: ManualTrading, performance: Performance, trades: ClosedTrades
    ) -> None:
        self._core = core
        self._manual = manual
        self._performance = performance
        self._trades = trades

    def state(self) -> dict[str, Any]:
        """Everything the parts know, JSON-able and exact."""
        core = self._core
        with core.lock:
            headline = {**self._performance.account().to_dict(), "equity": core.ledger.equity_now()}
            return {
                **core_state(core),
                "by_hand": self._manual.by_hand,
                "days_per_year": core.days_per_year,
                "headline": headline,
            }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned in place of what is known; the settings stay our own.

        Raises:
            TrackerError: The state is of another version or in another currency; all parts are as
                they were.
        """
        restore_core(self._core, state)
        self._manual.by_hand = state["by_hand"]
        if state["statistics"] is None:
            # an archive has all trades: what it has lost costs these figures, and not the state
            self._core.count_archived(self._trades.trades(TradeFilter(), LOTS))

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        with self._core.lock:
            self._core.reset()
            self._manual.by_hand = False


def core_state(core: Core) -> dict[str, Any]:
    """Everything a core knows, JSON-able and exact."""
    with core.lock:
        return {
            "version": STATE_VERSION,
            "account_currency": core.account_currency,
            "zone": str(core.zone),
            "live": core.live,
            "days": core.days.count,
            "last_day": core.days.last.isoformat() if core.days.last else None,
            "deployments": [each.to_dict() for each in core.deployments],
            "ledger": core.ledger.state(),
            "scopes": core.scopes.state(),
            "samples": core.days.log.state(),
            "statistics": None if core.archiving.keeps else core.statistics.state(),
            "execution": core.execution.state() if core.execution else None,
            "follower": core.follower.state() if core.follower else None,
            "trades": {book: log.state() for book, log in core.logs.items()},
            "errors": dict(core.guard.errors),
        }


def restore_core(core: Core, state: Mapping[str, Any]) -> None:
    """Take over what `core_state` returned in place of what is known; the settings stay our own.

    Raises:
        TrackerError: The state is of another version or in another currency; the core is as it was.
    """
    _check(core, state)
    with core.lock:
        core.begin()
        core.days.count = state["days"]
        last_day = state["last_day"]
        core.days.last = datetime.fromisoformat(last_day) if last_day else None
        core.deployments = [Deployment.from_dict(each) for each in state["deployments"]]
        core.ledger.restore(state["ledger"])
        core.scopes.restore(state["scopes"])
        core.days.log.restore(state["samples"])
        _restore_execution(core, state["execution"])
        if core.follower is not None:
            core.follower.reset()
            if state["follower"] is not None:
                core.follower.restore(state["follower"])
        for book, log in core.logs.items():
            log.restore(state["trades"][book])
        core.guard.restore(state["errors"])
        core.pass_over_anomalies()
        if state["statistics"] is not None:
            core.statistics.restore(state["statistics"])


def _check(core: Core, state: Mapping[str, Any]) -> None:
    if state["version"] != STATE_VERSION:
        found = state["version"]
        raise TrackerError(f"the state is of version {found}; this reads {STATE_VERSION}")
    currency, own = state["account_currency"], core.account_currency
    if currency != own:
        raise TrackerError(f"the state's amounts are in {currency}; this tracker's are in {own}")


def _restore_execution(core: Core, state: Mapping[str, Any] | None) -> None:
    if core.execution is None or state is None:
        return
    core.execution.restore(state, core.ledger.books.instruments)
    if len(core.deployments) > 1:
        core.execution.since = core.deployments[-1].time
