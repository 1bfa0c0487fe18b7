"""The export: which form it writes, what it refuses, and whose files it leaves alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from models import __version__
from tests.structure.source_tree import LEAN_CODE, ROOT, python_files
from workbench.bundle.bundling import read_pins
from workbench.bundle.folder import ExportError
from workbench.bundle.imports import BundleError
from workbench.bundle.sources import read_sources
from workbench.bundle.stamp import read_stamp, without_stamp
from workbench.bundle.tiers import TIERS
from workbench.cli import main
from workbench.export import Export, export

PACKAGE = "performance_tracker"
SOURCES = read_sources(ROOT, "")


def run(*words: str | Path) -> Result:
    """Call `export` in this process."""
    return CliRunner().invoke(main, ["export", *map(str, words)])


def names(folder: Path) -> set[str]:
    """Every file below the folder, by path in it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def lean_files() -> set[str]:
    """The project's own files that go to LEAN, as an export names them."""
    return {path.relative_to(ROOT).as_posix() for path in python_files(*LEAN_CODE)}


def project(folder: Path, **files: str) -> Path:
    """A LEAN project of the user's."""
    folder.mkdir(parents=True)
    (folder / "main.py").write_text("# mine")
    (folder / "config.json").write_text('{"cloud-id": 7}')
    return folder


# --- which form


def test_a_new_folder_becomes_a_project(tmp_path: Path) -> None:
    """It gets main.py, config.json, models and utils, and nothing else."""
    written = export(tmp_path / "deep" / "New", tier="local")
    assert written.package is None
    assert names(written.folder) == {*lean_files(), "config.json"}
    assert written.wiring == "from utils.tracking import track"


def test_a_project_gets_one_folder(tmp_path: Path) -> None:
    """Where an algorithm is, its files stay and the tracker comes beside them as one package."""
    folder = project(tmp_path / "Mine")
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    written = export(folder)
    assert written.folder == folder / PACKAGE
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert names(folder) == {*before, *(f"{PACKAGE}/{name}" for name in written.sizes)}
    assert {"__init__.py", "models/__init__.py", "utils/tracking.py"} <= written.sizes.keys()
    assert written.wiring == f"from {PACKAGE} import track"


def test_a_library_gets_a_package_with_a_project_file(tmp_path: Path) -> None:
    """To the LEAN CLI each folder of a Library is a project, which needs a config.json."""
    (tmp_path / "Library").mkdir()
    for name in (None, "Tracker"):
        written = export(tmp_path / "Library", name)
        config = json.loads((written.folder / "config.json").read_text())
        assert config["algorithm-language"] == "Python"


@pytest.mark.parametrize("asked", [{"as_project": True}, {"package": "Tracker"}])
def test_a_form_can_be_asked_for(tmp_path: Path, asked: dict[str, Any]) -> None:
    """`--project` and `--package` win over what is there, and the user's files stay."""
    folder = project(tmp_path / "Mine")
    written = export(folder, **asked)
    assert written.package == asked.get("package")
    assert (folder / "main.py").read_text() == "# mine"
    assert (folder / "config.json").read_text() == '{"cloud-id": 7}'
    with pytest.raises(ExportError, match="cannot both be"):
        export(folder, "Tracker", as_project=True)


def test_an_export_keeps_its_form_and_tier(tmp_path: Path) -> None:
    """Run again without options, it renews what an earlier one wrote."""
    assert export(tmp_path / "New", tier="free").package is None
    again = export(tmp_path / "New")
    assert (again.package, again.stamp.tier) == (None, "free")
    export(tmp_path / "New", tier="team")
    assert export(tmp_path / "New").stamp.tier == "team"
    folder = project(tmp_path / "Mine")
    assert export(folder).stamp.tier == "researcher"


def test_a_strange_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is neither empty nor a project may be the wrong one; nothing is written."""
    (tmp_path / "notes.txt").write_text("mine")
    refused = run(tmp_path)
    assert refused.exit_code == 2
    assert "not empty and no LEAN project" in refused.output
    assert "--project or --package" in refused.output
    (tmp_path / "lean.json").write_text("{}")
    refused = run(tmp_path, "--project")
    assert refused.exit_code == 2
    assert "workspace of the LEAN CLI" in refused.output
    assert names(tmp_path) == {"notes.txt", "lean.json"}


def test_hidden_files_do_not_make_a_folder_strange(tmp_path: Path) -> None:
    """An empty repository is as good as an empty folder."""
    (tmp_path / ".git").mkdir()
    assert export(tmp_path).package is None


# --- what is written


@pytest.mark.parametrize("tier", TIERS)
def test_every_file_says_what_it_is(tmp_path: Path, tier: str) -> None:
    """Version, commit and tier stand in the first line of each Python file of every form."""
    for written in (export(tmp_path / "New", tier=tier), export(tmp_path, "Tracker", tier=tier)):
        stamps = {read_stamp((written.folder / name).read_bytes()) for name in written.sizes}
        assert stamps == {written.stamp}
        assert written.stamp.version == __version__ == SOURCES.version
        assert written.stamp.commit == SOURCES.commit


def test_a_local_project_is_the_projects_own(tmp_path: Path) -> None:
    """Under their stamps, its files are the sources to the byte."""
    written = export(tmp_path / "New", tier="local")
    for name in written.sizes:
        content = (written.folder / name).read_bytes()
        assert without_stamp(content) == (ROOT / name).read_bytes()


def test_a_project_file_ties_to_no_cloud_project(tmp_path: Path) -> None:
    """The parameters go along, the id of the cloud project that was exported does not."""
    config = {"algorithm-language": "Python", "cloud-id": 7, "parameters": {"a": "1"}}
    files = {**SOURCES.files, "config.json": json.dumps(config).encode()}
    written = export(tmp_path / "New", sources=replace(SOURCES, files=files))
    found = json.loads((written.folder / "config.json").read_text())
    assert found == {"algorithm-language": "Python", "parameters": {"a": "1"}}


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    """It lists the very files that a run writes."""
    shown = run(tmp_path / "New", "--dry-run")
    assert shown.exit_code == 0
    assert "Would be written to" in shown.output.replace("\n", " ")
    assert not (tmp_path / "New").exists()
    found = json.loads(run(tmp_path / "New", "--dry-run", "--json").output)
    assert found == json.loads(run(tmp_path / "New", "--json").output)
    assert found["files"].keys() == names(tmp_path / "New")
    assert "config.json" in shown.output
    for name, size in found["files"].items():
        assert (tmp_path / "New" / name).stat().st_size == size


# --- whose files are left alone


def test_another_tier_replaces_every_file(tmp_path: Path) -> None:
    """What an earlier export wrote and this one does not is removed, or Python would find both."""
    folder = tmp_path / "New"
    for tier in ("local", "free", "team", "local"):
        written = export(folder, tier=tier)
        assert names(folder) == {*written.sizes, "config.json"}
        assert (folder / "models" / "ledger").is_dir() is (tier == "local")
        assert written.plan.kept == ()


def strangers(folder: Path, kind: str) -> str:
    """Put a file of the user's in the way of an export, and give its path."""
    path = {"changed": "utils/tracking.py", "foreign": "models/__init__.py"}.get(kind)
    path = path or "models/ledger/mine.py"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    if kind == "changed":
        export(folder, as_project=True)
        (folder / path).write_bytes((folder / path).read_bytes() + b"# mine\n")
    else:
        (folder / path).write_text("# mine")
    return path


@pytest.mark.parametrize("kind", ["changed", "foreign", "hiding"])
def test_a_file_of_the_users_is_never_replaced(tmp_path: Path, kind: str) -> None:
    """One of no export, changed since, or hiding a module stops all; the way out is named."""
    folder = project(tmp_path / "Mine")
    path = strangers(folder, kind)
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    refused = run(folder, "--project", "--tier", "free")
    assert refused.exit_code == 2
    assert path in refused.output
    assert "move them away" in refused.output
    assert "--package NAME" in refused.output
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert run(folder, "--package", "Tracker").exit_code == 0


def test_the_users_algorithm_stays(tmp_path: Path) -> None:
    """main.py and config.json are written once; changed, they are the user's to the byte."""
    folder = export(tmp_path / "New").folder
    mine = {"main.py": "# mine", "config.json": '{"cloud-id": 7}', "models/old.py": "# old"}
    for name, text in {**mine, "notes.txt": "mine"}.items():
        (folder / name).write_text(text)
    written = export(folder)
    assert {name: (folder / name).read_text() for name in mine} == mine
    assert (folder / "notes.txt").read_text() == "mine"
    assert written.plan.kept == ("config.json", "main.py")
    assert written.plan.left == ("models/old.py",)
    shown = run(folder).output
    for text in ("Kept as it was: main.py", "models/old.py", "from utils.tracking import track"):
        assert text in shown


OWN = {
    "models.py": "--project",
    "utils.py": "--project",
    "models/alpha.py": "--project",
    "utils/notes/names.py": "--project",
    "models/weights.bin": "--project",
    "utils": "--project",
    "performance_tracker.py": "--package=performance_tracker",
    "performance_tracker/mine.py": "--package=performance_tracker",
}


@pytest.mark.parametrize("path", OWN)
def test_a_folder_of_the_users_own_is_no_exports(tmp_path: Path, path: str) -> None:
    """Its name is that of a folder to write, or of a module that Python would then not find."""
    folder = project(tmp_path / "Mine")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("MINE = 1\n")
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    for dry in ([], ["--dry-run"]):
        refused = run(folder, OWN[path], *dry)
        assert refused.exit_code == 2
        assert path.rpartition("/")[2] in refused.output
        assert "move them away" in refused.output
        assert "--package NAME" in refused.output
        assert {name: (folder / name).read_bytes() for name in names(folder)} == before
    assert run(folder, "--package", "Tracker").exit_code == 0


def test_an_empty_folder_is_in_nobodys_way(tmp_path: Path) -> None:
    """What was never filled, or has nothing but caches in it, is taken."""
    folder = project(tmp_path / "Mine")
    (folder / "models" / "__pycache__").mkdir(parents=True)
    (folder / "models" / "__pycache__" / "old.pyc").write_bytes(b"old")
    assert run(folder, "--project").exit_code == 0


def test_a_link_to_nothing_is_in_the_way(tmp_path: Path) -> None:
    """To write there would make a file elsewhere."""
    folder = project(tmp_path / "Mine")
    (folder / "utils").mkdir()
    (folder / "utils" / "tracking.py").symlink_to(tmp_path / "elsewhere.py")
    refused = run(folder, "--project")
    assert refused.exit_code == 2
    assert "utils/tracking.py" in refused.output
    assert not (tmp_path / "elsewhere.py").exists()


def test_few_of_many_files_in_the_way_are_named(tmp_path: Path) -> None:
    """The error stays one that can be read."""
    folder = project(tmp_path / "Mine")
    (folder / "models").mkdir()
    for number in range(25):
        (folder / "models" / f"own{number:02}.py").write_text("# mine")
    refused = run(folder, "--project")
    assert "models/own09.py and 15 more. Nothing is written" in refused.output


def test_the_settings_of_the_reference_go_with_its_algorithm(tmp_path: Path) -> None:
    """Where main.py is the user's, a new config.json has no parameter of another algorithm."""
    own = json.loads((export(tmp_path / "New").folder / "config.json").read_text())
    assert own["parameters"] == json.loads(SOURCES.files["config.json"])["parameters"] != {}
    folder = tmp_path / "Mine"
    folder.mkdir()
    (folder / "main.py").write_text("# mine")
    written = export(folder, as_project=True)
    found = json.loads((folder / "config.json").read_text())
    assert found == {"algorithm-language": "Python", "parameters": {}}
    assert written.plan.kept == ("main.py",)


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


BROKEN = {
    "too large": ("models/settings.py", b"X = '" + b"#" * 60_000 + b"'\n", "last 4 % of them"),
    "no Python": ("utils/tracking.py", b"x = 1\nx = = 2\n", r"utils/tracking\.py, line 2: "),
    "no JSON": ("config.json", b"{", r"config\.json, line 1: "),
    "not public": ("main.py", b"from models.settings import X\n", "models.settings is not public"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_lean_would_not_take_is_refused(tmp_path: Path, kind: str) -> None:
    """A source that is over a limit or broken is named before anything is written."""
    path, more, says = BROKEN[kind]
    content = SOURCES.files[path] + more if kind == "too large" else more
    sources = replace(SOURCES, files={**SOURCES.files, path: content})
    with pytest.raises(BundleError, match=says):
        export(tmp_path / "out", tier="free", sources=sources)
    assert not (tmp_path / "out").exists()


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    """New modules that fit into no group make files of their own until the tier's are used up."""
    tier = TIERS["free"]
    room = tier.files - len(read_pins()["free"].files) - 3
    files = dict(SOURCES.files)
    for number in range(room + 1):
        files[f"utils/log/more{number}.py"] = f"MORE{number} = '{'#' * 25_000}'\n".encode()
        files["utils/tracking.py"] = (
            f"from utils.log.more{number} import MORE{number}\n".encode()
            + files["utils/tracking.py"]
            + f"\nUSED{number} = MORE{number}\n".encode()
        )
    with pytest.raises(BundleError, match=f"{tier.files + 1} files are too many"):
        export(tmp_path / "out", tier="free", sources=replace(SOURCES, files=files))


# --- what is shown


def test_the_next_command_is_one_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI works below the folder it is called in, so `cd` comes first from anywhere else."""
    monkeypatch.chdir(tmp_path)

    def steps(*words: Any, **options: Any) -> tuple[str, ...]:
        found: Export = export(*words, **options)
        return found.steps

    assert steps(Path("a/My Project")) == ("lean cloud push --project 'a/My Project'",)
    assert steps(Path("a/Here"), tier="local") == ("lean backtest a/Here",)
    assert steps(Path("a/Here"), "Tracker") == ("lean cloud push --project a/Here",)
    added = "lean library add PROJECT Library/Tracker"
    assert steps(Path("Library"), "Tracker") == (added,)
    assert steps(Path("out"), "Tracker") == (f"mv {tmp_path / 'out' / 'Tracker'} Library/", added)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert steps(Path("../a/My Project")) == (
        f"cd {tmp_path / 'a'}",
        "lean cloud push --project 'My Project'",
    )
    assert steps(Path("../Library"), "Other") == (
        f"cd {tmp_path}",
        added.replace("Tracker", "Other"),
    )


def test_the_table_has_every_file_and_the_next_command(tmp_path: Path) -> None:
    """A person sees the files, their sizes and what to type, unwrapped."""
    shown = run(tmp_path / ("long" * 30), "--package", "Tracker", "--tier", "free")
    assert shown.exit_code == 0
    for name in read_pins()["free"].files:
        assert name in shown.output
    assert "\n  from Tracker import track\n" in shown.output
    assert f"\n  mv {tmp_path / ('long' * 30) / 'Tracker'} Library/\n" in shown.output


def test_json_is_for_machines(tmp_path: Path) -> None:
    """`--json` prints one object with the files, their bytes and the next commands."""
    found = json.loads(run(tmp_path / "Plain", "--json").output)
    assert found["bytes"] == sum(found["files"].values())
    assert found["tier"] == "researcher"
    assert found["version"] == __version__
    assert found["next"][-1] == "lean cloud push --project Plain"
    assert found["package"] is None


@pytest.mark.parametrize("words", [["--tier", "gold", "x"], ["--no-such-option", "x"], []])
def test_a_wrong_call_ends_with_2(words: list[str]) -> None:
    """As the LEAN CLI's, an unknown tier or option and a missing folder are told apart from 1."""
    assert run(*words).exit_code == 2
