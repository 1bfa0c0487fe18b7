"""One run of an engine: where its results go, how it is started, and with what code it ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from workbench.launcher.configuration import build_config
from workbench.launcher.environment import engine_environment
from workbench.launcher.errors import demand
from workbench.launcher.requirements import (
    LAUNCHER_DLL,
    data_problem,
    docker_problem,
    dotnet_problem,
    launcher_problem,
)
from workbench.terminal import clean_text

# The folder names of the LEAN CLI's results, so that its tools read ours too.
RESULTS_NAME = "%Y-%m-%d_%H-%M-%S"


def results_folder(project: Path, moment: datetime) -> Path:
    """`backtests/<time>` in the project, or the next free second's; it is not made yet."""
    while (results := project / "backtests" / moment.strftime(RESULTS_NAME)).exists():
        moment += timedelta(seconds=1)
    return results


def run_engine(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run the engine in a folder and return its exit code; Ctrl-C is left for it to handle."""
    # a handler, unlike an ignored signal, is not handed down to the engine
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, cwd=folder, env=dict(environment), check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def run_launcher(project: Path, environment: Mapping[str, str], moment: datetime) -> int:
    """Backtest the project with the LEAN in LEAN_LAUNCHER on the data in LEAN_DATA.

    The configuration is kept as `config` beside the results. Raises LaunchError where something
    is missing; returns LEAN's exit code.
    """
    demand(dotnet_problem(environment), launcher_problem(environment), data_problem(environment))
    launcher, data = Path(environment["LEAN_LAUNCHER"]), Path(environment["LEAN_DATA"])
    results = results_folder(project, moment)
    config = results / "config"
    text = json.dumps(build_config(project, data, launcher, results), indent=4)
    results.mkdir(parents=True)
    config.write_text(text + "\n", encoding="utf-8")
    dotnet = shutil.which("dotnet", path=environment.get("PATH", "")) or "dotnet"
    command = [dotnet, LAUNCHER_DLL, "--config", str(config.resolve())]
    code = run_engine(command, launcher, engine_environment(environment))
    if code and whole_result(results):
        click.echo(f"LEAN wrote its whole result and then failed on its way out with code {code}.")
        code = 0
    click.echo(clean_text(f"LEAN ended with code {code}; results: {results}"))
    return code


def whole_result(results: Path) -> bool:
    """Whether a result file of LEAN's with final statistics is in the folder."""
    for path in results.glob("*.json"):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # cut short, or no JSON
        if isinstance(found, dict) and found.get("statistics") and "orders" in found:
            return True
    return False


def run_lean(project: Path, environment: Mapping[str, str]) -> int:
    """Backtest the project with the LEAN CLI, that of this virtual environment first.

    Raises LaunchError where Docker or the CLI is missing; returns the CLI's exit code.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    lean = shutil.which("lean", path=path)
    missing = None if lean else "The LEAN CLI was not found: install it (pip install lean)"
    demand(docker_problem(environment), missing)
    return run_engine([lean or "lean", "backtest", "."], project, environment)
