"""Three deployments played in turn on one store, as a project is stopped and deployed again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.recordings.played import RECORDINGS
from workbench.engine.tape import read_tape
from workbench.replay.replay import Replay

CENT = 0.01
DEPLOYMENTS = ("live-redeploy-1", "live-redeploy-2", "live-redeploy-3")


def play_in_turn(store: Path, *names: str) -> list[tuple[Replay, list[dict[str, Any]]]]:
    """Play recordings one after another, each going on with what the one before saved."""
    found: list[tuple[Replay, list[dict[str, Any]]]] = []
    for number, name in enumerate(names):
        tape = read_tape(RECORDINGS[name].path)
        replay = Replay(tape, store=store, deployment=f"L-{number}", persist="on")
        found.append((replay, [row for row in replay.play() if row is not None]))
    return found


def held(replay: Replay) -> dict[tuple[str, str], float]:
    """(strategy, Symbol ID) -> quantity of all that is open."""
    accounts = replay.tracker.ledger.books.accounts.values()
    return {
        (each.name, sid): position.quantity
        for each in accounts
        for sid, position in each.open.items()
    }


def test_three_deployments_on_one_store(tmp_path: Path) -> None:
    """The only flow is the deposit, nothing is unexplained, and each strategy holds its own."""
    plays = play_in_turn(tmp_path, *DEPLOYMENTS)
    tracker = plays[-1][0].tracker
    (flow,) = tracker.flows()
    assert (flow.currency, flow.cause) == ("USD", "while stopped")
    assert flow.amount == pytest.approx(5_000.0, abs=CENT)
    (adopted,) = tracker.anomalies()
    assert adopted.kind == "adopted"
    assert "taken for a trade at 100.5" in adopted.detail
    for _, rows in plays:
        assert all(abs(row["unexplained"]) <= CENT for row in rows)
        assert all(abs(row["equity"] - row["lean_equity"]) <= CENT for row in rows)
    assert tracker.balance()["max_abs_unexplained"] == pytest.approx(0.0, abs=CENT)
    ends = held(plays[-1][0])
    assert ends == {("s0", "BTCUSD 2XR"): 1.25, ("s2", "ES Z8DP3PLK7AIP"): -2.0}
    assert not tracker.errors


def test_the_navs_of_a_stop_meet(tmp_path: Path) -> None:
    """What was made while stopped is made, and a deposit moves no NAV."""
    first, second, third = play_in_turn(tmp_path, *DEPLOYMENTS)
    for (_, before), (after, rows), deposit in ((first, second, 0.0), (second, third, 5_000.0)):
        grown = (rows[0]["equity"] - deposit) / before[-1]["equity"]
        assert rows[0]["nav"] == pytest.approx(before[-1]["nav"] * grown, rel=1e-9)
        assert after.tracker.deployments[-1].nav == pytest.approx(before[-1]["nav"])


def test_one_look_alone_may_be_of_a_moving_market(tmp_path: Path) -> None:
    """The last mark of the third shows the equity of one step beside the prices of the next."""
    tracker = play_in_turn(tmp_path, "live-redeploy-3")[0][0].tracker
    assert tracker.ledger.doubt.gap == pytest.approx(-58.7863, abs=CENT)
    assert tracker.balance()["unexplained"] == pytest.approx(0.0, abs=CENT)
    assert tracker.anomalies() == ()


def test_a_paper_account_that_begins_anew(tmp_path: Path) -> None:
    """The second run ends with the sums of both, without a flow, though a rate is missing first."""
    (first, _), (second, rows) = play_in_turn(tmp_path, "live-paper", "live-paper")
    assert second.tracker.flows() == ()
    terms = first.tracker.ledger.total(), second.tracker.ledger.total()
    assert terms[1].net_pnl == pytest.approx(2 * terms[0].net_pnl, abs=1e-6)
    assert terms[1].fees == pytest.approx(2 * terms[0].fees, abs=1e-9)
    assert all(trade.exit_price > 0 for trade in second.tracker.trades())
    assert all(abs(row["unexplained"]) <= CENT for row in rows)
    grown = first.tracker.scopes.account.track.nav
    assert grown is not None
    assert rows[0]["nav"] == pytest.approx(grown)
    assert rows[-1]["nav"] == pytest.approx(grown**2, abs=1e-7)
    assert held(second) == held(first)
