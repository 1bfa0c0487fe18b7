"""The files of a replay: `summary.json`, and line by line its marks, both books of trades, and the
structures.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.json_text import json_text
from workbench.replay.replay import Replay


class Outputs:
    """A folder that fills as a replay plays; marks are written as they come."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._marks = (folder / "marks.jsonl").open("w", encoding="utf-8")

    def mark(self, row: dict[str, Any]) -> None:
        """Write the row of one mark to `marks.jsonl`."""
        self._marks.write(json_text(row) + "\n")

    def close(self, replay: Replay) -> None:
        """Write the other files; called once the replay is over."""
        self._marks.close()
        _write_lines(self._folder / "trades.jsonl", (t.to_dict() for t in replay.trades))
        _write_lines(self._folder / "lean_trades.jsonl", (t.to_dict() for t in replay.lean_trades))
        structures = [*replay.structures, *replay.tracker.structures()]
        _write_lines(self._folder / "structures.jsonl", (each.to_dict() for each in structures))
        text = json_text(replay.summary(), indent=2)
        (self._folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json_text(row) + "\n")
