"""A folder with the members of LEAN's object store, for trackers without LEAN."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

MOST_BYTES = 10 * 1024**3
MOST_FILES = 10_000
_UNFINISHED = ".unfinished"


class FolderStore:
    """Keeps each object in a file of its own, under its key as a path within the folder.

    Args:
        folder: It is made with the first object.

    Attributes:
        max_size: The most bytes that it may hold.
        max_files: The most files that it may hold.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.max_size = MOST_BYTES
        self.max_files = MOST_FILES

    @property
    def keys(self) -> Iterable[str]:
        """The keys of all objects."""
        files = (path for path in sorted(self._folder.rglob("*")) if path.is_file())
        return [
            path.relative_to(self._folder).as_posix()
            for path in files
            if path.suffix != _UNFINISHED
        ]

    def contains_key(self, path: str, /) -> bool:
        """Tell whether there is an object of a key."""
        return self._file(path).is_file()

    def read(self, path: str, /) -> str:
        """Return an object as text."""
        return self._file(path).read_text(encoding="utf-8")

    def save(self, path: str, text: str, /) -> bool:
        """Store a text; the file is whole or as it was before."""
        file = self._file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(file.name + _UNFINISHED)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)
        return True

    def delete(self, path: str, /) -> bool:
        """Delete an object; False when there was none."""
        file = self._file(path)
        found = file.is_file()
        file.unlink(missing_ok=True)
        return found

    def _file(self, key: str) -> Path:
        """Return the file of a key; a key that leads out of the folder raises ValueError."""
        file = self._folder / key
        if not file.resolve().is_relative_to(self._folder.resolve()):
            raise ValueError(f"the key {key!r} leads out of the folder")
        return file
