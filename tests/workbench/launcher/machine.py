"""A machine with fake `dotnet`, `docker` and `lean` programs in a temporary folder."""

from __future__ import annotations

from pathlib import Path

from workbench.launcher.requirements import LAUNCHER_DLL

ALGORITHM = """
from AlgorithmImports import *


class Tracked:
    pass


class HybridOptionsBot(QCAlgorithm):
    pass
"""


class Machine:
    """A temporary machine: a project, programs on a PATH of its own, a LEAN and its data."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.project.mkdir()
        (self.project / "main.py").write_text(ALGORITHM)
        (self.project / "config.json").write_text('{"parameters": {"tracker_mark_every": "60"}}')
        for name in ("programs", "lean", "data"):
            (root / name).mkdir()
        (root / "lean" / LAUNCHER_DLL).touch()
        self.environment = {
            "PATH": str(root / "programs"),
            "LEAN_LAUNCHER": str(root / "lean"),
            "LEAN_DATA": str(root / "data"),
            "PYTHONNET_PYDLL": "libpython3.11.so",
        }

    def install(self, name: str, code: int = 0, says: str = "") -> None:
        """Put a program on the PATH that notes its folder and arguments and ends with the code."""
        program = self.root / "programs" / name
        lines = [
            "#!/bin/sh",
            f'echo "$PWD" "$PYTHONNET_PYDLL" "$@" >> "{self.root / name}.calls"',
            f'echo "{says}" >&2',
            f"exit {code}",
        ]
        program.write_text("\n".join(lines) + "\n")
        program.chmod(0o755)

    def calls(self, name: str) -> list[str]:
        """What the program of that name was called with, one line a call."""
        path = self.root / f"{name}.calls"
        return path.read_text().splitlines() if path.exists() else []
