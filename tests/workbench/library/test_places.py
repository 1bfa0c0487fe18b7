"""Where a library is."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.library.errors import LibraryError
from workbench.library.places import VARIABLE, default_place, exists, file_of, library_url


def test_a_path_is_a_file_of_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it is called from, and in whoever's home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert file_of(library_url("mine.db")) == tmp_path / "mine.db"
    assert file_of(library_url("~/mine.db")) == tmp_path / "home" / "mine.db"


def test_the_environment_and_then_the_users_folder_say_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is given goes before both."""
    monkeypatch.setenv(VARIABLE, "postgresql://me@server/runs")
    assert library_url().drivername == "postgresql+psycopg"
    assert file_of(library_url(str(tmp_path / "mine.db"))) == tmp_path / "mine.db"
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_place().name == "library.db"
    assert file_of(library_url()) == default_place()


@pytest.mark.parametrize("url", ["mysql://me@server/runs", "http://server", "sqlite+x:///a", "://"])
def test_other_databases_are_refused(url: str) -> None:
    """The error says what a library can be in."""
    with pytest.raises(LibraryError, match="sqlite:///PATH or postgresql://"):
        library_url(url)


def test_a_file_that_is_not_there_is_no_library_yet(tmp_path: Path) -> None:
    """So that nobody makes one by asking."""
    place = tmp_path / "library.db"
    assert not exists(library_url(str(place)))
    place.write_bytes(b"")
    assert exists(library_url(str(place)))
    assert exists(library_url("postgresql://me@server/runs"))
