"""The account's marks: which prices they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.events.account import Mark
from models.events.orders import Fill
from models.trades.lean_follower import BookFollower
from tests.utils.wired import standing
from tests.workbench.engine import tapes
from utils.tracking import track
from workbench.replay.replay import TrackedAlgorithm


@pytest.mark.parametrize(
    ("follower", "market", "prices"),
    [(BookFollower(lambda _: None), 50.25, {tapes.FUTURE: 51.0}), (None, 0.0, {})],
)
def test_prices_that_only_a_follower_wants_are_read_for_one(
    tmp_path: Path, follower: BookFollower | None, market: float, prices: dict[str, float]
) -> None:
    """A fill's market and the price of a future, whose profit LEAN tells, are read for nobody."""
    held = {tapes.FUTURE: [10.0, 51.0, 50.0, 500.0, 25_500.0, 0.0]}
    order = tapes.order(sid=tapes.FUTURE, cash={"USD": [999.0, 1.0]})
    mark = tapes.mark("14:32", h=held, tpv=1499.0)
    engine = tapes.engine(tmp_path, TrackedAlgorithm, tapes.future(), order, mark)
    engine.initialize()
    algorithm: Any = engine.algorithm
    tracker: Any = track(algorithm, clock=standing, day_marks=False, follower=follower)
    algorithm.tracker = tracker
    given: list[Any] = []
    apply = tracker.core.apply

    def keep(event: Any) -> bool:
        given.append(event)
        return bool(apply(event))

    tracker.core.apply = keep
    list(engine.play())
    assert [event.market for event in given if isinstance(event, Fill)] == [market]
    assert [event.prices for event in given if isinstance(event, Mark)][:1] == [prices]


def test_a_markout_is_measured_where_nothing_is_held_any_more(tmp_path: Path) -> None:
    """LEAN prices the instrument still: the mark in which it is due reads that price."""
    sold = tapes.order(
        "14:32", order=2, direction="SELL", fill_qty=-10.0, qty=-10.0, fee=0.0, position=0.0,
        cash={"USD": [999.0, 1.0]}, tpv=999.0,
    )  # fmt: skip
    later = tapes.mark("14:33", h={tapes.STOCK: [0.0, 52.0, 0.0, 0.0, 0.0]}, tpv=999.0)
    engine = tapes.engine(tmp_path, TrackedAlgorithm, tapes.security(), tapes.order(), sold, later)
    engine.initialize()
    algorithm: Any = engine.algorithm
    tracker = algorithm.tracker = track(algorithm, clock=standing, execution="on")
    list(engine.play())
    markout = tracker.execution_quality()[0].markouts["1m"]
    assert (markout.fills, markout.missed) == (2, 0)
