"""Figures as text."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from workbench.report.figures import DASH, MINUS, between, moment, shown


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234567.891, "money", "1,234,567.89"),
        (-0.004, "money", "0.00"),
        (-1.5, "signed", f"{MINUS}1.50"),
        (1.5, "signed", "+1.50"),
        (0.12345, "percent", "12.35 %"),
        (-0.01, "change", f"{MINUS}1.00 %"),
        (90061.0, "span", "1.0 d"),
        (0.25, "span", "0.25 s"),
        (0.0, "span", "0 s"),
        (1.5, "price", "1.50"),
        (1.23456, "price", "1.2346"),
        (12345.678, "price", "12,345.68"),
        (0.5, "quantity", "0.5"),
        (1000.0, "quantity", "1,000"),
        (None, "money", DASH),
        (math.nan, "money", DASH),
        ("R", "ratio", "R"),
    ],
)
def test_figures_read_alike_everywhere(value: float | None, form: str, text: str) -> None:
    """Each form has its decimals, its commas and its signs; nothing undefined is a number."""
    assert shown(value, form) == text


def test_an_interval_shows_both_ends() -> None:
    """An end without a value is a dash, and without either there is no interval."""
    assert between(-1.0, 2.0, "ratio") == f"[{MINUS}1.00 .. 2.00]"
    assert between(1.0, None, "ratio") == f"[1.00 .. {DASH}]"
    assert between(None, None, "ratio") == ""


def test_a_moment_is_told_to_the_minute() -> None:
    """A time that is not known is a dash."""
    assert moment(datetime(2024, 1, 2, 15, 30, 59, tzinfo=UTC)) == "2024-01-02 15:30"
    assert moment(None) == DASH
