"""`serve` as a person uses it: what it refuses, what it prints, and a desk that runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.structure.source_tree import ROOT
from tests.workbench.commands.calls import run
from workbench.commands import desks
from workbench.desk import serving
from workbench.desk.desk import Desk
from workbench.library.library import open_library

CODE = re.compile(r"The desk is at (http\S+?/)#code=(tdesk_\S+)")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be served: the calls of the server that does not run."""
    calls: list[Any] = []

    def keep(app: Any, place: Any, listener: Any, verbose: bool) -> None:
        shown = app.state.desk.stream.snapshot(["deployments", "library"])
        assert shown == {"deployments": [], "library": None}  # the fleet's own
        calls.append((app, place, listener.getsockname()[1], verbose))
        listener.close()

    monkeypatch.setattr(serving, "run", keep)
    return calls


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library, which the environment names."""
    place = tmp_path / "library.db"
    monkeypatch.setenv("TRACKER_LIBRARY", str(place))
    return place


def test_the_first_start_prints_a_code_that_logs_in(place: Path, served: list[Any]) -> None:
    """At the address where it is served, behind the `#`, and it is kept as a hash."""
    shown = run("serve", "--port", "0")
    assert shown.exit_code == 0, shown.output
    found = CODE.search(shown.stdout)
    assert found is not None
    ((app, where, port, verbose),) = served
    assert found[1] == f"http://127.0.0.1:{port}/"
    assert (app.state.desk.gate.port, where.host, verbose) == (port, "127.0.0.1", False)
    assert found[2].split("_", 2)[2].encode() not in place.read_bytes()
    with open_library(str(place)) as library:
        assert Desk(library).tokens.begin(found[2]) is not None


def test_later_starts_print_no_code_into_a_file(place: Path, served: list[Any]) -> None:
    """Somebody has logged in, and what is printed may be a log that others read."""
    with open_library(str(place)) as library:
        tokens = Desk(library).tokens
        tokens.begin(tokens.make_code().secret)
    shown = run("serve", "--port", "0", "-v")
    assert shown.stdout == f"The desk is at http://127.0.0.1:{served[0][2]}/\n"
    assert served[0][3]


def test_a_browser_is_led_to_the_code(
    place: Path, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And then nothing is printed of it; without a browser a warning says what to do."""
    opened: list[str] = []

    def keep(url: str) -> bool:
        opened.append(url)
        return len(opened) == 1

    monkeypatch.setattr(webbrowser, "open", keep)
    shown = run("serve", "--port", "0", "--open")
    assert "tdesk_" not in shown.output + opened[0]
    assert opened[0].startswith("file:")
    assert "Warning" not in shown.output
    assert "tokens login" in run("serve", "--port", "0", "--open").stderr
    assert len(served) == 2
    assert place.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "--tls-cert and --tls-key, or --behind-proxy"),
        (["--behind-proxy"], "--name"),
        (["--behind-proxy", "--name", "a b"], "no name of a host"),
        (["--tls-cert", __file__], "both files"),
        (["--tls-cert", __file__, "--tls-key", __file__], "no certificate"),
        (["--library", "mysql://x"], "is no library"),
        (["--host", "nowhere.invalid", "--behind-proxy", "--name", "a.b"], "cannot listen"),
    ],
)
def test_what_cannot_be_served_is_one_line(
    place: Path, served: list[Any], words: list[str], said: str
) -> None:
    """With exit code 2, and nothing is served."""
    shown = run("serve", *words)
    assert (shown.exit_code, shown.stdout, served) == (2, "", [])
    (line,) = shown.stderr.splitlines()
    assert line.startswith("Error: ")
    assert said in line


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it."""
    monkeypatch.delitem(sys.modules, "workbench.desk.serving", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    shown = run("serve")
    assert shown.exit_code == 2
    assert "'.[workbench,desk]'" in shown.stderr
    assert "uvicorn" in desks.PACKAGES


def test_a_desk_runs_until_it_is_ended(tmp_path: Path) -> None:
    """It prints where it is, logs a browser in, and ends on Ctrl-C with nothing left to say."""
    library = str(tmp_path / "library.db")
    words = ["-m", "workbench", "serve", "--port", "0", "--library", library]
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            found = CODE.match(process.stdout.readline())
            assert found is not None
            address, code = found.groups()
            with httpx.Client(base_url=address) as client:
                answer = client.post("/api/v1/session", json={"code": code})
                assert answer.json()["scope"] == "admin"
                assert client.get("/metrics").status_code == 200
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in said
    assert "tdesk_" not in said
