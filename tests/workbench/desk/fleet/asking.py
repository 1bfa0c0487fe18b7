"""A whole desk, asked without a socket."""

from __future__ import annotations

from typing import Any

import anyio
import httpx

from workbench.desk.app import make_app
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope

HOST = "http://127.0.0.1"


class Client:
    """Asks a desk.

    Args:
        desk: The desk.
        scope: What its token may do.
    """

    def __init__(self, desk: Desk, scope: Scope) -> None:
        self.desk = desk
        self.app = make_app(desk)
        self.token = desk.tokens.make(scope.value, scope).secret

    def __call__(
        self, method: str, path: str, token: str | None = None, **given: Any
    ) -> httpx.Response:
        """The response to one request, with its own token or another."""
        headers = {"Authorization": f"Bearer {token or self.token}"}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
                return await client.request(method, path, headers=headers, **given)

        return anyio.run(ask)
