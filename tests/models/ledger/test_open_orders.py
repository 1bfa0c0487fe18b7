"""Orders that LEAN takes up after a stop: whose they are, and what they are known by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.events.instruments import Instrument, SecurityType
from models.events.orders import OrderType
from models.ledger.books import Books
from models.ledger.open_orders import FoundOrder, take_up
from models.ledger.orders import SavedOrder

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LIMIT, STOP = OrderType.LIMIT, OrderType.STOP_MARKET


def books(*saved: SavedOrder) -> Books:
    """Books after a stop, with orders that were open."""
    made = Books(live=True)
    made.add_instrument(Instrument("A", "A", SecurityType.EQUITY, "USD"))
    made.orders.saved = list(saved)
    return made


def known(
    strategy: str, *broker_ids: str, side: int = 1, limit: float = 99.0, kind: OrderType = LIMIT
) -> SavedOrder:
    """An order in A at a limit."""
    return SavedOrder(broker_ids, "A", side, kind, limit, None, strategy, f"strategy={strategy}")


def taken(made: Books, *found: SavedOrder, tag: str = "") -> list[str | None]:
    """Whose the orders are that LEAN took up, ids from 1 on."""
    take_up(made, NOON, [FoundOrder(at, tag, each) for at, each in enumerate(found, 1)])
    orders = [made.orders.known.get(at) for at, _ in enumerate(found, 1)]
    return [order.strategy if order else "by its tag" for order in orders]


def test_the_same_brokers_id_tells_whose_an_order_is() -> None:
    """Whatever else is like it; its tag and type are those that were saved."""
    made = books(known("one", "77"), known("two", "78"))
    assert taken(made, known("", "78"), known("", "77")) == ["two", "one"]
    assert made.orders.known[1].tag == "strategy=two"
    assert made.orders.known[1].order_type is LIMIT
    assert [anomaly.kind for anomaly in made.anomalies] == ["order taken up"] * 2
    assert "that of two, known by the broker's id" in made.anomalies[0].detail
    assert made.orders.saved == []


def test_the_only_one_alike_tells_whose_an_order_is() -> None:
    """Symbol, side, type and prices are alike."""
    made = books(known("one", "77"), known("two", "78", limit=98.0), known("three", "79", side=-1))
    found = known("", "901", side=-1), known("", "902", limit=98.0), known("", "903")
    assert taken(made, *found) == ["three", "two", "one"]


@pytest.mark.parametrize(
    "found",
    [
        known("", "901", limit=97.0),
        known("", "901", side=-1),
        known("", "901", kind=STOP),
    ],
)
def test_one_like_none_closes_what_is_held(found: SavedOrder) -> None:
    """It is nobody's, as LEAN's own are, and said so."""
    made = books(known("one", "77"))
    assert taken(made, found) == [None]
    assert "like none" in made.anomalies[0].detail


def test_of_several_alike_none_is_taken() -> None:
    """Neither where two saved ones are alike, nor where two found ones are."""
    assert taken(books(known("one"), known("two")), known("")) == [None]
    assert taken(books(known("one")), known(""), known("")) == [None, None]
    made = books(known("one", "77"), known("two", "78"))
    assert taken(made, known("", "78"), known("", "901")) == ["two", "one"]


def test_a_name_in_the_tag_goes_before() -> None:
    """What the broker gives back with its tag needs no guess."""
    made = books(known("one", "77"))
    assert taken(made, known("", "77"), tag="strategy=two") == ["by its tag"]
    assert made.anomalies == []


def test_an_order_of_leans_own_stays_leans_own() -> None:
    """A saved order without a strategy was LEAN's."""
    made = books(known("", "77"))
    assert taken(made, known("", "77")) == [None]
    assert "LEAN itself" in made.anomalies[0].detail
