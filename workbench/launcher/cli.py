"""The command line `python -m workbench.launcher`."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from workbench.launcher.errors import demand
from workbench.launcher.requirements import docker_problem
from workbench.launcher.runs import run_launcher, run_lean


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run the reference algorithm in LEAN itself."""


@main.command()
@click.option("--check-docker", is_flag=True, help="Only look whether Docker answers.")
def lean(check_docker: bool) -> None:
    """Backtest this folder with the LEAN CLI and Docker.

    \b
    Example:
      python -m workbench.launcher lean
    """
    if check_docker:
        demand(docker_problem(os.environ))
        return
    sys.exit(run_lean(Path.cwd(), os.environ))


@main.command()
def launcher() -> None:
    """Backtest this folder with the LEAN in LEAN_LAUNCHER on the data in LEAN_DATA.

    \b
    Example:
      export LEAN_LAUNCHER=../Lean/Launcher/bin/Release LEAN_DATA=../Lean/Data
      python -m workbench.launcher launcher
    """
    sys.exit(run_launcher(Path.cwd(), os.environ, datetime.now()))
