"""Tests of CSV files of fills and of daily returns."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import from_fills
from workbench.runs.exactness import Exactness
from workbench.runs.lean.fields import ResultError
from workbench.runs.reading import read_record

FILLS = """time,symbol,quantity,price,fee,strategy,tag,multiplier
2024-01-02 15:00:00+00:00,AAPL,100,185.60,1.00,trend,,
2024-01-05 15:30:00+00:00,ESH4,2,4740.25,4.30,index,,50
2024-01-09 15:30:00+00:00,AAPL,-100,188.00,1.00,trend,,
"""


def test_fills_are_booked_as_by_hand(tmp_path: Path) -> None:
    """The same books as `from_fills` makes; what no such file has is said to be absent."""
    (tmp_path / "fills.csv").write_text(FILLS)
    record = read_record(str(tmp_path / "fills.csv"))
    assert record.sheets["trend"].realized == pytest.approx(240.0)
    assert record.fees == pytest.approx(6.3)
    assert (record.algorithm, record.sources[0].kind) == ("fills", "fills")
    assert len(record.told.fills) == 3
    assert record.labels["realized"].exactness is Exactness.EXACT
    assert record.labels["dividends"].exactness is Exactness.ABSENT
    assert record.labels["structures"].exactness is Exactness.ABSENT
    assert record.balance["unexplained"] is None
    assert from_fills([], 100_000).current_equity == 100_000.0


def test_daily_returns_are_the_returns_of_the_run(tmp_path: Path) -> None:
    """Day by day; there are no trades in them."""
    (tmp_path / "fund.csv").write_text("Date,Return\n2024-01-02,0.01\n2024-01-03,-0.005\n")
    record = read_record(str(tmp_path / "fund.csv"))
    found = {f"{day.date}": day.daily_return for day in record.told.days if not day.strategy}
    assert found["2024-01-02"] == pytest.approx(0.01)
    assert found["2024-01-03"] == pytest.approx(-0.005)
    assert record.equity == pytest.approx(100_000 * 1.01 * 0.995)
    assert record.labels["statistics"].exactness is Exactness.EXACT
    assert record.labels["trades"].exactness is Exactness.ABSENT
    (tmp_path / "other.csv").write_text("Date,Return\n2024-01-02,0.01\n2024-01-03,-0.006\n")
    assert read_record(str(tmp_path / "other.csv")).id != record.id


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no rows"),
        ("time,symbol,quantity,price\n", "no rows"),
        ("a,b\n1,2\n", "fills need symbol"),
        ("time,symbol,quantity,price\n2024-01-02,AAPL,x,1\n", "no number"),
        ("time,symbol,quantity,price\n2024-01-02,AAPL,inf,1\n", "no finite number"),
        ("time,symbol,quantity,price\nyesterday,AAPL,1,1\n", "no time of ISO 8601"),
        ("time,symbol,quantity,price\n2024-01-02,AAPL,1\n", "has not 4 values"),
        ("time,symbol,quantity,price,color\n2024-01-02,AAPL,1,1,red\n", "color"),
        ("date,return\n2024-01-02,0.1\n2024-01-02,0.1\n", "comes twice"),
        ("date,return\n2024-01-02,-1\n", "leaves nothing"),
        ('date,return\n"2024-01-02,0.1\n', "no CSV"),
        ("date,return\n\x00,0.1\n", "no time|no CSV"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(text: str, why: str, tmp_path: Path) -> None:
    """With a line that says where and why."""
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(ResultError, match=why):
        read_record(str(tmp_path / "bad.csv"))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A spreadsheet's own format is no CSV."""
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ResultError, match="no CSV"):
        read_record(str(tmp_path / "bad.csv"))
