"""The cells of the desk's tables."""

from __future__ import annotations

from workbench.tables import money


def test_money_is_rounded_and_never_minus_zero() -> None:
    """An amount has two decimals and thousands; dust is zero and nothing is a dash."""
    assert [str(money(value)) for value in (1234.567, -0.001, -2.5, None)] == [
        "1,234.57",
        "0.00",
        "-2.50",
        "-",
    ]
