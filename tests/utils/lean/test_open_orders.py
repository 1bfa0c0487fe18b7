"""Open orders over a redeploy: saved with what they can be known by, taken up by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.ledger.orders import SavedOrder
from tests.utils.runs import Project, bought, stock
from tests.workbench.engine import tapes
from utils.tracking import LeanTracker

LEFT = 499.0


def selling(clock: str, **changes: Any) -> tapes.Line:
    """An event of an order to sell 10 at a limit of 60."""
    terms: dict[str, Any] = {
        "order": 2, "event": 1, "status": "SUBMITTED", "direction": "SELL", "fill_qty": 0.0,
        "fill_price": 0.0, "qty": -10.0, "order_qty": -10.0, "order_type": "LIMIT", "limit": 60.0,
        "fee": 0.0, "fee_account": 0.0, "position": 10.0, "cash": {"USD": [LEFT, 1.0]},
    }  # fmt: skip
    return tapes.order(clock, **terms | changes)


def filled(clock: str, quantity: float, event: int, **changes: Any) -> tapes.Line:
    """A part of it that is filled at 60, under the id that the order has after the stop."""
    left = 10.0 + quantity * (1 if event == 1 else 2)
    terms = {
        "order": 1, "event": event, "fill_qty": quantity, "fill_price": 60.0, "tag": "",
        "status": "PARTIALLY_FILLED" if left else "FILLED", "position": left,
        "cash": {"USD": [LEFT + 60.0 * (10.0 - left), 1.0]},
        "tpv": LEFT + 600.0, "price": 60.0,
    }  # fmt: skip
    return selling(clock, **terms | changes)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project that bought 10 shares and was stopped with a limit order in the market."""
    made = Project(tmp_path)
    made.run(*bought(), selling("14:33", tag="strategy=b"))
    return made


def test_an_open_order_is_saved_with_what_it_can_be_known_by(project: Project) -> None:
    """The state says the broker's ids, symbol, side, type and prices, and whose it is."""
    found = list[SavedOrder]()

    def look(tracker: LeanTracker) -> None:
        found.extend(tracker.ledger.books.orders.saved)

    project.run(tapes.security(), tapes.mark("14:40", h=stock(10.0, 52.0)), started=look)
    (saved,) = found
    assert (saved.broker_ids, saved.sid, saved.side) == (("2",), tapes.STOCK, -1)
    assert (saved.order_type.name, saved.limit, saved.stop) == ("LIMIT", 60.0, None)
    assert (saved.strategy, saved.tag) == ("b", "strategy=b")


def test_an_order_without_its_tag_is_the_only_one_alike(project: Project) -> None:
    """It fills in two parts after the stop, under another id: strategy b is short, a is long."""
    lines = filled("14:40", -5.0, 1), filled("14:41", -5.0, 2)
    after = tapes.mark("14:42", h={}, tpv=LEFT + 600.0, cash={"USD": [LEFT + 600.0, 1.0]})
    run = project.run(tapes.security(), *lines, after, cash=LEFT, execution="on")
    accounts = run.tracker.ledger.books.accounts
    assert accounts["b"].open[tapes.STOCK].quantity == -10.0
    assert accounts["a"].open[tapes.STOCK].quantity == 10.0
    (said,) = run.tracker.anomalies()
    assert said.kind == "order taken up"
    assert "order 1 of AAA is that of b, known as the only one alike" in said.detail
    assert run.tracker.balance()["unexplained"] == pytest.approx(0.0, abs=1e-9)
    assert not run.tracker.errors


@pytest.mark.parametrize("tag", ["", "strategy=c"])
def test_an_order_that_is_filled_by_the_first_hook_is_known_again(
    project: Project, tag: str
) -> None:
    """LEAN has it no more among those that are open when its fill comes; a name in its tag wins."""
    line = filled("14:40", -10.0, 1, tag=tag, position=0.0, status="FILLED")
    after = tapes.mark("14:42", h={}, tpv=LEFT + 600.0, cash={"USD": [LEFT + 600.0, 1.0]})
    run = project.run(tapes.security(), line, after, cash=LEFT, execution="on")
    accounts = run.tracker.ledger.books.accounts
    assert accounts["c" if tag else "b"].open[tapes.STOCK].quantity == -10.0
    assert accounts["a"].open[tapes.STOCK].quantity == 10.0
    told = [each.detail for each in run.tracker.anomalies()]
    assert told == ([] if tag else ["order 1 of AAA is that of b, known as the only one alike"])
    assert not run.tracker.errors


def test_an_order_filled_at_once_that_is_like_none_is_new(project: Project) -> None:
    """Somebody sent it since the start: it is not taken for one that closes what is held."""
    line = filled("14:40", -10.0, 1, limit=59.0, position=0.0, status="FILLED")
    run = project.run(tapes.security(), line, cash=LEFT)
    accounts = run.tracker.ledger.books.accounts
    assert accounts["main"].open[tapes.STOCK].quantity == -10.0
    assert accounts["a"].open[tapes.STOCK].quantity == 10.0


def test_an_order_like_none_closes_what_is_held(project: Project) -> None:
    """With another limit it is nobody's: the holder's lots are closed."""
    lines = filled("14:40", -5.0, 1, limit=59.0), filled("14:41", -5.0, 2, limit=59.0)
    run = project.run(tapes.security(), *lines, cash=LEFT)
    assert [trade.strategy for trade in run.tracker.trades()] == ["a", "a"]
    assert "b" not in run.tracker.strategies()


def test_trades_and_the_log_tell_deployments_apart(project: Project) -> None:
    """What order 1 of the first deployment opened, order 1 of the second closed."""
    lines = filled("14:40", -5.0, 1, limit=59.0), filled("14:41", -5.0, 2, limit=59.0)
    run = project.run(tapes.security(), *lines, cash=LEFT, log_level="debug")
    assert [trade.order_ids for trade in run.tracker.trades()] == [(1, 2_000_000_001)] * 2
    closed = run.logged("trade closed")
    assert all("id=o1 " in line and "closed_by=2-o1" in line for line in closed)
    assert "id=2-o1 " in run.logged("order filled")[0]
