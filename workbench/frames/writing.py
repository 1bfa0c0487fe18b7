"""Files of tables: CSV, Parquet and Arrow, written by pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.frames.packages import package


def _csv(table: Any, path: str) -> None:
    package("pyarrow.csv").write_csv(table, path)


def _parquet(table: Any, path: str) -> None:
    package("pyarrow.parquet").write_table(table, path)


def _arrow(table: Any, path: str) -> None:
    """Arrow's file format, which is Feather too."""
    package("pyarrow.feather").write_feather(table, path)


# Each form by the ending of its files, with what writes one.
FORMS: dict[str, Callable[[Any, str], None]] = {
    "csv": _csv,
    "parquet": _parquet,
    "arrow": _arrow,
}


def write_table(table: Any, folder: Path, name: str, form: str) -> Path:
    """Write an Arrow table to a file in a folder, which is made where it is not there.

    Raises:
        LookupError: There is no such form; the text names those there are.
        OSError: The file cannot be written.
    """
    writer = FORMS.get(form)
    if writer is None:
        raise LookupError(f"there is no form {form!r}; the forms are {', '.join(FORMS)}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{form}"
    writer(table, str(path))
    return path
