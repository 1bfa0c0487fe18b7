"""Runs that have ended go into the library, each once, as `import` would put them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime

from workbench.desk.fleet.fleet import Fleet
from workbench.desk.notes import NoteKind, Notes
from workbench.desk.watch.result_folders import Importable
from workbench.desk.watch.waiting import Waiting
from workbench.engine.tape import TapeError
from workbench.library.entries import Put
from workbench.library.errors import LibraryError
from workbench.library.library import Library
from workbench.runs.reading import read_records
from workbench.runs.record import RunRecord

LOG = logging.getLogger("tracker.desk")


class Imports:
    """Imports what has ended and has changed since it was imported last.

    Args:
        library: Where runs are kept.
        notes: Where it is noted what was imported.
        fleet: The deployments, of which an import may tell what was missing.
        clock: Seconds, monotonic.
        now: What time it is.
        told: Called with each run that the library took.
    """

    def __init__(
        self,
        library: Library,
        notes: Notes,
        fleet: Fleet,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        told: Callable[[Put], object],
    ) -> None:
        self._library = library
        self._notes = notes
        self._fleet = fleet
        self._now = now
        self._told = told
        self._noted: dict[str, str] | None = None  # what the notes say, once they were read
        self._waiting: Waiting[str, Importable] = Waiting(clock)

    def heard(self, found: Importable) -> None:
        """Take note of a run that has ended, unless it was imported as it is.

        Raises:
            LibraryError: The notes cannot be read.
        """
        if self._noted is None:
            self._noted = self._notes.all(NoteKind.IMPORTED)
        if self._noted.get(found.account) != found.signature:
            self._waiting.add(found.account, found)

    def read(self) -> Iterator[str]:
        """Import what is due, one run after the other; gives what each is known by.

        What cannot be read is tried again, for it may be half written; then it is left until it
        changes. What the library does not take is tried again too.
        """
        for account, found in self._waiting.due():
            if not found.stands():  # it changes, and comes again when it rests
                self._waiting.done(account)
                continue
            try:
                self._import(found)
            except LibraryError as problem:
                LOG.warning("%s is imported later: %s", account, problem)
                self._waiting.failed(account, found)
            except (LookupError, OSError, TapeError) as problem:
                if not self._waiting.failed(account, found):
                    LOG.warning("%s is not imported: %s", account, problem)
                    self._note(found)
            else:
                self._waiting.done(account)
            yield account

    def _import(self, found: Importable) -> None:
        if found.links:
            raise LookupError(f"{found.links[0]} is a symbolic link")
        for reader in read_records(found.sources):
            self._put(reader())
        self._note(found)

    def _put(self, record: RunRecord) -> None:
        put = self._library.put(record)
        LOG.info("run %s: %s", put.id, put.outcome.value)
        self._told(put)
        self._fleet.heal(record, self._now())

    def _note(self, found: Importable) -> None:
        try:
            self._notes.put(NoteKind.IMPORTED, found.account, found.signature)
        except LibraryError as problem:
            LOG.warning("%s is looked at again after a restart: %s", found.account, problem)
        if self._noted is not None:
            self._noted[found.account] = found.signature
