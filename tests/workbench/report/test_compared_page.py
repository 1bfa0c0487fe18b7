"""The page of a comparison, as a text and in a browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.workbench.report.browsers import opened
from tests.workbench.report.records import HOSTILE, recorded
from workbench.comparison.comparison import Comparison, compare
from workbench.comparison.run import Run
from workbench.report.compared_page import chances, compared_page, largest_trades, verdict
from workbench.report.comparing import run_of_record

RESAMPLES = 200


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """The same year twice, once under a hostile name and with other parameters."""
    record = recorded("splits-and-shorts")
    hostile = replace(record, parameters={HOSTILE: HOSTILE})
    return [run_of_record(record, "one"), run_of_record(hostile, HOSTILE)]


@pytest.fixture(scope="module")
def found(runs: list[Run]) -> Comparison:
    """What the comparison finds."""
    return compare(runs, resamples=RESAMPLES)


def test_twins_are_not_told_apart(found: Comparison) -> None:
    """Of the same run twice one has the highest ratio, and that is not more than luck."""
    assert verdict(found).endswith("is told apart from none of the others.")


def test_what_the_row_wins_the_column_loses(found: Comparison) -> None:
    """The two chances of a pair are one, and nobody beats itself."""
    names = [each.name for each in found.profiles]
    rows = chances(names, found.pairs)
    assert [rows[at][at] for at in range(2)] == [None, None]
    assert rows[0][1] is not None
    assert rows[1][0] is not None
    assert rows[0][1] + rows[1][0] == pytest.approx(1.0)


def test_parameters_that_differ_come_first(runs: list[Run], found: Comparison) -> None:
    """Names and values of anybody stand in the page as text."""
    page = compared_page(runs, found)
    assert HOSTILE not in page
    assert page.index("&lt;/script&gt;&lt;img") < page.index("Sharpe ratio")


def test_the_largest_trades_of_all_are_listed(runs: list[Run], found: Comparison) -> None:
    """Those that made or lost most, whosever they are; of twins both have each."""
    lots = [each for _, each in runs[0].trades]
    listed = largest_trades([[each for _, each in run.trades] for run in runs])
    sizes = [abs(each.trade.pnl) for each in listed]
    assert sizes == sorted(sizes, reverse=True)
    assert len(listed) == min(2 * len(lots), 200)
    assert sizes[0] == max(abs(each.pnl) for each in lots)
    assert [each.at for each in listed[:2]] == [0, 1]
    assert compared_page(runs, found).count('<tr class="of') == len(listed)


def test_strategies_side_by_side_list_their_own_trades() -> None:
    """Of one run the table names the strategy of each trade, and has all of them."""
    record = recorded("option-combos")
    runs = [run_of_record(record)]
    page = compared_page(runs, compare(runs, resamples=RESAMPLES))
    names = [each.name for each in runs[0].daily.strategies]
    for at, name in enumerate(names):
        own = sum(each.strategy == name for each in record.told.lots)
        assert page.count(f'<tr class="of{at}">') == own > 0


def test_nobody_is_kept_out(
    runs: list[Run], found: Comparison, chromium: Any, tmp_path: Path
) -> None:
    """axe finds nothing serious in the page of a comparison, light or dark."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not there")
    path = tmp_path / "page.html"
    path.write_text(compared_page(runs, found), encoding="utf-8")
    with opened(chromium, path, bypass_csp=True) as page:
        violations = axe.Axe().run(page.page).response["violations"]
        page.ask("report.theme(true)")
        only = {"runOnly": ["color-contrast"]}
        violations += axe.Axe().run(page.page, options=only).response["violations"]
    serious = [each for each in violations if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in serious] == []


def test_a_range_is_computed_for_each(
    runs: list[Run], found: Comparison, chromium: Any, tmp_path: Path
) -> None:
    """Both charts draw, a range changes the ratios, and the hash brings it back."""
    path = tmp_path / "page.html"
    path.write_text(compared_page(runs, found), encoding="utf-8")
    cell = '[data-run="0"][data-own="sharpe"]'
    with opened(chromium, path) as page:
        assert page.ask("document.querySelectorAll('[data-drawn]').length") == 2
        whole = page.texts(cell)[0]
        page.ask("report.set({ range: [report.days.day[50], report.days.day[150]] })")
        part, words = page.texts(cell)[0], page.ask("location.hash")
        assert part != whole
        assert (page.errors, page.requests) == ([], [])
    with opened(chromium, path, words) as page:
        assert page.texts(cell)[0] == part
        assert page.ask("window.hurt ?? null") is None
