"""The ledger as a text of LEAN's result: what is in it, how large it gets, what is left out."""

from __future__ import annotations

import random
from dataclasses import astuple
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.events.instruments import Instrument, SecurityType
from models.ledger.books import Books
from models.ledger.finished import ROWS_TOGETHER
from models.ledger.finishing import CONTRACTS_KEPT, finish
from models.ledger.ledger import Ledger
from models.ledger.result_text import LEDGER_TEXT_MARK, MOST_TEXT_BYTES, ledger_text
from models.ledger.statement import sum_sheets
from models.ledger.tags import UNASSIGNED
from tests.scenario import START
from workbench.results.ledger_text import ResultLedger, Worth, read_ledger_text

AMOUNTS = st.floats(-1e15, 1e15)
NAMES = st.text(min_size=1, max_size=12)
CURRENCIES = st.sampled_from(["USD", "EUR", "USDT", "BTC"])


def a_ledger(currency: str = "USD") -> Ledger:
    """An empty ledger."""
    return Ledger(Books(currency))


def earn(ledger: Ledger, name: str, *terms: float) -> None:
    """Let a strategy have earned its realized, fees, dividends, financing and settlement."""
    account = ledger.books.account(name)
    own = account.terms
    own.realized, own.fees, own.dividends, own.financing, own.settlement = terms


def describe(ledger: Ledger, sid: str, multiplier: float, currency: str) -> None:
    """Describe an instrument."""
    instrument = Instrument(sid, sid, SecurityType.FUTURE, currency, multiplier)
    ledger.books.add_instrument(instrument)


def told(ledger: Ledger) -> ResultLedger:
    """What is read of the text, which must not be too long."""
    text = ledger_text(ledger, START)
    assert len(text) <= MOST_TEXT_BYTES
    assert text.startswith(LEDGER_TEXT_MARK)
    assert text.isascii()
    return read_ledger_text(text)


def exactly(found: ResultLedger, ledger: Ledger) -> None:
    """What is told is the ledger's, to the last digit, and what is not told is counted."""
    sheets, books = ledger.sheets(), ledger.books
    assert {name: sheets[name] for name in found.strategies} == found.strategies
    assert len(sheets) == len(found.strategies) + found.strategies_left_out
    for sid, worth in found.instruments.items():
        own = books.instruments[sid]
        assert worth == Worth(own.multiplier, own.currency, books.rates[own.currency])
    assert len(books.instruments) == len(found.instruments) + found.instruments_left_out
    assert (found.currency, found.begun) == (books.account_currency, START)
    assert (found.flows, found.unexplained) == (ledger.flow_total, ledger.unexplained)


@given(
    st.dictionaries(NAMES, st.tuples(*[AMOUNTS] * 5), max_size=6),
    st.dictionaries(NAMES, st.tuples(st.floats(1e-6, 1e6), CURRENCIES), max_size=8),
    st.dictionaries(CURRENCIES, st.floats(0.0, 1e6), max_size=4),
    AMOUNTS,
)
@example({UNASSIGNED: (1.0, 0.0, 0.0, 0.0, 0.0)}, {}, {}, 0.1)
def test_what_is_written_is_read(
    terms: dict[str, tuple[float, ...]],
    instruments: dict[str, tuple[float, str]],
    rates: dict[str, float],
    flows: float,
) -> None:
    """Whatever the names and amounts: every number comes back as it was, and nothing is lost."""
    ledger = a_ledger()
    for name, each in terms.items():
        earn(ledger, name, *each)
    for sid, (multiplier, currency) in instruments.items():
        describe(ledger, sid, multiplier, currency)
    ledger.books.set_rates(rates)
    ledger.flow_total = flows
    found = told(ledger)
    exactly(found, ledger)
    assert (found.strategies_left_out, found.instruments_left_out) == (0, 0)


@settings(max_examples=12)
@given(st.integers(0, 400), st.integers(0, 3_000), st.integers(0, 2**32))
@example(400, 3_000, 0)
@example(0, 3_000, 1)
def test_however_much_there_is_the_text_stays_short(
    strategies: int, instruments: int, seed: int
) -> None:
    """What does not fit is counted; strategies come before instruments, the largest first."""
    ledger, chance = a_ledger(), random.Random(seed)
    for number in range(strategies):
        earn(ledger, f"strategy {number}", *(chance.gauss(0.0, 1e5) for _ in range(5)))
    for _ in range(instruments):
        sid = f"{chance.getrandbits(60):x} {chance.getrandbits(60):x}"
        describe(ledger, sid, chance.choice([1.0, 50.0, 100.0]), "USD")
    found = told(ledger)
    exactly(found, ledger)
    assert not (found.strategies_left_out and found.instruments)


def test_what_is_left_out_keeps_its_sum() -> None:
    """So that the account's terms hold, whatever was left out."""
    ledger, chance = a_ledger(), random.Random(1)
    for number in range(600):
        earn(ledger, f"strategy {number}", *(chance.gauss(0.0, 1e5) for _ in range(5)))
    found = told(ledger)
    assert found.strategies_left_out > 100
    left = [sheet for name, sheet in ledger.sheets().items() if name not in found.strategies]
    ours, theirs = sum_sheets(left), found.others
    assert abs(ours.realized - theirs.realized) < 1e-6
    assert abs(found.total.net_pnl - ledger.total().net_pnl) < 1e-5
    smallest = min(sum(map(abs, astuple(each))) for each in found.strategies.values())
    assert all(sum(map(abs, astuple(each))) <= smallest for each in left)


def test_one_name_that_is_too_long_keeps_no_other_out() -> None:
    """It is left out itself, however much it made."""
    ledger, chance = a_ledger(), random.Random(2)
    earn(ledger, f"{chance.getrandbits(200_000):x}", 1e9, 0.0, 0.0, 0.0, 0.0)
    earn(ledger, "trend", 1.0, 0.5, 0.0, 0.0, 0.0)
    found = told(ledger)
    assert list(found.strategies) == ["trend"]
    assert (found.strategies_left_out, found.others.realized) == (1, 1e9)


def test_first_come_the_instruments_that_a_price_tells_nothing_of() -> None:
    """A future's multiplier is nowhere else in a result; a stock's is 1."""
    ledger, chance = a_ledger(), random.Random(3)
    for number in range(3_000):
        describe(ledger, f"{chance.getrandbits(90):x}", 1.0 if number % 2 else 50.0, "USD")
    found = told(ledger)
    assert found.instruments_left_out > 1_000
    assert {each.multiplier for each in found.instruments.values()} == {50.0}


def test_contracts_that_left_memory_are_told() -> None:
    """Of a long run with options most have."""
    ledger = a_ledger()
    for number in range(CONTRACTS_KEPT + ROWS_TOGETHER):
        describe(ledger, f"F{number}", 50.0, "USD")
    books = ledger.books
    books.opened, books.finish_above = True, 0
    assert finish(books, ())
    assert len(books.instruments) == CONTRACTS_KEPT
    found = told(ledger)
    assert len(found.instruments) == CONTRACTS_KEPT + ROWS_TOGETHER
    assert found.instruments["F0"] == found.instruments["F600"] == Worth(50.0, "USD", 1.0)


def test_a_run_without_an_event_has_a_text_too() -> None:
    """Nothing is known, and nothing is left out."""
    found = read_ledger_text(ledger_text(a_ledger("EUR"), None))
    assert (found.begun, found.time, found.currency, found.strategies) == (None, None, "EUR", {})


def test_the_time_is_that_of_the_last_event() -> None:
    """An importer sees how far the ledger goes."""
    ledger = a_ledger()
    ledger.books.time = START + timedelta(days=3)
    assert told(ledger).time == START + timedelta(days=3)
