"""What the tracker asks of the world around it, as protocols.

Whatever has these methods can be given to it: a logger, a store of saved states, a follower of its
events. What an archive of closed trades must have is said by `models.trades.log.Archive`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from models.errors import CallError
from models.events.account import Mark
from models.events.corporate_actions import Split
from models.events.orders import Fill
from models.later import Steps
from models.ledger.books import Books
from models.trades.log import Archive


class Logger(Protocol):
    """Where the tracker says what went wrong; `logging.Logger` is one.

    With methods `info` and `debug` beside it, it hears of trades and closed sessions too.
    """

    def warning(self, message: str, /) -> object:
        """Take a warning."""


@runtime_checkable
class StructuredLog(Protocol):
    """A log of events with fields; `utils.structured_logger.StructuredLogger` is one."""

    def emit(
        self,
        event: str,
        /,
        *,
        category: str,
        level: str,
        time: datetime | None = None,
        **fields: Any,
    ) -> None:
        """Take an event of any name."""

    def event(
        self, name: str, /, *, level: str | None = None, time: datetime | None = None, **fields: Any
    ) -> None:
        """Take one of the tracker's own events."""

    def flush(self) -> None:
        """Write what was taken."""


class Follower(Protocol):
    """What is told of the same events beside the books, under the tracker's lock.

    It hears of what was booked only, changes nothing, and tells whom it likes itself.
    """

    def fill(self, fill: Fill, books: Books) -> None:
        """A fill was booked."""

    def mark(self, mark: Mark, books: Books) -> None:
        """A mark was booked."""

    def split(self, split: Split) -> None:
        """A split is about to change quantities."""

    def reset(self) -> None:
        """Forget all that was told."""

    def state(self) -> dict[str, Any]:
        """JSON-able and exact."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` returned."""


@runtime_checkable
class StateStore(Protocol):
    """Where whole states are kept by name; `utils.store.snapshots.SnapshotStore` is one."""

    def check_prefix(self, prefix: str) -> None:
        """Raise `CallError` unless a state may be kept under the name."""

    def save_state(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str, *, force: bool
    ) -> bool:
        """Save a state; False when it is too soon, an exception when it cannot be saved."""

    def load_state(self, prefix: str) -> tuple[Mapping[str, Any] | None, Sequence[str]]:
        """The newest whole state, None without one; and what was wrong with what was found."""


@runtime_checkable
class StepwiseStore(StateStore, Protocol):
    """A store of states that saves one in steps of a few milliseconds each."""

    def saving(
        self, state: Mapping[str, Any], time: datetime | None, prefix: str, *, force: bool
    ) -> Steps[bool]:
        """Save what `PerformanceTracker.capture` returned, with the outcomes of `save_state`."""


class Storage(NamedTuple):
    """Where a tracker keeps what does not stay in memory.

    Attributes:
        states: Where states are saved; None where they cannot be.
        archive: Where closed trades go that leave memory; None where they are forgotten.
        older: Where closed trades are read that left memory, in an earlier run too; None where
            there are none to read.
    """

    states: StateStore | None = None
    archive: Archive | None = None
    older: Archive | None = None


@runtime_checkable
class StorageSource(Protocol):
    """What makes a storage of its own; `utils.store.object_store.ObjectStoreManager` does."""

    def storage(self) -> Storage:
        """A storage that outlives the run."""


# What opens places that are no storage yet: each function gives one, or None where it cannot.
# `utils.store.places` adds its own here, for nothing in `models` reads a file or knows LEAN.
OPENERS: list[Callable[[object], Storage | None]] = []


def storage_in(place: object) -> Storage:
    """The storage that an object offers, which keeps states, closed trades or both.

    Args:
        place: None, a `Storage`, an `ObjectStoreManager`, an archive of trades, which may keep
            states too, or what `OPENERS` open: LEAN's own object store, or a folder's path.

    Raises:
        CallError: It is none of these.
    """
    if place is None:
        return Storage()
    if isinstance(place, Storage):
        return place
    if isinstance(place, Archive):
        return Storage(place if isinstance(place, StateStore) else None, place, place)
    if isinstance(place, StorageSource):
        return place.storage()
    for opener in OPENERS:
        found = opener(place)
        if found is not None:
            return found
    missing = "" if OPENERS else "; import utils.store.places first, which opens them"
    raise CallError(
        f"the object_store is {place!r}; it must be an ObjectStoreManager, LEAN's own object "
        f"store, a folder's path or an archive of trades{missing}"
    )
