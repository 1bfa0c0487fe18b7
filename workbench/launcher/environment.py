"""The environment variables that an engine is started with."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from pathlib import Path

import click


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
