"""What happens while LEAN is stopped, at random, against the account that LEAN would keep.

A draw is a scenario as text. All laws are asserted at each mark by `tests.scenario`; here it is
asserted that what can be told is told right: no trade, split or coin becomes a flow.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.ledger.test_ledger_properties import MARKETS, Sids, cents, orders, stages
from tests.scenario import Player


class Kind(NamedTuple):
    """An instrument that is traded alone.

    Attributes:
        definition: Its lines.
        sid: Its name.
        step: What its quantities are counted in.
        middle: A usual price, in cents.
    """

    definition: tuple[str, ...]
    sid: str
    step: Fraction
    middle: int


KINDS = (
    Kind(("STOCK AAPL",), "AAPL", Fraction(1), 20_000),
    Kind(("STOCK SAP in EUR", "RATE EUR 1.07"), "SAP", Fraction(1), 9_000),
    Kind(("FUTURE ES x 50",), "ES", Fraction(1), 410_000),
    Kind(("FUTURE FDAX in EUR x 25", "RATE EUR 1.07"), "FDAX", Fraction(1), 150_000),
    Kind(("CFD DE30 in EUR lot 0.1", "RATE EUR 1.07"), "DE30", Fraction(1, 10), 150_000),
    Kind(("PERP ADAUSDT base ADA in USDT", "RATE USDT 1"), "ADAUSDT", Fraction(1), 4_000),
    Kind(("CFD FR40 in EUR settles account", "RATE EUR 1.07"), "FR40", Fraction(1), 150_000),
)
ACCOUNT = "ACCOUNT USD 1000000 EUR 100000 USDT 50000 live yes"


def text(number: Fraction) -> str:
    """A quantity, exactly, in decimals."""
    return f"{float(number):.1f}"


def price_near(draw: st.DrawFn, middle: int) -> str:
    """A price within 9 % of a usual one: from one to another it is less than a fifth."""
    return draw(cents(middle * 91 // 100, middle * 109 // 100))


@st.composite
def held(draw: st.DrawFn) -> tuple[list[str], Kind, Fraction]:
    """Lines after which two strategies hold an instrument on one side, and how much."""
    kind = draw(st.sampled_from(KINDS))
    side = draw(st.sampled_from(["BUY", "SELL"]))
    one, two = draw(st.integers(1, 400)) * kind.step, draw(st.integers(0, 400)) * kind.step
    lines = [ACCOUNT, *kind.definition]
    for quantity, name in ((one, "one"), (two, "two")):
        if quantity:
            price = price_near(draw, kind.middle)
            lines.append(f"{side} {text(quantity)} {kind.sid} @ {price} by {name}")
    lines.append(f"MARK {kind.sid} {price_near(draw, kind.middle)}")
    return lines, kind, (one + two) * (1 if side == "BUY" else -1)


def played(lines: list[str]) -> Player:
    """Play a scenario to its end."""
    player = Player()
    for line in lines:
        player.play(line)
    return player


@settings(max_examples=120)
@given(held(), st.data())
def test_what_shrank_is_told_by_its_cash(
    found: tuple[list[str], Kind, Fraction], data: st.DataObject
) -> None:
    """All that closed, closed at the broker's price, and no cash is a flow."""
    lines, kind, quantity = found
    steps = int(abs(quantity) / kind.step)
    part = data.draw(st.integers(1, steps)) * kind.step
    side, price = (
        ("SELL" if quantity > 0 else "BUY"),
        data.draw(cents(kind.middle * 91 // 100, kind.middle * 109 // 100)),
    )
    last = data.draw(cents(kind.middle * 91 // 100, kind.middle * 109 // 100))
    stop = ["STOPPED", f"OUTSIDE {side} {text(part)} {kind.sid} @ {price}"]
    player = played([*lines, *stop, f"MARK {kind.sid} {last}"])
    assert player.ledger.flows == []
    assert sum(trade.quantity for trade in player.trades) == pytest.approx(float(part))
    for trade in player.trades:
        assert trade.exit_price == pytest.approx(float(price), rel=1e-7)
        assert trade.exit_reason == "outside"


@settings(max_examples=120)
@given(held(), st.integers(1, 500), st.data())
def test_what_grew_was_bought_at_what_the_average_price_says(
    found: tuple[list[str], Kind, Fraction], steps: int, data: st.DataObject
) -> None:
    """What is new is nobody's, at its price, and later closings bring no flow."""
    lines, kind, quantity = found
    side, other = ("BUY", "SELL") if quantity > 0 else ("SELL", "BUY")
    part = steps * kind.step
    prices = [data.draw(cents(kind.middle * 91 // 100, kind.middle * 109 // 100)) for _ in range(4)]
    player = played(
        [
            *lines,
            "STOPPED",
            f"OUTSIDE {side} {text(part)} {kind.sid} @ {prices[0]}",
            f"MARK {kind.sid} {prices[1]}",
            f"LEAN {other} {text(part)} {kind.sid} @ {prices[2]}",
            f"MARK {kind.sid} {prices[3]}",
            f"LIQUIDATE {kind.sid} @ {prices[1]}",
            "MARK",
        ]
    )
    assert player.ledger.flows == []
    found_lots = [trade for trade in player.trades if trade.strategy == "unassigned"]
    for trade in found_lots:
        assert trade.entry_price == pytest.approx(float(prices[0]), rel=1e-9)


RATIOS = ("1/2", "1/3", "1/20", "2/3", "4/5", "10/11", "20/21", "5", "10", "25", "3/2")


@settings(max_examples=150)
@given(
    st.lists(st.integers(1, 900), min_size=1, max_size=3),
    st.sampled_from(RATIOS),
    st.booleans(),
    cents(200, 90_000),
)
def test_a_split_is_told_by_quantity_and_average_price(
    sizes: list[int], ratio: str, short: bool, price: str
) -> None:
    """The lots are scaled, the fraction is settlement, and nothing flows."""
    factor, side = Fraction(ratio), "SELL" if short else "BUY"
    lines = ["ACCOUNT USD 1000000 live yes", "STOCK V"]
    lines += [f"{side} {size} V @ {price} by s{at}" for at, size in enumerate(sizes)]
    whole = int(sum(sizes) / factor)
    if not whole:
        return
    after = f"{float(Fraction(price) * factor):.4f}"
    player = played([*lines, f"MARK V {price}", "STOPPED", f"OUTSIDE SPLIT V {ratio}"])
    player.play(f"MARK V {after}")
    books = player.ledger.books
    assert player.ledger.flows == []
    assert abs(books.holdings["V"].quantity) == whole
    exact = sum(sizes) / factor
    paid = float((exact - whole) * Fraction(price) * factor) * (-1 if short else 1)
    assert player.ledger.total().settlement == pytest.approx(paid, abs=1e-4)
    assert all(trade.exit_reason == "split" for trade in player.trades)
    for _, position in books.holders("V"):
        for lot in position.lots:
            expected = float(Fraction(price) * factor)
            assert lot.price == pytest.approx(expected, rel=1e-3, abs=1e-3) or len(sizes) > 1


@settings(max_examples=100)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=3), st.integers(0, 10**9), st.data())
def test_coins_that_come_back_as_cash_are_held(
    sizes: list[int], sold: int, data: st.DataObject
) -> None:
    """In satoshis: who held them holds them, less what the broker sold for cash."""
    prices = [data.draw(cents(9_100, 10_900)) for _ in range(4)]
    amounts = [Fraction(size, 10**8) for size in sizes]
    sold = min(sold, sum(sizes))
    lines = [
        "ACCOUNT USD 1000000 live yes",
        "COIN XYZUSD base XYZ in USD lot 0.00000001",
        f"RATE XYZ {prices[0]}",
        *(f"BUY {float(a):.8f} XYZUSD @ {prices[1]} by s{at}" for at, a in enumerate(amounts)),
        "MARK",
        "STOPPED",
    ]
    if sold:
        lines.append(f"OUTSIDE SELL {sold / 10**8:.8f} XYZUSD @ {prices[2]}")
    lines += ["COINS XYZUSD", f"RATE XYZ {prices[3]}", "MARK"]
    player = played(lines)
    assert player.ledger.flows == []
    left = (sum(sizes) - sold) / 10**8
    assert player.ledger.books.holdings["XYZUSD"].quantity == pytest.approx(left, abs=1e-11)
    if left:
        player.play(f"LIQUIDATE XYZUSD @ {prices[0]}")
        player.play("MARK")
        assert player.ledger.flows == []


@st.composite
def stops(draw: st.DrawFn) -> list[str]:
    """Orders over every kind of instrument, and stops with broker's trades and deposits."""
    stage, sids = draw(stages())
    stage[0] = stage[0].replace(" matching", " live yes matching")
    lines = list(stage)
    for _ in range(draw(st.integers(1, 3))):
        lines += draw(st.lists(orders(sids), min_size=1, max_size=6))
        lines += ["MARK", "STOPPED"]
        lines += _outside(draw, sids)
        lines.append("MARK")
    return [*lines, "MARK", "MARK"]


def _outside(draw: st.DrawFn, sids: Sids) -> list[str]:
    """What happens while LEAN is stopped."""
    trades = draw(st.lists(orders(sids, shared=False), max_size=3))
    lines = [f"OUTSIDE {order}" for order in trades]
    if draw(st.booleans()):
        lines.append(f"DEPOSIT USD {draw(cents(-50_000, 50_000))}")
    if "AAPL" in sids and draw(st.booleans()):
        lines.append(f"OUTSIDE SPLIT AAPL {draw(st.sampled_from(RATIOS))}")
    return lines


@settings(max_examples=150)
@given(stops())
def test_the_books_balance_over_any_stop(lines: list[str]) -> None:
    """Whatever happened, every law holds at the first mark after it and at all later ones."""
    player = played(lines)
    assert "unexplained money" not in player.ledger.books.anomaly_counts
    assert set(player.ledger.books.holdings) == {*MARKETS, "SPX"}
