"""LEAN's book against the trades that LEAN closed in recordings."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from models.ledger.lots import Matching
from models.statistics.lean_samples import Exercise
from models.trades.lean_book import Grouping, LeanBook
from models.trades.lean_trade import LeanTrade
from tests.models.trades.lean_scenarios import (
    Book,
)

ROOT = Path(__file__).resolve().parents[3]
# Securities LEAN's builder saw prices of that no tape has: SPY, as the benchmark's own feed of it
# is adjusted and finer than the algorithm's; and those with quotes and trades in one instant.
UNSEEN = {
    "cash-account": {"SPY"},
    "cash-flows": {"SPY"},
    "crypto-future-funding": {"ADAUSDT", "BTCUSD"},
    "euro-futures": {"ES"},
    "futures-2700-fills": {"ES", "GC"},
    "futures-roll": {"ES"},
    "macd-eleven-years": {"SPY"},
    "opposed-futures": {"ES"},
    "option-combos": {"GOOCV"},
    "splits-and-shorts": {"SPY"},
    "three-strategies": {"SPY"},
    "three-strategies-23y": {"AAPL", "SPY"},
}


def found() -> dict[str, Path]:
    """Find the recordings by name, those kept beside the project where it has none of that name."""
    places = ROOT.parent / "shared" / "recordings", ROOT / "recordings"
    tapes = (tape for place in places for tape in sorted(place.glob("*/tape.jsonl.gz")))
    return {tape.parent.name: tape.parent for tape in tapes}


RECORDINGS = found()
EXCURSIONS = ("mae", "mfe", "end_trade_drawdown")


class Replay(NamedTuple):
    """The trades a book made of a recording, and LEAN's own of the default kind."""

    name: str
    ours: list[LeanTrade]
    theirs: list[LeanTrade]


def exercise(order: dict[str, Any], security: dict[str, Any]) -> Exercise | None:
    """Read from an order line if it is the option's leg of an exercise, and of what amount."""
    if order["order_type"] != "OPTION_EXERCISE" or "strike" not in security:
        return None
    stated = re.search(r"Underlying: (\d+\.?\d*)", order["message"])
    assert stated, order["message"]
    payoff = float(stated[1]) - security["strike"]
    worth = abs(order["fill_qty"]) * security["multiplier"] * order["rate"]
    return Exercise(order["itm"], worth * (payoff if security["right"] == "CALL" else -payoff))


def order_line(book: LeanBook, line: dict[str, Any], security: dict[str, Any]) -> None:
    """Show the book an order line's price, and its fill if it has one."""
    sid, time = line["sid"], datetime.fromisoformat(line["utc"])
    book.mark(sid, line["price"], time)
    if line["status"] in {"FILLED", "PARTIALLY_FILLED"} and line["fill_qty"]:
        size, price, fee = line["fill_qty"], line["fill_price"], line["fee_account"]
        terms = line["rate"], security["multiplier"], exercise(line, security)
        book.fill(sid, line["order"], time, size, price, fee, *terms)


def replayed(name: str, grouping: Grouping, matching: Matching) -> Replay:
    """Play a recording into a book, and read LEAN's closed trades from the tape's end."""
    book, securities, theirs = Book(grouping, matching), {}, None
    with gzip.open(RECORDINGS[name] / "tape.jsonl.gz", "rt", encoding="utf-8") as tape:
        for line in map(json.loads, tape):
            match line["type"]:
                case "security":
                    securities[line["sid"]] = line
                case "order":
                    order_line(book, line, securities[line["sid"]])
                case "mark":
                    time = datetime.fromisoformat(line["utc"])
                    for sid, held in line.get("h", {}).items():
                        book.mark(sid, held[1], time)
                case "split" if line["kind"] == "SPLIT_OCCURRED":
                    security = securities[line["sid"]]
                    if (security["kind"], security["normalization"]) == ("EQUITY", "RAW"):
                        book.split(line["sid"], line["factor"])
                case "end":
                    theirs = [LeanTrade.from_dict(trade) for trade in line["closed_trades"]]
    assert theirs is not None
    return Replay(name, book.closed, theirs)


@lru_cache(maxsize=1)
def default_kind(name: str) -> Replay:
    """A recording in a book of LEAN's default kind."""
    return replayed(name, Grouping.FILL_TO_FILL, Matching.FIFO)


def differences(ours: list[LeanTrade], theirs: list[LeanTrade]) -> list[str]:
    """Name what differs between trades, their excursions left out."""
    room = {"entry_price": 1e-12, "exit_price": 1e-12, "quantity": 1e-9}
    found = [] if len(ours) == len(theirs) else [f"{len(ours)} trades, not {len(theirs)}"]
    for number, pair in enumerate(zip(ours, theirs, strict=False)):
        for name in (field for field in LeanTrade._fields if field not in EXCURSIONS):
            one, other = (getattr(trade, name) for trade in pair)
            if one == other or (name == "total_fees" and abs(one - other) < 1e-6):
                continue
            if name not in room or abs(one - other) > room[name] * abs(other):
                found.append(f"{number} {name}: {one}, not {other}")
    return found


def test_there_are_recordings() -> None:
    """The tests against LEAN have something to compare with."""
    assert RECORDINGS


@pytest.mark.parametrize("name", sorted({*RECORDINGS} - {"three-strategies-23y"}))
def test_leans_own_trades(name: str) -> None:
    """The fills of a recording make LEAN's trades, to the cent and in its order."""
    replay = default_kind(name)
    assert differences(replay.ours, replay.theirs)[:5] == []


@pytest.mark.parametrize("name", sorted({*RECORDINGS} - {"three-strategies-23y"}))
def test_excursions_are_leans_as_far_as_prices_were_seen(name: str) -> None:
    """No excursion is wider than LEAN's, and those of securities seen in full are equal."""
    replay = default_kind(name)
    unseen = UNSEEN.get(replay.name, set())
    for our, their in zip(replay.ours, replay.theirs, strict=True):
        ticker = our.symbols[0].split()[0]
        for figure in EXCURSIONS:
            one, other = getattr(our, figure), getattr(their, figure)
            assert one == other or (ticker in unseen and abs(one) < abs(other)), (our, their)


@pytest.mark.parametrize(
    "path", sorted(path for place in RECORDINGS.values() for path in place.glob("closed-trades.*"))
)
def test_leans_trades_of_every_kind(path: Path) -> None:
    """Where LEAN ran with all six kinds of builder, each kind of book makes the same trades."""
    _, grouping, matching, *_ = path.name.split(".")
    ours = replayed(path.parent.name, Grouping[grouping], Matching[matching]).ours
    with gzip.open(path, "rt", encoding="utf-8") as file:
        theirs = [LeanTrade.from_dict(trade) for trade in json.load(file)]
    assert differences(ours, theirs)[:5] == []
    for figure in EXCURSIONS:
        assert [getattr(t, figure) for t in ours] == [getattr(t, figure) for t in theirs]
