"""One run as the desk knows it: what the library keeps and the report draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.ledger.statement import Sheet
from workbench.frames.told import Told
from workbench.runs.exactness import Label

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a run was read from.

    Attributes:
        name: Its name, without the folder it lay in.
        kind: What it is: `result`, `order-events`, `state`, `tape`, `fills` and so on.
        size: Bytes.
        sha256: The hash of its bytes, in hexadecimal digits.
    """

    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything that is known of one run; money in account currency unless said.

    Attributes:
        id: What tells it from other runs, the same however often and from whatever it is read.
        algorithm: The class's name.
        project: LEAN's id of the project; empty where none is known.
        deployments: LEAN's ids of the runs that were joined, the oldest first.
        live: Whether it traded live.
        currency: The account's.
        zone: The algorithm's time zone, an IANA name.
        begun: Its first moment; None where nothing has a time.
        ended: Its last.
        code: The version or hash of the code, where known.
        parameters: What the algorithm was run with, without secrets.
        lean_trades: How many trades LEAN counts; None where that is not known.
        realized: LEAN's sum of their P&L before fees; None likewise.
        fees: All fees, positive when paid.
        equity: The account's value at the end.
        balance: The account's terms, as `tracker.balance()` has them.
        sheets: Strategy -> its terms.
        told: Trades, lots, structures, orders, fills, marks, days, sessions, drawdowns, executions
            and flows; `told.problems` says what is not there.
        statistics: Every statistic, in the shape of `workbench.statistics.figures`.
        lean: LEAN's own statistics by the names that its result gives them; empty without any.
        labels: Figure or term -> how far it can be trusted.
        sources: The files it was read from.
        traded: What it traded, the same from every source, whatever its parameters: a run whose
            parameters are not known is one of those with the same; empty where it traded nothing.
    """

    id: str
    algorithm: str
    project: str
    deployments: tuple[str, ...]
    live: bool
    currency: str
    zone: str
    begun: datetime | None
    ended: datetime | None
    code: str
    parameters: Mapping[str, str]
    lean_trades: int | None
    realized: float | None
    fees: float
    equity: float
    balance: JSON
    sheets: Mapping[str, Sheet]
    told: Told
    statistics: JSON
    lean: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    sources: tuple[SourceFile, ...] = ()
    traded: str = ""
