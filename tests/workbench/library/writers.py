"""Processes that write into a library, for the tests of many of them at once.

They are copies of the process that tests, so that none has to import everything again.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from io import TextIOWrapper
from multiprocessing.context import ForkProcess

from tests.workbench.library.records import record, sources
from workbench.library.library import open_library

CONTEXT = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Writer:
    """A process that writes.

    Attributes:
        process: The process.
        told: The runs that it has kept, a line each.
    """

    process: ForkProcess
    told: TextIOWrapper

    def ended(self) -> list[str]:
        """The runs that it has told, once it has ended; a line that was cut was not told."""
        with self.told:
            lines = self.told.read().splitlines(keepends=True)
        self.process.join()
        return [line.strip() for line in lines if line.endswith("\n")]


def started(url: str, writer: int, count: int) -> Writer:
    """A process that puts so many runs of its own, and one that all writers put."""
    reading, writing = os.pipe()
    process = CONTEXT.Process(target=_write, args=(url, writer, count, writing))
    process.start()
    os.close(writing)
    return Writer(process, TextIOWrapper(os.fdopen(reading, "rb")))


def _write(url: str, writer: int, count: int, told: int) -> None:
    """Write, and tell each run once it is kept."""
    with open_library(url) as library:
        for number in range(count):
            run = f"w{writer}-{number:05d}"
            library.put(record(run))
            library.tag(run, f"writer-{writer}")
            library.put(record("shared", lots=1 + number, sources=sources(f"{writer} {number}")))
            os.write(told, f"{run}\n".encode())
