"""Securities: each is described as LEAN has it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.events.instruments import Instrument, SecurityType, Valuation
from tests.utils.lean.wired import RECORDED_NAMES, tracked, wired
from tests.workbench.engine import tapes
from workbench.engine.engine import RecordedEngine
from workbench.engine.tape import read_tape
from workbench.recordings import recordings
from workbench.replay.replay import TrackedAlgorithm


def test_an_instrument_is_described_as_leans_security(tmp_path: Path) -> None:
    """Every field of an instrument is what the recorded security has."""
    engine, tracker = tracked(
        tmp_path,
        tapes.security(),
        tapes.option(),
        tapes.order(sid=tapes.OPTION, cash={"USD": [499.0, 1.0]}, position=10.0),
    )
    list(engine.play())
    assert tracker.ledger.books.instruments[tapes.OPTION] == Instrument(
        sid=tapes.OPTION,
        ticker="AAA   200117C00100000",
        security_type=SecurityType.OPTION,
        quote="USD",
        multiplier=100.0,
        market="usa",
        settlement_model="ImmediateSettlementModel",
        underlying=tapes.STOCK,
        strike=100.0,
        right="CALL",
        expiry=datetime(2020, 1, 17, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", RECORDED_NAMES)
def test_instruments_are_as_recorded(name: str) -> None:
    """On every recording the reader sees what the tape says of each security traded."""
    engine, tracker = wired(RecordedEngine(read_tape(recordings()[name].path), TrackedAlgorithm))
    lines = {
        played.line["sid"]: played.line for played in engine.play() if played.type == "security"
    }
    for sid, instrument in tracker.ledger.books.instruments.items():
        line = lines[sid]
        assert instrument.security_type is SecurityType(line["kind"])
        assert (instrument.quote, instrument.market) == (line["quote"], line["market"])
        assert (instrument.multiplier, instrument.lot) == (line["multiplier"], line["lot"])
        assert instrument.normalization == line["normalization"]
        assert instrument.interest_model == line["interest_model"]
        assert instrument.settlement_model == line["settlement_model"]
        expiry = line.get("expiry")
        assert instrument.expiry == (expiry and datetime.fromisoformat(expiry + "+00:00"))
        assert (instrument.strike, instrument.right) == (line.get("strike"), line.get("right", ""))
        if instrument.valuation is Valuation.PAIR:
            assert instrument.base + instrument.quote == instrument.ticker
