"""The pictures of the documentation: the first screen of `replay`, and that of a report.

The first is an SVG, drawn with rich. The second is taken by Chromium, if there is one.

`make pictures` writes it again after the screen or the figures on it have changed; a test compares
the file with what would be written. The file loads nothing from anywhere: it names only fonts that
the reader's own machine has, and each piece of text has its width with it, so that the columns
stand one below the other in any of them.
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from rich.console import Console
from rich.text import Text

from workbench.engine import read_tape
from workbench.recordings import PROJECT, find
from workbench.replay.replay import Replay
from workbench.replay.report import show
from workbench.report.printing import NoBrowserError, picture_page
from workbench.report.writing import write_report
from workbench.runs.reading import read_record
from workbench.terminal import tell_aside

RECORDING = "three-strategies"
PICTURE = PROJECT / "docs" / "pictures" / "replay.svg"
REPORT = PROJECT / "docs" / "pictures" / "report.png"
WINDOW = (1280, 1130)  # pixels
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
        with Image.open(taken) as image:  # few colours: a picture of a page needs no more
            image.convert("RGB").quantize(INKS, dither=Image.Dither.NONE).save(
                REPORT, optimize=True
            )


def main() -> None:
    """Write the pictures; without a browser that of the report stays as it is."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn(screen(), "make run"), encoding="utf-8")
    try:
        picture_of_report()
    except NoBrowserError as missing:
        tell_aside(f"{REPORT.name} stays as it is: {missing}")


if __name__ == "__main__":
    main()
