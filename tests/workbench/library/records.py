"""Small records of runs that never were, for the tests of the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from models.ledger.statement import Flow, Sheet
from models.trades.record import TradeRecord
from workbench.frames.records import DayRow, MarkRow
from workbench.frames.told import Told
from workbench.runs.exactness import Exactness, Label
from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord, SourceFile

BEGUN = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


def source(name: str) -> SourceFile:
    """A file that is told from others by its name alone."""
    return SourceFile(name, "result", len(name), sha256(name.encode()).hexdigest())


def sources(*names: str) -> tuple[SourceFile, ...]:
    """Some files."""
    return tuple(map(source, names))


def labels(**worse: Exactness) -> dict[str, Label]:
    """How far some terms can be trusted: exactly, but for those that are named."""
    names = ("realized", "fees", "equity", "trades", "statistics", "drawdown", "strategies")
    return {name: Label(worse.get(name, Exactness.EXACT)) for name in names}


def statistics(**portfolio: float | None) -> dict[str, Any]:
    """Statistics of an account with these figures of the portfolio, each of 250 days."""
    return {
        "own": {
            "portfolio": {name: {"value": each, "n": 250} for name, each in portfolio.items()},
            "trades": {"all": {"trades": 2, "win_rate": 0.5, "duration": {"average": 60.0}}},
        },
        "strategies": {"trend": {"portfolio": {"sharpe": {"value": 0.25, "n": 250}}}},
    }


def trade(number: int, pnl: float = 10.0) -> TradeRecord:
    """A closed lot."""
    opened = BEGUN + timedelta(hours=number)
    return TradeRecord(
        trade_id=str(number),
        symbol="SPY",
        strategy="trend",
        direction="long",
        entry_time=opened,
        exit_time=opened + timedelta(minutes=1),
        entry_price=100.0,
        exit_price=100.0 + pnl,
        quantity=1.0,
        pnl=pnl - 1.0,
        gross_pnl=pnl,
        commission=1.0,
        is_closed=True,
        order_ids=(number, number + 1),
        tag=f"strategy=trend \x1b[31m {number}",
    )


def rows(lots: int = 2, name: str = "made", problems: tuple[str, ...] = ()) -> Told:
    """What a source tells, with so many lots."""
    return Told(
        name=name,
        currency="USD",
        positions=[],
        lots=[trade(number) for number in range(lots)],
        structures=[],
        orders=[],
        fills=[],
        marks=[MarkRow(BEGUN, "", 1_000.0, 1.0, lean_equity=1_000.0, unexplained=0.0)],
        days=[DayRow(date(2024, 1, 2), "", 1.0, 0.01, None)],
        sessions=[],
        drawdowns=[],
        executions=[],
        flows=[Flow(BEGUN, "USD", 5.0, 5.0, "unannounced")],
        problems=problems,
    )


def record(run: str = "run-1", *, sharpe: float | None = 1.0, **changed: Any) -> RunRecord:
    """A record of a run; any field can be another.

    Args:
        run: Its id.
        sharpe: The account's Sharpe ratio.
        changed: Fields of the record.
    """
    told = rows(changed.pop("lots", 2))
    parameters: Mapping[str, str] = changed.pop("parameters", {"fast": "10", "name": "a b"})
    made = RunRecord(
        id=run,
        algorithm="ThreeStrategies",
        project="7",
        deployments=("1234567",),
        live=False,
        currency="USD",
        zone="America/New_York",
        begun=BEGUN,
        ended=BEGUN + timedelta(days=365),
        code="3fb45d6",
        parameters=parameters,
        lean_trades=2,
        realized=20.0,
        fees=2.0,
        equity=1_018.0,
        balance={"realized": 20.0, "fees": 2.0, "equity": 1_018.0, "lean_equity": None},
        sheets={"trend": Sheet(realized=20.0, fees=2.0)},
        told=told,
        statistics=statistics(sharpe=sharpe, max_drawdown=0.05),
        lean={"Sharpe Ratio": "1.01"},
        labels=labels(),
        sources=sources(f"{run}.json"),
    )
    return replace(made, **changed)


@lru_cache(maxsize=4)
def recorded(name: str) -> RunRecord:
    """The record of a recording."""
    return read_record(name)


# The runs of a library that tests read.
SHELVED = (
    record("aa1", sharpe=2.0, parameters={"fast": "10", "mode": "x"}, live=True),
    record("ab2", sharpe=0.5, parameters={"fast": "10.0"}, algorithm="Condors 100%_"),
    record("ab3", sharpe=None, parameters={"fast": "9"}, project="8", code="beef"),
    record("b4", sharpe=-1.0, parameters={}, currency="EUR", begun=None, ended=None),
)
