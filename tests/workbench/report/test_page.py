"""The page as a text: what stands in it without its program, and what may not stand in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.workbench.report.records import HOSTILE, hostile, recorded
from workbench.report.assembly import library, packed_library, packed_text, policy
from workbench.report.figures import shown
from workbench.report.page import report_page

# What a page of 6,000 trades may have beside the charts' library is measured by `make bench`.
MOST_BESIDE = 200_000


class Markup(HTMLParser):
    """Counts a page's elements, and keeps its texts and addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element."""
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.texts.append(data.strip())


@pytest.fixture(scope="module")
def page() -> str:
    """The report of a run of options."""
    return report_page(recorded("option-combos"))


def test_verdict_ledger_and_tables_stand_in_the_page_itself(page: str) -> None:
    """Without its program the page has equity, each term, each structure and the worst trades."""
    record, texts = recorded("option-combos"), Markup(page).texts
    for value in (record.equity, record.balance["realized"], -record.balance["fees"]):
        assert shown(value, "money") in texts
    for structure in record.told.structures:
        assert structure.label in texts
    worst = min(record.told.lots, key=lambda trade: trade.pnl)
    assert shown(worst.pnl, "signed") in texts


def test_the_page_names_no_address(page: str) -> None:
    """Nothing in it is loaded from anywhere; its policy would forbid it."""
    found = Markup(page)
    assert [each for each in found.addresses if not each.startswith("#")] == []
    assert "default-src 'none'" in page.replace("&#39;", "'")


def test_only_its_own_program_may_run(page: str) -> None:
    """The policy names the hash of the one script that stands in the page, and no evaluation."""
    (allowed,) = re.findall(r"script-src ('[^;]+);", page.replace("&#39;", "'"))
    (boot,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert allowed in policy(boot)
    assert "unsafe-eval" not in page[: page.index("</head>")]
    assert Markup(page).handlers == []


def test_hostile_texts_stay_texts() -> None:
    """Names, tags, tickers, reasons, parameters and files that would be markup are text."""
    plain, attacked = report_page(recorded("option-combos")), report_page(hostile())
    found = Markup(attacked)
    assert "img" not in found.tags
    assert found.handlers == []
    assert found.tags.count("script") == Markup(plain).tags.count("script")
    assert HOSTILE in "".join(found.texts)
    assert HOSTILE not in attacked


def test_the_library_is_the_charts_own() -> None:
    """The library stands in the page as its package brings it, compressed once."""
    assert packed_library() is packed_library()
    assert packed_library() == packed_text(library())


def test_a_small_run_makes_a_small_page(page: str) -> None:
    """Beside the charts' library a page of few trades is small."""
    assert len(page.encode()) - len(packed_library().text) < MOST_BESIDE


def test_a_run_without_trades_has_a_report() -> None:
    """What has no data says so, and what would make no sense is not there."""
    page = report_page(recorded("no-trades"))
    assert "No trade closed." in page
    assert 'id="section-structures"' not in page
