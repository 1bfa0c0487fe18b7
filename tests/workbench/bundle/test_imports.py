"""Imports led elsewhere: through a package and back, and nothing else of a source with them."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.structure.source_tree import ROOT, python_files
from workbench.bundle.imports import BundleError, redirected, through

MOVED = {
    "from models.lots import Lot": "from T.models.lots import Lot",
    "from models import Lot, terms": "from T.models import Lot, terms",
    "from \\\n  models.lots import (\n    Lot,\n)": (
        "from \\\n  T.models.lots import (\n    Lot,\n)"
    ),
    "é = 1; from utils.lean import x  # from utils": (
        "é = 1; from T.utils.lean import x  # from utils"
    ),
    "if TYPE_CHECKING:\n    from models.lots import Lot": (
        "if TYPE_CHECKING:\n    from T.models.lots import Lot"
    ),
    "def f():\r\n\tfrom utils.lean import lean": "def f():\r\n\tfrom T.utils.lean import lean",
    "x = 'from models.lots import Lot'": "x = 'from models.lots import Lot'",
    '"""\nfrom models.lots import Lot\n"""': '"""\nfrom models.lots import Lot\n"""',
    "from . import models": "from . import models",
    "from .models import lots": "from .models import lots",
    "from modelsx.models import models": "from modelsx.models import models",
    "models.lots = utils.lean": "models.lots = utils.lean",
    "import os.path as models": "import os.path as models",
}


@given(st.lists(st.sampled_from(sorted(MOVED)), max_size=6))
def test_imports_and_nothing_else_are_led_along(statements: list[str]) -> None:
    """Wherever they stand, imports of models and utils go through the package."""
    source = "\n".join(statements).encode()
    moved = "\n".join(MOVED[each] for each in statements).encode()
    assert redirected(source, through("T"), "x.py") == moved


@pytest.mark.parametrize("package", ["models", "utils"])
def test_the_project_goes_through_a_package_and_back(package: str) -> None:
    """No import of a source lacks the package, and without its name the source is as before."""
    for path in python_files(package):
        source = path.read_bytes()
        moved = redirected(source, through("Zz9"), path.name)
        assert redirected(moved, lambda name: name.removeprefix("Zz9."), path.name) == source
        roots = {
            (node.module or "").partition(".")[0]
            for node in ast.walk(ast.parse(moved))
            if isinstance(node, ast.ImportFrom)
        }
        assert roots.isdisjoint({"models", "utils"}), path.relative_to(ROOT)


@pytest.mark.parametrize("statement", ["import models", "import os, utils.lean as lean"])
def test_an_import_that_binds_a_module_is_refused(statement: str) -> None:
    """The code after it would go on as before, so the error says where it is and what to write."""
    with pytest.raises(BundleError, match=r"models/x.py, line 2: `import (models|utils.lean)`"):
        redirected(f"\n{statement}\n".encode(), through("Tracker"), "models/x.py")
