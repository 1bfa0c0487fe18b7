"""The sources as a tier takes them: what it cannot use left out, the rest in its pinned groups."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path

from workbench.bundle.graph import reachable
from workbench.bundle.groups import FIXED, PUBLIC, Groups, formed, homes_of, settled
from workbench.bundle.imports import PACKAGES, BundleError, is_ours, parsed
from workbench.bundle.merging import merge
from workbench.bundle.modules import Module, read_modules
from workbench.bundle.shortening import shortened
from workbench.bundle.tiers import TIERS, Tier

PINS = Path(__file__).with_name("pins.json")
# How full new groups are: the emptier, the longer they hold.
FILLS = (0.85, 0.9, 0.94, 0.95)


def read_pins(path: Path = PINS) -> dict[str, Groups]:
    """The table of groups, by tier."""
    table = json.loads(path.read_text(encoding="utf-8"))
    return {name: Groups.from_dict(row) for name, row in table.items()}


def pins_text(sources: Mapping[str, bytes]) -> str:
    """The table made anew, as JSON.

    Args:
        sources: The project's files by path.

    Raises:
        BundleError: The sources fit into no groups.
    """
    table = {
        name: new_groups(sources, tier).to_dict()
        for name, tier in TIERS.items()
        if tier.size is not None
    }
    return json.dumps(table, indent=2) + "\n"


def new_groups(sources: Mapping[str, bytes], tier: Tier) -> Groups:
    """A tier's groups made anew; sources are shortened only where they do not fit whole.

    Raises:
        BundleError: The sources do not fit; the text of the last attempt.
    """
    problem = BundleError(f"the sources do not fit into {tier.files} files")
    for short in (False, True):
        modules = chosen(sources, tier, short=short)
        for fill in FILLS:
            try:
                files = formed(modules, int((tier.size or 0) * fill))
            except BundleError as error:
                problem = error
                continue
            if len(files) + FIXED <= tier.files:
                return Groups(short, files)
    raise problem


def chosen(sources: Mapping[str, bytes], tier: Tier, *, short: bool) -> dict[str, Module]:
    """The modules that a tier gets, by name: all that a public import leads to.

    Raises:
        BundleError: A source cannot be merged.
    """
    ours = {path: text for path, text in sources.items() if path.partition("/")[0] in PACKAGES}
    ours |= {path: sources[other] for path, other in tier.instead.items() if path in ours}
    if short:
        ours = {path: shortened(text, path) for path, text in ours.items()}
    modules = read_modules(ours)
    used = reachable(modules, (*PACKAGES, *PUBLIC))
    for module in modules.values():
        left_out = module.path.endswith("/__init__.py") and module.name not in used
        if left_out and (module.imports or module.defined):
            raise BundleError(f"{module.path} must hold nothing but its docstring")
    return {name: module for name, module in modules.items() if name in used}


def bundle(
    sources: Mapping[str, bytes], entry: str, tier: Tier, groups: Groups | None
) -> dict[str, bytes]:
    """The files that a tier gets, by path.

    Args:
        sources: The project's files by path: `models`, `utils`, what stands in for some of them,
            and the entry.
        entry: The file that goes along and imports the others.
        tier: The target.
        groups: Its row of the table of groups; None where nothing is merged.

    Raises:
        BundleError: A source cannot be merged, the groups import each other, or the entry imports
            what is not public, for only that is in the same place in every form.
    """
    check_public(sources[entry], entry)
    if groups is None:
        ours = (path for path in sources if path.partition("/")[0] in PACKAGES)
        return {path: sources[path] for path in (entry, *ours)}
    modules = chosen(sources, tier, short=groups.short)
    files = settled(modules, groups.files, tier)
    homes = homes_of(files, modules)
    packages = {modules[name].path: (name,) for name in PACKAGES if name in modules}
    merged = {
        path: merge(path, names, modules, homes).encode()
        for path, names in {**packages, **files}.items()
    }
    return {entry: sources[entry], **merged}


def check_public(source: bytes, path: str) -> None:
    """Hold an algorithm to the imports that are the same in every form.

    Raises:
        BundleError: It imports another module of `models` or `utils`.
    """
    public = (*PACKAGES, *PUBLIC)
    for node in ast.walk(parsed(source, path)):
        if not isinstance(node, ast.ImportFrom) or not node.module or not is_ours(node.module):
            continue
        if node.module not in public:
            raise BundleError(
                f"{path}, line {node.lineno}: {node.module} is not public; "
                f"import from {', '.join(public)}"
            )
