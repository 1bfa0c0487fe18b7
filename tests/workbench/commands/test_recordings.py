"""`recordings` as a person and a machine use it."""

from __future__ import annotations

import json

from tests.workbench.commands.calls import run
from workbench.recordings import recordings


def test_recordings_lists_what_there_is() -> None:
    """`recordings` names each recording, as a table or as JSON."""
    assert "three-strategies" in run("recordings").output
    rows = json.loads(run("recordings", "--json").output)
    assert {row["name"] for row in rows} == set(recordings())
    assert {row["currency"] for row in rows} == {"USD", "EUR"}
