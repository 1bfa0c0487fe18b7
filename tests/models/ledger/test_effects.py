"""Effects: what each execution did, as whoever counts or tells it reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.events.account import Mark, Opening
from models.events.corporate_actions import Split, SplitKind
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderType
from models.ledger.books import Books
from models.ledger.effects import Effect, EffectKind, Effects
from models.ledger.ledger import Ledger
from tests.booking import book

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)
STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")
FOREIGN = Instrument("F", "FOREIGN", SecurityType.EQUITY, "EUR", 10.0)


def ledger(**holdings: tuple[float, float]) -> Ledger:
    """A ledger that knows two stocks, opened with 1,000 dollars and what is given by Symbol ID."""
    made = Ledger(Books())
    made.books.add_instrument(STOCK)
    made.books.add_instrument(FOREIGN)
    if not holdings:
        book(made, Opening(NOON, {"USD": 1000.0}, {"USD": 1.0, "EUR": 2.0}))
    return made


def fill(order_id: int, quantity: float, price: float = 10.0, **given: object) -> Fill:
    """A fill of an order of the strategy trend, or of what is given."""
    values = {"sid": "S", "tag": "strategy=trend", **given}
    return Fill(NOON, order_id, 1, quantity=quantity, price=price, **values)  # type: ignore[arg-type]


def only(effects: Effects | None) -> Effect:
    """The one effect of a booking."""
    (effect,) = effects or ()
    return effect


@pytest.mark.parametrize(
    ("before", "quantity", "kind"),
    [
        (0.0, 5.0, EffectKind.OPENED),
        (0.0, -5.0, EffectKind.OPENED),
        (5.0, 3.0, EffectKind.INCREASED),
        (-5.0, -3.0, EffectKind.INCREASED),
        (5.0, -3.0, EffectKind.REDUCED),
        (-5.0, 3.0, EffectKind.REDUCED),
        (5.0, -5.0, EffectKind.CLOSED),
        (-5.0, 5.0, EffectKind.CLOSED),
        (5.0, -8.0, EffectKind.FLIPPED),
        (-5.0, 8.0, EffectKind.FLIPPED),
    ],
)
def test_the_kind_says_how_the_quantity_changed(
    before: float, quantity: float, kind: EffectKind
) -> None:
    """Opened from flat, increased, reduced, closed to flat or flipped, for longs and shorts."""
    made = ledger()
    if before:
        made.fill(fill(1, before))
    assert only(made.fill(fill(2, quantity))).kind is kind


def test_an_effect_has_all_that_the_execution_did() -> None:
    """A flip closes two trades and ends the round trip, opens a lot, and pays its fee."""
    made = ledger()
    made.fill(fill(1, 5.0))
    made.fill(fill(2, 5.0, 11.0))
    flip = only(made.fill(fill(3, -12.0, 12.0, fee=1.2, fee_currency="USD")))
    assert (flip.position.strategy, flip.position.quantity) == ("trend", -2.0)
    assert [(trade.quantity, trade.gross_pnl) for trade in flip.trades] == [(5.0, 10.0), (5.0, 5.0)]
    assert flip.round_trip is not None
    assert flip.round_trip.quantity == 10.0
    assert flip.lot is not None
    assert (flip.lot.quantity, flip.lot.price) == (-2.0, 12.0)
    assert (flip.execution.order_id, flip.execution.fee, flip.value) == (3, 1.2, 144.0)


def test_the_value_and_fee_are_in_account_currency() -> None:
    """Price times multiplier times rate, and the fee at the rate of its own currency."""
    made = ledger()
    effect = only(made.fill(fill(1, -3.0, sid="F", fee=1.0, fee_currency="EUR")))
    assert (effect.value, effect.execution.fee) == (600.0, 2.0)


def test_leans_own_fill_has_an_effect_for_each_holder() -> None:
    """Each strategy's part has its own kind, its part of the fee, and of the value."""
    made = ledger()
    made.fill(fill(1, 6.0))
    made.fill(fill(2, 2.0, tag="strategy=other"))
    sold = fill(3, -8.0, tag="Liquidated", fee=4.0, fee_currency="USD")
    effects = made.fill(sold) or ()
    assert [
        (each.position.strategy, each.kind, each.execution.fee, each.value) for each in effects
    ] == [
        ("trend", EffectKind.CLOSED, 3.0, 60.0),
        ("other", EffectKind.CLOSED, 1.0, 20.0),
    ]


def test_what_was_not_booked_has_no_effects() -> None:
    """None says that a fill was seen before or is of nothing known; no effect, that none traded."""
    made = ledger()
    made.fill(fill(1, 5.0))
    assert made.fill(fill(1, 5.0)) is None
    assert made.fill(fill(2, 5.0, sid="?")) is None
    assert book(made, Mark(NOON, prices={"S": 10.0})) == ()


def test_an_opening_and_an_adoption_trade_nothing() -> None:
    """What is held at the start, or found later, is opened without a value or a fee."""
    made = ledger(none=(0.0, 0.0))
    opening = Opening(NOON, {"USD": 1000.0}, {"USD": 1.0, "EUR": 2.0}, {"S": (5.0, 10.0)})
    seeded = only(book(made, opening))
    shown = {"prices": {"S": 10.0}, "cash": {"USD": 970.0}, "holdings": {"S": (8.0, 10.0)}}
    adopted = only(book(made, Mark(NOON, 1050.0, **shown)))  # type: ignore[arg-type]
    for effect, kind in ((seeded, EffectKind.OPENED), (adopted, EffectKind.INCREASED)):
        assert (effect.kind, effect.value, effect.execution.fee) == (kind, 0.0, 0.0)
        assert effect.execution.seeded
        assert effect.position.strategy == "unassigned"


def test_a_split_closes_the_fraction() -> None:
    """The fraction of a share that a split leaves is a trade of its own."""
    made = ledger()
    made.fill(fill(1, 5.0))
    effect = only(book(made, Split(NOON, "S", SplitKind.SPLIT_OCCURRED, 2.0, 10.0)))
    assert (effect.kind, effect.position.quantity) == (EffectKind.REDUCED, 2.0)
    assert [trade.exit_reason for trade in effect.trades] == ["split"]


def test_an_exercise_of_nothings_worth_is_an_effect_too() -> None:
    """An option that expires worthless closes at 0 and trades no value."""
    made = ledger()
    call = Instrument("C", "C", SecurityType.OPTION, "USD", 100.0, strike=50.0, right="CALL")
    made.books.add_instrument(call)
    made.fill(fill(1, 1.0, sid="C"))
    given = {"order_type": OrderType.OPTION_EXERCISE, "tag": "", "message": "OTM. Underlying: 40"}
    effect = only(made.fill(fill(2, -1.0, 0.0, sid="C", **given)))
    assert (effect.kind, effect.value) == (EffectKind.CLOSED, 0.0)
    assert [trade.exit_reason for trade in effect.trades] == ["expiry"]
