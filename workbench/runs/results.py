"""Records of LEAN's result folders, archives and files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.replay.saved_state import SavedStateError
from workbench.results.ledger_text import LedgerTextError, ResultLedger, ledger_in_result
from workbench.runs.code import code_of
from workbench.runs.lean.assembling import facts_of
from workbench.runs.lean.documents import (
    MOST_FILES,
    Documents,
    is_result,
    read_alone,
    read_archive,
    read_folder,
)
from workbench.runs.lean.facts import LeanFacts
from workbench.runs.lean.importing import ResultImport
from workbench.runs.record import RunRecord
from workbench.runs.saved import record_of_state

STORAGE = "storage"


def is_result_source(path: Path) -> bool:
    """Whether a path is meant as a result of LEAN's."""
    if path.is_dir():
        return _holds_result(path) or bool(_below(path))
    return path.name.endswith((".zip", ".json", ".json.gz"))


def _holds_result(path: Path) -> bool:
    return any(is_result(each.name) and not each.is_dir() for each in path.iterdir())


def _below(path: Path) -> list[Path]:
    """The folders in one that hold results: a project's runs, by their time stamps."""
    names = sorted(each.name for each in path.iterdir() if each.is_dir() and each.name != STORAGE)
    return [path / name for name in names[-MOST_FILES:] if _holds_result(path / name)]


def record_of_results(path: Path) -> RunRecord:
    """The record of a result of LEAN's.

    Args:
        path: A result folder, a zip archive of one, a result's file, or a folder of result folders,
            of which the last is taken.

    Raises:
        ResultError: There is none, or it cannot be used; the text says why.
        OSError: A file cannot be read.
    """
    place, notes = path, []
    if path.is_dir() and not _holds_result(path):
        folders = _below(path)
        place = folders[-1]
        if len(folders) > 1:
            notes = [f"of {len(folders):,} runs in {path} the last is taken: {place.name}"]
    documents = _documents(place)
    facts = facts_of(documents)
    ledger, told = _ledger(documents, facts)
    record = ResultImport(facts, str(path), documents.files, ledger).record()
    record = replace(record, told=record.told.with_problems([*notes, *told]), code=code_of(place))
    return record if not place.is_dir() else _with_state(record, place / STORAGE)


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
            first = min([event.time for event in facts.events if event.fills], default=None)
            if found.begun is not None and first is not None and found.begun > first:
                return None, ["the ledger in the result is not of the whole run: it is left out"]
            return found, []
    return None, []


def _with_state(record: RunRecord, storage: Path) -> RunRecord:
    """The record with what the run's own tracker had saved beside it, which is exact."""
    if not storage.is_dir():
        return record
    try:
        saved = record_of_state(storage)
    except SavedStateError as problem:
        return replace(record, told=record.told.with_problems([str(problem)]))
    if not _same_run(record, saved):
        problem = f"what {storage} has saved is not of this run, or not of its end: it is left out"
        return replace(record, told=record.told.with_problems([problem]))
    return _joined(record, saved)


def _same_run(record: RunRecord, saved: RunRecord) -> bool:
    """Whether a saved state knows the very fills that the files have."""
    return bool(record.traded) and saved.traded == record.traded


def _joined(record: RunRecord, own: RunRecord) -> RunRecord:
    """What a state knows, and of the files what no state has: fills, orders, LEAN's own."""
    told = replace(
        own.told,
        name=record.told.name,
        fills=record.told.fills,
        orders=record.told.orders,
        executions=own.told.executions or record.told.executions,
        problems=(*record.told.problems, *own.told.problems),
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
