"""What goes to LEAN, written to a folder: as a project of its own, or as one package.

The plain form is a project: main.py, config.json, `models` and `utils`. A package is one folder
with the last two inside it, for the Library of a LEAN CLI workspace or for a project that has
`models` and `utils` of its own: LEAN looks in the project first, so those names would find the
project's. A package's imports go through its own name and find its files and no others.

Everything is read and checked before anything is written, and no file is ever removed. main.py and
config.json are written only where there are none: the first becomes the user's algorithm, and in
the second the CLI keeps which project of the cloud it is.
"""

from __future__ import annotations

import ast
import json
import keyword
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from rich.console import Console

from workbench.recordings import PROJECT
from workbench.tables import grid

# LEAN's Institution tier takes 250 files of 256 KB; a few are left to the user.
MOST_FILES = 240
MOST_BYTES = 240 * 1024

ALGORITHM = "main.py"
PROJECT_FILE = "config.json"
PACKAGES = ("models", "utils")
USERS = (ALGORITHM, PROJECT_FILE)
# The other keys tie a project to one cloud project, one organization or one machine.
COPIED_KEYS = ("algorithm-language", "description", "parameters")

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What an algorithm imports, or LEAN for it; a folder of that name would hide it.
HIDDEN = frozenset({"AlgorithmImports", "QuantConnect", "System", "clr", "numpy", "pandas"})
# What the package stands beside, and folders that the LEAN CLI does not push or does not allow.
FOLDERS = frozenset(
    {
        *("main", *PACKAGES),
        *("bin", "obj", "backtests", "live", "optimizations", "storage", "report"),
        *("con", "prn", "aux", "nul"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
    }
)


class ExportError(ValueError):
    """The export cannot be made as asked; the text says why and what is allowed."""


@dataclass(frozen=True, slots=True)
class Export:
    """What was written.

    Attributes:
        folder: The project's or the package's folder.
        package: The package's name, None for a project.
        sizes: Bytes of each Python file written, by path in the folder.
        kept: Files of the user's that an export would have written, left as they were.
        left: Python files found among the written ones that are none of this export's.
        steps: The commands to type next.
    """

    folder: Path
    package: str | None
    sizes: Mapping[str, int]
    kept: tuple[str, ...]
    left: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def total(self) -> int:
        """Bytes of all Python files written."""
        return sum(self.sizes.values())

    @property
    def wiring(self) -> str:
        """The import that an algorithm needs."""
        return f"from {f'{self.package}.' if self.package else ''}utils.tracking import track"

    def to_dict(self) -> dict[str, Any]:
        """The export as JSON has it."""
        return {
            "folder": str(self.folder),
            "package": self.package,
            "files": dict(self.sizes),
            "bytes": self.total,
            "kept": list(self.kept),
            "left": list(self.left),
            "import": self.wiring,
            "next": list(self.steps),
        }


def export(
    destination: Path,
    package: str | None = None,
    *,
    overwrite: bool = False,
    source: Path = PROJECT,
) -> Export:
    """Write what LEAN needs and nothing else.

    Args:
        destination: The project's folder; with a package the folder that will hold it: `Library`
            in a workspace of the LEAN CLI, or a project's folder.
        package: The package's name, None for a project.
        overwrite: Write into a folder that is not empty.
        source: The project to export.

    Raises:
        ExportError: The name is not allowed, the folder is not empty, a file is no Python or its
            imports cannot go through a package, or there is more than LEAN's free tier takes.
        OSError: A file cannot be read or written.
    """
    if package is not None:
        _check_name(package)
    folder = destination / package if package else destination
    files = packaged(source, package) if package else python_files(source, ALGORITHM, *PACKAGES)
    _check_limits(files)
    _check_folder(folder, overwrite)
    in_project = package is not None and (destination / PROJECT_FILE).is_file()
    own = files if in_project else {**files, PROJECT_FILE: _project_file(source, package)}
    kept = [name for name in USERS if name in own and _differs(folder / name, own[name])]
    for name, content in own.items():
        if name not in kept:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return Export(
        folder=folder,
        package=package,
        sizes={name: len(content) for name, content in files.items() if name not in kept},
        kept=tuple(kept),
        left=tuple(_strangers(folder, package, files)),
        steps=tuple(_steps(destination.resolve(), package, in_project)),
    )


def python_files(source: Path, *names: str) -> dict[str, bytes]:
    """The Python files of these folders, or the files themselves, by path in the project."""
    found: dict[str, bytes] = {}
    for name in names:
        path = source / name
        for file in [path] if name == ALGORITHM else sorted(path.rglob("*.py")):
            found[file.relative_to(source).as_posix()] = file.read_bytes()
    for name, content in found.items():
        _tree(content, name)
    return found


def packaged(source: Path, package: str) -> dict[str, bytes]:
    """The files of the package, their imports rewritten, by path in its folder."""
    says = f'"""The LEAN performance tracker: `from {package}.utils.tracking import track`."""'
    first = f"{says}\n\nfrom __future__ import annotations\n"
    files = python_files(source, *PACKAGES)
    rewritten = {name: through(content, package, name) for name, content in files.items()}
    return {"__init__.py": first.encode(), **rewritten}


def through(source: bytes, package: str, place: str) -> bytes:
    """The source with each import of `models` and `utils` led through the package.

    Nothing else of it changes by a byte; strings and comments are no imports.

    Raises:
        ExportError: `import models.x` binds the very name that the package avoids.
    """
    tree = _tree(source, place)
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    prefix = f"{package}.".encode()
    for offset in sorted(_offsets(tree, source, starts, place), reverse=True):
        source = source[:offset] + prefix + source[offset:]
    return source


def _offsets(tree: ast.Module, source: bytes, starts: list[int], place: str) -> Iterator[int]:
    """Where in the source the names of the modules to rewrite begin."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and _is_ours(node.module):
            word = starts[node.lineno - 1] + node.col_offset + len("from")
            yield source.index(_root(node.module).encode(), word)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if not _is_ours(alias.name):
                    continue
                if alias.asname is None:
                    raise ExportError(
                        f"{place}, line {node.lineno}: `import {alias.name}` cannot go into a "
                        f"package; write `from {alias.name} import ...` or give it a name with `as`"
                    )
                yield starts[alias.lineno - 1] + alias.col_offset


def _root(module: str | None) -> str:
    return (module or "").partition(".")[0]


def _is_ours(module: str | None) -> bool:
    return _root(module) in PACKAGES


def _tree(source: bytes, place: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise ExportError(f"{place}, line {error.lineno}: {error.msg}") from error


def _check_name(package: str) -> None:
    if not NAME.fullmatch(package):
        raise ExportError(
            f"{package!r} cannot name a package: use letters, digits and underscores, "
            "and no digit first"
        )
    reserved = keyword.iskeyword(package) or package in sys.stdlib_module_names | HIDDEN
    if reserved or package.casefold() in FOLDERS:
        raise ExportError(
            f"{package!r} cannot name a package: Python, LEAN, its CLI or the project itself has "
            "something of that name; any other of letters, digits and underscores is allowed"
        )


def _check_limits(files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_FILES:
        raise ExportError(f"{len(files)} files are too many for LEAN: {MOST_FILES} are allowed")
    large = [f"{name} ({len(text):,})" for name, text in files.items() if len(text) > MOST_BYTES]
    if large:
        raise ExportError(
            f"too large for LEAN, which is given {MOST_BYTES:,} bytes a file: {', '.join(large)}"
        )


def _check_folder(folder: Path, overwrite: bool) -> None:
    if not overwrite and folder.exists() and any(folder.iterdir()):
        raise ExportError(
            f"{folder} is not empty: name a new folder, or let --overwrite renew what is in it "
            f"(a {ALGORITHM} and a {PROJECT_FILE} that are there stay as they are)"
        )


def _differs(path: Path, content: bytes) -> bool:
    return path.exists() and path.read_bytes() != content


def _project_file(source: Path, package: str | None) -> bytes:
    """The LEAN project file: a Library has one too, and the CLI takes none without."""
    if package:
        says = "The performance tracker: trades, P&L and drawdown by strategy, to the cent."
        config: dict[str, Any] = {
            "algorithm-language": "Python",
            "description": says,
            "parameters": {},
        }
    else:
        try:
            loaded = json.loads((source / PROJECT_FILE).read_bytes())
        except json.JSONDecodeError as error:
            raise ExportError(f"{PROJECT_FILE}, line {error.lineno}: {error.msg}") from error
        config = {key: loaded[key] for key in COPIED_KEYS if key in loaded}
    return (json.dumps(config, indent=4) + "\n").encode()


def _strangers(folder: Path, package: str | None, files: Mapping[str, bytes]) -> Iterator[str]:
    """Python files among the exported ones that are not of this export: LEAN would get them too."""
    for root in [folder] if package else [folder / name for name in PACKAGES]:
        for path in sorted(root.rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            if name not in files:
                yield name


def _steps(destination: Path, package: str | None, in_project: bool) -> Iterator[str]:
    """The LEAN CLI's commands; it works on folders below the one it is called in.

    A package that is in no `Library` has yet to be moved, from wherever the workspace is.
    """
    here = Path.cwd().resolve()
    if package is None or in_project:
        below = destination != here and destination.is_relative_to(here)
        base = here if below else destination.parent
        last = f"lean cloud push --project {_word(destination.relative_to(base))}"
    else:
        in_library = destination.name == "Library"
        base = destination.parent if in_library else here
        if not in_library:
            yield f"mv {_word(destination / package)} Library/"
        last = f"lean library add PROJECT Library/{package}"
    if base != here:
        yield f"cd {_word(base)}"
    yield last


def _word(path: Path) -> str:
    return shlex.quote(path.as_posix())


def show_export(written: Export, console: Console) -> None:
    """Print the files with their sizes, what was not touched, and what to do next."""
    table = grid(f"Written to {written.folder}", ["file", "bytes"])
    for name, size in written.sizes.items():
        table.add_row(name, f"{size:,}")
    table.add_section()
    table.add_row(f"{len(written.sizes)} files", f"{written.total:,}", style="bold")
    console.print(table)
    # what is to be copied must not be wrapped
    lines = [f"Kept as it was: {name}" for name in written.kept]
    lines += [f"Not of this export, but LEAN would get it too: {name}" for name in written.left]
    if written.package or ALGORITHM in written.kept:
        lines += ["In your main.py:", f"  {written.wiring}"]
    lines += ["Next:", *(f"  {step}" for step in written.steps)]
    for line in lines:
        console.print(line, soft_wrap=True, markup=False, highlight=False)
