"""Where a tracker by hand keeps its states and trades: LEAN's own store, or a folder."""

from __future__ import annotations

import os
from pathlib import Path

from models.tracker.ports import OPENERS, Storage
from utils.store.folder import FolderStore
from utils.store.object_store import ObjectStoreManager
from utils.store.sealed_store import LeanObjectStore

# Whose the objects of a tracker are that knows no project.
BY_HAND = "hand"


def storage_at(place: object) -> Storage | None:
    """Return the storage at a place, which every later run finds again whatever its id.

    Args:
        place: The path of a folder, which is made where it is not there, or an object with the
            members of LEAN's object store.

    Returns:
        None where it is none of these.
    """
    if isinstance(place, str | os.PathLike):
        place = FolderStore(Path(place))
    if not isinstance(place, LeanObjectStore):
        return None
    return ObjectStoreManager(place, project=BY_HAND, live=True).storage()


OPENERS.append(storage_at)
