"""Object stores of a project at noon, for the tests of the object store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from utils.store.categories import (
    CATEGORIES,
    STORE_POLICY,
    StoreCategory,
    StorePolicy,
    StoreScope,
)
from utils.store.object_store import ObjectStoreManager
from utils.store.sealed_store import (
    LeanObjectStore,
)
from workbench.engine.reads import ReadMeter
from workbench.engine.store import ObjectStore, StoreRules

NOON = 1_704_196_800.0

WHEN = datetime(2024, 1, 2, 12, tzinfo=UTC)

# One category that allows everything, over all of the half that may be used.
OPEN = {"any": StoreCategory(1.0, StoreScope.PROJECT, runs=2, compress=False)}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        """The time it was set to."""
        return self.now


def manager(
    store: LeanObjectStore,
    *,
    categories: Mapping[str, StoreCategory] = CATEGORIES,
    part_size: int = STORE_POLICY.part_size,
    **given: Any,
) -> ObjectStoreManager:
    """A manager of project -12, at noon."""
    policy = StorePolicy(categories, part_size=part_size)
    return ObjectStoreManager(store, policy, **{"project": "-12", "clock": Clock(), **given})


def lean_store(folder: Path, **rules: Any) -> ObjectStore:
    """LEAN's store over a folder, as it was recorded."""
    return ObjectStore(ReadMeter(), folder, lambda complaint: None, StoreRules(**rules))
