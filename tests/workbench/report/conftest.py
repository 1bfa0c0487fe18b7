"""A browser for the tests of the page, and the pages that they open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.report.records import SOURCES, hostile, recorded
from workbench.report.page import report_page
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


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports on disk: of a year, of options, in euro, and of hostile texts."""
    folder = tmp_path_factory.mktemp("reports")
    records = {name: recorded(source) for name, source in SOURCES.items()}
    records["hostile"] = hostile()
    written = {}
    for name, record in records.items():
        written[name] = folder / f"{name}.html"
        written[name].write_text(report_page(record), encoding="utf-8")
    return written
