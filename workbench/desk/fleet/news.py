"""What the stream is told of a deployment, once it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from workbench.desk.fleet.accepting import Done
from workbench.desk.fleet.details import DetailKind
from workbench.desk.fleet.gaps import Gap, count_open
from workbench.desk.fleet.showing import Head, line_of

# Takes a topic, a kind, the data and the time of a message.
Publish = Callable[[str, str, Mapping[str, Any], datetime], object]

ALL = "deployments"  # the topic of what the list of deployments shows
MARK, GAP = "mark", "gap"
# What the list is told of, beside marks.
LISTED = frozenset({DetailKind.ALERT.value, GAP})


class News(NamedTuple):
    """One message of the stream; its fields are those of `Publish`."""

    topic: str
    kind: str
    data: Mapping[str, Any]
    time: datetime


def topic_of(deployment: str) -> str:
    """The topic of one deployment."""
    return f"deployment/{deployment}"


def news_of(head: Head, gaps: list[Gap], done: Done, now: datetime) -> Iterator[News]:
    """The messages of what a transaction did: details in the order of time, gaps, then the mark.

    Args:
        head: The deployment after it.
        gaps: All its gaps after it.
        done: What was done.
        now: When.
    """
    for each in sorted((*done.kept.new, *done.kept.told), key=lambda detail: detail.time):
        yield from _told(head.id, each.kind.value, each.body, each.time)
    places = {(row["boot"], row["first"]) for row in done.gaps}
    for gap in gaps:
        if (gap.boot, gap.first) in places:
            yield from _told(head.id, GAP, gap.to_dict(), now)
    line = line_of(head, count_open(gaps), now)
    if done.counts:
        yield News(topic_of(head.id), MARK, {**line, "state": head.state}, now)
    yield News(ALL, MARK, line, now)


def _told(deployment: str, kind: str, data: Mapping[str, Any], time: datetime) -> Iterator[News]:
    told = {"deployment": deployment, **data}
    yield News(topic_of(deployment), kind, told, time)
    if kind in LISTED:
        yield News(ALL, kind, told, time)
