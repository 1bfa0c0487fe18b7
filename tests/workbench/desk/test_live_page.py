"""The live desk as a user has it: a recorded run trades again, and every panel moves."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.structure.source_tree import ROOT
from tests.workbench.desk.page.fake_desk import FakeDesk
from tests.workbench.desk.page.visits import answering, settled, violations, visiting
from tests.workbench.desk.watch.local import Machine
from tests.workbench.report.browsers import Opened
from workbench.desk.desk import Desk, fleet_stream
from workbench.desk.replayed import ALERTS, RECORDING
from workbench.library.library import open_library

EVERY = 25.0  # seconds of the run between two looks of the desk
NAME = "0-TrackedAlgorithm"
CODE = re.compile(r"The desk is at (http\S+?)/(#code=tdesk_\S+)")

# What a panel shows, by its place; the recorded run has no structures.
PANELS = (
    *("deployments", "hero-cards", "firing", "chart-equity", "positions", "orders", "fills"),
    *("scopes", "drawdown", "sessions", "execution", "balance", "log"),
)
SHOWN = f"Object.fromEntries({[*PANELS]}.map((id) => [id, document.getElementById(id).innerHTML]))"


@contextmanager
def trading(folder: Path) -> Iterator[tuple[Machine, str, str]]:
    """A machine whose runs a desk watches, as of the machine's own clock; its address and code."""
    with open_library(str(folder / "library.db")) as library:
        machine = Machine(folder / "lean", library)
        now = machine.moment.time
        desk = Desk(library, clock=now, stream=fleet_stream(library, now))
        machine.fleet = desk.fleet
        machine.new_watcher()
        with answering(desk) as address:
            yield machine, address, f"#code={desk.tokens.make_code().secret}"


def shows(page: Opened, machine: Machine) -> None:
    """Wait until the page shows the newest state: it counts its marks."""
    marks = machine.shown(NAME)["state"]["marks"]
    told = "[...document.querySelectorAll('#execution dt')].map((each) => each.parentNode)"
    page.wait(f"{told}.some(({{ textContent }}) => textContent === 'marks{marks}')")


def until_heard(machine: Machine, steps: Iterator[float]) -> None:
    """Let the run go on until the desk has seen it."""
    while not machine.fleet.deployments(machine.moment.now):
        machine.moment.go(max(0.0, next(steps) - machine.moment.unix()))
        machine.look()


def moved(page: Opened, machine: Machine, steps: Iterator[float]) -> dict[str, int]:
    """Let the run go on to its end; how often each panel was another."""
    seen: list[dict[str, str]] = []
    due = machine.moment.unix()
    for until in steps:
        if machine.moment.unix() >= due:
            due = machine.moment.unix() + EVERY
            machine.look()
            shows(page, machine)
            seen.append(page.ask(SHOWN))
        machine.moment.go(max(0.0, until - machine.moment.unix()))
    return {panel: len({each[panel] for each in seen}) - 1 for panel in PANELS}


def test_every_panel_moves(chromium: Any, tmp_path: Path) -> None:
    """Nobody asks for anything anew; it has no error and asks nobody else."""
    with trading(tmp_path) as (machine, address, code):
        steps = machine.deploy(RECORDING, alerts=ALERTS).play()
        until_heard(machine, steps)
        with visiting(chromium, FakeDesk(address=address), code) as page:
            settled(page)
            assert code not in page.ask("location.href")
            changes = moved(page, machine, steps)
            assert [panel for panel, times in changes.items() if not times] == []
            assert min(changes[each] for each in ("fills", "log", "scopes", "chart-equity")) > 1
            assert page.texts("#firing li") != []
            assert page.errors == []
            assert page.requests == []


@pytest.mark.slow
def test_the_printed_address_leads_to_it(chromium: Any) -> None:
    """`make desk` prints it; the page lives while the run is deployed again, for everybody."""
    words = ["-m", "workbench.desk.replayed", "--speed", "20", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = CODE.match(process.stdout.readline())
            assert found is not None
            address, code = found.groups()
            with visiting(chromium, FakeDesk(address=address), code) as page:
                page.wait(
                    "document.getElementById('hero-facts').textContent.includes('deployment 1')"
                )
                page.wait(
                    "document.getElementById('hero-facts').textContent.includes('deployment 2')"
                )
                assert violations(page) == []
                assert page.errors == []
                assert page.requests == []
        finally:
            process.terminate()
            process.wait(30)
    with pytest.raises(httpx.ConnectError):  # the desk has ended with it
        httpx.get(address)
