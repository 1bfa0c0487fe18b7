"""Errors: the project's own, and the guard around what may fail."""

from __future__ import annotations

import pytest

from models.errors import (
    HIDDEN,
    EventError,
    Failure,
    TrackerError,
    guarded,
    secret_parts,
    without_secrets,
)


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


ADDRESSES = (
    "me@example.com",
    "https://hooks.example.com/services/T000/B000?key=abc%2Fdef",
    "-100200300:12345:ABCdef",
)
TELLING = (
    "no mail to me@example.com",
    "no mail to ME@EXAMPLE.COM",
    "POST https://hooks.example.com/services/T000/B000?key=abc%2Fdef failed",
    "404 at /services/T000/B000",
    "key abc/def is wrong",
    "chat -100200300 not found",
    "Unauthorized: 12345:ABCdef",
)


@pytest.mark.parametrize("text", TELLING)
def test_no_part_of_an_address_is_shown(text: str) -> None:
    """An error may name the whole of one, its path or its token, in any case."""
    hidden = without_secrets(text, secret_parts(ADDRESSES))
    assert HIDDEN in hidden
    for secret in ("example.com/services", "me@", "ME@", "T000", "def", "100200300", "12345"):
        assert secret not in hidden


def test_a_text_without_secrets_stays() -> None:
    """Words that are parts of any address are none."""
    text = "https services of a webhook: 404"
    assert without_secrets(text, secret_parts(ADDRESSES)) == text
    assert without_secrets(text, secret_parts(())) == text
