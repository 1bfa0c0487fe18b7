"""Session columns: every session comes back as it was, and columns that do not fit are refused."""

from __future__ import annotations

import json
from array import array
from dataclasses import astuple, replace
from datetime import date
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codec import LARGEST_NUMBER, packed
from models.equity.session_columns import SESSIONS
from models.equity.sessions import Session
from models.errors import StateError
from models.stepped import stepped

NUMBERS = st.floats(-LARGEST_NUMBER, LARGEST_NUMBER)
COUNTS = st.integers(0, 10**30)
SESSION = st.builds(
    Session,
    st.dates(),
    NUMBERS,
    NUMBERS,
    st.booleans(),
    *[NUMBERS] * 11,
    *[COUNTS] * 3,
    st.booleans(),
)
# An equity of 100 at the start, highest, lowest and end of two days: its bits, and then nothing.
STILL = [array("q", array("d", [100.0]).tobytes())[0], *[0] * 7]
DAY = Session.flat(date(2024, 1, 2), 100.0, 1.0, True)
DAYS = [DAY, replace(DAY, start=date(2024, 1, 3), trades=3, wins=2, losses=1, marked=True)]


def saved() -> Any:
    """Two days as they are saved, and read from JSON."""
    return json.loads(json.dumps(SESSIONS.encode(DAYS), allow_nan=False))


@given(st.lists(SESSION))
def test_sessions_come_back_as_they_were(sessions: list[Session]) -> None:
    """Every value of every session is the same and of the same type, of none, too."""
    text = json.dumps(SESSIONS.encode(sessions), allow_nan=False)
    found = SESSIONS.decode(json.loads(text))
    # the text of a double is another for each one, of both zeros too
    assert [*map(repr, map(astuple, found))] == [*map(repr, map(astuple, sessions))]
    assert json.dumps(SESSIONS.encode(found), allow_nan=False) == text


def test_a_day_on_which_nothing_moved_is_zeros() -> None:
    """What starts as the day before ended, and stays there, has no steps."""
    assert saved()["equity"] == stepped(array("d", [100.0] * 8)) == packed(array("q", STILL))
    assert saved()["trades"] == [0, 3]
    assert saved()["marked"] == [False, True]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"valued": [True]}, "valued has 1 values for 2 sessions"),
        ({"start": stepped(array("q", [738_000]))}, "valued has 2 values for 1 sessions"),
        ({"equity": stepped(array("d", [1.0] * 7))}, "equity has 7 values for 2 sessions"),
        ({"nav": ""}, "nav has 0 values for 2 sessions"),
        ({"nav": stepped(array("d", [nan] * 10))}, "nav has a number that is not finite"),
        ({"volume": packed(array("d", [1.0, 1e300]))}, "volume has a number that is not finite"),
        ({"start": stepped(array("q", [738_000, 0]))}, "it cannot be read: ordinal must be >= 1"),
        ({"start": stepped(array("q", [2**62, 1]))}, "it cannot be read: "),
        ({"start": "?"}, "start cannot be read: "),
        ({"fees": "AAA="}, "fees cannot be read: "),
        ({"fees": [1.0, 2.0]}, "fees is [1.0, 2.0], not a text"),
        ({"wins": [1, 0.5]}, "wins[1] is 0.5, not a whole number"),
        ({"marked": [True, 1]}, "marked[1] is 1, not true or false"),
        ({"marked": None}, "marked is None, not a list"),
    ],
)
def test_columns_that_do_not_fit_are_refused(changes: dict[str, Any], problem: str) -> None:
    """The error names the column."""
    with pytest.raises(StateError) as caught:
        SESSIONS.decode({**saved(), **changes})
    assert str(caught.value).startswith(problem)


def test_a_column_that_is_missing_is_named() -> None:
    """There is none that sessions can do without."""
    for name in saved():
        with pytest.raises(StateError, match=f"{name} is missing"):
            SESSIONS.decode({key: value for key, value in saved().items() if key != name})
