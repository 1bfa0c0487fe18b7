"""What is measured: microseconds of processor time, as medians of several runs, and bytes."""

from __future__ import annotations

import gc
import statistics
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import thread_time

from benchmarks.matcher import Matcher
from benchmarks.naive import NaiveTracker
from benchmarks.workload import Workload, fresh
from models.events.account import Mark, Opening
from models.events.event import Event
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
from models.execution.group_metrics import OrderGroup
from models.performance_tracker import PerformanceTracker
from models.trades.statistics import GroupBy

MICRO = 1e6
RUNS = 3
LOOKS = 20_000  # at the clock
SUMMARIES = 300
CONTRACTS = 8_000
FIRST = datetime(2024, 1, 2, 15, 0, tzinfo=UTC)
FIVE = 5  # instruments of a bar
EARLY, LATE = (500, 3_000), (-5_000, None)  # fills of a long run that are compared


def median(run: Callable[[], float]) -> float:
    """The median of several runs."""
    return statistics.median(run() for _ in range(RUNS))


def clock_cost() -> float:
    """Microseconds that two looks at the clock add to what is between them."""
    started = thread_time()
    for _ in range(LOOKS):
        thread_time()
    return (thread_time() - started) / LOOKS * MICRO


@dataclass(frozen=True, slots=True)
class Core:
    """What one pass over a workload cost, microseconds.

    Attributes:
        matcher: A fill in the bare matcher, met at the same moments.
        fill: A fill in the core.
        bar: A mark with five instruments, where there was one.
        fills: Each fill's.
    """

    matcher: float
    fill: float
    bar: float
    fills: list[float]


def core(load: Workload, *, lean_book: bool, execution: bool = False) -> Core:
    """Play a workload into a tracker, and its fills into the bare matcher in between."""
    tracker = fresh(lean_book=lean_book, execution=execution)
    matcher = Matcher(load.strategies)
    fills: list[float] = []
    matched = marked = 0.0
    bars = 0
    gc.collect()
    gc.freeze()  # the workload itself is no garbage of the tracker's to look for
    for event in load.events:
        started = thread_time()
        tracker.apply(event)
        between = thread_time()
        if isinstance(event, Fill):
            matcher.fill(event)
            matched += thread_time() - between
            fills.append(between - started)
        elif isinstance(event, Mark) and len(tracker.ledger.books.held) == FIVE:
            marked += between - started
            bars += 1
    gc.unfreeze()
    cost, count = clock_cost(), len(fills)
    each = [spent * MICRO - cost for spent in fills]
    bar = marked / bars * MICRO - cost if bars else 0.0
    return Core(matched / count * MICRO - cost, sum(each) / count, bar, each)


def growth(fills: list[float]) -> float:
    """How many times as long a fill takes at the end of a run as near its start."""
    early, late = (statistics.mean(fills[slice(*part)]) for part in (EARLY, LATE))
    return late / early


def memory(load: Workload) -> float:
    """Bytes that stay behind a closed trade, once a tracker keeps as many as it may."""
    tracker = fresh(lean_book=False, keep_trades=100)
    tracemalloc.start()
    early = (0, 0)
    for event in load.events:
        tracker.apply(event)
        if not early[0] and tracker.scopes.account.tally.trades >= len(load.strategies) // 4:
            early = (tracker.scopes.account.tally.trades, _traced())
    trades = tracker.scopes.account.tally.trades - early[0]
    grown = (_traced() - early[1]) / trades
    tracemalloc.stop()
    return grown


def memory_of_contracts() -> float:
    """Bytes that stay behind a closed trade where each trade is in a new option contract."""
    tracker = fresh(lean_book=False, keep_trades=100)
    tracker.apply(Opening(FIRST, {"USD": 1e6}, {"USD": 1.0}))
    tracemalloc.start()
    early = 0
    for trade in range(CONTRACTS):
        if trade == CONTRACTS // 4:
            early = _traced()
        for event in contract_trade(trade):
            tracker.apply(event)
    grown = (_traced() - early) / (CONTRACTS - CONTRACTS // 4)
    tracemalloc.stop()
    return grown


def contract_trade(trade: int) -> Iterator[Event | Instrument]:
    """A contract at its first sight, bought and sold."""
    sid, time = f"SPY {trade:08} 2T|SPY R735QTJ8XC9X", FIRST + timedelta(minutes=trade)
    yield Instrument(
        sid, f"SPY {trade:08}", SecurityType.OPTION, "USD", 100.0, underlying="SPY R735QTJ8XC9X",
        strike=100.0, right="CALL",
    )  # fmt: skip
    for order, quantity in ((2 * trade + 1, 1.0), (2 * trade + 2, -1.0)):
        yield Fill(
            time, order, 1, sid, quantity, 2.0, 1.0, "USD", tag="strategy=a",
            order_type=OrderType.MARKET,
        )  # fmt: skip


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def summary_times(load: Workload, early: int) -> tuple[float, float]:
    """Microseconds of `summary()` after so many trades and at the end."""
    tracker, first = fresh(lean_book=False), 0.0
    for event in load.events:
        tracker.apply(event)
        if not first and tracker.scopes.account.tally.trades >= early:
            first = median(lambda: _summary_time(tracker))
    return first, median(lambda: _summary_time(tracker))


def _summary_time(tracker: PerformanceTracker) -> float:
    started = thread_time()
    for _ in range(SUMMARIES):
        tracker.summary()
    return (thread_time() - started) / SUMMARIES * MICRO


def reading_time(load: Workload) -> tuple[int, float]:
    """Trades, and seconds to read every statistic of them and of their orders, in all groups."""
    tracker = fresh(lean_book=False, execution=True)
    for event in load.events:
        tracker.apply(event)
    started = thread_time()
    tracker.trade_statistics()
    for by in GroupBy:
        tracker.trade_groups(by)
    for group in OrderGroup:
        tracker.execution_quality(group)
    tracker.suggested_slippage()
    return len(tracker.statistics), thread_time() - started


def naive_times(load: Workload, most: int) -> tuple[float, float]:
    """Microseconds a fill in the naive tracker: of the first tenth of so many, and of the last."""
    tracker = NaiveTracker(Matcher(load.strategies))
    spent: list[float] = []
    for fill in load.fills[:most]:
        started = thread_time()
        tracker.fill(fill)
        spent.append(thread_time() - started)
    tenth = len(spent) // 10
    return statistics.mean(spent[:tenth]) * MICRO, statistics.mean(spent[-tenth:]) * MICRO
