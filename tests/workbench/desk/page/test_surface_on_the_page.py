"""The Sharpe ratio over the parameters that differ, on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pytest

from tests.workbench.desk.page.conftest import BACKTEST, LIVE, stocked
from tests.workbench.desk.page.fake_desk import FakeDesk, running
from tests.workbench.desk.page.visits import cells, violations, visiting
from tests.workbench.report.browsers import Opened
from workbench.comparison.surface import surface

COMPARISON = f"#/compare?runs={BACKTEST},{LIVE}"
LUCK = 0.92
FAST = {"fast": ["10", "5", "20", "40"]}
BOTH = {"fast": ["5", "5", "10", "10", "20"], "slow": ["50", "100", "50", "100", "50"]}
TABLE = "#chart-surface .plot"
LIST = "#chart-surface .values"
MINUS = "\N{MINUS SIGN}"
CAPTION = "#chart-surface figcaption"


@pytest.fixture(scope="module")
def desk() -> Iterator[FakeDesk]:
    """A desk whose comparison is given a surface by each test."""
    with running(stocked()) as found:
        yield found


@pytest.fixture(params=["light", "dark"])
def visit(chromium: Any, desk: FakeDesk, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """A visit to it, by day and in the dark, on a telephone."""
    with visiting(chromium, desk, color_scheme=request.param, width=390) as found:
        yield found
        assert found.errors == []


def shown(
    visit: Opened, desk: FakeDesk, different: Mapping[str, Sequence[str]], *sharpes: float
) -> None:
    """Compare runs that have such Sharpe ratios."""
    found = surface(different, {f"{at}": each for at, each in enumerate(sharpes)}, LUCK)
    assert found is not None
    assert desk.comparison is not None
    desk.comparison["surface"] = asdict(found)
    visit.ask(f"location.hash = '{COMPARISON}'")
    visit.wait("document.querySelectorAll('#chances tbody tr').length === 2")
    visit.page.locator("#chart-surface summary").click()
    assert visit.page.locator("#section-surface").is_visible()
    assert visit.ask("document.documentElement.scrollWidth") == 390


def test_one_parameter_is_a_line_with_that_of_luck(visit: Opened, desk: FakeDesk) -> None:
    """A peak that falls off on both sides is marked; the figures stand in a table, too."""
    shown(visit, desk, FAST, 1.34, 0.2, 0.4, -0.3)
    (told,) = visit.texts(CAPTION)
    assert told == (
        "The highest Sharpe ratio, 1.34 at fast 10, is above the 0.92 that the best of 12 worthless"
        " runs is expected to show. Its neighbours have 0.30 on average: they fall off."
    )
    assert visit.page.locator("#chart-surface svg").get_attribute("aria-label") == told
    assert visit.page.locator(".luck-text").all_text_contents() == ["best of 12 by luck 0.92"]
    titles = visit.page.locator("#chart-surface circle title").all_text_contents()
    assert titles[1] == "fast 10: 1.34; above the best by luck; its neighbours fall off"
    assert visit.page.locator("#chart-surface circle.alone").count() == 1
    assert visit.page.locator("#chart-surface path.line").count() == 1
    assert cells(visit, LIST)[1] == [
        *("10", "1.34", "0.30", "1"),
        "◆ above the best by luck, ▼ its neighbours fall off",
    ]
    assert violations(visit, within="#section-surface") == []


def test_names_are_not_joined(visit: Opened, desk: FakeDesk) -> None:
    """There is no way from one to another, and nothing between them."""
    shown(visit, desk, {"way": ["trend", "carry", "value"]}, 0.1, 0.5, 0.3)
    assert visit.page.locator("#chart-surface circle").count() == 3
    assert visit.page.locator("#chart-surface path.line").count() == 0
    (told,) = visit.texts(CAPTION)
    assert "0.50 at way carry, is not above the 0.92" in told
    assert told.endswith("It has no neighbours.")


def test_two_parameters_are_a_table_of_tints(visit: Opened, desk: FakeDesk) -> None:
    """A place without a run is a dash; signs are words, too, and no tint stands alone."""
    shown(visit, desk, BOTH, 1.1, 1.3, 1.2, -0.2, 0.1)
    above = " ◆ above the best by luck"
    assert cells(visit, TABLE) == [
        ["5", f"1.10{above}", f"1.30{above}"],
        ["10", f"1.20{above} ▼ its neighbours fall off", f"{MINUS}0.20"],
        ["20", "0.10", "\N{EN DASH}"],
    ]
    tints: list[str] = visit.ask(
        "[...document.querySelectorAll('#chart-surface td.heat')]"
        ".map((cell) => getComputedStyle(cell).backgroundColor)"
    )
    assert len(set(tints)) == 5
    assert "1.30 at fast 5, slow 100" in visit.texts(CAPTION)[0]
    assert violations(visit, within="#section-surface") == []


def test_without_a_surface_there_is_no_section(visit: Opened, desk: FakeDesk) -> None:
    """As where runs differ in more than two parameters."""
    assert desk.comparison is not None
    desk.comparison["surface"] = None
    visit.ask(f"location.hash = '{COMPARISON}'")
    visit.wait("document.querySelectorAll('#chances tbody tr').length === 2")
    assert visit.page.locator("#section-surface").is_hidden()
