"""Tokens, sessions and codes: what each is good for, how long, and how often."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import CallError
from tests.workbench.desk.conftest import Clock
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope
from workbench.desk.secrets import new_secret
from workbench.desk.tokens import (
    CODE_LASTS,
    GIVEN,
    SESSION_LASTS,
    TokenKind,
    Tokens,
    UnknownTokenError,
)
from workbench.library.library import open_library

MINUTE = timedelta(minutes=1)


@pytest.fixture
def tokens(desk: Desk) -> Tokens:
    """The tokens of an empty library."""
    return desk.tokens


def test_a_token_is_good_for_its_scope(tokens: Tokens) -> None:
    """Read and ingest are apart, and admin may both."""
    allowed = {
        scope: {each for each in Scope if tokens.make("a", scope).grant.allows(each)}
        for scope in GIVEN
    }
    assert allowed == {
        Scope.READ: {Scope.OPEN, Scope.READ},
        Scope.INGEST: {Scope.OPEN, Scope.INGEST},
        Scope.ADMIN: {Scope.OPEN, Scope.READ, Scope.INGEST, Scope.ADMIN},
    }


def test_a_token_is_known_again(tokens: Tokens) -> None:
    """With the name, scope and times it was made with."""
    made = tokens.make(" cloud ", Scope.INGEST, timedelta(days=1))
    assert tokens.check(made.secret, TokenKind.TOKEN) == made.grant
    assert (made.grant.name, made.grant.scope) == ("cloud", Scope.INGEST)
    assert made.grant.expires == made.grant.made + timedelta(days=1)


def test_no_other_secret_is_good(tokens: Tokens) -> None:
    """Neither a new one, nor one with another's id, nor what is none."""
    made, other = tokens.make("a", Scope.READ), new_secret()
    forged = other.text.replace(other.id, made.grant.id)
    for text in (other.text, forged, made.secret[:-1], made.grant.id, "", "x" * 10_000):
        assert tokens.check(text, TokenKind.TOKEN) is None


def test_one_kind_never_passes_for_another(tokens: Tokens) -> None:
    """A cookie is no token, a token no cookie, and a code is only a code."""
    token = tokens.make("a", Scope.ADMIN).secret
    session, code = tokens.begin_with(token), tokens.make_code().secret
    assert session is not None
    for secret, kind in (
        (token, TokenKind.TOKEN),
        (session.secret, TokenKind.SESSION),
        (code, TokenKind.CODE),
    ):
        good = [each for each in TokenKind if tokens.check(secret, each)]
        assert good == [kind]
    assert tokens.begin(token) is None
    assert tokens.begin(session.secret) is None
    assert tokens.begin_with(session.secret) is None
    assert tokens.begin_with(code) is None


def test_a_code_is_good_once(tokens: Tokens) -> None:
    """It begins one session, of scope admin."""
    code = tokens.make_code().secret
    session = tokens.begin(code)
    assert session is not None
    assert (session.grant.kind, session.grant.scope) == (TokenKind.SESSION, Scope.ADMIN)
    assert tokens.begin(code) is None
    assert tokens.check(session.secret, TokenKind.SESSION) == session.grant


def test_a_code_that_many_use_at_once_is_good_once(tokens: Tokens) -> None:
    """One of them has the session."""
    code = tokens.make_code().secret
    with ThreadPoolExecutor(8) as pool:
        begun = [*pool.map(tokens.begin, [code] * 8)]
    assert sum(session is not None for session in begun) == 1


def test_all_ends_when_its_time_is_over(tokens: Tokens, clock: Clock) -> None:
    """A code after minutes, a session after days, a token when it was said to; not before."""
    late, code = tokens.make_code().secret, tokens.make_code().secret
    token = tokens.make("a", Scope.READ, SESSION_LASTS).secret
    clock.go(CODE_LASTS - MINUTE)
    session = tokens.begin(code)
    assert session is not None
    clock.go(MINUTE)
    assert tokens.begin(late) is None
    clock.go(SESSION_LASTS - CODE_LASTS - MINUTE)
    assert tokens.check(token, TokenKind.TOKEN)
    clock.go(MINUTE)
    assert tokens.check(token, TokenKind.TOKEN) is None
    clock.go(CODE_LASTS - 2 * MINUTE)
    assert tokens.check(session.secret, TokenKind.SESSION)
    clock.go(MINUTE)
    assert tokens.check(session.secret, TokenKind.SESSION) is None
    assert tokens.list() == ()


def test_a_session_has_no_more_than_its_token(tokens: Tokens, clock: Clock) -> None:
    """Neither in scope nor in time, and it ends when the token is revoked."""
    token = tokens.make("a", Scope.READ, MINUTE)
    session = tokens.begin_with(token.secret)
    assert session is not None
    assert session.grant.scope is Scope.READ
    assert session.grant.expires == token.grant.expires
    tokens.revoke(token.grant.id)
    assert tokens.check(session.secret, TokenKind.SESSION) is None
    assert tokens.check(token.secret, TokenKind.TOKEN) is None
    assert clock.time == token.grant.made


def test_a_token_that_is_over_begins_nothing(tokens: Tokens, clock: Clock) -> None:
    """Its minute is over, and no session comes of it."""
    token = tokens.make("a", Scope.READ, MINUTE).secret
    clock.go(MINUTE)
    assert tokens.begin_with(token) is None


def test_revoking_what_is_not_there_says_so(tokens: Tokens) -> None:
    """The error names what lists those there are."""
    with pytest.raises(UnknownTokenError, match=r"no token 'x'; `tokens list`"):
        tokens.revoke("x")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x1b[31m", "a\nb"])
def test_a_name_can_be_read(tokens: Tokens, name: str) -> None:
    """It has some printable characters, and not too many."""
    with pytest.raises(CallError, match="1 to 100 printable"):
        tokens.make(name, Scope.READ)


def test_nobody_is_given_the_open_scope(tokens: Tokens) -> None:
    """The error names those that are given."""
    with pytest.raises(CallError, match="read, ingest, admin"):
        tokens.make("a", Scope.OPEN)


def test_what_is_over_is_cleared_away(tokens: Tokens, clock: Clock, tmp_path: Path) -> None:
    """Codes that nobody used do not pile up in the library."""
    for _ in range(5):
        tokens.make_code()
        clock.go(CODE_LASTS)
    with sqlite3.connect(tmp_path / "library.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM tokens").fetchone()
    connection.close()
    assert count == 1


def test_no_file_of_the_library_holds_a_secret(desk: Desk, tmp_path: Path) -> None:
    """Neither the token, nor the code, nor the cookie, nor the random part of one."""
    code = desk.tokens.make_code().secret
    session = desk.tokens.begin(code)
    assert session is not None
    secrets = [code, session.secret, desk.tokens.make("a", Scope.READ).secret]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"browser" in written
    assert [each for each in secrets if each.split("_", 2)[2].encode() in written] == []


def test_tokens_stand_in_every_database(schema: str) -> None:
    """In PostgreSQL as in SQLite a code is good once and a session ends with its token."""
    with open_library(schema) as library:
        tokens = Desk(library).tokens
        code, token = tokens.make_code().secret, tokens.make("a", Scope.READ)
        assert tokens.begin(code) is not None
        assert tokens.begin(code) is None
        session = tokens.begin_with(token.secret)
        assert session is not None
        tokens.revoke(token.grant.id)
        assert tokens.check(session.secret, TokenKind.SESSION) is None
        assert tokens.has_sessions()
        with ThreadPoolExecutor(4) as pool:
            begun = [*pool.map(tokens.begin, [tokens.make_code().secret] * 4)]
        assert sum(each is not None for each in begun) == 1
