"""What must hold where hooks come on several threads at once, as in live trading."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.tracker.notices import Notice
from models.trades.record import TradeRecord
from tests.recordings.played import RECORDINGS, played
from utils.store.results import SaveReason
from utils.tracking import LeanTracker
from workbench.engine.faults import Faults
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay, TrackedAlgorithm

ALL_ON: dict[str, Any] = {
    "persist": "on",
    "log_level": "debug",
    "log_format": "json",
    "log_store": "on",
    "alerts": "drawdown=0.00001,strategy_drawdown=0.0001,losing_streak=1,rejects=1,day_loss=0.0001",
    "notify": "email=a@b.c",
}

PATIENCE = 300.0  # seconds until threads that wait for each other are a failure
SENT = 1_000_000  # the first id of the orders that the algorithm sends itself


class Trading(TrackedAlgorithm):
    """Sends an order in `on_order_event` after each fill, whose event fires inside the hook."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(SENT)

    def on_order_event(self, order_event: Any) -> None:
        """Tell the tracker first, then trade."""
        super().on_order_event(order_event)
        if int(order_event.status) == 3 and order_event.order_id < SENT:
            self.send(order_event.symbol)

    def send(self, symbol: Any) -> None:
        """An order that is rejected at once: LEAN calls the hook again from within."""
        ticket = SimpleNamespace(tag="strategy=sent", order_type=0)
        event: Any = SimpleNamespace(
            order_id=next(self.numbers), id=1, status=7, symbol=symbol, utc_time=self.utc_time,
            quantity=1.0, fill_quantity=0.0, message="no buying power", ticket=ticket,
        )  # fmt: skip
        self.on_order_event(event)


@contextmanager
def switching(seconds: float) -> Iterator[None]:
    """Let Python change threads as often as that."""
    patience = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(patience)


def books(tracker: LeanTracker) -> dict[str, Any]:
    """What cannot depend on which thread was first: what was booked, not when it was seen."""
    positions = tracker.positions().strategies
    return {
        "fills": tracker.ledger.books.fills,
        "trades": sorted((t.order_ids, t.quantity, t.strategy) for t in tracker.trades()),
        "held": {name: {p.sid: p.quantity for p in held} for name, held in positions.items()},
        "anomalies": dict(tracker.ledger.books.anomaly_counts),
    }


def terms(tracker: LeanTracker) -> dict[str, float | None]:
    """The law at the end, but LEAN's side of it at a mark that came before a fill's hook."""
    told = tracker.ledger.balance()
    theirs = {"lean_equity", "unexplained", "max_abs_unexplained"}
    return {name: term for name, term in told.items() if name not in theirs}


def live_paper() -> Replay:
    """The recording on overlapping threads, everything on, with listeners that trade and ask."""
    ticks = itertools.count(1e9, 0.02)
    replay = Replay(
        read_tape(RECORDINGS["live-paper"].path),
        faults=Faults(threads=4, overlap=True),
        algorithm=Trading,
        clock=lambda: float(next(ticks)),
        save_every=1,
        **ALL_ON,
    )
    algorithm: Any = replay.engine.algorithm
    symbols: dict[str, Any] = {}

    def trade(notice: Notice) -> None:
        assert isinstance(notice.record, TradeRecord)
        symbols.update({str(symbol.id): symbol for symbol, _ in algorithm.securities.items()})
        algorithm.send(symbols[notice.record.sid])

    replay.tracker.add_listener(trade, "trade closed")
    replay.tracker.add_listener(lambda _: replay.tracker.summary())
    return replay


def play_by_the_second(replay: Replay) -> None:
    """Hooks overlap with those up to the next mark: what lags further behind is adopted."""
    for row in replay.play():
        if row is not None:
            replay.engine.settle()


@pytest.mark.recording("live-paper")
@pytest.mark.parametrize("attempt", range(5))
def test_live_hooks_that_overlap_come_to_the_same(attempt: int) -> None:
    """Order threads, data and schedules in any order, orders sent from within: no read of LEAN
    under the lock, no deadlock, and the books of one thread.
    """
    replay = live_paper()
    tracker, algorithm = replay.tracker, cast("Trading", replay.engine.algorithm)
    lock: Any = tracker.core.lock
    replay.engine.forbid_reads_while(lambda: bool(lock._is_owned()))
    playing = threading.Thread(target=play_by_the_second, args=(replay,), daemon=True)
    with switching(1e-6):
        playing.start()
        playing.join(PATIENCE)
    assert not playing.is_alive(), "the hooks wait for each other"
    assert replay.engine.locked_members == {}
    assert not tracker.errors
    one = played("live-paper").replay.tracker
    assert books(tracker) == books(one)
    assert terms(tracker) == pytest.approx(terms(one), abs=1e-6)
    assert next(algorithm.numbers) > SENT + 60
    assert tracker.store.statistics().saves[SaveReason.SAVED] > 5
    assert tracker.log.written["order rejected"] > 60
    assert books(replay.wire(**ALL_ON)) == books(tracker), "and so is what was saved"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["live-paper", "option-combos"])
def test_eight_threads_of_hooks_and_readers_agree_with_one(name: str) -> None:
    """Four of order events, data, and three that read, switched a million times a second."""
    replay = Replay(read_tape(RECORDINGS[name].path), faults=Faults(threads=4), **ALL_ON)
    over = threading.Event()

    def read() -> None:
        tracker = replay.tracker
        while not over.wait(0.001):
            tracker.summary()
            tracker.trades()
            tracker.state()
            tracker.save_to_object_store("aside")

    readers = [threading.Thread(target=read) for _ in range(3)]
    with switching(1e-6):
        for reader in readers:
            reader.start()
        rows = [row for row in replay.play() if row is not None]
        over.set()
        for reader in readers:
            reader.join(PATIENCE)
    assert rows == played(name).rows
    assert replay.trades == played(name).replay.trades
    assert replay.tracker.balance() == played(name).replay.tracker.balance()
    assert not replay.tracker.errors


@pytest.mark.recording("live-paper")
def test_two_first_hooks_at_once_begin_one_deployment(tmp_path: Path) -> None:
    """An order's event and a slice come together after a restart: the account starts once."""
    replay = Replay(read_tape(RECORDINGS["live-paper"].path), store=tmp_path, **ALL_ON)
    list(replay.play())
    for _ in range(5):
        fresh = replay.wire(**ALL_ON)
        assert fresh.deployments
        before = len(fresh.deployments)
        gate = threading.Barrier(8)

        def begin(tracker: Any = fresh, gate: threading.Barrier = gate) -> None:
            gate.wait(PATIENCE)
            tracker.run.start(None)

        threads = [threading.Thread(target=begin) for _ in range(8)]
        with switching(1e-6):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(PATIENCE)
        assert len(fresh.deployments) == before + 1
        assert not fresh.errors
