"""Opening the page in a browser."""

from __future__ import annotations

import html
import stat
import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from workbench.desk.opening import open_page

ADDRESS = "http://127.0.0.1:8765/#code=tdesk_0123_abc&'<x>\""


def test_no_list_of_programs_shows_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser is given a file, which only the user can read and which leads to the address."""
    opened: list[str] = []

    def keep(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", keep)
    assert open_page(ADDRESS, tmp_path)
    assert "tdesk" not in opened[0]
    place = Path(unquote(urlparse(opened[0]).path))
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    text = place.read_text()
    assert text.count(f'"{html.escape(ADDRESS)}"') + text.count(f'url={html.escape(ADDRESS)}"') == 2
    assert "<x>" not in text


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    """Somebody who knew its name before does not get to read the code."""
    (tmp_path / "desk.html").touch()
    with pytest.raises(FileExistsError):
        open_page(ADDRESS, tmp_path)
