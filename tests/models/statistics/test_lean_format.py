"""Times and numbers as LEAN writes them."""

from __future__ import annotations

from datetime import timedelta

from tests.models.statistics.lean_trade_results import (
    START,
    of,
    trade,
)


def test_times_are_written_as_lean_writes_them() -> None:
    """Fractions of a second have 7 digits in a duration and no trailing zeros in a time."""
    exit_time = START + timedelta(days=3, microseconds=120_500)
    of(
        trade(1.0, exit_time=exit_time),
        startDateTime="2024-01-02T14:30:00Z",
        endDateTime="2024-01-05T14:30:00.1205Z",
        averageTradeDuration="3.00:00:00.1205000",
    )


def test_half_a_digit_goes_to_the_even_one() -> None:
    """An average that ends in half of the last printed digit is rounded to even."""
    many = [trade(0.01), *[trade(0.0)] * 199]
    of(*many, averageProfitLoss="0", winRate="0.005")
    more = [trade(0.03), *[trade(0.0)] * 199]
    of(*more, averageProfitLoss="0.0002")
