"""Replay: a recorded run played through the very hooks that LEAN calls.

A replay has the tracker that a user would have, with LEAN's own book switched on beside it, and
nothing of the recording but what the hooks can read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.lean_book import LeanTrade
from models.recorder import Notice, NoticeKind
from models.records import TradeRecord
from models.sessions import SessionKind
from utils.tracking import LeanTracker, track
from workbench.recorded_algorithm import RecordedAlgorithm
from workbench.recorded_engine import RecordedEngine
from workbench.recorded_faults import Faults
from workbench.recorded_state import utc_of
from workbench.tape import Tape

# A tape's `day` lines have neither cash nor rates, and every one of its mark lines is a mark.
NO_FAULTS = Faults()
SHOWN_SESSIONS = tuple(kind for kind in SessionKind if kind is not SessionKind.INCEPTION)
TAPE_SETTINGS: dict[str, Any] = {"mark_every": 0, "day_marks": False, "lean_book": True}


class TrackedAlgorithm(RecordedAlgorithm):
    """An algorithm that is wired as the README says and decides nothing."""

    tracker: LeanTracker

    def on_order_event(self, order_event: Any) -> None:
        """Pass the event on."""
        self.tracker.on_order_event(order_event)

    def on_data(self, data: Any) -> None:
        """Pass the slice on."""
        self.tracker.on_data(data)

    def on_end_of_algorithm(self) -> None:
        """Finish the tracker."""
        self.tracker.finish()


class Replay:
    """One recording and its tracker.

    Args:
        tape: The recording.
        faults: What goes wrong.
        store: The object store's folder, shared between replays; None for one of its own.
        deployment: LEAN's id of the run.
        algorithm: What the tracker is wired into.
        settings: The tracker's, beyond `TAPE_SETTINGS`.

    Attributes:
        tape: The recording.
        engine: What plays it.
        tracker: What was wired into it.
        trades: The lots book so far.
        lean_trades: The LEAN book so far.
        marks: Mark lines played since the start.
    """

    def __init__(
        self,
        tape: Tape,
        *,
        faults: Faults = NO_FAULTS,
        store: Path | None = None,
        deployment: str = "",
        algorithm: type[TrackedAlgorithm] = TrackedAlgorithm,
        **settings: Any,
    ) -> None:
        self.tape = tape
        self.trades: list[TradeRecord] = []
        self.lean_trades: list[LeanTrade] = []
        self.marks = 0
        self.engine = RecordedEngine(
            tape, algorithm, faults=faults, store=store, deployment=deployment
        )
        self.engine.initialize()
        self.tracker = self.wire(**settings)

    def wire(self, **settings: Any) -> LeanTracker:
        """Put a fresh tracker into the run in place of the last, as `initialize` would."""
        self.engine.forget_schedules()
        algorithm: Any = self.engine.algorithm
        algorithm.tracker = track(algorithm, **{**TAPE_SETTINGS, **settings})
        self.tracker = algorithm.tracker
        self.tracker.add_listener(self._hear, NoticeKind.TRADE_CLOSED, NoticeKind.LEAN_TRADE_CLOSED)
        return self.tracker

    def _hear(self, notice: Notice) -> None:
        if isinstance(notice.record, TradeRecord):
            self.trades.append(notice.record)
        elif isinstance(notice.record, LeanTrade):
            self.lean_trades.append(notice.record)

    def play(self) -> Iterator[dict[str, Any] | None]:
        """Play the tape line by line.

        Yields:
            After each mark line of the run what `marks.jsonl` says of it, after any other None.
        """
        start = utc_of(self.tape.start["utc"])
        for played in self.engine.play():
            if played.type == "mark" and played.utc >= start:
                self.marks += 1
                yield self.mark_row(played.line["utc"])
            else:
                yield None

    def mark_row(self, utc: str) -> dict[str, Any]:
        """The account and each strategy's net P&L at the mark just played."""
        ledger = self.tracker.ledger
        sheets, track = self.tracker.sheets(), self.tracker.scopes.account.track
        return {
            "utc": utc,
            "equity": ledger.equity,
            "lean_equity": ledger.lean_equity,
            "unexplained": ledger.unexplained,
            "nav": track.nav,
            "drawdown": track.depth,
            "strategies": {name: sheet.net_pnl for name, sheet in sheets.items()},
        }

    def summary(self) -> dict[str, Any]:
        """What `summary.json` says of the run so far."""
        ledger = self.tracker.ledger
        books = ledger.books
        return {
            "recording": self.tape.path.parent.name,
            "fills": books.fills,
            "marks": self.marks,
            "days": self.tracker.days,
            "account_currency": books.account_currency,
            "balance": self.tracker.balance(),
            "strategies": self._strategies(),
            "sessions": self._sessions(None),
            "drawdown": self.tracker.drawdown().to_dict(),
            "positions": self.tracker.positions().to_dict(),
            "instruments": {
                sid: {name: sheet.to_dict() for name, sheet in sheets.items()}
                for sid, sheets in ledger.by_instrument().items()
            },
            "flows": [flow.to_dict() for flow in ledger.flows],
            "anomalies": [anomaly.to_dict() for anomaly in books.anomalies],
            "errors": dict(self.tracker.errors),
        }

    def _strategies(self) -> dict[str, Any]:
        """Each strategy's terms and, where it traded, its figures, drawdown and sessions."""
        found: dict[str, dict[str, Any]] = {
            name: {**sheet.to_dict()} for name, sheet in self.tracker.sheets().items()
        }
        for name, metrics in self.tracker.strategies().items():
            if name in found:
                drawdown = self.tracker.drawdown(name).to_dict()
                more = {"drawdown": drawdown, "sessions": self._sessions(name)}
                found[name] = {**metrics.to_dict(), **found[name], **more}
        return found

    def _sessions(self, strategy: str | None) -> dict[str, Any]:
        return {
            kind.value: [session.to_dict() for session in self.tracker.sessions(kind, strategy)]
            for kind in SHOWN_SESSIONS
        }
