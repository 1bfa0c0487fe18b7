"""Senders that trade a recorded live run again and post digests of it to a desk that runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx

from models.events.event import Event
from models.events.instruments import Instrument
from models.events.orders import Fill
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.tracker.desk_rows import fill_row
from models.tracker.desk_state import desk_state
from utils.notify.digests import EVERY, Digests
from utils.notify.notifier import Notifier
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay

RECORDING = "live-paper"
TAKEN = frozenset({HTTPStatus.OK, HTTPStatus.ACCEPTED})
# What a desk says that cannot write now; nothing else may be said to a right digest.
DOWN = frozenset({HTTPStatus.SERVICE_UNAVAILABLE})
PATIENCE = 20.0  # seconds that an answer may take

Events = Sequence[Event | Instrument]
Rows = dict[str, Mapping[str, Any]]


@cache
def client() -> httpx.Client:
    """What asks desks: by a connection of its own each time, for the last one may be killed."""
    return httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), timeout=PATIENCE)


def recorded_events(name: str = RECORDING) -> Events:
    """What the tracker of a recorded run was told, in order."""
    replay = Replay(read_tape(find(name)), lean_book=False)
    events: list[Event | Instrument] = []
    record = replay.tracker.core.record

    def keep(event: Event | Instrument) -> Any:
        events.append(event)
        return record(event)

    replay.tracker.core.record = keep  # type: ignore[method-assign]
    for _ in replay.play():
        pass
    return events


def begun_at() -> float:
    """A clock that a sender can begin with: early enough for many digests, not too old."""
    return (datetime.now(UTC) - timedelta(days=20)).timestamp()


class LiveSender:
    """A process that trades what a run traded, and posts digests as LEAN's web hooks do.

    Args:
        project: LEAN's id of the project, by which the desk calls it.
        address: Of the desk.
        token: Of scope ingest.
        now: Unix time that it begins at.
        saved: What `save` kept; None for a run that begins.

    Attributes:
        now: Its clock, Unix time.
        place: How many events it had.
        fills: Every fill that was booked since it began, by id; those before a kill are not here.
        taken: The fills of digests that the desk said it took, by id.
        posted: How many digests it posted.
        lost: How many of them were not answered, or by a desk that could not write.
    """

    def __init__(
        self, project: int, address: str, token: str, now: float, saved: Path | None = None
    ) -> None:
        self.now, self.place, self.posted, self.lost = now, 0, 0, 0
        self.fills: Rows = {}
        self.taken: Rows = {}
        self.tracker = PerformanceTracker(1.0, settings=Settings(desk=address, desk_token=token))
        algorithm = SimpleNamespace(notify=SimpleNamespace(web=self._post), project_id=project)
        attempt = self.tracker.core.guard.attempt
        notifier = Notifier(cast("Any", algorithm), {}, 1, attempt)
        self._digests = Digests(
            cast("Any", algorithm), self.tracker, notifier, lambda: (), lambda: self.now
        )
        if saved is not None:
            self._restore(json.loads(saved.read_text(encoding="utf-8")))

    def _post(self, address: str, text: str, headers: Mapping[str, str]) -> bool:
        """Post as LEAN does: nobody hears what came of it but the test."""
        self.posted += 1
        try:
            answer = client().post(address, content=text, headers=headers)
        except httpx.TransportError:
            self.lost += 1
            return True
        if answer.status_code in TAKEN:
            self.taken.update({row["id"]: row for row in json.loads(text)["fills"]})
        else:
            assert answer.status_code in DOWN, answer.text
            self.lost += 1
        return True

    def trade(self, events: Events) -> None:
        """Hear the next of the events that are not booked yet."""
        event = events[self.place]
        self.place += 1
        if self.tracker.apply(event) and isinstance(event, Fill):
            row = fill_row(self.tracker.core, event)
            self.fills[row["id"]] = row
            self._digests.hear_order(event)

    def post(self) -> None:
        """Let the time until the next digest pass, and post it."""
        self.now += EVERY
        self._digests.post_if_due()

    @property
    def state(self) -> Any:
        """What a desk is to show, as JSON values."""
        return json.loads(json.dumps(desk_state(self.tracker, algorithm="SimpleNamespace")))

    def save(self, place: Path) -> None:
        """Keep what another process goes on with, whole or not at all."""
        beside = {"tracker": self.tracker.state(), "desk": self._digests.state()}
        half = place.with_suffix(".half")
        half.write_text(json.dumps({**beside, "place": self.place}), encoding="utf-8")
        half.replace(place)

    def _restore(self, saved: Mapping[str, Any]) -> None:
        self.tracker.restore(saved["tracker"])
        self._digests.restore(saved["desk"])
        self.place = saved["place"]
