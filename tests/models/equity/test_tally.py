"""The count of trades: breakevens are neither wins nor losses."""

from __future__ import annotations

import json

from models.equity.tally import Tally
from models.records import row_codec


def test_a_tally_counts_breakeven_apart() -> None:
    """What made or lost less than a float's dust is neither a win nor a loss."""
    tally = Tally()
    assert tally.add((5.0, -2.0)) == (1, 1)
    assert tally.add((1e-12, 3.0)) == (1, 0)
    assert (tally.trades, tally.wins, tally.losses) == (4, 2, 1)
    assert (tally.won, tally.lost) == (8.0, -2.0)
    saved = row_codec(Tally).encode(tally)
    assert row_codec(Tally).encode(row_codec(Tally).decode(json.loads(json.dumps(saved)))) == saved
