"""A browser for the tests of pages: Playwright has one of them in a process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from workbench.report.printing import NoBrowserError, browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; skipped where either is missing."""
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    try:
        path = browser()
    except NoBrowserError as missing:
        pytest.skip(f"no browser to test in: {missing}")
    with driver.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
