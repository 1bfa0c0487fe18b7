"""`python -m workbench.launcher`."""

from __future__ import annotations

from workbench.launcher.cli import main

main(prog_name="python -m workbench.launcher")
