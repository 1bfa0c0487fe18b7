"""Result folders made of what LEAN wrote beside recordings, and changed as a test needs it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.recordings import find

SHARED = Path(__file__).resolve().parents[4] / "shared" / "results"

Change = Callable[[dict[str, Any], list[Any]], object]


def documents(name: str) -> tuple[dict[str, Any], list[Any]]:
    """LEAN's result of a recording, and its order events; none where it has no such file."""
    folder = find(name)
    result = json.loads(gzip.decompress((folder / "result.json.gz").read_bytes()))
    events = folder / "order-events.json.gz"
    rows = json.loads(gzip.decompress(events.read_bytes())) if events.exists() else []
    return result, rows


def write(folder: Path, result: Any, rows: Any, stem: str = "Run") -> Path:
    """A result folder as LEAN's engine writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{stem}.json").write_text(json.dumps(result))
    if rows is not None:
        (folder / f"{stem}-order-events.json").write_text(json.dumps(rows))
    return folder


def result_folder(name: str, folder: Path, change: Change | None = None) -> Path:
    """The result folder of a recording, changed where a test wants it."""
    result, rows = documents(name)
    if change is not None:
        change(result, rows)
    return write(folder, result, rows)
