"""Messages to LEAN: how an entry is rendered, how long it is, and what LEAN's console takes."""

from __future__ import annotations

from math import inf

from utils.log.entries import Entry
from utils.log.events import Sink
from utils.log.values import CUT_MARK

# LEAN puts the algorithm's time before each message, and the log file a newline after it.
STAMP_LENGTH = len("2024-01-02 03:04:05 ")

# LEAN's console takes messages of this many characters, their time included, and drops one that
# comes sooner than this many seconds after the last.
CONSOLE_CHARACTERS = 200
CONSOLE_SECONDS = 1.0


def render_message(entry: Entry, number: int, *, as_json: bool) -> str:
    """Return the message that shows an entry.

    Args:
        entry: The entry.
        number: The number of the entry in its log. The cloud's log file takes a text once, however
            often it is written; with its number no message is like another.
        as_json: Whether to render JSON; on the console a line of JSON that is too long is replaced
            by text that is cut.
    """
    line = entry.json(number) if as_json else entry.text()
    if entry.sink is Sink.DEBUG:
        most = CONSOLE_CHARACTERS - STAMP_LENGTH
        return line if cut_text(line, most) == line else cut_text(entry.text(), most)
    return line if as_json else f"{line} #{number}"


def message_bytes(message: str) -> int:
    """Return the bytes that a message takes in LEAN's log file, with its time and its newline."""
    return STAMP_LENGTH + len(message.encode()) + 1


def least_bytes(entry: Entry) -> int:
    """Return a number of bytes that an entry's message in LEAN's log file surely reaches.

    It counts the names and texts of the entry, which every way to render it shows whole unless it
    goes to the console, and one byte for any other value: no line need be rendered to know it.
    """
    size = STAMP_LENGTH + len(entry.event) + len(entry.correlation) + 1
    for key, value in entry.fields.items():
        size += len(key) + 2 + (len(value) if isinstance(value, str) else 1)
    return size


def cut_text(text: str, most: int) -> str:
    """Return a text in at most so many characters, counted as .NET does: in units of UTF-16."""
    units = text.encode("utf-16-le")
    short = units[: 2 * (most - 1)].decode("utf-16-le", "ignore") + CUT_MARK
    return text if len(units) <= 2 * most else short


class ConsolePace:
    """Which messages LEAN's console takes: none too soon after the last, and none like the last."""

    def __init__(self) -> None:
        self._last_time = -inf
        self._last_message = ""

    def takes(self, message: str, now: float) -> bool:
        """Tell whether the console takes a message at a time in seconds."""
        return now >= self._last_time + CONSOLE_SECONDS and message != self._last_message

    def written(self, message: str, now: float) -> None:
        """Note that a message was written at a time in seconds."""
        self._last_time, self._last_message = now, message
