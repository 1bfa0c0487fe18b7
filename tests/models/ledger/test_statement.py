"""The statement: the terms of the law by strategy, and the flows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from models.events.orders import Fill
from models.ledger.statement import Flow, Sheet
from tests.booking import book
from tests.models.ledger.opened import NOON, fill, ledger, mark


def test_an_unknown_strategy_is_told_which_there_are() -> None:
    """Asking for what is not there raises and names what is."""
    made = ledger()
    book(made, fill(1, 10.0, 5.0))
    with pytest.raises(KeyError, match=r"no strategy 'tren'; there are \['trend', 'unassigned'\]"):
        made.sheet("tren")


def test_unassigned_is_shown_where_it_is_not_zero() -> None:
    """It comes last, and not at all while nobody's holdings and cash earned nothing."""
    made = ledger()
    book(made, fill(1, 10.0, 5.0))
    assert list(made.sheets()) == ["trend"]
    book(made, Fill(NOON, 2, 1, "F", 1.0, 5.0, rates={"EUR": 1.0}, tag="Liquidated"))
    book(made, mark(prices={"F": 6.0}))
    assert list(made.sheets()) == ["trend", "unassigned"]
    assert made.sheets()["unassigned"] == Sheet(unrealized=1.0)


START = datetime(2024, 1, 2, 14, 30, tzinfo=UTC)


def test_a_flow_survives_json() -> None:
    """What `to_dict` describes `from_dict` makes again."""
    flow = Flow(START, "EUR", 100.0, 110.0, "unannounced")
    assert Flow.from_dict(json.loads(json.dumps(flow.to_dict()))) == flow
