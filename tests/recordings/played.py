"""Recordings that were played to their end, each once for all the tests that look at it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.trades.record import TradeRecord
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

LONG = "three-strategies-23y"
RECORDINGS = recordings()
NAMES = [name for name in RECORDINGS if name != LONG]
STRATEGY_TERMS = (
    "realized",
    "unrealized",
    "fees",
    "dividends",
    "financing",
    "settlement",
    "fx",
)


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


@cache
def played(name: str) -> Played:
    """The replay of a recording, made once for all the tests that look at it."""
    return play(Replay(read_tape(RECORDINGS[name].path)), check_terms=True)
