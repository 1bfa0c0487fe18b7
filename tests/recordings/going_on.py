"""A process that goes on with a saved state, from a line of a recording to its end.

`python -m tests.recordings.going_on RECORDING STORE PREFIX LINE` prints what came of it as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import Replay

SETTINGS: dict[str, Any] = {"persist": "on", "keep_trades": 300}
RUN = "run"  # LEAN's id of it, the same before and after


class Nobody:
    """Stands where a tracker will."""

    def hears(self, *_: object) -> None:
        """Nothing."""

    on_order_event = on_data = finish = hears


def outcome(replay: Replay) -> dict[str, Any]:
    """What a replay comes to, as JSON has it."""
    trades = [trade.to_dict() for trade in replay.tracker.trades()]
    found: dict[str, Any] = json.loads(json.dumps([replay.summary(), trades]))
    return found


def go_on(name: str, store: Path, prefix: str, line: int) -> dict[str, Any]:
    """Let LEAN run to the line without a tracker, then with the one that was saved."""
    tape = read_tape(recordings()[name].path)
    replay = Replay(tape, store=store, deployment=RUN, **SETTINGS)
    replay.engine.forget_schedules()
    algorithm: Any = replay.engine.algorithm
    algorithm.tracker = Nobody()
    for count, _ in enumerate(replay.play(), 1):
        if count == line and not replay.wire(**SETTINGS).load_from_object_store(prefix):
            raise SystemExit(f"there is no state {prefix}")
    return outcome(replay)


if __name__ == "__main__":
    recording, folder, saved_as, at = sys.argv[1:]
    json.dump(go_on(recording, Path(folder), saved_as, int(at)), sys.stdout)
