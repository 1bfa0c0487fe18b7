"""A module as the bundler reads it: what it imports and defines, and its text without the two ends.

The imports at its top and its docstring are taken off, for a merged file has one block of imports
and shows each module's docstring as a comment. What is left is the module's text to the byte.
"""

from __future__ import annotations

import ast
import builtins
import functools
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from workbench.bundle.imports import BundleError, dotted, is_ours, parsed

BUILTINS = frozenset(vars(builtins))
FUTURE = "__future__"
# Sources that are read once however many tiers are made of them.
KEPT_SOURCES = 1_000


@dataclass(frozen=True, slots=True)
class Imported:
    """One name that an import at the top of a module binds.

    Attributes:
        module: The module it comes from.
        name: What is taken of it; None where the module itself is imported.
        alias: The name after `as`; None without one.
        typing_only: Whether only a type checker sees it.
    """

    module: str
    name: str | None
    alias: str | None
    typing_only: bool

    @property
    def bound(self) -> str:
        """The name the module's text uses."""
        return self.alias or self.name or self.module.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Module:
    """One source file.

    Attributes:
        path: Where it is, from the project's root.
        source: The whole file.
        docstring: What it says of itself, cleaned of its indentation.
        title: The same as it stands in the file, with its quotes.
        body: Its text without docstring and imports at its top.
        imports: What those imports bind, but for `__future__`.
        inner: Modules of the project that are imported deeper, when a function runs.
        defined: The names it binds at its top by anything but those imports.
        builtin: The names of Python's own that it uses.
    """

    path: str
    source: str
    docstring: str
    title: str
    body: str
    imports: tuple[Imported, ...]
    inner: frozenset[str]
    defined: frozenset[str]
    builtin: frozenset[str]

    @property
    def name(self) -> str:
        """What it is imported by."""
        return dotted(self.path)

    @property
    def folder(self) -> str:
        """The folder it is in."""
        return self.path.rpartition("/")[0]

    def needs(self) -> set[str]:
        """The project's modules that must be there before this one is."""
        return {
            each.module for each in self.imports if is_ours(each.module) and not each.typing_only
        }


def read_modules(sources: Mapping[str, bytes]) -> dict[str, Module]:
    """The modules by the names they are imported by.

    Raises:
        BundleError: A source is no Python, or imports in a way that cannot be merged.
    """
    modules = {dotted(path): read_module(path, source) for path, source in sources.items()}
    for module in modules.values():
        for each in module.imports:
            if f"{each.module}.{each.name}" in modules:
                raise BundleError(
                    f"{module.path}: `from {each.module} import {each.name}` takes a whole module; "
                    f"write `from {each.module}.{each.name} import NAME`"
                )
    return modules


@functools.lru_cache(maxsize=KEPT_SOURCES)
def read_module(path: str, source: bytes) -> Module:
    """Take a source apart.

    Raises:
        BundleError: It is no Python, or imports in a way that cannot be merged.
    """
    text, tree = source.decode(), parsed(source, path)
    hoisted = [node for node in tree.body if is_import(node) or _is_typing_only(node)]
    imports = [each for node in hoisted for each in _imported(node, path)]
    table = symtable.symtable(text, path, "exec")
    bound = {each.bound for each in imports}
    defined = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    } - bound
    title = tree.body[:1] if _has_docstring(tree) else []
    inner = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and is_ours(node.module)
    } - {each.module for each in imports}
    return Module(
        path=path,
        source=text,
        docstring=ast.get_docstring(tree) or "",
        title="".join(ast.get_source_segment(text, node) or "" for node in title),
        body=_without(source, [*title, *hoisted], path),
        imports=tuple(each for each in imports if each.module != FUTURE),
        inner=frozenset(inner),
        defined=frozenset(defined),
        builtin=frozenset(_global_names(table) & BUILTINS - defined - bound),
    )


def is_import(node: ast.stmt) -> TypeGuard[ast.Import | ast.ImportFrom]:
    """Whether a statement is an import."""
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_typing_only(node: ast.stmt) -> bool:
    """Whether a statement is `if TYPE_CHECKING:` with nothing but imports under it."""
    return (
        isinstance(node, ast.If)
        and ast.unparse(node.test) == "TYPE_CHECKING"
        and not node.orelse
        and all(map(is_import, node.body))
    )


def _imported(node: ast.stmt, path: str) -> Iterator[Imported]:
    if isinstance(node, ast.If):
        for inner in node.body:
            yield from (_typing_only(each) for each in _imported(inner, path))
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if is_ours(alias.name):
                raise BundleError(
                    f"{path}, line {node.lineno}: `import {alias.name}` cannot be merged; "
                    f"write `from {alias.name} import NAME`"
                )
            yield Imported(alias.name, None, alias.asname, typing_only=False)
    elif isinstance(node, ast.ImportFrom):
        if node.level or not node.module or node.names[0].name == "*":
            raise BundleError(
                f"{path}, line {node.lineno}: `{ast.unparse(node)}` cannot be merged; "
                "name the module from the root, and what is taken of it"
            )
        for alias in node.names:
            yield Imported(node.module, alias.name, alias.asname, typing_only=False)


def _typing_only(each: Imported) -> Imported:
    return Imported(each.module, each.name, each.alias, typing_only=True)


def _global_names(table: symtable.SymbolTable) -> set[str]:
    """The names that a scope and those in it look up at the top of the module."""
    top = table.get_type() == "module"
    names = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (top or symbol.is_global())
    }
    return names.union(*map(_global_names, table.get_children()))


def _without(source: bytes, nodes: list[ast.stmt], path: str) -> str:
    """The text without some statements of its top, and without the blank lines after each."""
    lines = source.splitlines(keepends=True)
    for node in sorted(nodes, key=lambda node: node.lineno, reverse=True):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        ends = lines[last - 1][node.end_col_offset or 0 :].strip()
        if node.col_offset or (ends and not ends.startswith(b"#")):
            raise BundleError(f"{path}, line {node.lineno}: an import needs a line of its own")
        while last < len(lines) and not lines[last].strip():
            last += 1
        del lines[first:last]
    return b"".join(lines).decode().strip("\n") + "\n" if lines else ""


def _has_docstring(node: ast.Module) -> bool:
    return ast.get_docstring(node, clean=False) is not None
