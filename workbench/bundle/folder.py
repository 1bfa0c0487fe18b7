"""What an export does to a folder: which files it writes, renews, removes and leaves alone.

All is decided before anything is written. A file is replaced or removed only if an export wrote it
and nobody has changed it since, which its first line tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.bundle.imports import BundleError
from workbench.bundle.stamp import Writer, writer


class ExportError(BundleError):
    """The export cannot be made as asked; the text says why and what is allowed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done in a folder.

    Attributes:
        folder: The folder.
        write: What to write, by path in it.
        remove: Files of an earlier export that this one does not have.
        kept: Files of the user's that an export would have written.
        left: Python files among the written ones that are of no export.
    """

    folder: Path
    write: Mapping[str, bytes]
    remove: tuple[str, ...]
    kept: tuple[str, ...]
    left: tuple[str, ...]

    def carry_out(self) -> None:
        """Write and remove.

        Raises:
            OSError: A file cannot be written or removed.
        """
        for name, content in self.write.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in self.remove:
            path = self.folder / name
            path.unlink()
            _remove_if_empty(path.parent)


def planned(
    folder: Path,
    files: Mapping[str, bytes],
    users: Mapping[str, bytes],
    roots: Iterable[str],
) -> Plan:
    """Compare what is to be written with what is there.

    Args:
        folder: Where to.
        files: What an export owns, stamped, by path in the folder.
        users: What becomes the user's own: written where there is none.
        roots: The folders in it, or itself as an empty text, that hold nothing but an export.

    Raises:
        ExportError: A file that no export wrote, or that was changed since, is in the way.
    """
    inside = {path: writer((folder / path).read_bytes()) for path in _python_files(folder, roots)}
    foreign = [path for path in files if _is_foreign(folder / path)]
    if foreign:
        raise ExportError(_in_the_way(folder, foreign))
    left = [path for path, who in inside.items() if path not in files and who != Writer.EXPORT]
    hiding = [path for path in left if _hides(path, files)]
    if hiding:
        raise ExportError(_in_the_way(folder, hiding))
    kept = [path for path, content in users.items() if _is_the_users(folder / path, content)]
    written = {path: content for path, content in users.items() if path not in kept}
    gone = [path for path, who in inside.items() if path not in files and who == Writer.EXPORT]
    return Plan(folder, {**written, **files}, tuple(gone), tuple(kept), tuple(left))


def _python_files(folder: Path, roots: Iterable[str]) -> Iterator[str]:
    for root in roots:
        for path in sorted((folder / root).rglob("*.py")):
            yield path.relative_to(folder).as_posix()


def _is_foreign(path: Path) -> bool:
    return path.exists() and (path.is_dir() or writer(path.read_bytes()) is not Writer.EXPORT)


def _is_the_users(path: Path, content: bytes) -> bool:
    if not path.exists():
        return False
    there = path.read_bytes()
    return there != content and writer(there) is not Writer.EXPORT


def _hides(path: str, files: Mapping[str, bytes]) -> bool:
    """Whether Python would find a file's folder where it looks for a module of the export."""
    parents = path.split("/")[:-1]
    return any("/".join(parents[:depth]) + ".py" in files for depth in range(1, len(parents) + 1))


def _in_the_way(folder: Path, paths: Iterable[str]) -> str:
    names = ", ".join(paths)
    return (
        f"these files in {folder} are of no export, or were changed since: {names}. Nothing is "
        "written: move them away, or write a folder of its own with --package NAME"
    )


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
