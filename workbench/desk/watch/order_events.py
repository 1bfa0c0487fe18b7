"""LEAN's order events of live runs, read where a day's file changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models import codec
from models.errors import TrackerError
from workbench.desk.watch.tree import Stamp
from workbench.desk.watch.waiting import Waiting
from workbench.engine.files import read_all, read_unpacked
from workbench.runs.lean.facts import LeanEvent
from workbench.runs.lean.parsing import events_of

LOG = logging.getLogger("tracker.desk")
DAYS = 2  # files of a run that are read: today's may have some of yesterday's
# What reading a file that is cut, or another's, raises.
UNREADABLE = (TrackerError, LookupError, OSError, RecursionError, *codec.UNREADABLE)


class OrderEvents:
    """The fills among the order events of each live run, as its files told them last.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._waiting: Waiting[Path, Stamp] = Waiting(clock)
        self._stamps: dict[Path, Stamp] = {}
        self._fills: dict[Path, tuple[LeanEvent, ...]] = {}

    def of(self, files: Mapping[Path, Stamp]) -> Sequence[LeanEvent]:
        """The fills of a run, in the order of its files.

        A file that is half written is read again later; until then what it told before counts.

        Args:
            files: The files of its order events.
        """
        last = sorted(files)[-DAYS:]
        for path in last:
            if self._stamps.get(path) != files[path]:
                self._stamps[path] = files[path]
                self._waiting.add(path, files[path])
        for path, stamp in self._waiting.due():
            if path in files:
                self._read(path, stamp)
        return [event for path in last for event in self._fills.get(path, ())]

    def _read(self, path: Path, stamp: Stamp) -> None:
        try:
            data = read_unpacked(path) if path.name.endswith(".gz") else read_all(path)
            events = events_of(_rows(json.loads(data)))
            self._fills[path] = tuple(event for event in events if event.fills)
        except UNREADABLE as problem:
            if not self._waiting.failed(path, stamp):
                LOG.warning("%s: its fills are not shown: %s", path, problem)
        else:
            self._waiting.done(path)


def _rows(content: Any) -> list[Any]:
    """The order events of a file."""
    found = content.get("orderEvents") if isinstance(content, Mapping) else content
    if not isinstance(found, list):
        raise ValueError("it is no list of order events")
    return found
