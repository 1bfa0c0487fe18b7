"""The files that a run was read from, with their hashes."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from workbench.engine.files import opened
from workbench.runs.record import SourceFile

_CHUNK = 1 << 20


def source_file(path: Path, kind: str) -> SourceFile:
    """What is said of a file that was read.

    Args:
        path: The file.
        kind: What it is.

    Raises:
        OSError: It cannot be read.
    """
    hashed, size = sha256(), 0
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
            size += len(chunk)
    return SourceFile(path.name, kind, size, hashed.hexdigest())
