"""What surrounds an algorithm: its output, and LEAN objects for all the tape describes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.workbench.engine import tapes
from workbench.engine.reads import ReadMeter
from workbench.engine.state import AccountState
from workbench.engine.store import StoreRules
from workbench.engine.surroundings import Message, Output, Supplies, Surroundings

NOON = datetime(2020, 1, 2, 12, 0)


@pytest.fixture
def lean(tmp_path: Path) -> Surroundings:
    """The surroundings of a run at its start."""
    supplies = Supplies({"a": "1"}, lambda: 252, tmp_path, StoreRules())
    return Surroundings(ReadMeter(), AccountState(tapes.start()), supplies)


def test_a_message_shows_its_time() -> None:
    """To the second, before the text."""
    assert Message("log", "{}", NOON.replace(microsecond=9)).line == "2020-01-02 12:00:00 {}"


@pytest.mark.parametrize(("kind", "kept"), [("debug", 3), ("error", 3), ("log", 4)])
def test_a_repetition_is_judged_within_its_kind(kind: str, kept: int) -> None:
    """A message of another kind between two equal ones makes them no different."""
    output = Output()
    for text in ("a", "b", "b", "a"):
        output.say(kind, text, NOON, live=False)
        output.say("other", text, NOON, live=False)
    assert sum(message.kind == kind for message in output.messages) == kept


def test_currencies_and_instruments_gain_their_objects(lean: Surroundings) -> None:
    """After following, and not before, what the account has gained can be reached."""
    lean.account.apply(tapes.coin())
    assert lean.securities.count == 0
    assert lean.portfolio.cash_book.count == 1
    lean.follow()
    symbol = lean.symbols[tapes.COIN]
    assert lean.securities[symbol].holdings is lean.portfolio[symbol]
    assert lean.portfolio.cash_book.keys() == ["USD", "EUR", "BTC"]
    assert lean.portfolio.unsettled_cash_book.keys() == ["USD", "EUR", "BTC"]


def test_objects_stay_the_same(lean: Surroundings) -> None:
    """Following again makes no new ones."""
    lean.account.apply(tapes.security())
    lean.follow()
    symbol, cash = lean.symbols[tapes.STOCK], lean.portfolio.cash_book["USD"]
    lean.account.apply(tapes.future())
    lean.follow()
    assert lean.symbols[tapes.STOCK] is symbol
    assert lean.portfolio.cash_book["USD"] is cash


def test_an_option_shares_its_underlyings_symbol(lean: Surroundings) -> None:
    """Where the underlying was described first, there is one symbol of it."""
    lean.account.apply(tapes.security())
    lean.account.apply(tapes.option())
    lean.follow()
    assert lean.symbols[tapes.OPTION].underlying is lean.symbols[tapes.STOCK]


def test_a_slice_is_made_of_its_lines(lean: Surroundings) -> None:
    """Its events lead to the instruments' own symbols, its time to the algorithm's zone."""
    lean.account.apply(tapes.security())
    lean.follow()
    moment = datetime(2020, 1, 2, 17, 0, tzinfo=UTC)
    data = lean.slice_of(moment, [tapes.corporate("dividend")])
    assert data.dividends.keys() == [lean.symbols[tapes.STOCK]]
    assert data.time == NOON


def test_the_clock_is_the_accounts(lean: Surroundings) -> None:
    """Both faces show where the account is."""
    lean.account.utc = datetime(2020, 7, 2, 16, 0, tzinfo=UTC)
    assert lean.utc_time == lean.account.utc
    assert lean.time == datetime(2020, 7, 2, 12, 0)


def test_a_message_of_nothing_is_empty(lean: Surroundings) -> None:
    """None is no text, and a backtest drops it."""
    lean.say("log", None)
    lean.say("log", 1.5)
    assert [message.text for message in lean.output.messages] == ["1.5"]
