"""The names at the top of modules: each is one thing in all that goes to LEAN."""

from __future__ import annotations

from collections import defaultdict

from tests.structure.source_tree import ROOT, python_files
from workbench.bundle.modules import read_module

# Every module may say what it offers; no other reads it.
SAID_OF_ITSELF = "__all__"


def test_every_name_is_defined_once() -> None:
    """No two modules of models and utils define one name, so that any of them can share a file."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in python_files("models", "utils"):
        module = read_module(path.relative_to(ROOT).as_posix(), path.read_bytes())
        for name in module.defined - {SAID_OF_ITSELF}:
            places[name].append(module.path)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
