"""The desk's address and token: what is taken, and what is refused without being shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.desk_settings import read_desk, read_desk_token
from models.settings import Settings, SettingsError, read_settings

TOKEN = "Zq7-" + "x" * 39


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ""),
        ("https://desk.example.com", "https://desk.example.com"),
        ("https://desk.example.com:8443/trading/", "https://desk.example.com:8443/trading"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_read_without_its_last_slash(text: str, read: str) -> None:
    """It is https, or http on this machine."""
    assert read_desk(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "desk.example.com",
        "http://desk.example.com",
        "http://127.0.0.1.example.com",
        "ftp://desk.example.com",
        "https://",
        "https://user:word@desk.example.com",
        "https://desk.example.com/?token=abc",
        "https://desk.example.com/?",
        "https://desk.example.com/#abc",
        "https://desk.example.com:99999",
        "https://desk.example.com:0",
        "https://desk.example.com/a b",
        "https://desk.example.com/\n",
        "https://d\u00e9sk.example.com",
    ],
)
def test_other_addresses_are_refused(text: str) -> None:
    """A secret in an address would be in every log on its way."""
    with pytest.raises(ValueError, match=r".*"):
        read_desk(text)


@given(st.text(max_size=600))
def test_a_token_goes_into_a_header(text: str) -> None:
    """Whatever is taken has no blank, no line's end and nothing beyond ASCII."""
    try:
        token = read_desk_token(text)
    except ValueError:
        return
    assert token == text
    assert token == "" or (token.isascii() and token.isprintable() and " " not in token)


def test_address_and_token_are_settings_that_go_together() -> None:
    """One without the other is a mistake that is told at the start."""
    given_both = {"tracker_desk": "https://a.example/", "tracker_desk_token": TOKEN}
    found = read_settings(given_both, {})
    assert (found.desk, found.desk_token) == ("https://a.example", TOKEN)
    for name, text in given_both.items():
        with pytest.raises(SettingsError, match="set both or neither") as caught:
            read_settings({name: text}, {})
        assert TOKEN not in str(caught.value)


def test_neither_is_in_an_error_or_a_repr() -> None:
    """A token may have been put into the wrong one of the two."""
    for name in ("tracker_desk", "tracker_desk_token"):
        with pytest.raises(SettingsError) as caught:
            read_settings({name: f"{TOKEN}!"}, {})
        assert TOKEN not in str(caught.value)
        assert caught.value.__context__ is None
    assert TOKEN not in repr(Settings(desk="https://a.example", desk_token=TOKEN))
