"""Saved states of recorded runs, in which one value after another is replaced.

`python -m tests.recordings.mutated_states [EACH]` tries all, or one of so many, and prints what
came of them as JSON. A state is refused, or every question is answered and a run goes on with it.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from math import nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from models.codec import LARGEST_NUMBER
from models.errors import TrackerError
from models.performance_tracker import PerformanceTracker
from tests.readings import check_answers
from tests.recordings.played import RECORDINGS
from utils.tracking import LeanTracker
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay

# By name the recordings that are played in turn, and the one that goes on with what they saved.
RUNS: dict[str, tuple[tuple[str, ...], str]] = {
    "plain": (("live-paper",), "live-paper"),
    "structures": (("option-combos",), "option-combos"),
    "redeploy": (("live-redeploy-1", "live-redeploy-2"), "live-redeploy-3"),
}
SETTINGS: dict[str, Any] = {
    "persist": "on",
    "execution": "on",
    "alerts": "drawdown=0.00001,losing_streak=1",
    "notify": "email=a@b.c",
}
MISSING = object()
SHARED = 2  # of a list's values so many are replaced
# Huge numbers; the last is about the largest that a state may have, which a few of it are not.
HUGE, HUGE_WHOLE, LARGEST = 1e30, 10**90, LARGEST_NUMBER / 10.0
LINES = 60  # of the recording that goes on


class Mutation(NamedTuple):
    """A value that is put where another was, and the way there."""

    path: tuple[str | int, ...]
    value: Any


@cache
def saved_by(run: str) -> str:
    """The state that the runs of a name leave, as JSON."""
    with TemporaryDirectory() as folder:
        for number, name in enumerate(RUNS[run][0]):
            replay = _replay(name, Path(folder), f"L-{number}")
            for _ in replay.play():
                pass
        return json.dumps(replay.tracker.state())


def _replay(name: str, store: Path | None = None, deployment: str = "") -> Replay:
    tape = read_tape(RECORDINGS[name].path)
    return Replay(tape, store=store, deployment=deployment, lean_book=False, **SETTINGS)


def mutations(state: Any) -> list[Mutation]:
    """All that are tried of a state."""
    return [Mutation(path, value) for path, old in _places(state) for value in _others(old)]


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    steps: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        steps = [*value.items()]
    elif isinstance(value, list):
        steps = [*enumerate(value[:SHARED])]
    for step, child in steps:
        yield (*path, step), child
        yield from _places(child, (*path, step))


def _others(old: Any) -> list[Any]:
    """What may be put in place of a value: nothing, another type, NaN, and the ends of its own."""
    found: list[Any] = [MISSING, {"?": []}, nan, None]
    if isinstance(old, bool):
        return [*found, not old, 7]
    if isinstance(old, int):
        return [*found, -1 - old, -HUGE_WHOLE, HUGE_WHOLE, 0, 7.5]
    if isinstance(old, float):
        return [*found, -1.0 - old, -HUGE, HUGE, LARGEST, 0.0]
    if isinstance(old, str):
        return [*found, "", "x" * 5_000, "9998-12-31T00:00:00+00:00", "0001-01-02T00:00:00+00:00"]
    return [*found, type(old)(), "x", 7] if isinstance(old, dict | list) else [*found, 0.0, ""]


def mutated(state: Any, mutation: Mutation) -> Any:
    """A copy of the state with the mutation."""
    made = deepcopy(state)
    *way, last = mutation.path
    owner = made
    for step in way:
        owner = owner[step]
    if mutation.value is MISSING:
        del owner[last]
    else:
        owner[last] = mutation.value
    return made


def outcome(run: str, state: Any, *, again: bool = True) -> str:
    """What comes of a state: `refused`, `taken`, or what went wrong.

    Args:
        run: Whose state.
        state: The state.
        again: Whether what is saved of it then must be taken, too.
    """
    replay = _replay(RUNS[run][1])
    tracker = replay.tracker
    try:
        tracker.restore(json.loads(json.dumps(state)))
    except TrackerError:
        return "refused"
    before = Counter(tracker.errors)
    check_answers(tracker)
    tracker.run.restored = tracker.ledger.books.opened
    for count, _ in enumerate(replay.play(), 1):
        if count == LINES:
            break
    tracker.finish()
    check_answers(tracker)
    if again:
        _check_again(tracker)
    wrong = Counter(tracker.errors) - before
    return str(dict(wrong)) if wrong else "taken"


def _check_again(tracker: LeanTracker) -> None:
    """What such a tracker saves is taken, too."""
    made = PerformanceTracker(
        settings=tracker.settings,
        account_currency=tracker.account_currency,
        zone=tracker.zone,
        live=tracker.live,
    )
    made.restore(json.loads(json.dumps(tracker.state())))


def sweep(run: str, tried: Sequence[Mutation]) -> dict[str, Any]:
    """Try mutations of a run's state; how many were refused and taken, and what went wrong."""
    state = json.loads(saved_by(run))
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for mutation in tried:
        try:
            again = mutation.value != LARGEST
            found = outcome(run, mutated(state, mutation), again=again)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            found = f"raised {error!r}"
        known = found in {"refused", "taken"}
        seen[found if known else "failed"] += 1
        if not known:
            value = "missing" if mutation.value is MISSING else repr(mutation.value)[:40]
            wrong.append(f"{'.'.join(map(str, mutation.path))} = {value}: {found}"[:300])
            print(wrong[-1], file=sys.stderr, flush=True)  # noqa: T201
    return {**seen, "wrong": wrong}


def sample(run: str, count: int, seed: int) -> list[Mutation]:
    """Some of the mutations of a run's state, the same for a seed."""
    return random.Random(seed).sample(mutations(json.loads(saved_by(run))), count)


if __name__ == "__main__":
    each_of = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for each in RUNS:
        every = mutations(json.loads(saved_by(each)))[::each_of]
        print(json.dumps({"run": each, "tried": len(every), **sweep(each, every)}, indent=1))  # noqa: T201
