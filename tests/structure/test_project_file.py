"""config.json, which the LEAN CLI and the cloud read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.settings import setting_names
from tests.structure.source_tree import ROOT

# The keys of a LEAN project file; the CLI adds some of them by itself.
KEYS = {
    "algorithm-language",
    "cloud-id",
    "description",
    "docker",
    "encrypted",
    "encryption-key-path",
    "engine-image",
    "lean-engine",
    "libraries",
    "local-id",
    "organization-id",
    "parameters",
    "python-venv",
}


@pytest.fixture
def config() -> dict[str, Any]:
    """The project file as it stands."""
    loaded = json.loads((ROOT / "config.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_lean_knows_every_key(config: dict[str, Any]) -> None:
    """A key that LEAN's tools do not know would be lost on the way to the cloud."""
    assert set(config) <= KEYS


def test_the_project_is_in_python(config: dict[str, Any]) -> None:
    """The LEAN CLI takes the language from the project file."""
    assert config["algorithm-language"] == "Python"
    assert config["description"]


def test_parameters_are_strings(config: dict[str, Any]) -> None:
    """LEAN hands strings to the algorithm, and its tools take nothing else."""
    parameters = config["parameters"]
    assert {name: value for name, value in parameters.items() if not isinstance(value, str)} == {}


def test_every_tracker_parameter_is_a_setting(config: dict[str, Any]) -> None:
    """A misspelt setting would be ignored without a word."""
    named = {name for name in config["parameters"] if name.startswith("tracker_")}
    assert named - set(setting_names()) == set()
