"""An object store as LEAN's, such as QuantConnect's Research has: the run that saved last.

The objects are read by their keys and put into a folder, where they are read as what LEAN's CLI
keeps in its `storage` folder is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from models.errors import Failure, guarded
from utils.store.categories import STATE_CATEGORY, TRADES_CATEGORY
from utils.store.keys import ProjectKeys
from workbench.frames.told import Told, told_of_tracker
from workbench.replay.saved_state import SavedStateError, load, root_of

# What the keys of every project's objects begin with (`utils.store.keys`).
ALL_PROJECTS = "pt/"
# How deep the categories are in a key: pt/PROJECT/ROOT/CATEGORY.
CATEGORY_PLACE = 3


def is_store(source: object) -> bool:
    """Whether an object has what is used of LEAN's object store."""
    return all(hasattr(source, name) for name in ("keys", "read", "contains_key"))


def told_of_store(store: Any, project: str | None = None) -> Told:
    """What the run tells that saved last.

    Args:
        store: The object store.
        project: LEAN's id of a project; None for all that share the store.

    Raises:
        SavedStateError: The store has no saved state that can be used.
    """
    keys = [str(key) for key in store.keys]
    base = ALL_PROJECTS if project is None else f"{ProjectKeys(project).base}/"
    ours = [key for key in keys if key.startswith(base)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        problems = _fetch(store, _of_category(ours, STATE_CATEGORY), folder)
        if not any(path.is_file() for path in folder.rglob("*")):
            why = "; ".join(problems) or f"none of its {len(keys):,} keys is of one"
            raise SavedStateError(f"there is no saved state in the object store: {why}")
        root = root_of(load(folder).path)
        run = root.relative_to(folder).as_posix()
        own = [key for key in ours if key.startswith(f"{run}/")]
        problems += _fetch(store, _of_category(own, TRADES_CATEGORY), folder)
        saved = load(root)
        return told_of_tracker("object store", saved.tracker, (*problems, *saved.problems))


def _of_category(keys: Iterable[str], category: str) -> list[str]:
    """The keys of a category's objects and of their parts."""
    split = ((key, PurePosixPath(key).parts) for key in keys)
    return [
        key
        for key, parts in split
        if len(parts) > CATEGORY_PLACE and parts[CATEGORY_PLACE] == category
    ]


def _fetch(store: Any, keys: Iterable[str], folder: Path) -> list[str]:
    """Put objects into a folder under their keys; what the store would not give, and why."""
    problems: list[str] = []
    for key in keys:
        text = guarded(store.read, key)
        if not isinstance(text, str) or ".." in PurePosixPath(key).parts:
            why = f": {text}" if isinstance(text, Failure) else ""
            problems.append(f"{key} cannot be read{why}")
            continue
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return problems
