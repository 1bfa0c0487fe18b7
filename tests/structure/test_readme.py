"""The README against what there is: targets, commands, options, settings and links."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from models.settings import setting_names
from tests.structure.source_tree import ROOT
from workbench.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROGRAM = "python -m workbench"


def code(text: str) -> list[str]:
    """The lines of a page's code, fenced or inline, comments and line continuations resolved."""
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    prose = re.sub(r"^```[^\n]*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    blocks = [*fenced, *re.findall(r"`([^`\n]+)`", prose)]
    joined = "\n".join(blocks).replace("\\\n", " ")
    bare = [re.sub(r"\s+#.*", "", line) for line in joined.splitlines()]
    return [line for line in bare if line]


def make_words(text: str) -> Iterator[str]:
    """The targets and variables that a page gives to make."""
    for line in code(text):
        for words in re.findall(r"\bmake((?:\s+[\w=./-]+)+)", line):
            yield from (word.partition("=")[0] for word in words.split() if word[0] != "-")


def invocations(text: str) -> Iterator[list[str]]:
    """The words of every call of the workbench on a page, up to a pipe or the next command."""
    for line in code(text):
        for call in re.findall(rf"{PROGRAM}(?=\s|$)([^|;&>]*)", line):
            yield call.split()


def complaints(words: list[str]) -> list[str]:
    """What a call names that the command line does not have."""
    command: click.Command = main
    unknown: list[str] = []
    for word in words:
        name = word.partition("=")[0]
        if name.startswith("-"):
            options = {"--help"} | {
                option
                for parameter in command.params
                for option in (*parameter.opts, *parameter.secondary_opts)
            }
            unknown += [name] if name not in options else []
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), name)
            if found is None:
                return [*unknown, name]
            command = found
    return unknown


def commands(group: click.Group, name: str = PROGRAM) -> dict[str, click.Command]:
    """Every command of the command line by the words that call it, groups left out."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        called = f"{name} {word}"
        found |= (
            commands(command, called) if isinstance(command, click.Group) else {called: command}
        )
    return found


def test_every_make_target_exists() -> None:
    """What the README has the reader type into make, the Makefile knows."""
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z]+) \?=", MAKEFILE, re.MULTILINE))
    words = set(make_words(README))
    assert words, "the README shows no make target"
    assert words - targets - variables == set()


def test_every_call_in_the_readme_is_valid() -> None:
    """The commands and options the README shows are those of the command line."""
    calls = list(invocations(README))
    assert calls, f"the README shows no call of {PROGRAM}"
    assert [(words, complaints(words)) for words in calls if complaints(words)] == []


@pytest.mark.parametrize("called", sorted(commands(main)))
def test_every_command_is_documented(called: str) -> None:
    """Each command is in the README, and its help shows how it is called."""
    assert any(called in line for line in code(README)), f"the README does not show {called}"
    text = commands(main)[called].help or ""
    assert called in text, f"the help of {called} has no example"


def test_every_setting_has_its_row() -> None:
    """The settings table lists every setting, and nothing that is none."""
    rows = re.findall(r"^\|\s*`(tracker_\w+)`", README, re.MULTILINE)
    assert sorted(rows) == sorted(setting_names())


def test_every_setting_named_is_one() -> None:
    """No sentence and no example of the README names a setting that is not there."""
    assert set(re.findall(r"\btracker_\w+", README)) - set(setting_names()) == set()


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("*.md")))
def test_every_link_leads_somewhere(page: str) -> None:
    """A relative link of a page at the root points at a file or folder of the project."""
    links = re.findall(r"\]\(([^)\s#]+)", (ROOT / page).read_text(encoding="utf-8"))
    relative = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in relative if not (ROOT / link).exists()] == []


def test_code_is_read_from_pages() -> None:
    """Fences, inline code, comments and continued lines are read, prose is not."""
    page = "make sure\n```bash\nmake run ENGINE=lean  # why\na \\\n  b\n```\nand `make -s test`\n"
    assert code(page) == ["make run ENGINE=lean", "a    b", "make -s test"]
    assert list(make_words(page)) == ["run", "ENGINE", "test"]


def test_calls_are_read_from_pages() -> None:
    """A call ends at a pipe, and another module's call is not the workbench's."""
    page = f"`{PROGRAM} a --b=1 | less` and `{PROGRAM}.launcher lean` and `{PROGRAM}`"
    assert list(invocations(page)) == [["a", "--b=1"], []]


def test_a_wrong_call_is_seen() -> None:
    """A command and an option that are not there are complained about."""
    assert complaints(["no-such-command", "--x"]) == ["no-such-command"]
    assert complaints(["--no-such-option"]) == ["--no-such-option"]
    assert complaints(["--help"]) == []
