"""Rows of a run's tables: parts of them by cursor as JSON, and all of them as a file."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from http import HTTPStatus
from math import isfinite
from typing import Any

from models.structures.record import STRUCTURES
from models.trades.record import LOTS, POSITIONS
from workbench.desk.problems import ProblemError
from workbench.desk.runs.opened import OpenedRun, Rows
from workbench.frames.columns import FrameTable
from workbench.frames.frames import Frames
from workbench.frames.tables import TABLES
from workbench.frames.writing import table_bytes
from workbench.runs.record import JSON

NEWEST, OLDEST = "newest", "oldest"

# The tables by their names in a run, with the names that frames give them.
FRAMES: Mapping[str, str] = {
    LOTS: "lots",
    POSITIONS: "trades",
    STRUCTURES: "structures",
    "orders": "orders",
    "executions": "executions",
}
# What says how far the rows of a table can be trusted.
LABELS: Mapping[str, Sequence[str]] = {
    LOTS: ("trades", "realized", "mae_mfe", "execution"),
    POSITIONS: ("trades", "realized", "mae_mfe", "execution"),
    STRUCTURES: ("trades", "realized", "mae_mfe"),
    "orders": ("trades", "fees"),
    "executions": ("execution", "fees"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows of which table.

    Attributes:
        table: One of `FRAMES`.
        strategy: Whose; None for all.
        order: `oldest` or `newest` first.
    """

    table: str
    strategy: str | None
    order: str

    @property
    def frame(self) -> FrameTable:
        """What is known of its columns."""
        return TABLES[FRAMES[self.table]]

    def rows(self, run: OpenedRun) -> Rows:
        """The rows in their order."""
        found = run.table(self.table).of_strategy(self.strategy)
        return found[::-1] if self.order == NEWEST else found

    def cursor(self, after: int, size: int) -> str:
        """The place behind so many of the rows, as a text that says nothing to anybody else.

        It counts from the oldest, so that rows that come meanwhile move nothing.
        """
        at = size - after if self.order == NEWEST else after
        text = json.dumps([self.table, self.strategy, self.order, at], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def place(self, cursor: str, size: int) -> int:
        """How many of the rows are before a cursor.

        Raises:
            ProblemError: It is of other rows.
        """
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            *own, at = json.loads(text)
        except (ValueError, TypeError):
            own, at = [], None
        same = own == [self.table, self.strategy, self.order]
        if not same or not isinstance(at, int) or isinstance(at, bool) or at < 0:
            raise ProblemError(
                HTTPStatus.BAD_REQUEST, "the cursor is of other rows than these: begin without one"
            )
        return max(size - at, 0) if self.order == NEWEST else at


def rows_of(run: OpenedRun, choice: Choice, cursor: str, limit: int) -> JSON:
    """A part of the rows.

    Args:
        run: The run.
        choice: Which rows.
        cursor: That of the part before; empty for the first.
        limit: How many at most.
    """
    rows = choice.rows(run)
    first = choice.place(cursor, rows.size) if cursor else 0
    part = rows[first : first + limit]
    records = run.table(choice.table).records(part)
    columns = choice.frame.columns
    values = [map(_plain, column.values(records)) for column in columns]
    names = [column.name for column in columns]
    after = first + part.size
    return {
        "total": int(rows.size),
        "cursor": choice.cursor(after, rows.size) if after < rows.size else None,
        "units": {column.name: column.unit for column in columns if column.unit},
        "exactness": _exactness(run, choice.table),
        choice.table: [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)],
    }


def _exactness(run: OpenedRun, table: str) -> dict[str, str]:
    known = run.facts().labels
    return {name: known[name].exactness.value for name in LABELS[table] if name in known}


def _plain(value: Any) -> Any:
    """A value as JSON has it; null for a number that JSON has not."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return None if isinstance(value, float) and not isfinite(value) else value


def file_of(run: OpenedRun, choice: Choice, form: str) -> bytes:
    """All rows as the bytes of a file.

    Args:
        run: The run.
        choice: Which rows.
        form: One of `workbench.frames.writing.FORMS`.

    Raises:
        MissingPackageError: pyarrow is not installed.
    """
    records = run.table(choice.table).records(choice.rows(run))
    chosen: dict[str, Any] = {choice.table: records}
    told = replace(run.facts().told, **chosen)
    return table_bytes(Frames(told).arrow(choice.frame.name), form)
