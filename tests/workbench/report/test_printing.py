"""A report on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.report import printing
from workbench.report.printing import NoBrowserError, PrintError, browser, print_page


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names Chromium and how to get it."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoBrowserError, match="apt-get install chromium"):
        browser()


def test_a_browser_that_prints_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the browser said is told, and no file is left behind."""
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho it is broken >&2\n")
    fake.chmod(0o755)
    monkeypatch.setattr(printing, "browser", lambda: str(fake))
    with pytest.raises(PrintError, match="it is broken"):
        print_page(tmp_path / "page.html", tmp_path / "page.pdf")
    assert not (tmp_path / "page.pdf").exists()
