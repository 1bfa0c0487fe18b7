"""`tokens` as a person and a machine use it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.commands.calls import run
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope
from workbench.desk.tokens import Grant, TokenKind
from workbench.library.library import open_library


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library, which the environment names."""
    place = tmp_path / "library.db"
    monkeypatch.setenv("TRACKER_LIBRARY", str(place))
    return place


def checked(place: Path, secret: str) -> Grant | None:
    """What a token is good for."""
    with open_library(str(place)) as library:
        return Desk(library).tokens.check(secret, TokenKind.TOKEN)


def listed() -> list[dict[str, Any]]:
    """What a machine is told of the tokens there are."""
    tokens: list[dict[str, Any]] = json.loads(run("tokens", "list", "--json").stdout)["tokens"]
    return tokens


@pytest.mark.parametrize("scope", ["read", "ingest", "admin"])
def test_a_token_is_made_and_printed_once(place: Path, scope: str) -> None:
    """Alone on the output, so that it can be piped; what is said of it stands apart."""
    shown = run("tokens", "make", "cloud", "--scope", scope)
    (secret,) = shown.stdout.splitlines()
    grant = checked(place, secret)
    assert grant is not None
    assert (grant.name, grant.scope, grant.expires) == ("cloud", Scope(scope), None)
    assert grant.id in shown.stderr
    assert secret not in shown.stderr
    assert secret not in run("tokens", "list").output + run("tokens", "list", "--json").output


def test_a_token_can_end_by_itself(place: Path) -> None:
    """After so many days, as a machine is told."""
    shown = run("tokens", "make", "x", "--scope", "read", "--days", "7", "--json")
    made = json.loads(shown.stdout)
    grant = checked(place, made.pop("token"))
    assert grant is not None
    assert made == grant.to_dict() == listed()[0]
    assert grant.expires is not None
    assert (grant.expires - grant.made).days == 7


def test_tokens_are_listed(place: Path) -> None:
    """For people with names that act on no terminal; logins are among them."""
    run("tokens", "make", "cloud", "--scope", "ingest")
    with open_library(str(place)) as library:
        tokens = Desk(library).tokens
        tokens.begin(tokens.make_code().secret)
    shown = run("tokens", "list").stdout
    assert "ingest" in shown
    assert [(each["kind"], each["name"]) for each in listed()] == [
        ("token", "cloud"),
        ("session", "browser"),
    ]


def test_a_token_is_revoked(place: Path) -> None:
    """And is good no longer; one that is not there is named."""
    secret = run("tokens", "make", "cloud", "--scope", "read").stdout.strip()
    (token,) = listed()
    shown = run("tokens", "revoke", token["id"])
    assert shown.stdout == f"the token {token['id']} (cloud) is revoked\n"
    assert (checked(place, secret), listed()) == (None, [])
    again = run("tokens", "revoke", token["id"])
    assert again.exit_code == 2
    assert again.stderr.startswith(f"Error: there is no token '{token['id']}'")


def test_a_login_is_an_address_with_a_code(place: Path) -> None:
    """Behind the `#`, good once."""
    shown = run("tokens", "login", "--desk", "https://desk.example.org/")
    address, _, code = shown.stdout.strip().partition("#code=")
    assert address == "https://desk.example.org/"
    with open_library(str(place)) as library:
        assert Desk(library).tokens.begin(code) is not None
    assert run("tokens", "login").stdout.startswith("http://127.0.0.1:8765/#code=tdesk_")


@pytest.mark.parametrize(
    "words",
    [
        ["make", "x"],
        ["make", "x", "--scope", "open"],
        ["make", "x", "--scope", "read", "--days", "0"],
        ["make", "", "--scope", "read"],
        ["make", "a\x1b[31m", "--scope", "read"],
        ["revoke"],
    ],
)
def test_what_cannot_be_is_refused(words: list[str]) -> None:
    """With exit code 2, and nothing is made."""
    shown = run("tokens", *words)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "Error: " in shown.stderr
    assert "\x1b" not in shown.stderr
    assert listed() == []
