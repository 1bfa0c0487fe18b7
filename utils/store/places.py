"""Where a tracker by hand keeps its states and trades: a manager, LEAN's own store, or a folder."""

from __future__ import annotations

import os
from pathlib import Path

from models.tracker.ports import OPENERS, Storage
from utils.store.folder import FolderStore
from utils.store.object_store import ObjectStoreManager
from utils.store.sealed_store import LeanObjectStore
from utils.store.snapshots import SnapshotStore

# Whose the objects of a tracker are that knows no project.
BY_HAND = "hand"


def storage_at(place: object) -> Storage | None:
    """Return the storage at a place, which every later run finds again whatever its id.

    Args:
        place: An `ObjectStoreManager`, an object with the members of LEAN's object store, or the
            path of a folder, which is made where it is not there.

    Returns:
        None where it is none of these.
    """
    if isinstance(place, ObjectStoreManager):
        manager = place.for_all_runs()
    elif isinstance(place, str | os.PathLike):
        manager = ObjectStoreManager(FolderStore(Path(place)), project=BY_HAND, live=True)
    elif isinstance(place, LeanObjectStore):
        manager = ObjectStoreManager(place, project=BY_HAND, live=True)
    else:
        return None
    states = SnapshotStore(manager)
    return Storage(states, states, states)


OPENERS.append(storage_at)
