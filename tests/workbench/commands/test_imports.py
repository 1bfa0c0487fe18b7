"""`import` as a person and a machine use it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workbench.commands.calls import run
from tests.workbench.desk.fleet.senders import BEGUN, state_row
from tests.workbench.frames.runs import save
from tests.workbench.runs.folders import documents, result_folder, write
from workbench.desk.fleet.fleet import Fleet
from workbench.library.library import open_library
from workbench.runs.reading import read_record

KEYS = ("id", "algorithm", "trades", "realized", "fees", "equity", "strategies", "exactness")


def imported(library: Path, *words: str | Path) -> list[dict[str, Any]]:
    """What `--json` prints of an import that must not be refused."""
    shown = run("import", *words, "--json", "--library", library / "runs.db")
    assert shown.exit_code == 0, shown.output
    return [json.loads(line) for line in shown.stdout.splitlines()]


def kept(library: Path) -> list[str]:
    """The ids of the runs in a library."""
    with open_library(str(library / "runs.db")) as opened:
        return list(opened.ids())


def test_json_prints_an_object_a_run(tmp_path: Path) -> None:
    """With the keys that others rely on, and how far each figure can be trusted."""
    folder = result_folder("option-combos", tmp_path / "run")
    found = imported(tmp_path, folder, "covered-calls")
    assert [tuple(each)[: len(KEYS)] for each in found] == [KEYS, KEYS]
    first = found[0]
    assert (first["trades"], first["realized"], first["algorithm"]) == (30, -1065.0, "Witnessed")
    assert first["fees"] == pytest.approx(66.8)
    assert first["strategies"]["condor"]["realized"] == pytest.approx(-940.0)
    assert first["exactness"]["realized"] == "exact"
    assert (first["worst"], found[1]["worst"]) == ("absent", "exact")
    assert first["balance"]["unexplained"] is None
    assert sorted(each["id"] for each in found) == kept(tmp_path)


def test_a_person_sees_what_is_sure_and_what_would_lift_the_rest(tmp_path: Path) -> None:
    """A line a term, the worst of all figures, and each reason once."""
    folder = result_folder("cash-account", tmp_path / "run")
    shown = run("import", folder, "--library", tmp_path / "runs.db")
    assert shown.exit_code == 0
    text = " ".join(shown.stdout.split())
    assert "added" in text
    assert "trades of LEAN's; the worst of its figures is absent" in text
    assert "not testable (2 flat points tested" in text
    assert "--data" in text
    assert "unexplained -" in text
    assert run("import", folder, "--library", tmp_path / "runs.db", "--quiet").stdout == ""


def test_the_same_again_changes_nothing_and_better_replaces(tmp_path: Path) -> None:
    """Files alone, then the recording, then the files again: one run, and the best of it stays."""
    folder = result_folder("option-combos", tmp_path / "run")
    words = ("import", "--library", tmp_path / "runs.db")
    assert "added" in run(*words, folder).stdout
    assert "unchanged" in run(*words, folder).stdout
    assert "replaced" in run(*words, "option-combos").stdout
    assert "worse" in run(*words, folder).stdout
    (run_id,) = kept(tmp_path)
    with open_library(str(tmp_path / "runs.db")) as opened:
        assert opened.get(run_id).record.labels["unexplained"].exactness == "exact"


def test_a_state_beside_the_files_is_exact(tmp_path: Path) -> None:
    """What the run's own tracker had saved is better than what files tell; fills stay theirs."""
    folder = result_folder("option-combos", tmp_path / "run")
    save(folder / "storage", "option-combos")
    (found,) = imported(tmp_path, folder)
    truth = read_record("option-combos")
    assert found["balance"]["unexplained"] == pytest.approx(0.0, abs=1e-6)
    assert found["exactness"]["unrealized"] == "exact"
    assert found["strategies"] == {name: each.to_dict() for name, each in truth.sheets.items()}
    assert found["trades"] == 30
    assert found["problems"] == []
    other = result_folder("covered-calls", tmp_path / "other")
    save(other / "storage", "option-combos")
    (found,) = imported(tmp_path, other)
    assert "is left out" in found["problems"][0]


def test_an_import_fills_the_gaps_of_a_deployment(tmp_path: Path) -> None:
    """What the live desk has heard of gets the fills and trades that its digests did not bring."""
    save(tmp_path / "storage", "live-paper")
    truth = read_record(str(tmp_path / "storage"))
    with open_library(str(tmp_path / "runs.db")) as opened:
        Fleet(opened.database).observe(truth.project, state_row(BEGUN, 1.0), [], [], [], BEGUN)
    (found,) = imported(tmp_path, tmp_path / "storage")
    assert found["live"]
    with open_library(str(tmp_path / "runs.db")) as opened:
        shown = Fleet(opened.database).deployment(truth.project, BEGUN)
    assert len(shown["last_trades"]) == len(truth.told.lots) > 0
    assert shown["last_fills"]


def test_secrets_are_in_no_field(tmp_path: Path) -> None:
    """Neither in parameters nor in what is printed or kept."""

    def change(result: dict[str, Any], _: list[Any]) -> None:
        result["algorithmConfiguration"]["parameters"] = {
            "tracker_notify": "https://hook.example/hunter2",
            "Api-Token": "hunter2",
            "fast": "3",
        }

    folder = result_folder("covered-calls", tmp_path / "run", change)
    (found,) = imported(tmp_path, folder)
    assert found["parameters"] == {"fast": "3"}
    assert "hunter2" not in json.dumps(found)
    assert b"hunter2" not in (tmp_path / "runs.db").read_bytes()


def test_what_cannot_be_read_is_refused_and_nothing_of_it_kept(tmp_path: Path) -> None:
    """One line each and exit code 2; the others are kept."""
    good = result_folder("covered-calls", tmp_path / "good")
    bad = result_folder("option-combos", tmp_path / "bad")
    (bad / "Run.json").write_text((bad / "Run.json").read_text()[:-5])
    words = ("import", bad, good, tmp_path / "gone", "--json", "--library", tmp_path / "runs.db")
    shown = run(*words)
    assert shown.exit_code == 2
    errors = [line for line in shown.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 2
    assert "Run.json is cut or no JSON" in errors[0]
    assert len(kept(tmp_path)) == len(shown.stdout.splitlines()) == 1


def test_only_bad_sources_make_no_library(tmp_path: Path) -> None:
    """Where there is nothing to keep nothing is made."""
    shown = run("import", tmp_path / "gone", "--library", tmp_path / "runs.db")
    assert (shown.exit_code, (tmp_path / "runs.db").exists()) == (2, False)
    folder = result_folder("covered-calls", tmp_path / "run")
    shown = run("import", folder, "--data", tmp_path, "--library", tmp_path / "runs.db")
    assert shown.exit_code == 2
    assert "no data folder" in shown.stderr


JUNK: tuple[Any, ...] = (None, -1, 0, 1e308, -1e308, "x", "", [], {}, True, "\0\x1b[31m", 1e-320)


def _mutate(value: Any, draw: random.Random) -> None:
    """Replace or delete one value somewhere below."""
    while isinstance(value, dict | list) and value:
        key = draw.choice(list(value) if isinstance(value, dict) else range(len(value)))
        below = value[key]
        if isinstance(below, dict | list) and below and draw.random() < 0.85:
            value = below
            continue
        junk = draw.choice((*JUNK, ...))
        if junk is ...:
            del value[key]
        else:
            value[key] = junk
        return


@pytest.mark.parametrize("name", ["covered-calls", "live-redeploy-1"])
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 1 << 30))
def test_a_changed_result_is_imported_or_refused(
    name: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever is changed in it: exit code 0 or 2, and never a traceback."""
    draw, place = random.Random(seed), tmp_path_factory.mktemp("runs")
    result, rows = documents(name)
    for _ in range(draw.randrange(1, 4)):
        _mutate(draw.choice((result, rows, result["orders"])), draw)
    folder = write(place / "run", result, rows)
    shown = run("import", folder, "--json", "--library", place / "runs.db")
    assert shown.exit_code in (0, 2), shown.output
    assert shown.exception is None or isinstance(shown.exception, SystemExit)
    assert len(shown.stdout.splitlines()) == (shown.exit_code == 0)
