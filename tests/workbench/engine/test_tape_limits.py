"""The limits of a tape: what is too large, too long or too late is refused, and costs little."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.workbench.commands.calls import run
from tests.workbench.engine import tapes
from workbench.engine import tape, tape_limits
from workbench.engine.tape import TAPE_NAME, TapeError, read_tape
from workbench.engine.tape_limits import Clock, most_unpacked, size_fault


def packed_zeros(size: int) -> bytes:
    """A gzip file of so many zeros, made without holding them."""
    packer, piece = zlib.compressobj(9, wbits=31), bytes(1 << 20)
    return b"".join([*(packer.compress(piece) for _ in range(size >> 20)), packer.flush()])


def a_tape(folder: Path, content: bytes) -> Path:
    """A recording of this file."""
    folder.mkdir(exist_ok=True)
    (folder / TAPE_NAME).write_bytes(content)
    return folder


def lenient_problems(folder: Path) -> list[str]:
    """What a lenient reading lists."""
    read = read_tape(folder, lenient=True)
    for _ in read.lines():
        pass
    return read.problems


# --- how much


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("lenient", [False, True])
def test_a_stream_of_zeros_is_not_taken_into_memory(
    tmp_path: Path, started: bool, lenient: bool
) -> None:
    """A line that never ends is given up at the longest that there may be."""
    head = gzip.compress(json.dumps(tapes.start()).encode() + b"\n") if started else b""
    folder = a_tape(tmp_path, head + packed_zeros(1 << 28))
    tracemalloc.start()
    words = ["replay", str(folder), *(["--lenient"] if lenient else [])]
    ended = run(*words)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200_000_000
    assert ended.exit_code == (0 if started and lenient else 2)
    assert "more than 67,108,864 bytes" in ended.output


def test_a_stream_of_short_lines_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not its lines alone are bounded, but what a file unpacks to: 64 times its size."""
    assert most_unpacked(1_000) == tape_limits.LEAST_UNPACKED
    assert most_unpacked(10_000_000) == 640_000_000
    monkeypatch.setattr(tape_limits, "LEAST_UNPACKED", 1_000_000)
    line = json.dumps(tapes.mark()).encode() + b"\n"
    content = json.dumps(tapes.start()).encode() + b"\n" + line * (1_100_000 // len(line))
    folder = a_tape(tmp_path, gzip.compress(content, 1))
    assert read_tape(folder).end() is None
    packed = (folder / TAPE_NAME).stat().st_size
    assert most_unpacked(packed) < len(content)
    with pytest.raises(TapeError, match="the file unpacks to more than"):
        for _ in read_tape(folder).lines():
            pass


def test_only_the_last_line_may_be_long() -> None:
    """It has all closed trades; a long line of another type is refused before it is read."""
    text = b"x" * tape_limits.LONGEST_PLAIN_LINE
    assert size_fault(b'{"type": "end", "a": "' + text + b'"}') is None
    assert size_fault(b'{"type":"end","a":"' + text + b'"}') is None
    assert "none but the last" in str(size_fault(b'{"type": "mark", "a": "' + text + b'"}'))


@pytest.mark.parametrize("filling", [b"[],", b"{},", b"1,1,1,"])
def test_a_line_of_too_many_values_is_refused(filling: bytes) -> None:
    """They take many times the bytes of their text."""
    raw = b'{"type":"end","a":[' + filling * (tape_limits.MOST_VALUES // 3 + 1) + b"0]}"
    assert "more than 1,000,000 objects or 8,000,000 values" in str(size_fault(raw))


def test_a_reading_lists_some_problems_and_counts_the_rest(tmp_path: Path) -> None:
    """A lenient reading of a file of nonsense keeps no message for each line."""
    lines = [json.dumps(tapes.start()), *["nonsense"] * 1_000, json.dumps(tapes.end())]
    problems = lenient_problems(a_tape(tmp_path, gzip.compress("\n".join(lines).encode())))
    assert len(problems) == tape_limits.MOST_PROBLEMS + 1
    assert problems[0].startswith(f"{tmp_path / TAPE_NAME}, line 2: ")
    assert problems[-1] == f"{tmp_path / TAPE_NAME}: 900 more problems"


def test_a_file_of_nonsense_is_no_tape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many lines with a problem even a lenient reading ends."""
    monkeypatch.setattr(tape, "MOST_BAD_LINES", 500)
    lines = [json.dumps(tapes.start()), *["nonsense"] * 501]
    with pytest.raises(TapeError, match="line 502: 500 lines before it cannot be read"):
        lenient_problems(a_tape(tmp_path, gzip.compress("\n".join(lines).encode())))


@pytest.mark.parametrize("command", ["replay", "stats", "compare"])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_only_regular_files_are_read(tmp_path: Path, command: str, kind: str) -> None:
    """A pipe that nobody writes to is refused at once, and so is a folder under a tape's name."""
    (os.mkfifo if kind == "pipe" else os.mkdir)(tmp_path / TAPE_NAME)
    refused = run(command, tmp_path)
    assert refused.exit_code == 2
    assert "it is no regular file" in refused.output or "Is a directory" in refused.output
    assert refused.output.count("\n") == 1


# --- how long


def clock(**changes: object) -> Clock:
    """The clock of a run of one day, 2 January 2020 in New York."""
    return Clock(tapes.start(**changes))


def at(text: str) -> datetime:
    """A time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LATE = [
    (False, "2021-01-02T05:00", None),
    (False, "2021-01-03T05:00", "beyond the run's end"),
    (True, "2020-02-02T05:00", None),
    (True, "2020-02-02T05:01", "31 days after what is before it"),
    (False, "2009-12-25T00:00", "too long before the run's start"),
    (False, "2010-01-01T00:00", None),
    (True, "2019-12-18T00:00", "too long before the run's start"),
]


@pytest.mark.parametrize(("live", "text", "fault"), LATE)
def test_a_time_is_near_those_of_the_run(live: bool, text: str, fault: str | None) -> None:
    """Not beyond its end, not long after the line before and not long before its start."""
    end = "2050-12-31T00:00:00" if live else "2020-01-02T23:59:59.999999"
    found = clock(live=live, end=end).fault(at(text))
    assert (found is None) if fault is None else (fault in str(found))


def test_a_line_that_comes_late_does_not_move_the_clock_back() -> None:
    """One wrong line makes no other wrong."""
    judge = clock(live=True, end="2050-12-31T00:00:00")
    assert judge.fault(at("2020-01-10T00:00")) is None
    assert judge.fault(at("2020-01-02T06:00")) is None
    assert judge.fault(at("2020-01-20T00:00")) is None


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
@pytest.mark.parametrize("field", ["utc", "start", "end"])
def test_a_time_of_another_age_is_none(tmp_path: Path, field: str, year: str) -> None:
    """No sum of times can leave the calendar."""
    started = tapes.start()
    folder = tapes.write(tmp_path, [started | {field: year + started[field][4:]}, tapes.end()])
    with pytest.raises(TapeError, match=f"'{field}' should be an ISO time.* but is '{year}"):
        read_tape(folder)


@pytest.mark.parametrize("live", [False, True])
def test_a_mark_of_another_century_is_refused_at_once(tmp_path: Path, live: bool) -> None:
    """No schedule is called for each of the days until then, nor every ten seconds."""
    end = "2199-12-31T00:00:00"
    far = tapes.mark() | {"utc": "2199-01-01T00:00:00+00:00"}
    folder = tapes.write(tmp_path, [tapes.start(live=live, end=end), far, tapes.end()])
    refused = run("replay", folder)
    assert refused.exit_code == 2
    assert "days after what is before it" in refused.output
