"""The dead man's switch: it says when a deployment is late, silent, or back, once each.

A digest that does not come cannot say so itself; the desk does. Of each deployment it is noted what
was told last, so that neither a restart of the desk nor its own deafness tells anything again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from workbench.desk.fleet.staleness import LATE, SILENT, Pulse, Standing
from workbench.desk.notes import NoteKind, Notes
from workbench.library.errors import LibraryError

LOG = logging.getLogger("tracker.desk")
EVERY = 5.0  # seconds between two looks
GRAVITY = {Standing.ALIVE: 0, Standing.LATE: 1, Standing.SILENT: 2}
KNOWN = 86_400.0  # seconds; a deployment that was silent for longer when it was seen first is none
# Seconds until what could not be sent is sent again, after each failure.
PAUSES = (10.0, 30.0, 60.0, 300.0, 900.0)

# --- the rule


@dataclass(frozen=True, slots=True)
class Word:
    """What there is to tell of a deployment.

    Attributes:
        deployment: Its id.
        standing: Late, silent, or alive again.
        age: Seconds since it was heard last.
        every: Seconds between two signs of life, as it says.
    """

    deployment: str
    standing: Standing
    age: float
    every: float

    @property
    def title(self) -> str:
        """It in a few words."""
        words = {Standing.ALIVE: "is back", Standing.LATE: "is late", Standing.SILENT: "is silent"}
        return f"{self.deployment} {words[self.standing]}"

    @property
    def text(self) -> str:
        """It in a sentence."""
        return f"It was heard {span(self.age)} ago, and should be every {span(self.every)}."


def standing_of(age: float, every: float, told: Standing, *, deaf: float) -> Standing:
    """How a deployment stands, after what was told of it last.

    It becomes late or silent by its age, but not by time in which the desk did not listen. It is
    alive again once it was heard in time; one that was told to be silent is never merely late.

    Args:
        age: Seconds since it was heard last.
        every: Seconds between two signs of life.
        told: What was told last.
        deaf: Seconds of the age in which the desk did not listen.
    """
    now = _standing(age, every)
    if now is Standing.ALIVE:
        return now
    heard = _standing(max(0.0, age - deaf), every)
    return heard if GRAVITY[heard] > GRAVITY[told] else told


def _standing(age: float, every: float) -> Standing:
    if age > SILENT * every:
        return Standing.SILENT
    return Standing.LATE if age > LATE * every else Standing.ALIVE


def span(seconds: float) -> str:
    """A time in the unit that suits it."""
    for size, unit in ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


# --- whom it tells


class Address(Protocol):
    """Where words go."""

    @property
    def name(self) -> str:
        """What it is known by from one start to the next; no secret."""
        ...

    def send(self, title: str, text: str) -> bool:
        """Send something; returns whether it went."""
        ...


class LogAddress:
    """The desk's own log."""

    name = "log"

    def send(self, title: str, text: str) -> bool:
        """Log it."""
        LOG.warning("%s. %s", title, text)
        return True


class _Told(NamedTuple):
    """What an address was told of a deployment; as a note it has this name."""

    address: str
    deployment: str

    @property
    def note(self) -> str:
        return f"{self.address}|{self.deployment}"


@dataclass(slots=True)
class _Patience:
    """How an address fails."""

    failures: int = 0
    until: float = 0.0  # the clock until which nothing is sent there


@dataclass(slots=True)
class DeadMan:
    """Tells some addresses what became of deployments.

    What an address does not take is sent later; where the deployment is back before, and nobody was
    told that it was late, nothing is sent at all.

    Args:
        pulses: Gives when each deployment was heard last.
        notes: Where it is noted what was told.
        addresses: Whom to tell.
        now: What time it is.
        clock: Seconds, monotonic.
    """

    pulses: Callable[[], Iterable[Pulse]]
    notes: Notes
    addresses: Iterable[Address]
    now: Callable[[], datetime]
    clock: Callable[[], float]
    _begun: datetime | None = None
    _told: dict[str, Standing] | None = None
    _patience: dict[str, _Patience] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look, until `stop` is called."""
        self._thread = threading.Thread(target=self._run, name="dead man", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Look no more; a message under way is waited for so many seconds."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.look()
            self._stopped.wait(EVERY)

    def look(self) -> None:
        """Look once at all deployments, and tell what is new."""
        now = self.now()
        if self._begun is None:
            self._begun = now
        try:
            if self._told is None:
                self._told = _read(self.notes.all(NoteKind.TOLD))
            for pulse in self.pulses():
                for address in self.addresses:
                    self._look_at(pulse, address, now, self._begun)
        except LibraryError as problem:
            LOG.warning("who is late is told later: %s", problem)

    def _look_at(self, pulse: Pulse, address: Address, now: datetime, begun: datetime) -> None:
        age, key = pulse.age(now), _Told(address.name, pulse.id)
        told = (self._told or {}).get(key.note)
        if told is None:
            told = Standing.ALIVE if age < KNOWN else pulse.standing(now)
            self._note(key, told)
        deaf = max(0.0, (begun - pulse.received).total_seconds())
        stands = standing_of(age, pulse.every, told, deaf=deaf)
        if stands is not told and self._sends(address, Word(pulse.id, stands, age, pulse.every)):
            self._note(key, stands)

    def _sends(self, address: Address, word: Word) -> bool:
        """Whether an address takes a word; one that failed is left alone for a while."""
        patience = self._patience.setdefault(address.name, _Patience())
        if self.clock() < patience.until:
            return False
        if address.send(word.title, word.text):
            self._patience[address.name] = _Patience()
            return True
        pause = PAUSES[min(patience.failures, len(PAUSES) - 1)]
        self._patience[address.name] = _Patience(patience.failures + 1, self.clock() + pause)
        LOG.warning("that %s could not be sent; it is tried again in %s", word.title, span(pause))
        return False

    def _note(self, key: _Told, standing: Standing) -> None:
        if self._told is not None:
            self._told[key.note] = standing
        self.notes.put(NoteKind.TOLD, key.note, standing.value)


def _read(notes: dict[str, str]) -> dict[str, Standing]:
    known = {each.value for each in Standing}
    return {name: Standing(value) for name, value in notes.items() if value in known}
