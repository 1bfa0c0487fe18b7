"""A record of a run made of the tracker that saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.performance_tracker import PerformanceTracker
from workbench.frames.told import Told
from workbench.runs.exactness import Exactness, Label
from workbench.runs.identity import run_id, traded_key
from workbench.runs.record import JSON, RunRecord, SourceFile

# The figures that carry a label: the terms of the law, then what stands beside it.
TERMS = (
    *("starting_equity", "realized", "unrealized", "fees", "dividends", "financing"),
    *("settlement", "fx", "flows", "unexplained", "equity"),
)
FIGURES = (
    *(*TERMS, "trades", "strategies", "structures"),
    *("drawdown", "mae_mfe", "statistics", "execution"),
)
EXACT = Label(Exactness.EXACT)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source knows of a run beside what the tracker saw of it.

    Attributes:
        algorithm: The class's name; empty where it is not known.
        sources: The files.
        id: What the run is known by; empty for what it traded (`workbench.runs.identity`).
        begun: The run's first moment; None for the first that the tracker saw.
        project: LEAN's id of the project; empty where it is not known.
        deployments: LEAN's ids of the runs that were joined, the oldest first.
        code: The version or hash of the code, where known.
        parameters: What the algorithm was run with, without secrets.
        lean_trades: How many trades LEAN counts; None where that is not known.
        realized: LEAN's sum of their P&L before fees; None likewise.
        equity: What LEAN says that the account was worth at the end; None for what the tracker
            says.
        lean: LEAN's own statistics by name.
        labels: Figure -> how far it can be trusted, where it is not exact.
    """

    algorithm: str
    sources: Sequence[SourceFile] = ()
    id: str = ""
    begun: datetime | None = None
    project: str = ""
    deployments: tuple[str, ...] = ()
    code: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    lean_trades: int | None = None
    realized: float | None = None
    equity: float | None = None
    lean: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)


def record_of(
    tracker: PerformanceTracker, told: Told, statistics: JSON, origin: Origin
) -> RunRecord:
    """The record of a run.

    Args:
        tracker: The tracker at the run's end.
        told: All that is told of it.
        statistics: Every statistic of it.
        origin: What else the source knows.
    """
    balance: dict[str, Any] = tracker.balance()
    begun = origin.begun
    if begun is None and tracker.deployments:
        begun = tracker.deployments[0].time
    return RunRecord(
        id=origin.id or run_id(tracker, begun, origin.deployments, origin.parameters),
        algorithm=origin.algorithm,
        project=origin.project,
        deployments=origin.deployments,
        live=tracker.live,
        currency=tracker.account_currency,
        zone=str(tracker.zone),
        begun=begun,
        ended=tracker.ledger.books.time,
        code=origin.code,
        parameters=origin.parameters,
        lean_trades=origin.lean_trades,
        realized=origin.realized,
        fees=balance["fees"],
        equity=balance["equity"] if origin.equity is None else origin.equity,
        balance=balance,
        sheets=tracker.sheets(),
        told=told,
        statistics=statistics,
        lean=origin.lean,
        labels={**dict.fromkeys(FIGURES, EXACT), **origin.labels},
        sources=tuple(origin.sources),
        traded=traded_key(tracker),
    )
