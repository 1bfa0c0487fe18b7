"""Tests of runs rebuilt from LEAN's files alone, held against LEAN and against their replays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbench.runs.folders import SHARED, documents, result_folder, write
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.replay.replay import Replay
from workbench.results.ledger_text import ResultLedger
from workbench.runs.exactness import Exactness
from workbench.runs.lean.assembling import deployments_in, facts_of
from workbench.runs.lean.documents import read_folder
from workbench.runs.lean.facts import LeanFacts
from workbench.runs.lean.importing import ResultImport
from workbench.runs.lean.live import LiveImport
from workbench.runs.reading import read_record
from workbench.runs.record import RunRecord

CENT = 0.005

# Recordings whose strategies come out of the files to the cent.
SEPARABLE = (
    *("base-currency-fees", "cash-account", "covered-calls", "crypto-spot", "euro-account"),
    *("future-option-exercise", "futures-roll", "index-option-expiry", "live-paper"),
    *("live-redeploy-1", "live-redeploy-2", "live-redeploy-3", "option-combos", "order-types"),
    *("crypto-future-funding", "put-calendars", "renamed-ticker", "shared-options"),
    *("splits-and-shorts", "opposed-futures", "euro-futures"),
)
FOLDERS = (
    *("BasicTemplateCryptoAlgorithm", "CoarseFundamentalTop3Algorithm", "HybridOptionsBot"),
    *("FractionalQuantityRegressionAlgorithm", "IndicatorWarmupAlgorithm", "RegressionAlgorithm"),
)


def imported(folder: Path) -> tuple[LeanFacts, ResultImport, RunRecord]:
    """A run rebuilt from a folder."""
    documents = read_folder(folder)
    facts = facts_of(documents)
    rebuilt: ResultImport
    if facts.live:
        rebuilt = LiveImport(deployments_in(facts), "run", documents.files)
    else:
        rebuilt = ResultImport(facts, "run", documents.files)
    return facts, rebuilt, rebuilt.record()


def check_trades(facts: LeanFacts, rebuilt: ResultImport) -> None:
    """Every trade of LEAN's comes out, in LEAN's order."""
    if facts.trades is None:
        return
    ours = rebuilt.feed.lean_trades
    assert len(ours) == len(facts.trades)
    for mine, theirs in zip(ours, facts.trades, strict=True):
        assert mine.symbols == (theirs.sid,)
        assert mine.entry_price == pytest.approx(theirs.entry_price, rel=1e-9)
        assert mine.exit_price == pytest.approx(theirs.exit_price, rel=1e-9)
        assert mine.quantity == pytest.approx(theirs.quantity, rel=1e-9)
        assert mine.profit_loss == pytest.approx(theirs.profit_loss, abs=0.0051)
        assert mine.total_fees == pytest.approx(theirs.total_fees, abs=1e-6)


@pytest.mark.parametrize("name", SEPARABLE)
def test_files_alone_give_what_the_replay_gives(name: str, tmp_path: Path) -> None:
    """LEAN's trades, and each strategy's closed P&L and fees, to the cent."""
    replay = Replay(read_tape(find(name)))
    for _ in replay.play():
        pass
    facts, rebuilt, record = imported(result_folder(name, tmp_path))
    check_trades(facts, rebuilt)
    assert record.lean_trades == len(replay.lean_trades)
    assert record.labels["trades"].exactness is Exactness.EXACT
    assert record.labels["strategies"].exactness is Exactness.EXACT
    assert record.labels["structures"].exactness is Exactness.EXACT
    sheets = replay.tracker.sheets()
    for strategy, sheet in sheets.items():
        mine = record.sheets.get(strategy)
        assert (mine.realized if mine else 0.0) == pytest.approx(sheet.realized, abs=CENT)
        assert (mine.fees if mine else 0.0) == pytest.approx(sheet.fees, abs=CENT)


@pytest.mark.parametrize("name", ["option-combos", "order-types", "futures-roll"])
def test_what_only_prices_can_have_made_is_unrealized(name: str, tmp_path: Path) -> None:
    """Where nothing pays or costs, LEAN's equity tells what is open to a ten-thousandth."""
    _, _, record = imported(result_folder(name, tmp_path))
    truth = read_record(name)
    for term in ("unrealized", "equity", "starting_equity"):
        label = record.labels[term]
        assert label.exactness in (Exactness.EXACT, Exactness.DERIVED)
        assert abs(record.balance[term] - truth.balance[term]) <= (label.bound or 1e-9)


def test_what_no_file_separates_is_said_to_be_in_one_sum(tmp_path: Path) -> None:
    """Raw-priced shares paid dividends: only their sum with the rest is known, and never as 0."""
    _, _, record = imported(result_folder("cash-account", tmp_path))
    for term in ("dividends", "unrealized", "flows"):
        assert record.labels[term].exactness is Exactness.UNSEPARATED
    assert record.balance["unexplained"] is None
    assert record.labels["unexplained"].exactness is Exactness.ABSENT
    note = record.labels["unexplained"].note
    assert note.startswith("not testable: something is held at the end (tested at 2 points")
    assert "at which nothing was held, worst 0)" in note
    assert "--data" in record.labels["dividends"].note


def test_interest_that_nobody_told_of_is_not_taken_for_a_gain_of_prices(tmp_path: Path) -> None:
    """LEAN's own figure of what is open goes against it, so that nothing is said to be sure."""
    _, _, record = imported(result_folder("margin-interest", tmp_path))
    assert record.labels["unrealized"].exactness is Exactness.UNSEPARATED


def test_a_flat_run_is_tested_against_the_equity(tmp_path: Path) -> None:
    """At flat points LEAN's equity and ours are the same but for its rounding."""
    _, _, record = imported(result_folder("future-option-exercise", tmp_path))
    assert record.labels["unexplained"].exactness is Exactness.DERIVED
    assert abs(record.balance["unexplained"]) < 1e-4
    tested = "tested at 43 points of LEAN's chart at which nothing was held, worst 0"
    assert record.labels["unexplained"].note == tested


def test_a_tag_that_was_replaced_is_told(tmp_path: Path) -> None:
    """LEAN keeps the last tag alone: what a cancel replaced it with names nobody."""
    facts, rebuilt, record = imported(result_folder("sliced-fills", tmp_path))
    check_trades(facts, rebuilt)
    assert record.labels["strategies"].exactness is Exactness.DERIVED
    assert "tags" in record.labels["strategies"].note
    assert record.labels["realized"].exactness is Exactness.EXACT


def test_without_order_events_orders_stand_for_fills(tmp_path: Path) -> None:
    """A result alone still gives the trades' P&L, and says what it lacks."""
    result, _ = documents("option-combos")
    folder = write(tmp_path, result, None)
    _, _, record = imported(folder)
    assert record.labels["trades"].exactness is Exactness.DERIVED
    assert record.fees == pytest.approx(62.6, abs=5.0)
    assert any("order events" in problem for problem in record.told.problems)


def test_a_result_without_charts_begins_with_the_start_equity(tmp_path: Path) -> None:
    """And ends with the end equity, in cents."""
    _, _, record = imported(
        result_folder("option-combos", tmp_path, lambda result, _: result.pop("charts"))
    )
    assert record.balance["starting_equity"] == 1_000_000.0
    assert record.equity == pytest.approx(998_853.2, abs=0.01)


def test_the_ledger_in_a_result_is_taken_as_it_is(tmp_path: Path) -> None:
    """The terms that the run's own tracker left there are exact."""
    documents = read_folder(result_folder("cash-account", tmp_path))
    truth = read_record("cash-account")
    total = truth.balance
    ledger = ResultLedger(
        begun=None,
        time=None,
        currency="USD",
        starting_equity=total["starting_equity"],
        flows=total["flows"],
        unexplained=0.0,
        strategies=truth.sheets,
        others=truth.sheets["swing0"].__class__(),
        instruments={},
        strategies_left_out=0,
        instruments_left_out=0,
    )
    record = ResultImport(facts_of(documents), "run", documents.files, ledger).record()
    assert record.sheets == truth.sheets
    assert record.balance["dividends"] == 833.0
    assert record.labels["dividends"].exactness is Exactness.EXACT
    assert record.equity == pytest.approx(truth.equity, abs=1e-6)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the result folders are not beside the project")
@pytest.mark.parametrize("name", FOLDERS)
def test_real_folders_give_all_of_leans_trades(name: str) -> None:
    """Those that LEAN wrote, as it wrote them."""
    facts, rebuilt, record = imported(SHARED / name)
    check_trades(facts, rebuilt)
    assert record.labels["trades"].exactness is Exactness.EXACT
    total = float(facts.statistics["Total Fees"].replace("$", ""))
    assert record.fees == pytest.approx(total, abs=0.0051)


@pytest.mark.parametrize("name", ["option-combos", "put-calendars", "covered-calls"])
def test_combos_come_out_as_the_structures_of_the_replay(name: str, tmp_path: Path) -> None:
    """LEAN's groups of orders tell which legs are one trade, of open ones too."""
    _, _, record = imported(result_folder(name, tmp_path))
    mine, truth = record.told.structures, read_record(name).told.structures
    assert len(mine) == len(truth) > 0
    for ours, theirs in zip(mine, truth, strict=True):
        assert (ours.structure_id, ours.name, ours.strategy) == (
            theirs.structure_id, theirs.name, theirs.strategy,
        )  # fmt: skip
        assert [(leg.sid, leg.quantity, leg.entry_price) for leg in ours.legs] == [
            (leg.sid, leg.quantity, leg.entry_price) for leg in theirs.legs
        ]
        if theirs.closed is not None:
            assert ours.net_pnl == pytest.approx(theirs.net_pnl, abs=CENT)
            assert ours.closed == theirs.closed


@pytest.mark.slow
def test_what_is_left_over_moves_no_strategy_by_the_price_of_what_is_opposed(
    tmp_path: Path,
) -> None:
    """Strategies that hold an instrument against each other keep near what the replay gives."""
    _, _, record = imported(result_folder("three-strategies", tmp_path))
    truth = {
        (mark.strategy, mark.time): mark.net_pnl
        for mark in read_record("three-strategies").told.marks
        if mark.strategy
    }
    apart = [
        abs((mark.net_pnl or 0.0) - (truth[mark.strategy, mark.time] or 0.0))
        for mark in record.told.marks
        if (mark.strategy, mark.time) in truth
    ]
    assert len(apart) > 1000
    assert max(apart) < 60_000.0  # of an account of ten millions
