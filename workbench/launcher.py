"""Running the reference algorithm in LEAN itself: with the LEAN CLI, or with a built LEAN.

`make run ENGINE=lean` and `make run ENGINE=launcher` call the two commands here. Each looks for
everything it needs before it starts anything, says all that is missing in one error that ends
with code 2, and otherwise ends with the code of the engine. Nothing here is imported by LEAN.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

LAUNCHER_DLL = "QuantConnect.Lean.Launcher.dll"
# `docker info` waits for a daemon that hangs; this many seconds is long enough for one that works.
DOCKER_SECONDS = 30
# The folder names of the LEAN CLI's results, so that its tools read ours too.
RESULTS_NAME = "%Y-%m-%d_%H-%M-%S"

# The parts of LEAN that a local run uses: LEAN reads a configuration file instead of its own, so
# this one has to be whole.
HANDLERS: dict[str, str] = {
    "log-handler": "QuantConnect.Logging.CompositeLogHandler",
    "messaging-handler": "QuantConnect.Messaging.Messaging",
    "job-queue-handler": "QuantConnect.Queues.JobQueue",
    "api-handler": "QuantConnect.Api.Api",
    "map-file-provider": "QuantConnect.Data.Auxiliary.LocalDiskMapFileProvider",
    "factor-file-provider": "QuantConnect.Data.Auxiliary.LocalDiskFactorFileProvider",
    "data-provider": "QuantConnect.Lean.Engine.DataFeeds.DefaultDataProvider",
    "data-channel-provider": "DataChannelProvider",
    "object-store": "QuantConnect.Lean.Engine.Storage.LocalObjectStore",
    "data-aggregator": "QuantConnect.Lean.Engine.DataFeeds.AggregationManager",
}
BACKTESTING: dict[str, object] = {
    "live-mode": False,
    "setup-handler": "QuantConnect.Lean.Engine.Setup.BacktestingSetupHandler",
    "result-handler": "QuantConnect.Lean.Engine.Results.BacktestingResultHandler",
    "data-feed-handler": "QuantConnect.Lean.Engine.DataFeeds.FileSystemDataFeed",
    "real-time-handler": "QuantConnect.Lean.Engine.RealTime.BacktestingRealTimeHandler",
    "history-provider": [
        "QuantConnect.Lean.Engine.HistoricalData.SubscriptionDataReaderHistoryProvider"
    ],
    "transaction-handler": (
        "QuantConnect.Lean.Engine.TransactionHandlers.BacktestingTransactionHandler"
    ),
}


class LaunchError(click.ClickException):
    """The engine asked for cannot run; the message says what to install, set or mend."""

    exit_code = 2


def algorithm_class(source: Path) -> str:
    """The name of the one class in the file that derives from QCAlgorithm.

    Raises LaunchError where the file is missing, is no Python, or has none or several of them.
    """
    try:
        module = ast.parse(source.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as problem:
        raise LaunchError(f"Cannot read the algorithm {source}: {problem}") from problem
    found = [
        node.name
        for node in module.body
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).split(".")[-1] == "QCAlgorithm" for base in node.bases)
    ]
    if len(found) != 1:
        names = ", ".join(found) or "none"
        raise LaunchError(
            f"{source} must define exactly one class derived from QCAlgorithm; found: {names}"
        )
    return found[0]


def project_parameters(project: Path) -> dict[str, str]:
    """The `parameters` of the project's config.json; LaunchError where they are no strings."""
    path = project / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise LaunchError(f"Cannot read the project file {path}: {problem}") from problem
    parameters = config.get("parameters", {}) if isinstance(config, dict) else None
    if not isinstance(parameters, dict) or any(
        not isinstance(value, str) for value in parameters.values()
    ):
        raise LaunchError(f"The parameters in {path} must be an object of strings")
    return parameters


def build_config(project: Path, data: Path, launcher: Path, results: Path) -> dict[str, object]:
    """LEAN's launcher configuration for one backtest of the project's main.py.

    The folders become absolute, for LEAN runs in its own. The run's id, which names LEAN's result
    files, is the digits of the results folder; it stands under `id` too, where the LEAN CLI has it.
    """
    run_id = "".join(filter(str.isdigit, results.name))
    return {
        "id": run_id,
        "algorithm-id": run_id,
        "backtest-name": results.name,
        "environment": "backtesting",
        "environments": {"backtesting": dict(BACKTESTING)},
        "algorithm-language": "Python",
        "algorithm-location": str((project / "main.py").resolve()),
        "algorithm-type-name": algorithm_class(project / "main.py"),
        "parameters": project_parameters(project),
        "data-folder": str(data.resolve()),
        "results-destination-folder": str(results.resolve()),
        "object-store-root": str((project / "storage").resolve()),
        "composer-dll-directory": str(launcher.resolve()),
        "close-automatically": True,
        "debugging": False,
        **HANDLERS,
    }


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


def shared_python() -> str | None:
    """The shared library of the Python that runs this, or None where it was built without one."""
    folder, name = sysconfig.get_config_var("LIBDIR"), sysconfig.get_config_var("INSTSONAME")
    if not folder or not name or name.endswith(".a") or not (Path(folder) / name).is_file():
        return None
    return str(Path(folder) / name)


def engine_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The engine's environment: ours, with PYTHONNET_PYDLL where it is unset and can be known."""
    library = environment.get("PYTHONNET_PYDLL") or shared_python()
    if library is None:
        click.echo(
            "Note: PYTHONNET_PYDLL is not set and this Python has no shared library; if LEAN asks"
            " for it, set it to the libpython of a Python 3.11 with pandas.",
            err=True,
        )
        return dict(environment)
    return {**environment, "PYTHONNET_PYDLL": library}


def demand(*problems: str | None) -> None:
    """Raise one LaunchError that names every problem that is not None."""
    named = [problem for problem in problems if problem is not None]
    if named:
        raise LaunchError("\n  ".join(["this engine cannot run here.", *named]))


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
    click.echo(f"LEAN ended with code {code}; results: {results}")
    return code


def run_lean(project: Path, environment: Mapping[str, str]) -> int:
    """Backtest the project with the LEAN CLI, that of this virtual environment first.

    Raises LaunchError where Docker or the CLI is missing; returns the CLI's exit code.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    lean = shutil.which("lean", path=path)
    missing = None if lean else "The LEAN CLI was not found: install it (pip install lean)"
    demand(docker_problem(environment), missing)
    return run_engine([lean or "lean", "backtest", "."], project, environment)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run the reference algorithm in LEAN itself."""


@main.command()
@click.option("--check-docker", is_flag=True, help="Only look whether Docker answers.")
def lean(check_docker: bool) -> None:
    """Backtest this folder with the LEAN CLI and Docker.

    Example: python -m workbench.launcher lean
    """
    if check_docker:
        demand(docker_problem(os.environ))
        return
    sys.exit(run_lean(Path.cwd(), os.environ))


@main.command()
def launcher() -> None:
    """Backtest this folder with the LEAN in LEAN_LAUNCHER on the data in LEAN_DATA.

    Example: LEAN_LAUNCHER=../Lean/Launcher/bin/Release LEAN_DATA=../Lean/Data
    python -m workbench.launcher launcher
    """
    sys.exit(run_launcher(Path.cwd(), os.environ, datetime.now()))


if __name__ == "__main__":
    main(prog_name="python -m workbench.launcher")
