"""The documentation against what there is: targets, commands, settings, links, paths, snippets."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from models.settings import setting_names
from tests.structure.pages import (
    PATHS,
    PROGRAM,
    anchors,
    code,
    commands,
    complaints,
    fenced,
    headings,
    invocations,
    links,
    make_words,
    name_of,
    named,
    paths_named,
    read,
    tables,
)
from tests.structure.source_tree import ROOT
from workbench.cli import main

README = ROOT / "README.md"
CHANGELOG = ROOT / "CHANGELOG.md"
MAKEFILE = read(ROOT / "Makefile")
MOST_WORDS = 1_200

each_page = pytest.mark.parametrize("path", PATHS, ids=name_of)


def test_there_are_pages() -> None:
    """The README, the changelog, the recordings' page and those of docs are judged here."""
    names = set(map(name_of, PATHS))
    assert {"README.md", "CHANGELOG.md", "recordings/README.md", "docs/settings.md"} <= names


@each_page
def test_every_make_target_exists(path: Path) -> None:
    """What a page has the reader type into make, the Makefile knows."""
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE))
    assert set(make_words(read(path))) - targets - variables == set()


@each_page
def test_every_call_is_valid(path: Path) -> None:
    """The commands, options and choices that a page shows are those of the command line."""
    calls = {" ".join(words): complaints(main, words) for words in invocations(read(path))}
    assert {call: unknown for call, unknown in calls.items() if unknown} == {}


@pytest.mark.parametrize("called", sorted(commands(main)))
def test_every_command_is_documented(called: str) -> None:
    """Each command is on a page, and its help shows how it is called."""
    lines = [line for path in PATHS for line in code(read(path))]
    assert any(called in line for line in lines), f"no page shows {called}"
    text = commands(main)[called].help or ""
    assert called in text, f"the help of {called} has no example"


@each_page
def test_every_setting_named_is_one(path: Path) -> None:
    """No sentence and no example names a setting that is not there."""
    assert set(re.findall(r"\btracker_\w+", read(path))) - set(setting_names()) == set()


@each_page
def test_every_link_leads_somewhere(path: Path) -> None:
    """A relative link points at a file or folder of the project, and its anchor at a heading."""
    broken = []
    for link in links(read(path)):
        target, _, anchor = link.partition("#")
        place = (path.parent / target).resolve() if target else path
        there = place.exists() and place.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors(read(place))):
            broken.append(link)
    assert broken == []


@each_page
def test_every_path_named_exists(path: Path) -> None:
    """A folder or file of the code that a page names is there; the past may name what is gone."""
    missing = [name for name in paths_named(read(path)) if not (ROOT / name).exists()]
    assert missing == [] or path == CHANGELOG


@each_page
def test_every_snippet_is_python(path: Path) -> None:
    """What a page shows as Python compiles."""
    for number, snippet in enumerate(fenced(read(path), "python"), 1):
        compile(snippet, f"{name_of(path)}, snippet {number}", "exec")


@each_page
def test_every_import_of_a_snippet_works(path: Path) -> None:
    """What a snippet imports of the project can be imported."""
    for snippet in fenced(read(path), "python"):
        nodes = [node for node in ast.walk(ast.parse(snippet)) if isinstance(node, ast.ImportFrom)]
        for node in nodes:
            if (node.module or "").partition(".")[0] in {"models", "utils", "workbench"}:
                found = importlib.import_module(node.module or "")
                assert [name.name for name in node.names if not hasattr(found, name.name)] == []


def test_the_readme_is_short() -> None:
    """The README is read in a few minutes; what is longer stands on the pages it links to."""
    assert len(read(README).split()) < MOST_WORDS


def test_the_readme_links_to_every_page() -> None:
    """No page of docs is left to be found by chance."""
    linked = {link.partition("#")[0] for link in links(read(README))}
    assert {name_of(path) for path in PATHS if path.parent.name == "docs"} - linked == set()


def test_every_version_has_its_date() -> None:
    """The changelog names each version once with a date, the newest first."""
    found = re.findall(r"^## (.+)$", read(CHANGELOG), re.MULTILINE)
    versions = [
        re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", each) for each in found
    ]
    keys = [tuple(map(int, each.groups()[:3])) for each in versions if each]
    dates = [each[4] for each in versions if each]
    assert len(keys) == len(found) > 0
    assert keys == sorted(set(keys), reverse=True)
    assert dates == sorted(dates, reverse=True)


PAGE = """# A title
make sure
```bash
make run ENGINE=lean  # why
# no heading
a \\
  b
```
## What's new: `x`, y-z
and `make -s test`, [here](docs/a.md#b "c") and [there](https://example.org/) or [this](#a-title)
`models/ledger`, `utils` and `models.ledger`

| Name | What |
|---|---|
| `a` | one \\| two |
| `b`, `c` | |

## A title
"""


def test_code_is_read_from_pages() -> None:
    """Fences, inline code, comments and continued lines are read, prose is not."""
    assert code(PAGE)[:4] == ["make run ENGINE=lean", "# no heading", "a    b", "x"]
    assert list(make_words(PAGE)) == ["run", "ENGINE", "test"]


def test_calls_are_read_from_pages() -> None:
    """A call ends at a pipe; another module's call, and an assignment, is not the workbench's."""
    page = f"`{PROGRAM} a --b=1 | less` and `{PROGRAM}.launcher lean` and `{PROGRAM}`"
    assert list(invocations(page)) == [["a", "--b=1"], []]
    page = "`tracker a --b` and `tracker = track(self)`, `self.tracker.log` and `a tracker b`"
    assert list(invocations(page)) == [["a", "--b"]]


def test_a_wrong_call_is_seen() -> None:
    """A command, an option and a choice that are not there are complained about."""
    assert complaints(main, ["no-such-command", "--x"]) == ["no-such-command"]
    assert complaints(main, ["--no-such-option"]) == ["--no-such-option"]
    assert complaints(main, ["--help"]) == []
    assert complaints(main, ["replay", "x", "--matching", "lifo", "--json"]) == []
    assert complaints(main, ["replay", "x", "--matching", "dearest"]) == ["dearest"]


def test_links_and_headings_are_read_from_pages() -> None:
    """Links within the project are read, and headings are named as GitHub names them."""
    assert links("[a](b.md#c) ![d](e.svg) [f](https://example.org) `[x](y)`") == [
        "b.md#c",
        "e.svg",
        "y",
    ]
    assert headings(PAGE) == ["A title", "What's new: `x`, y-z", "A title"]
    assert anchors(PAGE) == {"a-title", "whats-new-x-y-z", "a-title-1"}


def test_tables_and_paths_are_read_from_pages() -> None:
    """Rows are read under their heading without the head, and only paths are taken for paths."""
    (table,) = tables(PAGE)["What's new: `x`, y-z"]
    assert table == [["`a`", "one | two"], ["`b`, `c`", ""]]
    assert named(table) == ["a", "b", "c"]
    assert paths_named(PAGE) == ["models/ledger", "utils"]
