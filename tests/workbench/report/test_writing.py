"""A report written to a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.workbench.report.records import recorded
from workbench.report.writing import file_name, write_report


def test_a_report_is_one_file(tmp_path: Path) -> None:
    """The folder is made, the size told, and nothing else written."""
    record = recorded("option-combos")
    written = write_report(record, tmp_path / "new" / "report.html")
    assert [*tmp_path.rglob("*.*")] == [written.path]
    assert written.path.stat().st_size == written.size
    told = written.to_dict(record)
    assert (told["id"], told["pdf"], told["trades"]) == (record.id, None, len(record.told.lots))


def test_a_name_is_no_path() -> None:
    """Whatever an algorithm is called, its report lies here."""
    record = recorded("option-combos")
    assert file_name(replace(record, algorithm="../a b", id="")) == "a-b.html"
    assert file_name(replace(record, algorithm="///", id="12345678ff")) == "run-12345678.html"
