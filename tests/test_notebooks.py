"""The notebooks: each runs from its first cell to its last, and is kept without what it shows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.structure.source_tree import ROOT

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(path.name for path in FOLDER.glob("*.ipynb"))
MOST_BYTES = 300_000  # of what one shows


def read(name: str) -> Any:
    """A notebook as it is kept."""
    return nbformat.read(FOLDER / name, as_version=4)  # type: ignore[no-untyped-call]


def code(notebook: Any) -> list[Any]:
    """Its cells of code."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(notebook: Any) -> list[Any]:
    """What its cells show, in order; an error of a cell is one of the test."""
    # the kernel is this Python, whatever kernels the machine has
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    return [shown for cell in code(notebook) for shown in cell.outputs]


def test_there_are_two() -> None:
    """One of a recorded run, one of the tracker by hand."""
    assert NOTEBOOKS == ["by_hand.ipynb", "frames.ipynb"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_shown_is_kept(name: str) -> None:
    """No output, no count of executions: a change of a notebook is a change of what it says."""
    notebook = read(name)
    nbformat.validate(notebook)
    assert [cell.outputs for cell in code(notebook)] == [[]] * len(code(notebook))
    assert {cell.execution_count for cell in code(notebook)} == {None}


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_runs_and_shows_plots(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without an error or a warning, and what it shows is small."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    shown = run(read(name))
    assert [each.text for each in shown if each.output_type == "stream"] == []
    pictures = [each for each in shown if "image/png" in each.get("data", {})]
    assert pictures
    assert sum(len(str(each)) for each in shown) < MOST_BYTES
    assert len([each for each in shown if each.output_type == "execute_result"]) > 3


def test_the_kernel_is_the_tests_own() -> None:
    """What the notebooks import is what the tests were installed with."""
    from jupyter_client.kernelspec import get_kernel_spec

    found = get_kernel_spec("python3")
    assert Path(sys.prefix) in Path(found.resource_dir).parents
