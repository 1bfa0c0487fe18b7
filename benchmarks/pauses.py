"""How long a live hook pauses while states are saved in a store that takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.plain_lean import PlainLean, PlainStore
from utils.tracking import LeanTracker, track

KEPT = 100_000  # closed trades in memory
SLOW = 3.0  # seconds that the store takes for each object
WATCHED = 15.0  # seconds of hooks while saves are under way
APART = 0.005  # seconds between two trades
SHARES = (0.5, 0.99, 0.999, 1.0)


class Pauses(NamedTuple):
    """What was found.

    Attributes:
        hooks: How many there were.
        trades: Closed trades kept at the end.
        saves: Objects that were stored meanwhile.
        longest: By share of the hooks, how long none of them took longer than, milliseconds.
    """

    hooks: int
    trades: int
    saves: int
    longest: dict[float, float]


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
        self._lean = PlainLean()
        algorithm = self._lean.algorithm
        algorithm.live_mode, algorithm.object_store = True, store
        algorithm.time_rules.every = lambda interval: interval
        algorithm.transactions.get_open_orders = list
        self.tracker: LeanTracker = track(algorithm, log_level="error", mark_every=0, **settings)
        self.tracker.on_data(self._lean.bar(100.0))  # the account opens before anything is held

    def trade(self, number: int, timed: Callable[..., None]) -> None:
        """Buy and sell at once, and mark."""
        lean = self._lean
        for quantity in (1.0, -1.0):
            for event in lean.order(quantity, 100.0 + number % 7):
                event.ticket.time = lean.algorithm.utc_time
                timed(self.tracker.on_order_event, event)
        timed(self.tracker.on_data, lean.bar(100.0 + number % 11))


def pauses(kept: int = KEPT, slow: float = SLOW, watched: float = WATCHED) -> Pauses:
    """Keep so many trades, then trade on while everything is saved in a slow store."""
    store, took = SlowStore(), list[float]()
    lean = LiveLean(store, keep_trades=kept)

    def timed(hook: Callable[..., object], given: object) -> None:
        began = perf_counter()
        hook(given)
        took.append(perf_counter() - began)

    for number in range(kept):
        lean.trade(number, timed)
    took.clear()
    store.seconds, before = slow, lean.tracker.store.statistics().writes
    end, number = perf_counter() + watched, kept
    while perf_counter() < end:
        lean.trade(number, timed)
        number += 1
        time.sleep(APART)
    store.seconds = 0.0
    lean.tracker.finish()
    ranked = sorted(took)
    return Pauses(
        len(took),
        len(lean.tracker.trades()),
        lean.tracker.store.statistics().writes - before,
        {share: 1e3 * ranked[int(share * (len(ranked) - 1))] for share in SHARES},
    )
