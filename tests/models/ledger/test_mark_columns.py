"""Marks in columns, against the same marks one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.events.account import Mark, Opening
from models.events.instruments import Instrument, SecurityType
from models.ledger.books import Books
from models.ledger.ledger import Ledger
from models.ledger.mark_columns import MarkColumns, priced_equity
from tests.booking import book
from tests.models.ledger.opened import FOREIGN, NOON, STOCK, fill, ledger, mark

SECOND = timedelta(seconds=1)
OPTION = Instrument(
    "O", "OPTION", SecurityType.OPTION, "USD", 100.0, underlying="S", strike=9.0, right="CALL"
)


def held() -> Ledger:
    """Two strategies, long and short of a stock, and an option that one of them wrote."""
    made = ledger()
    book(made, OPTION)
    fills = [
        fill(1, 10.0, 11.0),
        fill(2, -4.0, 11.5),
        fill(4, 7.3, 10.7),
        replace(fill(5, -1.0, 2.35, sid="O"), tag="strategy=other"),
        replace(fill(3, -3.0, 12.1), tag="strategy=other"),
    ]
    for each in fills:
        book(made, each)
    return made


def columns(made: Ledger, count: int, seed: int) -> MarkColumns:
    """Marks a second apart at prices that move at random, at which the law closes."""
    dice = random.Random(seed)
    prices = [price for _ in range(count) for price in (dice.uniform(8.0, 14.0), dice.random() + 1)]
    fixed, sizes = priced_equity(made.books, ["S", "O"])
    equities = [
        fixed + sizes[0] * stock + sizes[1] * option
        for stock, option in zip(prices[::2], prices[1::2], strict=True)
    ]
    times = [NOON + SECOND * (number + 1) for number in range(count)]
    cash = made.books.cash.expected["USD"]
    return MarkColumns(times, equities, ("S", "O"), prices, cash)


def rows(marks: MarkColumns) -> Iterator[tuple[datetime, dict[str, float], float]]:
    """Time, prices by Symbol ID and equity of each mark."""
    prices = zip(marks.prices[::2], marks.prices[1::2], strict=True)
    for time, row, equity in zip(marks.times, prices, marks.equities, strict=True):
        yield time, dict(zip(marks.sids, row, strict=True)), equity


def everything(made: Ledger) -> tuple[dict[str, Any], dict[str, float | None], Any]:
    """What the ledger knows, to the last digit."""
    return made.state(), made.balance(), made.sheets()


@pytest.mark.parametrize("count", [1, 2, 40, 300])
@pytest.mark.parametrize("seed", range(3))
def test_marks_in_columns_come_to_what_single_marks_come_to(count: int, seed: int) -> None:
    """Terms, excursions, round trips, equity and what is unexplained are the same."""
    one, for_good, together = held(), held(), held()
    for each in (one, for_good, together):
        book(each, mark(prices={"S": 11.0, "O": 2.0}))
    marks = columns(one, count, seed)
    seen = []
    for time, prices, equity in rows(marks):
        assert one.see(time, prices, marks.cash, equity)
        assert for_good.see(time, prices, marks.cash, equity, for_good=True)
        assert everything(for_good) == everything(one)
        seen.append(
            (one.equity, {name: found.open_pnl for name, found in one.books.accounts.items()})
        )
    equities, opens = together.see_all(marks)
    assert everything(together) == everything(one)
    assert equities == [equity for equity, _ in seen]
    for name, figures in opens.items():
        shown = [figures] * count if isinstance(figures, float) else figures.tolist()
        assert shown == [by_name[name] for _, by_name in seen]


@pytest.mark.parametrize("gap", [0.0, 5.0])
@pytest.mark.parametrize("seed", range(3))
def test_marks_that_are_booked_for_good_come_to_what_others_come_to(seed: int, gap: float) -> None:
    """Also where they do not close, and amid fills: nothing is seen that the mark does not show."""
    dice, made = random.Random(seed), [held(), held()]
    for number in range(10, 30):
        prices = {"S": dice.uniform(8.0, 14.0), "O": dice.random() + 1}
        size, shift = dice.choice([-3.0, 2.0, 4.5]), dice.choice([0.0, gap])
        time = NOON + SECOND * number
        for each in made:
            book(each, replace(fill(number, size, prices["S"]), time=time))
            fixed, sizes = priced_equity(each.books, ["S", "O"])
            equity = fixed + sizes[0] * prices["S"] + sizes[1] * prices["O"] + shift
            cash = each.books.cash.expected["USD"]
            assert each.see(time, prices, cash, equity, for_good=each is made[0]) == (not shift)
            if shift:
                each.mark(Mark(time, equity, prices))
    assert everything(made[0]) == everything(made[1])


def test_what_a_closing_fill_records_is_the_same() -> None:
    """A trade that is closed after marks in columns has the excursions of single marks."""
    one, together = held(), held()
    marks = columns(one, 50, 1)
    for time, prices, equity in rows(marks):
        assert one.see(time, prices, marks.cash, equity)
    together.see_all(marks)
    closing = fill(9, -13.3, 12.0)
    found, wanted = (made.fill(closing) or () for made in (together, one))
    assert [effect.trades for effect in found] == [effect.trades for effect in wanted]
    assert [effect.round_trip for effect in found] == [effect.round_trip for effect in wanted]
    assert everything(one) == everything(together)


@pytest.mark.parametrize("seed", range(5))
def test_days_begin_alike_with_one_currency_and_with_two(seed: int) -> None:
    """What lots saw at marks with holdings is left to be worked out with one currency alone."""
    dice, states = random.Random(seed), []
    days = [(dice.choice([-3.0, 2.5]), *dice.choices(range(8, 15), k=2)) for _ in range(9)]
    for described in ([], [FOREIGN]):
        made = Ledger(Books())
        for instrument in (STOCK, *described):
            book(made, instrument)
        book(made, Opening(NOON, {"USD": 1000.0}, {"USD": 1.0}))
        for number, (size, paid, price) in enumerate(days, 1):
            book(made, fill(number, size, paid))
            held = made.books.holdings["S"].quantity
            cash = made.books.cash.expected["USD"]
            shown = {"prices": {"S": price}, "cash": {"USD": cash}, "holdings": {"S": (held, 0.0)}}
            assert made.mark(mark(equity=cash + held * price, partial=True, **shown)) == []
        states.append([found.state() for found in made.books.accounts.values()])
    assert states[0] == states[1]


def test_equity_is_what_is_fixed_and_sizes_times_prices() -> None:
    """The law of the marks is that of the ledger."""
    made = ledger()
    book(made, fill(1, 10.0, 20.0, fee=1.0, fee_currency="USD"))
    fixed, sizes = priced_equity(made.books, ["S"])
    assert sizes == (10.0,)
    assert fixed + 10.0 * 23.0 == pytest.approx(1000.0 - 1.0 + 30.0)


def test_nothing_fixed_but_the_opening_cash() -> None:
    """Where nothing is held there is no size."""
    made = ledger()
    book(made, Opening(NOON, {"USD": 0.0}, {"USD": 1.0}))
    assert priced_equity(made.books, []) == (1000.0, ())
