"""The report of a run over HTTP."""

from __future__ import annotations

from tests.workbench.desk.asking import Asking
from workbench.desk.runs.runs_api import RUNS
from workbench.report.page import report_page
from workbench.runs.record import RunRecord


def test_the_report_is_that_of_the_command(shelf: Asking, combos: RunRecord) -> None:
    """To the byte, with the policy that the page itself has, in which no default is wider."""
    response = shelf("GET", f"{RUNS}/{combos.id}/report.html")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text == report_page(combos)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.endswith("frame-ancestors 'self'")


def test_the_report_is_made_once(shelf: Asking, combos: RunRecord) -> None:
    """Until the run has another version; who has it is told so."""
    path = f"{RUNS}/{combos.id}/report.html"
    tag = shelf("GET", path).headers["etag"]
    made = shelf.desk.shelf.size
    assert shelf("GET", path).headers["etag"] == tag
    assert shelf.desk.shelf.size == made
    assert shelf("GET", path, headers={"If-None-Match": tag}).status_code == 304
    assert "there is no run" in shelf.refused(404, f"{RUNS}/zz/report.html")["detail"]
