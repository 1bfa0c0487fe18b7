"""The picture of the documentation and the README's screen against what the command prints."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from rich.text import Text

from tests.structure.source_tree import ROOT
from workbench.pictures import (
    DESK,
    DESK_WINDOW,
    PICTURE,
    ROWS,
    drawn,
    picture_of_desk,
    screen,
    shoot,
)

MOST_BYTES = 200_000  # of a picture that is kept in the repository


@pytest.fixture(scope="module")
def printed() -> str:
    """What the terminal gets of the first look's recording."""
    return screen()


def test_the_picture_is_todays_screen(printed: str) -> None:
    """The committed picture is what `make pictures` would write now."""
    assert PICTURE.read_text(encoding="utf-8") == drawn(printed, "make run")


def test_the_readme_shows_the_screen_cut(printed: str) -> None:
    """The README's text is the first lines of the screen, a mark of the cut, and the last line."""
    lines = [line.rstrip() for line in Text.from_ansi(printed).plain.splitlines()]
    (block,) = re.findall(
        r"^```text\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE
    )
    shown = block.splitlines()
    cut = shown.index("...")
    assert len(shown) <= 25
    assert shown[:cut] == lines[:cut]
    assert shown[cut + 1 :] == lines[-1:]


def test_the_picture_loads_nothing() -> None:
    """The only address in the picture is that of its own format, which nobody fetches."""
    text = PICTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"\w+://[^\"'\s)]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "@font-face" not in text


def test_the_picture_has_a_line_for_each_row() -> None:
    """Every row but the empty ones stands in the picture, the title above them."""
    rows = [f"row {number}" for number in range(ROWS + 5)]
    root = ElementTree.fromstring(drawn("\n".join(rows), "a title"))
    texts = [(each.text or "").replace("\xa0", " ") for each in root.iter() if "text" in each.tag]
    assert texts == ["a title", *rows[:ROWS]]


def test_colors_reach_the_picture() -> None:
    """What the terminal shows in red is of another color than the rest."""
    styles = re.findall(r"\.screen-r\d+ \{ fill: (#\w+)", drawn("a \x1b[31mred\x1b[0m b", ""))
    assert len(set(styles)) == 2


@pytest.mark.slow
def test_the_picture_of_the_desk_is_of_a_page_that_lives(chromium: Any, tmp_path: Path) -> None:
    """Of the size that it has in the documentation, in few colours, and with something on it."""
    waited: list[float] = []
    picture_of_desk(tmp_path / "desk.png", 3.0, partial(shoot, chromium), waited.append)
    assert waited == [3.0]
    with Image.open(tmp_path / "desk.png") as taken, Image.open(DESK) as kept:
        assert taken.size == kept.size == DESK_WINDOW
        assert len(taken.convert("RGB").getcolors() or ()) > 32
    assert DESK.stat().st_size < MOST_BYTES
