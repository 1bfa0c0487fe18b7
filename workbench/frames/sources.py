"""Where frames come from: what a user types, a tracker, or an object store.

What is typed is read by the kinds of source of `workbench.comparison.sources`, so that a new kind
of source serves both.
"""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any

from models.performance_tracker import PerformanceTracker
from workbench.frames.stores import is_store, told_of_store
from workbench.frames.told import Told, told_of_tracker


def read_source(source: Any, project: str | None = None) -> Told:
    """All that a source tells.

    Args:
        source: What a user types, a tracker, or an object store.
        project: LEAN's id of the project whose runs are looked for in an object store.

    Raises:
        LookupError: There is nothing there, or it cannot be used.
        OSError: It cannot be read.
    """
    if isinstance(source, str | PathLike):
        # the kinds replay and load: a tracker's frames do without the engine
        from workbench.comparison.sources import source_of

        text = fspath(source)
        return source_of(text).tell(text)
    if isinstance(source, PerformanceTracker):
        return told_of_tracker("tracker", source)
    if is_store(source):
        return told_of_store(source, project)
    raise LookupError(
        f"{type(source).__name__} is no source: give a path, a tracker or an object store"
    )
