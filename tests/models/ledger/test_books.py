"""Orders, fees and exercises: what each event does to the books.

The scenarios are read by `tests.scenario`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.events.account import Opening
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderType, OrderUpdate
from models.ledger.books import Books
from models.ledger.effects import Effects
from models.ledger.opening import open_account
from models.ledger.saved_books import books_state, restore_books
from models.ledger.tags import UNASSIGNED
from models.trades.record import TradeRecord
from tests.scenario import Scenario, play, scenarios

START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


STOCK = Instrument("S", "STOCK", SecurityType.EQUITY, "USD")


INDEX_OPTION = Instrument(
    "P", "P4000", SecurityType.INDEX_OPTION, "USD", 100.0, strike=4000.0, right="PUT"
)


SCENARIOS = """
lots close first in first out
ACCOUNT USD 100000
STOCK AAPL
BUY 100 AAPL @ 10 fee 1 by trend
BUY 100 AAPL @ 11 fee 2 by trend
SELL 150 AAPL @ 12 fee 3 by trend
=> trade trend LONG 100 AAPL 10->12 gross 200 fees 3 net 197 percent 19.7 orders 1,3
=> trade trend LONG 50 AAPL 11->12 gross 50 fees 2 net 48 orders 2,3
=> lots trend AAPL 50 @ 11
SELL 50 AAPL @ 13 fee 1 by trend
=> trade trend LONG 50 AAPL 11->13 gross 100 fees 2 net 98 orders 2,4
MARK
=> trend realized 350 fees 7

lots close last in first out when so set
ACCOUNT USD 100000 matching lifo
STOCK AAPL
BUY 100 AAPL @ 10 fee 1 by trend
BUY 100 AAPL @ 11 fee 2 by trend
SELL 150 AAPL @ 12 fee 3 by trend
=> trade trend LONG 100 AAPL 11->12 gross 100 fees 4 orders 2,3
=> trade trend LONG 50 AAPL 10->12 gross 100 fees 1.5 orders 1,3
=> lots trend AAPL 50 @ 10
MARK
SELL 50 AAPL @ 13 fee 1 by trend
=> trade trend LONG 50 AAPL 10->13 gross 150 fees 1.5 orders 1,4
MARK
=> trend realized 350 fees 7

an order filled in parts pays the fee of every part
ACCOUNT USD 100000
STOCK AAPL
BUY 30 AAPL @ 10 fee 1 order 5 done no by trend
BUY 30 AAPL @ 11 fee 2 order 5 done no
BUY 10 AAPL @ 12 fee 3 order 5
SELL 70 AAPL @ 12 order 6 fee 7 by trend
=> trade trend LONG 30 AAPL 10->12 fees 4
=> trade trend LONG 30 AAPL 11->12 fees 5
=> trade trend LONG 10 AAPL 12->12 fees 4
MARK
=> trend realized 90 fees 13

shorts gain as the price falls
ACCOUNT USD 100000
STOCK AAPL
SELL 10 AAPL @ 50 fee 1 by bear
MARK AAPL 48
=> bear unrealized 20 fees 1
BUY 4 AAPL @ 45 fee 1 by bear
=> trade bear SHORT 4 AAPL 50->45 gross 20 fees 1.4 net 18.6 percent 9.3
MARK AAPL 45
=> bear realized 20 unrealized 30 fees 2

tags name strategies, and what names none is the default's
ACCOUNT USD 100000
STOCK AAPL
BUY 1 AAPL @ 50
BUY 2 AAPL @ 50 tag entry, strategy=trend; size=2
BUY 3 AAPL @ 50 tag mystrategy=trend
MARK
=> lots main AAPL 1 @ 50, 3 @ 50
=> lots trend AAPL 2 @ 50

an order stays its first event's strategy whatever its tag says later
ACCOUNT USD 100000
STOCK AAPL
SUBMIT order 7 sid AAPL by trend
BUY 5 AAPL @ 50 order 7 done no tag Update #1
BUY 5 AAPL @ 50 order 7 by other
MARK
=> lots trend AAPL 5 @ 50, 5 @ 50
=> account unrealized 0

an event that comes again changes nothing
ACCOUNT USD 100000
STOCK AAPL
BUY 5 AAPL @ 50 fee 1 by trend
AGAIN
SUBMIT order 8 sid AAPL by trend
AGAIN
SELL 5 AAPL @ 51 fee 1 order 8
=> trade trend LONG 5 AAPL 50->51 gross 5 fees 2
AGAIN
MARK
=> trend realized 5 fees 2

a fill that comes before an earlier event of its order counts all the same
ACCOUNT USD 100000
STOCK AAPL
BUY 5 AAPL @ 50 order 3 event 3 by trend
BUY 2 AAPL @ 51 order 3 event 2 by trend
MARK AAPL 51
=> lots trend AAPL 5 @ 50, 2 @ 51
AGAIN
MARK
=> trend unrealized 5

slippage is against the mid at submission
ACCOUNT USD 100000
STOCK AAPL
SUBMIT order 1 bid 99 ask 101 price 90 by trend
BUY 10 AAPL @ 100.5 order 1
SUBMIT order 2 price 110 by trend
SELL 10 AAPL @ 109 order 2
=> trade trend LONG 10 AAPL 100.5->109 gross 85 slippage -15 bps -500/7
MARK

an index option closes at 0 and its cash is its holders'
ACCOUNT USD 100000
INDEX SPX
INDEX_OPTION P4200 on SPX put 4200 x 100
BUY 2 P4200 @ 384.5 fee 1 by one
SELL 1 P4200 @ 390 fee 1 by two
MARK P4200 400
EXERCISE P4200 spot 3795.54
=> trade one LONG 2 P4200 384.5->0 gross -76900 reason exercise
=> trade two SHORT 1 P4200 390->0 gross 39000
MARK
=> one realized -76900 fees 1 settlement 80892
=> two realized 39000 fees 1 settlement -40446

a foreign index option pays at its day's rate
ACCOUNT EUR 100000
INDEX SPX
RATE USD 0.8
INDEX_OPTION C4000 on SPX call 4000 x 100
SELL 1 C4000 @ 10 by one
MARK
EXERCISE C4000 spot 4020
=> trade one SHORT 1 C4000 10->0 gross 800 reason assignment
RATE USD 0.9
MARK
=> one realized 800 settlement -1600 fx -100

an index option out of the money pays nothing
ACCOUNT USD 100000
INDEX SPX
INDEX_OPTION C4000 on SPX call 4000 x 100
BUY 1 C4000 @ 10 by one
EXERCISE C4000 spot 3900
=> trade one LONG 1 C4000 10->0 gross -1000 reason expiry
MARK
=> one realized -1000

opening cash without a rate joins the starting equity at its first
ACCOUNT USD 1000 EUR 100 JPY 0
MARK
=> starting 1000 equity 1000
RATE EUR 1.5
MARK
=> starting 1150 equity 1150
RATE EUR 1.4
MARK
=> starting 1150 equity 1140
=> flows none

so does the account currency's own
ACCOUNT EUR 1000 USD 500
RATE EUR 0
RATE USD 0
MARK
=> starting 0 equity 0
RATE EUR 1
RATE USD 0.8
MARK
=> starting 1400 equity 1400

a currency that first appears later is a flow
ACCOUNT USD 1000
MARK
DEPOSIT GBP 100
MARK
=> equity 1000
RATE GBP 1.2
MARK
=> flow GBP 100 120 unannounced
=> starting 1000 equity 1120
RATE GBP 1.3
MARK
=> unassigned fx 10
"""


@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
@pytest.mark.parametrize("scenario", scenarios(SCENARIOS))
def test_scenarios(scenario: Scenario, partial: bool) -> None:
    """Each scenario holds, whether marks come whole or only when asked for."""
    play(scenario.lines, partial=partial)


def books(**given: Any) -> Books:
    """Books that know a stock and an index option, opened with 1,000 dollars."""
    made = Books(**given)
    made.add_instrument(STOCK)
    made.add_instrument(INDEX_OPTION)
    open_account(made, Opening(START, {"USD": 1000.0}, {"USD": 1.0}))
    return made


def fill(minute: int, quantity: float, price: float = 10.0, **given: Any) -> Fill:
    """A fill of the stock by an order of its own."""
    values = {"sid": "S", "event_id": 1, "tag": "strategy=trend", **given}
    return Fill(
        START + timedelta(minutes=minute), minute + 1, quantity=quantity, price=price, **values
    )


def kinds(made: Books) -> list[str]:
    """What anomalies there are."""
    return [anomaly.kind for anomaly in made.anomalies]


def closed(effects: Effects | None) -> list[TradeRecord]:
    """The trades that a fill closed."""
    return [trade for effect in effects or () for trade in effect.trades]


def test_a_fill_of_an_unknown_instrument_is_kept_as_an_anomaly() -> None:
    """Nothing is booked, the anomaly has the fill in full, and it is told once."""
    made = books()
    assert made.fill(fill(1, 5.0, sid="?")) is None
    assert made.fill(fill(1, 5.0, sid="?")) is None
    assert kinds(made) == ["unknown instrument"]
    assert made.anomalies[0].sid == "?"
    assert "quantity=5.0" in made.anomalies[0].detail
    assert (made.fills, made.held, list(made.accounts)) == (0, {}, [UNASSIGNED])


def test_an_event_seen_before_books_nothing() -> None:
    """The second delivery says so and leaves the state as it was."""
    made = books()
    assert made.fill(fill(1, 5.0)) is not None
    before = books_state(made)
    assert made.fill(fill(1, 5.0)) is None
    assert made.fill(fill(1, 7.0, price=99.0)) is None
    assert books_state(made) == before


def test_a_fill_out_of_time_is_booked_and_told() -> None:
    """A minute of lag is allowed; time never goes back."""
    made = books()
    for order_id, (minute, told) in enumerate([(5, 0), (4, 0), (3, 1), (5, 1)]):
        made.fill(replace(fill(minute, 1.0), order_id=order_id))
        assert kinds(made) == ["fill out of time"] * told
        assert made.time == START + timedelta(minutes=5)
    assert made.holdings["S"].quantity == 4.0


@pytest.mark.parametrize(("sid", "told"), [("S", ["negative price"]), ("F", [])])
def test_a_negative_price_is_told_where_there_is_none(sid: str, told: list[str]) -> None:
    """A stock's is booked and told; a future's has been seen."""
    made = books()
    made.add_instrument(Instrument("F", "F", SecurityType.FUTURE, "USD", 1000.0))
    assert made.fill(fill(1, 1.0, price=-37.63, sid=sid))
    assert kinds(made) == told
    assert made.holdings[sid].average == -37.63


@pytest.mark.parametrize("price", [-0.01, -0.5, -1.0])
def test_a_price_just_below_zero_is_told_too(price: float) -> None:
    """At the time of the last event as at a later one."""
    made = books()
    for minute, order_id in ((1, 1), (1, 2), (2, 3)):
        made.fill(replace(fill(minute, 1.0, price=price), order_id=order_id))
    assert kinds(made) == ["negative price"] * 3


def test_an_exercise_without_a_settlement_price_is_told() -> None:
    """Its cash cannot be known then, and nothing is made up."""
    made = books()
    made.fill(fill(1, 1.0, sid="P"))
    exercise = fill(2, -1.0, price=0.0, sid="P", tag="", order_type=OrderType.OPTION_EXERCISE)
    made.fill(exercise)
    assert kinds(made) == ["no settlement price"]
    assert made.accounts["trend"].terms.settlement == 0.0


def test_a_sale_of_an_index_option_at_nothing_is_no_exercise() -> None:
    """Only an exercise moves cash at price 0, and only at price 0."""
    made = books()
    made.fill(fill(1, 3.0, sid="P"))
    spot = {"sid": "P", "message": "Underlying: 3900.0000"}
    made.fill(fill(2, -1.0, price=0.0, **spot))
    made.fill(fill(3, -1.0, price=5.0, order_type=OrderType.OPTION_EXERCISE, **spot))
    assert made.accounts["trend"].terms.settlement == 0.0
    made.fill(fill(4, -1.0, price=0.0, order_type=OrderType.OPTION_EXERCISE, **spot))
    assert made.accounts["trend"].terms.settlement == 10_000.0


def test_an_instrument_is_described_once() -> None:
    """A later description changes nothing, not even the ticker."""
    made = books()
    made.add_instrument(replace(STOCK, ticker="OTHER", quote="EUR"))
    assert made.instruments["S"] is STOCK
    assert made.tickers["S"] == "STOCK"
    assert "EUR" not in made.rates


def test_a_thousand_anomalies_are_kept_and_all_are_counted() -> None:
    """A feed gone mad costs no more memory than that."""
    made = books()
    for number in range(1, 1_501):
        made.anomaly(START, f"kind {number % 2}", "detail")
    assert len(made.anomalies) == 1_000
    assert made.anomaly_counts == {"kind 0": 750, "kind 1": 750}


def test_trades_and_round_trips_are_numbered_through() -> None:
    """Each has its own number in the order of closing, also after a restore."""
    made, restored = books(), Books()
    made.fill(fill(1, 5.0))
    assert [trade.trade_id for trade in closed(made.fill(fill(2, -2.0)))] == ["1"]
    assert [trade.trade_id for trade in closed(made.fill(fill(3, -2.0)))] == ["2"]
    restore_books(restored, json.loads(json.dumps(books_state(made))))
    assert books_state(restored) == books_state(made)
    (effect,) = restored.fill(fill(4, -1.0)) or ()
    assert [trade.trade_id for trade in effect.trades] == ["3"]
    assert effect.round_trip is not None
    assert effect.round_trip.trade_id == "p1"


def test_an_order_that_ended_may_still_fill() -> None:
    """A fill that comes after its order's cancel belongs to the order's strategy."""
    made = books()
    for event_id, status in ((1, OrderStatus.SUBMITTED), (2, OrderStatus.CANCELED)):
        tag = "strategy=late" if event_id == 1 else None
        made.update_order(OrderUpdate(START, 7, event_id, "S", status, tag, OrderType.LIMIT))
    made.fill(Fill(START, 7, 3, "S", 1.0, 10.0))
    assert made.accounts["late"].open["S"].quantity == 1.0
