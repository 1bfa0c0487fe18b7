"""A trade of LEAN's as JSON, as on a tape."""

from __future__ import annotations

import json

from models.trades.lean_trade import LeanTrade
from tests.models.trades.lean_scenarios import (
    EVENTS,
    Book,
    play,
)


def test_a_trade_is_json_as_on_a_tape() -> None:
    """A trade's JSON has the keys of a tape's closed trades, in order, and reads back equal."""
    book = Book()
    play(book, EVENTS[:4])
    values = book.closed[0].to_dict()
    assert json.dumps(values) == (
        '{"symbols": ["A"], "entry_time": "2024-01-02T14:31:00+00:00", "entry_price": 100.0, '
        '"direction": "LONG", "quantity": 0.1, "exit_time": "2024-01-02T14:34:00+00:00", '
        '"exit_price": 103.7, "profit_loss": 0.37, "total_fees": 1.5, "mae": -0.27, "mfe": 0.37, '
        '"end_trade_drawdown": 0.27, "is_win": true, "order_ids": [1, 4]}'
    )
    assert LeanTrade.from_dict(json.loads(json.dumps(values))) == book.closed[0]
