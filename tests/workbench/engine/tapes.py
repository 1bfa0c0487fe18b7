"""Small tapes for tests: each function is one line with every field it needs, `changes` on top.

`tape` writes lines to a folder as a recording and reads it; `play` runs an algorithm over them. The
clock is one day, 2 January 2020, in New York: the run starts at its midnight, 05:00 UTC.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.engine.faults import Faults
from workbench.engine.tape import TAPE_NAME, Tape, read_tape

Line = dict[str, Any]

STOCK = "AAA R735QTJ8XC9X"
OPTION = f"AAA W6NBKMCABGLI|{STOCK}"
FUTURE = "ES VP274HSU1AF5"
COIN = "BTCEUR 2XR"


def utc(clock: str, day: str = "2020-01-02") -> str:
    """The ISO time of a clock time in UTC, e.g. `14:30`."""
    return f"{day}T{clock}:00+00:00"


def start(**changes: Any) -> Line:
    """A start line: 1,000 dollars, at midnight in New York."""
    line = {
        "type": "start", "utc": utc("05:00"), "algorithm": "Test", "live": False,
        "account_currency": "USD", "cash": {"USD": [1000.0, 1.0]}, "tpv": 1000.0,
        "time_zone": "America/New_York", "start": "2020-01-02T00:00:00",
        "end": "2020-01-02T23:59:59.999999",
    }  # fmt: skip
    return line | changes


def security(sid: str = STOCK, clock: str = "14:30", **changes: Any) -> Line:
    """A stock's security line."""
    line = {
        "type": "security", "utc": utc(clock), "sid": sid, "ticker": "AAA", "kind": "EQUITY",
        "market": "usa", "multiplier": 1.0, "lot": 1.0, "tick": 0.01, "magnifier": 1.0,
        "quote": "USD", "normalization": "RAW", "leverage": 2.0,
        "exchange_tz": "America/New_York", "interest_model": "NullMarginInterestRateModel",
        "settlement_model": "ImmediateSettlementModel",
    }  # fmt: skip
    return line | changes


def option(clock: str = "14:30", **changes: Any) -> Line:
    """An option on the stock."""
    terms: Line = {
        "ticker": "AAA   200117C00100000", "kind": "OPTION", "multiplier": 100.0, "strike": 100.0,
        "right": "CALL", "style": "AMERICAN", "expiry": "2020-01-17T00:00:00", "underlying": STOCK,
    }  # fmt: skip
    return security(OPTION, clock, **terms | changes)


def future(clock: str = "14:30", **changes: Any) -> Line:
    """A futures contract."""
    terms: Line = {
        "ticker": "ES20H20", "kind": "FUTURE", "multiplier": 50.0, "expiry": "2020-03-20T13:30:00",
        "settlement_model": "FutureSettlementModel", "exchange_tz": "America/Chicago",
    }  # fmt: skip
    return security(FUTURE, clock, **terms | changes)


def coin(clock: str = "14:30", **changes: Any) -> Line:
    """A coin that trades in euros."""
    terms: Line = {"ticker": "BTCEUR", "kind": "CRYPTO", "quote": "EUR", "exchange_tz": "UTC"}
    return security(COIN, clock, **terms | changes)


def order(clock: str = "14:31", sid: str = STOCK, **changes: Any) -> Line:
    """A fill: 10 bought at 50, one dollar of fee."""
    line = {
        "type": "order", "utc": utc(clock), "sid": sid, "event": 2, "order": 1, "t": utc(clock),
        "status": "FILLED", "direction": "BUY", "fill_price": 50.0, "fill_currency": "USD",
        "fill_qty": 10.0, "qty": 10.0, "fee": 1.0, "fee_currency": "USD", "fee_account": 1.0,
        "limit": None, "stop": None, "trigger": None, "assignment": False, "itm": False,
        "message": "", "order_type": "MARKET", "tag": "strategy=a", "order_qty": 10.0,
        "created": utc("14:30"), "bid": 49.5, "ask": 50.5, "last": 50.0, "group": None,
        "group_count": None, "rate": 1.0, "price": 50.25, "position": 10.0, "tpv": 1001.5,
        "cash": {"USD": [499.0, 1.0]},
    }  # fmt: skip
    return line | changes


def mark(clock: str = "14:32", **changes: Any) -> Line:
    """A mark that says only what it is given."""
    return {"type": "mark", "utc": utc(clock)} | changes


def day(clock: str = "05:00", date: str = "2020-01-02", **changes: Any) -> Line:
    """A midnight of New York."""
    line = {
        "type": "day", "utc": utc(clock, date), "time": f"{date}T00:00:00", "tpv": 1000.0,
        "benchmark": 320.0, "risk_free": 0.02, "sale_volume": 0.0,
    }  # fmt: skip
    return line | changes


def corporate(kind: str, clock: str = "14:32", sid: str = STOCK, **changes: Any) -> Line:
    """A split, dividend, delisting or symbol_changed line."""
    fields: dict[str, Line] = {
        "split": {"kind": "SPLIT_OCCURRED", "factor": 0.5, "reference": 50.0},
        "dividend": {"distribution": 0.25, "reference": 50.0},
        "delisting": {"kind": "WARNING"},
        "symbol_changed": {"old": "AAA", "new": "BBB"},
    }
    return {"type": kind, "utc": utc(clock), "sid": sid} | fields[kind] | changes


def end(clock: str = "21:00", **changes: Any) -> Line:
    """An end line that tells more than an algorithm may see."""
    line = {
        "type": "end", "utc": utc(clock), "tpv": 7777.0, "cash": {"USD": [7777.0, 1.0]},
        "total_fees": 7.0, "total_profit": 7.0, "total_net_profit": 7.0, "unrealized": 7.0,
        "sale_volume": 7777.0, "trading_days_per_year": 365.0, "risk_free": 0.03,
        "benchmark": 333.0, "closed_trades": [],
    }  # fmt: skip
    return line | changes


def write(folder: Path, lines: Iterable[Line | str]) -> Path:
    """Write lines, or raw text in their place, as the recording `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    packed = gzip.compress("".join(f"{text}\n" for text in texts).encode())
    (folder / TAPE_NAME).write_bytes(packed)
    return folder


def tape(folder: Path, *lines: Line) -> Tape:
    """Write and open a recording; a start and an end are put around lines that have none."""
    first = () if lines and lines[0]["type"] == "start" else (start(),)
    last = () if lines and lines[-1]["type"] == "end" else (end(),)
    return read_tape(write(folder / "recording", (*first, *lines, *last)))


def engine(
    folder: Path,
    algorithm: type[RecordedAlgorithm] | None,
    *lines: Line,
    faults: Faults = Faults(),  # noqa: B008 - a frozen value
) -> RecordedEngine:
    """An engine about to play the lines."""
    return RecordedEngine(tape(folder, *lines), algorithm, store=folder / "store", faults=faults)


def play(
    folder: Path,
    algorithm: type[RecordedAlgorithm] | None,
    *lines: Line,
    faults: Faults = Faults(),  # noqa: B008 - a frozen value
) -> RecordedEngine:
    """An engine that has played the lines to their end."""
    played = engine(folder, algorithm, *lines, faults=faults)
    played.run()
    return played
