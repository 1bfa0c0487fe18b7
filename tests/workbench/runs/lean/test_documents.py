"""Tests of finding and reading LEAN's result files, whole ones and others."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.runs.folders import documents, result_folder, write
from workbench.recordings import find
from workbench.runs.lean import assembling
from workbench.runs.lean import documents as reading
from workbench.runs.lean.assembling import facts_of
from workbench.runs.lean.documents import kind_of, read_alone, read_archive, read_folder
from workbench.runs.lean.fields import ResultError
from workbench.runs.reading import read_record


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1234567890.json", "result"),
        ("Run-order-events.json", "order-events"),
        ("order-events.json.gz", "order-events"),
        ("L-3-2026-11-26-order-events.json", "order-events"),
        ("Run-summary.json", "summary"),
        ("Run-2026-11-26_minute.json", "live"),
        ("Run-2026-11-26-13_second_Strategy%20Equity.json", "live"),
        ("config", "config"),
        ("config.json", None),
        ("data-monitor-report-20260101.json", None),
        ("log.txt", None),
        ("Run-log.txt", None),
    ],
)
def test_a_name_tells_what_a_file_is(name: str, kind: str | None) -> None:
    """Of LEAN's own files and of those of its command line."""
    assert kind_of(name) == kind


def test_a_folder_an_archive_and_a_file_are_one_run(tmp_path: Path) -> None:
    """The same id and the same figures, however the files come."""
    folder = result_folder("covered-calls", tmp_path / "run")
    with zipfile.ZipFile(tmp_path / "run.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"results/{file.name}")
    known = read_record(str(folder))
    for source in (tmp_path / "run.zip", folder / "Run.json"):
        record = read_record(str(source))
        assert (record.id, record.balance) == (known.id, known.balance)
        assert [file.sha256 for file in record.sources] == [file.sha256 for file in known.sources]


def test_old_names_are_understood(tmp_path: Path) -> None:
    """Names in Pascal case, order events with dashes, points of charts with x and y."""
    result, rows = documents("covered-calls")
    dashed = {"orderId": "order-id", "orderEventId": "order-event-id", "fillPrice": "fill-price"}
    old = [{dashed.get(name, name): value for name, value in row.items()} for row in rows]
    pascal = _pascal(result)
    series = pascal["Charts"]["Strategy Equity"]["Series"]["Equity"]
    series["Values"] = [{"x": point[0], "y": point[-1]} for point in series["Values"]]
    now = read_record(str(write(tmp_path / "new", result, rows)))
    then = read_record(str(write(tmp_path / "old", pascal, old)))
    assert then.balance == now.balance
    assert then.lean_trades == now.lean_trades
    assert then.sheets == now.sheets


# Objects whose names are the user's own, or LEAN's in every version.
_MAPS = frozenset({"charts", "series", "orders", "profitLoss", "statistics", "parameters"})


def _pascal(value: dict[str, Any], keep: bool = False) -> dict[str, Any]:
    return {
        name if keep else name[:1].upper() + name[1:]: (
            _pascal(each, name in _MAPS and not keep)
            if isinstance(each, dict)
            else [_pascal(one) if isinstance(one, dict) else one for one in each]
            if isinstance(each, list)
            else each
        )
        for name, each in value.items()
    }


def test_events_within_orders_are_as_good_as_a_file_of_them(tmp_path: Path) -> None:
    """A download of the cloud's is one JSON, which may have them there, and within an object."""
    result, rows = documents("option-combos")
    known = read_record(str(write(tmp_path / "two", result, rows)))
    for number, order in result["orders"].items():
        order["events"] = [row for row in rows if row["orderId"] == int(number)]
    result["orders"] = [*result["orders"].values()]
    (tmp_path / "download.json").write_text(json.dumps({"backtest": result}))
    record = read_record(str(tmp_path / "download.json"))
    assert record.labels["trades"].exactness == "exact"
    assert record.fees == pytest.approx(known.fees)
    assert {name: round(each.realized, 6) for name, each in record.sheets.items()} == {
        name: round(each.realized, 6) for name, each in known.sheets.items()
    }


def test_several_results_in_a_folder_must_be_named(tmp_path: Path) -> None:
    """Nobody guesses which; the file's own name says it."""
    result, rows = documents("covered-calls")
    write(tmp_path, result, rows, "One")
    write(tmp_path, result, rows, "Two")
    with pytest.raises(ResultError, match="has 2 results"):
        read_folder(tmp_path)
    assert [each.file.name for each in read_alone(tmp_path / "Two.json").events] == [
        "Two-order-events.json"
    ]


def test_of_backtests_the_last_is_taken(tmp_path: Path) -> None:
    """By the time stamps that the LEAN CLI names them with, and it is said."""
    for stamp in ("2026-01-02_03-04-05", "2026-01-01_03-04-05"):
        folder = result_folder("covered-calls", tmp_path / "Project" / "backtests" / stamp)
        (folder / "code").mkdir()
        (folder / "code" / "main.py").write_text(f"class My(QCAlgorithm):  # {stamp}\n    pass\n")
        rows = json.loads((folder / "Run-order-events.json").read_text())
        for row in rows:
            row["algorithmId"] = "1234567890"
        (folder / "Run-order-events.json").write_text(json.dumps(rows))
    record = read_record(str(tmp_path / "Project" / "backtests"))
    assert record.told.problems[0].endswith("the last is taken: 2026-01-02_03-04-05")
    assert (record.algorithm, record.deployments) == ("My", ("1234567890",))
    assert len(record.code) == 12


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_cut_file_is_refused(share: float, tmp_path: Path) -> None:
    """One line says which file, and nothing is kept of it."""
    folder = result_folder("covered-calls", tmp_path)
    data = (folder / "Run.json").read_bytes()
    (folder / "Run.json").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ResultError, match=r"Run\.json is cut or no JSON"):
        read_folder(folder)


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    """JSON that is nobody's result, numbers that JSON has not, and archives that are none."""
    (tmp_path / "other.json").write_text('{"name": "value"}')
    with pytest.raises(ResultError, match="no result of LEAN's"):
        read_record(str(tmp_path / "other.json"))
    (tmp_path / "nan.json").write_text('{"charts": NaN}')
    with pytest.raises(ResultError, match="NaN is no JSON"):
        read_record(str(tmp_path / "nan.json"))
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(ResultError, match="nested too deeply"):
        read_record(str(tmp_path / "deep.json"))
    (tmp_path / "none.zip").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(ResultError, match="archive cannot be read"):
        read_record(str(tmp_path / "none.zip"))


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    """A small archive may not fill the memory, nor a small gzip file."""
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Run.json", b" " * (reading.SMALL * 4))
    with pytest.raises(ResultError, match="unpacks to more than"):
        read_archive(tmp_path / "bomb.zip")


def test_a_gzip_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is that of every file of others."""
    monkeypatch.setattr(reading, "MOST_READ", 1_000)
    (tmp_path / "result.json.gz").write_bytes(gzip.compress(b" " * 2_000))
    with pytest.raises(ResultError, match="unpacks to more than 1,000 bytes"):
        read_folder(tmp_path)
    (tmp_path / "result.json.gz").write_bytes(b"no gzip")
    with pytest.raises(ResultError, match="is damaged"):
        read_folder(tmp_path)


def test_a_file_of_too_many_objects_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would take the machine's memory is not even parsed."""
    monkeypatch.setattr(reading, "MOST_OBJECTS", 100)
    folder = result_folder("covered-calls", tmp_path)
    with pytest.raises(ResultError, match="more than 100 objects"):
        read_folder(folder)


def test_of_too_many_points_some_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live run of months has millions; the last is always among them."""
    folder = result_folder("order-types", tmp_path)
    known = facts_of(read_folder(folder)).equity
    monkeypatch.setattr(assembling, "MOST_SAMPLES", 50)
    thinned = facts_of(read_folder(folder)).equity
    assert len(thinned) <= 51 < len(known)
    assert thinned[-1] == known[-1]
    assert set(thinned) <= set(known)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """Nobody waits for whoever writes to it; a link to nothing is no file either."""
    folder = result_folder("covered-calls", tmp_path)
    (folder / "Run-order-events.json").unlink()
    os.mkfifo(folder / "Run-order-events.json")
    with pytest.raises(OSError, match="no regular file"):
        read_folder(folder)
    (folder / "Run-order-events.json").unlink()
    (folder / "Run-order-events.json").symlink_to(folder / "gone")
    with pytest.raises(OSError, match="No such file"):
        read_folder(folder)


def test_files_as_recordings_have_them_are_a_result_too() -> None:
    """Packed by gzip, and without an id in their names: the same run as the tape."""
    record = read_record(str(find("covered-calls") / "result.json.gz"))
    assert [file.kind for file in record.sources] == ["result", "order-events"]
    known = read_record("covered-calls")
    assert (record.id, record.lean_trades) == (known.id, known.lean_trades)
    assert record.fees == pytest.approx(known.fees)
