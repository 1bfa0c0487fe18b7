"""The environment that an engine is started with."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.launcher import environment
from workbench.launcher.environment import engine_environment, shared_python


def test_pythonnet_is_told_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unset PYTHONNET_PYDLL becomes the library of the running Python; a set one stays."""
    monkeypatch.setattr(environment, "shared_python", lambda: "found.so")
    assert engine_environment({}) == {"PYTHONNET_PYDLL": "found.so"}
    assert engine_environment({"PYTHONNET_PYDLL": "mine.so"}) == {"PYTHONNET_PYDLL": "mine.so"}


def test_a_python_without_a_library_is_noted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """LEAN is started all the same, after a line that says which variable it may ask for."""
    monkeypatch.setattr(environment, "shared_python", lambda: None)
    assert engine_environment({"A": "b"}) == {"A": "b"}
    assert "PYTHONNET_PYDLL is not set" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["libpython3.11.a", "absent.so", None])
def test_no_library_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """An archive, an absent file and an unknown name are no shared library."""
    (tmp_path / "libpython3.11.a").touch()
    variables = {"LIBDIR": str(tmp_path), "INSTSONAME": name}
    monkeypatch.setattr("sysconfig.get_config_var", variables.get)
    assert shared_python() is None


def test_a_shared_library_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is where Python was built to have it."""
    library = tmp_path / "libpython3.11.so.1.0"
    library.touch()
    variables = {"LIBDIR": str(tmp_path), "INSTSONAME": library.name}
    monkeypatch.setattr("sysconfig.get_config_var", variables.get)
    assert shared_python() == str(library)
