"""Closed trades on their way out of memory and back."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from models import create_performance_tracker
from models.settings import Settings
from models.trades.log import BATCH
from models.trades.record import TradeRecord
from tests.models.tracker.feeds import (
    Shelf,
    bought_and_sold,
    tracker,
    trade_often,
)


def test_trades_leave_memory_in_batches_the_oldest_first() -> None:
    """Each is archived once, and the archive with the memory has them all in order."""
    shelf = Shelf()
    made = tracker(Settings(keep_trades=100), object_store=shelf)
    trade_often(made, 1, 6_001)
    kept = made.trades(limit=100)
    lots = [trade for trade in shelf.stored() if trade.book == "lots"]
    assert [trade.trade_id for trade in lots] == [str(n + 1) for n in range(len(lots))]
    assert len(lots) + 100 <= 3_000 <= len(lots) + 100 + BATCH
    assert [trade.trade_id for trade in made.trades()] == [str(n) for n in range(1, 3_001)]
    assert kept[-1].trade_id == "3000"
    assert [len(batch) for batch in shelf.batches[:2]] == [BATCH + 1] * 2


def test_an_archive_that_refuses_loses_nothing_and_is_asked_again() -> None:
    """The trades stay in memory until it takes them; it is asked once a batch, not once a trade."""
    shelf = Shelf()
    shelf.refuses = True
    made = tracker(Settings(keep_trades=100), object_store=shelf)
    trade_often(made, 1, 6_001)
    assert len(made.trades()) == 3_000
    assert 0 < made.errors["archive: OSError"] <= 2 * (3_000 // BATCH)
    shelf.refuses = False
    trade_often(made, 6_001, 10_001)
    assert len(made.trades()) == 5_000
    assert len(list(shelf.stored())) > 3_000


def test_trades_on_their_way_to_the_archive_can_be_asked_for() -> None:
    """While a batch is being stored it is still found, by another thread too."""
    found: list[int] = []

    class Slow(Shelf):
        def store(self, trades: Sequence[TradeRecord]) -> None:
            ask = threading.Thread(target=lambda: found.append(len(made.trades())))
            ask.start()
            ask.join(60)
            super().store(trades)

    made = tracker(Settings(keep_trades=10), object_store=Slow())
    trade_often(made, 1, 2 * (10 + BATCH + 1) + 1)
    assert found == [10 + BATCH + 1] * 2


def test_trades_beyond_those_kept_are_still_counted() -> None:
    """Without an archive they are forgotten one by one, but every figure keeps them."""
    tracker = create_performance_tracker(keep_trades=10)
    bought_and_sold(tracker, 2_000)
    assert 10 <= len(tracker.trades()) <= 10 + BATCH
    assert tracker.summary().account.trades == 2_000
    assert tracker.summary().net_pnl == 20_000.0
    assert tracker.trades()[-1].trade_id == "h3999"
