"""What a backtest costs inside LEAN: the tracker's reads at LEAN's prices, and its own time.

The prices are microseconds of one crossing from Python into LEAN, measured inside LEAN on a machine
like the one the recordings were made on; so is the floor, which reads what a fill record needs and
one portfolio value a bar, and does nothing with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, NamedTuple

from benchmarks.measures import MICRO, hook_times
from models.events.account import Mark
from models.events.orders import Fill, OrderUpdate
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

RECORDING = "three-strategies"
# LEAN's class and member -> microseconds; what is not named costs OTHER.
PRICES: Mapping[str, float] = {
    "OrderEvent.order_id": 0.7,
    "OrderEvent.id": 0.7,
    "OrderEvent.status": 0.7,
    "OrderEvent.symbol": 1.5,
    "OrderEvent.utc_time": 1.7,
    "OrderEvent.fill_price": 0.6,
    "OrderEvent.fill_quantity": 0.6,
    "OrderEvent.quantity": 0.6,
    "OrderEvent.order_fee": 1.2,
    "OrderFee.value": 1.2,
    "CashAmount.amount": 1.2,
    "OrderEvent.ticket": 1.0,
    "OrderTicket.tag": 1.0,
    "Equity.price": 2.3,
    "Equity.bid_price": 2.3,
    "Equity.ask_price": 2.3,
    "SecurityHolding.quantity": 0.8,
    "SecurityHolding.price": 1.1,
    "Cash.conversion_rate": 2.2,
    "QCAlgorithm.utc_time": 3.0,
    "QCAlgorithm.is_warming_up": 0.7,
    "SecurityPortfolioManager.total_portfolio_value": 4.3,
    "QCAlgorithm.set_runtime_statistic": 15.0,
    "QCAlgorithm.log": 21.0,
    "ObjectStore.save": 5_000.0,
    "ObjectStore.read": 700.0,
}
OTHER = 1.2
# Microseconds a fill, another order event and a bar.
FLOOR_FILL, FLOOR_EVENT, FLOOR_BAR = 53.0, 18.0, 7.6


class Cost(NamedTuple):
    """What a backtest costs, in seconds.

    Attributes:
        reads: The tracker's reads at LEAN's prices.
        own: Its own time, measured here.
        floor: What reading for a bare record would cost.
    """

    reads: float
    own: float
    floor: float

    @property
    def ratio(self) -> float:
        """Both over the floor."""
        return (self.reads + self.own) / self.floor


def backtest_cost() -> Cost:
    """The cost of the short recording, with everything a backtest has switched on."""
    replay = Replay(read_tape(recordings()[RECORDING].path), lean_book=False)
    replay.engine.forbid_reads_while(lambda: True)  # so that every read is noted by its member
    spent: list[float] = []
    counts = {Fill: 0, OrderUpdate: 0, Mark: 0}
    core: Any = replay.tracker.core
    apply = core.apply

    def timed(event: object) -> bool:
        started = perf_counter()
        booked = bool(apply(event))
        spent.append(perf_counter() - started)
        if type(event) in counts:
            counts[type(event)] += 1
        return booked

    core.apply = timed
    replay.engine.run()
    reads = sum(
        PRICES.get(member, OTHER) * times for member, times in replay.engine.locked_members.items()
    )
    fills, events, bars = counts.values()
    floor = fills * FLOOR_FILL + events * FLOOR_EVENT + bars * FLOOR_BAR
    return Cost(reads / MICRO, sum(spent) + _hooks(fills + events, bars), floor / MICRO)


def _hooks(events: int, bars: int) -> float:
    """Seconds that hooks take beside what they apply: those of the adapter."""
    around_event, around_bar = hook_times(applied=False)
    return (events * around_event + bars * around_bar) / MICRO
