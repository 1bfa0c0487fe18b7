"""The equity curve: its buckets hold the least and the most, thinned or not."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from workbench.desk.fleet.accepting import UNHEARD
from workbench.desk.fleet.equity import Worth, add_points, curve, thin
from workbench.library.library import Library
from workbench.library.schema import DEPLOYMENTS, EQUITY
from workbench.library.shapes import to_microseconds

NAMES = count()
POINTS = st.dictionaries(st.integers(0, 400), st.integers(-20, 20).map(float), max_size=24)
OFTEN = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def connection(library: Library) -> Iterator[Connection]:
    """A transaction that writes."""
    with library.database.writing() as opened:
        yield opened


def heard(connection: Connection) -> int:
    """The key of a deployment that is new."""
    values = {**UNHEARD, "id": f"e{next(NAMES)}", "project": "", "since": 0, "pruned": 0}
    key = connection.execute(insert(DEPLOYMENTS).values(values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def given_points(connection: Connection, points: dict[int, float]) -> int:
    """A deployment with these points."""
    key = heard(connection)
    add_points(connection, key, [Worth(*each) for each in points.items()])
    return key


@OFTEN
@given(POINTS, st.integers(0, 100), st.integers(100, 400), st.integers(1, 30))
def test_each_bucket_has_its_last_least_and_most(
    connection: Connection, points: dict[int, float], since: int, until: int, most: int
) -> None:
    """As counted by hand; there are no more than were asked for, and nothing is left out."""
    key = given_points(connection, points)
    shown = curve(connection, key, since, until, most)
    assert len(shown) <= most
    left = {time: worth for time, worth in points.items() if since <= time <= until}
    width = -(-(max(left) + 1 - min(left)) // most) if left else 0
    for point in shown:
        time = to_microseconds(point.time)
        spans = {at: left.pop(at) for at in sorted(left) if at <= time}
        assert (time, point.equity) == list(spans.items())[-1]
        assert (point.low, point.high) == (min(spans.values()), max(spans.values()))
        assert max(spans) - min(spans) < width
    assert left == {}


@OFTEN
@given(POINTS, st.integers(1, 60), st.integers(0, 300))
def test_thinning_keeps_last_least_and_most(
    connection: Connection, points: dict[int, float], width: int, until: int
) -> None:
    """What is newer stays as it is; of each older span one point stays, whenever it is thinned."""
    key = given_points(connection, points)
    for end in (until // 2, until):
        thin(connection, key, end, width)
    query = select(EQUITY).where(EQUITY.c.deployment == key).order_by(EQUITY.c.time)
    rows = connection.execute(query).all()
    end, spans = until // width * width, dict[int, dict[int, float]]()
    for time, worth in sorted(points.items()):
        spans.setdefault(time // width if time < end else 1_000 + time, {})[time] = worth
    expected = [
        (max(span), span[max(span)], min(span.values()), max(span.values()))
        for span in spans.values()
    ]
    assert [(row.time, row.equity, row.low, row.high) for row in rows] == sorted(expected)


def test_the_first_point_of_a_moment_stays(connection: Connection) -> None:
    """For a state that is told again is the same."""
    key = given_points(connection, {5: 1.0})
    add_points(connection, key, [Worth(5, 2.0), Worth(6, 3.0)])
    shown = curve(connection, key, None, 10, 10)
    assert [point.equity for point in shown] == [1.0, 3.0]


def test_without_points_there_is_no_curve(connection: Connection) -> None:
    """Neither before the first one nor without any."""
    assert curve(connection, heard(connection), None, 10, 10) == []
    assert curve(connection, given_points(connection, {50: 1.0}), None, 10, 10) == []


def test_a_curve_is_drawn_finely_where_it_is(connection: Connection) -> None:
    """However long before it the span begins, and however long the run has been silent since."""
    key = given_points(connection, {1_000 + at: float(at) for at in range(10)})
    assert [point.equity for point in curve(connection, key, 0, 10**9, 10)] == [*range(10)]
    assert len(curve(connection, key, None, 10**9, 5)) == 5
