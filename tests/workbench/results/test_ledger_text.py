"""The ledger that a run left in LEAN's result, as the desk reads it."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from models.ledger.result_text import LEDGER_STATISTIC, LEDGER_TEXT_MARK, MOST_TEXT_BYTES
from tests.recordings.played import NAMES, played
from tests.utils.runs import Project, bought
from workbench.results.ledger_text import (
    LedgerTextError,
    Worth,
    ledger_in_result,
    read_ledger_text,
)


@pytest.mark.parametrize("name", NAMES)
def test_the_result_of_every_run_has_its_ledger(name: str) -> None:
    """Every term by strategy and every multiplier and rate come out of the result exactly."""
    replay = played(name).replay
    tracker, statistics = replay.tracker, replay.engine.summary_statistics
    assert len(statistics[LEDGER_STATISTIC]) <= MOST_TEXT_BYTES
    found = ledger_in_result({"statistics": dict(statistics)})
    assert found is not None
    assert found.strategies_left_out == 0
    assert found.strategies == tracker.sheets()
    books = tracker.ledger.books
    assert {sid: found.instruments[sid] for sid in found.instruments} == {
        sid: Worth(each.multiplier, each.currency, books.rates[each.currency])
        for sid, each in books.instruments.items()
        if sid in found.instruments
    }
    assert len(found.instruments) + found.instruments_left_out == len(books.instruments)
    total, balance = found.total, tracker.balance()
    assert found.starting_equity + total.net_pnl + total.fx + found.flows == pytest.approx(
        balance["equity"], abs=1e-6
    )


def test_a_run_may_leave_none(tmp_path: Path) -> None:
    """The setting is on by default, whatever the banner's says."""
    without = Project(tmp_path / "a").run(*bought(), banner="off", result_ledger="off")
    assert without.engine.summary_statistics == {}
    alone = Project(tmp_path / "b").run(*bought(), banner="off")
    assert list(alone.engine.summary_statistics) == [LEDGER_STATISTIC]
    assert ledger_in_result({"statistics": {}}) is None
    assert ledger_in_result({"statistics": None}) is None


def packed(document: Any) -> str:
    """A document packed as the ledger is."""
    return (
        LEDGER_TEXT_MARK + base64.b64encode(zlib.compress(json.dumps(document).encode())).decode()
    )


WHOLE: dict[str, Any] = {
    "begun": None, "time": None, "currency": "USD", "starting_equity": 1.0, "flows": 0.0,
    "unexplained": 0.0, "strategies": [["trend", *range(7)]], "others": None, "rates": {"USD": 1.0},
    "instruments": [[50.0, "USD", ["ES"]]], "left_out": [0, 0],
}  # fmt: skip

BAD: dict[str, Any] = {
    "no text": 7,
    "another text": "0.5 %",
    "another version": "pt9:AAAA",
    "no base64": "pt1:!!!",
    "no compression": "pt1:AAAA",
    "cut": packed(WHOLE)[:-8],
    "no object": packed([1, 2]),
    "a field is missing": packed({**WHOLE, "rates": {}}),
    "a field is of another type": packed({**WHOLE, "strategies": [["trend", "x"]]}),
    "too large": packed({**WHOLE, "currency": "U" * 8_000_000}),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_what_is_no_ledger_is_refused(text: Any) -> None:
    """With an error that says so in one line, and before much is unpacked."""
    with pytest.raises(LedgerTextError) as refused:
        read_ledger_text(text)
    assert "\n" not in str(refused.value)


def test_a_whole_one_is_read() -> None:
    """The bad ones above are bad for what was changed in them alone."""
    found = read_ledger_text(packed(WHOLE))
    assert (found.strategies["trend"].fees, found.instruments["ES"].multiplier) == (2.0, 50.0)
