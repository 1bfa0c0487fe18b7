"""The wheel in a clean virtual environment: the package, its command and its exports."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from models import __version__
from tests.structure.source_tree import ROOT
from workbench.export import export

# What the package needs, and what that needs; linked, so that nothing is downloaded.
NEEDED = ("click", "rich", "numpy", "markdown_it", "mdurl", "pygments")

pytestmark = pytest.mark.slow


def call(*words: str | Path, cwd: Path) -> str:
    """What a command prints; it must end well, and warnings are errors."""
    ended = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, check=False, cwd=cwd
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of the checkout as it stands."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ("wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT)
    # the build needs the setuptools that pyproject.toml asks for
    pinned = f'"setuptools=={version("setuptools")}"' in (ROOT / "pyproject.toml").read_text()
    call(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", *words),
        *(["--no-build-isolation"] if pinned else []),
        cwd=folder,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment that has the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for place in map(found_at, NEEDED):
        (packages / place.name).symlink_to(place)
        libraries = place.with_name(f"{place.name}.libs")
        if libraries.is_dir():
            (packages / libraries.name).symlink_to(libraries)
    python = folder / "bin" / "python"
    words = ("install", "--quiet", "--no-deps", "--no-index", wheel)
    call(sys.executable, "-m", "pip", "--python", python, *words, cwd=folder)
    return folder / "bin"


def found_at(package: str) -> Path:
    """The folder of an installed package."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A folder of a user who has `models` and `utils` of another kind."""
    for name in ("models", "utils", "workbench"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('not the tracker')")
    return tmp_path


def test_a_wheel_is_one_package(wheel: Path) -> None:
    """It takes no name at the top but its own, and has the version and no recording."""
    assert wheel.name == f"lean_performance_tracker-{__version__}-py3-none-any.whl"
    names = ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    info = f"lean_performance_tracker-{__version__}.dist-info"
    assert tops == {"performance_tracker", info}
    with ZipFile(wheel) as file:
        metadata = file.read(f"{info}/METADATA").decode()
        assert file.read(f"{info}/top_level.txt").decode().split() == ["performance_tracker"]
    needed = {line for line in metadata.splitlines() if line.startswith("Requires-Dist")}
    assert "Requires-Dist: numpy==1.26.4" in needed
    assert not [name for name in names if "tape.jsonl" in name]


def test_the_package_imports_beside_other_models(environment: Path, host: Path) -> None:
    """Its public names come from under `performance_tracker`, whatever else is on the path."""
    code = (
        "import sys; sys.path.insert(0, '.')\n"
        "from performance_tracker import __version__, track\n"
        "from performance_tracker.models import PerformanceTracker, TradeRecord\n"
        "from performance_tracker.utils.structured_logger import StructuredLogger\n"
        "from performance_tracker.utils.tracking import track as same\n"
        "assert track is same\n"
        "assert not {'models', 'utils', 'workbench'} & set(sys.modules)\n"
        "print(__version__)"
    )
    assert call(environment / "python", "-W", "error", "-c", code, cwd=host) == f"{__version__}\n"


def test_the_command_replays(environment: Path, host: Path) -> None:
    """`tracker` does what `python -m workbench` does in a checkout."""
    recording = ROOT / "recordings" / "option-combos"
    told = call(environment / "tracker", "replay", recording, "--json", cwd=host)
    same = call(sys.executable, "-m", "workbench", "replay", "option-combos", "--json", cwd=ROOT)
    assert json.loads(told) == json.loads(same)
    assert "tracker replay three-strategies" in call(environment / "tracker", "--help", cwd=host)
    shown = call(environment / "python", "-m", "performance_tracker", "--version", cwd=host)
    assert __version__ in shown


@pytest.mark.parametrize("tier", ["free", "local"])
def test_the_installed_command_exports(environment: Path, host: Path, tier: str) -> None:
    """Project and package are those that the checkout exports, to the byte."""
    for name, words in (("New", []), ("Library", ["--package", "Mine"])):
        call(environment / "tracker", "export", name, "--tier", tier, *words, cwd=host)
        package = words[1] if words else None
        expected = export(host / "expected" / name, package, tier=tier)
        written = host / name / (package or "")
        files = {
            path.relative_to(expected.folder): path.read_bytes()
            for path in expected.folder.rglob("*")
            if path.is_file()
        }
        assert {path: (written / path).read_bytes() for path in files} == files
