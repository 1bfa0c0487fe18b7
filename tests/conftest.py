"""What all tests share: hypothesis draws the same examples in every run; the recordings; the order.

Tests of one recording run one after another and in one process, so that it is played once for all
of them (`tests/recordings/played.py`). The lines of code that they and the tests of the workbench
run are not measured: a whole run touches most of them whatever it proves, and measuring makes it
three times as long.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from workbench import recordings

pytest.register_assert_rewrite("tests.expectations", "tests.laws", "tests.scenario")
settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None)
settings.load_profile("same-every-time")

# No test may find the library of whoever runs it: there is none at this place.
os.environ["TRACKER_LIBRARY"] = str(Path(tempfile.gettempdir(), f"none-{os.getpid()}", "none.db"))

# Whose tests the lines of `models` and `utils` are measured by: their own.
MEASURED = ("tests/models/", "tests/utils/")

# A live tracker has what was loaded before it looked at once: here, and not beside all recordings.
gc.collect()
gc.freeze()

SIZES = {name: found.size for name, found in recordings.recordings().items()}


@pytest.fixture(scope="session")
def recording() -> Callable[[str], Path]:
    """The folder of a recording by name; LookupError where the project has lost it."""
    return recordings.find


def recording_of(item: pytest.Item) -> str | None:
    """The recording that a test plays: one of its parameters, or what it is marked with."""
    mark = item.get_closest_marker("recording")
    if mark is not None:
        return str(mark.args[0])
    spec: Any = getattr(item, "callspec", None)
    values = spec.params.values() if spec else ()
    return next((each for each in values if isinstance(each, str) and each in SIZES), None)


def measures(item: pytest.Item) -> bool:
    """Whether the lines that a test runs are measured; a property tries the same ones for long."""
    return item.nodeid.startswith(MEASURED) and "_properties.py" not in item.nodeid


def place_of(item: pytest.Item) -> tuple[int, int, str]:
    """Where a test stands in the order: slow ones, then recordings, then modules, then browsers.

    What takes long comes first, so that at the end no process waits long for another. A browser
    leaves its event loop running in its process, in which no other can be run from then on.
    """
    name = recording_of(item)
    if "chromium" in getattr(item, "fixturenames", ()):
        return 3, 0, f"{item.nodeid.partition('::')[0]} in a browser"
    if item.get_closest_marker("slow"):
        return 0, -SIZES.get(name or "", 0), item.nodeid
    if name is not None:
        return 1, -SIZES[name], name
    return 2, 0, item.nodeid.partition("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into their order, and those of one place into one group of pytest-xdist."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(place_of(item)[2]))
        long = recording_of(item) is not None or item.get_closest_marker("slow")
        if long or not measures(item):
            item.add_marker("no_cover")
    items.sort(key=place_of)
