"""Which module needs which, and the order in which a file or a program can hold them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from workbench.bundle.imports import BundleError
from workbench.bundle.modules import Module


def ordered(modules: Mapping[str, Module]) -> list[Module]:
    """The modules so that each stands after all it needs; those of a folder together if possible.

    Args:
        modules: By name; what they need beside them does not count.

    Raises:
        BundleError: Some need each other; the text names the circle.
    """
    needs = {name: module.needs() & modules.keys() for name, module in modules.items()}
    levels = _levels(needs)
    found: list[Module] = []
    folder = ""
    while needs:
        ready = [modules[name] for name, missing in needs.items() if not missing]
        chosen = min(
            ready,
            key=lambda module: (module.folder != folder, levels[module.name], module.path),
        )
        folder = chosen.folder
        found.append(chosen)
        del needs[chosen.name]
        for missing in needs.values():
            missing.discard(chosen.name)
    return found


def _levels(needs: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How many modules one has to go through, at most, to come to one that needs none."""
    levels: dict[str, int] = {}
    while waiting := [name for name in needs if name not in levels]:
        ready = [name for name in waiting if all(each in levels for each in needs[name])]
        if not ready:
            left = {name: needs[name] for name in waiting}
            raise BundleError(f"these import each other: {' -> '.join(circle(left))}")
        for name in ready:
            levels[name] = 1 + max((levels[each] for each in needs[name]), default=-1)
    return levels


def circle(needs: Mapping[str, Collection[str]]) -> list[str]:
    """A way round in a graph; each of its nodes needs another of them."""
    way = [min(needs)]
    while True:
        after = min(name for name in needs[way[-1]] if name in needs)
        if after in way:
            return [*way[way.index(after) :], after]
        way.append(after)


def reachable(modules: Mapping[str, Module], public: Iterable[str]) -> set[str]:
    """The modules that some public ones need, themselves included, at once or when a function runs.

    Packages that only hold others are not among them.
    """
    waiting, found = [name for name in public if name in modules], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            module = modules[name]
            waiting += [each for each in module.needs() | module.inner if each in modules]
    return found


def check_groups(homes: Mapping[str, str], modules: Mapping[str, Module]) -> None:
    """Hold the modules' files to the same rule as the modules.

    Args:
        homes: The name of each module's file by the module's name.
        modules: By name.

    Raises:
        BundleError: Some files need each other; the text names the circle.
    """
    needs: dict[str, set[str]] = {home: set() for home in homes.values()}
    for name, home in homes.items():
        needs[home] |= {homes[each] for each in modules[name].needs() if each in homes} - {home}
    while free := [home for home, missing in needs.items() if not missing]:
        for home in free:
            del needs[home]
        for missing in needs.values():
            missing.difference_update(free)
    if needs:
        raise BundleError(f"these files would import each other: {' -> '.join(circle(needs))}")
