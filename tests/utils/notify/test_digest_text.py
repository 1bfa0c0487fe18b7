"""The text of a digest: its size, what is left out, its checksum."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from models.performance_tracker import PerformanceTracker
from models.tracker.desk_state import desk_state
from utils.notify.digest_text import (
    MOST_DIGEST_BYTES,
    STATE_BYTES,
    TaggedRow,
    canonical,
    digest_text,
    size_of,
    trim,
)
from workbench.desk import digest as desk

HEAD = {
    "deployment": "4711",
    "project": "Main",
    "boot": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "seq": 1,
    "sent": "2024-01-02T12:00:00+00:00",
    "every": 360.0,
}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part, max_size=3)
    ),
    max_leaves=9,
)


def event(number: int, text: str = "x") -> TaggedRow:
    """An event's row."""
    time = f"2024-01-02T12:00:{number % 60:02}+00:00"
    about = {"kind": "anomaly", "strategy": "", "text": text, "data": {}}
    return TaggedRow("events", {"id": f"{number:05}", "time": time, **about})


def state_of(strategies: int, positions: int, name: str = "s") -> dict[str, Any]:
    """A state of so many strategies, each with so many positions and as many structures."""
    state = desk_state(PerformanceTracker())
    figures = state["account"]
    held = {"strategy": "s", "symbol": "A", "sid": "A", "quantity": 1.0, "opposed": False}
    for number in range(strategies):
        rows = [{**held, "market_value": float(n)} for n in range(positions)]
        state["strategies"][f"{name}{number}"] = {**figures, "net_pnl": float(-number)}
        state["positions"]["strategies"][f"{name}{number}"] = rows
        state["structures"] += [{"structure_id": "1", "net_pnl": None, "legs": []}] * positions
    return state


def read(text: str) -> desk.Digest:
    """What the desk reads, sent as it is and as a JSON text."""
    found = desk.read_digest(text.encode())
    again = json.dumps(text).encode()
    assert len(again) <= MOST_DIGEST_BYTES
    assert desk.read_digest(again) == found
    return found


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 120),
    st.integers(0, 40),
    st.sampled_from(["s", '"\\', "\u00e9\U0001f600", "n" * 300, "n" * 30_000]),
    st.lists(
        st.tuples(st.integers(0, 999), st.sampled_from(["x", '"', "\\", "\u00e9"])), max_size=60
    ),
    st.integers(0, 50),
)
def test_a_digest_is_never_too_large(
    strategies: int, positions: int, name: str, told: list[tuple[int, str]], lost: int
) -> None:
    """However it is sent; what is left out is counted, and the account is told in any case."""
    state = state_of(strategies, positions, name)
    whole = copy.deepcopy(state)
    rows = [event(number, text * 400) for number, text in told]
    text, fitted = digest_text(HEAD, state, rows, lost)
    found = read(text)
    assert len(fitted) == len(rows)
    assert len(found.events) == sum(fitted)
    for part in ("account", "balance", "equity", "drawdown", "sessions", "exposure"):
        assert found.state[part] == whole[part]
    gone = sum(
        len(whole[name]) - len(found.state[name]) for name in ("strategies", "structures", "errors")
    )
    before, after = (each["positions"]["strategies"] for each in (whole, found.state))
    gone += sum(map(len, before.values())) - sum(map(len, after.values()))
    gone += sum(1 for name in before if name not in after)
    left = sum(len(rows) for name, rows in before.items() if name not in after)
    assert found.left_out + left >= gone + lost + len(rows) - sum(fitted)
    assert found.left_out >= lost + len(rows) - sum(fitted)
    if size_of(whole) <= STATE_BYTES:
        assert found.state == whole
        assert found.left_out == lost + len(rows) - sum(fitted)


def test_what_matters_least_goes_first() -> None:
    """Of positions the smallest, of strategies those that made or lost least."""
    state = state_of(1, 10)
    state["structures"].clear()
    most = size_of(state) - 1
    assert trim(state, most) == 1
    assert min(row["market_value"] for row in state["positions"]["strategies"]["s0"]) == 1.0
    state = state_of(300, 0)
    taken = trim(state, STATE_BYTES)
    assert size_of(state) <= STATE_BYTES
    left = {abs(figures["net_pnl"]) for figures in state["strategies"].values()}
    assert left == {float(number) for number in range(300 - len(left), 300)}
    assert taken >= 300 - len(left)


def test_rows_are_in_the_order_of_time() -> None:
    """Whatever the order in which room is given."""
    text, fitted = digest_text(HEAD, desk_state(PerformanceTracker()), [event(5), event(2)])
    assert fitted == [True, True]
    assert [row["id"] for row in read(text).events] == ["00002", "00005"]


def test_sender_and_desk_compute_one_checksum() -> None:
    """They are two programs: what one writes the other checks."""
    text, _ = digest_text(HEAD, desk_state(PerformanceTracker()), [event(1)])
    document = json.loads(text)
    assert document["sha"] == desk.digest_sha(document)
    assert desk.MOST_BYTES == MOST_DIGEST_BYTES


@given(JSON)
def test_the_size_of_a_value_is_what_it_takes_inside_a_text(value: Any) -> None:
    """As a part of a JSON text every quote and every backslash takes two bytes."""
    assert size_of(value) == len(json.dumps(canonical(value)))
