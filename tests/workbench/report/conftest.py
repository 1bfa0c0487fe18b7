"""The pages that the tests of the report open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.report.records import SOURCES, hostile, recorded
from workbench.report.page import report_page


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
