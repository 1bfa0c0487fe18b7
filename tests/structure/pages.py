"""The pages of the documentation as the tests read them: code, calls, links, tables.

A page is Markdown as GitHub shows it. Nothing on a page is run; it is judged by its text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tests.structure.source_tree import ROOT

PROGRAM = "python -m workbench"
INSTALLED = "tracker"  # what the same command is called where the package is installed
PATHS = tuple(
    sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "recordings").glob("*.md")])
)
# A call of the workbench up to a pipe or the next command; what is quoted belongs to it.
_CALL = re.compile(rf"(?:{PROGRAM}|^{INSTALLED})(?=\s+[\w-]|$)((?:'[^']*'|[^|;&>])*)")
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def name_of(path: Path) -> str:
    """A page by its path in the project."""
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    """A page's text."""
    return path.read_text(encoding="utf-8")


def fenced(text: str, language: str | None = None) -> list[str]:
    """The blocks of code on a page; those of one language where it is given."""
    return [body for name, body in _FENCE.findall(text) if language in (None, name)]


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", text)


def inline(text: str) -> list[str]:
    """What a page marks as code within its sentences."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def code(text: str) -> list[str]:
    """The lines of a page's code, fenced or inline, comments and line continuations resolved."""
    joined = "\n".join([*fenced(text), *inline(text)]).replace("\\\n", " ")
    bare = [re.sub(r"\s+#.*", "", line) for line in joined.splitlines()]
    return [line for line in bare if line]


def make_words(text: str) -> Iterator[str]:
    """The targets and variables that a page gives to make."""
    for line in code(text):
        for words in re.findall(r"(?:^|[;&|(])\s*(?:\w+=\S+\s+)*make((?:\s+[\w=./-]+)+)", line):
            yield from (word.partition("=")[0] for word in words.split() if word[0] != "-")


def invocations(text: str) -> Iterator[list[str]]:
    """The words of every call of the workbench on a page, up to a pipe or the next command."""
    for line in code(text):
        for call in _CALL.findall(line):
            if "=" not in call.split(" -")[0]:  # `tracker = ...` is Python
                yield call.split()


def complaints(command: click.Command, words: list[str]) -> list[str]:
    """What a call names that the command line does not have."""
    unknown: list[str] = []
    kind: click.ParamType[Any] | None = None  # of the value that comes next
    for word in words:
        name, _, value = word.partition("=")
        if kind is not None:
            wrong = isinstance(kind, click.Choice) and word not in kind.choices
            unknown += [word] if wrong else []
            kind = None
        elif name.startswith("-"):
            option = _option(command, name)
            takes_one = isinstance(option, click.Option) and not option.is_flag
            kind = option.type if option is not None and takes_one and not value else None
            unknown += [name] if option is None and name != "--help" else []
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), name)
            if found is None:
                return [*unknown, name]
            command = found
    return unknown


def _option(command: click.Command, name: str) -> click.Parameter | None:
    found = (each for each in command.params if name in (*each.opts, *each.secondary_opts))
    return next(found, None)


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


def links(text: str) -> list[str]:
    """The targets of a page's links and pictures that stay within the project."""
    found = re.findall(r"\]\(([^)\s]+)[^)]*\)", prose(text))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def headings(text: str) -> list[str]:
    """A page's headings."""
    return re.findall(r"^#+ +(.+?) *$", prose(text), re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What a link to a heading of a page may end in, as GitHub names it."""
    found: set[str] = set()
    for heading in headings(text):
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number = sum(each == plain or each.startswith(f"{plain}-") for each in found)
        found.add(f"{plain}-{number}" if plain in found else plain)
    return found


Table = list[list[str]]


def tables(text: str) -> dict[str, list[Table]]:
    """The tables under each heading of a page: rows of cells, without the head."""
    found: dict[str, list[Table]] = defaultdict(list)
    heading, inside = "", 0
    for line in prose(text).splitlines():
        title = re.match(r"#+ +(.+?) *$", line)
        heading = title[1] if title else heading
        inside = inside + 1 if line.startswith("|") else 0
        if inside == 1:
            found[heading].append([])
        elif inside > 2:
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            found[heading][-1].append([cell.strip().replace("\\|", "|") for cell in cells])
    return dict(found)


def named(table: Table) -> list[str]:
    """What the first cells of a table's rows mark as code."""
    return [name for row in table for name in re.findall(r"`([^`]+)`", row[0])]


def paths_named(text: str) -> list[str]:
    """The files and folders of the project's code that a page names."""
    folders = "models|utils|workbench|tests|benchmarks|recordings|docs"
    return [word for word in inline(text) if re.fullmatch(rf"(?:{folders})(?:/[\w./-]*)?", word)]
