"""The imports of several modules as one block, sorted as the project's linter sorts them."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable

from workbench.bundle.imports import is_ours
from workbench.bundle.modules import Imported

WIDTH = 100  # columns
FUTURE = "from __future__ import annotations"
# Idle where all that it guarded stands in the same file.
TYPING_FLAG = Imported("typing", "TYPE_CHECKING", None, typing_only=False)


def import_block(imports: Iterable[Imported], own: str) -> str:
    """The block.

    Args:
        imports: What the modules import; the same more than once is written once, and for the
            type checker alone only where no module needs it when it runs.
        own: The file's own name: what is imported from there stands in the file itself.
    """
    found = set(imports)
    always = {each for each in found if not each.typing_only and each.module != own}
    typing = {
        each
        for each in found
        if each.typing_only and each.module != own and _at_run_time(each) not in always
    }
    if not typing:
        always.discard(TYPING_FLAG)
    sections = [FUTURE, *_sections(always, "")]
    if typing:
        sections.append("if TYPE_CHECKING:\n" + "\n\n".join(_sections(typing, "    ")))
    return "\n\n".join(sections)


def _at_run_time(each: Imported) -> Imported:
    return Imported(each.module, each.name, each.alias, typing_only=False)


def _sections(imports: set[Imported], indent: str) -> list[str]:
    """The standard library, what is installed, and the project's own."""
    ranks: dict[int, set[Imported]] = defaultdict(set)
    for each in imports:
        ranks[_rank(each.module)].add(each)
    return ["\n".join(_lines(ranks[rank], indent)) for rank in sorted(ranks)]


def _rank(module: str) -> int:
    if module.partition(".")[0] in sys.stdlib_module_names:
        return 0
    return 2 if is_ours(module) else 1


def _lines(imports: set[Imported], indent: str) -> list[str]:
    """`import` before `from`, each sorted by module."""
    whole = {(each.module, each.alias or "") for each in imports if each.name is None}
    lines = [
        f"{indent}import {module}{f' as {alias}' if alias else ''}"
        for module, alias in sorted(whole)
    ]
    names: dict[str, list[Imported]] = defaultdict(list)
    for each in imports:
        if each.name is not None:
            names[each.module].append(each)
    return [*lines, *(_from(module, names[module], indent) for module in sorted(names))]


def _from(module: str, imports: list[Imported], indent: str) -> str:
    """One statement, broken where it is too wide."""
    words = [
        f"{each.name} as {each.alias}" if each.alias else f"{each.name}"
        for each in sorted(imports, key=lambda each: (*_kind(each.name or ""), each.alias or ""))
    ]
    line = f"{indent}from {module} import {', '.join(words)}"
    if len(line) <= WIDTH:
        return line
    rows = "".join(f"{indent}    {word},\n" for word in words)
    return f"{indent}from {module} import (\n{rows}{indent})"


def _kind(name: str) -> tuple[int, str, str]:
    """Constants before classes before functions, each by the alphabet whatever its case."""
    if name.isupper() and len(name) > 1:
        return 0, name.lower(), name
    return (1 if name[:1].isupper() else 2), name.lower(), name
