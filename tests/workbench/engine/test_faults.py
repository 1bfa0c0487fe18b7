"""Faults: what may be asked for, and the reads that fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workbench.engine import tapes
from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.faults import FailingReads, Faults
from workbench.engine.reads import InvalidOperationException, PythonException

LINES = (tapes.security(), tapes.order(), tapes.order("14:32"), tapes.mark("14:33"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"threads": -1}, "threads and late_events count from 0"),
        ({"late_events": -1}, "threads and late_events count from 0"),
        ({"moving_market": -1}, "moving_market counts from 0"),
        ({"raises_every": 0}, "raises_every and late_every count from 1"),
        ({"late_every": 0}, "raises_every and late_every count from 1"),
        ({"overlap": True}, "hooks can only overlap on threads"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any], told: str) -> None:
    """The error says what is allowed."""
    with pytest.raises(ValueError, match=told):
        Faults(**wrong)


@pytest.mark.parametrize("name", ["OrderEvent.fillprice", "nothing.price", "price", ""])
def test_a_misspelt_read_is_refused(name: str) -> None:
    """A fault that could never happen is an error."""
    with pytest.raises(ValueError, match="no recorded object has"):
        FailingReads(Faults(raises=frozenset({name})))


class Careful(RecordedAlgorithm):
    """An algorithm that notes which of its reads fail."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[str] = []

    def attempt(self, name: str, thing: Any, member: str) -> None:
        """Read a member and note whether that fails."""
        try:
            getattr(thing, member)
        except PythonException:
            self.failed.append(name)

    def on_order_event(self, order_event: Any) -> None:
        """Read an event, and a security's price."""
        self.attempt("fill_price", order_event, "fill_price")
        self.attempt("id", order_event, "id")
        self.attempt("price", self.securities[order_event.symbol], "price")

    def on_data(self, slice: Any) -> None:
        """Read the account's value."""
        self.attempt("value", self.portfolio, "total_portfolio_value")


def failures(folder: Path, *names: str, **more: Any) -> list[str]:
    """The reads that failed in a run of two events and a mark."""
    faults = Faults(raises=frozenset(names), **more)
    algorithm: Any = tapes.play(folder, Careful, *LINES, faults=faults).algorithm
    found: list[str] = algorithm.failed
    return found


def test_without_faults_nothing_fails(tmp_path: Path) -> None:
    """The default is a run as LEAN's."""
    assert failures(tmp_path) == []


def test_a_named_read_fails_each_time(tmp_path: Path) -> None:
    """By the name of LEAN's class, and no other read does."""
    assert failures(tmp_path, "OrderEvent.fill_price") == ["fill_price", "fill_price"]


def test_a_read_is_named_by_its_usual_attribute_too(tmp_path: Path) -> None:
    """`portfolio` stands for LEAN's class of it."""
    assert failures(tmp_path, "portfolio.total_portfolio_value", "event.id") == [
        "id",
        "id",
        "value",
    ]


def test_a_base_class_covers_its_kinds(tmp_path: Path) -> None:
    """A stock is a security."""
    assert failures(tmp_path, "security.price") == ["price", "price"]
    assert failures(tmp_path / "x", "Equity.price") == ["price", "price"]
    assert failures(tmp_path / "y", "Option.price") == []


def test_every_nth_read_fails(tmp_path: Path) -> None:
    """The turns are counted for each name apart."""
    names = ("OrderEvent.fill_price", "OrderEvent.id")
    assert failures(tmp_path, *names, raises_every=2) == ["fill_price", "id"]


def test_a_failing_read_ends_a_run_that_does_not_catch_it(tmp_path: Path) -> None:
    """As in LEAN, where an exception in a hook stops the algorithm."""

    class Plain(RecordedAlgorithm):
        def on_order_event(self, order_event: Any) -> None:
            _ = order_event.fill_price

    faults = Faults(raises=frozenset({"OrderEvent.fill_price"}))
    with pytest.raises(PythonException, match=r"OrderEvent\.fill_price fails"):
        tapes.play(tmp_path, Plain, *LINES, faults=faults)


def test_calls_and_items_can_fail(tmp_path: Path) -> None:
    """A method or an item is named like an attribute."""
    names = frozenset({"algorithm.debug", "portfolio.__getitem__", "cash_book.contains_key"})
    made = tapes.play(tmp_path, None, *LINES, faults=Faults(raises=names))
    portfolio = made.algorithm.portfolio
    symbol = portfolio.keys()[0]
    with pytest.raises(PythonException):
        made.algorithm.debug("x")
    with pytest.raises(PythonException):
        _ = portfolio[symbol]
    with pytest.raises(PythonException):
        portfolio.cash_book.contains_key("USD")
    assert made.algorithm.securities[symbol].price == 50.25


def test_a_full_store_takes_nothing_more(tmp_path: Path) -> None:
    """A save returns False and LEAN writes a debug line, once while it repeats itself."""
    made = tapes.play(tmp_path, None, faults=Faults(storage_full=True))
    store = made.algorithm.object_store
    assert store.save("a", "x") is False
    assert store.save("a", "x") is False
    assert not store.contains_key("a")
    assert [message.kind for message in made.messages] == ["debug"]
    assert "storage capacity limit" in made.messages[0].text


def test_a_forbidden_store_raises(tmp_path: Path) -> None:
    """Neither a save nor a look is allowed."""
    made = tapes.play(tmp_path, None, faults=Faults(storage_forbidden=True))
    with pytest.raises(InvalidOperationException):
        made.algorithm.object_store.save("a", "x")
    with pytest.raises(InvalidOperationException):
        made.algorithm.object_store.contains_key("a")
