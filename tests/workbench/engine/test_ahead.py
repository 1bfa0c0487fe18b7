"""Lines of a tape that are looked at before their turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbench.engine import tapes
from workbench.engine.ahead import Ahead, batches
from workbench.engine.tape import TapeError, TapeLine


def lines(folder: Path, *given: tapes.Line) -> Iterator[TapeLine]:
    """The lines of a small tape."""
    return tapes.tape(folder, tapes.start(), *given, tapes.end()).lines()


def test_what_was_looked_at_comes_in_its_turn(tmp_path: Path) -> None:
    """Looking for a line, once or again, delivers none and leaves none out."""
    ahead = Ahead(lines(tmp_path, tapes.security(), tapes.day(), tapes.mark()))
    kinds = frozenset({"mark"})
    assert [found and found.type for found in (ahead.first(kinds), ahead.first(kinds))] == [
        "mark",
        "mark",
    ]
    assert [line.type for line in ahead] == ["start", "security", "day", "mark", "end"]
    assert ahead.first(kinds) is None


def test_a_damaged_line_raises_in_its_turn(tmp_path: Path) -> None:
    """Whoever looks ahead finds nothing behind the damage, which stops the reader later."""
    ahead = Ahead(lines(tmp_path, tapes.day(), tapes.order(), tapes.mark()))
    assert next(ahead).type == "start"
    for _ in range(2):
        assert ahead.first(frozenset({"mark"})) is None
    assert next(ahead).type == "day"
    with pytest.raises(TapeError, match="before the security line"):
        next(ahead)


def test_corporate_lines_of_an_instant_come_together(tmp_path: Path) -> None:
    """With whatever follows them at that instant; every other line comes by itself."""
    split, other = tapes.corporate("split", "14:32"), tapes.mark("14:33")
    found = batches(lines(tmp_path, tapes.security(), split, tapes.mark("14:32"), other))
    assert [[line.type for line in batch] for batch in found] == [
        ["start"],
        ["security"],
        ["split", "mark"],
        ["mark"],
        ["end"],
    ]
