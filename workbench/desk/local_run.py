"""A recording played as a live run on this machine: it leaves the files that LEAN would leave.

    folder/storage/pt/<project>/live/...                      what the tracker saves
    folder/<project>/live/<start>/<run>-<day>-order-events.json   what LEAN writes of its orders

The recording's times are moved to the present, so that the run seems to trade now. It answers
commands that are put beside its results, as LEAN does.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from models.errors import TrackerError
from workbench.engine.tape import TAPE_NAME, Tape
from workbench.recordings import result
from workbench.replay.replay import Replay

FIRST_ID = 30_000_001  # the LEAN CLI numbers live deployments from there
WRITTEN_EVERY = 2.0  # seconds between two writes of order events
_MOMENT = re.compile(r'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00)"')


@dataclass(frozen=True, slots=True)
class Moved:
    """How times are moved.

    Attributes:
        first: The recording's first moment.
        begin: What it becomes.
        speed: How much faster the run goes on than it was recorded.
    """

    first: datetime
    begin: datetime
    speed: float

    def time(self, moment: datetime) -> datetime:
        """A moment, moved."""
        return self.begin + (moment - self.first) / self.speed

    def text(self, text: str) -> str:
        """A text with all moments in it moved."""
        return _MOMENT.sub(
            lambda found: f'"{self.time(datetime.fromisoformat(found[1])).isoformat()}"', text
        )


class LocalRun:
    """One deployment of a recorded run.

    Args:
        recording: The folder of the recording.
        folder: Where the files go: the root folder of a LEAN CLI.
        number: Counts the deployments of the folder from 1.
        speed: How much faster it goes on than it was recorded.
        clock: Unix time, seconds.
        settings: The tracker's.

    Attributes:
        name: LEAN's id of it.
        results: Its result folder.
        replay: What is played.
    """

    def __init__(
        self,
        recording: Path,
        folder: Path,
        number: int = 1,
        speed: float = 1.0,
        clock: Callable[[], float] = time.time,
        **settings: Any,
    ) -> None:
        begin = datetime.fromtimestamp(clock(), UTC)
        start = Tape(recording / TAPE_NAME).start
        self._clock = clock
        self._moved = Moved(datetime.fromisoformat(start["utc"]), begin, speed)
        self.name = f"L-{FIRST_ID + number - 1}"
        self.results = folder / start["algorithm"] / "live" / f"{begin:%Y-%m-%d_%H-%M-%S}-{number}"
        self.results.mkdir(parents=True)
        self._events = self._moved_events(recording)
        self._written = -1
        self._next_write = 0.0
        tape = self._tape(recording, folder / f".tape-{number}")
        self._times = [line.utc for line in tape.lines()]
        self.replay = Replay(
            tape,
            store=folder / "storage",
            deployment=self.name,
            lean_book=False,
            clock=clock,
            **settings,
        )

    def play(self) -> Iterator[float]:
        """Play it step by step.

        Yields:
            After each step the Unix time of the next one, until which to wait.
        """
        last = len(self._times) - 1
        for place, _ in enumerate(self.replay.engine.play()):
            self.write(self._times[min(place, last)])
            self.answer()
            yield self._times[min(place + 1, last)].timestamp()
        self._next_write = 0.0
        self.write(self._times[-1])

    def write(self, until: datetime) -> None:
        """Write the order events so far, where there are new ones, as LEAN does: not at once."""
        known = sum(event["time"] <= until.timestamp() + 1e-6 for event in self._events)
        now = self._clock()
        if known == self._written or now < self._next_write:
            return
        self._written, self._next_write = known, now + WRITTEN_EVERY
        day = f"{self._moved.begin:%Y-%m-%d}"
        path = self.results / f"{self.name}-{day}-order-events.json"
        path.write_text(json.dumps(self._events[:known]), encoding="utf-8")

    def answer(self) -> None:
        """Do what commands ask for, and say whether it was done, as LEAN does."""
        for path in sorted(self.results.glob("command*.json")):
            text = path.read_text(encoding="utf-8")
            path.unlink()
            command = json.loads(text)
            told = {"CommandName": "CallbackCommand", "Success": self._done(command)}
            answer = self.results / f"result-command-{command['id']}.json"
            answer.write_text(json.dumps(told), encoding="utf-8")

    def _done(self, command: Mapping[str, Any]) -> bool | None:
        try:
            return self.replay.tracker.on_command(_Command(command))
        except TrackerError:
            return False

    def _tape(self, recording: Path, place: Path) -> Tape:
        """The recording's tape with its times moved."""
        place.mkdir()
        with gzip.open(recording / TAPE_NAME, "rt", encoding="utf-8") as tape:
            first, *lines = map(self._moved.text, tape)
        start = json.loads(first)
        midnight = self._moved.begin.replace(hour=0, minute=0, second=0, microsecond=0)
        start["start"] = (midnight - timedelta(days=1)).replace(tzinfo=None).isoformat()
        with gzip.open(place / TAPE_NAME, "wt", encoding="utf-8") as moved:
            moved.writelines([json.dumps(start) + "\n", *lines])
        return Tape(place / TAPE_NAME)

    def _moved_events(self, recording: Path) -> Sequence[dict[str, Any]]:
        events: list[dict[str, Any]] = result(recording, "order-events")
        for event in events:
            moment = datetime.fromtimestamp(event["time"], UTC)
            event["time"] = self._moved.time(moment).timestamp()
            event["algorithmId"] = self.name
        return events


class _Command(SimpleNamespace):
    """A command as LEAN hands it over: what it was not given is None."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__(**given)

    def __getattr__(self, name: str) -> None:
        return None
