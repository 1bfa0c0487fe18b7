"""What a report weighs, and how long its page takes in a browser to be drawn and to be brushed.

The times are those of a page opened from disk in Chromium, driven by Playwright; without either
only the sizes are measured.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table

from workbench.recordings import recordings
from workbench.report.assembly import packed_library
from workbench.report.page import report_page
from workbench.report.printing import NoBrowserError, browser
from workbench.runs.reading import read_record
from workbench.tables import grid

SHORT, LONG = "three-strategies", "three-strategies-23y"
PATIENCE = 120_000  # milliseconds that a busy machine may take to draw a page
BRUSH = (
    "(() => { const { days } = report.run, at = (part) => days[Math.floor(days.length * part)];"
    "report.view.set({ range: [at(0.2), at(0.8)] }, 'brushed'); return report.times.figures; })()"
)
ANSWER = 30_000  # milliseconds that intervals may take


@dataclass(frozen=True, slots=True)
class Weight:
    """A report measured.

    Attributes:
        name: Of its recording.
        trades: Closed lots.
        size: Bytes of the page.
        beside: Bytes of it that are not the charts' library.
        made: Seconds to make it of a record.
        usable: Milliseconds until it is drawn and can be used; None without a browser.
        figures: Milliseconds from a brush to its figures and tables.
        intervals: Milliseconds from a brush to its intervals, as its worker counts.
    """

    name: str
    trades: int
    size: int
    beside: int
    made: float
    usable: float | None = None
    figures: float | None = None
    intervals: float | None = None


def weigh(name: str) -> Weight:
    """Measure the report of a recording."""
    record = read_record(name)
    begun = time.perf_counter()
    page = report_page(record)
    made = time.perf_counter() - begun
    size = len(page.encode())
    found = Weight(name, len(record.told.lots), size, size - len(packed_library().text), made)
    with suppress(ImportError, NoBrowserError):
        return _timed(found, page)
    return found


def _timed(found: Weight, text: str) -> Weight:
    """The same with the times of a browser."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(text, encoding="utf-8")
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_selector("html.ready", state="attached", timeout=PATIENCE)
        usable = page.evaluate("report.times.usable")
        figures = page.evaluate(BRUSH)
        intervals = _answered(page)
        chromium.close()
    return Weight(
        found.name, found.trades, found.size, found.beside, found.made, usable, figures, intervals
    )


def _answered(page: Any) -> float | None:
    """How long the worker took for its intervals; None where it did not answer."""
    for _ in range(ANSWER // 100):
        page.wait_for_timeout(100)
        if page.evaluate("report.sureness.took !== undefined"):
            return float(page.evaluate("report.sureness.took"))
    return None


def report_table(names: tuple[str, ...] = (SHORT,)) -> Table:
    """The reports of some recordings that are there, a row each."""
    columns = ["recording", "trades", "bytes", "beside library", "made, s"]
    columns += ["usable, ms", "brush, ms", "intervals, ms"]
    table = grid("Reports", columns)
    for name in names:
        if name in recordings():
            found = weigh(name)
            times = (found.usable, found.figures, found.intervals)
            table.add_row(
                found.name,
                *(f"{value:,}" for value in (found.trades, found.size, found.beside)),
                f"{found.made:.1f}",
                *("-" if value is None else f"{value:,.0f}" for value in times),
            )
    return table
