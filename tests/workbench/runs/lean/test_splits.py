"""Tests of splits that LEAN's trades tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.workbench.runs.folders import result_folder
from workbench.runs.lean.assembling import facts_of
from workbench.runs.lean.documents import read_folder
from workbench.runs.lean.importing import ResultImport
from workbench.runs.lean.instruments import describe, traded_sids
from workbench.runs.lean.splits import found_splits

ZONE = ZoneInfo("America/New_York")


def test_a_split_is_found_with_its_factor_and_its_day(tmp_path: Path) -> None:
    """Apple's 7 for 1 of June 2014, between two fills that are days apart."""
    facts = facts_of(read_folder(result_folder("splits-and-shorts", tmp_path)))
    fills = [event for event in facts.events if event.fills]
    described = describe(facts, traded_sids(facts.events))
    (split,) = found_splits(facts.trades or (), fills, described, ZONE)
    assert split.sid.startswith("AAPL")
    assert split.factor == pytest.approx(1 / 7, rel=1e-5)
    places = [at for at, fill in enumerate(fills) if fill.sid == split.sid]
    before = fills[places[places.index(split.before) - 1]]
    assert before.time <= split.time <= fills[split.before].time
    assert before.price / fills[split.before].price == pytest.approx(7.0, rel=0.05)


def test_without_a_split_none_is_found(tmp_path: Path) -> None:
    """Entry prices are those of the fills."""
    facts = facts_of(read_folder(result_folder("cash-account", tmp_path)))
    fills = [event for event in facts.events if event.fills]
    described = describe(facts, traded_sids(facts.events))
    assert found_splits(facts.trades or (), fills, described, ZONE) == []


def test_trades_grouped_otherwise_are_taken_for_no_split(tmp_path: Path) -> None:
    """A mean entry price is not that of a fill, but LEAN's records of closings go against it."""

    def change(result: dict[str, Any], _: list[Any]) -> None:
        for trade in result["totalPerformance"]["closedTrades"]:
            trade["entryPrice"] *= 1.1

    documents = read_folder(result_folder("cash-account", tmp_path, change))
    rebuilt = ResultImport(facts_of(documents), "run", documents.files)
    record = rebuilt.record()
    assert record.labels["trades"].exactness == "derived"
    assert record.balance["realized"] == pytest.approx(304.0)
