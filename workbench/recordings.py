"""Where recordings are: in the project's `recordings/`, and in `../shared/recordings` beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.engine.files import read_unpacked
from workbench.engine.tape import TAPE_NAME, Tape

PROJECT = Path(__file__).resolve().parent.parent
FOLDERS = (PROJECT / "recordings", PROJECT.parent / "shared" / "recordings")


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded run.

    Attributes:
        name: Its folder's name.
        path: The folder.
        size: Bytes of its tape, compressed.
    """

    name: str
    path: Path
    size: int

    def start(self) -> dict[str, Any]:
        """The tape's first line."""
        return Tape(self.path / TAPE_NAME).start


def recordings(folders: tuple[Path, ...] = FOLDERS) -> dict[str, Recording]:
    """Every recording by name; one that is in both folders is the project's."""
    found: dict[str, Recording] = {}
    for path in _tapes(folders):
        found.setdefault(path.name, Recording(path.name, path, (path / TAPE_NAME).stat().st_size))
    return dict(sorted(found.items()))


def find(name: str, folders: tuple[Path, ...] = FOLDERS) -> Path:
    """The folder of a recording given by name or path.

    Raises:
        LookupError: There is none; the text says what there is.
    """
    path = Path(name)
    if path.is_dir() or path.exists():
        return path
    known = recordings(folders)
    if name in known:
        return known[name].path
    names = ", ".join(known) or "none here"
    raise LookupError(
        f"there is no recording {name!r}: give a folder that holds {TAPE_NAME}, or one of {names}"
    )


def _tapes(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from (tape.parent for tape in sorted(folder.glob(f"*/{TAPE_NAME}")))


def result(path: Path, name: str) -> Any:
    """LEAN's own result beside a tape (`result`, `summary`, ...): for comparisons, never a replay.

    Raises:
        FileNotFoundError: The recording does not have that file.
        OSError: It cannot be read, or is too large.
        ValueError: It is no JSON.
    """
    try:
        return json.loads(read_unpacked(path / f"{name}.json.gz"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
