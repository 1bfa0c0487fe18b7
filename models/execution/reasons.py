"""The reasons of rejected and canceled orders, without ids and figures, so that they add up."""

from __future__ import annotations

import re

REASON_LENGTH = 80  # characters
_ERROR_PREFIX = re.compile(r"^Order Error: ids: \[[^\]]*\],? *")
_FIGURE = re.compile(r"-?\d[\d.,:/]*")


def plain_reason(message: str) -> str:
    """The part of LEAN's message that orders have in common: no ids, no figures, no brackets."""
    text = _ERROR_PREFIX.sub("", message)
    text = text.partition(" (")[0].strip() or text
    return _FIGURE.sub("#", text)[:REASON_LENGTH] or "no reason given"
