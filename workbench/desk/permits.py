"""Whether a request or a socket may have what it asks for, by its token or its cookie."""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.requests import HTTPConnection

from workbench.desk.desk import desk_of
from workbench.desk.guarding import has_own_origin
from workbench.desk.problems import ProblemError
from workbench.desk.routes import Scope
from workbench.desk.tokens import Grant, TokenKind

LOG = logging.getLogger("tracker.desk")
SAFE = frozenset({"GET", "HEAD"})  # what changes nothing
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="desk"'}


def permitted(connection: HTTPConnection, scope: Scope) -> Grant | None:
    """What lets somebody have a route of a scope; None where the route is open.

    Raises:
        ProblemError: Nothing does: 401 where it is not known who asks, else 403.
        LibraryError: The tokens cannot be read.
    """
    if scope is Scope.OPEN:
        return None
    grant = known(connection)
    if not grant.allows(scope):
        LOG.warning("refused the %s %s: it asks for %s", grant.kind.value, grant.id, scope.value)
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            f"this needs a token of scope {scope.value}; yours is of scope {grant.scope.value}",
            scope=scope.value,
        )
    return grant


def known(connection: HTTPConnection) -> Grant:
    """Who asks; errors as of `permitted`."""
    grant = _by_token(connection) or _by_cookie(connection)
    if grant is None:
        client = connection.client.host if connection.client else ""
        LOG.warning("refused somebody unknown at %s", client)
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "this needs a token as the header `Authorization: Bearer`, or the cookie of a login; "
            "`tracker tokens make` makes a token, `tracker tokens login` a login",
            CHALLENGE,
        )
    return grant


def _by_token(connection: HTTPConnection) -> Grant | None:
    given = connection.headers.get("authorization", "")
    how, _, token = given.partition(" ")
    if how.lower() != "bearer":
        return None
    return desk_of(connection).tokens.check(token.strip(), TokenKind.TOKEN)


def session_secret(connection: HTTPConnection) -> str | None:
    """The secret of the session in the cookie, where it may count.

    A header that says who asks counts alone. Browsers send cookies along with what any page asks
    for, so that the page's origin must be the desk's own wherever something is changed or a socket
    is opened.
    """
    gate = desk_of(connection).gate
    if "authorization" in connection.headers:
        return None
    if connection.scope.get("method") not in SAFE and not has_own_origin(connection.scope, gate):
        return None
    return connection.cookies.get(gate.cookie)


def _by_cookie(connection: HTTPConnection) -> Grant | None:
    secret = session_secret(connection)
    return desk_of(connection).tokens.check(secret, TokenKind.SESSION) if secret else None
