"""The desk's stream: who comes anew is shown the deployments, and runs are told of."""

from __future__ import annotations

import json

from tests.workbench.desk.conftest import Clock
from workbench.desk.desk import LIBRARY, Desk, fleet_stream
from workbench.library.library import Library

NAME = "rotation"


def test_a_reset_shows_the_deployments(library: Library, clock: Clock) -> None:
    """As the API does, with the age by the desk's clock; of what is no deployment, nothing."""
    desk = Desk(library, clock=clock, stream=fleet_stream(library, clock))
    desk.fleet.observe(NAME, {"equity": 7.0}, [], [], [], clock())
    now = clock()
    topics = ["deployments", f"deployment/{NAME}", "deployment/none", LIBRARY]
    assert desk.stream.snapshot(topics) == {
        "deployments": desk.fleet.deployments(now),
        f"deployment/{NAME}": desk.fleet.deployment(NAME, now),
        "deployment/none": None,
        LIBRARY: None,
    }
    assert desk.fleet.deployments(now) != []


def test_a_run_is_told_of(desk: Desk) -> None:
    """To who listens to the library."""
    desk.tell_of_run("a1", "added")
    (message,) = desk.stream.take({LIBRARY}, desk.stream.oldest).messages
    told = json.loads(message.text)
    assert (told["type"], told["data"]) == ("run", {"id": "a1", "outcome": "added"})
