"""The tape reader: what it streams, and how it says what is wrong with a tape."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.workbench.engine import tapes
from workbench.engine.tape import TAPE_NAME, TapeError, read_tape

FOUR = (tapes.start(), tapes.security(), tapes.order(), tapes.end())


def types_of(folder: Path, lenient: bool = False) -> list[str]:
    """The types of all lines a reading yields."""
    return [line.type for line in read_tape(folder, lenient).lines()]


def test_the_lines_come_in_order_with_number_and_time(tmp_path: Path) -> None:
    """Each line has its number from 1, its fields, and its time as an aware UTC datetime."""
    lines = list(tapes.tape(tmp_path, *FOUR).lines())
    assert [line.number for line in lines] == [1, 2, 3, 4]
    assert [line.type for line in lines] == ["start", "security", "order", "end"]
    assert lines[2].utc == datetime(2020, 1, 2, 14, 31, tzinfo=UTC)
    assert lines[2].fields == tapes.order()


def test_a_time_of_another_offset_is_made_utc(tmp_path: Path) -> None:
    """A line's time is UTC whatever offset it is written with."""
    line = tapes.mark() | {"utc": "2020-01-02T09:32:00-05:00"}
    tape = tapes.tape(tmp_path, line)
    assert list(tape.lines())[1].utc == datetime(2020, 1, 2, 14, 32, tzinfo=UTC)


def test_start_is_there_before_anything_is_played(tmp_path: Path) -> None:
    """The start line can be read without asking for the lines."""
    assert tapes.tape(tmp_path, *FOUR).start == tapes.start()


def test_a_tape_can_be_read_again(tmp_path: Path) -> None:
    """Every reading begins at the start."""
    tape = tapes.tape(tmp_path, *FOUR)
    assert [line.number for line in tape.lines()] == [line.number for line in tape.lines()]


def test_the_end_is_found_without_playing(tmp_path: Path) -> None:
    """`end` returns the last line's fields, and the same when asked again."""
    tape = tapes.tape(tmp_path, *FOUR)
    assert tape.end() == tapes.end()
    assert tape.end() is tape.end()


def test_a_long_end_line_is_found_whole(tmp_path: Path) -> None:
    """Lines that span many chunks of the file are put together again."""
    trades = [{"symbols": [f"A{n} {n * 7919}"], "entry_price": n / 7} for n in range(20_000)]
    tape = tapes.tape(tmp_path, tapes.security(), tapes.end(closed_trades=trades))
    assert tape.end() == tapes.end(closed_trades=trades)
    assert list(tape.lines())[-1].fields["closed_trades"] == trades


def test_the_last_line_may_lack_its_newline(tmp_path: Path) -> None:
    """A file that ends with its last character is whole."""
    tapes.write(tmp_path, FOUR)
    text = gzip.decompress((tmp_path / TAPE_NAME).read_bytes()).rstrip()
    (tmp_path / TAPE_NAME).write_bytes(gzip.compress(text))
    assert types_of(tmp_path) == ["start", "security", "order", "end"]
    assert read_tape(tmp_path).end() == tapes.end()


def test_progress_runs_to_one(tmp_path: Path) -> None:
    """Progress grows with the compressed bytes read, and is 1 when all are."""
    marks = [tapes.mark(tpv=1000 + n / 7) for n in range(20_000)]
    tape = tapes.tape(tmp_path, *marks)
    seen = [tape.progress for _ in tape.lines()]
    assert seen == sorted(seen)
    assert 0 < seen[0] < 1
    assert tape.progress == 1


@pytest.mark.parametrize(
    "content",
    [b"", gzip.compress(b"", mtime=0), b"hello", b"\x1f\x8b\x08"],
    ids=["nothing", "packed nothing", "no gzip", "cut"],
)
@pytest.mark.parametrize("lenient", [False, True])
def test_a_file_without_a_start_cannot_be_opened(
    tmp_path: Path, content: bytes, lenient: bool
) -> None:
    """Empty, foreign and broken files are refused at once, leniently or not."""
    (tmp_path / TAPE_NAME).write_bytes(content)
    with pytest.raises(TapeError, match=rf"{TAPE_NAME}, line 1: .*; .*"):
        read_tape(tmp_path, lenient)


@pytest.mark.parametrize("lenient", [False, True])
def test_the_start_line_must_stand_first(tmp_path: Path, lenient: bool) -> None:
    """A tape that begins with another line is refused, leniently or not."""
    tapes.write(tmp_path, [tapes.security(), tapes.end()])
    with pytest.raises(TapeError, match="line 1: the first line is of type 'security'"):
        read_tape(tmp_path, lenient)


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    """The error says which folder or file is not there, and what to give."""
    with pytest.raises(TapeError, match=r"nowhere: there is no such folder; give the folder"):
        read_tape(tmp_path / "nowhere")
    with pytest.raises(TapeError, match=rf"{TAPE_NAME}: the file cannot be opened .*; give a"):
        read_tape(tmp_path)


BAD: dict[str, tapes.Line | str] = {
    "not JSON": "{nonsense",
    "not a JSON object": "[1, 2]",
    "NaN is no JSON": '{"type": "mark", "utc": "2020-01-02T14:32:00+00:00", "tpv": NaN}',
    "unknown type 'nothing'": {"type": "nothing", "utc": tapes.utc("14:32")},
    "unknown type None": {"utc": tapes.utc("14:32")},
    "'fill_price' is missing": {k: v for k, v in tapes.order().items() if k != "fill_price"},
    "'fill_price' should be a number of at most 1e+15 in size but is '1'": tapes.order(
        fill_price="1"
    ),
    "'tpv' should be a number of at most 1e+15 in size but is inf": (
        '{"type": "mark", "utc": "2020-01-02T14:32:00+00:00", "tpv": 1e999}'
    ),
    "'cash' should be {currency: [amount, rate]}, each number": (
        '{"type": "mark", "utc": "2020-01-02T14:32:00+00:00", "cash": {"USD": [1e999, 1]}}'
    ),
    "'fill_qty' should be a number of at most 1e+15 in size but is 1e+308": tapes.order(
        fill_qty=1e308
    ),
    "'multiplier' should be a number from 1e-18 to 1e+15 but is 0.0": tapes.security(
        sid="ZZZ", multiplier=0.0
    ),
    "'quote' should be a text that is not empty but is ''": tapes.security(sid="ZZZ", quote=""),
    "'factor' should be a number from 1e-18 to 1e+15 but is 0": tapes.corporate("split", factor=0),
    "'utc' should be an ISO time but is 'noon'": tapes.mark(utc="noon"),
    "'utc' is missing": {"type": "mark"},
    "a second start line": tapes.start(),
    "'ZZZ' is named before the security line": tapes.order(sid="ZZZ"),
    "'YYY' is named before the security line": tapes.mark(h={"YYY": [1, 2, 3, 4, 5]}),
}


@pytest.mark.parametrize("wrong", BAD)
def test_a_bad_line_is_an_error_with_its_number(tmp_path: Path, wrong: str) -> None:
    """The error names file and line, says what is wrong and what to do."""
    line = BAD[wrong]
    tapes.write(tmp_path, [tapes.start(), tapes.security(), line, tapes.end()])
    with pytest.raises(TapeError, match="line 3: ") as caught:
        types_of(tmp_path)
    assert wrong in str(caught.value)
    assert "; mend or drop the line" in str(caught.value)
    assert caught.value.line == 3
    assert caught.value.path == tmp_path / TAPE_NAME


@pytest.mark.parametrize("wrong", BAD)
def test_lenient_reading_leaves_a_bad_line_out(tmp_path: Path, wrong: str) -> None:
    """All other lines are played, and the bad one is listed."""
    line = BAD[wrong]
    tapes.write(tmp_path, [tapes.start(), tapes.security(), line, tapes.mark(), tapes.end()])
    tape = read_tape(tmp_path, lenient=True)
    assert [line.type for line in tape.lines()] == ["start", "security", "mark", "end"]
    assert len(tape.problems) == 1
    assert wrong in tape.problems[0]


def test_lenient_reading_lists_problems_anew_each_time(tmp_path: Path) -> None:
    """Reading twice does not list a problem twice."""
    tapes.write(tmp_path, [tapes.start(), "{", tapes.end()])
    tape = read_tape(tmp_path, lenient=True)
    assert len(list(tape.lines())) == len(list(tape.lines())) == 2
    assert len(tape.problems) == 1


def test_a_sound_tape_has_no_problems(tmp_path: Path) -> None:
    """Lenient reading of a whole tape lists nothing."""
    tapes.write(tmp_path, FOUR)
    tape = read_tape(tmp_path, lenient=True)
    assert len(list(tape.lines())) == 4
    assert tape.problems == []


def test_a_tape_without_an_end_is_cut_short(tmp_path: Path) -> None:
    """A missing end line is an error, and leniently a problem after all else is played."""
    tapes.write(tmp_path, FOUR[:-1])
    with pytest.raises(TapeError, match="cut short: it has no end line"):
        types_of(tmp_path)
    tape = read_tape(tmp_path, lenient=True)
    assert [line.type for line in tape.lines()] == ["start", "security", "order"]
    assert len(tape.problems) == 1
    assert tape.end() is None


def test_a_truncated_file_is_cut_short(tmp_path: Path) -> None:
    """Of a file that breaks off, leniently every whole line is played."""
    marks = [tapes.mark(tpv=1000 + n / 7) for n in range(20_000)]
    tapes.write(tmp_path, [tapes.start(), *marks, tapes.end()])
    whole = (tmp_path / TAPE_NAME).read_bytes()
    (tmp_path / TAPE_NAME).write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(TapeError, match="the compression breaks off"):
        types_of(tmp_path)
    tape = read_tape(tmp_path, lenient=True)
    lines = list(tape.lines())
    assert [line.fields for line in lines[1:]] == marks[: len(lines) - 1]
    assert len(lines) > 10_000
    assert [problem.partition(": ")[2][:5] for problem in tape.problems] == ["the c", "the t"]
    assert tape.end() is None


def test_damage_inside_the_file_is_reported(tmp_path: Path) -> None:
    """Bytes that do not unpack end the reading with an error, not with another exception."""
    marks = [tapes.mark(tpv=1000 + n / 7) for n in range(20_000)]
    tapes.write(tmp_path, [tapes.start(), *marks, tapes.end()])
    data = bytearray((tmp_path / TAPE_NAME).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    (tmp_path / TAPE_NAME).write_bytes(data)
    with pytest.raises(TapeError):
        types_of(tmp_path)
    assert len(types_of(tmp_path, lenient=True)) > 1000


def test_nothing_may_follow_the_end(tmp_path: Path) -> None:
    """Lines after the end line are an error, and leniently left out."""
    tapes.write(tmp_path, [*FOUR, tapes.mark()])
    with pytest.raises(TapeError, match="line 5: a line after the end line"):
        types_of(tmp_path)
    assert types_of(tmp_path, lenient=True) == ["start", "security", "order", "end"]


def test_every_recording_is_sound(recording: Callable[[str], Path]) -> None:
    """Recordings of the kinds that differ most read without a problem."""
    for name in ("shared-options", "live-paper", "crypto-future-funding", "renamed-ticker"):
        tape = read_tape(recording(name), lenient=True)
        assert sum(1 for _ in tape.lines()) > 100
        assert tape.problems == []
        assert tape.end() is not None
