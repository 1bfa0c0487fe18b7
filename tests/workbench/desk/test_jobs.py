"""Work beside the server: bounded, known for a while, and in processes that end with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from workbench.desk.jobs import (
    MOST_KNOWN,
    MOST_WAITING,
    BusyError,
    Jobs,
    LostError,
    RefusedError,
    Status,
    UnknownJobError,
)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.time


class ByHand(Executor):
    """Runs what it is given when a test says so."""

    def __init__(self) -> None:
        self.given: list[tuple[Future[Any], Any, Any]] = []
        self.broken = False

    def submit(self, work: Any, /, *given: Any, **_: Any) -> Future[Any]:
        """Take work."""
        if self.broken:
            raise BrokenProcessPool
        future: Future[Any] = Future()
        self.given.append((future, work, given))
        return future

    def play(self) -> None:
        """Do what was given first."""
        future, work, given = self.given.pop(0)
        future.set_running_or_notify_cancel()
        try:
            future.set_result(work(*given))
        except (RefusedError, BrokenProcessPool, ZeroDivisionError) as error:
            future.set_exception(error)


@pytest.fixture
def hand() -> ByHand:
    """What runs the jobs."""
    return ByHand()


@pytest.fixture
def jobs(hand: ByHand) -> Jobs:
    """Jobs of a clock that stands."""
    return Jobs(lambda: hand, Clock())


def doubled(number: int) -> int:
    """Work that is done."""
    return 2 * number


def refusing() -> int:
    """Work that cannot be done."""
    raise RefusedError("it has no day")


def breaking() -> float:
    """Work with a fault in it."""
    return 1 / 0


def vanishing() -> int:
    """Work whose process is gone."""
    raise BrokenProcessPool("it was killed")


def test_a_job_goes_its_way(jobs: Jobs, hand: ByHand) -> None:
    """It waits, is done, and has its result and its times."""
    job = jobs.submit("double", doubled, 4)
    assert jobs.find(job.id) is job
    assert (job.status, job.to_dict()["result"], job.to_dict()["ended"]) == ("waiting", None, None)
    hand.given[0][0].set_running_or_notify_cancel()
    assert job.status is Status.RUNNING
    hand.given[0][0].set_result(8)
    told = job.to_dict()
    assert (told["status"], told["result"], told["problem"]) == ("done", 8, None)
    assert told["created"] == told["ended"] == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (refusing, "it has no day"),
        (breaking, "it broke: ZeroDivisionError"),
        (vanishing, str(LostError())),
    ],
)
def test_a_job_that_fails_says_why(jobs: Jobs, hand: ByHand, work: Any, said: str) -> None:
    """A fault of ours without its text, which may tell too much."""
    job = jobs.submit("fail", work)
    hand.play()
    told = job.to_dict()
    assert (told["status"], told["result"], told["problem"]) == ("failed", None, said)
    assert told["ended"] is not None


def test_no_more_than_some_wait(jobs: Jobs, hand: ByHand) -> None:
    """When one has ended the next is taken."""
    for at in range(MOST_WAITING):
        jobs.submit("double", doubled, at)
    with pytest.raises(BusyError, match="32 jobs have not ended"):
        jobs.submit("double", doubled, 1)
    with pytest.raises(BusyError):
        jobs.run(doubled, 1)
    hand.play()
    jobs.submit("double", doubled, 1)


def test_a_job_is_forgotten_an_hour_after_its_end(jobs: Jobs, hand: ByHand) -> None:
    """One that has not ended is never."""
    clock: Any = jobs.clock
    ended, waiting = jobs.submit("double", doubled, 1), jobs.submit("double", doubled, 2)
    hand.play()
    clock.time += timedelta(hours=1)
    assert jobs.find(ended.id) is ended
    clock.time += timedelta(seconds=1)
    with pytest.raises(UnknownJobError, match="a job is known for an hour after its end"):
        jobs.find(ended.id)
    assert jobs.find(waiting.id) is waiting


def test_no_more_than_some_are_known(jobs: Jobs, hand: ByHand) -> None:
    """The oldest are forgotten first."""
    made = []
    for at in range(MOST_KNOWN + 3):
        made.append(jobs.submit("double", doubled, at))
        hand.play()
    with pytest.raises(UnknownJobError):
        jobs.find(made[0].id)
    assert jobs.find(made[-1].id) is made[-1]
    assert jobs.find(made[10].id) is made[10]


def test_processes_that_are_gone_are_replaced() -> None:
    """The next job begins new ones."""
    made: list[ByHand] = []

    def start() -> Executor:
        made.append(ByHand())
        return made[-1]

    jobs = Jobs(start)
    jobs.submit("double", doubled, 1)
    made[0].broken = True
    job = jobs.submit("double", doubled, 2)
    made[1].play()
    assert job.to_dict()["result"] == 4
    assert len(made) == 2


def test_processes_do_the_work_and_can_be_lost() -> None:
    """Their results come back; where one is killed that is said, and the next work is done."""
    jobs = Jobs()
    try:
        assert jobs.run(doubled, 21) == 42
        with pytest.raises(RefusedError, match="it has no day"):
            jobs.run(refusing)
        with pytest.raises(LostError, match="the process that worked on it is gone"):
            jobs.run(os._exit, 9)
        assert jobs.run(doubled, 4) == 8
    finally:
        jobs.close()


SERVER = """
import os, sys, time
from workbench.desk.jobs import Jobs
if __name__ == "__main__":
    jobs = Jobs()
    worker = jobs.run(os.getpid)
    for _ in range(4):
        jobs.submit("sleep", time.sleep, 600)
    print(worker, flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_processes_end_with_their_server(tmp_path: Path) -> None:
    """Even where it is killed, and while they work."""
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    pipe = subprocess.PIPE
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=pipe, stdout=pipe, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert is_there(worker)
        server.kill()
    until = time.monotonic() + 30
    while is_there(worker) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_there(worker)


def is_there(process: int) -> bool:
    """Whether a process has not ended; one that nobody has buried yet has."""
    try:
        os.kill(process, 0)
        told = Path("/proc", str(process), "stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
    return told.rpartition(")")[2].split()[0] != "Z"
