"""Calls of the command line in this process, and recordings that it must refuse."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from tests.workbench.engine import tapes
from workbench.cli import main
from workbench.engine.tape import TAPE_NAME


def run(*words: str | Path) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


def read_lines(path: Path) -> list[dict[str, Any]]:
    """A file of JSON lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def broken(folder: Path, kind: str) -> Path:
    """A recording that is damaged in one way."""
    whole = tapes.write(folder / kind, [tapes.start(), tapes.mark(tpv=1000.0), tapes.end()])
    tape = whole / TAPE_NAME
    if kind == "empty":
        tape.write_bytes(gzip.compress(b""))
    elif kind == "no gzip":
        tape.write_text("hello")
    elif kind == "cut":
        tape.write_bytes(tape.read_bytes()[:-12])
    elif kind == "no end":
        tapes.write(whole, [tapes.start(), tapes.mark(tpv=1000.0)])
    elif kind == "bad line":
        tapes.write(whole, [tapes.start(), "{not json", tapes.end()])
    elif kind == "no tape":
        tape.unlink()
    return whole
