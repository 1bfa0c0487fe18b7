"""Slots: where states are kept, two for each run, written in turn; and which was saved last.

A slot's name carries the run, so that two deployments that save at the same time write over nothing
of each other's. A run that goes on with another's state says so in its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from models.errors import TrackerError
from utils.store.categories import STATE_CATEGORY
from utils.store.keys import RUN_MARK
from utils.store.results import LoadStatus
from utils.store.snapshot import NewerError, Snapshot

if TYPE_CHECKING:
    from utils.store.object_store import ObjectStoreManager

SLOT_LETTERS = ("a", "b")
RUNS_KEPT = 3  # whose slots stay, the present one's among them
TIME_DIGITS = 11  # of a mark, before those that tell runs apart that began at once
# Seconds after which a run that left no state is over: one that goes on saves in its first minutes.
SURELY_OVER = 86_400.0


def run_mark(began: float, token: str = "") -> str:
    """Return the mark of a run: when it began, in milliseconds since 1970, in hexadecimal.

    Args:
        began: Unix time, seconds.
        token: Five more digits, which another run that began at once does not have.
    """
    return f"{max(0, int(began * 1000)):0{TIME_DIGITS}x}{token}"


def began_at(run: str) -> float | None:
    """Return the Unix time at which a run began, by its mark; None where it has none."""
    return int(run[:TIME_DIGITS], 16) / 1000 if run else None


def is_over(run: str, own: str) -> bool:
    """Tell whether a run began so long before our own that it surely is over, by their marks."""
    began, ours = began_at(run), began_at(own)
    return began is None or ours is None or ours - began > SURELY_OVER


def below(run: str, name: str) -> str:
    """Return a name below the mark of a run; the name alone where there is none."""
    return f"{run}/{name}" if run else name


def slot_name(prefix: str, run: str, sequence: int) -> str:
    """Return the name of the slot that a run writes a save to, by its number."""
    return below(run, f"{prefix}-{SLOT_LETTERS[sequence % 2]}")


class FoundState(NamedTuple):
    """A whole state in a slot."""

    run: str
    saved: float  # Unix time
    snapshot: Snapshot


@dataclass(slots=True)
class FoundStates:
    """What a prefix has.

    Attributes:
        last: The newest whole state of each run.
        wrong: What is wrong with slots, in words, by run.
        newer: Of each slot that a newer version of the tracker wrote, when, and what to say.
        unreadable: Whether the store did not give a slot.
        slots: The names of all slots, by run.
    """

    last: dict[str, FoundState] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    newer: list[tuple[float, NewerError]] = field(default_factory=list)
    unreadable: bool = False
    slots: dict[str, list[str]] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """What is wrong, but with the slots of a run that another one went on from since."""
        parents = {state.snapshot.parent for state in self.last.values() if state.run}
        return [what for run, what in self.wrong if run not in parents or not self.last]

    @property
    def newest(self) -> FoundState | None:
        """The state that was saved last; of a run and one that went on from it the latter's."""
        return max(
            self._heads(), key=lambda state: (state.saved, state.snapshot.sequence), default=None
        )

    def _heads(self) -> Iterator[FoundState]:
        """Yield the states that no other went on from."""
        for state in self.last.values():
            if not any(_follows(other, state) for other in self.last.values()):
                yield state

    def others(self, newest: FoundState) -> list[FoundState]:
        """Return the states of runs that saved while the newest one's was running."""
        began = began_at(newest.run)
        if began is None:
            return []
        return [
            each for each in self.last.values() if each.run != newest.run and each.saved > began
        ]


def _follows(heir: FoundState, state: FoundState) -> bool:
    """Whether a state is of a run that went on from another one's, which did not outlive it."""
    if heir.run == state.run or heir.snapshot.parent != state.run:
        return False
    return heir.saved >= state.saved or heir.snapshot.sequence > state.snapshot.sequence


def look_at_slots(store: ObjectStoreManager, prefix: str) -> FoundStates:
    """Read all slots of a prefix.

    Args:
        store: The object store.
        prefix: What the states are kept under.
    """
    found = FoundStates()
    pattern = re.compile(rf"(?:({RUN_MARK})/)?{re.escape(prefix)}-([ab])")
    plain = [slot_name(prefix, "", number) for number in range(len(SLOT_LETTERS))]
    for name in dict.fromkeys((*plain, *store.names(STATE_CATEGORY))):
        if matched := pattern.fullmatch(name):
            _read_slot(store, found, name, matched[1] or "", matched[2])
    for state in found.last.values():
        other = state.snapshot.sequence + 1
        there = slot_name(prefix, state.run, other) in found.slots[state.run]
        if other > state.snapshot.first + 1 and not there:
            found.wrong.append((state.run, f"slot {SLOT_LETTERS[other % 2]} is missing"))
    if not found.slots:
        names = [name for name in store.lost(STATE_CATEGORY) if pattern.fullmatch(name)]
        found.wrong += [("", f"{name} is lost: the store's index names it") for name in names]
    return found


def _read_slot(
    store: ObjectStoreManager, found: FoundStates, name: str, run: str, letter: str
) -> None:
    loaded = store.load_text(STATE_CATEGORY, name)
    if loaded.status is LoadStatus.MISSING:
        return
    found.slots.setdefault(run, []).append(name)
    saved = loaded.saved.timestamp() if loaded.saved else 0.0
    if loaded.value is None:
        found.unreadable |= loaded.status is LoadStatus.UNREADABLE
        found.wrong.append((run, f"slot {letter} is {loaded.status.value}: {loaded.detail}"))
        return
    try:
        snapshot = Snapshot.parse(loaded.value)
    except NewerError as newer:
        found.newer.append((saved, newer))
    except TrackerError as error:
        found.wrong.append((run, f"slot {letter}: {error}"))
    else:
        before = found.last.get(run)
        if before is None or before.snapshot.sequence < snapshot.sequence:
            found.last[run] = FoundState(run, saved, snapshot)
