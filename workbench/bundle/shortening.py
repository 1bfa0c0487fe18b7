"""A source in less room: it does the same and says less.

A tier may be too small for whole sources. There a module keeps the first paragraph of its
docstring, which says what it is. The docstrings of classes and functions, comments that have a line
to themselves, the annotations of functions and what is imported for them alone, and three of every
four columns of indentation go. The project itself has them all.
"""

from __future__ import annotations

import ast
import functools
import io
import tokenize
from collections.abc import Iterator, Set
from typing import NamedTuple

from workbench.bundle.imports import parsed
from workbench.bundle.modules import is_import

KEPT_SOURCES = 1_000  # that are read once however many tiers are made of them
INDENT = 4  # columns of one step in the project's sources

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.ClassDef | Function


class Edit(NamedTuple):
    """What stands instead of a part of a source.

    Attributes:
        start: Its first byte.
        end: The byte after its last.
        text: What stands there instead.
    """

    start: int
    end: int
    text: bytes = b""


@functools.lru_cache(maxsize=KEPT_SOURCES)
def shortened(source: bytes, path: str) -> bytes:
    """The source in less room.

    Raises:
        BundleError: It is no Python.
    """
    bare = _edited(source, _annotations(source, parsed(source, path)))
    if not path.endswith("/__init__.py"):  # which imports what others take from it
        for _ in range(2):  # `TYPE_CHECKING` is idle once all under it has gone
            bare = _edited(bare, _idle_imports(bare, parsed(bare, path)))
    tree = parsed(bare, path)
    lines: list[str | None] = list(bare.decode().splitlines(keepends=True))
    inside = _text_lines(bare)
    for at, line in enumerate(lines):
        if line is not None and at not in inside:
            lines[at] = None if line.lstrip().startswith("#") else _narrowed(line)
    for node in ast.walk(tree):
        if isinstance(node, Documented):
            _drop_docstring(node, lines)
    _cut_title(tree, lines)
    return "".join(line for line in lines if line is not None).encode()


# --- what is annotated


def _annotations(source: bytes, tree: ast.Module) -> Iterator[Edit]:
    """Yield what takes the annotations of functions off; those of fields are read when it runs."""
    starts = _starts(source)
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        given = node.args
        for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if arg is not None and arg.annotation is not None:
                begin = starts[arg.lineno - 1] + arg.col_offset + len(arg.arg.encode())
                yield Edit(begin, _end(arg.annotation, starts))
        if node.returns is not None:
            begin = starts[node.returns.lineno - 1] + node.returns.col_offset
            yield Edit(source.rindex(b" ->", 0, begin), _end(node.returns, starts))
        yield from _of_variables(node, starts)


def _of_variables(function: Function, starts: list[int]) -> Iterator[Edit]:
    """Yield what takes the annotations off a function's own variables that have a value."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield Edit(_end(node.target, starts), _end(node.annotation, starts))
        if not isinstance(node, Documented):
            waiting += ast.iter_child_nodes(node)


def _starts(source: bytes) -> list[int]:
    """The place of each line's first byte."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _end(node: ast.expr, starts: list[int]) -> int:
    return starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def _edited(source: bytes, edits: Iterator[Edit]) -> bytes:
    for edit in sorted(edits, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


# --- names that are idle


def _idle_imports(source: bytes, tree: ast.Module) -> Iterator[Edit]:
    """Yield what takes off the imports at the top that nothing uses."""
    starts = _starts(source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    # `__all__` and `cast` name them in texts
    used = names | {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for node in tree.body:
        kept = _used_of(node, used)
        if kept is not node:
            text = b"" if kept is None else ast.unparse(kept).encode() + b"\n"
            yield Edit(starts[node.lineno - 1], starts[node.end_lineno or node.lineno], text)


def _used_of(node: ast.stmt, used: Set[object]) -> ast.stmt | None:
    """An import with the names alone that are used; itself where all are, None where none is."""
    if isinstance(node, ast.If) and all(map(is_import, node.body)):
        body = [kept for each in node.body if (kept := _used_of(each, used)) is not None]
        if body == node.body:
            return node
        return ast.If(node.test, body, []) if body else None
    if not is_import(node) or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
        return node
    names = [each for each in node.names if (each.asname or each.name.partition(".")[0]) in used]
    if len(names) == len(node.names):
        return node
    if isinstance(node, ast.ImportFrom):
        return ast.ImportFrom(node.module, names, node.level) if names else None
    return ast.Import(names) if names else None


# --- what a line has


def _text_lines(source: bytes) -> set[int]:
    """The lines, from 0, that begin inside a text of several lines."""
    inside: set[int] = set()
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.STRING:
            inside.update(range(token.start[0], token.end[0]))
    return inside


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
