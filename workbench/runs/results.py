"""Records of LEAN's result folders, archives and files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from models import codec
from models.errors import TrackerError
from models.performance_tracker import PerformanceTracker
from models.structures.record import StructureRecord
from utils.store.snapshot import SNAPSHOT_SCHEMA
from workbench.engine.files import opened
from workbench.engine.tape import TAPE_NAME
from workbench.replay.saved_state import SavedStateError
from workbench.results.ledger_text import LedgerTextError, ResultLedger, ledger_in_result
from workbench.runs.code import algorithm_of, code_of
from workbench.runs.identity import is_unique
from workbench.runs.lean.assembling import deployments_in, facts_of
from workbench.runs.lean.documents import (
    MOST_FILES,
    Documents,
    is_result,
    read_alone,
    read_archive,
    read_folder,
)
from workbench.runs.lean.facts import LeanFacts
from workbench.runs.lean.fields import ResultError
from workbench.runs.lean.importing import ResultImport
from workbench.runs.lean.live import LiveImport
from workbench.runs.record import RunRecord, SourceFile
from workbench.runs.saved import state_at

STORAGE = "storage"
DAY = timedelta(days=1)
_HEAD = 4_096  # bytes of a file that are looked at to see what it is
# A live run's order events of a day.
_DAY = re.compile(r"(.+)-\d{4}-\d{2}-\d{2}-order-events\.json")
# What a state says that it lacks, and the files have.
ELSEWHERE = ("single fills", "single orders", "of the orders")
# What reading a file that is another's raises, once it was read as JSON.
UNREADABLE = (TrackerError, OSError, ArithmeticError, *codec.UNREADABLE)


def is_result_source(path: Path) -> bool:
    """Whether a path is meant as a result of LEAN's."""
    if path.is_dir():
        return _holds_result(path) or bool(_below(path))
    return path.name.endswith((".zip", ".json", ".json.gz")) and not _is_state(path)


def _is_state(path: Path) -> bool:
    """Whether a file begins as a saved state does; what cannot be read is none."""
    try:
        with opened(path) as file:
            return SNAPSHOT_SCHEMA.partition("/")[0].encode() in file.read(_HEAD)
    except OSError:
        return False


def _holds_result(path: Path) -> bool:
    return any(is_result(each.name) and not each.is_dir() for each in path.iterdir())


def _below(path: Path) -> list[Path]:
    """The folders in one that hold results: a project's runs, by their time stamps."""
    names = sorted(each.name for each in path.iterdir() if each.is_dir() and each.name != STORAGE)
    found = (path / name for name in names[-MOST_FILES:])
    return [each for each in found if _holds_result(each) and not (each / TAPE_NAME).exists()]


def live_key(path: Path) -> str | None:
    """What deployments of one account have in common: their project's folder, or their name.

    None of what is no live result folder.
    """
    if not path.is_dir():
        return None
    names = sorted(each.name for each in path.iterdir())
    day = next((found for found in map(_DAY.match, names) if found is not None), None)
    if day is None:
        return None
    return str(path.resolve().parent) if is_unique(day[1]) else day[1]


class ImportedRun(NamedTuple):
    """A run that was rebuilt.

    Attributes:
        record: Its record.
        tracker: The tracker that its figures are of.
    """

    record: RunRecord
    tracker: PerformanceTracker


def record_of_results(paths: Sequence[Path], data: Path | None = None) -> RunRecord:
    """The record of a run that LEAN's results tell; as of `result_of`."""
    return result_of(paths, data).record


def result_of(paths: Sequence[Path], data: Path | None = None) -> ImportedRun:
    """A run that LEAN's results tell.

    Args:
        paths: A result folder, a zip archive of one, a result's file, or a folder of result
            folders: of backtests the last is taken, of deployments all. Several are deployments of
            one account.
        data: LEAN's data folder; None without one.

    Raises:
        ResultError: There is none, or it cannot be used; the text says why.
        OSError: A file cannot be read.
    """
    where = ", ".join(map(str, paths))
    try:
        return _record(where, paths, data)
    except UNREADABLE as problem:
        if isinstance(problem, ResultError | OSError):
            raise
        raise ResultError(f"{where}: it cannot be used: {problem}") from problem


def _record(where: str, paths: Sequence[Path], data: Path | None) -> ImportedRun:
    places, notes = _places(paths)
    documents = [_documents(place) for place in places]
    facts = [facts_of(each) for each in documents]
    if len(facts) > 1 and not all(each.live for each in facts):
        places, documents, facts = places[-1:], documents[-1:], facts[-1:]
    elif notes and facts[-1].live:
        notes = []
    files = [file for each in documents for file in each.files]
    ledger, told = _ledger(documents[-1], facts[-1]) if len(facts) == 1 else (None, [])
    found = _imported(facts, where, files, ledger, data)
    record = found.record()
    record = replace(
        record,
        algorithm=algorithm_of(places[-1], facts[-1]),
        code=code_of(places[-1]),
        told=record.told.with_problems([*notes, *told]),
    )
    rebuilt = ImportedRun(record, found.feed.tracker)
    return rebuilt if not places[-1].is_dir() else _with_state(rebuilt, places[-1] / STORAGE)


def _places(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The folders, archives and files to read; and what is said of those that are left out."""
    found: list[Path] = []
    notes: list[str] = []
    for path in paths:
        if not path.is_dir() or _holds_result(path):
            found.append(path)
            continue
        below = _below(path)
        if live_key(below[-1]) is not None:
            found += below
        else:
            found.append(below[-1])
        if len(below) > 1 and found[-1:] == below[-1:] and len(found) == 1:
            notes.append(f"of {len(below):,} runs in {path} the last is taken: {below[-1].name}")
    return found, notes


def _imported(
    facts: Sequence[LeanFacts],
    name: str,
    files: Sequence[SourceFile],
    ledger: ResultLedger | None,
    data: Path | None,
) -> ResultImport:
    if facts[-1].live:
        parts = [part for each in facts for part in deployments_in(each)]
        return LiveImport(_once(sorted(parts, key=_begun)), name, files, ledger, data)
    return ResultImport(facts[-1], name, files, ledger, data)


def _once(parts: Sequence[LeanFacts]) -> list[LeanFacts]:
    """Each deployment once: of two that begin with the same event the one that knows more."""
    found: dict[object, LeanFacts] = {}
    for at, part in enumerate(parts):
        first = part.events[0] if part.events else None
        key = at if first is None else (first.order_id, first.event_id, first.time)
        known = found.get(key)
        if known is None or len(known.events) < len(part.events):
            found[key] = part
    return list(found.values())


def _begun(facts: LeanFacts) -> float:
    times = [*(each.time for each in facts.events[:1]), *(each.time for each in facts.equity[:1])]
    return min([time.timestamp() for time in times], default=0.0)


def _documents(path: Path) -> Documents:
    if path.is_dir():
        return read_folder(path)
    return read_archive(path) if path.name.endswith(".zip") else read_alone(path)


def _ledger(documents: Documents, facts: LeanFacts) -> tuple[ResultLedger | None, list[str]]:
    """The ledger that the run left in its result, where it is of this run alone."""
    for document in (*documents.results, *documents.parts[::-1]):
        try:
            found = ledger_in_result(document.content)
        except LedgerTextError as problem:
            return None, [f"{problem}: figures are rebuilt from the files alone"]
        if found is not None:
            if not _whole(found, facts):
                return None, ["the ledger in the result is not of this run alone: it is left out"]
            return found, []
    return None, []


def _whole(ledger: ResultLedger, facts: LeanFacts) -> bool:
    """Whether a ledger begins with the run: it may go on from an earlier one's state."""
    first = min([event.time for event in facts.events if event.fills], default=None)
    start = facts.equity[0].time if facts.equity else first
    if ledger.begun is None or first is None or start is None:
        return True
    return start - DAY <= ledger.begun <= first


def _with_state(rebuilt: ImportedRun, storage: Path) -> ImportedRun:
    """The record with what the run's own tracker had saved beside it, which is exact."""
    if not storage.is_dir():
        return rebuilt
    record, tracker = rebuilt
    try:
        saved, own = state_at(storage)
    except SavedStateError as problem:
        return ImportedRun(with_problem(record, str(problem)), tracker)
    if not _same_run(record, saved):
        foreign = f"what {storage} has saved is not of this run, or not of its end: it is left out"
        return ImportedRun(with_problem(record, foreign), tracker)
    return ImportedRun(_joined(record, saved), own)


def with_problem(record: RunRecord, problem: str) -> RunRecord:
    """The record with one problem more."""
    return replace(record, told=record.told.with_problems([problem]))


def _same_run(record: RunRecord, saved: RunRecord) -> bool:
    """Whether a saved state knows the very fills that the files have."""
    return bool(record.traded) and saved.traded == record.traded


def _fuller(
    own: Sequence[StructureRecord], rebuilt: Sequence[StructureRecord]
) -> Sequence[StructureRecord]:
    """The structures that a state knows; those of the files where it has fewer: it keeps the last
    ones alone, and states of older versions have none.
    """
    return own if len(own) >= len(rebuilt) else rebuilt


def _joined(record: RunRecord, own: RunRecord) -> RunRecord:
    """What a state knows, and of the files what no state has: fills, orders, LEAN's own."""
    told = replace(
        own.told,
        name=record.told.name,
        fills=record.told.fills,
        orders=record.told.orders,
        structures=_fuller(own.told.structures, record.told.structures),
        executions=own.told.executions or record.told.executions,
        problems=(
            *record.told.problems,
            *(each for each in own.told.problems if not each.startswith(ELSEWHERE)),
        ),
    )
    kept = ("lean_trades", "execution")
    labels = {
        **record.labels,
        **{name: each for name, each in own.labels.items() if name not in kept},
    }
    lean = record.statistics["lean"]
    execution = own.statistics["execution"]
    if not execution["account"]:
        execution = record.statistics["execution"]
    return replace(
        record,
        fees=own.fees,
        equity=own.equity,
        zone=own.zone,
        balance=own.balance,
        sheets=own.sheets,
        told=told,
        statistics={**own.statistics, "lean": lean, "execution": execution},
        labels=labels,
        sources=(*record.sources, *own.sources),
    )
