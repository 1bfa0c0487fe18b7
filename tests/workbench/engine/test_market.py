"""The fault *moving market*: prices move between reads, and LEAN's equity is of before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.faults import Faults
from workbench.engine.tape import read_tape

HELD = tapes.mark(tpv=1000.0, cash={"USD": [500.0, 1.0]}, h={tapes.STOCK: [10, 50, 50, 0, 500]})


class Reader(RecordedAlgorithm):
    """Looks at the price and the equity at each slice."""

    seen: list[tuple[float, float]]

    def initialize(self) -> None:
        """Nothing was seen."""
        self.seen = []

    def price(self) -> float:
        """The price of what is held."""
        (holding,) = self.portfolio.values()
        return holding.price

    def on_data(self, slice: Any) -> None:
        """Twice, then once more after the equity was made invalid."""
        for _ in range(2):
            self.seen.append((self.price(), self.portfolio.total_portfolio_value))
        self.portfolio.invalidate_total_portfolio_value()
        self.seen.append((self.price(), self.portfolio.total_portfolio_value))


def seen(folder: Path, *lines: tapes.Line, **faults: Any) -> list[tuple[float, float]]:
    """What an algorithm saw at some lines."""
    tape = read_tape(tapes.write(folder, [tapes.start(), tapes.security(), *lines, tapes.end()]))
    engine = RecordedEngine(tape, Reader, faults=Faults(**faults))
    engine.run()
    made: Any = engine.algorithm
    found: list[tuple[float, float]] = made.seen
    return found


def test_a_market_stands_still_where_nothing_else_is_asked(tmp_path: Path) -> None:
    """Price and equity are the tape's."""
    assert seen(tmp_path, HELD) == [(50.0, 1000.0)] * 3


def test_equity_is_kept_while_prices_move(tmp_path: Path) -> None:
    """It is worked out at its first read in a step, and again where it was made invalid."""
    first, second, _ = seen(tmp_path, HELD, moving_market=10)
    assert first == (50.0, 1000.0)
    assert second == pytest.approx((49.99, 1000.0))
    *_, third = seen(tmp_path, HELD, moving_market=12)
    assert third == pytest.approx((49.99, 999.9))


def test_the_next_step_tells_the_tapes_prices_again(tmp_path: Path) -> None:
    """Also where its line repeats nothing."""
    found = seen(tmp_path, HELD, tapes.mark("14:40"), moving_market=14)
    assert found[2][0] == pytest.approx(49.99)
    assert found[3] == (50.0, 1000.0)
