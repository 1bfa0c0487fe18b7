"""Structures as a user asks for them, hears of them and saves them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.errors import CallError, StateError, UnknownStrategyError
from models.events.account import Mark
from models.events.instruments import Instrument, SecurityType
from models.events.orders import OrderType
from models.performance_tracker import PerformanceTracker
from models.settings import Settings
from models.structures.record import StructureRecord
from models.tracker.notices import Notice
from tests.models.tracker.feeds import MINUTE, NOON, fill, tracker

SECOND = timedelta(seconds=1)
PUT = Instrument(
    "P", "P140", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=140.0, right="PUT"
)


def leg(order_id: int, sid: str, quantity: float, price: float, **given: Any) -> Any:
    """A fill of an option."""
    return fill(order_id, quantity, price, sid=sid, **given)


def sold_strangle(made: PerformanceTracker, **given: Any) -> None:
    """Sell a call at 2 and a put at 1, and mark them at that."""
    made.apply(PUT)
    made.apply(leg(1, "C", -1.0, 2.0, **given))
    made.apply(leg(2, "P", -1.0, 1.0, **given))
    made.apply(Mark(NOON + 2 * MINUTE, prices={"C": 2.0, "P": 1.0}))


def bought_back(made: PerformanceTracker) -> None:
    """Buy both back at half the price."""
    made.apply(leg(11, "C", 1.0, 1.0))
    made.apply(leg(12, "P", 1.0, 0.5))


def test_open_structures_tell_profit_risk_and_distance() -> None:
    """At the last mark, with the underlying's price that is told, or else held."""
    made = tracker()
    sold_strangle(made)
    made.apply(Mark(NOON + 3 * MINUTE, prices={"C": 1.5, "P": 1.0}))
    (found,) = made.structures()
    assert (found.label, found.gross_pnl) == ("strangle (credit)", 50.0)
    assert (found.max_risk, found.max_profit, found.kept) == (None, 300.0, 50.0 / 300.0)
    assert [each.distance for each in found.legs] == [None, None]
    (found,) = made.structures("trend", prices={"S": 145.0})
    assert [each.distance for each in found.legs] == [-5.0, 5.0]
    assert not found.is_closed


def test_closed_structures_are_found_by_strategy_symbol_time_and_number() -> None:
    """A structure is found by its underlying's ticker and by that of each leg."""
    made = tracker()
    sold_strangle(made)
    bought_back(made)
    (found,) = made.trades(book="structures")
    assert isinstance(found, StructureRecord)
    for symbol in ("STOCK", "S", "C150", "P140", "P"):
        assert made.trades(book="structures", symbol=symbol) == [found]
    assert made.trades("trend", book="structures", since=found.closed, limit=5) == [found]
    assert made.trades(book="structures", symbol="X") == []
    assert made.trades(book="structures", limit=0) == []
    assert made.trades(book="structures", since=NOON + 13 * MINUTE) == []
    assert found.net_pnl == 150.0
    assert made.structures() == []


def test_wrong_questions_are_refused() -> None:
    """The texts say what there is."""
    made = tracker()
    with pytest.raises(UnknownStrategyError):
        made.structures("nobody")
    with pytest.raises(UnknownStrategyError):
        made.trades("nobody", book="structures")
    with pytest.raises(CallError, match="limit"):
        made.trades(book="structures", limit=-1)
    for ask in (made.trades, made.trade_statistics):
        with pytest.raises(CallError, match="lots, positions and structures"):
            ask(book="wheels")


def test_listeners_hear_of_a_structure_that_closed() -> None:
    """Once, when the last of it is closed, after the trade that closed it."""
    made, heard = tracker(), list[Notice]()
    made.add_listener(heard.append, "structure closed", "trade closed")
    sold_strangle(made)
    bought_back(made)
    assert [notice.kind.value for notice in heard] == [
        "trade closed", "trade closed", "structure closed",
    ]  # fmt: skip
    assert heard[-1].record == made.trades(book="structures")[0]
    assert (heard[-1].strategy, heard[-1].time) == ("trend", NOON + 12 * MINUTE)


def test_statistics_are_of_the_book_that_is_asked() -> None:
    """One strangle is two lots, two positions and one structure."""
    made = tracker()
    sold_strangle(made)
    bought_back(made)
    counts = [
        made.trade_statistics(book=book).trades for book in ("lots", "positions", "structures")
    ]
    assert counts == [2, 2, 1]
    whole = made.trade_statistics(book="structures")
    assert (whole.win_rate, whole.net_pnl, whole.first_entry) == (1.0, 150.0, NOON + MINUTE)
    assert list(made.trade_groups("underlying", book="structures")) == ["STOCK"]


def test_no_more_closed_structures_are_kept_than_trades() -> None:
    """The figures count those that left memory."""
    made = tracker(Settings(keep_trades=2))
    for number in range(1, 8, 2):
        made.apply(leg(number, "C", -1.0, 2.0))
        made.apply(leg(number + 1, "C", 1.0, 1.0))
    assert [each.structure_id for each in made.trades(book="structures")] == ["s3", "s4"]
    assert made.trade_statistics(book="structures").trades == 4


def test_a_state_says_what_is_open_and_what_closed() -> None:
    """A restored tracker answers and goes on as the one that was saved."""
    made, other = tracker(), PerformanceTracker()
    sold_strangle(made)
    bought_back(made)
    made.apply(leg(20, "C", -1.0, 2.0, group=5, order_type=OrderType.COMBO_MARKET))
    other.restore(json.loads(json.dumps(made.state())))
    assert other.trades(book="structures") == made.trades(book="structures")
    assert other.structures() == made.structures()
    assert [each.group for each in other.structures()] == ["#5"]
    for each in (made, other):
        each.apply(leg(21, "P", -1.0, 1.0, group=5, order_type=OrderType.COMBO_MARKET))
        each.apply(Mark(NOON + 22 * MINUTE, prices={"C": 2.0, "P": 1.0}))
    assert other.structures() == made.structures()
    assert [each.name for each in made.structures()] == ["strangle"]
    assert other.state()["structures"] == made.state()["structures"]


def test_a_state_without_structures_tells_open_lots_together() -> None:
    """As a state was that an earlier version saved."""
    made, other = tracker(), PerformanceTracker()
    sold_strangle(made)
    state = json.loads(json.dumps(made.state()))
    del state["structures"]
    other.restore(state)
    other.apply(Mark(NOON + 3 * MINUTE, prices={"C": 2.0, "P": 1.0}))
    assert [each.label for each in other.structures()] == ["strangle (credit)"]


def test_an_account_without_options_and_groups_has_no_structures() -> None:
    """Nothing is looked at and nothing is saved until an order names a group."""
    made = PerformanceTracker()
    made.open_trade("A", 1, 10.0, time=NOON)
    assert made.state()["structures"] is None
    assert not made.structures()
    made.open_trade("B", 1, 10.0, tag="group=pair", time=NOON + MINUTE)
    made.open_trade("C", 1, 20.0, direction="short", tag="group=pair", time=NOON + MINUTE)
    (pair,) = made.structures()
    assert (pair.name, pair.group, len(pair.legs)) == ("custom", "pair", 2)


def test_a_new_deployments_combos_are_others() -> None:
    """LEAN counts orders and combos anew: the same number is another combo."""
    made = tracker()
    combo = {"group": 1, "order_type": OrderType.COMBO_MARKET}
    made.apply(PUT)
    made.apply(leg(1, "C", -1.0, 2.0, **combo))
    made.apply(Mark(NOON + 2 * MINUTE, prices={"C": 2.0}))
    made.core.deploy(NOON + 3 * MINUTE, "L-2")
    made.apply(leg(4, "P", -1.0, 2.0, **combo))
    made.apply(Mark(NOON + 5 * MINUTE, prices={"C": 2.0, "P": 2.0}))
    assert [each.name for each in made.structures()] == ["short call", "short put"]


def test_what_fails_in_structures_costs_no_other_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted and warned of, and lots, equity and marks go on."""
    made = tracker()
    monkeypatch.setattr(made.core.structures, "take", lambda effects: 1 / 0)
    sold_strangle(made)
    bought_back(made)
    assert made.errors == {"structures: ZeroDivisionError": 4}
    assert len(made.trades()) == 2
    assert made.current_equity == 1150.0


def test_live_legs_on_their_way_are_waited_for() -> None:
    """A combo whose legs come with a mark between them is one trade, and joins no stock."""
    made = tracker(live=True)
    made.apply(PUT)
    made.apply(fill(1, 100.0, 140.0))
    combo = {"group": 1, "order_type": OrderType.COMBO_MARKET}
    made.apply(leg(10, "C", -1.0, 2.0, **combo))
    first = NOON + 10 * MINUTE
    made.apply(Mark(first + SECOND, prices={"S": 141.0, "C": 2.0}))
    made.apply(replace(leg(11, "P", -1.0, 1.0, **combo), time=first + 2 * SECOND))
    made.apply(Mark(first + 5 * SECOND, prices={"S": 141.0, "C": 2.0, "P": 1.0}))
    assert [len(each.legs) for each in made.structures()] == [2]
    made.apply(Mark(first + 11 * SECOND, prices={"S": 141.0, "C": 2.0, "P": 1.0}))
    assert [each.label for each in made.structures()] == ["strangle (credit)"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("count",), -1),
        (("open", 0, "legs", 0, "sid"), "unheard"),
        (("open", 0, "legs", 0, "entered"), 0),
        (("open", 0, "stakes", 0, "sid"), "unheard"),
    ],
)
def test_a_state_whose_structures_do_not_fit_is_refused(
    place: tuple[str | int, ...], value: Any
) -> None:
    """What would fail later, when they are asked for, is refused at once and named."""
    made = tracker()
    sold_strangle(made)
    state = json.loads(json.dumps(made.state()))
    tracker().restore(json.loads(json.dumps(state)))
    changed = state["structures"]
    for step in place[:-1]:
        changed = changed[step]
    assert changed[place[-1]] != value
    changed[place[-1]] = value
    with pytest.raises(StateError) as caught:
        tracker().restore(state)
    assert caught.value.path[0] == "structures"
