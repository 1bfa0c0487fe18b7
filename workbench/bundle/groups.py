"""Which modules share a file: formed once, pinned in a table, and kept when modules grow.

To form groups is to cut the order of all modules into as few runs as fit, at the ends of folders
where that costs no file. The table of them is `pins.json`, so that a longer module moves no
boundary. A module that is not in the table yet joins a file of what it imports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.bundle.graph import check_groups, ordered
from workbench.bundle.imports import PACKAGES, BundleError, dotted
from workbench.bundle.merging import merge
from workbench.bundle.modules import Module
from workbench.bundle.tiers import Tier

# The modules that a user imports, beside the packages themselves; each names the file it is in.
PUBLIC = ("utils.structured_logger", "utils.tracking")
# Files that are there before any group: what each package says, and main.py or the face.
FIXED = len(PACKAGES) + 1

# A file's path -> the names of its modules.
Files = dict[str, tuple[str, ...]]
# What a cut costs, the most important first: files, cuts inside a folder, uneven sizes.
Cost = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Groups:
    """A tier's row of the table.

    Attributes:
        short: Whether sources are shortened, see `workbench.bundle.shortening`.
        files: The names of each file's modules by its path.
    """

    short: bool
    files: Files

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return {
            "short": self.short,
            "files": {k: list(v) for k, v in self.files.items()},
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Groups:
        """The row that `to_dict` gave."""
        files = {path: tuple(names) for path, names in row["files"].items()}
        return cls(row["short"], files)


def formed(modules: Mapping[str, Module], size: int) -> Files:
    """As few files as hold the modules, none larger than a size in bytes.

    How long a file's imports are depends on the other files. So groups are formed twice: first as
    if every other module stayed by itself, then among the files of the first time.

    Raises:
        BundleError: A module is larger than that by itself, or modules need each other.
    """
    first = _formed(modules, size, {})
    again = _formed(modules, size, homes_of(first, modules))
    homes = homes_of(again, modules)
    sizes = (len(merge(path, names, modules, homes).encode()) for path, names in again.items())
    return again if len(again) < len(first) and max(sizes) <= size else first


def _formed(modules: Mapping[str, Module], size: int, homes: Mapping[str, str]) -> Files:
    order = [module for module in ordered(modules) if module.name not in PACKAGES]
    files: Files = {}
    for package in PACKAGES:
        run = [module for module in order if module.name.partition(".")[0] == package]

        def taken(names: Sequence[str]) -> int:
            return len(merge("models/merged.py", names, modules, homes).encode())

        for names in _cut(run, taken, size):
            files[_path(names, modules, files)] = names
    return files


def _cut(
    run: Sequence[Module], taken: Callable[[Sequence[str]], int], size: int
) -> Iterator[tuple[str, ...]]:
    """The cheapest way to cut a run: the best end of each part of it that starts at its head."""
    best: list[tuple[Cost, int]] = [((0, 0, 0), 0)]
    for end in range(1, len(run) + 1):
        costs = list(_costs(run, end, taken, size, best))
        if not costs:
            raise BundleError(f"{run[end - 1].path} does not fit into {size:,} bytes")
        best.append(min(costs))
    parts: list[tuple[str, ...]] = []
    end = len(run)
    while end:
        start = best[end][1]
        parts.append(tuple(module.name for module in run[start:end]))
        end = start
    yield from reversed(parts)


def _costs(
    run: Sequence[Module],
    end: int,
    taken: Callable[[Sequence[str]], int],
    size: int,
    best: Sequence[tuple[Cost, int]],
) -> Iterator[tuple[Cost, int]]:
    """What the run up to `end` costs by where its last part starts."""
    for start in range(end - 1, -1, -1):
        names = [module.name for module in run[start:end]]
        if len(set(PUBLIC).intersection(names)) > 1:
            return
        try:
            room = size - taken(names)
        except BundleError:  # names that cannot share a file
            return
        if room < 0:
            return
        (files, cuts, uneven), _ = best[start]
        inside = start > 0 and run[start - 1].folder == run[start].folder not in PACKAGES
        yield (files + 1, cuts + inside, uneven + room**2), start


def _path(names: Sequence[str], modules: Mapping[str, Module], taken: Mapping[str, Any]) -> str:
    """A file's path: a public module's own, else after the folder that most of it is from."""
    for name in PUBLIC:
        if name in names:
            return modules[name].path
    bytes_of: dict[str, int] = {}
    for name in names:
        _, first, *_ = name.split(".")
        bytes_of[first] = bytes_of.get(first, 0) + len(modules[name].source)
    label = f"{names[0].partition('.')[0]}/{max(bytes_of, key=lambda first: bytes_of[first])}"
    paths = (f"{label}{f'_{number}' if number > 1 else ''}.py" for number in range(1, 1_000))
    return next(path for path in paths if path not in taken)


def settled(modules: Mapping[str, Module], pinned: Files, tier: Tier) -> Files:
    """The pinned groups with the modules that there are: those gone left out, new ones taken in.

    Raises:
        BundleError: The groups import each other.
    """
    files = {
        path: kept
        for path, names in pinned.items()
        if (kept := tuple(name for name in names if name in modules))
    }
    grouped = {name for names in files.values() for name in names}
    for module in ordered(modules):
        if module.name not in grouped and module.name not in PACKAGES:
            path = _joined(module, files, modules, tier)
            files[path] = (*files.get(path, ()), module.name)
    check_groups(homes_of(files, modules), modules)
    return files


def homes_of(files: Files, modules: Mapping[str, Module]) -> dict[str, str]:
    """The name of each module's file by the module's name; its own where no group has it."""
    homes = {name: dotted(path) for path, names in files.items() for name in names}
    return {name: homes.get(name, name) for name in modules}


def _joined(module: Module, files: Files, modules: Mapping[str, Module], tier: Tier) -> str:
    """The file that a new module goes to: of its imports, of its users, or a new one."""
    place = {name: path for path, names in files.items() for name in names}
    needs = [each.name for each in ordered(modules) if each.name in module.needs()]
    users = [name for name, each in modules.items() if module.name in each.needs()]
    package = module.name.partition(".")[0]
    for path in dict.fromkeys(place[name] for name in [*reversed(needs), *users] if name in place):
        fits = path.startswith(f"{package}/") and _fits(module.name, path, files, modules, tier)
        if fits:
            return path
    return _path([module.name], modules, files)


def _fits(name: str, path: str, files: Files, modules: Mapping[str, Module], tier: Tier) -> bool:
    names = (*files[path], name)
    if name in PUBLIC and not set(PUBLIC).isdisjoint(files[path]):
        return False
    homes = homes_of({**files, path: names}, modules)
    try:
        check_groups(homes, modules)
        merged = merge(path, names, modules, homes)
    except BundleError:
        return False
    return tier.usable is None or len(merged.encode()) <= tier.usable
