"""Notices: the guard around whoever is called."""

from __future__ import annotations

import pytest

from models.notices import Failure, guarded


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
