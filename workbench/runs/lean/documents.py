"""LEAN's result files, found and read: in a folder, in a zip archive, or one JSON alone.

Nothing is read of what is no regular file, of what is too large, or of what an archive unpacks to
beyond a limit; and of a file that is cut or no JSON nothing is kept.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from workbench.engine.files import MOST_READ, read_all
from workbench.runs.lean.fields import ResultError, plain
from workbench.runs.record import SourceFile

MOST_FILES = 20_000  # that are looked at in a folder or an archive
MOST_UNPACKED = 100  # times its size that an archive's file may unpack to, beyond a small one
SMALL = 1 << 22
MOST_OBJECTS = 8_000_000  # objects and lists in a file; a result of 145,000 orders has two million

EVENTS, SUMMARY, CONFIG, PART, RESULT = "order-events", "summary", "config", "live", "result"
# What may lie beside a result and is none.
_OTHERS = ("datamonitorreport", "alpharesults", "failedorders", "optimization", "storage")
# Names of a result's object, of which one is enough to know it by.
_OF_RESULT = frozenset({"charts", "orders", "profitloss", "statistics", "runtimestatistics"})
# What a download may have its result in.
_WRAPPERS = ("backtest", "result", "results", "livealgorithm", "liveresults")


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON file.

    Attributes:
        file: Its name, kind, size and hash.
        content: What it holds.
    """

    file: SourceFile
    content: Any


@dataclass(slots=True)
class Documents:
    """The files of one run, or of the days of one deployment.

    Attributes:
        where: What the user named, for the texts of errors.
        results: Results, the whole one first, then the parts of a live run by name.
        events: Lists of order events, by name: of a live run a day each.
        summary: The summary; None where there is none.
        config: What the LEAN CLI wrote beside it; None where there is none.
        code: The files of code, for their hash.
    """

    where: str
    results: list[Document] = field(default_factory=list)
    parts: list[Document] = field(default_factory=list)
    events: list[Document] = field(default_factory=list)
    summary: Document | None = None
    config: Document | None = None

    @property
    def files(self) -> list[SourceFile]:
        """Every file that was read."""
        more = [each for each in (self.summary, self.config) if each is not None]
        return [each.file for each in (*self.results, *self.parts, *self.events, *more)]


def kind_of(name: str) -> str | None:
    """What a file is by its name; None where it is nothing that is read."""
    stem = _stem(name)
    if stem is None:
        return CONFIG if name == "config" else None
    if any(other in plain(stem) for other in _OTHERS) or stem in ("config", "parameters"):
        return None
    if stem.endswith(EVENTS):
        return EVENTS
    if stem.endswith(SUMMARY):
        return SUMMARY
    if stem.endswith(("_minute", "_10minute")) or "_second_" in stem:
        return PART
    return RESULT


def _stem(name: str) -> str | None:
    """The name of a JSON file without its ending; None of any other."""
    for ending in (".json", ".json.gz"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return None


def is_result(name: str) -> bool:
    """Whether a file's name may be that of a result, its order events or a live part of it."""
    return kind_of(name) in (RESULT, EVENTS, PART)


def read_folder(path: Path, stem: str = "") -> Documents:
    """The files of a result folder.

    Args:
        path: The folder; what lies in folders below it is not read.
        stem: LEAN's id of the run, where only its files are wanted.

    Raises:
        ResultError: A file is no JSON, or none is a result.
        OSError: One cannot be read.
    """
    names = sorted(each.name for each in _some(path.iterdir()) if each.name.startswith(stem))
    found = Documents(str(path))
    for name in names:
        kind = kind_of(name)
        if kind is not None and not (path / name).is_dir():
            _add(found, kind, name, read_all(path / name))
    return _checked(found)


def read_archive(path: Path) -> Documents:
    """The files of a result in a zip archive; errors as of `read_folder`."""
    found = Documents(str(path))
    try:
        with zipfile.ZipFile(io.BytesIO(read_all(path))) as archive:
            left = MOST_READ
            for entry in _some(archive.infolist()):
                name = PurePosixPath(entry.filename).name
                kind = None if entry.is_dir() else kind_of(name)
                if kind is not None:
                    data = _unpacked(archive, entry, left)
                    left -= len(data)
                    _add(found, kind, name, data)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ResultError(f"{path}: the archive cannot be read: {error}") from None
    return _checked(found)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    most = min(left, max(SMALL, MOST_UNPACKED * entry.compress_size))
    with archive.open(entry) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ResultError(f"{entry.filename} unpacks to more than {most:,} bytes")
    return data


def read_alone(path: Path) -> Documents:
    """A result's file with its order events beside it, if they are; errors as of `read_folder`."""
    if kind_of(path.name) not in (RESULT, PART):
        raise ResultError(f"{path} is no result file: give LEAN's <id>.json or its folder")
    found = Documents(str(path))
    _add(found, RESULT, path.name, read_all(path))
    stem = _stem(path.name) or path.name
    named = f"{_literal(stem)}-*{EVENTS}.json*"
    for pattern in (named, f"{EVENTS}.json*"):
        for beside in sorted(path.parent.glob(pattern)) if not found.events else ():
            if kind_of(beside.name) == EVENTS and not beside.is_dir():
                _add(found, EVENTS, beside.name, read_all(beside))
    return _checked(found)


def _literal(text: str) -> str:
    """A text as a pattern that matches it alone."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in text)


def _some(entries: Iterable[Any]) -> list[Any]:
    """All of the entries; ResultError where there are more than a result folder has."""
    found = []
    for entry in entries:
        found.append(entry)
        if len(found) > MOST_FILES:
            raise ResultError(f"there are more than {MOST_FILES:,} files")
    return found


def _add(found: Documents, kind: str, name: str, data: bytes) -> None:
    """Read a file into the documents."""
    content = _json(name, data)
    file = SourceFile(name, kind, len(data), sha256(data).hexdigest())
    document = Document(file, content)
    if kind == EVENTS:
        found.events.append(document)
    elif kind == SUMMARY:
        found.summary = document
    elif kind == CONFIG:
        found.config = document
    elif kind == PART:
        found.parts.append(document)
    elif _looks_like_result(content):
        found.results.append(Document(file, _unwrapped(content)))


def _json(name: str, data: bytes) -> Any:
    try:
        if name.endswith(".gz"):
            data = _inflated(name, data)
        if data.count(b"{") + data.count(b"[") > MOST_OBJECTS:
            raise ResultError(f"{name} has more than {MOST_OBJECTS:,} objects")
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        what = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ResultError(f"{name} is cut or no JSON: {what}") from None


def _inflated(name: str, data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
            inflated = unpacked.read(MOST_READ + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ResultError(f"{name} is damaged: {error}") from None
    if len(inflated) > MOST_READ:
        raise ResultError(f"{name} unpacks to more than {MOST_READ:,} bytes")
    return inflated


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _unwrapped(content: Any) -> Any:
    """A result that a download has put into another object."""
    if isinstance(content, Mapping) and not _has_result_names(content):
        for name, value in content.items():
            if plain(str(name)) in _WRAPPERS and _has_result_names(value):
                return value
    return content


def _looks_like_result(content: Any) -> bool:
    return _has_result_names(_unwrapped(content))


def _has_result_names(content: Any) -> bool:
    if not isinstance(content, Mapping):
        return False
    return len({plain(str(name)) for name in content} & _OF_RESULT) >= 2


def _checked(found: Documents) -> Documents:
    """The documents; ResultError where they hold no result, or those of several runs."""
    if not found.results and not found.parts:
        raise ResultError(f"there is no result of LEAN's in {found.where}: no <id>.json")
    if len(found.results) > 1:
        names: Sequence[str] = [each.file.name for each in found.results]
        listed = ", ".join(names[:3])
        raise ResultError(f"{found.where} has {len(names)} results ({listed}): name one of them")
    return found
