"""The bill: what reads would have cost inside LEAN."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine import enums
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.bill import Bill, Charge
from workbench.engine.engine import RecordedEngine
from workbench.engine.prices import ASSUMED, MEASURED
from workbench.engine.reads import lean_members, observed

SPECIAL = ("__int__", "__str__", "__hash__", "__eq__")
NAMED_BASES = {"_Pair.base_currency", "_Corporate.symbol"}


def billed(folder: Path, kind: type[RecordedAlgorithm]) -> Bill:
    """The bill of an algorithm over a fill and a slice with one holding."""
    held = {tapes.STOCK: [10.0, 50.0, 50.0, 0.0, 500.0]}
    mark = tapes.mark("14:32", h=held, tpv=999.0)
    bill = Bill()
    with observed(bill):
        tape = tapes.tape(folder, tapes.security(), tapes.order(), mark)
        RecordedEngine(tape, kind, store=folder / "store").run()
    return bill


def charge(bill: Bill, kind: str) -> Charge:
    """The charge of the only hook of a kind."""
    (found,) = (charge for charge in bill.charges if charge.kind == kind)
    return found


class Expressions(RecordedAlgorithm):
    """Reads one expression at an order event: the one that a test sets."""

    expression = staticmethod(lambda event, kept: None)

    def initialize(self) -> None:
        """Keep a symbol as a dictionary's key."""
        self.kept: Any = {}

    def on_order_event(self, order_event: Any) -> None:
        """Read it."""
        self.expression(order_event, self)


def cost_of(folder: Path, expression: Any) -> float:
    """What an expression of an order event and the algorithm costs."""

    class One(Expressions):
        pass

    One.expression = staticmethod(expression)
    return charge(billed(folder, One), "on_order_event").total


def find(event: Any, _: Any) -> None:
    """Look a symbol up that was read before."""
    symbols = {event.symbol: 1}
    assert symbols[event.symbol]


# LEAN's figures as they were measured: the least and the most of each expression.
EXPRESSIONS: dict[str, tuple[Any, float, float]] = {
    "order_id": (lambda event, _: event.order_id, 0.8, 1.5),
    "int(status)": (lambda event, _: int(event.status), 11.0, 13.0),
    "status as a key": (lambda event, _: {enums.OrderStatus.FILLED: 1}[event.status], 1.0, 1.3),
    "str(status)": (lambda event, _: str(event.status), 1.9, 2.1),
    "==": (lambda event, _: event.status == enums.OrderStatus.FILLED, 1.6, 1.8),
    "str(symbol.id)": (lambda event, _: str(event.symbol.id), 2.7, 2.7),
    "str(symbol)": (lambda event, _: str(event.symbol), 2.0, 2.0),
    "symbol.value": (lambda event, _: event.symbol.value, 2.2, 2.2),
    "two symbols": (lambda event, _: event.symbol == event.symbol, 16.5, 17.5),
    "a dictionary by symbol": (find, 13.0 + 2.2, 17.0 + 2.2),
    "fee": (lambda event, _: event.order_fee.value.amount, 3.4, 5.8),
    "utc_time": (lambda event, _: event.utc_time, 4.0, 5.7),
    "tag": (lambda event, _: event.ticket.tag, 2.5, 2.5),
    "int(order_type)": (lambda event, _: int(event.ticket.order_type), 9.0, 9.0),
    "equity": (lambda _, algorithm: algorithm.portfolio.total_portfolio_value, 7.0, 14.4),
    "debug": (lambda _, algorithm: algorithm.debug("text"), 40.0, 40.0),
    "log": (lambda _, algorithm: algorithm.log("text"), 21.0, 21.0),
    "plot": (lambda _, algorithm: algorithm.plot("a", "b", 1.0), 103.0, 103.0),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_costs_what_was_measured(tmp_path: Path, name: str) -> None:
    """The parts of an expression add up to LEAN's figure for the whole."""
    expression, least, most = EXPRESSIONS[name]
    assert least - 0.01 <= cost_of(tmp_path, expression) <= most + 0.01


def test_the_equity_is_dear_once_a_step(tmp_path: Path) -> None:
    """LEAN works it out at the first read of a step, and keeps it."""

    class Twice(RecordedAlgorithm):
        def initialize(self) -> None:
            self.kept = self.portfolio

        def on_order_event(self, order_event: Any) -> None:
            assert self.kept.total_portfolio_value == self.kept.total_portfolio_value

        def on_data(self, slice: Any) -> None:
            assert self.kept.total_portfolio_value

    bill = billed(tmp_path, Twice)
    assert charge(bill, "on_order_event").total == pytest.approx(7.5 + 0.9)
    assert charge(bill, "on_data").total == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("size", "first", "later"), [(1_024, 5_000.0, 270.0), (102_400, 5_350.0, 620.0)]
)
def test_a_save_costs_by_its_size(tmp_path: Path, size: int, first: float, later: float) -> None:
    """The first save is dear; what a larger text costs more is in proportion."""

    class Saving(RecordedAlgorithm):
        def initialize(self) -> None:
            self.store = self.object_store

        def on_order_event(self, order_event: Any) -> None:
            self.store.save("a", "x" * size)

        def on_data(self, slice: Any) -> None:
            self.store.save("b", "x" * size)
            assert len(self.store.read("b")) == size

    bill = billed(tmp_path, Saving)
    assert charge(bill, "on_order_event").total == pytest.approx(first, rel=0.01)
    cost = charge(bill, "on_data").cost
    assert cost["ObjectStore.save"] == pytest.approx(later, rel=0.02)
    assert cost["ObjectStore.read"] == pytest.approx(698.0 + 2.19 * size / 1_024)


def test_what_no_table_has_is_charged_and_listed(tmp_path: Path) -> None:
    """A call costs 7, a property 2.5, and both are named with their hook."""

    class Odd(RecordedAlgorithm):
        def on_data(self, slice: Any) -> None:
            assert self.project_id == 0
            assert self.get_parameter("a") is None

    bill = billed(tmp_path, Odd)
    assert charge(bill, "on_data").total == pytest.approx(9.5)
    names = ("QCAlgorithm.project_id", "QCAlgorithm.get_parameter")
    assert dict(bill.lacking) == {("on_data", name): 1 for name in names}


def test_what_is_read_outside_of_hooks_is_free(tmp_path: Path) -> None:
    """Only hooks are charged: a test that looks at a run adds nothing."""
    bill = Bill()
    engine = tapes.engine(tmp_path, RecordedAlgorithm, tapes.security(), tapes.order())
    with observed(bill):
        engine.run()
        assert engine.algorithm.utc_time
    assert not any(charge.reads for charge in bill.charges)


def test_every_price_is_of_something_that_exists() -> None:
    """No name of a table is misspelt, and none is in both."""
    known = {f"{kind}.{member}" for kind, member in lean_members()} | NAMED_BASES
    known |= {f"{kind}.{name}" for kind in dir(enums) for name in SPECIAL}
    known |= {f"{kind}.{name}" for kind in ("Symbol", "SecurityIdentifier") for name in SPECIAL}
    known.add("LeanDictionary.__next__")
    assert {*MEASURED, *ASSUMED} - known == set()
    assert not MEASURED.keys() & ASSUMED.keys()
