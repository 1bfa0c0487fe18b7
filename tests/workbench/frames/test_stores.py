"""Frames out of an object store as LEAN's, which QuantConnect's Research has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workbench.frames.runs import QuantBook, recorded, save
from workbench.frames.frames import frames
from workbench.replay.saved_state import SavedStateError


def test_research_reads_what_a_run_has_saved(tmp_path: Path) -> None:
    """The same trades, days and returns as the recording itself has."""
    save(tmp_path, "option-combos")
    found, whole = frames(QuantBook(tmp_path).object_store), recorded("option-combos")
    assert found.pandas("trades").equals(whole.pandas("trades"))
    assert found.pandas("daily_nav").equals(whole.pandas("daily_nav"))
    assert found.daily_returns().tolist() == whole.daily_returns().tolist()
    assert found.told.name == "object store"


@pytest.mark.slow
@pytest.mark.recording("three-strategies")
def test_trades_that_left_memory_are_read_from_their_segments(tmp_path: Path) -> None:
    """Thousands of them are in the store, and none is lost."""
    save(tmp_path, "three-strategies")
    found = frames(QuantBook(tmp_path).object_store)
    assert found.rows("lots") == 6_553
    assert not any("trades" in problem for problem in found.told.problems)


def test_the_run_that_saved_last_is_taken(tmp_path: Path) -> None:
    """Of several; and of one project where it is named."""
    save(tmp_path, "shared-options", at=1e9 + 1.0)
    save(tmp_path, "option-combos", at=1e9)
    store = QuantBook(tmp_path).object_store
    projects = {str(key).split("/")[1] for key in store.keys}
    assert len(projects) == 1
    assert frames(store).rows("lots") == len(recorded("shared-options").told.lots)
    assert frames(store, project=projects.pop()).rows("lots") == 5
    with pytest.raises(SavedStateError, match="no saved state in the object store"):
        frames(store, project="another")


def test_an_empty_store_is_refused(tmp_path: Path) -> None:
    """And so is one that holds other things."""
    store = QuantBook(tmp_path).object_store
    with pytest.raises(SavedStateError, match="none of its 0 keys is of one"):
        frames(store)
    store.save("notes", "hello")
    with pytest.raises(SavedStateError, match="none of its 1 keys is of one"):
        frames(store)


class Torn:
    """A store that lost what some of its keys name."""

    def __init__(self, store: Any, lost: str) -> None:
        self._store = store
        self._lost = lost

    @property
    def keys(self) -> list[str]:
        """All keys."""
        return [str(key) for key in self._store.keys]

    def contains_key(self, key: str) -> bool:
        """Whether there is an object."""
        return bool(self._store.contains_key(key))

    def read(self, key: str) -> str:
        """The object, unless it is lost."""
        if self._lost in key:
            raise KeyError(key)
        return str(self._store.read(key))


@pytest.mark.recording("three-strategies")
def test_what_the_store_does_not_give_is_told(tmp_path: Path) -> None:
    """Trades that cannot be read are missing and named; without any state there is no run."""
    save(tmp_path, "three-strategies")
    store = QuantBook(tmp_path).object_store
    found = frames(Torn(store, "/trades/"))
    assert 0 < found.rows("lots") < 6_553
    assert any("/trades/" in problem for problem in found.told.problems)
    with pytest.raises(SavedStateError, match="KeyError"):
        frames(Torn(store, "/state/"))
