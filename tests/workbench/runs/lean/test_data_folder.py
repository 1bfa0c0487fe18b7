"""Tests of LEAN's data folder, in small ones of LEAN's layout."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.workbench.runs.folders import result_folder
from workbench.engine.tape import read_tape
from workbench.recordings import find
from workbench.runs.exactness import Exactness
from workbench.runs.lean.data_folder import LeanData
from workbench.runs.lean.fields import ResultError
from workbench.runs.lean.instruments import Described
from workbench.runs.lean.sid import read_sid
from workbench.runs.reading import read_record

PROPERTIES = """market,symbol,type,description,quote_currency,contract_multiplier,tick,lot

# a comment, as LEAN's file has them
usa,[*],equity,,USD,1,0.01,1
usa,[*],option,,USD,100,0.01,1
cme,ES,future,E-mini S&P 500 Futures,USD,50.0,0.25,1.0
"""


def data_folder(folder: Path, name: str) -> Path:
    """LEAN's data folder with factor files of what a recording's shares paid and split."""
    actions: dict[str, list[tuple[date, float, float, float]]] = defaultdict(list)
    tickers: dict[str, str] = {}
    for line in read_tape(find(name)).lines():
        said = line.fields
        if line.type == "security" and said["kind"] == "EQUITY":
            tickers[said["sid"]] = said["ticker"]
        eve = line.utc.date() - timedelta(days=1)
        if line.type == "dividend":
            close = 1_000.0
            actions[said["sid"]].append((eve, 1.0 - said["distribution"] / close, 1.0, close))
        elif line.type == "split" and said["kind"] == "SPLIT_OCCURRED":
            actions[said["sid"]].append((eve, 1.0, said["factor"], said["reference"]))
    factors = folder / "equity" / "usa" / "factor_files"
    factors.mkdir(parents=True)
    for sid, ticker in tickers.items():
        rows, price, split = ["20501231,1,1,0"], 1.0, 1.0
        for eve, lower, factor, close in reversed(actions[sid]):
            price, split = price * lower, split * factor
            rows.append(f"{eve:%Y%m%d},{price!r},{split!r},{close}")
        rows.append(f"19980102,{price!r},{split!r},0")
        (factors / f"{ticker.lower()}.csv").write_text("\n".join(reversed(rows)) + "\n")
    (folder / "symbol-properties").mkdir()
    (folder / "symbol-properties" / "symbol-properties-database.csv").write_text(PROPERTIES)
    return folder


@pytest.mark.parametrize("name", ["cash-account", "splits-and-shorts"])
def test_the_data_folder_separates_what_a_result_does_not(name: str, tmp_path: Path) -> None:
    """Dividends are exact by strategy then, and what is open is what LEAN's equity leaves."""
    folder = result_folder(name, tmp_path / "run")
    truth = read_record(name)
    data = data_folder(tmp_path / "data", name)
    record = read_record(str(folder), data)
    assert record.labels["dividends"].exactness is Exactness.EXACT
    assert record.labels["unrealized"].exactness in (Exactness.EXACT, Exactness.DERIVED)
    for strategy, sheet in truth.sheets.items():
        mine = record.sheets[strategy]
        for term in ("realized", "fees", "dividends", "settlement"):
            assert getattr(mine, term) == pytest.approx(getattr(sheet, term), abs=0.005)
    assert record.balance["unrealized"] == pytest.approx(truth.balance["unrealized"], abs=0.001)
    assert record.id == read_record(str(folder)).id  # better, and the same run


def share(ticker: str = "SPY", sid: str = "SPY R735QTJ8XC9X") -> Described:
    """A share as a result describes it."""
    return Described(read_sid(sid), ticker, "USD", "", "RAW", whole=True)


def test_multipliers_are_those_of_the_database(tmp_path: Path) -> None:
    """By market, symbol and kind; a star is for all others; a future's option is as the future."""
    data = LeanData(data_folder(tmp_path, "no-trades"))
    future = Described(read_sid("ES VMKLFZIH2MTD"), "ES20Z13", "USD", "", "RAW", whole=True)
    option = read_sid("ES XFH59UPBMTJ8|ES XFH59UK0MYO1")
    assert data.multiplier(future) == 50.0
    assert data.multiplier(Described(option, "ES", "USD", "", "RAW", whole=True)) == 50.0
    assert data.multiplier(share()) == 1.0
    other = Described(read_sid("GC VOFJUCDY9XNH"), "GC26G14", "USD", "", "RAW", whole=True)
    assert data.multiplier(other) is None


def test_files_may_be_in_archives(tmp_path: Path) -> None:
    """Factor files of all shares in one zip, and prices in one for each."""
    folder = tmp_path / "equity" / "usa"
    for name in ("factor_files", "daily"):
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(folder / "factor_files" / "factor_files_20260101.zip", "w") as archive:
        archive.writestr("spy.csv", "20140102,0.99,0.5,\n20140110,1,1,\n20501231,1,1,\n")
    with zipfile.ZipFile(folder / "daily" / "spy.zip", "w") as archive:
        archive.writestr("spy.csv", "20140102 00:00,1000000,1000000,1000000,2000000,7\n")
    data = LeanData(tmp_path)
    actions = data.actions("SPY", share())
    assert actions is not None
    assert [(each.distribution, each.time.day) for each in actions.dividends] == [(2.0, 3)]
    assert [(each.factor, each.reference) for each in actions.splits] == [(0.5, 200.0)]
    ((time, price),) = data.prices(share())
    assert (time.isoformat(), price) == ("2014-01-02T21:00:00+00:00", 200.0)


def test_a_map_file_of_another_share_is_not_followed(tmp_path: Path) -> None:
    """A ticker is given to another company: its factor file is not the share's."""
    folder = tmp_path / "equity" / "usa"
    for name in ("factor_files", "map_files"):
        (folder / name).mkdir(parents=True)
    (folder / "factor_files" / "bac.csv").write_text("20140102,0.9,1,10\n20501231,1,1,0\n")
    (folder / "map_files" / "bac.csv").write_text("19980102,nb\n20501231,bac\n")
    data = LeanData(tmp_path)
    assert data.actions("NB", share("BAC", "NB R735QTJ8XC9X")) is not None
    assert data.actions("X", share("BAC", "X R735QTJ8XC9X")) is None
    assert data.actions("X", share("../../secret", "X R735QTJ8XC9X")) is None


@pytest.mark.parametrize(
    "row", ["20140102,0.9", "20140102,x,1,1", "20140102,0,1,1", "2014x102,1,1,1", "1,1,1,1"]
)
def test_a_damaged_factor_file_is_refused(row: str, tmp_path: Path) -> None:
    """Rather than taken for a share that paid nothing."""
    folder = tmp_path / "equity" / "usa" / "factor_files"
    folder.mkdir(parents=True)
    (folder / "spy.csv").write_text(f"{row}\n20501231,1,1,0\n")
    with pytest.raises(ResultError, match="spy"):
        LeanData(tmp_path).actions("SPY", share())


def test_what_is_no_data_folder_is_refused(tmp_path: Path) -> None:
    """With a line that says so."""
    with pytest.raises(ResultError, match="no data folder"):
        LeanData(tmp_path)
    with pytest.raises(ResultError, match="no data folder"):
        LeanData(tmp_path / "gone")
