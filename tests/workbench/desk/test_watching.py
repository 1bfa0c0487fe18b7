"""What runs beside the server: it begins and ends with it, and the API shows what it finds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.workbench.commands.calls import run
from tests.workbench.desk.fleet.asking import Client
from tests.workbench.desk.watch.local import NEVER, Machine
from workbench.desk.desk import Desk
from workbench.desk.jobs import Jobs
from workbench.desk.routes import Scope
from workbench.desk.watching import watching
from workbench.library.entries import Outcome, Put
from workbench.library.library import open_library


def test_a_local_run_is_in_the_api(tmp_path: Path) -> None:
    """Each second it is looked; when the block ends no thread is left."""
    before = set(threading.enumerate())
    with open_library(str(tmp_path / "library.db")) as library:
        machine = Machine(tmp_path / "lean", library)
        machine.play(machine.deploy("live-redeploy-1"), NEVER)
        with watching(Desk(library), [machine.folder], []) as desk:
            client = Client(desk, Scope.READ)
            shown: list[dict[str, Any]] = []
            until = time.monotonic() + 60.0
            while not shown and time.monotonic() < until:
                time.sleep(0.05)
                shown = client("GET", "/api/v1/deployments").json()["deployments"]
            assert [each["id"] for each in shown] == ["0-TrackedAlgorithm"]
            assert desk.watcher is not None
    assert set(threading.enumerate()) <= before


def test_a_desk_that_watches_nothing_has_no_watcher(tmp_path: Path) -> None:
    """The dead man looks all the same: digests come from elsewhere."""
    with (
        open_library(str(tmp_path / "library.db")) as library,
        watching(Desk(library), [], []) as desk,
    ):
        assert desk.watcher is None
        assert "dead man" in {thread.name for thread in threading.enumerate()}


def test_the_stream_hears_of_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that lists runs is told of one that came, and of none that stayed as it was."""
    monkeypatch.setattr("workbench.desk.watching.Watcher", Idle)
    with open_library(str(tmp_path / "library.db")) as library:
        desk = Desk(library)
        with watching(desk, [tmp_path], []):
            for name, outcome in (("a", Outcome.ADDED), ("b", Outcome.UNCHANGED)):
                Idle.told[0](Put(name, outcome))
        taken = desk.stream.take({"library"}, desk.stream.oldest)
    texts = [json.loads(each.text) for each in taken.messages]
    assert [(each["type"], each["data"]["id"]) for each in texts] == [("run", "a")]


class Idle:
    """A watcher that does nothing.

    Args:
        words: What a watcher is given; the fourth is called with each run that was imported.
    """

    told: ClassVar[list[Callable[[Put], object]]] = []

    def __init__(self, *words: Any, **_: Any) -> None:
        self.told.append(words[3])

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""


def test_the_jobs_end_with_the_server(tmp_path: Path) -> None:
    """What has not begun is given up."""
    executor = ThreadPoolExecutor(1)
    jobs = Jobs(lambda: executor)
    with open_library(str(tmp_path / "library.db")) as library:
        with watching(Desk(library, jobs=jobs), [], []):
            assert jobs.run(max, 1, 2) == 2
        with pytest.raises(RuntimeError, match="shutdown"):
            executor.submit(max, 1, 2)


@pytest.mark.parametrize("way", ["option", "environment"])
def test_an_address_that_is_none_is_refused(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 before anything is served, and nothing of its secrets is shown."""
    words = ["serve", "--port", "0"]
    if way == "option":
        words += ["--notify", "nothing://user:secret@host"]
    else:
        monkeypatch.setenv("TRACKER_DESK_NOTIFY", "nothing://user:secret@host")
    done = run(*words)
    assert done.exit_code == 2
    assert "Apprise knows" in done.output
    assert "secret" not in done.output
