"""Commands to a live run on this machine, by the files that LEAN takes them from.

LEAN looks for `command*.json` in the folder that it works in, deletes each as it reads it, and
writes what became of it to `result-command-<id>.json` beside it. Under the LEAN CLI it works in a
container, whose name the CLI leaves in `config` beside the results; a LEAN without one works where
its results are, unless its configuration says otherwise.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from models.errors import TrackerError
from workbench.engine.files import read_all

CONFIG = "config"  # beside results, of the LEAN CLI
MOST_CONFIG = 1 << 20  # bytes
DOCKER_PATIENCE = 20.0  # seconds that a call of Docker may take
_CONTAINER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


class CommandError(TrackerError):
    """A command cannot be put where LEAN takes it; the text says why."""


class CommandPlace(Protocol):
    """Where a LEAN takes its commands."""

    def put(self, name: str, text: str) -> None:
        """Put a command's file there, whole or not at all; CommandError where that fails."""

    def withdraw(self, name: str) -> bool:
        """Take a command back; False where LEAN has it already."""

    def read(self, name: str) -> str | None:
        """The text of an answer; None where there is none yet."""


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder of this machine.

    Attributes:
        folder: Where LEAN works.
    """

    folder: Path

    def put(self, name: str, text: str) -> None:
        """Write the file beside, and move it."""
        part = self.folder / f".{name}.part"
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(self.folder / name)
        except OSError as problem:
            with suppress(OSError):
                part.unlink()
            raise CommandError(f"{self.folder}: {problem.strerror}") from problem

    def withdraw(self, name: str) -> bool:
        """Delete the file."""
        try:
            (self.folder / name).unlink()
        except OSError:
            return False
        return True

    def read(self, name: str) -> str | None:
        """Read the answer's file."""
        try:
            return read_all(self.folder / name, MOST_CONFIG).decode("utf-8-sig", "replace")
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class ContainerPlace:
    """The folder that LEAN works in within a container.

    Attributes:
        container: Its name.
        docker: The command that Docker is called by.
    """

    container: str
    docker: str = "docker"

    def put(self, name: str, text: str) -> None:
        """Write the file beside, and move it."""
        script = 'cat > ".$1.part" && mv ".$1.part" "$1"'
        called = self._call(script, name, text)
        if called.returncode:
            told = called.stderr.strip().splitlines()[-1:] or ["Docker says nothing"]
            raise CommandError(f"the container {self.container}: {told[0][:200]}")

    def withdraw(self, name: str) -> bool:
        """Delete the file."""
        return self._call('rm "$1"', name).returncode == 0

    def read(self, name: str) -> str | None:
        """Read the answer's file."""
        called = self._call('cat "$1"', name)
        return called.stdout if called.returncode == 0 and called.stdout else None

    def _call(self, script: str, name: str, given: str = "") -> subprocess.CompletedProcess[str]:
        words = [self.docker, "exec", "-i", self.container, "sh", "-c", script, "sh", name]
        try:
            return subprocess.run(
                words,
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=DOCKER_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            told = getattr(problem, "strerror", None) or "it does not answer"
            raise CommandError(f"Docker cannot be called: {told}") from problem


def place_at(results: Path) -> CommandPlace:
    """Where the LEAN that writes its results to a folder takes commands.

    Raises:
        CommandError: What the LEAN CLI left there names no container.
    """
    try:
        config = json.loads(read_all(results / CONFIG, MOST_CONFIG))
    except FileNotFoundError:
        return FolderPlace(results)
    except (OSError, ValueError, RecursionError):
        raise CommandError(f"{results / CONFIG} cannot be read") from None
    container = config.get("container") if isinstance(config, Mapping) else None
    if container is None:
        return FolderPlace(results)
    if not isinstance(container, str) or not _CONTAINER.fullmatch(container):
        raise CommandError(f"{results / CONFIG} names no container of Docker's")
    return ContainerPlace(container)


# --- a command on its way


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that was put where LEAN takes it.

    Attributes:
        place: Where.
        id: What its answer is known by.
        name: Of its file.
    """

    place: CommandPlace
    id: str
    name: str

    def answer(self) -> Mapping[str, Any] | None:
        """What LEAN wrote; None where there is nothing yet, or half of it."""
        text = self.place.read(f"result-command-{self.id}.json")
        try:
            found = json.loads(text) if text else None
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, Mapping) else None

    def withdraw(self) -> bool:
        """Take it back; False where LEAN has it already."""
        return self.place.withdraw(self.name)


def send(place: CommandPlace, given: Mapping[str, Any], command: str) -> Sent:
    """Put a command for the tracker where LEAN takes it.

    Args:
        place: Where.
        given: What the command says, its own name as `tracker`.
        command: An id that no other command has.

    Raises:
        CommandError: It cannot be put there.
    """
    name = f"command-{time.time_ns()}-{command}.json"  # LEAN takes them in the order of their names
    place.put(name, json.dumps({"id": command, **given}))
    return Sent(place, command, name)


def outcome_of(answer: Mapping[str, Any]) -> bool | None:
    """Whether a command was done, by LEAN's answer; None where the algorithm did not know it."""
    named: Sequence[Any] = [value for key, value in answer.items() if key.lower() == "success"]
    return named[0] if named and isinstance(named[0], bool) else None
