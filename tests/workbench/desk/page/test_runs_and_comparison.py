"""The runs on the page, and their comparison."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workbench.desk.page.conftest import BACKTEST, LIVE
from tests.workbench.desk.page.fake_desk import FakeDesk
from tests.workbench.desk.page.visits import cells
from tests.workbench.report.browsers import Opened

DASH = "\N{EN DASH}"
BASELINE = "document.querySelector('#compared .pinned span').textContent"


@pytest.fixture(autouse=True)
def _at_runs(reading: Opened) -> Iterator[None]:
    """Begin each test with the list of all runs."""
    reading.ask("(location.hash = '#/live') && (location.hash = '#/runs')")
    reading.wait("document.querySelectorAll('#runs tbody tr').length === 3")
    yield
    assert [each for each in reading.errors if "400" not in each] == []


def compared(reading: Opened) -> None:
    """Choose two runs and compare them."""
    for number in range(2):
        reading.page.locator("#runs input").nth(number).check()
    reading.page.locator("#runs-compare").click()
    reading.wait("document.querySelectorAll('#figures tbody tr').length > 10")


def test_runs_are_listed_with_figures_and_reports(reading: Opened, quiet: FakeDesk) -> None:
    """What is not exact is marked, a dash undefined, what differs first; a report is a link."""
    rows = cells(reading, "#runs")
    assert rows[0][0] == "Rotation backtest 3fb45d6a"
    assert [row[2] for row in rows] == ["backtest", "live ★", "backtest"]
    assert rows[0][4:9] == ["+3,448.00", "+2.08 %", "0.36~", "2.27 %", DASH]
    assert rows[0][-1] == "fast=10 cash=0 slow=20"
    link = reading.page.locator("#runs a").first
    assert link.get_attribute("href") == (f"{quiet.address}/api/v1/runs/{BACKTEST}/report.html")


def test_a_filter_keeps_what_it_asks_for(reading: Opened) -> None:
    """It stands in the address; what is no filter is told in the desk's words."""
    field = reading.page.locator("#runs-filter")
    field.fill("Rotation")
    reading.page.keyboard.press("Enter")
    reading.wait("document.querySelectorAll('#runs tbody tr').length === 2")
    assert reading.ask("location.hash") == "#/runs?q=Rotation&sort=-imported"
    assert reading.texts("#runs-count") == ["2 runs"]
    field.fill("nonsense>")
    reading.page.keyboard.press("Enter")
    reading.wait("document.getElementById('runs-problem').textContent !== ''")
    assert "is no filter" in reading.texts("#runs-problem")[0]
    assert reading.texts("#runs-count") == [""]


def test_a_heading_sorts(reading: Opened) -> None:
    """The highest first, then the lowest; the heading says which."""
    for way in ("descending", "ascending"):
        reading.page.locator("#runs thead button", has_text="Sharpe").click()
        reading.wait(f"document.querySelectorAll('#runs [aria-sort={way}]').length === 1")
    assert "sort=sharpe" in reading.ask("location.hash")


def test_a_comparison_begins_with_what_differs(reading: Opened, quiet: FakeDesk) -> None:
    """Parameters that differ come first, then the overlay, figures with intervals, and luck."""
    compared(reading)
    assert quiet.heard[-1] == {"runs": [BACKTEST, LIVE]}
    assert cells(reading, "#parameters") == [["fast", "10", "12"]]
    lines = "document.querySelectorAll('#chart-overlay .plot:not(.low) .line').length"
    reading.wait(f"{lines} === 2")
    figures = {row[0]: row[1:] for row in cells(reading, "#figures")}
    assert figures["Sharpe ratio"] == [
        "0.36 ?[\N{MINUS SIGN}1.44 .. 2.36]",
        "1.34[\N{MINUS SIGN}0.46 .. 3.34]+0.98 to the baseline",
    ]
    luck = {name: told[0] for name, told in figures.items() if "chance" in name or "needed" in name}
    assert luck == {
        "chance that the Sharpe ratio is above 0": "80.00 %",
        "that chance, after all runs that were tried": "31.00 %",
        "days that are needed to say so": "1,200",
    }
    assert figures["years within which the best by luck shows as much"] == [DASH, DASH]
    assert cells(reading, "#chances")[1][1] == "79.44 %"
    assert "12 runs were tried" in reading.texts("#luck")[0]
    assert "left out: 12 of Rotation backtest" in reading.texts("#chart-overlay figcaption")[0]


def test_a_backtest_stands_against_its_live_run(reading: Opened) -> None:
    """When they part, by what, and what made the difference."""
    compared(reading)
    text = reading.texts("#partings")[0]
    assert "Rotation live 9a8b7c6d against Rotation backtest 3fb45d6a" in text
    assert "They part on 2026-11-26, by \N{MINUS SIGN}0.12 %, most of it fees." in text


def test_another_baseline_is_pinned_without_computing_anew(
    reading: Opened, quiet: FakeDesk
) -> None:
    """It comes first in the figures, and the address says so."""
    compared(reading)
    asked = len([each for each in quiet.asked if each.endswith("/compare")])
    assert reading.ask(BASELINE) == "Rotation backtest 3fb45d6a"
    reading.page.locator("#compared button", has_text="pin").click()
    reading.wait(f"{BASELINE} === 'Rotation live 9a8b7c6d'")
    assert f"baseline={LIVE}" in reading.ask("location.hash")
    assert [row[1:] for row in cells(reading, "#parameters")] == [["12", "10"]]
    assert len([each for each in quiet.asked if each.endswith("/compare")]) == asked


def test_one_run_is_no_comparison(reading: Opened) -> None:
    """The page says what to do."""
    reading.ask(f"location.hash = '#/compare?runs={BACKTEST}'")
    reading.wait("document.getElementById('compare-lead').textContent.startsWith('Choose two')")
    assert reading.page.locator("#compare-results").is_hidden()
