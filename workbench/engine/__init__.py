"""The recorded engine: plays a recorded LEAN run to an algorithm through the hooks LEAN calls.

from workbench.engine import RecordedAlgorithm, RecordedEngine, read_tape
"""

from __future__ import annotations

from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import Played, RecordedEngine
from workbench.engine.faults import Faults
from workbench.engine.tape import TapeError, read_tape

__all__ = ["Faults", "Played", "RecordedAlgorithm", "RecordedEngine", "TapeError", "read_tape"]
