"""Contracts that are flat leave the books, and no figure by instrument changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.events.account import Mark, Opening
from models.events.corporate_actions import SymbolChange
from models.events.instruments import Instrument, SecurityType
from models.events.orders import Fill, OrderStatus, OrderUpdate
from models.ledger import finished, finishing
from models.ledger.terms import Terms
from models.performance_tracker import PerformanceTracker
from models.settings import Settings, Switch
from models.trades.statistics import GroupBy

NOON = datetime(2024, 1, 2, 17, tzinfo=UTC)
STOCK = Instrument("SPY 1", "SPY", SecurityType.EQUITY, "USD")
ROWS = 4


@pytest.fixture
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contracts leave when a handful is flat."""
    for module in (finished, finishing):
        monkeypatch.setattr(module, "ROWS_TOGETHER", ROWS)
    monkeypatch.setattr(finishing, "CONTRACTS_KEPT", ROWS)
    monkeypatch.setattr("models.trades.combinations.LOOKED_UP", 3)


def option(number: int) -> Instrument:
    """One contract of many."""
    name = f"SPY C{number:03}"
    return Instrument(
        f"{name}|SPY 1", name, SecurityType.OPTION, "EUR", 100.0, underlying="SPY 1", strike=5.0
    )


def run(contracts: int, *, leave: bool) -> PerformanceTracker:
    """Trade contract after contract, one at a time, and the first ones again at the end."""
    made = PerformanceTracker(settings=Settings(execution=Switch.ON))
    made.ledger.books.finish_above = ROWS if leave else 10_000
    made.apply(STOCK)
    made.apply(Opening(NOON, {"USD": 1e5}, {"USD": 1.0}, {}))
    for step in range(contracts + 2):
        number = step if step < contracts else step - contracts
        trade(made, option(number), step)
    return made


def trade(made: PerformanceTracker, contract: Instrument, step: int) -> None:
    """Buy and sell a contract, by one of two strategies."""
    if step < 2 or contract.sid not in {option(0).sid, option(1).sid}:
        made.apply(contract)
    for part, quantity in enumerate((2.0, -2.0)):
        order, time = 2 * step + part + 1, NOON + timedelta(minutes=2 * step + part)
        name = f"strategy={'ab'[step % 2]}"
        update = OrderUpdate(time, order, 1, contract.sid, OrderStatus.SUBMITTED, name)
        made.apply(replace(update, quantity=quantity))
        rates = {"EUR": 1.1 + step / 100}
        made.apply(
            Fill(
                time, order, 2, contract.sid, quantity, 1.0 + step / 8 + part, fee=0.5,
                fee_currency="USD", rates=rates, final=True,
            )
        )  # fmt: skip
    made.apply(Mark(NOON + timedelta(minutes=2 * step + 1, seconds=1)))


def figures(made: PerformanceTracker) -> dict[str, Any]:
    """All that is said by instrument, and what it adds up to."""
    return {
        "sheets": made.ledger.by_instrument(),
        "balance": made.balance(),
        "strategies": {name: each.to_dict() for name, each in made.strategies().items()},
        "trades": made.trades(),
        "named": made.trades(symbol=option(3).ticker),
        "groups": {(by, who): made.trade_groups(by, who) for by in GroupBy for who in (None, "a")},
        "statistics": made.trade_statistics("b"),
        "execution": made.execution_quality("symbol"),
    }


@pytest.mark.usefixtures("_few_rows")
def test_no_figure_by_instrument_changes() -> None:
    """Contracts that left, and two that came back, are told as if all had stayed."""
    left, stayed = run(40, leave=True), run(40, leave=False)
    assert len(left.ledger.books.finished) > 20
    assert len(left.ledger.books.instruments) < 20
    assert figures(left) == figures(stayed)


@pytest.mark.usefixtures("_few_rows")
def test_a_state_has_what_left() -> None:
    """A restored tracker tells of every contract, and goes on with those that come back."""
    made = run(40, leave=True)
    restored = PerformanceTracker(settings=Settings(execution=Switch.ON))
    restored.restore(json.loads(json.dumps(made.state())))
    assert restored.state() == made.state()
    restored.ledger.books.finish_above = made.ledger.books.finish_above
    for each in (made, restored):
        trade(each, option(7), 50)
        each.apply(SymbolChange(NOON + timedelta(hours=3), option(9).sid, "SPY C009", "NEW"))
    assert figures(restored) == figures(made)
    assert made.ledger.books.tickers[option(9).sid] == "NEW"


@pytest.mark.usefixtures("_few_rows")
def test_what_is_held_stays() -> None:
    """A contract that a strategy holds, and what others are derived from, never leave."""
    made = PerformanceTracker()
    made.ledger.books.finish_above = ROWS
    made.apply(STOCK)
    made.apply(option(0))
    made.apply(Opening(NOON, {"USD": 1e5}, {"USD": 1.0}, {}))
    made.apply(Fill(NOON, 1, 1, option(0).sid, 1.0, 1.0, rates={"EUR": 1.0}))
    for number in range(1, 60):
        made.apply(option(number))
    books = made.ledger.books
    assert option(0).sid in books.instruments
    assert STOCK.sid in books.instruments
    assert len(books.finished) > 40


@pytest.mark.usefixtures("_few_rows")
def test_a_mark_may_name_a_contract_that_left() -> None:
    """It is known: no anomaly is made of its price."""
    made = run(40, leave=True)
    gone = next(iter(made.ledger.books.finished)).instrument.sid
    assert made.apply(Mark(NOON + timedelta(hours=9), None, {gone: 3.0}))
    assert gone in made.ledger.books.instruments
    assert not made.ledger.books.anomaly_counts["unknown instrument"]


def test_a_contract_that_left_takes_a_hundred_bytes() -> None:
    """Its row of terms stays, at most 200 bytes, with its description."""
    made = run(1, leave=False)
    kept, holding = finished.Finished(), made.ledger.books.holdings[option(0).sid].state()
    contracts = [
        finished.FinishedContract(
            option(number), option(number).ticker, holding,
            [finished.FinishedTerms("a", Terms(number / 7, number / 9), {})],
        )
        for number in range(finished.ROWS_TOGETHER)
    ]  # fmt: skip
    kept.put(contracts)
    assert [*kept] == contracts
    state = kept.state()
    assert sum(map(len, state["blocks"])) + len(state["marks"]) < 200 * len(contracts)
