"""What a run held, told by its fills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from workbench.frames.records import FillRow
from workbench.report.exposure import exposure_of

START = datetime(2024, 1, 2, tzinfo=UTC)


def fill(minute: int, strategy: str, quantity: float, price: float) -> FillRow:
    """A fill of one instrument."""
    time = START + timedelta(minutes=minute)
    value = abs(quantity) * price
    return FillRow(
        time, 1, strategy, "X", "X", "MARKET", "", quantity, price, 1.0, 1.0, value, 0.0, "opened"
    )  # fmt: skip


def test_long_and_short_are_counted_apart() -> None:
    """Strategies opposed in an instrument hold both, though the account is flat in it."""
    found = exposure_of([fill(0, "a", 10.0, 5.0), fill(1, "b", -10.0, 6.0)])
    assert found.gross.tolist() == [50.0, 110.0]
    assert found.net.tolist() == [50.0, -10.0]


def test_a_position_is_worth_its_last_fills_price() -> None:
    """A further fill values all that is held at its price; the last one leaves nothing."""
    fills = [fill(0, "a", 10.0, 5.0), fill(1, "a", 10.0, 7.0), fill(2, "a", -20.0, 9.0)]
    assert exposure_of(fills).gross.tolist() == [50.0, 140.0, 0.0]


def test_before_the_first_fill_nothing_is_held() -> None:
    """At other times it is what the last fill before them left."""
    found = exposure_of([fill(1, "a", 10.0, 5.0)])
    times = np.array([found.times[0] - 1, found.times[0], found.times[0] + 1])
    assert found.at(times, found.gross).tolist() == [0.0, 50.0, 50.0]
