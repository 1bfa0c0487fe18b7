"""The page of the live deployments: what each panel shows of a state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.workbench.desk.page.fake_desk import FakeDesk, running
from tests.workbench.desk.page.states import HOSTILE, deployment
from tests.workbench.desk.page.visits import cells, settled, visiting
from tests.workbench.report.browsers import Opened

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(autouse=True)
def _fresh(reading: Opened) -> Iterator[None]:
    """Leave the page as it was found."""
    yield
    reading.page.evaluate("location.hash = '#/live/rotation'")
    reading.page.locator("#log-filter").fill("")
    reading.page.keyboard.press("Escape")


def test_nothing_goes_wrong_and_nothing_foreign_is_asked(reading: Opened) -> None:
    """The page has no error, and asks the desk alone."""
    assert (reading.errors, reading.requests) == ([], [])


def test_the_deployment_is_told_at_one_glance(reading: Opened) -> None:
    """Worth, today, this week, since both beginnings, drawdown and alerts are the first thing."""
    assert reading.texts("#title-hero") == ["Project rotation"]
    cards = dict(
        zip(
            reading.page.locator("#hero-cards dt").all_text_contents(),
            reading.page.locator("#hero-cards .figure").all_text_contents(),
            strict=True,
        )
    )
    assert cards == {
        "equity": "1,004,213",
        "today": "+1,204.50",
        "this week": "+2,409.00",
        "since deployment": "+1,404.00",
        "since inception": "+4,213.00",
        "below the peak": "0.42 %",
        "leverage": "0.41",
    }
    assert reading.texts("#firing li") == ["⚠ drawdown of trend reached 2.10 % (threshold 2.00 %)"]
    facts = reading.texts("#hero-facts")[0]
    assert facts.startswith("rotation · Rotation · USD · ")
    assert "deployment 4 since 2026-11-23 (L-2f1c)" in facts
    assert reading.ask("document.title") == "+1,204.50 Project rotation · Desk"


def test_late_and_silent_deployments_are_told(reading: Opened) -> None:
    """By a sign, a word and a colour, in the list and above it."""
    ages = reading.texts("#deployments .age")
    assert ages[0].endswith("s · 1 ⚠ · ⇄")
    assert [each.split(" · ")[0] for each in ages[1:]] == ["late 15 min", "silent 1 h"]
    assert reading.texts("#deployments .sign") == ["●", "◐", "○"]
    assert reading.texts("#counts") == ["3 deployments · 1 late · 1 silent · 3 alerts"]


def test_an_age_grows_by_itself(reading: Opened) -> None:
    """Nothing is asked for it."""
    before = reading.texts("#hero-state")[0]
    reading.wait(f"document.getElementById('hero-state').textContent !== '{before}'")


def test_positions_stand_by_strategy_and_opposed_ones_are_marked(reading: Opened) -> None:
    """An instrument that strategies hold on both sides says what the broker holds of it."""
    rows = cells(reading, "#positions")
    assert [row[:3] for row in rows] == [
        ["AAPL", "trend", "100"],
        ["AAPL", "reversion", f"{MINUS}40"],
        ["MSFT", "rotation", "40"],
    ]
    assert [row[7] for row in rows] == ["⇄ opposed, net 60", "⇄ opposed, net 60", ""]
    assert reading.page.locator("#positions tr.opposed").count() == 2


def test_orders_fills_and_structures_are_listed(reading: Opened) -> None:
    """Open orders, the newest fill first with its slippage, and a structure with its legs."""
    orders, fills = cells(reading, "#orders"), cells(reading, "#fills")
    assert orders[0][:5] == ["AAPL", "91", "trend", "stop limit", "▼ sell 25"]
    assert fills[0][1:7] == ["AAPL", "▲ buy 25", "106.31", f"{MINUS}1.25", f"{MINUS}4.70", "59"]
    assert [int(row[6]) for row in fills] == [*range(59, 44, -1)]
    (structure,) = cells(reading, "#structures")
    assert structure[0] == "short iron condor"
    assert structure[-1].startswith("+2 560.00 put 2026-12-18, ")


def test_no_table_is_cut_on_a_laptop(reading: Opened) -> None:
    """At 1440 pixels all columns are seen, and none is scrolled to."""
    tables = "[...document.querySelectorAll('main .scroll')]"
    cut = "filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.parentNode.id)"
    assert reading.ask(f"{tables}.{cut}") == []


def test_both_beginnings_stand_side_by_side(reading: Opened) -> None:
    """The account and each strategy: since the deployment, then since inception."""
    rows = cells(reading, "#scopes")
    assert [row[0] for row in rows] == ["account", "trend", "reversion", "rotation"]
    assert rows[0][1:8] == [
        *("+1,204.50", "+1,404.33", "+0.14 %", "13"),
        *("+4,213.00", "+0.42 %", "39"),
    ]
    groups = reading.texts("#scopes thead .group")
    assert groups[2:4] == ["since the deployment", "since inception"]


def test_sessions_and_terms_are_told(reading: Opened) -> None:
    """A session that there is not has no row, and an undefined term is a dash."""
    names = [row[0] for row in cells(reading, "#sessions")]
    assert names == ["today", "this week", "this month", "since inception"]
    terms = dict(
        zip(
            reading.page.locator("#balance dt").all_text_contents(),
            reading.page.locator("#balance dd").all_text_contents(),
            strict=True,
        )
    )
    assert terms["unrealized"] == f"{MINUS}190.50"
    assert terms["fx"] == DASH
    assert "unknown_order 1" in reading.texts("#execution dd")


def choose(reading: Opened, key: str, span: str) -> None:
    """Choose the time that is drawn, until its curve is there."""
    reading.page.keyboard.press(key)
    pressed = f"#spans [aria-pressed=true][data-span={span}]"
    drawn = "#chart-equity:has(.line):not(.waiting)"
    reading.wait(f"document.querySelector('{pressed}') && document.querySelector('{drawn}')")


def test_equity_has_its_gap_hatched_and_its_deployment_marked(reading: Opened) -> None:
    """The line is broken at the gap; a deployment before the time that is drawn is not marked."""
    choose(reading, "3", "inception")
    assert reading.page.locator("#chart-equity .plot:not(.low) .gap").count() == 1
    line = reading.page.locator("#chart-equity .plot:not(.low) .line").get_attribute("d")
    assert line.count("M") == 2
    deploys = reading.page.locator("#chart-equity .deploy-text").all_text_contents()
    assert deploys == ["deploy 4"]
    assert "1 gap is hatched" in reading.texts("#chart-equity figcaption")[0]
    assert "the details of 20 are lost" in (
        reading.page.locator("#chart-equity .gap title").first.text_content()
    )


def test_the_time_that_is_drawn_can_be_chosen(reading: Opened, quiet: FakeDesk) -> None:
    """Today begins at midnight, a week seven days ago, inception wherever it was."""
    for key, name, begins in (("1", "today", "2026-11-23 00:06:00"),
                              ("2", "week", "2026-11-22 08:36:00"),
                              ("3", "inception", "2026-11-22 08:36:00")):  # fmt: skip
        choose(reading, key, name)
        caption = "document.querySelector('#chart-equity figcaption').textContent"
        assert f"{begins} to 2026-11-23 14:30:00" in reading.ask(caption)


def test_a_chart_is_read_by_arrows_and_as_a_table(reading: Opened) -> None:
    """The crosshair goes from point to point in both charts, and rows say the same."""
    reading.page.locator("#chart-equity svg").first.focus()
    reading.page.keyboard.press("ArrowLeft")
    reading.page.keyboard.press("Shift+ArrowLeft")
    tips = reading.texts("#chart-equity .chart-tip")
    assert len(tips) == 2
    assert tips[0] == tips[1]
    assert "2026-11-23 13:24:00" in tips[0]
    reading.page.locator("#chart-equity summary").click()
    reading.wait("document.querySelectorAll('#chart-equity tbody tr').length > 100")
    reading.page.locator("#chart-equity summary").click()


def test_the_log_has_everything_that_happened(reading: Opened) -> None:
    """Fills, closed trades, alerts and events, the newest first, filtered by words."""
    kinds = {row[1] for row in cells(reading, "#log")}
    assert kinds == {"fill", "trade", "alert", "flow", "deployment"}
    reading.page.locator("#log-filter").fill("deposit")
    assert [row[3] for row in cells(reading, "#log")] == ["deposit: 10,000.00 USD"]


def test_an_order_leads_to_its_way(reading: Opened) -> None:
    """From a fill to what the order did, from an open order to when it was submitted."""
    reading.page.locator("#fills button", has_text="53").click()
    assert reading.page.locator("#log-filter").input_value() == "order:53"
    assert [row[1] for row in cells(reading, "#log")] == ["trade", "fill"]
    assert [text.split("\n")[-1] for text in reading.texts("#way li")] == [
        f"bought 25 AAPL at 106.31, slippage {MINUS}1.25",
        "long 25 AAPL closed at 106.31: +29.20",
    ]
    reading.page.keyboard.press("Escape")
    assert reading.page.locator("#way").is_hidden()
    reading.page.locator("#log-filter").fill("order:7")
    reading.wait("document.querySelectorAll('#way li').length === 1")
    assert "sold" not in reading.texts("#way li")[0]
    reading.page.locator("#orders button", has_text="91").click()
    assert "stop limit of" in reading.texts("#way li")[0].replace("_", " ")


def test_hostile_texts_do_nothing(chromium: Any) -> None:
    """Names, tickers, tags and events are texts wherever they stand, and nothing of them runs."""
    found = deployment("x")
    found["project"] = HOSTILE
    state = found["state"]
    state["strategies"] = {HOSTILE: state["strategies"]["trend"]}
    state["positions"]["strategies"] = {HOSTILE: state["positions"]["strategies"]["trend"]}
    state["anomalies"] = {HOSTILE: 1}
    for row in (*found["last_fills"], *state["open_orders"], *state["structures"]):
        row |= {"symbol": HOSTILE, "strategy": HOSTILE, "tag": HOSTILE, "name": HOSTILE}
    for row in (*found["last_events"], *state["alerts"]):
        row |= {"text": HOSTILE, "kind": HOSTILE}
    with running(FakeDesk(deployments={"x": found})) as desk, visiting(chromium, desk) as page:
        settled(page)
        assert page.ask("window.hurt ?? null") is None
        assert page.ask("document.images.length") == 0
        for place in ("#title-hero", "#firing", "#positions", "#orders", "#fills", "#log"):
            assert HOSTILE in page.page.locator(place).text_content(), place
        assert (page.errors, page.requests) == ([], [])


def test_a_state_without_anything_is_shown(chromium: Any) -> None:
    """A run that has just begun, or whose state was cut, shows dashes and no error."""
    bare = {**deployment("bare"), "state": {}, "equity": None, "today": None, "known_gaps": []}
    bare |= {f"last_{kind}s": [] for kind in ("fill", "trade", "alert", "event")}
    with running(FakeDesk(deployments={"bare": bare})) as desk, visiting(chromium, desk) as page:
        page.wait("document.querySelector('#title-hero').textContent === 'Project bare'")
        assert set(page.texts("#hero-cards .figure")) == {DASH}
        assert page.texts("#positions .absent") == ["Nothing is held."]
        assert page.errors == []


def test_an_empty_desk_says_what_to_do(chromium: Any) -> None:
    """Without a deployment there is a sentence, and no empty panel."""
    with running(FakeDesk()) as desk, visiting(chromium, desk) as page:
        page.wait("!document.getElementById('fleet-empty').hidden")
        assert page.page.locator("#panels").is_hidden()
        assert page.errors == []
