"""The pictures of the documentation: the first screens of `replay`, a report and the live desk.

The first is an SVG, drawn with rich. The others are taken by Chromium, if there is one; that of the
desk when a recorded run has traded for a while.

`make pictures` writes it again after the screen or the figures on it have changed; a test compares
the file with what would be written. The file loads nothing from anywhere: it names only fonts that
the reader's own machine has, and each piece of text has its width with it, so that the columns
stand one below the other in any of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from rich.console import Console
from rich.text import Text

from workbench.engine import read_tape
from workbench.recordings import PROJECT, find
from workbench.replay.replay import Replay
from workbench.replay.report import show
from workbench.report.printing import NoBrowserError, browser, picture_page
from workbench.report.writing import write_report
from workbench.runs.reading import read_record
from workbench.terminal import tell_aside

RECORDING = "three-strategies"
PICTURE = PROJECT / "docs" / "pictures" / "replay.svg"
REPORT = PROJECT / "docs" / "pictures" / "report.png"
DESK = PROJECT / "docs" / "pictures" / "desk.png"
WINDOW = (1280, 1130)  # pixels, of a report
DESK_WINDOW = (1440, 1270)
SHOWN = ("#chart-equity .line", "#fills tbody tr")  # on the page of the desk
LIVED = 95.0  # seconds that the recorded run has traded when its picture is taken
INKS = 128  # colours
COLUMNS, ROWS = 78, 43  # of the screen: down to the largest trades
# rich writes the end of each line as a text of its own, which shows nothing.
EMPTY = re.compile(r"<text [^>]*>\n</text>")
ASPECT = 0.6  # width over height of a letter, as in most fonts of one width

# rich's own template without the fonts that it loads from the web.
TEMPLATE = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{
  font-family: sans-serif;
  font-size: 18px;
  font-weight: bold;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def screen(recording: str = RECORDING) -> str:
    """All that `replay` prints of a recording to a terminal, colors included."""
    replay = Replay(read_tape(find(recording)))
    for _ in replay.play():
        pass
    terminal = Console(
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
        legacy_windows=False,
        width=COLUMNS,
    )
    with terminal.capture() as printed:
        show(replay, terminal)
    return printed.get()


def drawn(text: str, title: str) -> str:
    """The first rows of a terminal's text as an SVG.

    Args:
        text: Lines with the terminal's own codes for colors.
        title: What stands above them.
    """
    paper = Console(
        file=StringIO(), record=True, width=COLUMNS, legacy_windows=False, force_terminal=True
    )
    rows = text.splitlines()[:ROWS]
    paper.print(Text.from_ansi("\n".join(rows)), no_wrap=True, overflow="crop")
    svg = paper.export_svg(
        title=title, code_format=TEMPLATE, font_aspect_ratio=ASPECT, unique_id="screen"
    )
    written = EMPTY.sub("", svg).replace("><", ">\n<")
    return "\n".join(filter(None, map(str.strip, written.splitlines()))) + "\n"


def picture_of_report(recording: str = RECORDING) -> None:
    """Take the picture of a report's first screen.

    Raises:
        NoBrowserError: There is no browser to take it with.
        PrintError: The browser took none.
    """
    with TemporaryDirectory() as folder:
        page, taken = Path(folder) / "report.html", Path(folder) / "report.png"
        write_report(read_record(recording), page)
        picture_page(page, taken, *WINDOW)
        shrink(taken, REPORT)


def shrink(taken: Path, target: Path) -> None:
    """Write a picture with few colours: that of a page needs no more."""
    with Image.open(taken) as image:
        few = image.convert("RGB").quantize(INKS, dither=Image.Dither.NONE)
        few.save(target, optimize=True)


def shoot(chromium: Any, address: str, target: Path) -> None:
    """Take the picture of the desk's page with a browser, when the page shows what it asked for."""
    width, height = DESK_WINDOW
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    for place in SHOWN:
        page.wait_for_selector(place, state="attached")
    page.screenshot(path=target)
    page.close()


def _take(address: str, target: Path) -> None:
    from playwright.sync_api import sync_playwright  # which only the tests need else

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        shoot(started, address, target)
        started.close()


def picture_of_desk(
    target: Path = DESK,
    lived: float = LIVED,
    take: Callable[[str, Path], object] = _take,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Take the picture of the live desk's first screen.

    Args:
        target: The PNG file.
        lived: Seconds that the run has traded by then.
        take: Takes the picture of what is at an address.
        sleep: Waits so many seconds.

    Raises:
        NoBrowserError: There is no browser to take it with.
    """
    browser()  # before anything is waited for
    words = (sys.executable, "-m", "workbench.desk.replayed", "--port", "0")
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as desk,
    ):
        try:
            address = (desk.stdout.readline() if desk.stdout else "").split()[-1]
            sleep(lived)
            taken = Path(folder) / "desk.png"
            take(address, taken)
            shrink(taken, target)
        finally:
            desk.terminate()


def main() -> None:
    """Write the pictures, in two minutes; without a browser those of pages stay as they are."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn(screen(), "make run"), encoding="utf-8")
    try:
        picture_of_report()
        picture_of_desk()
    except NoBrowserError as missing:
        tell_aside(f"{REPORT.name} and {DESK.name} stay as they are: {missing}")


if __name__ == "__main__":
    main()
