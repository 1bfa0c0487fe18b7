"""The record of what trades made is JSON and comes back."""

from __future__ import annotations

import json

import pytest

from models.trades.metrics import TradeMetrics
from tests.closed_trades import Deal, taken
from tests.models.trades.five_trades import FIVE, WIN


@pytest.mark.parametrize("deals", [FIVE, [], [WIN]])
def test_metrics_are_json(deals: list[Deal]) -> None:
    """Metrics go through JSON and come back equal."""
    found = taken(deals).metrics(equity=7.0)
    text = json.dumps(found.to_dict(), allow_nan=False)
    assert TradeMetrics.from_dict(json.loads(text)) == found
