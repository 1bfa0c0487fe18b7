"""The message that closes a log: how much it wrote, and what it left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from utils.log.entries import Entry
from utils.log.events import EVENTS
from utils.log.messages import message_bytes, render_message


def closing_message(
    left_out: Sequence[tuple[str, int]],
    written: int,
    rest: int | None,
    render: Callable[[Mapping[str, Any]], str],
) -> str:
    """The message that counts what was left out; empty where nothing was.

    It names as many events as there is room for.

    Args:
        left_out: Event and how often it was left out, the most frequent first.
        written: How many messages were written.
        rest: The bytes that are left; None sets no limit.
        render: Renders the message of these fields.
    """
    times = sum(count for _, count in left_out)
    for most in range(len(left_out), -1, -1) if left_out else ():
        line = render({"written": written, "left_out": times, "events": dict(left_out[:most])})
        if rest is None or message_bytes(line) <= rest:
            return line
    return ""


def closing_line(fields: Mapping[str, Any], time: datetime, number: int, *, as_json: bool) -> str:
    """The message of the event that closes the log."""
    spec = EVENTS["log closed"]
    entry = Entry(time, spec.level, spec.category, "log closed", fields, "", spec.sink)
    return render_message(entry, number, as_json=as_json)
