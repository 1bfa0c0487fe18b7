"""The code that a run was made with, as the LEAN CLI keeps it beside a result."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from workbench.engine.files import read_all

MOST_FILES = 2_000
DIGITS = 12  # of the hash that are told


def code_of(path: Path) -> str:
    """The hash of all files in the `code` folder beside a result; empty without one."""
    folder = path / "code"
    if not folder.is_dir():
        return ""
    hashed = sha256()
    files = sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    for each in files[:MOST_FILES]:
        hashed.update(each.relative_to(folder).as_posix().encode() + b"\0")
        hashed.update(sha256(read_all(each)).digest())
    return hashed.hexdigest()[:DIGITS]
