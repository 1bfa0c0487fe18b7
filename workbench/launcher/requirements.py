"""What an engine needs on this machine: each check returns what is wrong, or None."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

LAUNCHER_DLL = "QuantConnect.Lean.Launcher.dll"
# `docker info` waits for a daemon that hangs; this many seconds is long enough for one that works.
DOCKER_SECONDS = 30


def docker_problem(environment: Mapping[str, str]) -> str | None:
    """What keeps Docker from working, or None where it answers."""
    docker = shutil.which("docker", path=environment.get("PATH", ""))
    if docker is None:
        return "Docker was not found: install it (https://docs.docker.com/engine/install/)"
    try:
        answer = subprocess.run(
            [docker, "info"],
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=DOCKER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"Docker did not answer within {DOCKER_SECONDS} seconds: restart it"
    if answer.returncode == 0:
        return None
    said = answer.stderr.strip().splitlines()
    return f"Docker does not answer: start it ({said[-1] if said else 'it gave no reason'})"


def launcher_problem(environment: Mapping[str, str]) -> str | None:
    """What is wrong with the launcher folder in LEAN_LAUNCHER, or None."""
    value = environment.get("LEAN_LAUNCHER", "")
    if not value:
        return (
            "LEAN_LAUNCHER is not set: build LEAN (https://github.com/QuantConnect/Lean) and set it"
            f" to the folder that holds {LAUNCHER_DLL}, such as Lean/Launcher/bin/Release"
        )
    if not (Path(value) / LAUNCHER_DLL).is_file():
        return (
            f"LEAN_LAUNCHER is {value}, which does not hold {LAUNCHER_DLL}: build LEAN, or set it"
            " to the folder that does, such as Lean/Launcher/bin/Release"
        )
    return None


def data_problem(environment: Mapping[str, str]) -> str | None:
    """What is wrong with the data folder in LEAN_DATA, or None."""
    value = environment.get("LEAN_DATA", "")
    if not value:
        return "LEAN_DATA is not set: set it to LEAN's data folder, such as Lean/Data"
    if not Path(value).is_dir():
        return f"LEAN_DATA is {value}, which is no folder: set it to LEAN's data, such as Lean/Data"
    return None


def dotnet_problem(environment: Mapping[str, str]) -> str | None:
    """Where dotnet is missing, how to come by it, or None."""
    if shutil.which("dotnet", path=environment.get("PATH", "")) is None:
        return "dotnet was not found: install the .NET SDK (https://dotnet.microsoft.com/download)"
    return None
