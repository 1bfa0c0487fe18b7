"""Recordings that were played to their end, each once for all the tests that look at it.

Tests of one recording run one after another in one process (`tests/conftest.py`), so that a few
replays are remembered and no more.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest

from models.trades.record import TradeRecord
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

LONG = "three-strategies-23y"
RECORDINGS = recordings()
NAMES = [name for name in RECORDINGS if name != LONG]
# Deployments that begin with the holdings of the one before, at LEAN's average prices.
CONTINUED = frozenset({"live-redeploy-2", "live-redeploy-3"})
STRATEGY_TERMS = (
    "realized",
    "unrealized",
    "fees",
    "dividends",
    "financing",
    "settlement",
    "fx",
)

LARGE = 100_000  # bytes of a tape
# What is true of each event is tried on these: the large ones have no other kinds of events.
SMALL = [name for name in NAMES if RECORDINGS[name].size <= LARGE]


def slow_if_large(*names: str, large: int = LARGE) -> list[pytest.ParameterSet]:
    """Recordings as the parameters of a test that is slow with the large ones of them, in bytes."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] * (RECORDINGS[name].size > large))
        for name in names
    ]


@dataclass(frozen=True)
class Played:
    """A finished replay with every row of its `marks.jsonl`."""

    replay: Replay
    rows: list[dict[str, Any]]
    gaps: dict[str, float]  # term -> largest gap between the strategies' sum and the account
    rounds: list[TradeRecord]  # the positions book

    @property
    def output(self) -> tuple[Any, ...]:
        """Everything the command writes."""
        lean = [trade.to_dict() for trade in self.replay.lean_trades]
        trades = [trade.to_dict() for trade in self.replay.trades]
        return self.replay.summary(), self.rows, trades, lean


def play(replay: Replay, check_terms: bool = False) -> Played:
    """Play a replay to its end."""
    rows: list[dict[str, Any]] = []
    gaps: dict[str, float] = defaultdict(float)
    rounds: list[Any] = []
    replay.tracker.add_listener(lambda notice: rounds.append(notice.record), "position closed")
    for row in replay.play():
        if row is None:
            continue
        rows.append(row)
        if check_terms:
            total, sheets = replay.tracker.ledger.total(), replay.tracker.sheets()
            for term in STRATEGY_TERMS:
                parts = sum(getattr(sheet, term) for sheet in sheets.values())
                gaps[term] = max(gaps[term], abs(parts - getattr(total, term)))
    return Played(replay, rows, gaps, rounds)


@lru_cache(maxsize=3)
def played(name: str) -> Played:
    """The replay of a recording, orders followed, made once for all the tests that look at it."""
    return play(Replay(read_tape(RECORDINGS[name].path), execution="on"), check_terms=True)
