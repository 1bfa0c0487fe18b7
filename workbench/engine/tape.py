"""Reading a tape: the JSON lines of one recorded run, streamed from its file, checked one by one.

Every line that comes out of here is whole: its type is known, it has the fields its type needs,
each of the right kind, and it names no instrument that was not described before. What is not so
raises TapeError or, when reading leniently, is left out and listed in `problems`; beyond the limits
of `tape_limits` nothing is read. The recorded engine and the workbench's commands call it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from workbench.engine.files import opened
from workbench.engine.tape_fields import line_fault, named_sids, utc_of
from workbench.engine.tape_limits import (
    LONGEST_LINE,
    MOST_BAD_LINES,
    MOST_PROBLEMS,
    Clock,
    most_unpacked,
    size_fault,
)

TAPE_NAME: Final = "tape.jsonl.gz"
_CHUNK: Final = 1 << 16
_COPY_AGAIN: Final = "copy the file again, or read it leniently to play what is there"


class TapeError(Exception):
    """A tape that cannot be played: says the file, the line (from 1), what is wrong, what to do."""

    def __init__(self, path: Path, line: int | None, wrong: str, advice: str) -> None:
        where = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {wrong}; {advice}")
        self.path = path
        self.line = line


@dataclass(frozen=True, slots=True)
class TapeLine:
    """One checked line: its number from 1, its fields as recorded, its time as an aware UTC one."""

    number: int
    fields: dict[str, Any]
    utc: datetime

    @property
    def type(self) -> str:
        """What the line is: start, security, order, mark, day, split, ... or end."""
        name: str = self.fields["type"]
        return name


class _TooLargeError(Exception):
    """A tape goes on beyond a limit; the text says which."""


class Tape:
    """One recorded run: `start` is its first line, all others are read from the file when asked."""

    def __init__(self, path: Path, lenient: bool = False) -> None:
        self.path = path
        self.lenient = lenient
        self.problems: list[str] = []
        self._bad_lines = 0
        self._size = 0
        self._read = 0
        self._end: dict[str, Any] | None = None
        self._end_sought = False
        self.start = self._first_line()

    @property
    def progress(self) -> float:
        """How much of the file the latest reading has taken in, 0 to 1, by compressed bytes."""
        return self._read / self._size if self._size else 1.0

    def lines(self) -> Generator[TapeLine, None, None]:
        """Yield every line, the start line first; TapeError where the tape is damaged.

        Lenient reading empties `problems`, plays what can be read and lists the rest there.
        """
        self.problems.clear()
        self._bad_lines = 0
        known, clock = set[str](), Clock(self.start)
        ended = False
        for number, raw in self._numbered():
            if ended:
                self._complain(number, "a line after the end line", "drop what follows the end")
                return
            line = self._checked(number, raw, known, clock)
            if line is None:
                continue
            ended = line.type == "end"
            yield line
        if not ended:
            self._complain(None, "the tape is cut short: it has no end line", _COPY_AGAIN)

    def end(self) -> dict[str, Any] | None:
        """Return the end line's fields without playing the tape; None if the last line is none."""
        if not self._end_sought:
            self._end_sought = True
            self._end = _as_end_line(self._last_raw_line())
        return self._end

    def _first_line(self) -> dict[str, Any]:
        """Read the start line alone; without a sound one no tape can be played, even leniently."""
        raw = next(self._raw_first(), b"")
        fields, wrong = _parsed(raw) if raw else ({}, "the tape is empty")
        wrong = wrong or line_fault(fields)
        if wrong is None and fields["type"] != "start":
            wrong = f"the first line is of type {fields['type']!r}, not 'start'"
        if wrong is not None:
            raise TapeError(self.path, 1, wrong, "record the run again: a tape begins with a start")
        return fields

    def _raw_first(self) -> Iterator[bytes]:
        try:
            yield from self._raw_lines()
        except gzip.BadGzipFile as error:
            wrong, advice = "the file is not gzip", "give the folder of a recording"
            raise TapeError(self.path, 1, wrong, advice) from error
        except _TooLargeError as error:
            raise TapeError(self.path, 1, str(error), "give the folder of a recording") from error
        except (EOFError, zlib.error) as error:
            wrong = f"the file breaks off before its first line ends ({error})"
            raise TapeError(self.path, 1, wrong, "copy the file again") from error

    def _checked(self, number: int, raw: bytes, known: set[str], clock: Clock) -> TapeLine | None:
        fields, wrong = _parsed(raw)
        wrong = wrong or line_fault(fields)
        if wrong is None and number > 1 and fields["type"] == "start":
            wrong = "a second start line"
        if wrong is None:
            strangers = [sid for sid in named_sids(fields) if sid not in known]
            if strangers:
                wrong = f"{strangers[0]!r} is named before the security line that describes it"
        wrong = wrong or clock.fault(utc_of(fields["utc"]))
        if wrong is not None:
            self._complain(number, wrong, "mend or drop the line, or read the tape leniently")
            return None
        if fields["type"] == "security":
            known.add(fields["sid"])
        return TapeLine(number, fields, utc_of(fields["utc"]))

    def _complain(self, line: int | None, wrong: str, advice: str) -> None:
        """Raise what is wrong or, reading leniently, list it; beyond some only their number."""
        self._bad_lines += 1
        if self.lenient and self._bad_lines > MOST_BAD_LINES:
            wrong = f"{MOST_BAD_LINES:,} lines before it cannot be read; the last problem: {wrong}"
            raise TapeError(self.path, line, wrong, _COPY_AGAIN)
        if self.lenient and self._bad_lines > MOST_PROBLEMS:
            more = self._bad_lines - MOST_PROBLEMS
            self.problems[MOST_PROBLEMS:] = [f"{self.path}: {more:,} more problems"]
            return
        error = TapeError(self.path, line, wrong, advice)
        if not self.lenient:
            raise error
        self.problems.append(str(error))

    def _numbered(self) -> Iterator[tuple[int, bytes]]:
        """Yield the whole lines of the file; damage in the compression is a problem of the tape."""
        number = 0
        try:
            for raw in self._raw_lines():
                number += 1
                yield number, raw
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._complain(number + 1, f"the compression breaks off ({error})", _COPY_AGAIN)
        except _TooLargeError as error:
            self._complain(number + 1, str(error), _COPY_AGAIN)

    def _raw_lines(self) -> Iterator[bytes]:
        parts: list[bytes] = []  # of a line that spans chunks: an end line may be tens of megabytes
        length = 0
        for chunk in self._chunks():
            first, newline, others = chunk.partition(b"\n")
            parts.append(first)
            length += len(first)
            if length > LONGEST_LINE:
                raise _TooLargeError(f"the line has more than {LONGEST_LINE:,} bytes")
            if not newline:
                continue
            yield b"".join(parts)
            *whole, rest = others.split(b"\n")
            yield from whole
            parts, length = [rest], len(rest)
        if any(parts):
            yield b"".join(parts)

    def _last_raw_line(self) -> bytes:
        last = b""
        try:
            for raw in self._raw_lines():
                last = raw or last
        except (EOFError, zlib.error, gzip.BadGzipFile, _TooLargeError):
            return b""
        return last

    def _chunks(self) -> Iterator[bytes]:
        with _opened(self.path) as file:
            self._size = self.path.stat().st_size
            most, taken = most_unpacked(self._size), 0
            with gzip.GzipFile(fileobj=file) as unpacked:
                # read1 hands over what came before a damage; read would lose it with the error
                while chunk := unpacked.read1(_CHUNK):
                    taken += len(chunk)
                    if taken > most:
                        raise _TooLargeError(f"the file unpacks to more than {most:,} bytes")
                    self._read = file.tell()
                    yield chunk
            self._read = self._size


def read_tape(path: Path, lenient: bool = False) -> Tape:
    """Open the recording in folder `path`; TapeError when it has no sound start line.

    With `lenient`, whatever can be read is played and the rest is listed in `Tape.problems`.
    """
    if not path.is_dir():
        advice = f"give the folder that holds {TAPE_NAME}"
        raise TapeError(path, None, "there is no such folder", advice)
    return Tape(path / TAPE_NAME, lenient)


def _opened(path: Path) -> BinaryIO:
    try:
        return opened(path)
    except OSError as error:
        wrong = f"the file cannot be opened ({error.strerror})"
        raise TapeError(path, None, wrong, f"give a folder that holds {TAPE_NAME}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def _parsed(raw: bytes) -> tuple[dict[str, Any], str | None]:
    wrong = size_fault(raw)
    if wrong is not None:
        return {}, wrong
    try:
        fields = _decode(raw.decode())
    except (ValueError, RecursionError) as error:
        return {}, f"the line is not JSON ({error})"
    if not isinstance(fields, dict):
        return {}, "the line is not a JSON object"
    return fields, None


def _as_end_line(raw: bytes) -> dict[str, Any] | None:
    fields, wrong = _parsed(raw)
    wrong = wrong or line_fault(fields)
    return fields if wrong is None and fields["type"] == "end" else None
