"""A desk of some routes alone, asked without a socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
from starlette.applications import Starlette
from starlette.routing import Route as StarletteRoute

from workbench.desk.desk import Desk
from workbench.desk.jobs import Jobs
from workbench.desk.problems import PROBLEM_TYPE, ProblemError, answer_problem
from workbench.desk.routes import Route, Scope
from workbench.desk.runs.routes import ROUTES
from workbench.library.library import open_library
from workbench.runs.record import RunRecord


@dataclass(frozen=True)
class Asking:
    """Asks a desk.

    Attributes:
        desk: The desk.
        routes: What it answers.
    """

    desk: Desk
    routes: tuple[Route, ...] = ROUTES

    def __call__(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The response to one request."""

        async def ask() -> httpx.Response:
            app = app_of(self.desk, self.routes)
            grant = self.desk.tokens.make("test", Scope.ADMIN).grant

            async def trusted(scope: Any, receive: Any, send: Any) -> None:
                await app({**scope, "state": {"grant": grant}}, receive, send)

            transport = httpx.ASGITransport(trusted)
            async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
                return await client.request(method, path, **given)

        return anyio.run(ask)

    def get(self, path: str, **given: Any) -> Any:
        """The JSON of a request that is answered."""
        response = self("GET", path, **given)
        assert response.status_code == 200, response.text
        return response.json()

    def refused(self, status: int, path: str, method: str = "GET", **given: Any) -> Any:
        """The problem of a request that is refused."""
        response = self(method, path, **given)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == PROBLEM_TYPE
        problem = response.json()
        assert problem["status"] == status
        return problem


def app_of(desk: Desk, routes: Iterable[Route]) -> Starlette:
    """An application of some routes."""
    app = Starlette(
        routes=[StarletteRoute(each.path, each.handler, methods=[each.method]) for each in routes],
        exception_handlers={ProblemError: answer_problem},
    )
    app.state.desk = desk
    return app


def threads() -> Executor:
    """What runs jobs in tests: as quick as it can be."""
    return ThreadPoolExecutor(1)


@contextmanager
def desk_with(place: Path, *runs: RunRecord) -> Iterator[Asking]:
    """A desk whose library has some runs, and whose jobs run on a thread."""
    jobs = Jobs(threads)
    with open_library(str(place / "library.db")) as library:
        for run in runs:
            library.put(run)
        yield Asking(Desk(library, jobs=jobs))
    jobs.close()
