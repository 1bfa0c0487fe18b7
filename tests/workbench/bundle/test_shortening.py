"""Sources in less room do what they did."""

from __future__ import annotations

import ast

import pytest

from workbench.bundle.imports import BundleError
from workbench.bundle.shortening import shortened
from workbench.bundle.sources import read_sources

SOURCE = b'''"""What it is.

More of it.
"""

TEXT = """
    # four columns stay
"""


class Empty(Exception):
    """Nothing but this."""


class Lot:
    """One lot."""

    # why it is one
    size = 1  # how many

    def value(self, price: float) -> float:
        """What it is worth.

        Args:
            price: Of one.
        """
        if price:
            return (
                self.size
                * price
            )
        return 0.0
'''

SHORT = b'''"""What it is."""

TEXT = """
    # four columns stay
"""


class Empty(Exception):
 """Nothing but this."""


class Lot:

 size = 1  # how many

 def value(self, price: float) -> float:
  if price:
   return (
    self.size
    * price
   )
  return 0.0
'''


def test_what_says_goes_and_what_does_stays() -> None:
    """Docstrings, lines of comment and wide indentation go; texts and code are as they were."""
    assert shortened(SOURCE, "models/lots.py") == SHORT


def test_every_module_does_the_same() -> None:
    """But for docstrings the syntax tree of every module of the project is the same."""
    sources = [each for each in read_sources().files.items() if each[0].startswith("models/")]
    assert len(sources) > 100
    for path, source in sources:
        assert _bare(shortened(source, path)) == _bare(source), path


def test_no_python_is_refused() -> None:
    """A source that cannot be read is named."""
    with pytest.raises(BundleError, match=r"models/bad\.py"):
        shortened(b"def (", "models/bad.py")


def _bare(source: bytes) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = node.body[bool(ast.get_docstring(node, clean=False)) :]
    return ast.dump(tree)
