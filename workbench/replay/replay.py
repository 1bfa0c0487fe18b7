"""Replay: a recorded run played through the very hooks that LEAN calls.

A replay has the tracker that a user would have, LEAN's own books beside it, and nothing of the
recording but what the hooks can read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from models.equity.session_metrics import SessionKind
from models.ledger.lots import Matching
from models.statistics.lean_portfolio import LeanStatistics, lean_portfolio_statistics
from models.statistics.lean_samples import EquityChart
from models.structures.record import StructureRecord
from models.tracker.notices import Notice, NoticeKind
from models.trades.lean_book import Grouping
from models.trades.lean_follower import LeanDesk
from models.trades.lean_trade import LeanTrade
from models.trades.record import TradeRecord
from utils.tracking import LeanTracker, track
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import Played, RecordedEngine
from workbench.engine.faults import Faults
from workbench.engine.tape import Tape
from workbench.engine.tape_fields import utc_of
from workbench.replay.saver import HookSaver

# A tape's `day` lines have neither cash nor rates, and every one of its mark lines is a mark.
NO_FAULTS = Faults()
SAMPLED = frozenset({"day", "end"})  # lines of LEAN's samples
SHOWN_SESSIONS = tuple(kind for kind in SessionKind if kind is not SessionKind.INCEPTION)
TAPE_SETTINGS: dict[str, Any] = {"mark_every": 0, "day_marks": False}


class TrackedAlgorithm(RecordedAlgorithm):
    """An algorithm that is wired as the README says and decides nothing."""

    tracker: LeanTracker

    def on_order_event(self, order_event: Any) -> None:
        """Pass the event to the tracker."""
        self.tracker.on_order_event(order_event)

    def on_data(self, data: Any) -> None:
        """Pass the slice to the tracker."""
        self.tracker.on_data(data)

    def on_end_of_algorithm(self) -> None:
        """Finish the tracker."""
        self.tracker.finish()


class Replay:
    """One recording and its tracker.

    Args:
        tape: The recording.
        faults: What goes wrong on the way.
        store: The object store's folder, shared between replays; None for one of its own.
        deployment: LEAN's id of the run.
        algorithm: What the tracker is wired into.
        lean_book: Whether to keep LEAN's own book too; it takes reads that no user's tracker makes.
        lean_grouping: How LEAN's book groups fills into trades.
        lean_matching: Which entry it closes first.
        clock: Unix time, seconds, by which the tracker times its saves. By default it stands still,
            so that a replay comes to the same on a machine of any speed.
        settings: The tracker's, beyond `TAPE_SETTINGS`.

    Attributes:
        tape: The recording.
        engine: What plays it.
        tracker: What was wired into it.
        desk: LEAN's book and what it counts; None without one.
        chart: LEAN's chart of equity so far.
        trades: The lots book so far.
        lean_trades: The LEAN book so far.
        structures: The structures that closed so far.
        marks: Mark lines played since the start.
    """

    desk: LeanDesk | None

    def __init__(
        self,
        tape: Tape,
        *,
        faults: Faults = NO_FAULTS,
        store: Path | None = None,
        deployment: str = "",
        algorithm: type[TrackedAlgorithm] = TrackedAlgorithm,
        lean_book: bool = True,
        lean_grouping: Grouping | str = Grouping.FILL_TO_FILL,
        lean_matching: Matching | str = Matching.FIFO,
        clock: Callable[[], float] | None = None,
        **settings: Any,
    ) -> None:
        self.tape = tape
        self._clock = clock or _standing_clock()
        self._lean_book = lean_book
        self._lean_kind = Grouping(lean_grouping), Matching(lean_matching)
        self.trades: list[TradeRecord] = []
        self.lean_trades: list[LeanTrade] = []
        self.structures: list[StructureRecord] = []
        self.marks = 0
        first, last = (datetime.fromisoformat(tape.start[key]) for key in ("start", "end"))
        self.chart = EquityChart(EquityChart.period(0.0, (last - first).total_seconds()))
        self._equity = float(tape.start["tpv"])
        self.engine = RecordedEngine(
            tape, algorithm, faults=faults, store=store, deployment=deployment
        )
        self.engine.initialize()
        self.tracker = self.wire(**settings)

    def wire(self, **settings: Any) -> LeanTracker:
        """Put a fresh tracker into the run in place of the last, as `initialize` would."""
        self.engine.forget_schedules()
        algorithm: Any = self.engine.algorithm
        self.desk = self.new_desk() if self._lean_book else None
        given = {**TAPE_SETTINGS, **settings}
        algorithm.tracker = track(
            algorithm, clock=self._clock, follower=self.desk, saver=HookSaver, **given
        )
        self.tracker = algorithm.tracker
        kinds = NoticeKind.TRADE_CLOSED, NoticeKind.STRUCTURE_CLOSED
        self.tracker.add_listener(self._hear, *kinds)
        return self.tracker

    def new_desk(self) -> LeanDesk:
        """Make a follower for a tracker of the run; the trades it closes become the replay's."""
        return LeanDesk(self.lean_trades.append, *self._lean_kind)

    def _hear(self, notice: Notice) -> None:
        if isinstance(notice.record, TradeRecord):
            self.trades.append(notice.record)
        elif isinstance(notice.record, StructureRecord):
            self.structures.append(notice.record)

    def play(self) -> Iterator[dict[str, Any] | None]:
        """Play the tape line by line.

        Yields:
            After each mark line of the run what `marks.jsonl` says of it, after any other None.
        """
        start = utc_of(self.tape.start["utc"])
        for played in self.engine.play():
            if played.utc >= start:
                self.step(played)
            if played.type == "mark" and played.utc >= start:
                self.marks += 1
                yield self.mark_row(played.line["utc"])
            else:
                yield None

    def step(self, played: Played) -> None:
        """Chart a step that was played: LEAN charts its own, also those that no hook sees.

        It is called at each step of the run; whoever wants more of them than the hooks see derives
        from it.
        """
        time = played.utc.timestamp()
        self._equity = played.line.get("tpv", self._equity)
        if played.type in SAMPLED:
            self.chart.sample(time, self._equity)
        elif played.type != "start":
            self.chart.mark(time, self._equity)

    def lean_statistics(self) -> LeanStatistics:
        """LEAN's portfolio statistics of the run so far, of what the tracker and the desk kept.

        Raises:
            ValueError: The replay keeps no book of LEAN's.
        """
        if self.desk is None:
            raise ValueError("LEAN's statistics need its book: replay with lean_book=True")
        start, samples = self.tape.start, self.tracker.samples
        unpriced = any(amount and not rate for amount, rate in start["cash"].values())
        # cash without a rate yet is worth something to LEAN from its first sample on
        capital = samples.equity[0] if unpriced and len(samples.equity) else start["tpv"]
        return lean_portfolio_statistics(
            samples,
            self.desk.closings,
            self.chart.points(),
            capital=float(capital),
            days_a_year=int(self.tracker.days_per_year),
            sampled_at_start=not self.tracker.live,
        )

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
            "balance": self.tracker.summary().balance,
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


def _standing_clock() -> Callable[[], float]:
    """Make a clock that always shows the time at which it was made."""
    now = time.time()
    return lambda: now
