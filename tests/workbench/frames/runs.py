"""The frames of recordings, each replayed once for the tests that look at them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.engine.engine import RecordedEngine
from workbench.engine.tape import read_tape
from workbench.frames.frames import Frames, frames
from workbench.recordings import find
from workbench.replay.replay import Replay


@lru_cache(maxsize=4)
def recorded(name: str) -> Frames:
    """The frames of a recording."""
    return frames(name)


def save(folder: Path, name: str, at: float = 1e9) -> Replay:
    """Play a recording that saves into a folder as LEAN's object store, at a time of the clock."""
    tape = read_tape(find(name))
    replay = Replay(tape, store=folder, clock=lambda: at, persist="on", execution="on")
    for _ in replay.play():
        pass
    return replay


class QuantBook:
    """Research's entry to LEAN, with the recorded engine's object store over a folder."""

    def __init__(self, folder: Path) -> None:
        tape = read_tape(find("no-trades"))
        self._engine = RecordedEngine(tape, None, store=folder)

    @property
    def object_store(self) -> Any:
        """The store that runs of the same organization have saved in."""
        return self._engine.algorithm.object_store
