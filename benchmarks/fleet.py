"""What a fleet of fifty deployments costs: to take digests, and to show all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any, Final
from uuid import UUID

from rich.table import Table

from benchmarks.library import places
from benchmarks.tables import grid
from workbench.desk.digest import Digest
from workbench.desk.fleet.fleet import Fleet
from workbench.library.library import open_library

DEPLOYMENTS: Final = 50
ROUNDS: Final = 40  # digests of each, with a fill each
REPEATED: Final = 5  # digests before it whose fills each has too
POSITIONS: Final = 40  # in each state
BEGUN: Final = datetime(2026, 11, 2, tzinfo=UTC)
Row = dict[str, Any]


def fleet_tables() -> list[Table]:
    """The fleet in each database there is."""
    title = f"{DEPLOYMENTS} deployments, a digest of one new fill each time"
    table = grid(title, "database", "what", "ms", "p99 ms", "CPU ms")
    for name, url in places():
        with url as place, open_library(place) as library:
            for what, calls in _calls(Fleet(library.database)).items():
                table.add_row(name, what, *_timed(calls))
    return [table]


def _calls(fleet: Fleet) -> dict[str, Sequence[Callable[[], object]]]:
    return {
        "taking a digest": _taking(fleet),
        "the list": [lambda: fleet.deployments(BEGUN)] * ROUNDS,
        "one whole": [lambda: fleet.deployment("d0", BEGUN)] * ROUNDS,
    }


def _taking(fleet: Fleet) -> list[Callable[[], object]]:
    digests = [
        digest_of(f"d{one}", seq, BEGUN + timedelta(seconds=seq))
        for seq in range(1, ROUNDS + 1)
        for one in range(DEPLOYMENTS)
    ]

    def taking(digest: Digest) -> Callable[[], object]:
        return lambda: fleet.accept(digest.deployment, digest, digest.sent)

    return [taking(digest) for digest in digests]


def _timed(calls: Sequence[Callable[[], object]]) -> tuple[str, str, str]:
    """The mean, the 99th of a hundred, and what the processor took here."""
    times, cpu = [], process_time()
    for call in calls:
        began = perf_counter()
        call()
        times.append(1e3 * (perf_counter() - began))
    spent = 1e3 * (process_time() - cpu) / len(calls)
    return f"{sum(times) / len(times):.1f}", f"{quantiles(times, n=100)[-1]:.1f}", f"{spent:.1f}"


def digest_of(deployment: str, seq: int, sent: datetime, new: int = 1) -> Digest:
    """A digest with so many new fills, and those of the digests before it."""
    first, last = max(1, (seq - REPEATED - 1) * new + 1), seq * new
    return Digest(
        deployment=deployment,
        project="Rotation",
        boot=str(UUID(int=1)),
        seq=seq,
        sent=sent,
        every=360.0,
        state=_state(sent, 1_000.0 + seq),
        fills=tuple(_fill(order) for order in range(first, last + 1)),
        closed=(),
        events=(),
        left_out=0,
        sha=f"{seq:064x}",
    )


def _fill(order: int) -> Row:
    return {
        "id": f"L-1:1:{order}:1",
        "order": order,
        "event": 1,
        "time": (BEGUN + timedelta(seconds=order)).isoformat(),
        "symbol": "SPY",
        "sid": "SPY R735QTJ8XC9X",
        "strategy": "trend",
        "quantity": 10.0,
        "price": 100.0,
        "fee": 1.0,
        "fee_currency": "USD",
        "slippage": -0.5,
        "slippage_bps": -5.0,
        "tag": "strategy=trend",
    }


def _state(sent: datetime, equity: float) -> Mapping[str, Any]:
    """A state of some 15 KB."""
    held = {"symbol": "SPY", "sid": "SPY R735QTJ8XC9X", "quantity": 10.0, "opposed": False}
    prices = {"average_price": 100.25, "price": 101.5, "market_value": 1_015.0, "since": None}
    rows = [{**held, **prices, "unrealized_pnl": 12.5 + each} for each in range(POSITIONS)]
    return {
        "as_of": sent.isoformat(),
        "marked_at": sent.isoformat(),
        "currency": "USD",
        "live": True,
        "equity": equity,
        "balance": {"equity": equity},
        "account": {"today": 1.0},
        "strategies": {},
        "positions": {"account": rows, "strategies": {"trend": rows}},
        "alerts": [],
    }
