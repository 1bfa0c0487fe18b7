"""Visits of a browser to a desk."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from tests.workbench.desk.page.fake_desk import PATIENCE, FakeDesk
from tests.workbench.report.browsers import WAIT, Opened
from workbench.desk.app import make_app
from workbench.desk.desk import Desk

GRAVE = {"moderate", "serious", "critical"}


@contextmanager
def answering(desk: Desk) -> Iterator[str]:
    """Serve a desk on a free port; gives its address."""
    server = uvicorn.Server(uvicorn.Config(make_app(desk), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(PATIENCE)


@contextmanager
def visiting(
    browser: Any, desk: FakeDesk, words: str = "", width: int = 1440, **options: Any
) -> Iterator[Opened]:
    """Open the desk's page and wait until it is alive, or asks who one is."""
    options = {"timezone_id": "UTC", "viewport": {"width": width, "height": 900}, **options}
    context = browser.new_context(**options)
    found = Opened(context.new_page())
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on(
        "console",
        lambda told: found.errors.append(told.text) if told.type == "error" else None,
    )
    own = (desk.address, desk.address.replace("http", "ws"))
    found.page.on(
        "request",
        lambda asked: None if asked.url.startswith(own) else found.requests.append(asked.url),
    )
    found.page.goto(f"{desk.address}/{words}")
    found.page.wait_for_selector("html.ready", state="attached", timeout=WAIT)
    yield found
    context.close()


def settled(visit: Opened, line: str = "live") -> None:
    """Wait until the stream is as it should be, and what is shown is drawn."""
    visit.wait(f"document.getElementById('line').textContent === '{line}'")
    visit.wait("document.querySelector('#fills tbody tr') !== null")
    visit.wait("document.querySelector('#chart-equity .line') !== null")


def cells(visit: Opened, place: str) -> list[list[str]]:
    """The texts of a table's rows."""
    found: list[list[str]] = visit.ask(
        f"[...document.querySelectorAll('{place} tbody tr')]"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return found


def violations(page: Opened, *rules: str, within: str = "html") -> list[str]:
    """What axe finds that keeps somebody out, by all rules or some, in the page or a part."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    only = {"runOnly": [*rules]} if rules else None
    found = axe.Axe().run(page.page, context=within, options=only).response["violations"]
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in GRAVE
    ]
