"""Bundling: what each tier gets of a tree, and of the project itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.settings import Settings, SettingsError, Switch
from tests.structure.source_tree import ROOT
from tests.workbench.bundle.trees import BOOKS, ROOMY, tree
from workbench.bundle.bundling import bundle, new_groups, read_pins
from workbench.bundle.imports import PACKAGES, BundleError
from workbench.bundle.modules import read_modules
from workbench.bundle.sources import ALGORITHM, read_sources
from workbench.bundle.tiers import FREE, LOCAL, TIERS, Tier, check_limits
from workbench.bundle.without_execution import orders_followed

MERGING = [tier for tier in TIERS.values() if tier is not LOCAL]
NAMES = [tier.name for tier in MERGING]


@pytest.fixture(scope="module")
def sources() -> dict[str, bytes]:
    """The project's own sources."""
    return dict(read_sources(ROOT, "").files)


@pytest.fixture(scope="module")
def bundles(sources: dict[str, bytes]) -> dict[str, dict[str, bytes]]:
    """What each tier that merges gets of them."""
    pins = read_pins()
    return {tier.name: bundle(sources, ALGORITHM, tier, pins[tier.name]) for tier in MERGING}


def write(files: dict[str, bytes], folder: Path) -> None:
    """Write files into a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def test_a_bundle_runs_as_the_sources_do(tmp_path: Path) -> None:
    """The merged files, in an interpreter of their own, give what the modules gave."""
    sources = tree(BOOKS)
    files = bundle(sources, "main.py", ROOMY, new_groups(sources, ROOMY))
    assert sorted(files) == [
        "main.py",
        "models/__init__.py",
        "models/ledger.py",
        "utils/__init__.py",
        "utils/structured_logger.py",
        "utils/tracking.py",
    ]
    write(files, tmp_path)
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})"]
    command[-1] += "\nfrom main import FOUND; print(FOUND)"
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("3.5\n", "")


def test_nothing_is_merged_where_nothing_is_limited() -> None:
    """A local project has the sources to the byte, and no more than what goes to LEAN."""
    sources = tree(BOOKS)
    assert bundle({**sources, "config.json": b"{}"}, "main.py", LOCAL, None) == sources


def test_what_no_public_import_leads_to_stays_out() -> None:
    """A module that nothing needs takes no room; one that a function needs later is there."""
    sources = tree(
        {
            **BOOKS,
            "models/unused.py": "UNUSED = 1\n",
            "models/late.py": "LATE = 1\n",
            "utils/structured_logger.py": "def f():\n    from models.late import LATE\n",
            "utils/tracking.py": "from models import Book\nfrom utils.structured_logger import f\n",
        }
    )
    text = b"".join(bundle(sources, "main.py", ROOMY, new_groups(sources, ROOMY)).values())
    assert b"LATE = 1" in text
    assert b"UNUSED" not in text


def test_a_stand_in_takes_a_modules_place() -> None:
    """Where a tier has another module instead, what only the first one needed stays out."""
    sources = tree(
        {
            **BOOKS,
            "utils/tracking.py": "from models import Book\nfrom utils.door import DOOR\n",
            "utils/door.py": "from utils.behind import BEHIND\n\nDOOR = BEHIND\n",
            "utils/behind.py": "BEHIND = 1\n",
            "desk/wall.py": '"""No door."""\n\nDOOR = None\n',
        }
    )
    tier = Tier("walled", 24, 100_000, {"utils/door.py": "desk/wall.py"})
    text = b"".join(bundle(sources, "main.py", tier, new_groups(sources, tier)).values())
    assert b"DOOR = None" in text
    assert b"BEHIND" not in text


def test_an_algorithm_imports_what_is_public() -> None:
    """Anything else would be elsewhere in another form, so the error says where to import from."""
    sources = tree({**BOOKS, "main.py": "from models.ledger.lots import Lot\n"})
    for groups in (None, new_groups(tree(BOOKS), ROOMY)):
        with pytest.raises(BundleError, match=r"main.py, line 1: models.ledger.lots is not public"):
            bundle(sources, "main.py", ROOMY, groups)


def test_a_package_that_does_something_is_refused() -> None:
    """No merged file would run it, so it must hold nothing but its docstring."""
    sources = tree({**BOOKS, "models/ledger/__init__.py": "READY = True\n"})
    with pytest.raises(BundleError, match=r"models/ledger/__init__.py must hold nothing"):
        bundle(sources, "main.py", ROOMY, new_groups(tree(BOOKS), ROOMY))


@pytest.mark.parametrize("name", NAMES)
def test_the_project_fits_every_tier(bundles: dict[str, dict[str, bytes]], name: str) -> None:
    """As pinned, there are no more files than the tier takes, none in the last part of its size."""
    check_limits({path: len(text) for path, text in bundles[name].items()}, TIERS[name])


def test_the_projects_modules_stay_as_they_are(
    sources: dict[str, bytes], bundles: dict[str, dict[str, bytes]]
) -> None:
    """Where docstrings are whole each module's text is in one merged file, to the byte."""
    ours = {path: text for path, text in sources.items() if path.partition("/")[0] in PACKAGES}
    modules = [module for module in read_modules(ours).values() if not module.inner]
    whole = [name for name, groups in read_pins().items() if not groups.short]
    assert whole
    for name in whole:
        texts = [text.decode() for text in bundles[name].values()]
        merged = [module for module in modules if f"# --- {module.path} " in "".join(texts)]
        assert len(merged) > 50
        counts = {each.path: sum(each.body.strip() in text for text in texts) for each in merged}
        assert {path: count for path, count in counts.items() if count != 1} == {}


def test_the_free_tier_has_no_store(bundles: dict[str, dict[str, bytes]]) -> None:
    """It has no Object Store, so nothing of it takes room there; the other tiers have it."""
    for name, files in bundles.items():
        text = b"".join(files.values())
        assert (b"class ObjectStoreManager" in text) is (name != FREE.name)
        assert (b"class NoObjects" in text) is (name == FREE.name)


def test_the_free_tier_follows_no_orders(bundles: dict[str, dict[str, bytes]]) -> None:
    """Who asks for it is told which form has it."""
    for name, files in bundles.items():
        assert (b"class Markouts" in b"".join(files.values())) is (name != FREE.name)
    with pytest.raises(SettingsError, match=r"tracker_execution is on, .* --tier researcher"):
        orders_followed(Settings(execution=Switch.ON), live=False)
    orders_followed(Settings(), live=True)


@pytest.mark.parametrize("name", NAMES)
def test_merged_files_pass_the_linter(
    bundles: dict[str, dict[str, bytes]], name: str, tmp_path: Path
) -> None:
    """No name is unused or undefined; whole sources are formatted and their imports sorted."""
    write(bundles[name], tmp_path)
    config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    whole = (["check", "--select", "F,I,B"], ["format", "--check"])
    for words in [["check", "--select", "F,B"]] if read_pins()[name].short else whole:
        command = [sys.executable, "-m", "ruff", *words, *config, str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout
