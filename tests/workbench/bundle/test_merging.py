"""Merging: one file of several modules, which reads and runs as they did."""

from __future__ import annotations

import pytest

from tests.workbench.bundle.trees import BOOKS, modules
from workbench.bundle.imports import BundleError
from workbench.bundle.merging import merge
from workbench.bundle.modules import Module

LEDGER = ("models.ledger.books", "models.ledger.lots")

MERGED = '''"""These modules of the performance tracker, each after all that it imports:

models/ledger/lots.py
models/ledger/books.py
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

# --- models/ledger/lots.py ----------------------------------------------------
#
# Lots.
#
# A lot is what one fill opened.

DUST = 1e-9  # shares


@dataclass(frozen=True)
class Lot:
    """One lot.

    Attributes:
        size: Shares.
    """

    size: float


# --- models/ledger/books.py ---------------------------------------------------
#
# Books of lots.


class Book:
    """Some lots."""

    def __init__(self, lots: Iterable[Lot], price: Decimal | None = None) -> None:
        self.lots = list(lots)

    def size(self) -> float:
        """Shares of all lots."""
        total = math.fsum(lot.size for lot in self.lots)
        return total if abs(total) > DUST else 0.0
'''


def pair(first: str, second: str, more: str = "") -> str:
    """Two modules of the package `models` merged, and perhaps led to a third."""
    found = modules({"models/a.py": first, "models/b.py": second, "models/c.py": more})
    return merge("models/ab.py", ("models.a", "models.b"), found, {"models.c": "models.other"})


def test_a_merged_file_reads_as_one() -> None:
    """Imports come once, each module follows all it needs, under its path and its docstring."""
    merged = merge("models/ledger.py", LEDGER, modules(BOOKS), {})
    assert merged == MERGED


def test_a_module_alone_keeps_its_docstring() -> None:
    """A file of one module is that module, its imports led to the merged files."""
    homes = dict.fromkeys(LEDGER, "models.merged")
    merged = merge("models/__init__.py", ("models",), modules(BOOKS), homes)
    assert merged == (
        '"""Public names."""\n\nfrom __future__ import annotations\n\n'
        'from models.merged import Book, Lot\n\n__all__ = ["Book", "Lot"]\n'
    )


def test_text_stays_as_it_is() -> None:
    """Strings that look like imports, blank lines in them, comments and odd spacing stay."""
    text = 'X = """\nfrom models.c import y\n\n\n\nimport os\n"""  # import sys\n\ny  =  {1 :2}\n'
    merged = pair(f"import os\n\n{text}", "Z = 1\n")
    assert text in merged
    assert merged.count("import os\n") == 2


def test_imports_inside_functions_are_led_along() -> None:
    """An import that runs later finds the merged file, in another file and in its own."""
    first = "def f():\n    from models.c import late\n    return late\n"
    second = "def g():\n    from models.a import f\n    return f\n"
    merged = pair(first, second, "late = 1\n")
    assert "    from models.other import late\n" in merged
    assert "    from models.ab import f\n" in merged


def test_imports_are_sorted_and_broken_as_the_sources() -> None:
    """Constants before classes before functions, the project's own last, no line over 100."""
    names = ", ".join(f"some_long_name_{number}" for number in range(6))
    many = "".join(f"{name} = 1\n" for name in names.split(", "))
    merged = pair(
        f"from models.c import {names}\nfrom math import pi, e\nimport numpy as np\n",
        "from typing import Any\nfrom math import sqrt, pi\nimport sys\n",
        many,
    )
    rows = "".join(f"    {name},\n" for name in names.split(", "))
    assert (
        "import sys\nfrom math import e, pi, sqrt\nfrom typing import Any\n\nimport numpy as np\n\n"
        f"from models.other import (\n{rows})\n"
    ) in merged


def test_an_import_for_types_alone_gives_way() -> None:
    """What one module needs when it runs is not imported for the type checker once more."""
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from math import pi, e\n"
    merged = pair(typed, "from math import pi\nX = pi\n")
    assert "if TYPE_CHECKING:\n    from math import e\n" in merged


def test_a_module_may_name_for_types_what_stands_below_it() -> None:
    """An import for the type checker makes no order, and none is left within a file."""
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from models.b import B\n"
    merged = pair(f"{typed}\ndef f(b: 'B'): ...\n", "from models.a import f\nclass B: ...\n")
    assert merged.index("def f") < merged.index("class B")
    assert "import B" not in merged


def test_a_name_after_as_is_bound_in_the_file() -> None:
    """An import with `as` of what the file holds itself becomes an assignment."""
    merged = pair("def f():\n    return 7\n", "from models.a import f as seven\nX = seven()\n")
    namespace: dict[str, object] = {}
    exec(merged, namespace)
    assert namespace["X"] == 7


REFUSED = {
    "two definitions": ("def f(): ...\n", "f = 1\n", "`f` is `f` of models.a in one"),
    "a definition and an import": ("pi = 3\n", "from math import pi\n", "`pi` of math in the"),
    "two imports": ("from math import pi\n", "from cmath import pi\n", "`pi` of cmath"),
    "a module and a name": ("import time\n", "from time import time\n", "the module time in one"),
    "two names after as": ("import os as x\n", "import sys as x\n", "the module os in one and"),
    "Python's and one's own": ("X = sum([1])\n", "def sum(): ...\n", "`sum` is Python's in one"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_name_means_one_thing(kind: str) -> None:
    """Modules that use one name for two things share no file; the error names both and the name."""
    first, second, says = REFUSED[kind]
    with pytest.raises(BundleError, match="cannot share a file") as refused:
        pair(first, second)
    assert says in str(refused.value)
    assert "models/a.py" in str(refused.value)
    assert "models/b.py" in str(refused.value)


def test_a_name_of_a_function_is_its_own() -> None:
    """A local name hides nothing, so it may be what another module defines."""
    assert "log" in pair(
        "def f(log):\n    max = log\n    return max\n", "def log(): ...\nmax = 1\n"
    )


def test_one_name_through_two_modules_is_one() -> None:
    """A name imported from where it is defined and from where it is passed on is the same."""
    found = modules(
        {
            "models/a.py": "A = 1\n",
            "models/b.py": "from models.a import A\nB = A\n",
            "models/c.py": "from models.a import A\nfrom models.b import B\nC = A + B\n",
        }
    )
    merged = merge("models/bc.py", ("models.b", "models.c"), found, {})
    assert merged.count("from models.a import A\n") == 1


def test_modules_that_need_each_other_are_refused() -> None:
    """The error names the way round."""
    with pytest.raises(BundleError, match=r"models\.a -> models\.b -> models\.a"):
        pair("from models.b import B\n", "from models.a import A\n")


UNFIT = {
    "import models.lots\n": "write `from models.lots import NAME`",
    "from models.lots import *\n": "name the module from the root",
    "from . import lots\n": "name the module from the root",
    "from models import lots\n": "write `from models.lots import NAME`",
    "x = 1; import os\n": "a line of its own",
    "x = = 1\n": "line 1: invalid syntax",
}


@pytest.mark.parametrize("source", UNFIT)
def test_what_cannot_be_led_elsewhere_is_refused(source: str) -> None:
    """Each import that merging would break is named with what to write instead."""
    with pytest.raises(BundleError, match=r"models/a\.py") as refused:
        modules({"models/a.py": source, "models/lots.py": "", "models/__init__.py": ""})
    assert UNFIT[source] in str(refused.value)


def test_what_a_module_defines_is_seen() -> None:
    """Every way to bind a name at the top counts, names inside functions do not."""
    source = """
        from os import path
        def f(): inner = 1
        class C: field = 1
        A = B = 1
        D, (E, *F) = 1, (2, 3)
        G: int = 1
        for H in (): pass
        with open("x") as I: pass
        try:
            import json
        except ImportError:
            json = None
        if (J := 1): K = 1
        """
    module: Module = modules({"models/a.py": source})["models.a"]
    assert module.defined == {*"ABCDEFGHIJK", "f", "json"}
