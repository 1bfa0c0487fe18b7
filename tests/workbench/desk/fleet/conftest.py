"""A fleet of one's own for each test, in each database there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.workbench.library.conftest import library, schema, server, url
from workbench.desk.fleet.fleet import Fleet
from workbench.desk.fleet.news import News
from workbench.library.library import Library

__all__ = ["library", "schema", "server", "url"]


class Heard:
    """Keeps what the stream would be told."""

    def __init__(self) -> None:
        self.news: list[News] = []

    def __call__(self, topic: str, kind: str, data: Mapping[str, Any], time: datetime) -> None:
        """Take a message."""
        self.news.append(News(topic, kind, data, time))

    def kinds(self, topic: str) -> list[str]:
        """The kinds of the messages of a topic, in order."""
        return [each.kind for each in self.news if each.topic == topic]


@pytest.fixture
def heard() -> Heard:
    """What the stream is told."""
    return Heard()


@pytest.fixture
def fleet(library: Library, heard: Heard) -> Fleet:
    """A fleet of which nothing was heard yet."""
    return Fleet(library.database, heard)
