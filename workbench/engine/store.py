"""A recorded object store: LEAN's keys, limits, permissions and return values, over one folder.

A save goes to memory first and reaches the folder when it is flushed: at once when synchronous,
else at `get_file_path`, `clear` and the end of the run. Only keys of LEAN's pattern can be saved. A
save over quota returns False and is told through `complain`; so is a write the disk refuses, though
its save returned True: LEAN's writer stops there, and tries again with the next flush. Read by user
code through `algorithm.object_store`; limits and flushes belong to the engine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, overload

from workbench.engine.objects import KeyValuePair
from workbench.engine.reads import (
    ArgumentException,
    ArgumentNullException,
    InvalidOperationException,
    KeyNotFoundException,
    LeanObject,
    ReadMeter,
    lean_call,
    lean_read,
)

_KEY: Final = re.compile(r"^\.?[a-zA-Z0-9\\/_#\-$= ]+\.?[a-zA-Z0-9]*$")
_MOST_SEPARATORS: Final = 100
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoreRules:
    """What a store allows; the defaults are LEAN's own.

    Attributes:
        max_files: The most files it may hold.
        max_size: The most bytes it may hold.
        allowed: Whether it may be read and written at all.
        synchronous: Whether a save reaches the folder at once, or only at a flush.
    """

    max_files: int = 10_000
    max_size: int = 10 * 1024**3
    allowed: bool = True
    synchronous: bool = True


class ByteArray(Sequence[int]):
    """The bytes LEAN returns: a sequence of numbers that `bytes(...)` takes, and no `bytes`."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    @overload
    def __getitem__(self, place: int) -> int: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...

    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        return self._data[place]

    def __bytes__(self) -> bytes:
        return self._data


class ObjectStore(LeanObject):
    """LEAN's object store over `folder`; `complain` is told what went wrong with a save."""

    __slots__ = ("_complain", "_dirty", "_folder", "_lock", "_memory", "_rules")

    def __init__(
        self,
        meter: ReadMeter,
        folder: Path,
        complain: Callable[[str], None],
        rules: StoreRules,
    ) -> None:
        super().__init__(meter)
        self._folder = folder
        self._complain = complain
        self._rules = rules
        self._lock = threading.RLock()
        self._memory: dict[str, bytes | None] = {}  # None: known, its contents are on disk
        self._dirty: dict[str, None] = {}  # in the order of the saves

    @lean_read
    def max_size(self) -> int:
        """The most bytes the whole store may hold."""
        return self._rules.max_size

    @lean_read
    def max_files(self) -> int:
        """The most files the whole store may hold."""
        return self._rules.max_files

    @lean_read
    def keys(self) -> list[str]:
        """The keys there are, those on disk included; none without permission."""
        found = self._all_keys() if self._rules.allowed else []
        for _ in found:
            self._meter.read(self, "__next__")
        return found

    @lean_call
    def contains_key(self, path: str) -> bool:
        """Whether there is an object of that key; InvalidOperationException without permission."""
        return self._has(path)

    @lean_call
    def read(self, path: str) -> str:
        """Return the object as text; KeyNotFoundException where there is none."""
        return self._contents(path).decode("utf-8", "replace")

    @lean_call
    def read_bytes(self, path: str) -> ByteArray:
        """Return the object's bytes; KeyNotFoundException where there is none."""
        return ByteArray(self._contents(path))

    @lean_call
    def save(self, path: str, text: str) -> bool:
        """Save a text as UTF-8; False over quota, exceptions on a bad key or no permission."""
        if text is None:
            raise ArgumentNullException("Value cannot be null. (Parameter 's')")
        if not isinstance(text, str):
            raise TypeError("No method matches given arguments for ObjectStore.Save")
        return self._save(path, text.encode("utf-8", "replace"))

    @lean_call
    def save_bytes(self, path: str, contents: Iterable[int]) -> bool:
        """Save bytes; False over quota, exceptions on a bad key or no permission."""
        if not isinstance(contents, Iterable):
            raise TypeError("No method matches given arguments for ObjectStore.SaveBytes")
        return self._save(path, bytes(contents))

    @lean_call
    def delete(self, path: str) -> bool:
        """Delete the object; False when there was none."""
        key = self._normal(path, "Delete")
        with self._lock:
            self._dirty.pop(key, None)
            known = key in self._memory
            self._memory.pop(key, None)
            file = self._file(key)
            if file is None:
                return known
            file.unlink()
            return True

    @lean_call
    def get_file_path(self, path: str) -> str:
        """Return where the object's file is, after writing it; a new key is only reserved."""
        key = self._normal(path, "ContainsKey")
        if self._has(path):
            self._flush()
        else:
            self._check_key(path)
            self._memory[key] = None
        place = self._folder / key
        place.parent.mkdir(parents=True, exist_ok=True)
        return str(place)

    @lean_call
    def clear(self) -> None:
        """Write what is pending and forget what is in memory; nothing is deleted."""
        self._flush()
        self._memory.clear()

    @lean_call
    def __iter__(self) -> Iterator[KeyValuePair[str, ByteArray]]:
        keys = self._all_keys() if self._rules.allowed else []
        for key in keys:
            self._meter.read(self, "__next__")
            yield KeyValuePair(self._meter, key, ByteArray(self._contents(key)))

    def _flush(self) -> None:
        """Write what memory holds beyond the folder; the first refusal ends the attempt."""
        with self._lock:
            for key in list(self._dirty):
                place = self._folder / key
                try:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(self._memory[key] or b"")
                except OSError as error:
                    self._complain(f"ObjectStore Persistence Error: {error.strerror}: '{key}'")
                    return
                del self._dirty[key]

    def _save(self, path: str, contents: bytes) -> bool:
        key = self._normal(path, "SaveBytes")
        self._check_key(path)
        with self._lock:
            if not self._within_quota(key, len(contents)):
                return False
            self._memory[key] = contents
            self._dirty[key] = None
            if self._rules.synchronous:
                self._flush()
            return True

    def _within_quota(self, key: str, size: int) -> bool:
        others = [other for other in self._all_keys() if other != key]
        files = len(others) + 1
        if files > self._rules.max_files:
            limit = f"limit for files it can save: {files}/{self._rules.max_files}"
            return self._over(limit, "max_files")
        size += sum(map(self._size, others))
        if size > self._rules.max_size:
            used, most = size / _MEGABYTE, self._rules.max_size / _MEGABYTE
            return self._over(f"storage capacity limit: {used}MB/{most}MB", "max_size")
        return True

    def _over(self, limit: str, member: str) -> bool:
        self._complain(
            f"ObjectStore Persistence Error: You have reached the ObjectStore {limit}. Unable to "
            f"save the new file. You can find the limit with the ObjectStore.{member} property."
        )
        return False

    def _size(self, key: str) -> int:
        contents = self._memory.get(key)
        if contents is not None:
            return len(contents)
        file = self._file(key)
        return 0 if file is None else file.stat().st_size

    def _has(self, path: str) -> bool:
        key = self._normal(path, "ContainsKey")
        return key in self._memory or self._file(key) is not None

    def _contents(self, path: str) -> bytes:
        key = self._normal(path, "ContainsKey")
        contents = self._memory.get(key)
        file = self._file(key)
        if contents is None and file is not None:
            contents = self._memory[key] = file.read_bytes()
        if contents is None:
            raise KeyNotFoundException(
                f"Object with path '{path}' was not found in the current project. Please use "
                "ObjectStore.ContainsKey(key) to check if an object exists before reading."
            )
        return contents

    def _all_keys(self) -> list[str]:
        on_disk = (path for path in self._folder.rglob("*") if path.is_file())
        found = (path.relative_to(self._folder).as_posix() for path in on_disk)
        return list(dict.fromkeys((*self._memory, *found)))

    def _normal(self, path: str, action: str) -> str:
        """Return the key LEAN makes of `path`; an exception for no text or no permission."""
        if path is None:
            raise ArgumentNullException("Value cannot be null. (Parameter 'path')")
        if not isinstance(path, str):
            raise TypeError(f"No method matches given arguments for ObjectStore.{action}")
        if not self._rules.allowed:
            raise InvalidOperationException(
                f"LocalObjectStore.{action}(): the object store may not be used here"
            )
        return path.lstrip(".").lstrip("/\\").replace("\\", "/")

    def _check_key(self, path: str) -> None:
        too_deep = max(path.count("/"), path.count("\\")) > _MOST_SEPARATORS
        if too_deep or _KEY.match(path) is None:
            raise ArgumentException(f"LocalObjectStore: path is not supported: '{path}'")

    def _file(self, key: str) -> Path | None:
        """Return the key's file; None without one, and for a key that leads out of the store."""
        place = self._folder / key
        if not key or ".." in place.parts or "\0" in key:
            return None
        try:
            return place if place.is_file() else None
        except OSError:  # a name too long for the disk
            return None


def flush(store: ObjectStore) -> None:
    """Write what the store's memory holds beyond its folder, as LEAN's timer and shutdown do."""
    store._flush()
