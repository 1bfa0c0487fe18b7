"""Secrets: their form, what is kept of them, and that no text shows one."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.desk.secrets import (
    RedactingFormatter,
    has_secret,
    hash_of,
    id_in,
    is_of,
    new_secret,
    redacted,
)


def test_a_secret_has_256_random_bits() -> None:
    """No two are the same, and 43 characters of base64 follow the id."""
    made = {new_secret() for _ in range(100)}
    assert len({secret.id for secret in made}) == len({secret.text for secret in made}) == 100
    assert all(len(secret.text.split("_", 2)[2]) == 43 for secret in made)


def test_a_secret_says_which_row_is_meant() -> None:
    """Its id is in it, and what is no secret has none."""
    secret = new_secret()
    assert id_in(secret.text) == secret.id
    spoilt = [secret.text[:-1], secret.text + "A", secret.text.upper(), f" {secret.text}", ""]
    assert [id_in(text) for text in (*spoilt, secret.text + "\n", "tdesk_é")] == [None] * 7


def test_what_is_kept_does_not_give_the_secret() -> None:
    """It is a hash of the whole, which every other secret fails."""
    secret, other = new_secret().text, new_secret().text
    kept = hash_of(secret)
    assert secret not in kept
    assert is_of(secret, kept)
    assert not is_of(other, kept)
    assert not is_of(secret[:-1], kept)


@given(st.text(), st.text())
def test_no_text_shows_a_secret(before: str, after: str) -> None:
    """Whatever stands around it, the random part is gone."""
    secret = new_secret().text
    assert secret.split("_", 2)[2] not in redacted(f"{before}{secret}{after}")


def test_a_header_is_redacted_whatever_is_in_it() -> None:
    """A token of something else in the desk's header stands in no log either."""
    assert redacted("authorization: Bearer abc.def-ghi x") == "authorization: Bearer tdesk_*** x"


@pytest.mark.parametrize("rounds", range(4))
def test_a_secret_is_seen_in_an_address_that_is_quoted(rounds: int) -> None:
    """Quoting it, and quoting it again, does not hide it."""
    text = new_secret().text
    for _ in range(rounds):
        text = "".join(f"%{byte:02X}" for byte in text.encode()) if rounds == 1 else quote(text, "")
    assert has_secret(f"/api/v1/runs/{text}")
    assert not has_secret("/api/v1/runs/desk_42")


def test_a_secret_is_seen_when_each_letter_is_quoted_twice() -> None:
    """A name that is quoted letter by letter, twice, is still a secret's."""
    once = "".join(f"%{byte:02X}" for byte in new_secret().text.encode())
    assert has_secret(quote(once, ""))


def test_a_log_shows_no_secret() -> None:
    """Neither in a line's words nor in the traceback behind it."""
    secret = new_secret().text
    formatter = RedactingFormatter("%(message)s")
    try:
        raise ValueError(f"bad {secret}")
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "at %s", (secret,), info)
    line = formatter.format(record)
    assert line.count("tdesk_***") == 2
    assert secret[:30] not in line
