"""Tests of what a Symbol's ID tells."""

from __future__ import annotations

import pytest

from models.events.instruments import SecurityType
from tests.workbench.runs.folders import documents
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.runs.lean.fields import ResultError
from workbench.runs.lean.sid import read_sid

RECORDED = (
    *("option-combos", "index-option-expiry", "future-option-exercise", "futures-roll"),
    *("crypto-spot", "crypto-future-funding", "splits-and-shorts", "renamed-ticker"),
)


@pytest.mark.parametrize("name", RECORDED)
def test_an_id_tells_what_lean_said_of_the_instrument(name: str) -> None:
    """Kind, market, expiry, strike and right, with the ticker's help and without."""
    for line in read_tape(find(name)).lines():
        if line.type != "security":
            continue
        said = line.fields
        for ticker in ("", said["ticker"]):
            found = read_sid(said["sid"], ticker)
            assert found.security_type is SecurityType(said["kind"])
            assert found.market == said["market"]
            if "strike" in said:
                assert found.strike == pytest.approx(said["strike"])
                assert (found.right, found.underlying) == (said["right"], said["underlying"])
            if "expiry" in said:
                assert found.date is not None
                assert found.date.isoformat()[:10] == said["expiry"][:10]


@pytest.mark.parametrize(
    "text", ["", "SPY", "SPY !", "SPY 99", "SPY ZZZZZZZZZZZZZ", " R735QTJ8XC9X"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    """A ticker alone, digits that are none, a kind that there is not."""
    with pytest.raises(ResultError, match="no Symbol ID"):
        read_sid(text)


def test_a_strike_may_be_below_zero() -> None:
    """A bit of the strike's digits says so; a scale below that of 1 divides."""
    packed = 2 + 100 + 3 * 10**5 + ((1 << 19) | 25) * 10**7 + 42_000 * 10**14
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    code = ""
    while packed:
        packed, place = divmod(packed, 36)
        code = digits[place] + code
    assert read_sid(f"CL {code}|CL R735QTJ8XC9X").strike == pytest.approx(-0.025)


def test_orders_name_what_they_trade_by_ids() -> None:
    """Every ID of a result can be read."""
    result, _ = documents("option-combos")
    sids = {order["symbol"]["id"] for order in result["orders"].values()}
    assert {read_sid(sid).security_type for sid in sids} == {SecurityType.OPTION}
