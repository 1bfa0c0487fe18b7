"""JSON schemas of what is answered of runs, for the document that describes the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.runs.exactness import Exactness

Schema = Mapping[str, Any]


def _object(**members: Schema) -> Schema:
    """An object that has all of these, and may get more in later versions."""
    return {"type": "object", "required": list(members), "properties": members}


def _map(item: Schema) -> Schema:
    return {"type": "object", "additionalProperties": item}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
MAYBE_WHOLE: Schema = {"type": ["integer", "null"]}
MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
MAYBE_ANY: Schema = {"type": ["object", "null"]}
EXACTNESS: Schema = {"type": "string", "enum": [*Exactness]}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
MAYBE_DATE: Schema = {"type": ["string", "null"], "format": "date"}
NUMBERS: Schema = _list(MAYBE_NUMBER)

FIGURE = _object(
    value=MAYBE_NUMBER, n=MAYBE_WHOLE, unit=TEXT, exactness=EXACTNESS, bound=MAYBE_NUMBER
)
LABEL = _object(exactness=EXACTNESS, bound=MAYBE_NUMBER, note=TEXT)
ENTRY = _object(
    id=TEXT,
    name=TEXT,
    algorithm=TEXT,
    project=TEXT,
    live=FLAG,
    currency=TEXT,
    code=TEXT,
    begun=MAYBE_TIME,
    ended=MAYBE_TIME,
    exactness=EXACTNESS,
    imported=TIME,
    changed=TIME,
    revision=WHOLE,
    notes=TEXT,
    star=FLAG,
    baseline=FLAG,
    deleted=MAYBE_TIME,
    tags=_list(TEXT),
    strategies=_list(TEXT),
    parameters=_map(TEXT),
    figures=_map(FIGURE),
)
# In a list, what is undefined of what is asked for is null.
LISTED = _object(**{**ENTRY["properties"], "figures": _map({"oneOf": [FIGURE, {"type": "null"}]})})
LIST = _object(total=WHOLE, cursor=MAYBE_TEXT, runs=_list(LISTED))
RUN = _object(
    **ENTRY["properties"],
    run=TEXT,
    deployments=_list(TEXT),
    zone=TEXT,
    labels=_map(LABEL),
    problems=_list(TEXT),
    sources=_list(_object(name=TEXT, kind=TEXT, size=WHOLE, sha256=TEXT)),
)
BALANCE = _object(
    run=TEXT, currency=TEXT, as_of=MAYBE_TIME, marked_at=MAYBE_TIME, figures=_map(FIGURE)
)
STRATEGIES = _object(run=TEXT, currency=TEXT, strategies=_map(_map(FIGURE)))
STATISTICS: Schema = _object(
    **{
        "run": TEXT,
        "currency": TEXT,
        "from": MAYBE_DATE,
        "to": MAYBE_DATE,
        "basis": MAYBE_ANY,
        "own": ANY,
        "strategies": _map(ANY),
        "lean": MAYBE_ANY,
        "labels": _map(LABEL),
    }
)
SERIES = _object(
    run=TEXT,
    currency=TEXT,
    series=_map(
        _object(
            n=WHOLE,
            unit=TEXT,
            exactness=EXACTNESS,
            time=_list(TIME),
            min=NUMBERS,
            max=NUMBERS,
            last=NUMBERS,
        )
    ),
)
EXECUTION = _object(run=TEXT, currency=TEXT, execution=MAYBE_ANY, exactness=ANY)
ROWS = _object(
    run=TEXT, total=WHOLE, cursor=MAYBE_TEXT, units=_map(TEXT), exactness=_map(EXACTNESS)
)
# Who may not read is told the id alone.
IMPORTED = _object(outcome=TEXT, problems=_list(TEXT), run={"anyOf": [ENTRY, _object(id=TEXT)]})
