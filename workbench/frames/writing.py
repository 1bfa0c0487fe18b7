"""Files of tables: CSV, Parquet and Arrow, written by pyarrow."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from workbench.frames.packages import package


def _csv(table: Any, target: Any) -> None:
    package("pyarrow.csv").write_csv(table, target)


def _parquet(table: Any, target: Any) -> None:
    package("pyarrow.parquet").write_table(table, target)


def _arrow(table: Any, target: Any) -> None:
    """Arrow's file format, which is Feather too."""
    package("pyarrow.feather").write_feather(table, target)


# Each form by the ending of its files, with what writes one to a path or into a stream.
FORMS: dict[str, Callable[[Any, Any], None]] = {
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
    writer = _writer(form)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.{form}"
    writer(table, str(path))
    return path


def table_bytes(table: Any, form: str) -> bytes:
    """An Arrow table as the bytes of a file.

    Raises:
        LookupError: There is no such form; the text names those there are.
    """
    writer, stream = _writer(form), BytesIO()
    writer(table, stream)
    return stream.getvalue()


def _writer(form: str) -> Callable[[Any, Any], None]:
    writer = FORMS.get(form)
    if writer is None:
        raise LookupError(f"there is no form {form!r}; the forms are {', '.join(FORMS)}")
    return writer
