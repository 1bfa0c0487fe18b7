"""The commands to a run on this machine, as the page gives them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.workbench.desk.page.conftest import stocked
from tests.workbench.desk.page.fake_desk import FakeDesk, running
from tests.workbench.desk.page.visits import settled, violations, visiting
from tests.workbench.report.browsers import Opened

SENT = "document.getElementById('command-answer').textContent.includes('was done')"
FLOW = "form[data-command=flow]"


@pytest.fixture(scope="module")
def commanded() -> Iterator[FakeDesk]:
    """A desk whose visitor may command; one of its runs is on this machine."""
    desk = stocked()
    desk.scope = "admin"
    desk.deployments["rotation"]["source"] = "watched"
    with running(desk) as found:
        yield found


@pytest.fixture
def visit(chromium: Any, commanded: FakeDesk) -> Iterator[Opened]:
    """A visit to the run that is on this machine."""
    commanded.heard.clear()
    with visiting(chromium, commanded, "#/live/rotation") as found:
        settled(found)
        found.page.wait_for_selector("#section-commands:not([hidden])")
        yield found


def sent(desk: FakeDesk) -> list[Any]:
    """The commands that the desk heard."""
    return [each for each in desk.heard if "command" in each]


def test_what_needs_no_question_is_sent_at_once(visit: Opened, commanded: FakeDesk) -> None:
    """By the keys alone; what became of it stands below, and the focus stays."""
    visit.page.keyboard.press("c")
    visit.page.keyboard.press("Enter")
    visit.wait(SENT)
    assert sent(commanded) == [{"command": "snapshot"}]
    assert visit.texts("#command-answer") == ["snapshot was done by Project rotation."]
    assert visit.ask("document.activeElement.parentNode.dataset.command") == "snapshot"
    visit.page.locator("select[name=level]").select_option("warning")
    visit.page.locator("form[data-command=log] button").click()
    visit.wait("document.getElementById('command-answer').textContent.startsWith('log was done')")
    assert sent(commanded)[1:] == [{"command": "log", "level": "warning"}]
    assert violations(visit, within="#section-commands") == []


def test_a_flow_is_asked_about(visit: Opened, commanded: FakeDesk) -> None:
    """Nothing is sent where it is not meant; the answer that is safe has the focus."""
    visit.page.locator(f"{FLOW} [name=amount]").fill("-250.5")
    visit.page.locator(f"{FLOW} [name=note]").fill("rent")
    for leaves in ("Enter", "Escape"):
        visit.page.locator(f"{FLOW} button").click()
        visit.page.wait_for_selector("#confirm[open]")
        assert "expects \N{MINUS SIGN}250.50 USD" in visit.texts("#confirm-text")[0]
        visit.page.keyboard.press(leaves)
        visit.page.wait_for_selector("#confirm", state="hidden")
    assert sent(commanded) == []
    visit.page.locator(f"{FLOW} button").click()
    visit.page.locator("#confirm button[value=yes]").click()
    visit.wait(SENT)
    assert sent(commanded) == [{"command": "flow", "amount": -250.5, "note": "rent"}]
    assert visit.page.locator(f"{FLOW} [name=amount]").input_value() == ""


def test_what_was_not_done_is_told(visit: Opened) -> None:
    """In the desk's words; what was typed stays."""
    visit.page.locator(f"{FLOW} [name=amount]").fill("0")
    visit.page.locator(f"{FLOW} button").click()
    visit.page.locator("#confirm button[value=yes]").click()
    visit.wait("document.getElementById('command-problem').textContent !== ''")
    assert visit.texts("#command-problem") == ["flow was not done"]
    assert visit.page.locator(f"{FLOW} [name=amount]").input_value() == "0"


def test_what_was_typed_for_one_run_is_sent_to_no_other(visit: Opened) -> None:
    """A run elsewhere has no commands, and what was typed is gone behind it."""
    visit.page.locator(f"{FLOW} [name=amount]").fill("5")
    visit.ask("location.hash = '#/live/swing'")
    visit.wait("document.getElementById('title-hero').textContent === 'Project swing'")
    assert visit.page.locator("#section-commands").is_hidden()
    visit.ask("location.hash = '#/live/rotation'")
    visit.page.wait_for_selector("#section-commands:not([hidden])")
    assert visit.page.locator(f"{FLOW} [name=amount]").input_value() == ""


def test_who_may_only_look_has_no_commands(chromium: Any, commanded: FakeDesk) -> None:
    """Nor the import of a file."""
    commanded.scope = "read"
    try:
        with visiting(chromium, commanded, "#/live/rotation") as found:
            settled(found)
            assert found.page.locator("#section-commands").is_hidden()
            found.ask("location.hash = '#/runs'")
            found.wait("document.querySelectorAll('#runs tbody tr').length === 3")
            assert found.page.locator("#runs-file").is_hidden()
    finally:
        commanded.scope = "admin"
