"""How long a live hook pauses while states are saved in a store that takes its time."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Sequence
from time import perf_counter, thread_time
from typing import Any, NamedTuple

from benchmarks.plain_lean import PlainLean, PlainStore
from models.trades.log import BATCH
from models.trades.record import TradeRecord
from utils.tracking import LeanTracker, track

KEPT = 100_000  # closed trades in memory
SLOW = 3.0  # seconds that the store takes for each object
WATCHED = 15.0  # seconds of hooks while saves are under way
APART = 0.005  # seconds between two trades
LISTENER = 0.02  # seconds that a listener takes
SHARES = (0.5, 0.99, 0.999, 1.0)


class Pauses(NamedTuple):
    """What was found.

    Attributes:
        hooks: How many there were.
        trades: Closed trades kept at the end.
        stored: What was stored meanwhile: objects, or batches of an archive.
        longest: By share of the hooks, how long none of them took longer than, milliseconds.
        worked: The same of the time that the hook's own thread worked; what else runs on the
            machine, and the thread that saves, is not in it.
    """

    hooks: int
    trades: int
    stored: int
    longest: dict[float, float]
    worked: dict[float, float]


class Watch:
    """How long hooks took, by the clock and of their thread's work."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.worked: list[float] = []

    def __call__(self, hook: Callable[[Any], object], given: object) -> None:
        """Call a hook."""
        began, idle = perf_counter(), thread_time()
        hook(given)
        self.worked.append(thread_time() - idle)
        self.took.append(perf_counter() - began)

    def pauses(self, trades: int, stored: int) -> Pauses:
        """What was watched."""
        shares = _shares(self.took), _shares(self.worked)
        return Pauses(len(self.took), trades, stored, *shares)


def _shares(seconds: list[float]) -> dict[float, float]:
    """By share, milliseconds that none of them is above."""
    ranked = sorted(seconds)
    return {share: 1e3 * ranked[int(share * (len(ranked) - 1))] for share in SHARES}


class SlowStore(PlainStore):
    """A store that may take its time."""

    seconds = 0.0

    def save(self, path: str, text: str) -> bool:
        """Keep it, some time later."""
        time.sleep(self.seconds)
        return super().save(path, text)


class LiveLean:
    """A plain LEAN that trades live, and a tracker in it."""

    def __init__(self, store: SlowStore, **settings: Any) -> None:
        gc.collect()  # what a case before it left is no part of this one
        self._lean = PlainLean()
        algorithm = self._lean.algorithm
        algorithm.live_mode, algorithm.object_store = True, store
        algorithm.time_rules.every = lambda interval: interval
        algorithm.transactions.get_open_orders = list
        self.tracker: LeanTracker = track(algorithm, log_level="error", mark_every=0, **settings)
        self.tracker.on_data(self._lean.bar(100.0))  # the account opens before anything is held

    def trade(self, number: int, timed: Watch) -> None:
        """Buy and sell at once, and mark."""
        lean = self._lean
        for quantity in (1.0, -1.0):
            for event in lean.order(quantity, 100.0 + number % 7):
                event.ticket.time = lean.algorithm.utc_time
                timed(self.tracker.on_order_event, event)
        timed(self.tracker.on_data, lean.bar(100.0 + number % 11))


def pauses(kept: int = KEPT, slow: float = SLOW, watched: float = WATCHED) -> Pauses:
    """Keep so many trades, then trade on while everything is saved in a slow store."""
    store = SlowStore()
    lean = LiveLean(store, keep_trades=kept)
    number = _trade_on(lean, Watch(), kept)
    store.seconds, before = slow, lean.tracker.store.statistics().writes
    watch = _watched(lean, watched, number)
    store.seconds = 0.0
    lean.tracker.finish()
    stored = lean.tracker.store.statistics().writes - before
    return watch.pauses(len(lean.tracker.trades()), stored)


class SlowShelf:
    """A user's archive that takes its time for each batch."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.batches = 0

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Forget a batch, some time later."""
        time.sleep(self._seconds)
        self.batches += 1

    def stored(self) -> tuple[TradeRecord, ...]:
        """Nothing is kept."""
        return ()


def archive_pauses(slow: float = SLOW, watched: float = WATCHED / 3.0) -> Pauses:
    """Trade while an archive of the user's takes batch after batch, and no state is saved."""
    shelf = SlowShelf(slow)
    lean = LiveLean(SlowStore(), keep_trades=10, persist="off", archive=shelf)
    watch = _watched(lean, watched, _trade_on(lean, Watch(), BATCH))
    lean.tracker.finish()
    return watch.pauses(len(lean.tracker.trades()), shelf.batches)


def listener_pauses(watched: float = WATCHED / 3.0) -> Pauses:
    """Trade on one thread while another thread's hooks have a listener that takes 20 ms called."""
    lean, told, over = LiveLean(SlowStore()), list[int](), threading.Event()
    lean.tracker.add_listener(lambda _: time.sleep(LISTENER), "trade closed")

    def others() -> None:
        while not over.is_set():
            lean.tracker.on_timer()
            told.append(1)
            time.sleep(APART)

    other = threading.Thread(target=others)
    other.start()
    watch = _watched(lean, watched, 0)
    over.set()
    other.join()
    lean.tracker.finish()
    return watch.pauses(len(lean.tracker.trades()), len(told))


def _trade_on(lean: LiveLean, watch: Watch, times: int) -> int:
    """Trade so often."""
    for number in range(times):
        lean.trade(number, watch)
    return times


def _watched(lean: LiveLean, seconds: float, number: int) -> Watch:
    """Trade on for so long, a few milliseconds apart."""
    watch, end = Watch(), perf_counter() + seconds
    while perf_counter() < end:
        lean.trade(number, watch)
        number += 1
        time.sleep(APART)
    return watch
