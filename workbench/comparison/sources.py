"""Where runs to compare come from: each kind of source reads its own.

A new kind of source is a class with the three methods of `Source` and a place in `SOURCES`; frames
(`workbench.frames`) are read by the same kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from workbench.comparison.ledger_days import LedgerDays, LedgerLog
from workbench.comparison.run import Run, run_of
from workbench.engine.tape import TAPE_NAME, read_tape
from workbench.frames.heard import told_of_tape
from workbench.frames.told import Told, told_of_tracker
from workbench.recordings import find, result
from workbench.replay.replay import Replay
from workbench.replay.saved_state import is_saved_state, load
from workbench.runs.results import is_result_source, result_of
from workbench.runs.secrets import is_secret

# Before midnight, which begins the next day.
INSTANT = timedelta(microseconds=1)


class Source(Protocol):
    """A kind of source of runs."""

    def accepts(self, text: str) -> bool:
        """Whether what the user typed is meant for it."""
        ...

    def read(self, text: str) -> Run:
        """The run.

        Raises:
            LookupError: There is none, or it cannot be used; the text says why.
            OSError: It cannot be read.
        """
        ...

    def tell(self, text: str) -> Told:
        """All that is known of the run, for its frames; errors as of `read`."""
        ...


class ResultSource:
    """A result of LEAN's: a folder, a zip archive, a file, or a folder of result folders."""

    def accepts(self, text: str) -> bool:
        """Whether there are files in it that are named as LEAN names a result's."""
        path = Path(text)
        return path.exists() and not (path / TAPE_NAME).exists() and is_result_source(path)

    def read(self, text: str) -> Run:
        """The run as its files tell it, rebuilt by the ledger."""
        found = result_of([Path(text)])
        record = found.record
        told = record.told
        return run_of(
            text,
            found.tracker,
            trades=told.lots,
            parameters=record.parameters,
            problems=told.problems,
        )

    def tell(self, text: str) -> Told:
        """What the files tell, and the ledger that was rebuilt of them."""
        return result_of([Path(text)]).record.told


class SavedStateSource:
    """What a run has saved: a state's file, the folder of a run, or a whole `storage` folder."""

    def accepts(self, text: str) -> bool:
        """Whether it is a file, or a folder without a recording."""
        return is_saved_state(Path(text))

    def read(self, text: str) -> Run:
        """The run as it was when its state was saved."""
        saved = load(Path(text))
        return run_of(text, saved.tracker, problems=saved.problems)

    def tell(self, text: str) -> Told:
        """What the tracker knew when its state was saved."""
        saved = load(Path(text))
        return told_of_tracker(text, saved.tracker, saved.problems)


class RecordingSource:
    """A recording, by name or folder: it is replayed, its ledger read at the end of each day."""

    def accepts(self, text: str) -> bool:
        """Everything else: what is no recording is refused when it is read."""
        return True

    def read(self, text: str) -> Run:
        """The run that was recorded."""
        path = find(text)
        tape = read_tape(path)
        replay = Replay(tape, lean_book=False, execution="on")
        ledger = logged(replay)
        parameters, problems = recorded_parameters(path)
        return run_of(
            text,
            replay.tracker,
            trades=replay.trades,
            ledger=ledger,
            parameters=parameters,
            problems=(*tape.problems, *problems),
        )

    def tell(self, text: str) -> Told:
        """Everything that is heard while it is replayed."""
        return told_of_tape(text, read_tape(find(text)))


SOURCES: tuple[Source, ...] = (ResultSource(), SavedStateSource(), RecordingSource())


def source_of(text: str) -> Source:
    """The first kind of source that accepts what the user typed."""
    return next(source for source in SOURCES if source.accepts(text))


def read_run(text: str) -> Run:
    """The run of what the user typed.

    Raises:
        LookupError: There is none, or it cannot be used; the text says why.
        OSError: It cannot be read.
    """
    return source_of(text).read(text)


def read_runs(texts: Sequence[str]) -> list[Run]:
    """The run of each source, with a number after a name that comes again; errors as `read_run`."""
    seen: Counter[str] = Counter()
    found = []
    for text in texts:
        seen[text] += 1
        run = read_run(text)
        found.append(run if seen[text] == 1 else replace(run, name=f"{text} ({seen[text]})"))
    return found


def logged(replay: Replay) -> LedgerDays:
    """Play a replay; the terms of its ledger by day, as they are when LEAN ends the day."""
    tracker, log, ended = replay.tracker, LedgerLog(), replay.tracker.days
    for _ in replay.play():
        if tracker.days != ended:
            ended = tracker.days
            midnight = datetime.fromtimestamp(tracker.samples.time[-1], UTC)
            log.take(tracker, midnight - INSTANT)
    if tracker.ledger.books.time is not None:
        log.take(tracker, tracker.ledger.books.time)
    return log.days()


def recorded_parameters(path: Path) -> tuple[Mapping[str, str], Sequence[str]]:
    """What the algorithm was run with, from LEAN's result beside a tape; no secrets.

    And what is wrong with that file, which is no reason not to compare.
    """
    try:
        found: Any = result(path, "result")
        given: Any = (found.get("algorithmConfiguration") or {}).get("parameters") or {}
        known = {name: str(value) for name, value in given.items() if not is_secret(name)}
    except FileNotFoundError:
        return {}, ()
    except (OSError, ValueError, AttributeError) as problem:
        return {}, (f"its parameters are not known: {problem}",)
    return known, ()
