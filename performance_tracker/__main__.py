"""The command `tracker`, which is `python -m workbench` under the name it is installed by."""

from __future__ import annotations

from workbench.cli import main as command_line


def main() -> None:
    """Call the command line."""
    command_line(prog_name="tracker")


if __name__ == "__main__":
    main()
