"""The project's files as the structure tests read them: paths, syntax trees and imports.

Nothing is imported or run; a file is judged by its text alone.
"""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# What goes to LEAN, and all the code there is but its tests.
LEAN_CODE = ("main.py", "models", "utils")
CODE = (*LEAN_CODE, "workbench", "benchmarks")
# What git, LEAN, its CLI and the build write beside the project's own folders.
WRITTEN = {
    ".git",  # a file in a worktree
    "__pycache__",
    "backtests",
    "build",
    "data",
    "lean.json",
    "live",
    "optimizations",
    "storage",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Import(NamedTuple):
    """One imported module: its full name, and whether only a type checker sees it."""

    module: str
    typing_only: bool
    place: str

    @property
    def package(self) -> str:
        """The top-level package or module."""
        return self.module.partition(".")[0]


def python_files(*names: str) -> list[Path]:
    """The Python files under these folders, or the files themselves, from the project's root."""
    found: list[Path] = []
    for name in names:
        path = ROOT / name
        found.extend([path] if path.is_file() else sorted(path.rglob("*.py")))
    return found


def text_files() -> Iterator[Path]:
    """Every text file of the project but what git ignores."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in WRITTEN
            and not name.endswith(".egg-info")
            and (not name.startswith(".") or name == ".ci")
        ]
        for name in files:
            path = Path(folder, name)
            if name not in WRITTEN and b"\0" not in path.read_bytes()[:8192]:
                yield path


def place(path: Path, line: int) -> str:
    """Where in the project a line is, as editors like to read it."""
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name}:{line}"


@functools.cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> list[Import]:
    """All imports of a file, those inside functions and in TYPE_CHECKING blocks included."""
    module = tree(path)
    typing_only = {
        id(inner)
        for node in ast.walk(module)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    found: list[Import] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." * node.level + (node.module or "")]
        else:
            continue
        where = place(path, node.lineno)
        found.extend(Import(name, id(node) in typing_only, where) for name in names)
    return found


def functions(path: Path) -> list[Function]:
    """All functions of a file, methods and inner ones included."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]


def public_definitions(path: Path) -> list[Function | ast.ClassDef]:
    """The public functions and classes of a file, and the public methods of such classes."""
    found: list[Function | ast.ClassDef] = []
    bodies = [tree(path).body]
    while bodies:
        for node in bodies.pop():
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
                found.append(node)
                if isinstance(node, ast.ClassDef):
                    bodies.append(node.body)
    return found


def broad_excepts(path: Path) -> list[str]:
    """Where a file catches everything: a bare except, Exception or BaseException."""
    return [
        place(path, node.lineno)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or any(
                isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"}
                for name in ast.walk(node.type)
            )
        )
    ]
