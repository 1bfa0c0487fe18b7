"""Fills of LEAN's book by hand, and the trades written under them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from models.ledger.lots import Matching
from models.statistics.lean_samples import Exercise
from models.trades.lean_book import Grouping, LeanBook
from models.trades.lean_trade import LeanTrade

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
