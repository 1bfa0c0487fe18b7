"""What goes to LEAN, written to a folder: as a project of its own, or as one package.

A project has main.py, config.json, `models` and `utils`. A package is one folder with the last two
inside it, for a project that exists or for the Library of a LEAN CLI workspace: its imports go
through its own name, so that `models` and `utils` of the project itself are in nobody's way. Both
are made for a tier of LEAN's cloud, or for a machine of one's own.

Everything is read and checked before anything is written, and no file is replaced or removed but
those that an earlier export wrote and nobody has changed since.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from workbench.bundle.bundling import bundle, read_pins
from workbench.bundle.folder import ExportError, Plan, planned
from workbench.bundle.imports import PACKAGES, redirected, through
from workbench.bundle.names import check_name
from workbench.bundle.sources import ALGORITHM, FACE, PROJECT_FILE, Sources, read_sources
from workbench.bundle.stamp import Stamp, read_stamp
from workbench.bundle.tiers import LOCAL, RESEARCHER, TIERS, Tier, check_limits
from workbench.tables import grid
from workbench.terminal import clean_text

__all__ = ["Export", "ExportError", "export", "show_export"]

# The name of the package where the user gives none.
PACKAGE, _, FACE_NAME = FACE.partition("/")
TRACKING = "utils/tracking.py"
LIBRARY = "Library"
WORKSPACE_FILE = "lean.json"
# The other keys tie a project to one cloud project, one organization or one machine.
COPIED_KEYS = ("algorithm-language", "description", "parameters")


@dataclass(frozen=True, slots=True)
class Export:
    """What was written, or would be.

    Attributes:
        plan: The files.
        package: The package's name, None for a project.
        stamp: The version, commit and tier.
        steps: The commands to type next.
    """

    plan: Plan
    package: str | None
    stamp: Stamp
    steps: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The project's or the package's folder."""
        return self.plan.folder

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each Python file written, by path in the folder."""
        return {path: size for path, size in self.files.items() if path.endswith(".py")}

    @property
    def files(self) -> dict[str, int]:
        """Bytes of each file written, by path in the folder."""
        return {path: len(content) for path, content in self.plan.write.items()}

    @property
    def total(self) -> int:
        """Bytes of all files written."""
        return sum(self.files.values())

    @property
    def wiring(self) -> str:
        """The import that an algorithm needs."""
        return f"from {self.package or 'utils.tracking'} import track"

    def to_dict(self) -> dict[str, Any]:
        """The export as JSON has it."""
        return {
            "folder": str(self.folder),
            "package": self.package,
            "tier": self.stamp.tier,
            "version": self.stamp.version,
            "commit": self.stamp.commit or None,
            "files": self.files,
            "bytes": self.total,
            "kept": list(self.plan.kept),
            "removed": list(self.plan.remove),
            "left": list(self.plan.left),
            "import": self.wiring,
            "next": list(self.steps),
        }


def export(
    destination: Path,
    package: str | None = None,
    *,
    as_project: bool = False,
    tier: str | None = None,
    write: bool = True,
    sources: Sources | None = None,
) -> Export:
    """Write what LEAN needs and nothing else.

    Args:
        destination: The project's folder, or `Library` in a workspace of the LEAN CLI.
        package: The name of the package to write into the destination. Without one the form is the
            one that is there; else a package where there is a project, and a project where there
            is nothing.
        as_project: Write a project, whatever is there.
        tier: What the files are for; without one it is the tier of the export that is there, or
            the researcher's.
        write: Whether to write; else everything is only checked and listed.
        sources: What to export; without it this program's own project.

    Raises:
        BundleError: The name is not allowed, the folder is not fit, a file that no export wrote is
            in the way, or the sources do not fit into the tier.
        OSError: A file cannot be read or written.
    """
    package = _form(destination, package, as_project=as_project)
    if package is not None:
        check_name(package)
    folder = destination / package if package else destination
    there = _stamp_of(folder / TRACKING)
    chosen = TIERS[tier or (there.tier if there else RESEARCHER.name)]
    sources = sources or read_sources()
    stamp = Stamp(sources.version, sources.commit, chosen.name)
    files = {path: stamp.on(text) for path, text in _files(sources, package, chosen).items()}
    check_limits({path: len(content) for path, content in files.items()}, chosen)
    in_project = package is not None and _is_project(destination)
    algorithm = {} if package else {ALGORITHM: files.pop(ALGORITHM)}
    config = {} if in_project else {PROJECT_FILE: _project_file(sources, package)}
    roots = ("",) if package else PACKAGES
    plan = planned(folder, files, config | algorithm, roots)
    if algorithm and ALGORITHM in plan.kept:
        # the user's own algorithm is not to run with the settings of another one
        plan = planned(folder, files, {**_bare(config), **algorithm}, roots)
    if write:
        plan.carry_out()
    steps = tuple(_steps(destination.resolve(), package, chosen, in_project=in_project))
    return Export(plan, package, stamp, steps)


def _form(destination: Path, package: str | None, *, as_project: bool) -> str | None:
    """The package's name, or None for a project.

    Raises:
        ExportError: Both are asked for, or the folder is neither a project's nor empty.
    """
    if package is not None and as_project:
        raise ExportError("a package or a project: --package and --project cannot both be")
    if (destination / WORKSPACE_FILE).exists():
        raise ExportError(
            f"{destination} is a workspace of the LEAN CLI: name a project in it, or its {LIBRARY}"
        )
    if package is not None or as_project or _stamp_of(destination / TRACKING):
        return package
    if destination.name == LIBRARY or _is_project(destination):
        return PACKAGE
    if destination.is_dir() and any(
        not path.name.startswith(".") for path in destination.iterdir()
    ):
        raise ExportError(
            f"{destination} is not empty and no LEAN project: name a new folder or a project, "
            "or say which form to write there with --project or --package NAME"
        )
    return None


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (ALGORITHM, PROJECT_FILE))


def _stamp_of(path: Path) -> Stamp | None:
    return read_stamp(path.read_bytes()) if path.is_file() else None


def _files(sources: Sources, package: str | None, tier: Tier) -> dict[str, bytes]:
    """The Python files by path in the folder."""
    groups = None if tier.size is None else read_pins()[tier.name]
    files = bundle(sources.files, FACE if package else ALGORITHM, tier, groups)
    if package is None:
        return files
    led = {path: redirected(text, through(package), path) for path, text in files.items()}
    return {FACE_NAME: led.pop(FACE), **led}


def _project_file(sources: Sources, package: str | None) -> bytes:
    """The LEAN project file: a Library has one too, and the CLI takes none without."""
    if package:
        says = "The performance tracker: trades, P&L and drawdown by strategy, to the cent."
        config: Mapping[str, Any] = {
            "algorithm-language": "Python",
            "description": says,
            "parameters": {},
        }
    else:
        try:
            loaded = json.loads(sources.files[PROJECT_FILE])
        except json.JSONDecodeError as error:
            raise ExportError(f"{PROJECT_FILE}, line {error.lineno}: {error.msg}") from error
        config = {key: loaded[key] for key in COPIED_KEYS if key in loaded}
    return _json_file(config)


def _bare(config: Mapping[str, bytes]) -> dict[str, bytes]:
    """A project file for an algorithm of the user's, which has no settings yet."""
    bare = {"algorithm-language": "Python", "parameters": {}}
    return {path: _json_file(bare) for path in config}


def _json_file(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values, indent=4) + "\n").encode()


def _steps(
    destination: Path, package: str | None, tier: Tier, *, in_project: bool
) -> Iterator[str]:
    """The LEAN CLI's commands; it works on folders below the one it is called in.

    A package that is in no `Library` has yet to be moved, from wherever the workspace is.
    """
    here = Path.cwd().resolve()
    if package is None or in_project:
        below = destination != here and destination.is_relative_to(here)
        base = here if below else destination.parent
        command = "lean backtest" if tier is LOCAL else "lean cloud push --project"
        last = f"{command} {_word(destination.relative_to(base))}"
    else:
        in_library = destination.name == LIBRARY
        base = destination.parent if in_library else here
        if not in_library:
            yield f"mv {_word(destination / package)} {LIBRARY}/"
        last = f"lean library add PROJECT {LIBRARY}/{package}"
    if base != here:
        yield f"cd {_word(base)}"
    yield last


def _word(path: Path) -> str:
    return shlex.quote(path.as_posix())


def show_export(found: Export, console: Console, *, written: bool = True) -> None:
    """Print the files with their sizes, what was not touched, and what to do next.

    Args:
        found: The export.
        console: Where to print.
        written: Whether it was written, or is only what would be.
    """
    stamp = found.stamp
    commit = f" of commit {stamp.commit}" if stamp.commit else ""
    done = "Written to" if written else "Would be written to"
    title = f"{done} {found.folder}: {stamp.version}{commit}, tier {stamp.tier}"
    table = grid(title, ["file", "bytes"])
    for name, size in found.files.items():
        table.add_row(name, f"{size:,}")
    table.add_section()
    table.add_row(f"{len(found.files)} files", f"{found.total:,}", style="bold")
    console.print(table)
    lines = [f"Kept as it was: {name}" for name in found.plan.kept]
    lines += [f"Of an earlier export, removed: {name}" for name in found.plan.remove]
    lines += [f"Of no export, but LEAN would get it too: {name}" for name in found.plan.left]
    if found.package or ALGORITHM in found.plan.kept:
        lines += ["In your main.py:", f"  {found.wiring}"]
    lines += ["Next:", *(f"  {step}" for step in found.steps)]
    for line in lines:  # what is to be copied must not be wrapped
        console.print(Text(clean_text(line)), soft_wrap=True)
