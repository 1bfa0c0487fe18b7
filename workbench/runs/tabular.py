"""Records of CSV files: of fills that were made anywhere, or of daily returns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from models import create_performance_tracker
from models.errors import CallError, EventError
from models.events.account import DayEnd, Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
from models.performance_tracker import PerformanceTracker
from models.tracker.hand_calls import fill_in
from workbench.engine.files import read_all
from workbench.frames.hearing import Hearing
from workbench.frames.told import told_of_tracker
from workbench.runs.building import FIGURES, Origin, record_of
from workbench.runs.exactness import Exactness, Label
from workbench.runs.identity import digest
from workbench.runs.lean.fields import ResultError, number_of
from workbench.runs.record import RunRecord, SourceFile
from workbench.statistics.figures import state_statistics

MOST_BYTES = 100_000_000
MOST_ROWS = 1_000_000
CAPITAL = 100_000.0  # what an account is taken to begin with that no file tells
NUMBERS = frozenset({"quantity", "price", "fee", "multiplier"})
DATES, RETURNS = ("date", "day", "time"), ("return", "returns", "daily_return")

ASSUMED = Label(Exactness.DERIVED, note=f"a file of this kind has none: {CAPITAL:,.0f} is taken")
NONE_THERE = Label(Exactness.ABSENT, note="returns tell no trades; a CSV of fills does")
AT_FILLS = Label(Exactness.SAMPLED, note="at the prices of fills alone; marks are in no such file")

Row = dict[str, str]


def is_table(path: Path) -> bool:
    """Whether a path is meant as a CSV file."""
    return path.name.lower().endswith(".csv") and not path.is_dir()


def record_of_table(path: Path) -> RunRecord:
    """The record of a CSV file of fills or of daily returns.

    Fills have the columns symbol, time, quantity and price, and may have fee, strategy, tag and
    multiplier; returns have date and return, a fraction.

    Raises:
        ResultError: It is neither, or holds what is not allowed; the text says where.
        OSError: It cannot be read.
    """
    data = read_all(path, MOST_BYTES)
    names, rows = _rows(path, data)
    if {"symbol", "quantity", "price"} <= set(names):
        kind, read = "fills", _of_fills
    elif _one(names, DATES) and _one(names, RETURNS):
        kind, read = "returns", _of_returns
    else:
        raise ResultError(
            f"{path}: the columns are {', '.join(names)[:80]}; fills need symbol, time, quantity "
            "and price, returns need date and return"
        )
    source = SourceFile(path.name, kind, len(data), sha256(data).hexdigest())
    try:
        return read(path, rows, source)
    except (CallError, EventError, ArithmeticError) as problem:
        raise ResultError(f"{path}: {problem}") from None


def _rows(path: Path, data: bytes) -> tuple[list[str], list[Row]]:
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = names
        rows: list[Row] = []
        for row in reader:
            if None in row or None in row.values():
                raise ResultError(f"{path}, line {reader.line_num}: it has not {len(names)} values")
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise ResultError(f"{path} has more than {MOST_ROWS:,} rows")
    except (UnicodeDecodeError, csv.Error) as error:
        raise ResultError(f"{path} is no CSV: {error}") from None
    if not rows:
        raise ResultError(f"{path} has no rows")
    return names, rows


def _one(names: Sequence[str], allowed: Sequence[str]) -> str:
    return next((name for name in allowed if name in names), "")


# --- fills that were made anywhere


def _of_fills(path: Path, rows: Sequence[Row], source: SourceFile) -> RunRecord:
    fills = [fill_in(_typed(row, path, at), at) for at, row in enumerate(rows, 1)]
    tracker = create_performance_tracker(CAPITAL, execution="on")
    hearing = Hearing(tracker)
    tracker.take_fills(fills)
    labels = {"starting_equity": ASSUMED, "equity": ASSUMED, "unrealized": AT_FILLS}
    labels |= dict.fromkeys(("drawdown", "mae_mfe", "statistics"), AT_FILLS)
    none = Label(Exactness.ABSENT, note="a CSV of fills has none; LEAN's result has")
    labels |= dict.fromkeys(("dividends", "financing", "flows", "unexplained"), none)
    labels |= dict.fromkeys(("structures", "execution"), none)
    return _record(path, tracker, hearing, source, labels, rows)


def _typed(row: Row, path: Path, number: int) -> dict[str, Any]:
    """A row's values in their types; empty ones are left out."""
    found: dict[str, Any] = {}
    for name, text in row.items():
        what = f"{path}, row {number}: {name}"
        if text.strip():
            found[name] = number_of(text.strip(), what) if name in NUMBERS else text.strip()
    if "time" in found:
        found["time"] = _moment(found["time"], f"{path}, row {number}: time")
    return found


def _moment(text: str, what: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ResultError(f"{what} is {text[:40]!r}, no time of ISO 8601") from None


# --- daily returns, of which there are no trades


def _of_returns(path: Path, rows: Sequence[Row], source: SourceFile) -> RunRecord:
    date, change = _one([*rows[0]], DATES), _one([*rows[0]], RETURNS)
    days: dict[datetime, float] = {}
    for at, row in enumerate(rows, 1):
        moment = _moment(row[date].strip(), f"{path}, row {at}: {date}")
        day = datetime.combine(moment.date(), time(20), UTC)
        if day in days:
            raise ResultError(f"{path}, row {at}: {moment.date()} comes twice")
        value = number_of(row[change].strip(), f"{path}, row {at}: {change}")
        if value <= -1.0:
            raise ResultError(f"{path}, row {at}: a return of {value} leaves nothing")
        days[day] = value
    tracker = PerformanceTracker(None)
    hearing = Hearing(tracker)
    _live(tracker, dict(sorted(days.items())))
    exact = {"statistics", "drawdown"}
    labels = {name: NONE_THERE for name in FIGURES if name not in exact}
    labels |= {"equity": ASSUMED, "starting_equity": ASSUMED, "unrealized": ASSUMED}
    return _record(path, tracker, hearing, source, labels, rows)


def _live(tracker: PerformanceTracker, days: Mapping[datetime, float]) -> None:
    """Hold one unit of something that gains so much each day."""
    first = next(iter(days)) - timedelta(days=1)
    unit = Instrument("returns", "returns", SecurityType.EQUITY, tracker.account_currency)
    worth = CAPITAL
    tracker.apply(unit)
    tracker.apply(Opening(first, {tracker.account_currency: CAPITAL}, {}))
    market = OrderType.MARKET
    tracker.apply(
        Fill(first, 1, 1, unit.sid, 1.0, worth, tag="strategy=returns", order_type=market)
    )
    tracker.apply(Mark(first, worth, {unit.sid: worth}))
    for day, change in days.items():
        worth *= 1.0 + change
        tracker.apply(Mark(day, worth, {unit.sid: worth}))
        tracker.apply(DayEnd(day + timedelta(hours=4), worth))


def _record(
    path: Path,
    tracker: PerformanceTracker,
    hearing: Hearing,
    source: SourceFile,
    labels: Mapping[str, Label],
    rows: Sequence[Row],
) -> RunRecord:
    told = told_of_tracker(str(path), tracker, **hearing.parts())
    key = digest([source.kind, [dict(sorted(row.items())) for row in rows]])
    origin = Origin(algorithm=path.stem, sources=[source], id=key, labels=labels)
    record = record_of(tracker, told, state_statistics(tracker), origin)
    untested = {"unexplained": None, "max_abs_unexplained": None}
    return replace(record, balance={**record.balance, **untested})
