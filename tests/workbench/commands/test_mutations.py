"""Tapes changed at random: a command ends with 0 or 2, and never with a traceback."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.commands.calls import run
from workbench.engine.tape import TAPE_NAME
from workbench.recordings import recordings

RECORDINGS = ("delisting", "covered-calls", "opposed-futures", "live-redeploy-2")
TIMES = ("9999-12-31T23:59:59", "0001-01-01T00:00:00+00:00", "2050-01-01T00:00:00", "1970-01-01")
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e15,
    1e308,
    10**30,
    "",
    "\x1b[31m[/x]",
    [],
    {},
    [[]],
    *TIMES,
)
COMMANDS = (
    ["replay"],
    ["replay", "--lenient"],
    ["stats"],
    ["compare", "--resamples", "100"],
)


def changed(value: Any, chance: random.Random) -> Any:
    """The value, or something in it, lost, doubled, scaled or replaced by another."""
    if isinstance(value, dict | list) and value and chance.random() < 0.9:
        places: list[Any] = [*value] if isinstance(value, dict) else [*range(len(value))]
        place, kind = chance.choice(places), chance.random()
        if kind < 0.1:
            del value[place]
        else:
            value[place] = changed(value[place], chance)
        return value
    if type(value) in {int, float} and chance.random() < 0.6:
        return chance.choice([value * 1e6, -value, value + 1, 0, 1e-17])
    if isinstance(value, str) and value and chance.random() < 0.6:
        at = chance.randrange(len(value))
        return value[:at] + chance.choice("0159:-+TZ \x1b[]") + value[at + 1 :]
    return chance.choice(VALUES)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Bytes of which one is another, or of which the end is lost."""
    at = chance.randrange(len(data))
    return data[:at] if chance.random() < 0.3 else data[:at] + b"\x07" + data[at + 1 :]


def mutated_tape(data: bytes, chance: random.Random) -> bytes:
    """The file of a tape of which some line, or the file itself, was changed."""
    if chance.random() < 0.2:
        return damaged(data, chance)
    lines = gzip.decompress(data).split(b"\n")
    for _ in range(chance.choice([1, 1, 2, 5])):
        at, other = (chance.randrange(len(lines)) for _ in range(2))
        kind = chance.random()
        if kind < 0.1:
            lines[at], lines[other] = lines[other], lines[at]
        elif kind < 0.2:
            lines.insert(at, lines[other])
        elif lines[at]:
            lines[at] = json.dumps(changed(json.loads(lines[at]), chance)).encode()
    return gzip.compress(b"\n".join(lines), 1)


def held(*words: str | Path) -> None:
    """Call a command: it ends with 0 or 2, its text is clean and its error a line."""
    ended = run(*words)
    assert ended.exit_code in {0, 2}, (words, ended.exception)
    assert all(each.isprintable() or each == "\n" for each in ended.output)
    if ended.exit_code == 2:
        assert ended.output.startswith("Error: ")
        assert ended.output.count("\n") == 1


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_mutated_tape_is_played_or_refused(tmp_path: Path, name: str) -> None:
    """Whatever of it was changed."""
    data, chance = (recordings()[name].path / TAPE_NAME).read_bytes(), random.Random(name)
    for _ in range(50):
        (tmp_path / TAPE_NAME).write_bytes(mutated_tape(data, chance))
        command, *options = chance.choice(COMMANDS)
        held(command, tmp_path, *options)
