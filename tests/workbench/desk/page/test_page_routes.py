"""What a browser is given: the page's files, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.workbench.desk.page.fake_desk import FakeDesk
from workbench.desk.page.page_files import FOLDER, MEDIA, SHARED_PROGRAM, SHELL, page_files
from workbench.desk.page.page_routes import ROUTES
from workbench.desk.routes import Scope
from workbench.report.assembly import FOLDER as REPORT

MOST_LINES = 400
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", re.IGNORECASE)
MADE_OF_TEXT = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b")
ASKED_FOR = re.compile(r"""from "\./([\w.]+)";""")


@pytest.fixture
def client(quiet: FakeDesk) -> Iterator[httpx.Client]:
    """Asks a desk."""
    with httpx.Client(base_url=quiet.address) as found:
        yield found


def test_the_page_and_its_files_are_given(client: httpx.Client) -> None:
    """Each file has its media type and an entity tag, and who has it already is told so."""
    for name, file in page_files().items():
        path = "/" if name == SHELL else f"/static/{name}"
        answer = client.get(path)
        assert answer.status_code == 200, name
        assert answer.content == file.content
        assert answer.headers["content-type"].startswith(file.media)
        again = client.get(path, headers={"If-None-Match": f'"other", W/{file.tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name", ["none.js", SHELL, "..%2F__init__.py", "%2e%2e/page_files.py", "page_files.py", ""]
)
def test_there_are_no_other_files(client: httpx.Client, name: str) -> None:
    """No name leads out of the page's files, and the answer says what is wrong as a problem."""
    assert client.get(f"/static/{name}").status_code == 404


def test_everybody_gets_the_page() -> None:
    """Its routes are open, since one logs in on the page."""
    assert {each.scope for each in ROUTES} == {Scope.OPEN}


def test_nothing_in_the_page_needs_an_exception_of_the_policy() -> None:
    """There is no script and no style in the page's text."""
    text = (FOLDER / SHELL).read_text()
    assert INLINE.findall(text) == []
    assert INLINE.findall('<b onclick="x">')
    assert INLINE.findall("<script>x</script>")


def test_texts_are_never_markup() -> None:
    """No module makes elements of a text."""
    for path in FOLDER.glob("*.js"):
        found = MADE_OF_TEXT.findall(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))
        assert found == [], path.name


def test_modules_are_short_and_complete() -> None:
    """Each can be read in one sitting, and asks only for modules that are given."""
    for path in FOLDER.iterdir():
        assert path.suffix in MEDIA
        text = path.read_text()
        assert len(text.splitlines()) < MOST_LINES, path.name
        assert {*ASKED_FOR.findall(text)} <= {*page_files()}, path.name


def test_the_report_and_the_desk_share_what_they_show_with() -> None:
    """Figures and colours are of the report's own files, given out by name."""
    for name, given in SHARED_PROGRAM.items():
        own = (REPORT / name).read_bytes()
        assert page_files()[name].content.startswith(own)
        for each in given:
            declared = rf"^(function {each}\b|const (\{{.*)?{each}\b)"
            assert re.search(declared, own.decode(), re.MULTILINE), each
