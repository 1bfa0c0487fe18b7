"""The rest of a record, beside its tables: one deflated piece of JSON."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from models.ledger.statement import Sheet
from workbench.frames.told import Told
from workbench.library.contents import BLOCKS, unpacked
from workbench.runs.exactness import Exactness, Label
from workbench.runs.record import JSON, RunRecord, SourceFile

DOCUMENT = "document"  # its name among the contents of a run
LEVEL = 6  # of deflate


def document_of(record: RunRecord) -> bytes:
    """Everything of a record but the rows of its tables."""
    values = {
        **{name: getattr(record, name) for name in PLAIN},
        "deployments": list(record.deployments),
        "begun": record.begun and record.begun.isoformat(),
        "ended": record.ended and record.ended.isoformat(),
        "parameters": dict(record.parameters),
        "sheets": {name: asdict(sheet) for name, sheet in record.sheets.items()},
        "lean": dict(record.lean),
        "labels": {
            name: [label.exactness.value, label.bound, label.note]
            for name, label in record.labels.items()
        },
        "sources": [asdict(source) for source in record.sources],
        "told": {
            "name": record.told.name,
            "currency": record.told.currency,
            "problems": list(record.told.problems),
        },
    }
    return zlib.compress(json.dumps(values, separators=(",", ":")).encode(), LEVEL)


# Fields of a record that are JSON as they are.
PLAIN = (
    *("id", "algorithm", "project", "live", "currency", "zone", "code", "lean_trades"),
    *("realized", "fees", "equity", "balance", "statistics", "traded"),
)


def record_of_document(data: bytes, tables: dict[str, list[Any]]) -> RunRecord:
    """The record whose document this is, with the rows of its tables.

    Args:
        data: The document.
        tables: The rows, by the names that they have in `Told`.

    Raises:
        ValueError: It is damaged.
        zlib.error: Likewise.
    """
    values: JSON = json.loads(zlib.decompress(data))
    told = values["told"]
    return RunRecord(
        **{name: values[name] for name in PLAIN},
        deployments=tuple(values["deployments"]),
        begun=_time(values["begun"]),
        ended=_time(values["ended"]),
        parameters=values["parameters"],
        sheets={name: Sheet(**terms) for name, terms in values["sheets"].items()},
        told=Told(told["name"], told["currency"], **tables, problems=tuple(told["problems"])),
        lean=values["lean"],
        labels={
            name: Label(Exactness(exactness), bound, note)
            for name, (exactness, bound, note) in values["labels"].items()
        },
        sources=tuple(SourceFile(**source) for source in values["sources"]),
    )


def record_of_contents(contents: Mapping[str, bytes]) -> RunRecord:
    """The record of a run's document and blocks; of a block that is left out there are no rows.

    Raises:
        ValueError: They are damaged; so they are where any of the other errors is raised.
        LookupError: Likewise.
        TypeError: Likewise.
        zlib.error: Likewise.
    """
    tables: dict[str, list[Any]] = {table: [] for block in BLOCKS.values() for table in block}
    blocks = {name: contents[name] for name in BLOCKS if name in contents}
    return record_of_document(contents[DOCUMENT], {**tables, **unpacked(blocks)})


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
