"""Exported forms at work: each replays recordings in an interpreter that has nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.structure.source_tree import ROOT
from workbench.export import export
from workbench.recordings import recordings

# One of each kind: parts of fills, combos, futures, coins, perpetuals, another currency, live.
KINDS = (
    "sliced-fills",
    "option-combos",
    "futures-roll",
    "crypto-spot",
    "crypto-future-funding",
    "euro-account",
    "live-paper",
)
RECORDINGS = recordings((ROOT / "recordings",))
EVERY = tuple(RECORDINGS)
LIVE = tuple(name for name, recording in RECORDINGS.items() if recording.start()["live"])

# Of LEAN there is what an algorithm's first import needs.
STUB = """
from datetime import *
from workbench.engine import RecordedAlgorithm as QCAlgorithm
from workbench.engine.enums import *
"""
DRIVER = """
import hashlib, importlib, json, sys
from pathlib import Path

asked = json.loads(sys.argv[1])
sys.path[:0] = asked["paths"]
prefix, folder = asked["prefix"], Path(asked["folder"])

from workbench.engine import RecordedAlgorithm, RecordedEngine, read_tape

for path in sorted(folder.rglob("*.py")) if asked["every"] else ():
    words = path.relative_to(folder).with_suffix("").parts
    importlib.import_module((prefix + ".".join(words)).removesuffix("__init__").strip("."))
track = importlib.import_module(asked["from"]).track


class Tracked(RecordedAlgorithm):
    def initialize(self):
        self.tracker = track(self, clock=lambda: 0.0, **asked["settings"])

    def on_order_event(self, order_event):
        self.tracker.on_order_event(order_event)

    def on_data(self, data):
        self.tracker.on_data(data)

    def on_end_of_algorithm(self):
        self.tracker.finish()


def digest(value):
    return hashlib.sha256(json.dumps(value, default=str, sort_keys=True).encode()).hexdigest()


def played(name):
    engine = RecordedEngine(read_tape(Path(asked["recordings"]) / name), Tracked)
    engine.run()
    tracker = engine.algorithm.tracker
    state = tracker.state()
    return {
        "balance": tracker.balance(),
        "structures": digest(state.pop("structures")),
        "state": digest(state),
        "trades": digest([trade.to_dict() for trade in tracker.trades()]),
        "summary": digest(tracker.summary().to_dict()),
        "told": [m.text for m in engine.messages if "nothing is saved" in m.text],
    }


def asked_for(**settings):
    class Asking(Tracked):
        def initialize(self):
            try:
                self.tracker = track(self, clock=lambda: 0.0, **settings)
            except Exception as error:
                raised.append(f"{type(error).__name__}: {error}")
                self.tracker = track(self, clock=lambda: 0.0)
                for call in (
                    self.tracker.save_to_object_store,
                    self.tracker.load_from_object_store,
                    lambda: self.tracker.store.save_text("state", "a", "b"),
                ):
                    try:
                        call()
                    except Exception as error:
                        raised.append(f"{type(error).__name__}: {error}")

    raised = []
    RecordedEngine(read_tape(Path(asked["recordings"]) / "no-trades"), Asking).run()
    return raised


json.dump(
    {
        "runs": {name: played(name) for name in asked["names"]},
        "asked": [asked_for(**settings) for settings in asked["asked"]],
        "outside": [
            name
            for name, module in sys.modules.items()
            if name.partition(".")[0] in ("models", "utils", "main", prefix.strip("."))
            and not Path(module.__file__).is_relative_to(folder)
        ],
        "bare": [name for name in sys.modules if name.partition(".")[0] in ("models", "utils")],
    },
    sys.stdout,
)
"""
SETTINGS = {
    "mark_every": 0,
    "day_marks": False,
    "execution": "on",
    "alerts": "drawdown=0.001,day_loss=0.002,losing_streak=3,slippage=1",
    "log_level": "info",
    "log_bytes": 10**9,
}

Played = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Import every file of a form in an interpreter of its own and play recordings there."""
    stub = tmp_path_factory.mktemp("lean")
    (stub / "AlgorithmImports.py").write_text(STUB)

    def play(
        folder: Path,
        names: tuple[str, ...],
        *,
        package: str = "",
        before: tuple[Path, ...] = (),
        asked: tuple[dict[str, Any], ...] = (),
        every: bool = True,
        **settings: Any,
    ) -> dict[str, Any]:
        host = folder.parent if package else folder
        words = {
            "folder": str(folder),
            "prefix": f"{package}." if package else "",
            "from": package or "utils.tracking",
            "paths": [str(path) for path in (*before, host, stub, ROOT)],
            "recordings": str(ROOT / "recordings"),
            "names": names,
            "settings": {**SETTINGS, **settings},
            "asked": asked,
            "every": every,
        }
        command = [sys.executable, "-I", "-W", "error", "-c", DRIVER, json.dumps(words)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        assert ended.returncode == 0, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        assert found["outside"] == []
        return found

    return play


@pytest.fixture(scope="module")
def expected(played: Played) -> dict[str, Any]:
    """What the checkout itself makes of every recording."""
    runs: dict[str, Any] = played(ROOT, EVERY, every=False)["runs"]
    return runs


def test_the_recordings_are_of_every_kind() -> None:
    """Those replayed on each form are there, and at least twenty on the free tier's."""
    assert set(KINDS) < set(EVERY)
    assert len(EVERY) >= 20


@pytest.mark.parametrize(
    "tier",
    ["researcher", *(pytest.param(tier, marks=pytest.mark.slow) for tier in ("team", "local"))],
)
def test_a_project_runs_alone(
    tmp_path: Path, played: Played, expected: dict[str, Any], tier: str
) -> None:
    """Every file imports, main.py among them, and figures, state and trades are the checkout's."""
    found = played(export(tmp_path / "New", tier=tier).folder, KINDS)
    assert found["runs"] == {name: expected[name] for name in KINDS}


@pytest.mark.parametrize("tier", ["researcher", pytest.param("local", marks=pytest.mark.slow)])
def test_a_package_runs_beside_other_models_and_utils(
    tmp_path: Path, played: Played, expected: dict[str, Any], tier: str
) -> None:
    """Other `models` and `utils` in the project are neither found nor needed."""
    host = tmp_path / "Host"
    for name in ("models", "utils"):
        (host / name).mkdir(parents=True)
        (host / name / "__init__.py").write_text("raise ImportError('these are not the tracker')")
    written = export(tmp_path / "Library", "Tracker", tier=tier)
    found = played(written.folder, KINDS, package="Tracker", before=(host,))
    assert found["runs"] == {name: expected[name] for name in KINDS}
    assert found["bare"] == []


@pytest.mark.slow
@pytest.mark.parametrize("package", ["", "performance_tracker"])
def test_the_free_tiers_forms_run_recordings(tmp_path: Path, played: Played, package: str) -> None:
    """Without store, structures and execution, all else is the checkout's; live the log says so.

    The package runs every recording, the project one of each kind and all live ones.
    """
    host = tmp_path / "Mine"
    if package:
        host.mkdir()
        (host / "config.json").write_text("{}")
    names = EVERY if package else tuple({*KINDS, *LIVE})
    expected = played(ROOT, names, every=False, execution="off")["runs"]
    # live, trades beyond those in memory are kept in the store, or else in the state
    unsaved = played(ROOT, LIVE, every=False, execution="off", persist="off")["runs"]
    folder = export(host, tier="free").folder
    found = played(folder, names, package=package, execution="off")["runs"]
    told = {name for name, run in found.items() if run.pop("told")}
    assert told == set(LIVE)
    for name in names:
        run = {**expected, **unsaved}[name]
        ours = {key: value for key, value in run.items() if key not in {"told", "structures"}}
        assert {key: found[name][key] for key in ours} == ours, name


def test_the_free_form_says_that_it_posts_to_no_desk(tmp_path: Path, played: Played) -> None:
    """In live trading, which the free tier has not; a backtest runs with the setting."""
    settings = {"desk": "https://desk.example.com", "desk_token": "x" * 43, "execution": "auto"}
    folder = export(tmp_path / "New", tier="free").folder
    assert played(folder, ("no-trades",), **settings)["runs"]
    with pytest.raises(
        AssertionError, match="exported for LEAN's free tier, which posts to no desk"
    ):
        played(folder, ("live-paper",), **settings)


def test_the_free_form_says_that_it_has_no_store(tmp_path: Path, played: Played) -> None:
    """A setting or a call that needs the Object Store is an error that names the way out."""
    asked = ({"persist": "on"}, {"resume": "on"}, {"log_store": "on"})
    found = played(export(tmp_path / "New", tier="free").folder, (), asked=asked)["asked"]
    for settings, raised in zip(asked, found, strict=True):
        (name,) = settings
        assert raised[0].startswith(f"SettingsError: tracker_{name} cannot be on: this form")
        assert [text.partition(":")[0] for text in raised[1:]] == ["CallError"] * 3
        assert all("has no Object Store" in text and "--tier researcher" in text for text in raised)
