"""What is saved of a tracker: the state of its parts as JSON, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from models.codec import (
    COUNT,
    FLAG,
    JSON_OBJECT,
    TEXT,
    TIME,
    WHOLE,
    Codec,
    check_json_numbers,
    dict_of,
    list_of,
    maybe,
)
from models.errors import StateError, TrackerError
from models.fields import Field, Table, restore_part, saved_value
from models.ledger.finishing import Described
from models.records import record_codec
from models.tracker.core import Core
from models.tracker.deployments import Deployment
from models.tracker.manual import ManualTrading
from models.tracker.performance import Performance
from models.tracker.trades import ClosedTrades, TradeFilter
from models.trades.record import LOTS, POSITIONS

STATE_VERSION = 4

_LOG_FIELDS = Table(Field(LOTS, JSON_OBJECT), Field(POSITIONS, JSON_OBJECT))


def _read_logs(saved: Mapping[str, Any]) -> dict[str, Any]:
    """The saved log of each book of trades."""
    return _LOG_FIELDS.named(_LOG_FIELDS.from_object(saved))


_CORE_FIELDS = Table(
    Field("days", COUNT),
    Field("last_day", maybe(TIME)),
    Field("deployments", list_of(record_codec(Deployment))),
    Field("ledger", JSON_OBJECT),
    Field("scopes", JSON_OBJECT),
    Field("samples", JSON_OBJECT),
    Field("statistics", maybe(JSON_OBJECT)),
    Field("execution", maybe(JSON_OBJECT)),
    Field("follower", maybe(JSON_OBJECT)),
    Field("trades", Codec((dict,), read=_read_logs)),
    Field("errors", dict_of(COUNT, Counter)),
    Field("structures", maybe(JSON_OBJECT), absent=None),
)


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

    def capture(self) -> dict[str, Any]:
        """Everything the parts know at one moment; what is large becomes JSON later."""
        core = self._core
        with core.lock:
            headline = self._performance.headline().to_dict()
            del headline["portfolio"]  # it takes time, and can be computed of what is saved
            headline["equity"] = core.ledger.equity_now()
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
            StateError: A field of the state is missing or of another type; some parts may be
                restored already.
        """
        by_hand = saved_value(state, "by_hand", FLAG)
        self._core.catch_up()  # whoever follows it hears of what was
        restore_core(self._core, state)
        self._manual.by_hand = by_hand
        if state["statistics"] is None:
            # an archive has all trades: what it has lost costs these figures, and not the state
            self._core.count_archived(self._trades.trades(TradeFilter(), LOTS))
            self._core.uncounted = self._core.archiving.unread

    def reset(self) -> None:
        """Forget all that was booked; settings, listeners and what is archived stay."""
        with self._core.lock:
            self._core.reset()
            self._manual.by_hand = False


def core_state(core: Core) -> dict[str, Any]:
    """Everything a core knows at one moment; what is large becomes JSON later."""
    core.catch_up()
    with core.lock:
        return {
            "version": STATE_VERSION,
            "account_currency": core.account_currency,
            "zone": str(core.zone),
            "live": core.live,
            "days": core.days.count,
            "last_day": maybe(TIME).encode(core.days.last),
            "deployments": [each.to_dict() for each in core.deployments],
            "ledger": core.ledger.state(),
            "scopes": core.scopes.state(),
            "samples": core.days.log.state(),
            "statistics": None if core.archiving.keeps else core.statistics.capture(),
            "execution": core.execution.state() if core.execution else None,
            "follower": core.follower.state() if core.follower else None,
            "trades": {book: log.capture() for book, log in core.logs.items()},
            "errors": dict(core.guard.errors),
            "structures": core.structures.state() if core.ledger.books.orders.legs else None,
        }


def restore_core(core: Core, state: Mapping[str, Any]) -> None:
    """Take over what `core_state` returned in place of what is known; the settings stay our own.

    Raises:
        TrackerError: The state is of another version or in another currency; the core is as it was.
        StateError: A field of the state is missing or of another type; parts may be restored.
    """
    _check(core, state)
    saved = _CORE_FIELDS.named(_CORE_FIELDS.from_object(state))
    with core.lock:
        core.begin()
        core.days.count, core.days.last = saved["days"], saved["last_day"]
        core.deployments = saved["deployments"]
        restore_part(core.ledger, saved["ledger"], "ledger")
        for name in core.named:
            core.ledger.books.account(name)
        restore_part(core.scopes, saved["scopes"], "scopes")
        for name in core.scopes.strategies.keys() - core.ledger.books.accounts.keys():
            raise StateError(f"knows {name!r}, which the ledger does not", "scopes")
        restore_part(core.days.log, saved["samples"], "samples")
        _restore_execution(core, saved)
        if core.follower is not None:
            core.follower.reset()
            if saved["follower"] is not None:
                restore_part(core.follower, saved["follower"], "follower")
        for book, log in core.logs.items():
            restore_part(log, saved["trades"][book], "trades", book)
        _restore_structures(core, saved)
        core.guard.restore(saved["errors"])
        core.pass_over_anomalies()
        if saved["statistics"] is not None:
            restore_part(core.statistics, saved["statistics"], "statistics")


def _check(core: Core, state: Mapping[str, Any]) -> None:
    found = saved_value(state, "version", WHOLE)
    if found != STATE_VERSION:
        raise TrackerError(f"the state is of version {found}; this reads {STATE_VERSION}")
    currency, own = saved_value(state, "account_currency", TEXT), core.account_currency
    if currency != own:
        raise TrackerError(f"the state's amounts are in {currency}; this tracker's are in {own}")
    try:
        check_json_numbers(state)
    except RecursionError:
        raise StateError("is nested too deeply") from None


def _restore_structures(core: Core, saved: Mapping[str, Any]) -> None:
    """Take over the structures; of a state without them the open lots are told together anew."""
    books = core.ledger.books
    books.orders.look_for_legs(books.instruments.values())
    if saved["structures"] is not None:
        books.orders.legs = True
        restore_part(core.structures, saved["structures"], "structures")
    elif books.orders.legs:
        core.structures.find()


def _restore_execution(core: Core, saved: Mapping[str, Any]) -> None:
    if core.execution is None or saved["execution"] is None:
        return
    instruments = Described(core.ledger.books)
    restore_part(core.execution, saved["execution"], "execution", arguments=(instruments,))
    if len(core.deployments) > 1:
        core.execution.since = core.deployments[-1].time
