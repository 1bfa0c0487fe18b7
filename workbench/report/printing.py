"""A report on paper: its page printed by Chromium, which is asked for nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

# What Chromium and its kin are called, the first that is found prints.
BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge"),
)
PATIENCE = 120  # seconds
# How long the page's own clock may run before it is printed, milliseconds: it waits for nobody.
DRAWING = 20_000


class NoBrowserError(LookupError):
    """There is no browser to print with; the text says what to install."""


class PrintError(OSError):
    """The browser wrote nothing; the text says what it said."""


def browser() -> str:
    """The path of a browser that can print.

    Raises:
        NoBrowserError: There is none.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise NoBrowserError(
            "a PDF is printed by Chromium, and none was found: install it (apt-get install"
            " chromium, brew install --cask chromium), or open the HTML file and print it"
        )
    return found


def picture_page(page: Path, target: Path, width: int, height: int) -> None:
    """Take a picture of the first screen of a page; errors as of `print_page`.

    Args:
        page: The HTML file.
        target: The PNG file.
        width: Of the window, pixels.
        height: Of the window, pixels.
    """
    shot = (f"--window-size={width},{height}", "--force-device-scale-factor=1")
    _called(page.resolve().as_uri(), target, "--screenshot={}", *shot)


def print_page(page: Path, target: Path) -> None:
    """Print a page to a PDF file.

    Args:
        page: The HTML file.
        target: Where to; a file of that name is replaced.

    Raises:
        NoBrowserError: There is no browser to print with.
        PrintError: It wrote nothing.
    """
    _called(
        f"{page.resolve().as_uri()}?print", target, "--print-to-pdf={}", "--no-pdf-header-footer"
    )


def _called(address: str, target: Path, option: str, *more: str) -> None:
    """Have the browser write a file of a page, which is moved to its place when it is whole."""
    with tempfile.TemporaryDirectory(prefix="report-") as profile:
        written = Path(profile) / target.name
        call = [
            *(browser(), "--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
            *(f"--user-data-dir={profile}/profile", option.format(written), *more),
            "--run-all-compositor-stages-before-draw",
            *(f"--virtual-time-budget={DRAWING}", *_as_root()),
            address,
        ]
        try:
            ended = subprocess.run(
                call, check=False, capture_output=True, text=True, timeout=PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise PrintError(f"the browser wrote nothing within {PATIENCE} seconds") from None
        if not written.is_file() or not written.stat().st_size:
            said = ended.stderr.strip().splitlines()[-1:] or ["nothing"]
            raise PrintError(f"the browser wrote nothing; it said: {said[0]}")
        shutil.copyfile(written, target)


def _as_root() -> list[str]:
    """What Chromium wants to be told by a superuser, who has no sandbox."""
    return ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
