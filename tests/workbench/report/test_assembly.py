"""A page put together, and what is said where a package is missing."""

from __future__ import annotations

import sys

import pytest

from workbench.report import assembly
from workbench.report.assembly import MissingLibraryError, environment, joined, library, program


@pytest.fixture(autouse=True)
def _forget() -> None:
    """Look for packages again."""
    environment.cache_clear()
    library.cache_clear()


def test_without_the_charts_library_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error names Bokeh."""
    monkeypatch.setattr(assembly, "find_spec", lambda name: None)
    with pytest.raises(MissingLibraryError, match="pip install bokeh"):
        library()


def test_without_templates_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names Jinja."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingLibraryError, match="pip install jinja2"):
        environment()


def test_a_program_has_no_comments_and_no_indentation() -> None:
    """What readers of the source need, a page does not carry."""
    text = joined(("numbers.js", "certainty.js"))
    assert "/*" not in text
    assert "\n " not in text
    assert "function percentile(" in text


def test_a_program_is_one_function() -> None:
    """No name of it is a name of the page."""
    text = program(("numbers.js",)).decode()
    assert text.startswith("(() => {\n'use strict';\n")
    assert text.endswith("})();\n")
