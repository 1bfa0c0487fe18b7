"""Visits of a browser to a desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.workbench.desk.page.fake_desk import FakeDesk
from tests.workbench.report.browsers import WAIT, Opened


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
