"""The LEAN book against scenarios written as text, and against what LEAN made of every recording.

A scenario opens with its grouping, its matching (`any` for both) and what it shows. Then come its
events, one a line and a minute apart unless `at` gives the minute: `BUY 10 @ 100` with `fee`,
`order`, `itm` or `otm` (an exercise's amount) as needed, `MARK 95`, `SPLIT 0.5`; and all the trades
they make, each with the figures that matter: `LONG 10 100>110 profit 100`. What LEAN made of a
recording is on its tape's last line, and for some in files named after grouping and matching.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ledger.lots import Matching
from models.statistics.lean_samples import Exercise
from models.trades.lean_book import Grouping, LeanBook
from models.trades.lean_trade import LeanTrade


class Book(LeanBook):
    """A book that keeps what it closed."""

    def __init__(self, *kind: Any) -> None:
        super().__init__(*kind)
        self.closed: list[LeanTrade] = []

    def fill(self, *given: Any) -> list[LeanTrade]:
        """Book a fill."""
        self.closed += (trades := super().fill(*given))
        return trades


START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)
KINDS = list(itertools.product(Grouping, Matching))

SCENARIOS = """
fill-to-fill any: a trade bears the fees of both its fills
BUY 10 @ 100 fee 1
SELL 10 @ 110 fee 1.5
LONG 10 100>110 profit 100 fees 2.5 won yes orders 1,2

fill-to-fill any: a fill that exceeds the position opens the other way without a fee
BUY 10 @ 100 fee 1
SELL 15 @ 110 fee 1
BUY 5 @ 108 fee 1
LONG 10 100>110 profit 100 fees 2 orders 1,2
SHORT 5 110>108 profit 10 fees 1 orders 2,3 entered 2

fill-to-fill fifo: the oldest lot goes first and takes the closing fee
BUY 10 @ 100 fee 1
BUY 10 @ 105 fee 1
SELL 15 @ 110 fee 1
SELL 5 @ 90 fee 1
LONG 10 100>110 profit 100 fees 2 orders 1,3
LONG 5 105>110 profit 25 fees 1 orders 2,3
LONG 5 105>90 profit -75 fees 1 won no orders 2,4

fill-to-fill lifo: the newest lot goes first
BUY 10 @ 100 fee 1
BUY 10 @ 105 fee 1
SELL 15 @ 110 fee 1
SELL 5 @ 90 fee 1
LONG 10 105>110 profit 50 fees 2 orders 2,3
LONG 5 100>110 profit 50 fees 1 orders 1,3
LONG 5 100>90 profit -50 fees 1 orders 1,4

fill-to-fill any: an order's fee counts on its first fill alone, even if that one has none
BUY 5 @ 100 order 7
BUY 5 @ 100 order 7 fee 2
SELL 5 @ 101 order 8 fee 3
SELL 5 @ 101 order 8 fee 3
LONG 5 100>101 profit 5 fees 3 orders 7,8
LONG 5 100>101 profit 5 fees 0 orders 7,8

fill-to-fill any: one order may open and close a trade
BUY 5 @ 100 order 7 fee 1
SELL 5 @ 100 order 7 fee 1
LONG 5 100>100 profit 0 fees 1 won no orders 7

fill-to-fill any: tenths leave no dust
BUY 0.3 @ 100
SELL 0.1 @ 110
SELL 0.2 @ 120
BUY 1 @ 100
SELL 1 @ 101
LONG 0.1 100>110 profit 1
LONG 0.2 100>120 profit 4
LONG 1 100>101 profit 1

fill-to-fill fifo: tenths over several lots leave no dust
SELL 0.1 @ 100
SELL 0.2 @ 100
SELL 0.7 @ 100
BUY 1 @ 90
SHORT 0.1 100>90 profit 1
SHORT 0.2 100>90 profit 2
SHORT 0.7 100>90 profit 7

fill-to-fill any: half a cent goes to the even one
BUY 1 @ 1
SELL 1 @ 1.015
BUY 1 @ 1
SELL 1 @ 1.145
BUY 1 @ 1.145
SELL 1 @ 1
BUY 1 @ 1
SELL 1 @ 1.1451
LONG 1 1>1.015 profit 0.02
LONG 1 1>1.145 profit 0.14
LONG 1 1.145>1 profit -0.14
LONG 1 1>1.1451 profit 0.15

fill-to-fill any: a split scales lots and excursions, and a short lot gains as prices fall
SELL 10 @ 100 fee 1
MARK 120
MARK 80
SPLIT 0.5
MARK 45
BUY 20 @ 50 fee 1
SHORT 20 50>50 profit 0 fees 2 mae -200 mfe 200 drawdown 200

fill-to-fill any: a split by a tenth, which no double is, gives whole shares
BUY 3 @ 10
SPLIT 10
SPLIT 0.1
SELL 3 @ 11
LONG 3 10>11 profit 3

fill-to-fill fifo: the fraction of a share that a split leaves stays open
BUY 3 @ 70
SPLIT 0.4
SELL 7 @ 30
SELL 1 @ 31
BUY 0.5 @ 31
LONG 7 28>30 profit 14
LONG 0.5 28>31 profit 1.5
SHORT 0.5 31>31 profit 0

fill-to-fill fifo: whole shares sold of lots without an end leave no dust between lots
BUY 53 @ 10
BUY 4 @ 10
BUY 39 @ 10
SPLIT 0.3
SELL 190 @ 3
SELL 130 @ 4
LONG 176.66666666666669 3>3 profit 0
LONG 13.333333333333334 3>3 profit 0
LONG 130 3>4 profit 130

fill-to-fill fifo: lots share the extremes of the position and have their own drawdown
BUY 1 @ 100
MARK 90
MARK 130
BUY 1 @ 120
MARK 110
SELL 2 @ 125
LONG 1 100>125 profit 25 mae -10 mfe 30 drawdown 20
LONG 1 120>125 profit 5 mae -30 mfe 10 drawdown 10

fill-to-fill any: extremes and drawdown start anew where a position turns
BUY 1 @ 100
MARK 50
SELL 2 @ 100
MARK 101
BUY 1 @ 99
LONG 1 100>100 profit 0 mae -50 mfe 0 drawdown 50
SHORT 1 100>99 profit 1 mae -1 mfe 1 drawdown 1

fill-to-fill any: a mark of the last fill's own instant is older than the fill
BUY 1 @ 101 at 5
MARK 100 at 5
MARK 99 at 4
MARK 102 at 6
SELL 1 @ 101 at 7
LONG 1 101>101 profit 0 mae 0 mfe 1 drawdown 1

flat-to-flat any: fills in and out make one trade of averages, with every fee and no excursion
BUY 10 @ 100 fee 1
BUY 30 @ 104 fee 1
MARK 50
SELL 20 @ 110 fee 1
BUY 10 @ 103 fee 1
SELL 30 @ 105 fee 1
LONG 50 103>107 profit 200 fees 5 mae 0 mfe 0 drawdown 0 orders 1,2,4,5,6

flat-to-flat any: a fill that turns the position weighs in full in the exit
SELL 20 @ 100 fee 1
BUY 10 @ 90 fee 1
BUY 30 @ 80 fee 1
SELL 20 @ 85 fee 1
SHORT 20 100>82.5 profit 350 fees 3 orders 1,2,3 entered 1
LONG 20 80>85 profit 100 fees 1 orders 3,4 entered 3

flat-to-flat any: a split scales what came in and what went out
BUY 10 @ 100
SELL 4 @ 110
SPLIT 0.5
SELL 12 @ 60
LONG 20 50>58 profit 160

flat-to-reduced fifo: each reduction is a trade, the first with all fees so far
BUY 10 @ 100 fee 1
BUY 10 @ 110 fee 1
SELL 15 @ 120 fee 1
SELL 5 @ 120 fee 1
LONG 15 103.333333333>120 profit 250 fees 3 mae 0 mfe 0 orders 1,2,3 entered 1
LONG 5 110>120 profit 50 fees 1 orders 2,4 entered 2

flat-to-reduced lifo: a trade dates from the last lot it used up
BUY 10 @ 100 fee 1
BUY 10 @ 110 fee 1
SELL 15 @ 120 fee 1
SELL 2 @ 120 fee 1
LONG 15 106.666666667>120 profit 200 fees 3 orders 1,2,3 entered 2
LONG 2 100>120 profit 40 fees 1 orders 1,4 entered 1

flat-to-reduced any: what exceeds the position opens the other way
SELL 10 @ 100 fee 1
BUY 12 @ 90 fee 1
SELL 2 @ 95 fee 1
SHORT 10 100>90 profit 100 fees 2 orders 1,2
LONG 2 90>95 profit 10 fees 1 orders 2,3

fill-to-fill any: the buyer of an option wins if it gives more than it cost
BUY 1 @ 5
SELL 1 @ 0 itm 6
BUY 1 @ 5
SELL 1 @ 0 itm 4
BUY 1 @ 5
SELL 1 @ 0 otm -6
LONG 1 5>0 profit -5 won yes
LONG 1 5>0 profit -5 won no
LONG 1 5>0 profit -5 won no

flat-to-reduced any: the writer of an option wins if it gives less than it brought
SELL 1 @ 5
BUY 1 @ 0 itm 6
SELL 1 @ 5
BUY 1 @ 0 itm 4
SELL 1 @ 5
BUY 1 @ 0 otm -6
SHORT 1 5>0 profit 5 won no
SHORT 1 5>0 profit 5 won yes
SHORT 1 5>0 profit 5 won yes
"""


class Scenario(NamedTuple):
    """One of the scenarios for one kind of book."""

    grouping: Grouping
    matching: Matching
    events: list[str]
    trades: list[str]


def scenarios() -> Iterator[Any]:
    """Read the scenarios, one for each matching they hold for."""
    for block in SCENARIOS.strip().split("\n\n"):
        head, *lines = block.splitlines()
        kind, title = head.split(": ", 1)
        grouping, matching = kind.split()
        trades = [line for line in lines if line.startswith(("LONG", "SHORT"))]
        events = lines[: len(lines) - len(trades)]
        for choice in Matching if matching == "any" else [Matching(matching)]:
            scenario = Scenario(Grouping(grouping), choice, events, trades)
            yield pytest.param(scenario, id=f"{grouping}-{choice.value}-{title}")


def play(book: LeanBook, events: list[str], first: int = 1) -> None:
    """Feed a scenario's events, the first one in this minute and with this order id."""
    for minute, line in enumerate(events, first):
        word, size, *rest = line.split()
        said = dict(zip(rest[::2], rest[1::2], strict=True))
        time = START + timedelta(minutes=int(said.get("at", minute)))
        if word == "MARK":
            book.mark("A", float(size), time if "at" in said else None)
        elif word == "SPLIT":
            book.split("A", float(size))
        else:
            signed = float(size) if word == "BUY" else -float(size)
            order, price, fee = int(said.get("order", minute)), float(said["@"]), said.get("fee", 0)
            amount = said.get("itm", said.get("otm"))
            exercise = None if amount is None else Exercise("itm" in said, float(amount))
            book.fill("A", order, time, signed, price, float(fee), 1.0, 1.0, exercise)


def shown(trade: LeanTrade, like: str) -> str:
    """Write a trade as scenarios do, with the figures that the line like it has."""
    figures: dict[str, object] = {
        "profit": trade.profit_loss,
        "fees": trade.total_fees,
        "mae": trade.mae,
        "mfe": trade.mfe,
        "drawdown": trade.end_trade_drawdown,
        "won": "yes" if trade.is_win else "no",
        "orders": ",".join(map(str, trade.order_ids)),
        "entered": int((trade.entry_time - START).total_seconds() // 60),
    }
    text = f"{trade.direction} {trade.quantity} {trade.entry_price:.12g}>{trade.exit_price:.12g} "
    text += " ".join(f"{key} {figures[key]}" for key in like.split()[3::2])
    return re.sub(r"\.0\b", "", text)


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_a_scenario_gives_the_trades_written_under_it(scenario: Scenario) -> None:
    """The closed trades are those of the text: no other, and in its order."""
    book = Book(scenario.grouping, scenario.matching)
    play(book, scenario.events)
    likes = itertools.chain(scenario.trades, itertools.repeat(""))
    assert [shown(*pair) for pair in zip(book.closed, likes, strict=False)] == scenario.trades


def test_a_fill_gives_the_trades_it_closed() -> None:
    """A fill returns its own trades alone."""
    book = LeanBook()
    deals = [(1, 2.0, 10.0), (2, 1.0, 11.0), (3, -2.0, 12.0), (4, -1.0, 12.0)]
    given = [book.fill("A", i, START, q, price, 0.0, 1.0, 1.0) for i, q, price in deals]
    made = [[trade.profit_loss for trade in trades] for trades in given]
    assert made == [[], [], [4.0], [1.0]]


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("profit", [5.0, -5.0])
@pytest.mark.parametrize(("amount", "over"), [(6.0, False), (5.0, None), (4.0, True)])
def test_an_exercise_is_won_by_what_it_gives(
    inside: bool, profit: float, amount: float, over: bool | None
) -> None:
    """In the money its value decides and a tie is no win; out of it the writer always wins."""
    exercised = Exercise(inside, amount)
    assert exercised.is_win(-1.0, profit) is (inside and over is False)
    assert exercised.is_win(1.0, profit) is (not inside or over is True)


def test_money_is_at_the_multiplier_and_the_closing_fills_rate() -> None:
    """Profit and excursions are in account currency, at the rate of the closing fill."""
    book = Book()
    book.fill("A", 1, START, 2.0, 10.0, 0.0, 7.0, 100.0)
    book.mark("A", 9.0)
    (trade,) = book.fill("A", 2, START, -2.0, 12.0, 0.0, 0.5, 100.0)
    money = trade.profit_loss, trade.mae, trade.mfe, trade.end_trade_drawdown
    assert money == (200.0, -100.0, 200.0, 100.0)


def test_securities_are_apart() -> None:
    """Neither a fill nor a mark nor a split of one security touches another."""
    book = Book()
    book.fill("A", 1, START, 1.0, 10.0, 0.0, 1.0, 1.0)
    alone = book.state()["positions"]
    book.fill("B", 2, START, -1.0, 10.0, 0.0, 1.0, 1.0)
    book.mark("B", 90.0)
    book.split("B", 0.5)
    book.fill("B", 3, START, 2.0, 10.0, 0.0, 1.0, 1.0)
    assert [trade.symbols for trade in book.closed] == [("B",)]
    assert book.state()["positions"] == alone


@pytest.mark.parametrize("kind", KINDS)
def test_what_moves_nothing_changes_nothing(kind: tuple[Grouping, Matching]) -> None:
    """A fill of zero, and marks and splits of what is not held, leave the book as it was."""
    book = Book(*kind)
    empty = book.state()
    assert book.fill("A", 1, START, 0.0, 10.0, 5.0, 1.0, 1.0) == []
    book.mark("A", 10.0)
    book.split("A", 0.5)
    assert book.state() == empty


@pytest.mark.parametrize(("others", "fees"), [(999, 0.0), (1000, 5.0)])
def test_an_order_is_remembered_for_a_thousand_orders(others: int, fees: float) -> None:
    """An order's second fill pays nothing until a thousand other orders have paid since."""
    book = Book()
    book.fill("A", 0, START, 2.0, 10.0, 0.0, 1.0, 1.0)
    for order in range(1, others + 1):
        book.fill("B", order, START, 1.0, 10.0, 0.0, 1.0, 1.0)
    (trade,) = book.fill("A", 0, START, -2.0, 10.0, 5.0, 1.0, 1.0)
    assert trade.total_fees == fees


EVENTS = [
    "BUY 10 @ 100 fee 1",
    "MARK 97.3",
    "BUY 0.3 @ 101 fee 1 order 1",
    "SELL 0.1 @ 103.7 fee 0.5",
    "SPLIT 0.3",
    "MARK 33.33",
    "BUY 7 @ 34",
    "SELL 12 @ 29 fee 2",
    "SELL 50 @ 31.5 fee 2",
    "MARK 30",
    "SPLIT 2.5",
    "BUY 4 @ 80 itm 3.5",
    "BUY 30 @ 70 order 1 fee 9",
    "SELL 1 @ 75",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", range(len(EVENTS) + 1))
def test_a_restored_book_goes_on_as_the_one_saved(
    kind: tuple[Grouping, Matching], cut: int
) -> None:
    """Saved as JSON after any event and restored, a book ends with the same trades and state."""
    whole, early, late = (Book(*kind) for _ in range(3))
    play(whole, EVENTS)
    play(early, EVENTS[:cut])
    play(late, ["BUY 1 @ 1"])
    late.restore(json.loads(json.dumps(early.state())))
    assert late.state() == early.state()
    play(late, EVENTS[cut:], cut + 1)
    assert early.closed + late.closed == whole.closed
    assert late.state() == whole.state()


def test_a_trade_is_json_as_on_a_tape() -> None:
    """A trade's JSON has the keys of a tape's closed trades, in order, and reads back equal."""
    book = Book()
    play(book, EVENTS[:4])
    values = book.closed[0].to_dict()
    assert json.dumps(values) == (
        '{"symbols": ["A"], "entry_time": "2024-01-02T14:31:00+00:00", "entry_price": 100.0, '
        '"direction": "LONG", "quantity": 0.1, "exit_time": "2024-01-02T14:34:00+00:00", '
        '"exit_price": 103.7, "profit_loss": 0.37, "total_fees": 1.5, "mae": -0.27, "mfe": 0.37, '
        '"end_trade_drawdown": 0.27, "is_win": true, "order_ids": [1, 4]}'
    )
    assert LeanTrade.from_dict(json.loads(json.dumps(values))) == book.closed[0]


@pytest.mark.parametrize("kind", KINDS[1:])
def test_a_book_of_another_kind_is_refused(kind: tuple[Grouping, Matching]) -> None:
    """A state of another grouping or matching raises, and the book stays as it was."""
    book = Book()
    play(book, EVENTS)
    before = book.state()
    with pytest.raises(ValueError, match=r"(grouping|matching) is .*, and this book's is"):
        book.restore(Book(*kind).state())
    assert book.state() == before


DEALS = st.lists(
    st.tuples(st.integers(-40, 40).filter(bool), st.integers(1, 5000)), min_size=1, max_size=30
)


@given(DEALS, st.sampled_from([1.0, 10.0, 1000.0]), st.sampled_from(Matching))
def test_profits_add_up_to_the_cash(
    deals: list[tuple[int, int]], parts: float, matching: Matching
) -> None:
    """Once all is sold, the trades' profits are the cash the fills left, to half a cent a trade."""
    deals = [*deals, (-sum(units for units, _ in deals), 77)]
    for grouping in (Grouping.FILL_TO_FILL, Grouping.FLAT_TO_REDUCED):
        book = Book(grouping, matching)
        for order, (units, cents) in enumerate(deals):
            book.fill("A", order, START, units / parts, cents / 100, 0.0, 1.0, 1.0)
        cash = -sum(units / parts * cents / 100 for units, cents in deals)
        profit = sum(trade.profit_loss for trade in book.closed)
        assert abs(profit - cash) <= 0.005 * len(book.closed) + 1e-6
        assert all(trade.quantity >= 1 / parts for trade in book.closed)
        assert book.state()["positions"] == {}


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


@pytest.mark.parametrize("name", sorted(RECORDINGS))
def test_leans_own_trades(name: str) -> None:
    """The fills of a recording make LEAN's trades, to the cent and in its order."""
    replay = default_kind(name)
    assert differences(replay.ours, replay.theirs)[:5] == []


@pytest.mark.parametrize("name", sorted(RECORDINGS))
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
