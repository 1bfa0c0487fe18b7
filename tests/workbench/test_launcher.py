"""The launcher against fake `dotnet`, `docker` and `lean` programs in a temporary folder."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench import launcher

MOMENT = datetime(2026, 1, 2, 3, 4, 5)
ALGORITHM = """
from AlgorithmImports import *


class Tracked:
    pass


class HybridOptionsBot(QCAlgorithm):
    pass
"""


class Machine:
    """A temporary machine: a project, programs on a PATH of its own, a LEAN and its data."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "project"
        self.project.mkdir()
        (self.project / "main.py").write_text(ALGORITHM)
        (self.project / "config.json").write_text('{"parameters": {"tracker_mark_every": "60"}}')
        for name in ("programs", "lean", "data"):
            (root / name).mkdir()
        (root / "lean" / launcher.LAUNCHER_DLL).touch()
        self.environment = {
            "PATH": str(root / "programs"),
            "LEAN_LAUNCHER": str(root / "lean"),
            "LEAN_DATA": str(root / "data"),
            "PYTHONNET_PYDLL": "libpython3.11.so",
        }

    def install(self, name: str, code: int = 0, says: str = "") -> None:
        """Put a program on the PATH that notes its folder and arguments and ends with the code."""
        program = self.root / "programs" / name
        lines = [
            "#!/bin/sh",
            f'echo "$PWD" "$PYTHONNET_PYDLL" "$@" >> "{self.root / name}.calls"',
            f'echo "{says}" >&2',
            f"exit {code}",
        ]
        program.write_text("\n".join(lines) + "\n")
        program.chmod(0o755)

    def calls(self, name: str) -> list[str]:
        """What the program of that name was called with, one line a call."""
        path = self.root / f"{name}.calls"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with everything but programs."""
    return Machine(tmp_path)


def test_the_algorithm_is_the_class_derived_from_qcalgorithm(machine: Machine) -> None:
    """Other classes of main.py are passed over."""
    assert launcher.algorithm_class(machine.project / "main.py") == "HybridOptionsBot"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("x = 1\n", "found: none"),
        ("class A(QCAlgorithm): ...\nclass B(lean.QCAlgorithm): ...\n", "found: A, B"),
        ("class A(", "Cannot read"),
        ("x = '\0'", "Cannot read"),
    ],
)
def test_a_file_without_one_algorithm_is_refused(tmp_path: Path, source: str, says: str) -> None:
    """No class, two classes and broken Python are each named, never a traceback."""
    path = tmp_path / "main.py"
    path.write_text(source)
    with pytest.raises(launcher.LaunchError, match=says):
        launcher.algorithm_class(path)


def test_a_missing_algorithm_is_refused(tmp_path: Path) -> None:
    """A folder that is no project is named."""
    with pytest.raises(launcher.LaunchError, match=r"Cannot read the algorithm .*main\.py"):
        launcher.algorithm_class(tmp_path / "main.py")


@pytest.mark.parametrize("text", ["{", "[]", '{"parameters": []}', '{"parameters": {"a": 1}}'])
def test_parameters_that_are_no_strings_are_refused(tmp_path: Path, text: str) -> None:
    """LEAN takes strings alone, so anything else is said before it runs."""
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(launcher.LaunchError, match=r"config\.json"):
        launcher.project_parameters(tmp_path)


def test_a_project_without_parameters_has_none(tmp_path: Path) -> None:
    """The key may be left out of config.json."""
    (tmp_path / "config.json").write_text("{}")
    assert launcher.project_parameters(tmp_path) == {}


def test_the_configuration_is_whole(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the algorithm, its parameters and absolute folders, and LEAN's own handlers."""
    monkeypatch.chdir(machine.root)
    config = launcher.build_config(
        Path("project"), Path("data"), Path("lean"), Path("project/backtests/2026-01-02_03-04-05")
    )
    root = machine.root.resolve()
    expected = {
        "algorithm-id": "20260102030405",
        "algorithm-language": "Python",
        "algorithm-location": str(root / "project" / "main.py"),
        "algorithm-type-name": "HybridOptionsBot",
        "close-automatically": True,
        "composer-dll-directory": str(root / "lean"),
        "data-folder": str(root / "data"),
        "environment": "backtesting",
        "environments": {"backtesting": launcher.BACKTESTING},
        "id": "20260102030405",
        "object-store-root": str(root / "project" / "storage"),
        "parameters": {"tracker_mark_every": "60"},
        "results-destination-folder": str(root / "project/backtests/2026-01-02_03-04-05"),
    }
    assert {key: config[key] for key in expected} == expected
    assert launcher.HANDLERS.items() <= config.items()


def test_the_launcher_runs_on_the_configuration_written(machine: Machine) -> None:
    """dotnet runs in the launcher's folder on the file kept beside the results."""
    machine.install("dotnet")
    code = launcher.run_launcher(machine.project, machine.environment, MOMENT)
    config = machine.project / "backtests" / "2026-01-02_03-04-05" / "config"
    assert code == 0
    assert machine.calls("dotnet") == [
        f"{machine.root / 'lean'} libpython3.11.so {launcher.LAUNCHER_DLL} --config {config}"
    ]
    written = json.loads(config.read_text())
    assert written["results-destination-folder"] == str(config.parent)
    assert written["algorithm-type-name"] == "HybridOptionsBot"


def test_two_runs_in_one_second_keep_apart(machine: Machine) -> None:
    """The later run takes the next free second for its folder and id."""
    machine.install("dotnet")
    for _ in range(2):
        launcher.run_launcher(machine.project, machine.environment, MOMENT)
    folders = sorted(path.name for path in (machine.project / "backtests").iterdir())
    assert folders == ["2026-01-02_03-04-05", "2026-01-02_03-04-06"]


def test_the_engines_exit_code_is_ours(machine: Machine) -> None:
    """A backtest that failed in LEAN fails the command, with LEAN's own code."""
    machine.install("dotnet", code=7)
    assert launcher.run_launcher(machine.project, machine.environment, MOMENT) == 7


def test_a_bad_project_leaves_no_results(machine: Machine) -> None:
    """The project is read before a results folder is made."""
    machine.install("dotnet")
    (machine.project / "main.py").write_text("")
    with pytest.raises(launcher.LaunchError):
        launcher.run_launcher(machine.project, machine.environment, MOMENT)
    assert not (machine.project / "backtests").exists()


def test_everything_missing_is_said_at_once(machine: Machine) -> None:
    """One error names dotnet and both variables, so that one round of setting up is enough."""
    with pytest.raises(launcher.LaunchError) as error:
        launcher.run_launcher(machine.project, {}, MOMENT)
    for name in ("install the .NET SDK", "LEAN_LAUNCHER is not set", "LEAN_DATA is not set"):
        assert name in error.value.message


@pytest.mark.parametrize(
    ("name", "says"),
    [("LEAN_LAUNCHER", "does not hold QuantConnect.Lean.Launcher.dll"), ("LEAN_DATA", "no folder")],
)
def test_a_wrong_folder_is_named(machine: Machine, name: str, says: str) -> None:
    """A variable that points nowhere is quoted with what should be there."""
    machine.install("dotnet")
    nowhere = str(machine.root / "nowhere")
    with pytest.raises(launcher.LaunchError) as error:
        launcher.run_launcher(machine.project, machine.environment | {name: nowhere}, MOMENT)
    assert f"{name} is {nowhere}" in error.value.message
    assert says in error.value.message


def test_pythonnet_is_told_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unset PYTHONNET_PYDLL becomes the library of the running Python; a set one stays."""
    monkeypatch.setattr(launcher, "shared_python", lambda: "found.so")
    assert launcher.engine_environment({}) == {"PYTHONNET_PYDLL": "found.so"}
    assert launcher.engine_environment({"PYTHONNET_PYDLL": "mine.so"}) == {
        "PYTHONNET_PYDLL": "mine.so"
    }


def test_a_python_without_a_library_is_noted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """LEAN is started all the same, after a line that says which variable it may ask for."""
    monkeypatch.setattr(launcher, "shared_python", lambda: None)
    assert launcher.engine_environment({"A": "b"}) == {"A": "b"}
    assert "PYTHONNET_PYDLL is not set" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["libpython3.11.a", "absent.so", None])
def test_no_library_is_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    """An archive, an absent file and an unknown name are no shared library."""
    (tmp_path / "libpython3.11.a").touch()
    variables = {"LIBDIR": str(tmp_path), "INSTSONAME": name}
    monkeypatch.setattr("sysconfig.get_config_var", variables.get)
    assert launcher.shared_python() is None


def test_a_shared_library_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is where Python was built to have it."""
    library = tmp_path / "libpython3.11.so.1.0"
    library.touch()
    variables = {"LIBDIR": str(tmp_path), "INSTSONAME": library.name}
    monkeypatch.setattr("sysconfig.get_config_var", variables.get)
    assert launcher.shared_python() == str(library)


@pytest.fixture
def cli(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line in the machine's project, with the machine's PATH and variables."""
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    # The virtual environment of the tests may hold the LEAN CLI; the machine's does not.
    monkeypatch.setattr(sys, "executable", str(machine.root / "venv" / "python"))
    monkeypatch.chdir(machine.project)
    return CliRunner()


def test_the_lean_cli_backtests_the_folder(machine: Machine, cli: CliRunner) -> None:
    """`lean backtest .` runs in the project once Docker has answered, and its code is ours."""
    machine.install("docker")
    machine.install("lean", code=3)
    assert cli.invoke(launcher.main, ["lean"]).exit_code == 3
    assert machine.calls("lean") == [f"{machine.project} libpython3.11.so backtest ."]


def test_the_virtual_environments_lean_comes_first(machine: Machine, cli: CliRunner) -> None:
    """The pinned CLI is taken before another one on the PATH."""
    machine.install("docker")
    machine.install("lean", code=3)
    own = machine.root / "venv" / "lean"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\nexit 4\n")
    own.chmod(0o755)
    assert cli.invoke(launcher.main, ["lean"]).exit_code == 4


def test_without_docker_and_cli_both_are_named(cli: CliRunner) -> None:
    """The error says what to install, ends with code 2 and shows no traceback."""
    result = cli.invoke(launcher.main, ["lean"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "Docker was not found: install it" in result.output
    assert "LEAN CLI was not found: install it" in result.output


def test_a_docker_that_does_not_answer_is_named(machine: Machine, cli: CliRunner) -> None:
    """Docker's own last word is part of the error."""
    machine.install("docker", code=1, says="no daemon here")
    machine.install("lean")
    result = cli.invoke(launcher.main, ["lean"])
    assert result.exit_code == 2
    assert "Docker does not answer: start it (no daemon here)" in result.output
    assert machine.calls("lean") == []


def test_a_docker_that_hangs_is_named(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait for Docker has an end."""
    machine.install("docker")
    monkeypatch.setattr(launcher, "DOCKER_SECONDS", 0)
    said = launcher.docker_problem(machine.environment)
    assert said is not None
    assert "did not answer within 0 seconds" in said


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 2)])
def test_docker_can_be_checked_alone(
    machine: Machine, cli: CliRunner, code: int, ends: int
) -> None:
    """The Makefile asks this before it installs the LEAN CLI."""
    machine.install("docker", code=code)
    machine.install("lean")
    assert cli.invoke(launcher.main, ["lean", "--check-docker"]).exit_code == ends
    assert machine.calls("lean") == []


def test_the_launcher_command_runs_the_folder(machine: Machine, cli: CliRunner) -> None:
    """The command takes the folder it is called in and says where the results are."""
    machine.install("dotnet")
    result = cli.invoke(launcher.main, ["launcher"])
    assert result.exit_code == 0
    assert "results: " in result.output
    assert len(machine.calls("dotnet")) == 1


def test_the_launcher_command_says_what_is_missing(cli: CliRunner) -> None:
    """A missing dotnet ends with code 2 and no traceback."""
    result = cli.invoke(launcher.main, ["launcher"])
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert "dotnet was not found" in result.output


def test_an_interrupted_engine_ends_itself(machine: Machine) -> None:
    """Ctrl-C reaches the engine too, which then saves its results: its own end is waited for."""
    engine = machine.root / "programs" / "engine"
    engine.write_text("#!/bin/sh\ntrap '' INT\nkill -INT $PPID\n/bin/sleep 0.5\nexit 5\n")
    engine.chmod(0o755)
    assert launcher.run_engine([str(engine)], machine.root, machine.environment) == 5
