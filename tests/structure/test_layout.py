"""How large the project's files are, and what must not be in them."""

from __future__ import annotations

import ast
import re
from statistics import median

from tests.structure.source_tree import (
    CODE,
    LEAN_CODE,
    ROOT,
    broad_excepts,
    functions,
    place,
    public_definitions,
    python_files,
    text_files,
    tree,
)

MOST_LINES = 400
MEDIAN_LINES = 160
MOST_FUNCTION_LINES = 60

# The brackets keep these patterns from finding themselves.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|Not[I]mplementedError|pragma:\s*no [c]over)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(tm[p]|hom[e]|roo[t]|wor[k])(?![\w.-])")


def test_everything_that_goes_to_lean_is_there() -> None:
    """main.py, models and utils each hold code, so that the other tests have what to judge."""
    assert [name for name in LEAN_CODE if not python_files(name)] == []


def test_modules_are_short() -> None:
    """Every module can be read in one sitting, and half of them are short."""
    lengths = {path: len(path.read_text().splitlines()) for path in python_files(*CODE)}
    assert [place(path, lines) for path, lines in lengths.items() if lines > MOST_LINES] == []
    assert median(lengths.values()) <= MEDIAN_LINES


def test_functions_are_short() -> None:
    """A function fits a screen, its decorators left out."""
    long = [
        f"{place(path, function.lineno)} {function.name}"
        for path in python_files(*CODE)
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= MOST_FUNCTION_LINES
    ]
    assert long == []


def test_every_module_says_what_it_is() -> None:
    """Code and tests alike open with a docstring."""
    files = python_files(*CODE, "tests")
    assert [place(path, 1) for path in files if not ast.get_docstring(tree(path))] == []


def test_every_public_name_says_what_it_means() -> None:
    """The public classes, functions and methods that go to LEAN are documented."""
    silent = [
        f"{place(path, definition.lineno)} {definition.name}"
        for path in python_files("models", "utils")
        for definition in public_definitions(path)
        if not ast.get_docstring(definition)
    ]
    assert silent == []


def test_every_test_says_what_must_hold() -> None:
    """A test's docstring is one sentence of the specification."""
    silent = [
        f"{place(path, function.lineno)} {function.name}"
        for path in python_files("tests")
        for function in functions(path)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_tests_mirror_the_layout() -> None:
    """The tests of a folder of code lie in the folder of the same path under tests."""
    astray = [
        place(path, 1)
        for path in python_files(*(f"tests/{name}" for name in ("models", "utils", "workbench")))
        if not (ROOT / path.parent.relative_to(ROOT / "tests")).is_dir()
    ]
    assert astray == []


def test_nothing_is_left_unfinished() -> None:
    """No marker of work to come, no hole, and no line hidden from the coverage."""
    unfinished = [
        f"{place(path, number)} {line.strip()}"
        for path in python_files(*CODE, "tests")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert unfinished == []


def test_no_path_of_one_machine() -> None:
    """No text file knows where somebody's folders are."""
    paths = [
        f"{place(path, number)} {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert paths == []


def test_one_guard_catches_everything() -> None:
    """Only the boundary to LEAN may catch every exception."""
    guards = [where for path in python_files(*CODE) for where in broad_excepts(path)]
    assert len(guards) <= 1, guards


def test_the_patterns_find_what_they_look_for() -> None:
    """The words and paths that are forbidden are seen, their lookalikes are not."""
    seen = ["x  # TO" + "DO: later", "raise Not" + "ImplementedError", "# pragma: no " + "cover"]
    assert all(UNFINISHED.search(line) for line in seen)
    assert not UNFINISHED.search("XXXX and TODOS")
    assert all(MACHINE_PATH.search(f'open("/{name}/x")') for name in ("tm" + "p", "hom" + "e"))
    assert MACHINE_PATH.search("cd /wor" + "k")
    assert not any(map(MACHINE_PATH.search, ("a/work/b", "https://x.org/home", "/workbench")))


def test_the_root_is_the_project() -> None:
    """The files judged are those of the folder that holds pyproject.toml."""
    assert (ROOT / "pyproject.toml").is_file()
