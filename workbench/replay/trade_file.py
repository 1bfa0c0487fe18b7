"""A file of closed trades, one JSON line each: the archive of a tracker that runs at the desk."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.trades.record import TradeRecord


class TradeFile:
    """Takes the trades that leave a tracker's memory, and gives them back.

    Args:
        path: The file; what it holds already stays.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def store(self, trades: Sequence[TradeRecord]) -> None:
        """Append closed trades to the file; OSError where the disk refuses."""
        lines = "".join(json.dumps(trade.to_dict(), allow_nan=False) + "\n" for trade in trades)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(lines)

    def stored(self) -> Iterator[TradeRecord]:
        """Yield every trade of the file, the oldest first."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                yield TradeRecord.from_dict(json.loads(line))
