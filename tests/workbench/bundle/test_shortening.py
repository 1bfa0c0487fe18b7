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

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

TEXT = """
    # four columns stay
"""


class Empty(NamedTuple):
    """Nothing but this."""


class Lot:
    """One lot."""

    # why it is one
    size: int = 1  # how many

    def value(self, price: float = 0.0, *more: dict[str, Decimal]) -> Any:
        """What it is worth.

        Args:
            price: Of one.
        """
        self.total: float = price
        if price:
            return (
                self.size
                * price
            )
        return 0.0
'''

SHORT = b'''"""What it is."""

from __future__ import annotations

from typing import NamedTuple


TEXT = """
    # four columns stay
"""


class Empty(NamedTuple):
 """Nothing but this."""


class Lot:

 size: int = 1  # how many

 def value(self, price = 0.0, *more):
  self.total = price
  if price:
   return (
    self.size
    * price
   )
  return 0.0
'''


def test_what_says_goes_and_what_does_stays() -> None:
    """Docstrings, comments, annotations and their imports go; texts and code are as they were."""
    assert shortened(SOURCE, "models/lots.py").decode() == SHORT.decode()


def test_every_module_does_the_same() -> None:
    """But for what only says something the syntax tree of every module of the project is equal."""
    sources = [each for each in read_sources().files.items() if each[0].startswith("models/")]
    assert len(sources) > 100
    for path, source in sources:
        assert _bare(shortened(source, path)) == _bare(source), path


def test_no_python_is_refused() -> None:
    """A source that cannot be read is named."""
    with pytest.raises(BundleError, match=r"models/bad\.py"):
        shortened(b"def (", "models/bad.py")


class _Bare(ast.NodeTransformer):
    """Takes off what says and does nothing."""

    def __init__(self) -> None:
        self._inside = 0  # how many functions the node is in

    def visit(self, node: ast.AST) -> ast.AST | None:
        """The node without docstring, annotations and the imports at the top."""
        if isinstance(node, ast.Module):
            node.body = [each for each in node.body if not self._imports(each)]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = node.body[bool(ast.get_docstring(node, clean=False)) :]
        if isinstance(node, ast.arg):
            node.annotation = None
        function = isinstance(node, ast.FunctionDef)
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        outer, self._inside = (
            self._inside,
            function or (self._inside and not isinstance(node, ast.ClassDef)),
        )
        self.generic_visit(node)
        self._inside = outer
        if isinstance(node, ast.AnnAssign) and node.value is not None and self._inside:
            return ast.Assign([node.target], node.value)
        return node

    def _imports(self, node: ast.stmt) -> bool:
        return isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        )


def _bare(source: bytes) -> str:
    return ast.dump(_Bare().visit(ast.parse(source)) or ast.Pass())
