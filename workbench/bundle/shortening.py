"""A source in less room: it does the same and says less.

A tier may be too small for whole sources. There a module keeps the first paragraph of its
docstring, which says what it is; the docstrings of classes and functions, comments that have a line
to themselves, and three of every four columns of indentation go. The project itself has them all.
"""

from __future__ import annotations

import ast
import functools
import io
import tokenize

from workbench.bundle.imports import parsed

KEPT_SOURCES = 1_000  # that are read once however many tiers are made of them
INDENT = 4  # columns of one step in the project's sources

Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@functools.lru_cache(maxsize=KEPT_SOURCES)
def shortened(source: bytes, path: str) -> bytes:
    """The source in less room.

    Raises:
        BundleError: It is no Python.
    """
    tree = parsed(source, path)
    lines: list[str | None] = list(source.decode().splitlines(keepends=True))
    inside = _text_lines(source)
    for at, line in enumerate(lines):
        if line is not None and at not in inside:
            lines[at] = None if _is_comment(line) else _narrowed(line)
    for node in ast.walk(tree):
        if isinstance(node, Documented):
            _drop_docstring(node, lines)
    _cut_title(tree, lines)
    return "".join(line for line in lines if line is not None).encode()


def _text_lines(source: bytes) -> set[int]:
    """The lines, from 0, that begin inside a text of several lines."""
    inside: set[int] = set()
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.STRING:
            inside.update(range(token.start[0], token.end[0]))
    return inside


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _narrowed(line: str) -> str:
    bare = line.lstrip(" ")
    columns = len(line) - len(bare)
    return " " * (columns // INDENT + columns % INDENT) + bare


def _drop_docstring(node: Documented, lines: list[str | None]) -> None:
    """Take a docstring off; where nothing else is in the body, it stays, as a body has to be."""
    if ast.get_docstring(node, clean=False) is None or len(node.body) == 1:
        return
    first, last = node.body[0].lineno - 1, node.body[0].end_lineno or node.body[0].lineno
    lines[first:last] = [None] * (last - first)


def _cut_title(tree: ast.Module, lines: list[str | None]) -> None:
    """Cut a module's docstring to its first paragraph."""
    if ast.get_docstring(tree, clean=False) is None:
        return
    title = tree.body[0]
    first, last = title.lineno - 1, (title.end_lineno or title.lineno) - 1
    blank = next((at for at in range(first, last) if not (lines[at] or "").strip()), None)
    if blank is not None:
        lines[blank - 1] = (lines[blank - 1] or "").rstrip() + '"""\n'
        lines[blank : last + 1] = [None] * (last + 1 - blank)
