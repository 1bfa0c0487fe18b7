"""The export: what it writes, what it refuses, and that it runs where nothing else is."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.structure.source_tree import LEAN_CODE, python_files
from workbench.cli import main
from workbench.engine.tape import read_tape
from workbench.export import MOST_BYTES, MOST_FILES, ExportError, export, through
from workbench.recordings import PROJECT, recordings
from workbench.replay.replay import TAPE_SETTINGS, Replay

RECORDING = recordings()["option-combos"].path
# The recorded engine is the workbench's; of LEAN there is what main.py's first import needs.
STUB = """
from datetime import *
from workbench.engine.algorithm import RecordedAlgorithm as QCAlgorithm
from workbench.engine.enums import *
"""
DRIVER = """
import importlib, json, sys
from pathlib import Path

asked = json.loads(sys.argv[1])
sys.path[:0] = asked["paths"]
prefix, recording, folder = asked["prefix"], Path(asked["recording"]), Path(asked["folder"])

from workbench.engine.algorithm import RecordedAlgorithm
from workbench.engine.engine import RecordedEngine
from workbench.tape import read_tape

for path in sorted(folder.rglob("*.py")):
    words = path.relative_to(folder).with_suffix("").parts
    importlib.import_module(prefix + ".".join(words).removesuffix(".__init__"))
track = importlib.import_module(prefix + "utils.tracking").track


class Tracked(RecordedAlgorithm):
    def initialize(self):
        self.tracker = track(self, **asked["settings"])

    def on_order_event(self, order_event):
        self.tracker.on_order_event(order_event)

    def on_data(self, data):
        self.tracker.on_data(data)

    def on_end_of_algorithm(self):
        self.tracker.finish()


engine = RecordedEngine(read_tape(recording), Tracked)
engine.run()
tracker = engine.algorithm.tracker
json.dump(
    {
        "balance": tracker.balance(),
        "sheets": {name: sheet.to_dict() for name, sheet in tracker.sheets().items()},
        "strategies": {name: found.to_dict() for name, found in tracker.strategies().items()},
        "outside": [
            name
            for name, module in sys.modules.items()
            if name.partition(".")[0] in ("models", "utils", "main", prefix.strip("."))
            and not Path(module.__file__).is_relative_to(folder)
        ],
        "unmoved": [name for name in sys.modules if name.partition(".")[0] in ("models", "utils")],
    },
    sys.stdout,
)
"""


def run(*words: str | Path) -> Result:
    """Call `export` in this process."""
    return CliRunner().invoke(main, ["export", *map(str, words)])


def names(folder: Path) -> set[str]:
    """Every file below the folder, by path in it."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def sources(*found: str) -> set[str]:
    """The project's own files, as an export names them."""
    return {path.relative_to(PROJECT).as_posix() for path in python_files(*found)}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    """What the project itself makes of the recording."""
    replay = Replay(read_tape(RECORDING))
    for _ in replay.play():
        pass
    tracker = replay.tracker
    return {
        "balance": tracker.balance(),
        "sheets": {name: sheet.to_dict() for name, sheet in tracker.sheets().items()},
        "strategies": {name: found.to_dict() for name, found in tracker.strategies().items()},
    }


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the recorded engine and nothing else of the project."""
    shutil.copytree(PROJECT / "workbench" / "engine", tmp_path / "desk" / "workbench" / "engine")
    (tmp_path / "desk" / "AlgorithmImports.py").write_text(STUB)
    return tmp_path / "desk"


def played(folder: Path, prefix: str, paths: list[Path]) -> dict[str, Any]:
    """Import every file of an export in an interpreter of its own and play the recording."""
    asked = {
        "folder": str(folder),
        "prefix": prefix,
        "paths": [str(path) for path in paths],
        "recording": str(RECORDING),
        "settings": TAPE_SETTINGS,
    }
    command = [sys.executable, "-I", "-W", "error", "-c", DRIVER, json.dumps(asked)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_project_runs_alone(tmp_path: Path, desk: Path, expected: dict[str, Any]) -> None:
    """The plain form, with main.py, imports and replays to the same figures, bit for bit."""
    folder = export(tmp_path / "Plain").folder
    found = played(folder, "", [folder, desk])
    assert {key: found[key] for key in expected} == expected
    assert found["outside"] == []


@pytest.mark.parametrize("place", ["Library", "Host"])
def test_a_package_runs_beside_other_models_and_utils(
    tmp_path: Path, desk: Path, expected: dict[str, Any], place: str
) -> None:
    """In a Library and in a project, other `models` and `utils` are neither found nor needed."""
    host = tmp_path / "Host"
    for name in ("models", "utils"):
        (host / name).mkdir(parents=True)
        (host / name / "__init__.py").write_text("raise ImportError('these are not the tracker')")
    folder = export(tmp_path / place, "Tracker").folder
    # the order in which the LEAN CLI has LEAN look
    found = played(folder, "Tracker.", [host, folder, tmp_path / "Library", desk])
    assert {key: found[key] for key in expected} == expected
    assert found["outside"] == found["unmoved"] == []


def test_a_project_is_what_lean_needs_and_nothing_else(tmp_path: Path) -> None:
    """The plain form has the project's files to the byte, and the CLI's project file."""
    written = export(tmp_path / "deep" / "Plain")
    assert set(written.sizes) == sources(*LEAN_CODE)
    assert names(written.folder) == {*written.sizes, "config.json"}
    for name, size in written.sizes.items():
        content = (written.folder / name).read_bytes()
        assert content == (PROJECT / name).read_bytes()
        assert len(content) == size <= MOST_BYTES
    assert len(written.sizes) <= MOST_FILES


def test_a_package_is_one_folder(tmp_path: Path) -> None:
    """The package has models and utils, says how it is imported, and is a Library to the CLI."""
    written = export(tmp_path, "Tracker")
    assert set(written.sizes) == {"__init__.py", *sources("models", "utils")}
    assert names(tmp_path) == {f"Tracker/{name}" for name in (*written.sizes, "config.json")}
    assert written.wiring == "from Tracker.utils.tracking import track"
    assert written.wiring in (written.folder / "__init__.py").read_text()
    config = json.loads((written.folder / "config.json").read_text())
    assert config["algorithm-language"] == "Python"


def test_a_package_in_a_project_is_no_project(tmp_path: Path) -> None:
    """`lean cloud push` takes every folder with a config.json for a project of its own."""
    (tmp_path / "config.json").write_text("{}")
    written = export(tmp_path, "Tracker")
    assert names(written.folder) == set(written.sizes)


def small_project(folder: Path) -> Path:
    """A project of one file each."""
    for name in ("models", "utils"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").touch()
    (folder / "main.py").touch()
    config = {"algorithm-language": "Python", "cloud-id": 7, "parameters": {"a": "1"}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_project_file_ties_to_no_cloud_project(tmp_path: Path) -> None:
    """The parameters go along, the id of the cloud project that was exported does not."""
    written = export(tmp_path / "Plain", source=small_project(tmp_path / "source"))
    config = json.loads((written.folder / "config.json").read_text())
    assert config == {"algorithm-language": "Python", "parameters": {"a": "1"}}


def test_a_full_folder_is_refused(tmp_path: Path) -> None:
    """Without --overwrite nothing is written where something is."""
    (tmp_path / "notes.txt").write_text("mine")
    refused = run(tmp_path)
    assert refused.exit_code == 2
    assert "not empty" in refused.output
    assert "--overwrite" in refused.output
    assert names(tmp_path) == {"notes.txt"}
    assert run(tmp_path, "--package", "Tracker").exit_code == 0


def test_overwrite_renews_and_keeps_what_is_the_users(tmp_path: Path) -> None:
    """models and utils are renewed; main.py, config.json and foreign files stay to the byte."""
    export(tmp_path)
    mine = {"main.py": "# mine", "config.json": '{"cloud-id": 7}', "models/old.py": "# old"}
    for name, text in {**mine, "notes.txt": "mine", "utils/tracking.py": "# stale"}.items():
        (tmp_path / name).write_text(text)
    written = export(tmp_path, overwrite=True)
    assert {name: (tmp_path / name).read_text() for name in mine} == mine
    assert (tmp_path / "notes.txt").read_text() == "mine"
    tracking = "utils/tracking.py"
    assert (tmp_path / tracking).read_bytes() == (PROJECT / tracking).read_bytes()
    assert written.kept == ("main.py", "config.json")
    assert written.left == ("models/old.py",)
    assert "main.py" not in written.sizes
    shown = run(tmp_path, "--overwrite").output
    for text in ("Kept as it was: main.py", "models/old.py", "from utils.tracking import track"):
        assert text in shown


UNFIT = ("", "a-b", "a b", "../x", "1st", "naïve")
TAKEN = ("models", "Utils", "main", "json", "class", "None", "numpy", "report", "Backtests", "com1")


@pytest.mark.parametrize("name", [*UNFIT, *TAKEN, "AlgorithmImports"])
def test_a_name_that_cannot_be_imported_is_refused(tmp_path: Path, name: str) -> None:
    """A package's name is an identifier that hides nothing; the error says what is allowed."""
    refused = run(tmp_path / "out", "--package", name)
    assert refused.exit_code == 2
    assert refused.output.startswith(f"Error: {name!r} cannot name a package")
    assert "letters, digits and underscores" in refused.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["too many", "too large", "no Python", "no JSON", "no main.py"])
def test_what_lean_would_not_take_is_refused(tmp_path: Path, kind: str) -> None:
    """A source that is over a limit or broken is named before anything is written."""
    source = small_project(tmp_path / "source")
    if kind == "too many":
        for number in range(MOST_FILES - 2):
            (source / "models" / f"m{number}.py").touch()
    elif kind == "too large":
        (source / "models" / "large.py").write_text("#" * (MOST_BYTES + 1))
    elif kind == "no Python":
        (source / "utils" / "broken.py").write_text("x = 1\nx = = 2\n")
    elif kind == "no JSON":
        (source / "config.json").write_text("{")
    else:
        (source / "main.py").unlink()
    says = {
        "too many": f"{MOST_FILES + 1} files are too many",
        "too large": r"models/large.py \(28,673\)",
        "no Python": r"utils/broken.py, line 2: ",
        "no JSON": r"config.json, line 1: ",
        "no main.py": "main.py",
    }
    with pytest.raises((ExportError, FileNotFoundError), match=says[kind]):
        export(tmp_path / "out", source=source)
    assert not (tmp_path / "out").exists()


def test_the_limits_are_reached_exactly(tmp_path: Path) -> None:
    """As many files as allowed, each as large as allowed, are exported."""
    source = small_project(tmp_path / "source")
    for number in range(MOST_FILES - 3):
        (source / "models" / f"m{number}.py").write_text("#" * MOST_BYTES)
    assert len(export(tmp_path / "out", source=source).sizes) == MOST_FILES


def test_a_package_is_judged_with_its_longer_imports(tmp_path: Path) -> None:
    """A file that fits as it is may be too large once its imports are rewritten."""
    source = small_project(tmp_path / "source")
    line = "from models import x\n"
    (source / "utils" / "full.py").write_text(line + "#" * (MOST_BYTES - len(line)))
    export(tmp_path / "Plain", source=source)
    with pytest.raises(ExportError, match=r"utils/full.py"):
        export(tmp_path / "Library", "Tracker", source=source)


MOVED = {
    "from models.lots import Lot": "from T.models.lots import Lot",
    "from models import lots, terms": "from T.models import lots, terms",
    "import models.lots as lots, os, utils as u": "import T.models.lots as lots, os, T.utils as u",
    "from \\\n  models.lots import (\n    Lot,\n)": (
        "from \\\n  T.models.lots import (\n    Lot,\n)"
    ),
    "é = 1; from utils.lean import x  # from utils": (
        "é = 1; from T.utils.lean import x  # from utils"
    ),
    "if TYPE_CHECKING:\n    from models.lots import Lot": (
        "if TYPE_CHECKING:\n    from T.models.lots import Lot"
    ),
    "def f():\r\n\timport utils.lean as lean": "def f():\r\n\timport T.utils.lean as lean",
    "x = 'from models.lots import Lot'": "x = 'from models.lots import Lot'",
    '"""\nfrom models.lots import Lot\n"""': '"""\nfrom models.lots import Lot\n"""',
    "from . import models": "from . import models",
    "from .models import lots": "from .models import lots",
    "from modelsx.models import models": "from modelsx.models import models",
    "models.lots = utils.lean": "models.lots = utils.lean",
}


@given(st.lists(st.sampled_from(sorted(MOVED)), max_size=6))
def test_imports_and_nothing_else_are_rewritten(statements: list[str]) -> None:
    """Wherever they stand, imports of models and utils go through the package."""
    source = "\n".join(statements).encode()
    assert through(source, "T", "x.py") == "\n".join(MOVED[each] for each in statements).encode()


def test_the_projects_own_files_are_rewritten_whole(tmp_path: Path) -> None:
    """Without the package's name the package is the project, and no import lacks it."""
    written = export(tmp_path, "Zz9")
    for name in sources("models", "utils"):
        content = (written.folder / name).read_bytes()
        assert content.replace(b"Zz9.", b"") == (PROJECT / name).read_bytes()
        roots = {
            (node.module or "").partition(".")[0]
            for node in ast.walk(ast.parse(content))
            if isinstance(node, ast.ImportFrom)
        }
        assert roots.isdisjoint({"models", "utils"})


@pytest.mark.parametrize("statement", ["import models", "import os, utils.lean"])
def test_an_import_that_binds_the_bare_name_is_refused(statement: str) -> None:
    """The code after it would say `models`, so the error says where it stands and what to write."""
    with pytest.raises(ExportError, match=r"models/x.py, line 2: `import (models|utils.lean)`"):
        through(f"\n{statement}\n".encode(), "Tracker", "models/x.py")


def test_the_next_command_is_one_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI works below the folder it is called in, so `cd` comes first from anywhere else."""
    monkeypatch.chdir(tmp_path)
    assert export(Path("a/My Project")).steps == ("lean cloud push --project 'a/My Project'",)
    assert export(Path("a/My Project"), "Tracker").steps == (
        "lean cloud push --project 'a/My Project'",
    )
    added = "lean library add PROJECT Library/Tracker"
    assert export(Path("Library"), "Tracker").steps == (added,)
    assert export(Path("out"), "Tracker").steps == (
        f"mv {tmp_path / 'out' / 'Tracker'} Library/",
        added,
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    steps = export(Path("../a/My Project"), overwrite=True).steps
    assert steps == (f"cd {tmp_path / 'a'}", "lean cloud push --project 'My Project'")
    steps = export(Path("../Library"), "Other").steps
    assert steps == (f"cd {tmp_path}", added.replace("Tracker", "Other"))


def test_the_table_has_every_file_and_the_next_command(tmp_path: Path) -> None:
    """A person sees the files, their sizes and what to type, unwrapped."""
    shown = run(tmp_path / ("long" * 30), "--package", "Tracker")
    assert shown.exit_code == 0
    for name in sources("models", "utils"):
        assert name in shown.output
    assert "\n  from Tracker.utils.tracking import track\n" in shown.output
    assert f"\n  mv {tmp_path / ('long' * 30) / 'Tracker'} Library/\n" in shown.output


def test_json_is_for_machines(tmp_path: Path) -> None:
    """`--json` prints one object with the files, their bytes and the next commands."""
    found = json.loads(run(tmp_path / "Plain", "--json").output)
    assert found["bytes"] == sum(found["files"].values())
    assert set(found["files"]) == sources(*LEAN_CODE)
    assert found["next"][-1] == "lean cloud push --project Plain"
    assert found["package"] is None
