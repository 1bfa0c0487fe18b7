"""The eyes of the structure tests: that they see what they are meant to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.structure.source_tree import broad_excepts, functions, imports, public_definitions

SOURCE = '''
from __future__ import annotations
import os.path, numpy as np
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from AlgorithmImports import QCAlgorithm
else:
    import json

class Ledger:
    """Documented."""
    def total(self):
        from models.lots import Lot
        def inner(): ...
    def _hidden(self): ...

def _private(): ...
async def public():
    try:
        from . import events
    except (ValueError, Exception):
        pass
    try:
        pass
    except KeyError:
        pass
    try:
        pass
    except:
        pass
'''


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A file with one of everything."""
    path = tmp_path / "sample.py"
    path.write_text(SOURCE)
    return path


def test_every_import_is_seen(sample: Path) -> None:
    """Imports in functions, classes and lists count, and relative ones show their dots."""
    assert {found.module for found in imports(sample)} == {
        "__future__",
        "os.path",
        "numpy",
        "typing",
        "AlgorithmImports",
        "json",
        "models.lots",
        ".",
    }


def test_typing_only_imports_are_told_apart(sample: Path) -> None:
    """Only the body of `if TYPE_CHECKING` is for the type checker, not its else."""
    assert [found.package for found in imports(sample) if found.typing_only] == ["AlgorithmImports"]


def test_an_import_knows_its_place(sample: Path) -> None:
    """The place is a file and a line, as an editor opens it."""
    places = {found.module: found.place for found in imports(sample)}
    assert places["numpy"] == "sample.py:3"


def test_every_function_is_seen(sample: Path) -> None:
    """Methods, inner, private and asynchronous functions all count."""
    names = {function.name for function in functions(sample)}
    assert names == {"total", "inner", "_hidden", "_private", "public"}


def test_public_definitions_leave_out_the_private(sample: Path) -> None:
    """A leading underscore hides a name, and so does being inside a function."""
    names = {definition.name for definition in public_definitions(sample)}
    assert names == {"Ledger", "total", "public"}


def test_broad_excepts_are_seen(sample: Path) -> None:
    """A bare except and Exception inside a tuple are broad, KeyError is not."""
    assert broad_excepts(sample) == ["sample.py:21", "sample.py:29"]
