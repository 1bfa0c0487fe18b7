"""A digest as text: the state and the rows that there is room for, with their checksum.

The form is `workbench/desk/digest.schema.json`. A web hook may send the text as it is or as a JSON
text in which every quote takes two bytes: it fits both ways.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

VERSION = 1
MOST_DIGEST_BYTES = 64 * 1024
STATE_BYTES = 48 * 1024  # what the state may take of them, so that rows have room too
ROW_LISTS = ("fills", "closed", "events")  # members of a digest
_SHA_BYTES = 100  # what the checksum takes, with its name


class TaggedRow(NamedTuple):
    """A row and the list that it belongs to, one of `ROW_LISTS`."""

    list_name: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What may be left out of a state that has no room.

    Attributes:
        path: The names that lead to a list or an object of parts.
        weight: How much a part matters: the least goes first.
        nested: Whether the parts are lists themselves, of which single ones go.
    """

    path: tuple[str, ...]
    weight: Callable[[Any], float]
    nested: bool = False


def _value(position: Mapping[str, Any]) -> float:
    return abs(float(position["market_value"] or 0.0))


def _gain(figures: Mapping[str, Any]) -> float:
    return abs(float(figures["net_pnl"] or 0.0))


def _number(count: float) -> float:
    return count


def _alike(_: Any) -> float:
    return 0.0


# What goes first, and of it what matters least; the account and its law always stay.
TRIMS: tuple[Trimmed, ...] = (
    Trimmed(("deployments",), lambda begun: begun["number"]),
    Trimmed(("errors",), _number),
    Trimmed(("anomalies",), _number),
    Trimmed(("structures",), _gain),
    Trimmed(("open_orders",), _alike),
    Trimmed(("positions", "account"), _value),
    Trimmed(("positions", "strategies"), _value, nested=True),
    Trimmed(("alerts",), _alike),
    Trimmed(("positions", "strategies"), _alike),
    Trimmed(("strategies",), _gain),
)


def digest_text(
    head: Mapping[str, Any], state: dict[str, Any], rows: Sequence[TaggedRow], lost: int = 0
) -> tuple[str, list[bool]]:
    """The text of a digest of at most `MOST_DIGEST_BYTES`, however it is sent.

    Args:
        head: What tells the digest: deployment, project, boot, seq, sent, every.
        state: Of `desk_state`; parts without room are taken out of it.
        rows: What happened, the most urgent first.
        lost: Rows that are not even among those.

    Returns:
        The text, and which of the rows are in it.
    """
    left_out = lost + trim(state, STATE_BYTES)
    fitted: list[bool] = []
    document: dict[str, Any] = {
        "v": VERSION,
        **head,
        "state": state,
        **{name: [] for name in ROW_LISTS},
        "left_out": left_out + len(rows),
    }
    room = MOST_DIGEST_BYTES - size_of(document) - _SHA_BYTES
    for name, row in rows:
        size = size_of(row) + 1  # the comma
        fitted.append(size <= room)
        if fitted[-1]:
            room -= size
            document[name].append(row)
            document["left_out"] -= 1
    for name in ROW_LISTS:
        document[name].sort(key=lambda row: (row["time"], row["id"]))
    sha = sha256(canonical(document).encode()).hexdigest()
    return canonical({**document, "sha": sha}), fitted


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no blanks, ASCII.

    Raises:
        ValueError: A number of it is none of JSON's.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def size_of(value: Any) -> int:
    """The bytes that a value takes in a digest that is sent as a JSON text."""
    text = canonical(value)
    return len(text) + text.count('"') + text.count("\\") + 2


def trim(state: dict[str, Any], most: int) -> int:
    """Take parts out of a state until it takes so many bytes; returns how many were taken."""
    over, taken = size_of(state) - most, 0
    for rule in TRIMS if over > 0 else ():
        whole: Any = state
        for name in rule.path:
            whole = whole[name]
        for parts in list(whole.values()) if rule.nested else [whole]:
            gone, saved = _least(parts, rule.weight, over)
            _remove(parts, gone)
            over, taken = over - saved, taken + len(gone)
        if over <= 0:
            break
    return taken


def _least(parts: Any, weight: Callable[[Any], float], over: int) -> tuple[list[Any], int]:
    """The places of the parts that matter least and take so many bytes, and what they take."""
    named: Iterable[tuple[Any, Any]] = (
        parts.items() if isinstance(parts, dict) else enumerate(parts)
    )
    gone: list[Any] = []
    saved = 0
    for place, part in sorted(named, key=lambda each: weight(each[1])):
        if saved >= over:
            break
        gone.append(place)
        # without the quotes around a text of its own, which `size_of` counts
        saved += size_of(part) - 2 + (size_of(place) - 1 if isinstance(place, str) else 0)
    return gone, saved


def _remove(parts: Any, gone: Sequence[Any]) -> None:
    """Take parts out of a list or an object by their places."""
    if isinstance(parts, dict):
        for name in gone:
            del parts[name]
        return
    missing = set(gone)
    parts[:] = [part for place, part in enumerate(parts) if place not in missing]
