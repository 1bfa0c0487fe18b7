"""Errors: the project's own, and the guard around what may fail."""

from __future__ import annotations

import pytest

from models.errors import EventError, Failure, TrackerError, guarded


def test_an_event_error_is_the_projects_and_a_value_error() -> None:
    """Users can catch all errors of the project by one name."""
    assert issubclass(EventError, TrackerError)
    assert issubclass(EventError, ValueError)


def test_a_guarded_call_hands_back_what_came_of_it() -> None:
    """The result as it is, None included, or the failure with its class and words."""
    assert guarded(divmod, 7, 2) == (3, 1)
    assert guarded([].clear) is None
    failure = guarded({"a": 1}.__getitem__, "b")
    assert isinstance(failure, Failure)
    assert (failure.kind, str(failure)) == ("KeyError", "KeyError: 'b'")


def test_a_guard_lets_the_run_be_stopped() -> None:
    """What ends the interpreter is no failure of a call."""
    with pytest.raises(KeyboardInterrupt):
        guarded(_interrupt)


def _interrupt() -> None:
    raise KeyboardInterrupt
