"""Who may ask the desk: tokens of programs, sessions of browsers, and codes to log in with once.

    tokens = Tokens(library.database)
    made = tokens.make("cloud", Scope.INGEST)
    tokens.check(made.secret, TokenKind.TOKEN)

They are kept in the library's database, so that one can be revoked while the desk runs, and counts
from then on. Of each a hash is kept.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from models.errors import CallError
from workbench.desk.routes import Scope
from workbench.desk.secrets import hash_of, id_in, is_of, new_secret
from workbench.library.database import Database
from workbench.library.schema import TOKENS
from workbench.library.shapes import from_microseconds, to_microseconds

CODE_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(days=30)
LONGEST_NAME = 100  # characters
ONE = select(TOKENS).where(TOKENS.c.id == bindparam("of_id"))
LOGIN = "browser"  # the name of a session that a code began

# The scopes that each may be used for.
ALLOWED: Mapping[Scope, frozenset[Scope]] = {
    Scope.READ: frozenset({Scope.OPEN, Scope.READ}),
    Scope.INGEST: frozenset({Scope.OPEN, Scope.INGEST}),
    Scope.ADMIN: frozenset(Scope),
}
GIVEN = (Scope.READ, Scope.INGEST, Scope.ADMIN)


class TokenKind(enum.Enum):
    """What a secret is for; one of a kind never passes for another."""

    TOKEN = "token"  # the header of a program
    SESSION = "session"  # the cookie of a browser
    CODE = "code"  # begins a session, once


class UnknownTokenError(LookupError):
    """There is no token of that id."""

    def __init__(self, given: str) -> None:
        super().__init__(f"there is no token {given!r}; `tokens list` lists those there are")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a secret is good for.

    Attributes:
        id: What it is called by.
        kind: What it is.
        name: What the user calls it.
        scope: What may be done with it.
        made: Since when.
        expires: Until when; None where it does not expire.
    """

    id: str
    kind: TokenKind
    name: str
    scope: Scope
    made: datetime
    expires: datetime | None

    def allows(self, scope: Scope) -> bool:
        """Whether it answers to a route of this scope."""
        return scope in ALLOWED[self.scope]

    def to_dict(self) -> dict[str, Any]:
        """It as JSON values, without anything secret."""
        expires = None if self.expires is None else self.expires.isoformat()
        return {
            "id": self.id,
            "kind": self.kind.value,
            "name": self.name,
            "scope": self.scope.value,
            "made": self.made.isoformat(),
            "expires": expires,
        }


class Made(NamedTuple):
    """A new grant with its secret, which nobody can be shown again."""

    grant: Grant
    secret: str


class Tokens:
    """The secrets that are good at this desk; every call may be made on any thread.

    Args:
        database: The library's.
        clock: What time it is.

    Every call raises `LibraryError` where the database fails.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def make(self, name: str, scope: Scope, lasts: timedelta | None = None) -> Made:
        """A new token for a program.

        Args:
            name: What to call it.
            scope: What may be done with it.
            lasts: How long it is good; None for ever.

        Raises:
            CallError: The name is empty or too long, or there is no such token.
        """
        if not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
            raise CallError(f"a token's name has 1 to {LONGEST_NAME} printable characters")
        if scope not in GIVEN:
            allowed = ", ".join(each.value for each in GIVEN)
            raise CallError(f"a token's scope is one of {allowed}")
        with self._database.writing() as connection:
            return self._add(connection, TokenKind.TOKEN, name.strip(), scope, lasts)

    def make_code(self) -> Made:
        """A new code, with which one browser can log in as the user of this machine."""
        with self._database.writing() as connection:
            return self._add(connection, TokenKind.CODE, LOGIN, Scope.ADMIN, CODE_LASTS)

    def begin(self, code: str) -> Made | None:
        """A browser's session for a code, which is good no longer; None where it is not good."""
        with self._database.writing() as connection:
            grant = self._found(connection, code, TokenKind.CODE)
            # who takes the row away has the code; of two at once that is one
            if grant is None or not _remove(connection, grant.id):
                return None
            kind = TokenKind.SESSION
            return self._add(connection, kind, grant.name, grant.scope, SESSION_LASTS)

    def begin_with(self, token: str) -> Made | None:
        """A browser's session for a token, which ends with it; None where it is not good."""
        with self._database.writing() as connection:
            grant = self._found(connection, token, TokenKind.TOKEN)
            if grant is None:
                return None
            kind, lasts = TokenKind.SESSION, SESSION_LASTS
            if grant.expires is not None:
                lasts = min(lasts, grant.expires - self._clock())
            return self._add(connection, kind, grant.name, grant.scope, lasts, grant.id)

    def check(self, secret: str, kind: TokenKind) -> Grant | None:
        """What a secret of a kind is good for; None where it is not good."""
        if id_in(secret) is None:
            return None
        with self._database.reading() as connection:
            return self._found(connection, secret, kind)

    def list(self) -> tuple[Grant, ...]:
        """All that is good now, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(TOKENS).order_by(TOKENS.c.made, TOKENS.c.id))
            grants = [_grant(row) for row in rows.mappings()]
        return tuple(grant for grant in grants if not self._is_over(grant))

    def check_database(self) -> None:
        """Read nothing, to see whether anything can be read."""
        with self._database.reading() as connection:
            connection.execute(select(TOKENS.c.id).limit(1))

    def has_sessions(self) -> bool:
        """Whether a browser has logged in, and its session is not over."""
        return any(grant.kind is TokenKind.SESSION for grant in self.list())

    def revoke(self, name: str) -> Grant:
        """End a token, with the sessions begun with it, or a session or code.

        Args:
            name: Its id.

        Raises:
            UnknownTokenError: There is none.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(TOKENS).where(TOKENS.c.id == name)).mappings().first()
            if row is None:
                raise UnknownTokenError(name)
            _remove(connection, name)
            return _grant(row)

    def _found(self, connection: Connection, secret: str, kind: TokenKind) -> Grant | None:
        row = connection.execute(ONE, {"of_id": id_in(secret) or ""}).mappings().first()
        if row is None or not is_of(secret, row["hash"]) or row["kind"] != kind.value:
            return None
        grant = _grant(row)
        return None if self._is_over(grant) else grant

    def _is_over(self, grant: Grant) -> bool:
        return grant.expires is not None and grant.expires <= self._clock()

    def _add(
        self,
        connection: Connection,
        kind: TokenKind,
        name: str,
        scope: Scope,
        lasts: timedelta | None,
        parent: str | None = None,
    ) -> Made:
        now = self._clock()
        connection.execute(delete(TOKENS).where(TOKENS.c.expires <= to_microseconds(now)))
        secret = new_secret()
        expires = None if lasts is None else now + lasts
        values = {
            "id": secret.id,
            "kind": kind.value,
            "name": name,
            "scope": scope.value,
            "hash": hash_of(secret.text),
            "parent": parent,
            "made": to_microseconds(now),
            "expires": None if expires is None else to_microseconds(expires),
        }
        connection.execute(TOKENS.insert().values(values))
        return Made(_grant(values), secret.text)


def _remove(connection: Connection, name: str) -> bool:
    return connection.execute(delete(TOKENS).where(TOKENS.c.id == name)).rowcount == 1


def _grant(row: Mapping[Any, Any]) -> Grant:
    expires = row["expires"]
    return Grant(
        id=row["id"],
        kind=TokenKind(row["kind"]),
        name=row["name"],
        scope=Scope(row["scope"]),
        made=from_microseconds(row["made"]),
        expires=None if expires is None else from_microseconds(expires),
    )
