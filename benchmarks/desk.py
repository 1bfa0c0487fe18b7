"""What the live desk bears: digests posted to a real server, and sockets that hear of them.

Each of fifty deployments posts a digest every second, with the fills since the last one. Each of
two hundred sockets hears the list and one deployment, as a page does. With ten fills a digest an
hour of a fill a second passes in six minutes.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
from rich.table import Table

from benchmarks.ears import Listened, listen
from benchmarks.fleet import digest_of
from benchmarks.tables import grid
from workbench.desk.desk import Desk
from workbench.desk.digest import digest_sha
from workbench.desk.routes import Scope
from workbench.desk.stream import RING
from workbench.library.library import open_library

DEPLOYMENTS: Final = 50
SOCKETS: Final = 200
SECONDS: Final = 60
LIMIT_MS: Final = 250.0  # that the 99th of a hundred fills may take
LATE: Final = 5.0  # seconds that fills may come late before they are lost
CONTEXT: Final = get_context("spawn")
LOOKS: Final = 2.0  # seconds between two looks at the server's memory
AT: Final = re.compile(r"The desk is at (http\S+?)/?[#\s]")


@dataclass(frozen=True, slots=True)
class Load:
    """What a desk is to bear.

    Attributes:
        deployments: How many post a digest each second.
        sockets: How many listen.
        seconds: For how long.
        fills: New ones in each digest.
    """

    deployments: int = DEPLOYMENTS
    sockets: int = SOCKETS
    seconds: int = SECONDS
    fills: int = 1


@dataclass(slots=True)
class Heard:
    """What came of a load.

    Attributes:
        sent: Deployment and fill -> when its digest was posted.
        waits: Seconds from a post to a fill at a socket, of each fill at each socket.
        times: How often each fill came, of those that came.
        answers: How often each status was answered.
        memory: Of the server in MB, each time that it was looked at.
        began: Seconds that the server's processor took before.
        seconds: Those that it took until the end.
        messages: How many the sockets had.
        closed: Sockets that ended before the load did.
        listening: Seconds of the processor that the sockets took.
        kept: Messages that the desk's ring had taken when the memory was looked at.
    """

    sent: dict[str, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    began: float = 0.0
    seconds: float = 0.0
    messages: int = 0
    closed: int = 0
    listening: float = 0.0
    kept: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Served:
    """A desk that runs.

    Attributes:
        address: Where.
        ingest: The secret of a sender's token.
        read: The secret of a listener's.
    """

    address: str
    ingest: str
    read: str


def desk_tables(load: Load = Load(), library: str | None = None) -> list[Table]:
    """The desk under a load, with a library in SQLite or the one of an address."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(library or str(Path(folder, "library.db"))) as desk,
    ):
        heard = asyncio.run(_bear(desk, load))
    return [_table(load, heard)]


@contextmanager
def served(library_url: str) -> Iterator[Served]:
    """A desk in a process of its own, until the end of the block."""
    with open_library(library_url) as library:
        tokens = Desk(library).tokens
        secrets = [tokens.make(each.value, each).secret for each in (Scope.INGEST, Scope.READ)]
    words = ("-m", "workbench", "serve", "--port", "0", "--library", library_url)
    with subprocess.Popen((sys.executable, *words), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = AT.search(server.stdout.readline())
        if found is None:
            raise SystemExit("the desk does not start")
        try:
            yield Served(found[1], *secrets)
        finally:
            server.terminate()


async def _bear(desk: Served, load: Load) -> Heard:
    heard = Heard()
    limits = httpx.Limits(max_keepalive_connections=load.deployments)
    async with httpx.AsyncClient(base_url=desk.address, limits=limits, timeout=60.0) as client:
        with _listening(desk, load) as ears:
            await _measure(client, desk, heard)
            heard.began = heard.seconds
            eye = asyncio.create_task(_look(client, desk, heard))
            await _post(client, desk, load, heard)
            await asyncio.sleep(LATE)
            eye.cancel()
            await _measure(client, desk, heard)
            ears.send(None)
            _join(heard, await asyncio.to_thread(ears.recv))
    return heard


# --- who listens


@contextmanager
def _listening(desk: Served, load: Load) -> Iterator[Connection]:
    """The other end of a process whose sockets listen."""
    here, there = CONTEXT.Pipe()
    words = (there, desk.address, desk.read, load.sockets, load.deployments)
    ears = CONTEXT.Process(target=listen, args=words)
    ears.start()
    try:
        here.recv()
        yield here
        ears.join()
    finally:
        ears.terminate()


def _join(heard: Heard, listened: Listened) -> None:
    """Take over what the sockets heard, by the digests that told of it."""
    for one, order, time_ in zip(
        listened.deployments, listened.orders, listened.times, strict=True
    ):
        name = f"d{one} {order}"
        heard.times[name] += 1
        heard.waits.append(time_ - heard.sent[name])
    heard.messages = listened.kinds["messages"]
    heard.closed, heard.listening = listened.closed, listened.seconds


# --- who posts


async def _post(client: httpx.AsyncClient, desk: Served, load: Load, heard: Heard) -> None:
    """Post each second's digests, one after the other in even steps, whether answered or not."""
    begun, posts = time.perf_counter(), set[asyncio.Task[None]]()
    for number in range(load.seconds * load.deployments):
        await asyncio.sleep(max(0.0, begun + number / load.deployments - time.perf_counter()))
        seq, one = divmod(number, load.deployments)
        task = asyncio.create_task(_post_one(client, desk, (f"d{one}", seq + 1, load.fills), heard))
        posts.add(task)
        task.add_done_callback(posts.discard)
    await asyncio.gather(*posts)


async def _post_one(
    client: httpx.AsyncClient, desk: Served, which: tuple[str, int, int], heard: Heard
) -> None:
    deployment, seq, new = which
    digest = digest_of(deployment, seq, datetime.now(UTC), new)
    document = replace(digest, sha=digest_sha(digest.to_dict())).to_dict()
    body = json.dumps(document)
    now = time.perf_counter()
    for order in range((seq - 1) * new + 1, seq * new + 1):
        heard.sent[f"{deployment} {order}"] = now
    headers = {"Authorization": f"Bearer {desk.ingest}"}
    answer = await client.post(f"/ingest/v1/{deployment}", content=body, headers=headers)
    heard.answers[answer.status_code] += 1


# --- what it takes


async def _look(client: httpx.AsyncClient, desk: Served, heard: Heard) -> None:
    while True:
        await _measure(client, desk, heard)
        await asyncio.sleep(LOOKS)


async def _measure(client: httpx.AsyncClient, desk: Served, heard: Heard) -> None:
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {desk.read}"})
    found: dict[str, Any] = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    heard.memory.append(float(found["process_resident_memory_bytes"]) / 1e6)
    heard.kept.append(float(found["tracker_desk_newest_message"]))
    heard.seconds = float(found["process_cpu_seconds_total"])


def _table(load: Load, heard: Heard) -> Table:
    title = f"The desk: {load.deployments} digests a second, {load.fills} new fills in each, "
    table = grid(f"{title}{load.sockets} sockets, {load.seconds} s", "what", "measured", "asked")
    waits = [1e3 * each for each in quantiles(heard.waits, n=100)]
    each = load.sockets // load.deployments
    lost = sum(max(0, each - heard.times[name]) for name in heard.sent)
    answers = ", ".join(f"{status}: {times:,}" for status, times in sorted(heard.answers.items()))
    full = next((at for at, kept in enumerate(heard.kept) if kept - heard.kept[0] >= RING), -1)
    doubled = sum(max(0, times - each) for times in heard.times.values())
    busy = (heard.seconds - heard.began) / load.seconds
    rows = (
        ("fills sent", f"{len(heard.sent):,}", ""),
        ("from post to socket, p50 ms", f"{waits[49]:.0f}", ""),
        ("from post to socket, p99 ms", f"{waits[98]:.0f}", f"< {LIMIT_MS:.0f}"),
        ("fills lost at a socket", f"{lost:,}", "0"),
        ("fills that came twice", f"{doubled:,}", "0"),
        ("sockets that were closed", f"{heard.closed}", "0"),
        ("answers", answers, "202"),
        ("messages to sockets a second", f"{heard.messages / load.seconds:,.0f}", ""),
        ("memory at first, MB", f"{heard.memory[0]:.0f}", ""),
        ("memory once the ring is full, MB", f"{heard.memory[full]:.0f}", ""),
        ("memory at the end, MB", f"{heard.memory[-1]:.0f}", "as at the full ring"),
        ("processor seconds a second", f"{busy:.2f}", "< 1"),
        ("those of all sockets", f"{heard.listening / load.seconds:.2f}", ""),
    )
    for row in rows:
        table.add_row(*row)
    return table
