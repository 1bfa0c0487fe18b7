"""The picture of the documentation: the first screen of `replay` as an SVG, drawn with rich.

`make pictures` writes it again after the screen or the figures on it have changed; a test compares
the file with what would be written. The file loads nothing from anywhere: it names only fonts that
the reader's own machine has, and each piece of text has its width with it, so that the columns
stand one below the other in any of them.
"""

from __future__ import annotations

import re
from io import StringIO

from rich.console import Console
from rich.text import Text

from workbench.engine import read_tape
from workbench.recordings import PROJECT, find
from workbench.replay.replay import Replay
from workbench.replay.report import show

RECORDING = "three-strategies"
PICTURE = PROJECT / "docs" / "pictures" / "replay.svg"
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


def main() -> None:
    """Write the picture."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(drawn(screen(), "make run"), encoding="utf-8")


if __name__ == "__main__":
    main()
