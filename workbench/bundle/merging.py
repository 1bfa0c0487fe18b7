"""Modules merged into one file that reads as a person would have written it.

The file has one block of imports. Under it stands each module's text as it is, after all that it
needs, under a header that names the module's file and shows its docstring. The modules share one
namespace then, so a name must mean one thing in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from workbench.bundle.graph import ordered
from workbench.bundle.import_block import import_block
from workbench.bundle.imports import BundleError, dotted, redirected
from workbench.bundle.modules import Imported, Module

HEADER_WIDTH = 80  # columns

# Where a name comes from: its module, and what it is called there (None for the module itself).
Origin = tuple[str, str | None]


def merge(
    path: str, members: Collection[str], modules: Mapping[str, Module], homes: Mapping[str, str]
) -> str:
    """One file's source.

    Args:
        path: Where the file will be.
        members: The names of the modules it holds.
        modules: All modules by name.
        homes: The name of each module's file by the module's name; a module that is not in it
            keeps its own.

    Raises:
        BundleError: A name means two things, or modules need each other.
    """
    own = dotted(path)
    homes = {**homes, **dict.fromkeys(members, own)}

    def home(name: str) -> str:
        return homes.get(name, name)

    order = ordered({name: modules[name] for name in members})
    check_names(order, modules)
    moved = [_moved(module, home) for module in order]
    imports = import_block([each for module in moved for each in module.imports], own)
    if len(moved) == 1:
        (only,) = moved
        parts = [only.title, imports, _spaced(only.body)]
    else:
        sections = [_section(module, own) for module in moved]
        parts = [_title(order), imports, "\n\n\n".join(sections)]
    return "\n\n".join(part for part in parts if part.strip()).rstrip("\n") + "\n"


def check_names(order: Sequence[Module], modules: Mapping[str, Module]) -> None:
    """Hold one namespace to one meaning a name.

    Raises:
        BundleError: Two modules define a name, one imports under it what another defines or
            imports otherwise, or one uses the name of Python's that another binds.
    """
    known: dict[str, tuple[Origin, str]] = {}
    for module in order:
        for name, origin in bindings(module, modules):
            before, where = known.setdefault(name, (origin, module.path))
            if before != origin:
                raise BundleError(
                    f"{where} and {module.path} cannot share a file: `{name}` is "
                    f"{_words(before)} in one and {_words(origin)} in the other; rename one"
                )
    for module in order:
        for name in sorted(module.builtin & known.keys()):
            raise BundleError(
                f"{module.path} and {known[name][1]} cannot share a file: `{name}` is Python's "
                "in one and the module's own in the other; rename the second"
            )


def bindings(module: Module, modules: Mapping[str, Module]) -> Iterator[tuple[str, Origin]]:
    """Every name at a module's top, and where it was defined first."""
    for name in sorted(module.defined):
        yield name, (module.name, name)
    for each in module.imports:
        yield each.bound, _origin(each, modules)


def _origin(imported: Imported, modules: Mapping[str, Module]) -> Origin:
    """Where an imported name was defined, through modules that import it themselves."""
    source = modules.get(imported.module)
    if source is not None and imported.name not in source.defined:
        for each in source.imports:
            if each.bound == imported.name:
                return _origin(each, modules)
    return imported.module, imported.name


def _words(origin: Origin) -> str:
    module, name = origin
    return f"`{name}` of {module}" if name else f"the module {module}"


def _moved(module: Module, home: Callable[[str], str]) -> Module:
    """The module with every import, those in functions as well, led to the merged files."""
    imports = tuple(replace(each, module=home(each.module)) for each in module.imports)
    body = module.body
    if module.inner:
        body = redirected(body.encode(), home, module.path).decode()
    return replace(module, imports=imports, body=body)


def _title(order: Sequence[Module]) -> str:
    """The file's docstring."""
    paths = "\n".join(module.path for module in order)
    says = "These modules of the performance tracker, each after all that it imports:"
    return f'"""{says}\n\n{paths}\n"""'


def _section(module: Module, own: str) -> str:
    """A module's header and text."""
    says = [f"# {line}".rstrip() for line in module.docstring.splitlines()]
    head = "\n".join([f"# --- {module.path} ".ljust(HEADER_WIDTH, "-"), "#", *says])
    names = "".join(
        f"{each.alias} = {each.name}\n"
        for each in module.imports
        if each.module == own and each.alias and not each.typing_only
    )
    body = module.body.rstrip("\n")
    return f"{head}\n\n{names}\n{body}" if names else f"{head}\n\n{_spaced(body)}"


def _spaced(body: str) -> str:
    """The text after one more blank line where it starts with a class or a function."""
    starts = ("class ", "def ", "async def ", "@")
    return f"\n{body}" if body.startswith(starts) else body
