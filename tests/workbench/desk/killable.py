"""A desk and a database server that a test starts, kills as `kill -9` does, and starts again."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkProcess
from pathlib import Path

import httpx
import psycopg

from tests.workbench.desk.live_senders import client
from workbench.desk.app import make_app
from workbench.desk.desk import Desk
from workbench.desk.serving import HOST, Place, bound, run
from workbench.desk.stream import Stream
from workbench.library.library import open_library

CONTEXT = multiprocessing.get_context("fork")
PATIENCE = 60.0  # seconds that a start may take
ACCOUNT = "postgres"  # whom the database server runs as, where the test runs as root


def free_port() -> int:
    """A port of this machine that nobody listens to."""
    with socket.create_server((HOST, 0)) as found:
        port: int = found.getsockname()[1]
    return port


def wait_for(ready: Callable[[], bool], what: str) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It is not for a long time.
    """
    until = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} does not answer")
        time.sleep(0.01)


def _serve(library_url: str, port: int) -> None:
    """Be a desk until the end, as `serve` is."""
    place = Place(HOST, port)
    with open_library(library_url) as library:
        stream = Stream(lambda topics: desk.fleet.snapshot(topics, desk.clock()))
        desk = Desk(library, gate=place.gate(port), stream=stream)
        run(make_app(desk), place, bound(place))


class DeskProcess:
    """A desk in a process of its own, always at the same address.

    It is a copy of the process that tests, so that none has to import everything again.

    Args:
        library_url: Where its library is.

    Attributes:
        address: Where it listens.
    """

    def __init__(self, library_url: str) -> None:
        self._library_url, self._port = library_url, free_port()
        self.address = f"http://{HOST}:{self._port}"
        self._process: ForkProcess | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        process = CONTEXT.Process(target=_serve, args=(self._library_url, self._port))
        process.start()
        self._process = process
        wait_for(self.answers, self.address)

    def answers(self) -> bool:
        """Whether it can read its library."""
        try:
            return client().get(f"{self.address}/healthz").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Kill it where it stands."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            assert self._process.exitcode == -signal.SIGKILL, self._process.exitcode
            self._process = None


def postgres_program(name: str) -> Path | None:
    """A program of Debian's newest PostgreSQL; None where it is not installed."""
    found = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    return max(found, key=lambda path: int(path.parts[-3]), default=None)


def why_no_database() -> str:
    """Why no database server can be started here; empty where one can."""
    if postgres_program("initdb") is None:
        return "needs Debian's postgresql"
    if os.geteuid() == 0 and ACCOUNT not in {each.pw_name for each in pwd.getpwall()}:
        return f"PostgreSQL does not run as root, and there is no user {ACCOUNT}"
    return ""


class DatabaseServer:
    """A PostgreSQL server of the test's own, in a folder.

    Args:
        folder: Whose data it has; it belongs to whom the server runs as.

    Attributes:
        url: Of a library in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self._user = ACCOUNT if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql://{ACCOUNT}@{HOST}:{self._port}/postgres"
        how = ("--auth=trust", "--encoding=UTF8", "--no-sync", "-U", ACCOUNT, "-D", self._data)
        self._run("initdb", *how).wait()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        command = (str(postgres_program(name)), *words)
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._folder, user=self._user
            )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        at = ("-h", HOST, "-p", str(self._port), "-k", str(self._folder))
        self._process = self._run("postgres", "-D", self._data, *at)
        wait_for(self._answers, self.url)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """Kill it with all its processes where they stand."""
        if self._process is None:
            return
        server = self._process.pid
        os.kill(server, signal.SIGSTOP)  # so that it begins none meanwhile
        others = _children(server)
        for each in (*others, server):
            os.kill(each, signal.SIGKILL)
        self._process.wait()
        wait_for(lambda: not any(map(_lives, others)), "the end of the database server")
        self._process = None


def _stat(process: int) -> list[str]:
    """What the system says of a process behind its name: state, parent and more."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0"]
    return text.rpartition(")")[2].split()


def _children(process: int) -> list[int]:
    numbers = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())
    return [each for each in numbers if _stat(each)[1] == str(process)]


def _lives(process: int) -> bool:
    return _stat(process)[0] not in "XZ"


@contextmanager
def database_server() -> Iterator[DatabaseServer]:
    """A server that has begun, until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT)
        server = DatabaseServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


@contextmanager
def desk_process(library_url: str) -> Iterator[DeskProcess]:
    """A desk that has begun, until the end of the block."""
    desk = DeskProcess(library_url)
    desk.start()
    try:
        yield desk
    finally:
        desk.kill()
