"""A page opened in a real browser, with everything that it complains of or asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAIT = 60_000  # milliseconds: how long a slow machine may take, not how long a page should

# What a page may load: itself, and what it made of its own.
OWN = ("file:", "blob:", "data:")


@dataclass(slots=True)
class Opened:
    """A page in a browser.

    Attributes:
        page: The browser's page.
        errors: What it wrote to the console as an error, and what was raised in it.
        requests: What it asked for that is not its own.
    """

    page: Any
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.page.evaluate(expression)

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that a selector finds."""
        found: list[str] = self.page.locator(selector).all_inner_texts()
        return found

    def wait(self, expression: str) -> None:
        """Wait until an expression is true: the page's policy forbids to evaluate in it itself."""
        for _ in range(WAIT // 50):
            if self.ask(expression):
                return
            self.page.wait_for_timeout(50)
        raise TimeoutError(expression)


@contextmanager
def opened(browser: Any, path: Path, words: str = "", **options: Any) -> Iterator[Opened]:
    """Open a page from disk and wait until it can be used."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, **options)
    found = Opened(context.new_page())
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on(
        "console",
        lambda told: found.errors.append(told.text) if told.type == "error" else None,
    )
    found.page.on(
        "request",
        lambda asked: None if asked.url.startswith(OWN) else found.requests.append(asked.url),
    )
    found.page.goto(f"{path.as_uri()}{words}")
    if options.get("java_script_enabled", True):
        found.page.wait_for_selector("html.ready", state="attached", timeout=WAIT)
    yield found
    context.close()
