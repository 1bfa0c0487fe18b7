"""The page hears the stream: what moves, what is asked again, and how it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.workbench.desk.page.conftest import stocked
from tests.workbench.desk.page.fake_desk import CODE, TOKEN, FakeDesk, running
from tests.workbench.desk.page.states import deployment, event, fill, line
from tests.workbench.desk.page.visits import cells, settled, visiting
from tests.workbench.report.browsers import Opened

TOPIC = "deployment/rotation"
NEWEST = "document.querySelector('#fills tbody tr').cells[6].textContent"
EQUITY = "document.querySelector('#hero-cards .figure').textContent"


@pytest.fixture(scope="module")
def desk() -> Iterator[FakeDesk]:
    """A desk on which things happen, one test after the other."""
    stock = stocked()
    stock.deployments["rotation"]["known_gaps"] = []
    with running(stock) as found:
        yield found


@pytest.fixture(scope="module")
def visited(chromium: Any, desk: FakeDesk) -> Iterator[Opened]:
    """A visit to it that the tests share."""
    with visiting(chromium, desk) as found:
        settled(found)
        yield found


@pytest.fixture
def visit(visited: Opened) -> Opened:
    """The visit, with the first deployment shown."""
    visited.ask("location.hash = '#/live/rotation'")
    visited.wait("document.getElementById('title-hero').textContent === 'Project rotation'")
    return visited


def later(desk: FakeDesk) -> float:
    """Minutes after the start that are later than whatever was told."""
    return desk.seq - 900.0


def mark(desk: FakeDesk, equity: float, age: int = 0) -> None:
    """Tell what the deployment is worth now, or was some states ago, as the real desk does."""
    made = equity - 1_000_000.0
    whole = deployment("rotation", equity=equity, today=made, minutes=later(desk) - age)
    told = {**line(whole), "revision": desk.seq - age}
    desk.publish(TOPIC, "mark", {**told, "state": whole["state"]})
    desk.publish("deployments", "mark", told)


def filled(desk: FakeDesk) -> int:
    """Tell of a fill of a new order; returns the order."""
    order = desk.seq
    desk.publish(TOPIC, "fill", {"deployment": "rotation", **fill(order, later(desk))})
    return order


def test_a_fill_is_shown_without_asking(visit: Opened, desk: FakeDesk) -> None:
    """It stands first in the fills and in the log; the same again stands there once."""
    asked = len(desk.asked)
    order = filled(desk)
    desk.publish(TOPIC, "fill", desk.ring[-1]["data"])
    visit.wait(f"{NEWEST} === '{order}'")
    assert len([row for row in cells(visit, "#fills") if row[6] == str(order)]) == 1
    assert cells(visit, "#log")[0][4] == str(order)
    assert len(desk.asked) == asked


def test_an_order_that_fills_is_open_no_longer(visit: Opened, desk: FakeDesk) -> None:
    """The fill takes it away, and not the next state; a part of it is told as filled."""
    assert [row[1] for row in cells(visit, "#orders")] == ["91", "92"]
    for number, size in enumerate((-10.0, -15.0)):
        part = {**fill(91, later(desk)), "id": f"part {number}", "quantity": size}
        desk.publish(TOPIC, "fill", {"deployment": "rotation", **part})
        visit.wait(f"document.querySelectorAll('#orders tbody tr').length === {2 - number}")
        visit.wait(f"{NEWEST} === '91'")
        assert cells(visit, "#orders")[0][5] == ("\N{MINUS SIGN}10", "5")[number]
    assert [row[1] for row in cells(visit, "#orders")] == ["92"]


def test_a_mark_moves_every_panel_without_asking(visit: Opened, desk: FakeDesk) -> None:
    """Worth, list, positions, figures, curve and title are of the new state."""
    asked = len(desk.asked)
    mark(desk, 1_009_999.0)
    visit.wait(f"{EQUITY} === '1,009,999'")
    caption = "document.querySelector('#chart-equity figcaption').textContent"
    visit.wait(f"{caption}.includes(' to 1,009,999.00 ')")
    assert visit.ask("document.title").startswith("+9,999.00 ")
    assert visit.texts("#deployments .today")[0] == "+9,999.00"
    assert cells(visit, "#scopes")[0][1] == "+9,999.00"
    assert visit.errors == []
    assert len(desk.asked) == asked


def test_an_older_mark_changes_nothing(visit: Opened, desk: FakeDesk) -> None:
    """What is replayed after the desk was asked does not turn the page back."""
    mark(desk, 1_009_777.0)
    visit.wait(f"{EQUITY} === '1,009,777'")
    mark(desk, 1_001_111.0, age=20)
    order = filled(desk)
    visit.wait(f"{NEWEST} === '{order}'")
    assert visit.ask(EQUITY) == "1,009,777"


def test_what_happens_to_others_moves_the_list_alone(visit: Opened, desk: FakeDesk) -> None:
    """A deployment that is not shown has its line told, a new one is added."""
    before = visit.ask(EQUITY)
    other = {**line(deployment("swing", equity=900_000.0, today=-77.0)), "revision": desk.seq}
    desk.publish("deployments", "mark", other)
    desk.publish("deployments", "mark", line(deployment("young")))
    visit.wait("document.querySelectorAll('#deployments li').length === 4")
    assert visit.texts("#deployments .today")[1] == "\N{MINUS SIGN}77.00"
    assert visit.ask(EQUITY) == before


def test_an_alert_is_said(visit: Opened, desk: FakeDesk) -> None:
    """Of whichever deployment, to who hears the page; of this one it stands in the log."""
    row = event("alert", "drawdown of everything reached 5.00 %", later(desk))
    for topic in (TOPIC, "deployments"):
        desk.publish(topic, "alert", {"deployment": "rotation", **row})
    visit.wait("document.getElementById('said').textContent.includes('everything')")
    assert visit.texts("#said") == ["Project rotation: drawdown of everything reached 5.00 %"]
    visit.wait(
        "document.querySelector('#log tbody tr').cells[3].textContent.includes('everything')"
    )
    assert cells(visit, "#log")[0][1:4] == ["alert", "", row["text"]]


def test_a_gap_is_asked_after(visit: Opened, desk: FakeDesk) -> None:
    """The curve and the deployment are asked for again."""
    asked = len(desk.asked)
    desk.publish(TOPIC, "gap", {"deployment": "rotation", "first": 3, "last": 4})
    for _ in range(200):
        if len({*desk.asked[asked:]}) > 1:
            break
        visit.page.wait_for_timeout(50)
    assert {each.rsplit("/", 1)[1] for each in desk.asked[asked:]} == {"equity", "rotation"}


@pytest.mark.parametrize("code", [4008, 1011])
def test_a_broken_stream_resumes_behind_the_last_message(
    visit: Opened, desk: FakeDesk, code: int
) -> None:
    """Nothing that happened meanwhile is lost, nothing is shown twice."""
    order = filled(desk)
    visit.wait(f"{NEWEST} === '{order}'")
    last, meanwhile = desk.seq, fill(desk.seq + 50, later(desk) + 0.5)
    desk.keep(TOPIC, "fill", {"deployment": "rotation", **meanwhile})
    desk.hang_up(code)
    visit.wait(f"{NEWEST} === '{meanwhile['order']}'")
    visit.wait("document.getElementById('line').textContent === 'live'")
    assert desk.heard[-1] == {"subscribe": ["deployments", "library", TOPIC], "after": last}


def test_a_reset_is_asked_after(visit: Opened, desk: FakeDesk) -> None:
    """A desk that was started anew is asked for everything, and heard from where it is."""
    found = deployment("rotation", equity=1_008_888.0, minutes=later(desk))
    desk.deployments["rotation"] = {**found, "revision": desk.seq}
    desk.seq += 4_000
    desk.publish("", "reset", {})
    visit.wait(f"{EQUITY} === '1,008,888'")
    behind = desk.seq
    desk.hang_up(4008)
    for _ in range(200):
        if desk.heard[-1].get("after") == behind:
            break
        visit.page.wait_for_timeout(50)
    assert desk.heard[-1]["after"] == behind


def test_another_deployment_is_heard_when_it_is_shown(visit: Opened, desk: FakeDesk) -> None:
    """Its topic takes the place of the other's, and the address leads back to it."""
    visit.page.locator("#deployments button", has_text="swing").click()
    visit.wait("document.getElementById('title-hero').textContent === 'Project swing'")
    assert desk.heard[-1]["subscribe"] == ["deployments", "library", "deployment/swing"]
    assert visit.ask("location.hash") == "#/live/swing"
    visit.page.go_back()
    visit.wait("document.getElementById('title-hero').textContent === 'Project rotation'")


def test_a_code_of_the_address_logs_in_once(chromium: Any) -> None:
    """It is exchanged for a cookie and gone from the address before anything else is asked."""
    with running(FakeDesk(deployments={"rotation": deployment("rotation")}, guarded=True)) as desk:
        with visiting(chromium, desk, f"#code={CODE}") as page:
            settled(page)
            assert CODE not in page.ask("location.href")
            assert page.errors == []
            page.page.reload()
            settled(page)
            page.page.locator("#leave").click()
            page.wait("!document.getElementById('login').hidden")
            assert page.page.locator("#panels").is_hidden()
        with visiting(chromium, desk, "#code=used") as page:
            assert page.texts("#login-problem") == ["this code is not good, or no longer"]
            assert page.ask("location.hash") == "#/live"


def test_a_token_that_is_typed_logs_in(chromium: Any) -> None:
    """A wrong one is told; neither stays on the page."""
    known = {"rotation": deployment("rotation")}
    desk = FakeDesk(deployments=known, guarded=True)
    with running(desk), visiting(chromium, desk) as page:
        assert page.texts("#line") == ["not logged in"]
        field = page.page.locator("#token")
        field.fill("wrong")
        page.page.keyboard.press("Enter")
        page.wait("document.getElementById('login-problem').textContent.includes('not good')")
        assert field.input_value() == ""
        field.fill(TOKEN)
        page.page.keyboard.press("Enter")
        settled(page)
        assert page.page.locator("#login").is_hidden()
        assert TOKEN not in page.ask("document.documentElement.outerHTML")
        assert page.ask("sessionStorage.length + localStorage.length") == 0


def test_a_login_that_ends_is_asked_for_again(chromium: Any) -> None:
    """A desk that does not know the browser any more shows the login, and no old figure."""
    with running(stocked()) as desk, visiting(chromium, desk) as page:
        desk.guarded = True
        desk.hang_up(4401)
        page.wait("!document.getElementById('login').hidden")
        assert page.page.locator("#view-live").is_hidden()


def test_fifty_deployments_are_on_one_page(chromium: Any) -> None:
    """All are in the list, what is typed leaves some, and marks of all of them are shown."""
    names = [f"run{number:02}" for number in range(50)]
    desk = FakeDesk(deployments={name: deployment(name) for name in names})
    with running(desk), visiting(chromium, desk) as page:
        settled(page)
        assert page.page.locator("#deployments li").count() == 50
        for number, name in enumerate(names):
            told = {**line(deployment(name, today=number + 0.25)), "revision": 98}
            desk.publish("deployments", "mark", told)
        lines = [
            {**line(deployment(name, today=number + 0.5)), "revision": 99}
            for number, name in enumerate(names)
        ]
        desk.publish("deployments", "marks", {"marks": lines})
        page.wait("document.querySelector('#deployments li:last-child .today').textContent"
                  " === '+49.50'")  # fmt: skip
        page.page.keyboard.press("/")
        page.page.keyboard.type("run1")
        assert page.page.locator("#deployments li").count() == 10
        assert page.errors == []
