"""Quantities that are no whole lots, and very large ones: what is left is held, dust is not."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill
from models.ledger.allocation import share_fill
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from models.trades.record import TradeRecord
from tests.booking import book
from tests.scenario import START, Scenario, play, scenarios

QUANTITIES = """
a remainder smaller than half a lot stays open
ACCOUNT USD 10000
STOCK A
HOLDS A 10.4 @ 100
MARK A 100
LEAN SELL 10 A @ 110
=> trade unassigned LONG 10 A 100->110 gross 100
MARK A 110
MARK A 310
=> lots unassigned A 0.4 @ 100
=> unassigned realized 100 unrealized 84

a remainder of a ten-thousandth of a lot stays open
ACCOUNT USD 10000
STOCK A
HOLDS A 10.0001 @ 100
MARK A 100
LEAN SELL 10 A @ 110
=> trade unassigned LONG 10 A 100->110 gross 100
MARK A 310
=> lots unassigned A 0.0001 @ 100
=> unassigned realized 100 unrealized 0.021

what is left of coins after a fee in coins is held
ACCOUNT USDT 10000
COIN SOLUSDT base SOL in USDT lot 0.01
RATE SOL 150
BUY 0.72427 SOLUSDT @ 150 fee 0.00073 in SOL by trend
MARK SOLUSDT 150
LEAN SELL 0.72 SOLUSDT @ 150
=> trade trend LONG 0.72 SOLUSDT 150->150
RATE SOL 600
MARK SOLUSDT 600
=> lots trend SOLUSDT 0.00427 @ 150
=> equity 10001.812

whoever holds a fraction of a lot is not turned over by a liquidation of whole lots
ACCOUNT USD 10000
STOCK A
BUY 0.4 A @ 100 by one
BUY 0.4 A @ 100 by two
BUY 10.2 A @ 100 by three
MARK A 100
LEAN SELL 10.9 A @ 100
=> trade one LONG 0.4 A 100->100
=> trade two LONG 0.4 A 100->100
=> trade three LONG 10.1 A 100->100
MARK A 200
=> lots three A 0.1 @ 100

two lots of many digits close together and leave nothing
ACCOUNT USDT 1000000
COIN DOGEUSDT base DOGE in USDT lot 0.00000001
RATE DOGE 0.1
BUY 534892.14803158 DOGEUSDT @ 0.1 by trend
BUY 157321.11198995 DOGEUSDT @ 0.1 by trend
MARK
SELL 692213.26002153 DOGEUSDT @ 0.1 by trend
=> trade trend LONG 534892.14803158 DOGEUSDT 0.1->0.1
=> trade trend LONG 157321.11198995 DOGEUSDT 0.1->0.1
MARK
=> lots trend DOGEUSDT none

a hundred-millionth of a coin beside a million is held
ACCOUNT USDT 1000000
COIN DOGEUSDT base DOGE in USDT lot 0.00000001
RATE DOGE 0.1
BUY 1000000.12345678 DOGEUSDT @ 0.1 by trend
SELL 999999.12345677 DOGEUSDT @ 0.1 by trend
=> trade trend LONG 999999.12345677 DOGEUSDT 0.1->0.1
MARK
=> lots trend DOGEUSDT 1.00000001 @ 0.1
SELL 1 DOGEUSDT @ 0.1 by trend
=> trade trend LONG 1 DOGEUSDT 0.1->0.1
MARK
=> lots trend DOGEUSDT 0.00000001 @ 0.1
SELL 0.00000001 DOGEUSDT @ 0.1 by trend
=> trade trend LONG 0.00000001 DOGEUSDT 0.1->0.1
=> lots trend DOGEUSDT none
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(QUANTITIES))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)


DOGE = Instrument("DOGE", "DOGEUSDT", SecurityType.CRYPTO, "USDT", lot=1e-8, base="DOGE")


def _round_trips(scale: int, count: int) -> tuple[Ledger, list[TradeRecord]]:
    """Round trips of two buys and three sales in eight decimals, each with a mark when flat."""
    random, ledger = Random(7), Ledger(Books("USDT"))
    book(ledger, DOGE)
    book(ledger, Opening(START, {"USDT": 1e9}, {"USDT": 1.0, "DOGE": 0.1}))
    trades: list[TradeRecord] = []
    time, order, cents = START, 0, 10**8
    for _ in range(count):
        parts = [random.randrange(1, scale * cents) for _ in range(2)]
        first, second = sorted(random.randrange(1, sum(parts)) for _ in range(2))
        sold = [first, second - first, sum(parts) - second]
        for size in [*parts, *(-part for part in sold if part)]:
            order, time = order + 1, time + timedelta(minutes=1)
            fill = Fill(time, order, 1, "DOGE", size / cents, 0.1, tag="strategy=trend")
            for effect in book(ledger, fill) or ():
                trades += effect.trades
        cash = {"USDT": 1e9, "DOGE": 0.0}
        book(ledger, Mark(time, 1e9, {}, {}, cash, rates={"DOGE": 0.1}, holdings={}))
        assert not ledger.books.held
    return ledger, trades


@pytest.mark.parametrize("scale", [1, 1_000, 1_000_000, 50_000_000])
def test_round_trips_of_big_quantities_go_flat(scale: int) -> None:
    """However large the quantities, what is bought and sold in eight decimals leaves nothing."""
    ledger, trades = _round_trips(scale, 40)
    assert not ledger.books.anomalies
    ended = [trade for trade in trades if trade.quantity <= 0]
    assert len(trades) >= 80
    assert ended == []


def test_a_share_is_never_more_than_what_is_held() -> None:
    """Whole lots of a liquidation do not fit those who hold fractions; nobody is turned over."""
    parts = dict(share_fill(-10.4, [("a", 0.4), ("b", 0.4), ("c", 10.0)], False, 1.0))
    assert parts["c"] == -10.0
    assert sum(parts.values()) == pytest.approx(-10.4)
    assert min(parts.values()) >= -10.0
