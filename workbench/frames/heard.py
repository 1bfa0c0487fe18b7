"""A replay of which everything is heard that a tracker does not keep to the end."""

from __future__ import annotations

from typing import Any

from workbench.engine.engine import Played
from workbench.engine.tape import Tape
from workbench.engine.tape_fields import utc_of
from workbench.frames.hearing import Hearing
from workbench.frames.told import Told, told_of_tracker
from workbench.replay.replay import Replay


class HeardReplay(Replay):
    """A replay that keeps each order, fill, mark, position, session and drawdown.

    Args:
        tape: The recording.
        settings: As of a replay; LEAN's book is not kept unless they say so.
    """

    def __init__(self, tape: Tape, **settings: Any) -> None:
        super().__init__(tape, **{"lean_book": False, "execution": "on", **settings})
        self._hearing = Hearing(self.tracker)

    def told(self, name: str) -> Told:
        """Play it to its end; all that there is to tell."""
        for _ in self.play():
            pass
        return self.told_so_far(name)

    def told_so_far(self, name: str) -> Told:
        """All that there is to tell of what was played."""
        return told_of_tracker(name, self.tracker, self.tape.problems, **self._hearing.parts())

    def mark_row(self, utc: str) -> dict[str, Any]:
        """Take a mark, which is played once; what `marks.jsonl` says of it."""
        row = super().mark_row(utc)
        figures = (row["lean_equity"], row["unexplained"])
        self._hearing.mark(utc_of(utc), row["strategies"], *figures)
        return row

    def step(self, played: Played) -> None:
        """Take an order's event as the tape has it."""
        super().step(played)
        if played.type == "order":
            self._hearing.order(played.line)


def told_of_tape(name: str, tape: Tape) -> Told:
    """All that a recording tells, which is replayed."""
    return HeardReplay(tape).told(name)
