"""Which deployment the states of a run belong to.

A project that trades live is one deployment of the desk's, over all its redeploys: a run takes the
place of one that had ended when it began. Runs of a project that save at the same time are
deployments of their own, the later ones with a number behind the project's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from utils.store.slots import began_at


@dataclass(frozen=True, slots=True)
class RunState:
    """What the last state of a run says of it.

    Attributes:
        mark: The mark of the run; empty where its states carry none.
        parent: The mark of the run that it went on from; empty for none.
        saved: When it was saved, Unix time, seconds.
    """

    mark: str
    parent: str
    saved: float


@dataclass(slots=True)
class Lineage:
    """The runs of one project in one store, and the deployments that they are of.

    Args:
        name: What the project is called.
        taken: Names of deployments that are those of other places.
        names: Mark -> deployment, as it was decided before.
    """

    name: str
    taken: frozenset[str] = frozenset()
    names: dict[str, str] = field(default_factory=dict)
    _runs: dict[str, RunState] = field(default_factory=dict)

    def add(self, run: RunState) -> str:
        """The deployment of a run, of which a state was read."""
        self._runs[run.mark] = run
        if run.mark not in self.names:
            self.names[run.mark] = self._heritage(run) or self._new_name()
        for heir in [mark for mark in self._of(self.names[run.mark]) if _later(mark, run.mark)]:
            if run.saved > _began(heir):  # it goes on beside what was taken for its heir
                self.names[heir] = self._new_name()
        return self.names[run.mark]

    def is_over(self, mark: str) -> bool:
        """Whether another run took the place of a run."""
        name = self.names.get(mark)
        return name is not None and any(_later(other, mark) for other in self._of(name))

    def _heritage(self, run: RunState) -> str | None:
        """The deployment that a run fits into: its parent's first; None where all go on beside."""
        free = [name for name in set(self.names.values()) if self._fits(run, name)]
        own = self.names.get(run.parent)
        return own if own in free else min(free, key=lambda name: (len(name), name), default=None)

    def _fits(self, run: RunState, name: str) -> bool:
        """Whether each run of a deployment had ended when this one began, or began after it."""
        return all(
            run.saved <= _began(mark) if _later(mark, run.mark) else self._ended(mark, run)
            for mark in self._of(name)
        )

    def _ended(self, mark: str, run: RunState) -> bool:
        """Whether a run had ended when another one began; one without a state any more has."""
        known = self._runs.get(mark)
        return known is None or known.saved <= _began(run.mark)

    def _of(self, name: str) -> Iterable[str]:
        return [mark for mark, given in self.names.items() if given == name]

    def _new_name(self) -> str:
        used = self.taken | set(self.names.values())
        number = 1
        while (name := self.name if number == 1 else f"{self.name}-{number}") in used:
            number += 1
        return name


def _began(mark: str) -> float:
    """When a run began, Unix time; one without a mark before all others."""
    return began_at(mark) or 0.0


def _later(mark: str, other: str) -> bool:
    return _began(mark) > _began(other)


def names_of(notes: Mapping[str, str], place: str) -> dict[str, str]:
    """Mark -> deployment of what was noted of one place."""
    start = note_of(place, "")
    return {
        name.removeprefix(start): value for name, value in notes.items() if is_note_of(name, place)
    }


def is_note_of(name: str, place: str) -> bool:
    """Whether a run's deployment is noted under a name, of one place."""
    return name.startswith(note_of(place, ""))


def note_of(place: str, mark: str) -> str:
    """The name under which a run's deployment is noted."""
    return f"{place}|{mark}"
