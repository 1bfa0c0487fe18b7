"""Desks, their databases and their senders, killed at random moments while digests are posted.

    python -m tests.workbench.desk.killed_desks server --kills 100

After each kill and start the desk has every fill of which it said that it took it. After the next
digest it shows the tracker's figures, and every fill.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import click

from tests.workbench.desk.killable import (
    CONTEXT,
    DeskProcess,
    database_server,
    desk_process,
)
from tests.workbench.desk.live_senders import (
    Events,
    LiveSender,
    Rows,
    begun_at,
    client,
    recorded_events,
)
from workbench.desk.desk import Desk
from workbench.desk.routes import Scope
from workbench.library.library import open_library

FILLED = 4  # events between two digests
SAVED = 7  # events between two saves of a sender
RISK = 0.4  # of a digest, to be killed while it is posted
LASTS = 0.02  # seconds that a digest takes, at first
BEYOND = 1.3  # times what a digest takes within which kills fall


class Killable(Protocol):
    """What is killed and started again."""

    def start(self) -> None:
        """Start it, and wait until it answers."""

    def kill(self) -> None:
        """Kill it where it stands."""


@dataclass(slots=True)
class Found:
    """What came of some kills.

    Attributes:
        kills: How many there were.
        struck: How many left a digest without an answer, or a sender within its run.
        digests: How many were posted.
        fills: How many the desk showed at the end of all runs.
    """

    kills: int = 0
    struck: int = 0
    digests: int = 0
    fills: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A desk that is asked with a token.

    Attributes:
        desk: The desk.
        ingest: The secret of a sender's token.
        read: The secret of a reader's token.
    """

    desk: DeskProcess
    ingest: str
    read: str

    def get(self, path: str) -> Any:
        """What it answers."""
        headers = {"Authorization": f"Bearer {self.read}"}
        answer = client().get(f"{self.desk.address}/api/v1/deployments/{path}", headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def fills(self, project: int) -> Rows:
        """Every fill that it shows of a deployment, by id; none twice."""
        rows: list[Mapping[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            part = self.get(f"{project}/fills?limit=50" + (f"&cursor={cursor}" if cursor else ""))
            rows += [{**row} for row in part["fills"]]
            cursor = part["cursor"]
        found: Rows = {
            row["id"]: {name: each for name, each in row.items() if name != "deployment"}
            for row in rows
        }
        assert len(found) == len(rows)
        return found

    def require(self, project: int, fills: Rows) -> None:
        """Look whether these fills are shown, each as it was told."""
        shown = self.fills(project) if fills else {}
        assert {name: shown.get(name) for name in fills} == fills

    def require_state(self, sender: LiveSender, project: int) -> None:
        """Look whether the figures are the tracker's."""
        shown = self.get(str(project))
        assert shown["state"] == sender.state
        assert shown["conflicts"]["count"] == 0


@contextmanager
def asked(library_url: str) -> Iterator[Asked]:
    """A desk on a library, with a token for each who asks."""
    with open_library(library_url) as library:
        tokens = Desk(library).tokens
        secrets = [tokens.make(each.value, each).secret for each in (Scope.INGEST, Scope.READ)]
    with desk_process(library_url) as desk:
        yield Asked(desk, *secrets)


# --- the desk, or its database


def kill_servers(
    asking: Asked, killed: Killable, events: Events, kills: int, chance: random.Random
) -> Found:
    """Kill what serves while digests are posted, until so many kills are done.

    Args:
        asking: The desk, which runs.
        killed: What is killed.
        events: What the sender trades, again and again.
        kills: How many.
        chance: When.
    """
    found, lasts = Found(), LASTS
    for project in count(1):
        if found.kills >= kills:
            return found
        sender = LiveSender(project, asking.desk.address, asking.ingest, begun_at())
        while sender.place < len(events):
            for _ in range(min(FILLED, len(events) - sender.place)):
                sender.trade(events)
            begun = time.perf_counter()
            if found.kills >= kills or chance.random() > RISK:
                sender.post()
                lasts += 0.2 * (time.perf_counter() - begun - lasts)
                continue
            found.struck += _strike(sender, killed, chance.uniform(0.0, BEYOND * lasts))
            found.kills += 1
            asking.require(project, sender.taken)
            sender.post()
            asking.require(project, sender.fills)
            asking.require_state(sender, project)
        sender.post()
        assert asking.fills(project) == sender.fills
        asking.require_state(sender, project)
        found.digests += sender.posted
        found.fills += len(sender.fills)
    return found


def _strike(sender: LiveSender, killed: Killable, after: float) -> bool:
    """Post a digest, kill meanwhile, and start again; whether the digest had no answer."""
    lost = sender.lost
    killer = threading.Timer(after, killed.kill)
    killer.start()
    sender.post()
    killer.join()
    killed.start()
    return sender.lost > lost


# --- the sender


class Lives:
    """A sender that is killed, and another that goes on with what it saved.

    Args:
        asking: The desk.
        project: LEAN's id of the project.
        events: What it trades.
        place: The file of what it saved.
    """

    def __init__(self, asking: Asked, project: int, events: Events, place: Path) -> None:
        self._asking, self._project, self._events, self._place = asking, project, events, place
        self._clock = CONTEXT.Value("d", begun_at())  # time goes on, whoever is killed
        self._posted = CONTEXT.Value("i", 0)
        self._sender().save(place)

    def _sender(self, saved: Path | None = None) -> LiveSender:
        asking = self._asking
        now = self._clock.value
        return LiveSender(self._project, asking.desk.address, asking.ingest, now, saved)

    def _trade(self) -> None:
        """Trade and post to the end of the run, in a process that may be killed."""
        sender = self._sender(self._place)
        while sender.place < len(self._events):
            sender.trade(self._events)
            if sender.place % SAVED == 0:
                sender.save(self._place)
            if sender.place % FILLED == 0:
                sender.now = self._clock.value
                self._clock.value += 360.0
                sender.post()
                self._posted.value += 1
        sender.save(self._place)

    def live(self, seconds: float) -> tuple[bool, float]:
        """Trade for a while; whether it was killed, and how long it lived."""
        process, begun = CONTEXT.Process(target=self._trade), time.perf_counter()
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        assert process.exitcode in {0, -9}, process.exitcode
        return process.exitcode != 0, time.perf_counter() - begun

    def go_on(self) -> LiveSender:
        """Go on with what was saved: one digest, and the desk shows the tracker's figures."""
        sender = self._sender(self._place)
        if sender.place:
            self._clock.value += 360.0
            sender.post()
            self._posted.value += 1
            assert sender.lost == 0
            self._asking.require_state(sender, self._project)
            assert len(self._asking.fills(self._project)) >= sender.state["fills"]
            sender.save(self._place)
        return sender

    def end(self) -> tuple[int, int]:
        """Look whether the desk has all fills of the run; the digests that were posted, the fills.

        What is known of them is what a sender tells that nobody killed.
        """
        whole = LiveSender(self._project, self._asking.desk.address, "", self._clock.value)
        for _ in self._events:
            whole.trade(self._events)
        self._asking.require_state(self.go_on(), self._project)
        assert self._asking.fills(self._project) == whole.fills
        return self._posted.value, len(whole.fills)


def kill_senders(
    asking: Asked, events: Events, kills: int, chance: random.Random, folder: Path
) -> Found:
    """Kill senders while they trade and post, until so many kills are done.

    Args:
        asking: The desk, which runs.
        events: What is traded, again and again.
        kills: How many.
        chance: When.
        folder: For what they save.
    """
    found, lasts = Found(), 1.0
    for project in count(1):
        if found.kills >= kills:
            return found
        lives, killed = Lives(asking, project, events, folder / f"{project}.json"), True
        while killed:
            left = found.kills < kills
            killed, lived = lives.live(chance.uniform(0.0, lasts) if left else 600.0)
            lasts = lasts if killed else min(lasts, 0.7 * lived)
            found.kills += killed
            found.struck += killed
            lives.go_on()
        digests, fills = lives.end()
        found.digests += digests
        found.fills += fills
    return found


# --- by hand


def _kill_server(events: Events, kills: int, chance: random.Random, folder: Path) -> Found:
    with asked(str(folder / "library.db")) as asking:
        return kill_servers(asking, asking.desk, events, kills, chance)


def _kill_database(events: Events, kills: int, chance: random.Random, _: Path) -> Found:
    with ExitStack() as stack:
        server = stack.enter_context(database_server())
        asking = stack.enter_context(asked(server.url))
        return kill_servers(asking, server, events, kills, chance)


def _kill_sender(events: Events, kills: int, chance: random.Random, folder: Path) -> Found:
    with asked(str(folder / "library.db")) as asking:
        return kill_senders(asking, events, kills, chance, folder)


KINDS: Mapping[str, Callable[[Events, int, random.Random, Path], Found]] = {
    "server": _kill_server,
    "database": _kill_database,
    "sender": _kill_sender,
}


def kill(kind: str, events: Events, kills: int, seed: int) -> Found:
    """Kill so many of a kind; an AssertionError says what the desk did not keep."""
    with TemporaryDirectory() as folder:
        return KINDS[kind](events, kills, random.Random(seed), Path(folder))


@click.command()
@click.argument("kind", type=click.Choice([*KINDS]))
@click.option("--kills", default=100, show_default=True, help="How many.")
@click.option("--seed", default=18, show_default=True, help="Chooses when.")
def main(kind: str, kills: int, seed: int) -> None:
    """Kill the desk's server, its database server or its sender, and say what came of it.

    \b
    Example:
      python -m tests.workbench.desk.killed_desks server --kills 100
    """
    found = kill(kind, recorded_events(), kills, seed)
    click.echo(
        f"{kind}: {found.kills} kills, {found.struck} of them struck, {found.digests} digests, "
        f"{found.fills} fills, none lost"
    )


if __name__ == "__main__":
    main()
