"""Imports of a source led to where their modules are: in a package, or in a merged file.

Only the names of modules in `from MODULE import ...` change; nothing else of a source changes by a
byte, and what looks like an import in a string or a comment is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from itertools import accumulate

# What goes to LEAN under names of its own; `main.py` imports both.
PACKAGES = ("models", "utils")


class BundleError(ValueError):
    """The sources cannot be bundled as they are; the text says why and what is allowed."""


def parsed(source: bytes, path: str) -> ast.Module:
    """The syntax tree of a source.

    Raises:
        BundleError: It is no Python; the text names the file and the line.
    """
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise BundleError(f"{path}, line {error.lineno}: {error.msg}") from error


def dotted(path: str) -> str:
    """The name that the module in a file is imported by: `models/ledger/books.py` is one."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_ours(module: str) -> bool:
    """Whether a module is one of `models` or `utils`."""
    return module.partition(".")[0] in PACKAGES


def redirected(source: bytes, rename: Callable[[str], str], path: str) -> bytes:
    """The source with each imported module under its new name.

    Args:
        source: Python.
        rename: The new name of a module; the same name for one that stays.
        path: What an error names.

    Raises:
        BundleError: The source is no Python, or a module to rename is imported with
            `import MODULE`, which binds the very name that is to be avoided.
    """
    found = sorted(_places(parsed(source, path), source, rename, path), reverse=True)
    for offset, module in found:
        end = offset + len(module.encode())
        source = source[:offset] + rename(module).encode() + source[end:]
    return source


def through(package: str, roots: Collection[str] = PACKAGES) -> Callable[[str], str]:
    """How imports of some top-level packages are led through another one."""
    return lambda name: f"{package}.{name}" if name.partition(".")[0] in roots else name


def _places(
    tree: ast.Module, source: bytes, rename: Callable[[str], str], path: str
) -> Iterator[tuple[int, str]]:
    """Where in the source the names of the modules to rename begin, and the names."""
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if rename(node.module) != node.module:
                word = starts[node.lineno - 1] + node.col_offset + len("from")
                yield source.index(node.module.encode(), word), node.module
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if rename(alias.name) != alias.name:
                    raise BundleError(
                        f"{path}, line {node.lineno}: `import {alias.name}` cannot be led "
                        f"elsewhere; write `from {alias.name} import NAME`"
                    )
