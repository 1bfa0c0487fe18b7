"""A page put together: a template, and parts packed into it that its first script takes out.

The page asks nothing of anybody: it holds the charts' library, and its policy forbids every
request. What users and files wrote reaches it as escaped text or inside of compressed JSON, never
as markup.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from models import __version__
from models.errors import TrackerError
from workbench.report.armour import armoured
from workbench.report.figures import moment, shown
from workbench.report.packing import deflated

FOLDER = Path(__file__).resolve().parent / "page"
LIBRARY = Path("server", "static", "js", "bokeh.min.js")

# The program without these is the same.
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANKS = re.compile(r"\s*\n\s*")


class MissingLibraryError(TrackerError, LookupError):
    """A package that a report needs is not installed; the text says what to install.

    Args:
        package: The package.
    """

    def __init__(self, package: str) -> None:
        super().__init__(
            f"{package} is not installed, and a report needs it: pip install {package}, or"
            " pip install '.[workbench]' in a checkout"
        )


class Packed(NamedTuple):
    """A part of a page.

    Attributes:
        text: It, compressed, in letters.
        size: Bytes of it compressed.
    """

    text: str
    size: int


def assembled(template: str, parts: Mapping[str, bytes], content: Mapping[str, Any]) -> str:
    """A page as the text of one HTML file.

    Args:
        template: The template's name.
        parts: `program`, `facts` and `columns`; the charts' library is added.
        content: What the template shows.

    Raises:
        MissingLibraryError: Jinja or the charts' library is not installed.
    """
    boot = boot_program()
    packed = {"library": packed_library(), **{n: packed_text(part) for n, part in parts.items()}}
    text: str = environment().get_template(template).render({
        **content,
        "policy": policy(boot),
        "boot": boot,
        "style": (FOLDER / "page.css").read_text(encoding="utf-8"),
        "packed": packed,
        "version": __version__,
    })  # fmt: skip
    return text


@cache
def environment() -> Any:
    """The templates: everything that they are given is escaped, and nothing may be missing.

    Raises:
        MissingLibraryError: Jinja is not installed.
    """
    try:
        jinja = import_module("jinja2")
    except ModuleNotFoundError:
        raise MissingLibraryError("jinja2") from None
    found = jinja.Environment(
        loader=jinja.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"shown": shown, "moment": moment}
    return found


@cache
def library() -> bytes:
    """The charts' library, which the package of Bokeh brings; nothing of the package is run.

    Raises:
        MissingLibraryError: Bokeh is not installed.
    """
    found = find_spec("bokeh")
    if found is None or not found.submodule_search_locations:
        raise MissingLibraryError("bokeh")
    return (Path(found.submodule_search_locations[0]) / LIBRARY).read_bytes()


@cache
def packed_library() -> Packed:
    """The charts' library, compressed once for any number of reports."""
    return packed_text(library())


def packed_text(content: bytes) -> Packed:
    """Bytes as a text that stands in a page without a character that means anything there."""
    small = deflated(content)
    return Packed(armoured(small), len(small))


def program(names: Sequence[str]) -> bytes:
    """Parts of the program as one function, so that no name of it is anybody else's."""
    return f"(() => {{\n'use strict';\n{joined(names)}}})();\n".encode()


def joined(names: Sequence[str]) -> str:
    """Parts of the program without their comments and indentation, which no page needs."""
    text = "".join((FOLDER / name).read_text(encoding="utf-8") for name in names)
    return BLANKS.sub("\n", COMMENT.sub("", text))


def boot_program() -> str:
    """The script that a page begins with."""
    return (FOLDER / "boot.js").read_text(encoding="utf-8")


def policy(boot: str) -> str:
    """What a page may do: run its own program, and ask nobody for anything."""
    digest = base64.b64encode(hashlib.sha256(boot.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob:; worker-src blob:;"
        " style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
