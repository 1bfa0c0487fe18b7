"""The packages of the desk as a command needs them, and what is wrong as one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.commands.errors import refusing

# What the desk is made with, which nothing else here needs.
PACKAGES = frozenset({"anyio", "prometheus_client", "starlette", "uvicorn", "websockets"})


class MissingDeskPackageError(LookupError):
    """A package of the desk is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"{package} is not installed, and the live desk needs it: the extra `desk` of this "
            "project installs it (`pip install '.[workbench,desk]'`)"
        )


@contextmanager
def desk_packages() -> Iterator[None]:
    """Say which package is missing where one is; it ends the command with one line."""
    with refusing():
        try:
            yield
        except ModuleNotFoundError as missing:
            if missing.name not in PACKAGES:
                raise
            raise MissingDeskPackageError(missing.name) from missing
