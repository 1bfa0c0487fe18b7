"""Tests of fills made of orders, where a result has no order events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workbench.runs.folders import documents, write
from workbench.runs.exactness import Exactness
from workbench.runs.reading import read_record


@pytest.mark.parametrize("name", ["shared-options", "opposed-options", "future-option-exercise"])
def test_exercises_deliver_at_the_strike(name: str, tmp_path: Path) -> None:
    """Options that were assigned, exercised or that expired leave at 0: LEAN's equity holds."""
    result, _ = documents(name)
    record = read_record(str(write(tmp_path, result, None)))
    truth = read_record(name)
    assert record.labels["realized"].exactness is Exactness.DERIVED
    assert record.balance["realized"] == pytest.approx(truth.balance["realized"], abs=25.0)
    assert record.balance["flows"] == pytest.approx(0.0, abs=25.0)
    assert {each.sid for each in record.told.lots} == {each.sid for each in truth.told.lots}


def test_an_order_is_one_fill_of_its_mean_price(tmp_path: Path) -> None:
    """Shares and futures: what was traded, and of whom, is what it is of the events."""
    result, rows = documents("order-types")
    alone = read_record(str(write(tmp_path / "alone", result, None)))
    both = read_record(str(write(tmp_path / "both", result, rows)))
    assert alone.balance["realized"] == pytest.approx(both.balance["realized"], abs=0.01)
    assert sum(map(_amount, alone.told.fills)) == pytest.approx(sum(map(_amount, both.told.fills)))


def _amount(fill: Any) -> float:
    return float(fill.quantity * fill.price)
