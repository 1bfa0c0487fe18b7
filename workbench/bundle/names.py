"""What a package may be called, so that LEAN finds it and it hides nothing."""

from __future__ import annotations

import keyword
import re
import sys

from workbench.bundle.folder import ExportError
from workbench.bundle.imports import PACKAGES

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What an algorithm imports, or LEAN for it; a folder of that name would hide it.
HIDDEN = frozenset({"AlgorithmImports", "QuantConnect", "System", "clr", "numpy", "pandas"})
# What the package stands beside, and folders that the LEAN CLI does not push or does not allow.
FOLDERS = frozenset(
    {
        *("main", *PACKAGES),
        *("bin", "obj", "backtests", "live", "optimizations", "storage", "report"),
        *("con", "prn", "aux", "nul"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
    }
)


def check_name(package: str) -> None:
    """Hold a package's name to what can be imported and hides nothing.

    Raises:
        ExportError: It cannot; the text says what is allowed.
    """
    if not NAME.fullmatch(package):
        raise ExportError(
            f"{package!r} cannot name a package: use letters, digits and underscores, "
            "and no digit first"
        )
    reserved = keyword.iskeyword(package) or package in sys.stdlib_module_names | HIDDEN
    if reserved or package.casefold() in FOLDERS:
        raise ExportError(
            f"{package!r} cannot name a package: Python, LEAN, its CLI or the project itself has "
            "something of that name; any other of letters, digits and underscores is allowed"
        )
