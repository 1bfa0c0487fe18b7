"""The files of the live page: its own, and what it shares with the report.

Both show a figure in the same digits and a strategy in the same colour, since both have them from
the same file. A report is one function in one file; the live page is made of modules, so what it
takes from the report's program is given out with its names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workbench.report.assembly import FOLDER as REPORT

FOLDER = Path(__file__).resolve().parent / "static"
SHELL = "index.html"

# What modules are told of the report's program: the names that each file gives out.
SHARED_PROGRAM: Mapping[str, tuple[str, ...]] = {
    "numbers.js": ("DASH", "FORMATS", "MINUS", "bisect", "grouped", "shown", "spanText"),
    "swatches.js": ("DASHES", "HUES", "swatch"),
}
# The report's style, under a name of its own.
SHARED_STYLE = {"report.css": "page.css"}

MEDIA = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file that a browser is given.

    Attributes:
        content: Its bytes.
        media: Its media type.
        tag: Its entity tag: another content has another one.
    """

    content: bytes
    media: str
    tag: str


@cache
def page_files() -> Mapping[str, PageFile]:
    """The files by their name; there are no others, so no name leads out of the folder."""
    own = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.is_file()}
    program = {name: _module(name, given) for name, given in SHARED_PROGRAM.items()}
    style = {name: (REPORT / origin).read_bytes() for name, origin in SHARED_STYLE.items()}
    return {name: _file(name, content) for name, content in (own | program | style).items()}


def _module(name: str, given: tuple[str, ...]) -> bytes:
    """A file of the report's program as a module."""
    return (REPORT / name).read_bytes() + f"\nexport {{ {', '.join(given)} }};\n".encode()


def _file(name: str, content: bytes) -> PageFile:
    digest = hashlib.sha256(content).hexdigest()
    return PageFile(content, MEDIA[Path(name).suffix], f'"{digest[:32]}"')
