"""Which way the imports run: models know nothing of utils, and nothing in LEAN of the workbench."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

from tests.structure.source_tree import Import, imports, place, python_files, tree

STANDARD = frozenset(sys.stdlib_module_names)
LEAN = frozenset({"AlgorithmImports", "QuantConnect"})
# The doors to the machine: numbers and rules need none of them.
MACHINE = frozenset(
    {
        "asyncio",
        "importlib",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
        "shutil",
        "socket",
        "subprocess",
        "tempfile",
        "time",
        "uuid",
    }
)
CLOCK = frozenset({"now", "today", "utcnow"})
DOORS = frozenset({"open", "print", "__import__"})


def strangers(found: Iterable[Import], allowed: frozenset[str]) -> list[str]:
    """The imports of anything but these packages, each with its place."""
    return [f"{item.place} {item.module}" for item in found if item.package not in allowed]


def imports_of(*names: str) -> list[Import]:
    """All imports of these folders and files."""
    return [item for path in python_files(*names) for item in imports(path)]


def test_models_stand_alone() -> None:
    """What the numbers mean needs Python, numpy and nothing else."""
    assert strangers(imports_of("models"), STANDARD | {"numpy", "models"}) == []


def test_models_do_not_touch_the_machine() -> None:
    """The core has no files, no clock and no chance: time comes with the event."""
    doors = [f"{item.place} {item.module}" for item in imports_of("models")]
    assert [door for door in doors if door.split()[1].partition(".")[0] in MACHINE] == []


def test_models_do_not_ask_the_clock_or_open_files() -> None:
    """No call in models reads the time, opens a file or prints."""
    calls = [
        f"{place(path, node.lineno)} {ast.unparse(node.func)}"
        for path in python_files("models")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK)
            or (isinstance(node.func, ast.Name) and node.func.id in DOORS)
        )
    ]
    assert calls == []


def test_utils_see_lean_only_as_types() -> None:
    """The edge is handed LEAN's objects; it can be imported and tested where there is no LEAN."""
    found = imports_of("utils")
    at_run_time = [item for item in found if not item.typing_only]
    allowed = STANDARD | {"numpy", "models", "utils"}
    assert strangers(at_run_time, allowed) == []
    assert strangers(found, allowed | LEAN) == []


def test_the_algorithm_imports_what_lean_has() -> None:
    """main.py takes LEAN, the tracker and what LEAN's image holds, and no desk tool."""
    allowed = STANDARD | {"numpy", "models", "utils"} | LEAN
    assert strangers(imports_of("main.py"), allowed) == []


def test_the_recorded_engine_stands_alone() -> None:
    """The recorded engine needs Python alone, for it plays LEAN to the tracker."""
    found = imports_of("workbench/engine")
    assert found, "the recorded engine is gone from the workbench"
    foreign = [
        f"{item.place} {item.module}"
        for item in found
        if item.package not in STANDARD and not item.module.startswith("workbench.engine")
    ]
    assert foreign == []
