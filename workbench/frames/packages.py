"""The packages that frames are made with: none is needed until a frame is asked for."""

from __future__ import annotations

import importlib
from typing import Any

from models.errors import TrackerError

# The extra of the project that installs them, and what it pins; pyproject.toml has the same.
EXTRA = "frames"
PINNED = {"pandas": "2.3.3", "polars": "1.36.1", "pyarrow": "19.0.1"}


class MissingPackageError(TrackerError, LookupError):
    """A package is not installed that is needed for a frame or a file; the text says which.

    Args:
        package: The package.
    """

    def __init__(self, package: str) -> None:
        pins = " ".join(f"{name}=={version}" for name, version in PINNED.items())
        super().__init__(
            f"{package} is not installed, and frames need it: `pip install {pins}`, which is what "
            f"the extra `{EXTRA}` of this project installs (`pip install '.[{EXTRA}]'`)"
        )
        self.package = package


def package(name: str) -> Any:
    """A module of one of the packages.

    Raises:
        MissingPackageError: The package is not installed.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        top = name.partition(".")[0]
        if missing.name is None or missing.name.partition(".")[0] != top:
            raise
        raise MissingPackageError(top) from missing
