"""Positions: matching lot by lot, and what stays true whatever is traded."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events.instruments import Instrument, SecurityType
from models.ledger.lots import NEXT_LOT, Execution, Match, Matching
from models.ledger.positions import Position
from models.ledger.terms import Balance, Terms
from tests.laws import close

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


KINDS = {
    "stock": Instrument("S", "S", SecurityType.EQUITY, "USD"),
    "future": Instrument("F", "F", SecurityType.FUTURE, "USD", multiplier=50.0),
    "coin": Instrument("C", "C", SecurityType.CRYPTO, "USD", lot=1e-8, base="BTC"),
    "inverse": Instrument("I", "I", SecurityType.CRYPTO_FUTURE, "USD", 100.0, base="BTC"),
}


# Units an instrument's quantity is divided by; sevenths have more decimals than are kept.
STEPS = {"stock": 1, "future": 1, "coin": 7, "inverse": 1}


def execution(minute: int, quantity: float, price: float, fee: float = 0.0) -> Execution:
    """An execution of its own order, so many minutes after the start."""
    return Execution(START + timedelta(minutes=minute), minute, quantity, price, 1.0, fee)


def traded(
    deals: list[tuple[float, float]], matching: Matching = Matching.FIFO, kind: str = "stock"
) -> tuple[Position, list[Match]]:
    """A position after deals of (quantity, price), each with a fee of 1, and what they closed."""
    position = Position("trend", KINDS[kind])
    closed: list[Match] = []
    for minute, (quantity, price) in enumerate(deals, 1):
        closed += position.trade(execution(minute, quantity, price, 1.0), NEXT_LOT[matching])[0]
    return position, closed


def lots(position: Position) -> list[tuple[float, float]]:
    """Quantity and price of the open lots."""
    return [(lot.quantity, lot.price) for lot in position.lots]


def test_closing_in_parts_takes_the_oldest_lots_first() -> None:
    """100 and 100 bought, 150 and 50 sold are three pieces of 100, 50 and 50."""
    position, closed = traded([(100, 10), (100, 11), (-150, 12), (-50, 13)])
    assert [(piece.quantity, piece.gross) for piece in closed] == [(100, 200), (50, 50), (50, 100)]
    assert [piece.entry_fee for piece in closed] == [1.0, 0.5, 0.5]
    assert [piece.exit_fee for piece in closed] == pytest.approx([2 / 3, 1 / 3, 1.0])
    assert lots(position) == []


def test_closing_in_parts_may_take_the_newest_lots_first() -> None:
    """LIFO takes them the other way round."""
    position, closed = traded([(100, 10), (100, 11), (-150, 12)], Matching.LIFO)
    assert [(piece.quantity, piece.gross) for piece in closed] == [(100, 100), (50, 100)]
    assert lots(position) == [(50, 10)]


def test_an_execution_may_close_and_open() -> None:
    """What exceeds the position opens the other side with its part of the fee."""
    position, closed = traded([(10, 100), (-15, 110)])
    assert [(piece.quantity, piece.gross) for piece in closed] == [(10, 100)]
    assert closed[0].exit_fee == pytest.approx(2 / 3)
    assert lots(position) == [(-5, 110)]
    assert position.lots[0].fee == pytest.approx(1 / 3)
    assert (position.quantity, position.cost, position.average_price) == (-5, -550, 110)


def test_tenths_leave_no_dust() -> None:
    """0.3 less 0.1 less 0.2 is flat, with no lot, quantity or cost left."""
    position, closed = traded([(0.3, 100), (-0.1, 110), (-0.2, 120)], kind="coin")
    assert [piece.quantity for piece in closed] == [0.1, 0.2]
    assert (lots(position), position.quantity, position.cost) == ([], 0.0, 0.0)


@pytest.mark.parametrize("sevenths", [7.0, 7e3, 7e6, 7e8])
def test_more_decimals_than_are_kept_leave_nothing_either(sevenths: float) -> None:
    """However small the quantities, what closes to nothing leaves no lot of nothing."""
    deals = [(-13 / sevenths, 10.0), (1 / sevenths, 10.0), (12 / sevenths, 10.0)]
    position, _ = traded(deals, kind="coin")
    assert (lots(position), position.quantity, position.cost) == ([], 0.0, 0.0)


def test_a_flat_position_has_no_average_price() -> None:
    """It is 0, not an error."""
    assert Position("trend", KINDS["stock"]).average_price == 0.0


def test_an_inverse_contract_earns_by_the_prices_inverse() -> None:
    """In LEAN's sign a long loses when the price rises."""
    position, closed = traded([(10, 50), (10, 100), (-10, 100)], kind="inverse")
    assert [piece.gross for piece in closed] == [pytest.approx(10 * (0.01 - 0.02) * 100)]
    assert position.unrealized(1 / 80) == pytest.approx(10 * (1 / 80 - 1 / 100) * 100)


def test_a_split_scales_lots_and_keeps_their_cost() -> None:
    """Quantities are divided by the factor, prices, worth and arrival multiplied."""
    position = Position("trend", KINDS["stock"])
    position.trade(Execution(START, 1, 10.0, 100.0, 1.0, 3.0, arrival=99.0), 0)
    position.scale(0.5)
    (lot,) = position.lots
    assert (lot.quantity, lot.price, lot.unit_value, lot.arrival, lot.fee) == (20, 50, 50, 49.5, 3)
    assert (position.quantity, position.cost) == (20, 1000)


def test_a_share_gained_by_rounding_costs_nothing() -> None:
    """The newest lot grows and its price falls, so that its cost stays."""
    position, _ = traded([(2, 100), (1, 50)])
    position.grow(1.0)
    assert lots(position) == [(2, 100), (2, 25)]
    assert (position.quantity, position.cost) == (4, 250)


@pytest.mark.parametrize("corrected", ["add_cost", "amend_lot"])
def test_what_marks_left_is_of_the_cost_before_it_was_corrected(corrected: str) -> None:
    """A round trip had its highest and lowest P&L at the cost that the lots had then."""
    found = []
    for leaves in (False, True):
        position, _ = traded([(2, 100)])
        position.lots[0].order_id = 0
        for unit_value in (90.0, 130.0, 110.0):
            position.open_pnl = position.unrealized(unit_value)
            if leaves:
                position.low = min(position.low, unit_value)
                position.high = max(position.high, unit_value)
            else:
                position.see(unit_value)
        if corrected == "add_cost":
            position.add_cost(10.0, position.lots[0].time)
        else:
            position.amend_lot(position.lots[0].time, 105.0)
        found.append(position.state())
    assert found[0] == found[1]


def test_a_fraction_of_less_than_dust_can_be_traded() -> None:
    """What a split leaves of a share closes, however little it is, even from lots as small."""
    position, _ = traded([(1, 100), (1, 100), (1, 100)])
    position.scale(4000)
    pieces, _, _ = position.trade(execution(4, -0.0005, 0.0), 0)
    assert [piece.quantity for piece in pieces] == [0.00025, 0.00025]
    assert lots(position) == [(0.00025, 400_000)]


def test_what_a_float_leaves_of_a_lot_is_no_holding() -> None:
    """A remainder far below the lot size closes with it."""
    position = Position("trend", KINDS["stock"])
    position.trade(execution(1, 233 / 0.1428572, 100.0), 0)
    position.trade(execution(2, -1630.99934760026, 100.0), 0)
    assert (lots(position), position.quantity, position.cost) == ([], 0.0, 0.0)


DEALS = st.lists(
    st.tuples(st.integers(-30, 30).filter(bool), st.integers(100, 5000)), min_size=1, max_size=25
)


@given(DEALS, st.sampled_from(Matching), st.sampled_from(sorted(KINDS)))
def test_a_position_keeps_its_invariants(
    deals: list[tuple[int, int]], matching: Matching, kind: str
) -> None:
    """Lots lie on one side and sum to quantity and cost; money and fees are all accounted for."""
    step, instrument = STEPS[kind], KINDS[kind]
    position, closed = traded(
        [(units / step, cents / 100) for units, cents in deals], matching, kind
    )
    exact = Fraction(sum(units for units, _ in deals), step)
    assert close(position.quantity, float(exact))
    assert sum(lot.quantity for lot in position.lots) == pytest.approx(position.quantity, abs=1e-9)
    assert sum(lot.quantity * lot.unit_value for lot in position.lots) == pytest.approx(
        position.cost, abs=1e-6
    )
    assert all(lot.quantity * position.quantity > 0 for lot in position.lots)
    assert bool(position.lots) == bool(exact)
    paid = sum(units / step * instrument.unit_value(cents / 100) for units, cents in deals)
    gross = sum(piece.gross for piece in closed)
    mark = instrument.unit_value(7.77)
    worth = (float(exact) * mark - paid) * instrument.multiplier
    assert close(gross + position.unrealized(mark), worth)
    fees = sum(piece.entry_fee + piece.exit_fee for piece in closed)
    assert close(fees + sum(lot.fee for lot in position.lots), len(deals))


@given(DEALS, st.sampled_from(Matching))
def test_a_position_restored_is_the_one_saved(
    deals: list[tuple[int, int]], matching: Matching
) -> None:
    """Through JSON and back, to the last digit of every lot."""
    position, _ = traded([(units / 7, cents / 100) for units, cents in deals], matching, "coin")
    position.terms = Terms(1.1, 2.2, 3.3, 4.4, 5.5)
    position.balances["EUR"] = Balance(1.1, 0.3, -0.7)
    saved = json.loads(json.dumps(position.state()))
    restored = Position("trend", KINDS["coin"])
    restored.restore(saved)
    assert restored.state() == position.state()
    late = execution(99, -1.0, 55.0, 0.1)
    assert [piece[1:] for piece in restored.trade(late, 0)[0]] == [
        piece[1:] for piece in position.trade(late, 0)[0]
    ]


def test_the_risk_of_a_tag_is_shared_by_quantity() -> None:
    """Ten units that risk 5 each: four of them that close risked 20."""
    position = Position("trend", KINDS["stock"])
    position.trade(Execution(START, 1, 10.0, 100.0, 1.0, risk=5.0), 0)
    (piece,), _, _ = position.trade(Execution(START, 2, -4.0, 101.0, 1.0), 0)
    assert piece.lot.risk * piece.quantity == 20.0
    assert position.round_trip is not None
    assert position.round_trip.risk == 50.0


def test_a_stop_says_what_lots_without_a_risk_could_lose() -> None:
    """The distance to it; one that is beyond the entry, or comes second, says nothing."""
    position = Position("trend", KINDS["stock"])
    position.trade(Execution(START, 1, 10.0, 100.0, 1.0), 0)
    position.protect(101.0, 1.0)
    position.protect(97.0, 2.0)
    position.protect(90.0, 1.0)
    (lot,) = position.lots
    assert lot.risk == 3.0 * position.instrument.multiplier * 2.0
    assert position.round_trip is not None
    assert position.round_trip.risk == 10.0 * lot.risk


def test_a_split_scales_the_risk() -> None:
    """Twice the shares risk half each."""
    position = Position("trend", KINDS["stock"])
    position.trade(Execution(START, 1, 10.0, 100.0, 1.0, risk=5.0), 0)
    position.scale(0.5)
    assert position.lots[0].risk == 2.5
