"""The desk's server, its database server and its sender, each killed a few times.

`python -m tests.workbench.desk.killed_desks` kills them as often as one likes.
"""

from __future__ import annotations

import pytest

from models.events.orders import Fill
from tests.workbench.desk.killable import why_no_database
from tests.workbench.desk.killed_desks import kill
from tests.workbench.desk.live_senders import recorded_events

SHORT = 60  # events of the run that are traded


@pytest.mark.recording("live-paper")
@pytest.mark.parametrize(("kind", "kills"), [("server", 2), ("database", 1), ("sender", 2)])
def test_a_kill_loses_no_fill(kind: str, kills: int) -> None:
    """After the next digest the desk shows the tracker's figures, and every fill."""
    if kind == "database" and why_no_database():
        pytest.skip(why_no_database())
    events = recorded_events()[:SHORT]
    found = kill(kind, events, kills, seed=18)
    assert found.kills == kills
    assert found.digests > kills
    assert found.fills > 0
    assert found.fills % sum(isinstance(each, Fill) for each in events) == 0
