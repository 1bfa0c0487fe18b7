"""Digests that are lost, come twice, late, in another order, and processes that die in between.

Whatever happens to them, what is shown follows from the set of those that came.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from tests.workbench.desk.fleet.conftest import Heard
from tests.workbench.desk.fleet.senders import BEGUN, Sender, came, orders, sent_by
from workbench.desk.digest import Digest
from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.fleet.gaps import FIRST, REPEATED
from workbench.library.database import Database
from workbench.library.library import Library

NAMES = count()
FILLS = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=14), min_size=1, max_size=3)
OFTEN = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


class KilledError(BaseException):
    """The process is gone."""


@contextmanager
def killed(database: Database, statement: int) -> Iterator[None]:
    """Let the process die before the how manieth statement of a database."""
    left = [statement]

    def die(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KilledError

    event.listen(database.engine, "before_cursor_execute", die)
    try:
        yield
    except KilledError:
        pass
    finally:
        event.remove(database.engine, "before_cursor_execute", die)


def expected_gaps(came_in: Sequence[Digest]) -> list[tuple[str, int, int, int]]:
    """Boot, first, last and lost of each gap among some digests, from their numbers alone."""
    found = []
    for boot in {digest.boot for digest in came_in}:
        numbers = sorted({digest.seq for digest in came_in if digest.boot == boot})
        for before, behind in zip([FIRST - 1, *numbers], numbers, strict=False):
            if behind - before > 1:
                missing = range(before + 1, behind)
                lost = [
                    each
                    for each in missing
                    if not any(each < seq <= each + REPEATED for seq in numbers)
                ]
                found.append((boot, missing[0], missing[-1], len(lost)))
    return sorted(found)


def check(fleet: Fleet, name: str, came_in: Sequence[Digest]) -> None:
    """Everything that is shown follows from the digests that came."""
    now = max(digest.sent for digest in came_in)
    shown = fleet.deployment(name, now)
    newest = max(came_in, key=lambda digest: (digest.boot, digest.seq))
    assert shown["state"] == newest.state
    assert (shown["boot"], shown["seq"]) == (newest.boot, newest.seq)
    assert shown["received"] == came(newest).isoformat()
    part = fleet.details([DetailKind.FILL], 10_000, deployment=name)
    fills = {row["id"]: row for digest in came_in for row in digest.fills}
    assert {each.name: each.body for _, each in part.details} == fills
    gaps = [(gap["boot"], gap["first"], gap["last"], gap["lost"]) for gap in shown["known_gaps"]]
    assert sorted(gaps) == expected_gaps(came_in)
    assert shown["gaps"] == sum(gap[3] > 0 for gap in gaps)
    points = fleet.equity(name, BEGUN, now, 100_000)["points"]
    equity = {digest.sent.isoformat(): digest.state["equity"] for digest in came_in}
    assert {point["time"]: point["equity"] for point in points} == equity
    assert shown["conflicts"]["count"] == 0


@OFTEN
@given(FILLS, st.data())
def test_any_order_ends_alike(
    library: Library, fills: list[list[int]], data: st.DataObject
) -> None:
    """Lost, doubled and reordered, with deaths in between: what came is shown, and nothing else."""
    name, fleet = f"d{next(NAMES)}", Fleet(library.database)
    digests = sent_by(fills, name)
    deliveries = st.lists(
        st.tuples(st.sampled_from(digests), st.none() | st.integers(0, 16)), min_size=1
    )
    kept = []
    for digest, statement in data.draw(deliveries):
        if statement is not None:
            with killed(library.database, statement):
                fleet.accept(name, digest, came(digest))
                kept.append(digest)
        else:
            fleet.accept(name, digest, came(digest))
            kept.append(digest)
        if kept:
            check(fleet, name, kept)


def test_a_death_at_each_statement_keeps_all_or_nothing(library: Library, heard: Heard) -> None:
    """What was not kept was not told; the sender's next repeats bring it again."""
    fleet, sender = Fleet(library.database, heard), Sender()
    digests, kept = [sender.send(1) for _ in range(30)], []
    for statement, digest in enumerate(digests):
        told = len(heard.news)
        with killed(library.database, statement):
            fleet.accept("rotation", digest, came(digest))
            kept.append(digest)
        assert (len(heard.news) > told) == (digest in kept)
        if kept:
            check(fleet, "rotation", kept)
    assert 0 < len(kept) < len(digests)


def test_without_loss_all_is_there(fleet: Fleet) -> None:
    """Each fill of the sender once, and no gap, though every second digest is lost."""
    sender = Sender()
    digests = [sender.send(2) for _ in range(21)]
    for digest in digests[::2]:
        fleet.accept("rotation", digest, came(digest))
    part = fleet.details([DetailKind.FILL], 1_000, deployment="rotation")
    sent = [row for rows in sender.filled for row in rows]
    assert orders([dict(each.body) for _, each in part.details]) == orders(sent)
    assert fleet.deployment("rotation", BEGUN)["gaps"] == 0


def test_a_gap_is_shown_until_it_is_healed(fleet: Fleet) -> None:
    """Ten digests are lost, the events of five with them; one that comes late brings its own."""
    sender = Sender()
    digests = [sender.send(1) for _ in range(12)]
    for digest in (digests[0], digests[11]):
        fleet.accept("rotation", digest, came(digest))
    (gap,) = fleet.deployment("rotation", BEGUN)["known_gaps"]
    assert (gap["first"], gap["last"], gap["lost"], gap["healed"]) == (2, 11, 5, False)
    assert (gap["begun"], gap["ended"]) == (
        digests[0].sent.isoformat(),
        digests[11].sent.isoformat(),
    )
    fleet.accept("rotation", digests[5], came(digests[5]))
    shown = fleet.deployment("rotation", BEGUN)
    assert [(gap["first"], gap["last"], gap["healed"]) for gap in shown["known_gaps"]] == [
        (2, 5, True),
        (7, 11, True),
    ]
    assert (shown["gaps"], len(shown["last_fills"])) == (0, 12)


@pytest.mark.parametrize("writers", [8])
def test_eight_at_once_lose_nothing(
    library: Library, heard: Heard, writers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads that bring digests of all deployments, each digest twice, in orders of their own.

    They take no turns, as if each were a process: the database alone keeps them apart.
    """
    monkeypatch.setattr("workbench.desk.fleet.fleet._turn", lambda _: nullcontext())
    fleets = [Fleet(library.database, heard) for _ in range(2)]
    names = [f"at once {number}" for number in range(3)]
    digests = {name: sent_by([[1] * 8, [2] * 4], name) for name in names}
    everything = [digest for some in digests.values() for digest in some] * 2
    faults: list[BaseException] = []

    def bring(number: int) -> None:
        try:
            for digest in everything[number::writers][:: 1 if number % 2 else -1]:
                fleets[number % 2].accept(digest.deployment, digest, came(digest))
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for name, some in digests.items():
        check(fleets[0], name, some)
        fills = [each for each in heard.news if each[:2] == (f"deployment/{name}", "fill")]
        assert len({each.data["id"] for each in fills}) == len(fills) == 16
