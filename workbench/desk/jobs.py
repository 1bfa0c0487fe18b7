"""Work that takes long, in processes beside the server's, so that the server always answers.

A job is known by its id for a while after it ended. There is a bound on how many may wait, and on
how many are known.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock, Thread
from typing import Any

from models.errors import TrackerError

WORKERS = 2
MOST_WAITING = 32  # jobs that have not ended
MOST_KNOWN = 200
KEPT = timedelta(hours=1)  # since it ended
NICE = 5  # how far workers stand back behind the server


def _now() -> datetime:
    return datetime.now(UTC)


class BusyError(TrackerError):
    """Too many jobs wait."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} jobs have not ended: ask again when some have")


class UnknownJobError(TrackerError, LookupError):
    """There is no job of that id, or not any more."""

    def __init__(self, job: str) -> None:
        super().__init__(f"there is no job {job[:40]!r}: a job is known for an hour after its end")


class RefusedError(TrackerError):
    """What a job was given cannot be used; the text says why."""


class LostError(TrackerError):
    """The process that worked on a job is gone."""

    def __init__(self) -> None:
        super().__init__("the process that worked on it is gone, as where memory is short")


class Status(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Job:
    """One job.

    Attributes:
        id: What it is known by.
        kind: What it does.
        created: When it was asked for.
        future: What becomes of it.
        ended: When it ended; None before.
    """

    id: str
    kind: str
    created: datetime
    future: Future[Any]
    ended: datetime | None = None

    @property
    def status(self) -> Status:
        """How far it is."""
        if not self.future.done():
            return Status.RUNNING if self.future.running() else Status.WAITING
        return Status.DONE if self.fault is None else Status.FAILED

    @property
    def fault(self) -> str | None:
        """Why it failed; None where it did not, or not yet."""
        if not self.future.done() or self.future.cancelled():
            return "the server stopped" if self.future.cancelled() else None
        error = self.future.exception()
        if error is None:
            return None
        if isinstance(error, BrokenExecutor):
            return str(LostError())
        known = isinstance(error, TrackerError | LookupError | OSError)
        return str(error) if known else f"it broke: {type(error).__name__}"

    def to_dict(self) -> dict[str, Any]:
        """JSON values by name, its result among them."""
        done = self.status is Status.DONE
        return {
            "id": self.id,
            "kind": self.kind,
            "status": self.status.value,
            "created": self.created.isoformat(),
            "ended": self.ended and self.ended.isoformat(),
            "problem": self.fault,
            "result": self.future.result() if done else None,
        }


def processes() -> Executor:
    """Processes of their own, which hold up no thread of this one, and end with it."""
    return ProcessPoolExecutor(
        WORKERS, multiprocessing.get_context("spawn"), initializer=stand_beside
    )


def stand_beside() -> None:
    """Let the server go first, and end when it ends, however it does."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


@dataclass(slots=True)
class Jobs:
    """The jobs of a server.

    Attributes:
        start: Makes what runs them, when the first one comes.
        clock: What time it is.
    """

    start: Callable[[], Executor] = processes
    clock: Callable[[], datetime] = _now
    _executor: Executor | None = None
    _jobs: dict[str, Job] = field(default_factory=dict)
    _waiting: int = 0
    _lock: Lock = field(default_factory=Lock)

    def submit(self, kind: str, work: Callable[..., Any], *given: Any) -> Job:
        """Begin a job.

        Args:
            kind: What it does.
            work: The work: a function of a module, which another process can find by its name.
            given: What it is called with.

        Raises:
            BusyError: Too many wait.
        """
        future = self._begin(work, *given)
        job = Job(secrets.token_hex(8), kind, self.clock(), future)
        with self._lock:
            self._forget()
            self._jobs[job.id] = job
        future.add_done_callback(lambda _: self._end(job))
        return job

    def run(self, work: Callable[..., Any], *given: Any) -> Any:
        """The result of some work; as of `submit`, but nothing is known of it afterwards.

        Raises:
            BusyError: Too many jobs wait.
            LostError: The process that worked on it is gone.
        """
        try:
            return self._begin(work, *given).result()
        except BrokenExecutor as error:
            raise LostError from error

    def find(self, job: str) -> Job:
        """A job by its id.

        Raises:
            UnknownJobError: There is none.
        """
        with self._lock:
            self._forget()
            found = self._jobs.get(job)
        if found is None:
            raise UnknownJobError(job)
        return found

    def close(self) -> None:
        """Stop: what has not begun is given up, and nothing is waited for."""
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)

    def _begin(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        with self._lock:
            if self._waiting >= MOST_WAITING:
                raise BusyError(MOST_WAITING)
            future = self._hand_over(work, *given)
            self._waiting += 1
        future.add_done_callback(lambda _: self._count_down())
        return future

    def _hand_over(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        """Give work to the processes; to new ones where those that there were are gone."""
        if self._executor is not None:
            try:
                return self._executor.submit(work, *given)
            except BrokenExecutor:
                self._executor.shutdown(wait=False)
        self._executor = self.start()
        return self._executor.submit(work, *given)

    def _count_down(self) -> None:
        with self._lock:
            self._waiting -= 1

    def _end(self, job: Job) -> None:
        job.ended = self.clock()

    def _forget(self) -> None:
        """Forget jobs that ended long ago, and the oldest that ended where there are too many."""
        since = self.clock() - KEPT
        ended = [each for each in self._jobs.values() if each.ended is not None]
        over = len(self._jobs) - MOST_KNOWN + 1
        for at, job in enumerate(ended):
            if at < over or (job.ended is not None and job.ended < since):
                del self._jobs[job.id]
