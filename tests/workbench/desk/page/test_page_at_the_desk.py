"""The page at the real server: logged in by its code, moved by what the fleet keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.workbench.desk.asking import threads
from tests.workbench.desk.page.fake_desk import FakeDesk
from tests.workbench.desk.page.states import Json, closed_trade, event, fill, state
from tests.workbench.desk.page.visits import answering, cells, visiting
from tests.workbench.report.browsers import WAIT, Opened
from workbench.desk.desk import Desk
from workbench.desk.jobs import Jobs
from workbench.desk.page.page_routes import ROUTES
from workbench.desk.route_table import ROUTES as TABLE
from workbench.library.library import open_library

KNOWN = "21453687"


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Desk, str]]:
    """A desk on a free port, with a library of its own; and its address."""
    with open_library(str(folder / "library.db")) as library:
        desk = Desk(library, jobs=Jobs(threads))
        with answering(desk) as address:
            yield desk, address
        desk.jobs.close()


def seen(desk: Desk, told: Json, fills: list[Json]) -> None:
    """Let the fleet see a state of a run on this machine."""
    moment = datetime.fromisoformat(told["as_of"])
    closed, events = [closed_trade(45, 47, -39)], [event("flow", "deposit: 1.00 USD", -100)]
    desk.fleet.observe(
        KNOWN, told, fills, closed, events, moment, received=datetime.now(UTC), project="Rotation"
    )


def reported(page: Opened, run: str) -> list[str]:
    """Follow the link to a run's report; what that complains of, under the policy of its own."""
    problems: list[str] = []
    context = page.page.context
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    with context.expect_page() as opening:
        page.page.locator("#runs tbody a").click()
    report = opening.value
    report.wait_for_selector("html.ready", state="attached", timeout=WAIT)
    assert report.url.endswith(f"/api/v1/runs/{run}/report.html")
    report.close()
    return problems


def test_a_file_is_imported_by_the_page(chromium: Any, tmp_path: Path) -> None:
    """It is in the list at once, with its report; of what is no run the desk says why."""
    good, bad = tmp_path / "fills.csv", tmp_path / "bad.csv"
    good.write_text("symbol,time,quantity,price\nSPY,2024-01-02T15:00:00+00:00,10,100\n")
    bad.write_text("a,b\n1,2\n")
    with serving(tmp_path) as (desk, address):
        code = desk.tokens.make_code().secret
        with visiting(chromium, FakeDesk(address=address), f"#code={code}") as page:
            page.ask("location.hash = '#/runs'")
            page.page.locator("#runs-file").set_input_files(good)
            page.wait("document.querySelectorAll('#runs tbody tr td').length > 2")
            assert page.texts("#runs-imported")[0].endswith(": added.")
            (run,) = desk.library.ids()
            assert reported(page, run) == []
            page.page.locator("#runs-file").set_input_files(bad)
            page.wait("document.getElementById('runs-problem').textContent !== ''")
            assert page.texts("#runs-problem")[0].startswith("bad.csv: the columns are")
            assert page.texts("#runs-imported") == [""]
            assert [each for each in page.errors if "422" not in each] == []


def test_the_server_gives_the_page() -> None:
    """Its routes stand in the server's table."""
    assert {*map(id, ROUTES)} <= {*map(id, TABLE)}


def test_what_the_fleet_keeps_moves_the_page(chromium: Any, tmp_path: Path) -> None:
    """Under the server's own policy: every panel shows the state, and the next without asking."""
    with serving(tmp_path) as (desk, address):
        seen(desk, state(), [fill(number, number - 70.0) for number in range(60, 63)])
        code = desk.tokens.make_code().secret
        with visiting(chromium, FakeDesk(address=address), f"#code={code}") as page:
            page.wait("document.querySelectorAll('#fills tbody tr').length === 3")
            assert code not in page.ask("location.href")
            assert page.texts("#title-hero") == ["Rotation"]
            assert [row[6] for row in cells(page, "#fills")] == ["62", "61", "60"]
            assert {row[1] for row in cells(page, "#log")} == {"fill", "trade", "flow"}
            page.wait("document.getElementById('line').textContent === 'live'")
            assert cells(page, "#structures")[0][5] == "+131.20"
            later = state(1_009_999.0, minutes=1.0)
            later["structures"][0]["net_pnl"] = -99.5
            seen(desk, later, [fill(64, 1.0)])
            page.wait("document.querySelector('#structures tbody tr').cells[5].className === 'bad'")
            assert cells(page, "#structures")[0][5] == "\N{MINUS SIGN}99.50"
            page.wait("document.querySelector('#fills tbody tr').cells[6].textContent === '64'")
            page.wait("document.querySelector('#hero-cards .figure').textContent === '1,009,999'")
            page.wait("document.querySelector('#chart-equity .line') !== null")
            page.page.locator("#fills button", has_text="60").click()
            page.wait("document.querySelectorAll('#way li').length === 1")
            page.page.locator("#leave").click()
            page.wait("!document.getElementById('login').hidden")
            assert [each for each in page.errors if "401" not in each] == []
            assert page.requests == []
