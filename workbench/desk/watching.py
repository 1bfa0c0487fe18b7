"""What runs beside the server: the watcher of local runs, the dead man's switch, the jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from workbench.desk.dead_man import DeadMan, LogAddress
from workbench.desk.desk import Desk
from workbench.desk.notes import Notes
from workbench.desk.notifying import AppriseAddress
from workbench.desk.watch.watcher import Watcher
from workbench.library.entries import CHANGES, Put


@contextmanager
def watching(
    desk: Desk, folders: Sequence[Path], addresses: Sequence[AppriseAddress]
) -> Iterator[Desk]:
    """The desk with what runs beside it, until the end of the block.

    Args:
        desk: The desk.
        folders: The folders whose runs are followed; none for none.
        addresses: Whom to tell, beside the log, of deployments that are late, silent or back.
    """

    def tell(put: Put) -> None:
        if put.outcome in CHANGES:
            desk.tell_of_run(put.id, put.outcome.value)

    fleet = desk.fleet
    watcher = Watcher(folders, desk.library, fleet, tell, now=desk.clock) if folders else None
    dead_man = DeadMan(
        fleet.pulses,
        Notes(desk.library.database),
        (LogAddress(), *addresses),
        desk.clock,
        time.monotonic,
    )
    threads = [each for each in (watcher, dead_man) if each is not None]
    for each in threads:
        each.start()
    try:
        yield replace(desk, watcher=watcher)
    finally:
        for each in threads:
            each.stop()
        desk.jobs.close()
