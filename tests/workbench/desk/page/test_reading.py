"""Who can read the page: by keys, in the dark, on a telephone, and with a reader of screens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workbench.desk.page.conftest import BACKTEST, LIVE
from tests.workbench.desk.page.fake_desk import FakeDesk
from tests.workbench.desk.page.visits import settled, violations, visiting

VIEWS = ("#/live/rotation", "#/runs", f"#/compare?runs={BACKTEST},{LIVE}")
SHOWN = {
    "#/live": "document.querySelector('#chart-equity .line') !== null",
    "#/runs": "document.querySelector('#runs tbody tr') !== null",
    "#/comp": "document.querySelector('#chances tbody tr') !== null",
}


@pytest.mark.slow
def test_nothing_keeps_anybody_out(chromium: Any, quiet: FakeDesk) -> None:
    """axe finds nothing in any view, with an order's way open; nor do dark colours fade."""
    with visiting(chromium, quiet, reduced_motion="reduce") as page:
        settled(page)
        page.page.locator("#fills button").first.click()
        for view in VIEWS:
            page.ask(f"location.hash = '{view}'")
            page.wait(SHOWN[view[:6]])
            assert violations(page) == [], view
        page.page.locator("#dark").click()
        assert violations(page, "color-contrast", within="#view-compare") == []
        page.ask(f"location.hash = '{VIEWS[0]}'")
        page.wait(SHOWN[VIEWS[0][:6]])
        assert violations(page, "color-contrast") == []
        page.page.locator("#help").click()
        assert violations(page, within="#keys") == []


def test_the_login_keeps_nobody_out(chromium: Any, quiet: FakeDesk) -> None:
    """axe finds nothing on it either."""
    quiet.guarded = True
    try:
        with visiting(chromium, quiet) as page:
            assert page.page.locator("#login").is_visible()
            assert violations(page) == []
    finally:
        quiet.guarded = False


def test_a_telephone_shows_it_all(chromium: Any, quiet: FakeDesk) -> None:
    """At 390 pixels nothing but a table is wider than the screen."""
    with visiting(chromium, quiet, width=390) as page:
        settled(page)
        for view in VIEWS:
            page.ask(f"location.hash = '{view}'")
            page.wait(SHOWN[view[:6]])
            assert page.ask("document.documentElement.scrollWidth") == 390, view


def test_dark_follows_the_system_until_one_chooses(chromium: Any, quiet: FakeDesk) -> None:
    """The choice is kept by the browser."""
    dark = "document.documentElement.classList.contains('dark')"
    with visiting(chromium, quiet, color_scheme="dark") as page:
        ground, ink = page.ask(
            "['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name])"
        )
        assert sum(map(int, ground[4:-1].split(","))) < 150 < sum(map(int, ink[4:-1].split(",")))
        page.page.locator("#dark").click()
        assert not page.ask(dark)
        page.page.reload()
        page.page.wait_for_selector("html.ready", state="attached")
        assert not page.ask(dark)


def test_keys_do_what_they_say(chromium: Any, quiet: FakeDesk) -> None:
    """Each key of the help has its effect, and none of them while one types."""
    with visiting(chromium, quiet) as page:
        settled(page)
        press = page.page.keyboard.press
        title = "document.getElementById('title-hero').textContent"
        press("j")
        page.wait(f"{title} === 'Project swing'")
        press("k")
        page.wait(f"{title} === 'Project rotation'")
        press("2")
        page.wait("document.querySelector('[data-span=week]').ariaPressed === 'true'")
        press("/")
        assert page.ask("document.activeElement.id") == "log-filter"
        page.page.keyboard.type("jd3")
        assert page.page.locator("#log-filter").input_value() == "jd3"
        assert page.ask(title) == "Project rotation"
        press("Escape")
        assert page.page.locator("#log-filter").input_value() == ""
        for letter, view in (("r", "runs"), ("c", "compare"), ("l", "live")):
            press("g")
            press(letter)
            page.wait(f"!document.getElementById('view-{view}').hidden")
            assert page.page.locator("[aria-current=page]").get_attribute("data-view") == view
        before = page.ask("document.documentElement.className")
        press("d")
        assert page.ask("document.documentElement.className") != before
        press("?")
        assert page.ask("document.getElementById('keys').open")
        press("Escape")
        assert not page.ask("document.getElementById('keys').open")


def test_the_first_stop_of_the_keyboard_skips_to_the_figures(
    chromium: Any, quiet: FakeDesk
) -> None:
    """It leads past the navigation without changing what is shown."""
    with visiting(chromium, quiet, "#/live/swing") as page:
        settled(page)
        page.page.keyboard.press("Tab")
        assert page.ask("document.activeElement.id") == "skip"
        page.page.keyboard.press("Enter")
        assert page.ask("[document.activeElement.id, location.hash]") == ["content", "#/live/swing"]
