"""How a command refuses."""

from __future__ import annotations

import pytest

from workbench.commands.errors import MOST_WARNINGS, refusing, warn


class OwnError(Exception):
    """An error that a command names."""


@pytest.mark.parametrize("error", [OwnError, FileNotFoundError, LookupError])
def test_what_is_expected_is_one_line_and_exit_code_2(
    error: type[Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    """The named errors, those of files and those of names end the command without a traceback."""
    with pytest.raises(SystemExit) as ended, refusing(OwnError):
        raise error("there is no such thing")
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "Error: there is no such thing\n")


def test_what_is_not_expected_passes() -> None:
    """A fault of the program itself keeps its traceback."""
    with pytest.raises(ZeroDivisionError), refusing(OwnError):
        raise ZeroDivisionError


def test_warnings_stand_apart_from_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Each problem is a line of its own on the error stream."""
    warn(["line 2 is cut", "there is no end"])
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "Warning: line 2 is cut\nWarning: there is no end\n")


def test_of_many_warnings_some_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """And how many there are more."""
    warn([f"problem {number}" for number in range(MOST_WARNINGS + 7)])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MOST_WARNINGS + 1
    assert lines[-1] == "Warning: 7 more problems"
