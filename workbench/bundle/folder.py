"""What an export does to a folder: which files it writes, renews, removes and leaves alone.

All is decided before anything is written. A file is replaced or removed only if an export wrote it
and nobody has changed it since, which its first line tells. A folder, or a module, of the user's
own under the name of one of an export's folders stops the export: Python would find only one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.bundle.imports import BundleError
from workbench.bundle.stamp import Writer, writer

# Of the files in the way, how many are named.
MOST_NAMED = 10


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

    A folder that is to hold an export must hold one already, or nothing.

    Args:
        folder: Where to.
        files: What an export owns, stamped, by path in the folder.
        users: What becomes the user's own: written where there is none.
        roots: The folders in it, or itself as an empty text, that hold nothing but an export.

    Raises:
        ExportError: A file that no export wrote, or that was changed since, is in the way.
    """
    places = [*roots]
    inside = {path: _writer(folder / path) for path in _python_files(folder, places)}
    exported = {path for path, who in inside.items() if who is Writer.EXPORT}
    foreign = [path for path in files if _is_foreign(folder / path)]
    foreign += [each for root in places for each in _own(folder, root, exported)]
    if foreign:
        raise ExportError(_in_the_way(folder, [*dict.fromkeys(foreign)]))
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


def _own(folder: Path, root: str, exported: Iterable[str]) -> Iterator[str]:
    """What is the user's own under the name of a folder for an export: a module, or the folder."""
    place = folder / root
    module = place.with_name(f"{place.name}.py")
    if module.is_file():
        yield Path(os.path.relpath(module, folder)).as_posix()
    if not place.exists() or any(path.startswith(root) for path in exported):
        return
    if not place.is_dir():
        yield root or place.name
        return
    for path in sorted(place.rglob("*")):
        parts = path.relative_to(place).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if not hidden and not path.is_dir():
            yield path.relative_to(folder).as_posix()


def _writer(path: Path) -> Writer:
    """Who wrote a file last; what is no regular file, or a link to nothing, is not read."""
    return writer(path.read_bytes()) if path.is_file() else Writer.STRANGER


def _is_foreign(path: Path) -> bool:
    return os.path.lexists(path) and _writer(path) is not Writer.EXPORT


def _is_the_users(path: Path, content: bytes) -> bool:
    if not os.path.lexists(path):
        return False
    return _is_foreign(path) and not (path.is_file() and path.read_bytes() == content)


def _hides(path: str, files: Mapping[str, bytes]) -> bool:
    """Whether Python would find a file's folder where it looks for a module of the export."""
    parents = path.split("/")[:-1]
    return any("/".join(parents[:depth]) + ".py" in files for depth in range(1, len(parents) + 1))


def _in_the_way(folder: Path, paths: Iterable[str]) -> str:
    each = [*paths]
    more = f" and {len(each) - MOST_NAMED} more" if len(each) > MOST_NAMED else ""
    names = ", ".join(each[:MOST_NAMED]) + more
    return (
        f"these files in {folder} are of no export, or were changed since: {names}. Nothing is "
        "written: move them away, or write a folder of its own with --package NAME"
    )


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
